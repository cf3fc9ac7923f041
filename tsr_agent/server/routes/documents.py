"""Several documents by their digests in one answer: one question instead of one a document."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from tsr_agent.models.document_batch import BATCH_TYPE, MAX_BATCH_BYTES, MAX_DOCUMENTS, batch_of
from tsr_agent.server.access import FOLLOWERS
from tsr_agent.server.injected import CurrentPrincipal, CurrentServices
from tsr_agent.server.problems import Kind, RefusalError, not_found

if TYPE_CHECKING:
    from tsr_agent.store.feed import ChangeFeed

_DIGESTS = re.compile(r"[0-9a-f]{64}(?:,[0-9a-f]{64})*")
_WORTH_PACKING = 2_048
_LEVEL = 1
"""The fastest: documents repeat themselves so much that higher levels gain little."""


@get(
    "/api/documents",
    sync_to_thread=True,
    opt={"roles": FOLLOWERS, "media": BATCH_TYPE, "problems": (Kind.NOT_FOUND, Kind.TOO_LARGE)},
)
def documents(
    digests: FromQuery[str],
    request: Request[Any, Any, Any],
    principal: CurrentPrincipal,
    services: CurrentServices,
) -> Response[bytes]:
    """Up to 64 documents by their SHA-256, commas between them, in the order in which they are named."""
    wanted = _wanted(digests)
    answer = batch_of(found_together(services.changes, wanted, principal.project))
    headers = {"Vary": "Accept-Encoding"}
    if len(answer) > _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer = gzip.compress(answer, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(answer, media_type=BATCH_TYPE, headers=headers)


def _wanted(digests: str) -> list[str]:
    """The digests of a question.

    Raises:
        RefusalError: They are none, or too many.
    """
    wanted = digests.split(",") if _DIGESTS.fullmatch(digests) else []
    if not 1 <= len(wanted) <= MAX_DOCUMENTS:
        raise RefusalError(
            Kind.MALFORMED,
            f"digests names 1 to {MAX_DOCUMENTS} documents by their SHA-256, with commas between them.",
        )
    return wanted


def found_together(feed: ChangeFeed, wanted: list[str], project: str | None) -> list[bytes]:
    """The documents, all of them.

    Raises:
        RefusalError: One is not there for this token, or they are too large to come together.
    """
    found: list[bytes] = []
    room = MAX_BATCH_BYTES
    for digest in wanted:
        stored = feed.document(digest, repository=project)
        if stored is None:
            raise not_found(f"There is no document {digest}.")
        room -= len(stored.document)
        if room < 0:
            raise RefusalError(
                Kind.TOO_LARGE,
                f"These documents have more than {MAX_BATCH_BYTES:,} bytes together.",
                next_step="Ask for fewer of them, or for one alone at /api/documents/DIGEST.",
            )
        found.append(stored.document)
    return found
