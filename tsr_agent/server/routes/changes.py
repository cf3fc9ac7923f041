"""The change feed, and documents by their digests: what a synchronisation follows."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from tsr_agent.models.api import ChangePage
from tsr_agent.server.access import FOLLOWERS
from tsr_agent.server.injected import CurrentPrincipal, CurrentServices
from tsr_agent.server.parameters import asked
from tsr_agent.server.problems import Kind, not_found
from tsr_agent.server.queries import ChangesQuery
from tsr_agent.server.routes.conditional import answer_once

_DIGEST = re.compile(r"[0-9a-f]{64}")


@get(
    "/api/changes",
    sync_to_thread=True,
    opt={"roles": FOLLOWERS, "query": ChangesQuery, "problems": (Kind.INVALID,)},
)
def changes(
    request: Request[Any, Any, Any], principal: CurrentPrincipal, services: CurrentServices
) -> ChangePage:
    """Documents in the order in which they arrived, from behind ``since`` on, without a gap."""
    wanted = asked(request, ChangesQuery)
    return services.changes.page(wanted.since, limit=wanted.limit, repository=principal.project)


@get("/api/documents/{digest:str}", sync_to_thread=True, opt={"roles": FOLLOWERS, "statuses": (304,)})
def document_of(
    digest: FromPath[str],
    request: Request[Any, Any, Any],
    principal: CurrentPrincipal,
    services: CurrentServices,
) -> Response[bytes]:
    """A document's bytes by their SHA-256."""
    found = None
    if _DIGEST.fullmatch(digest):
        found = services.changes.document(digest, repository=principal.project)
    if found is None:
        raise not_found("There is no document of this digest.")
    return answer_once(request, digest, lambda: found.document)
