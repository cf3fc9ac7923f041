"""Reports: taken in, shown, listed, and whether they may be released."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from tsr_agent.models.api import GoNoGo, Received, ReportPage
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.server.access import DECIDERS, READERS, UPLOADERS
from tsr_agent.server.injected import (
    BodyBytes,
    CurrentPrincipal,
    CurrentServices,
    principal_of,
    services_of,
)
from tsr_agent.server.parameters import asked
from tsr_agent.server.problems import Kind, not_found
from tsr_agent.server.queries import ListQuery, NewestQuery, ReleaseQuery
from tsr_agent.server.routes.conditional import JSON, answer_once
from tsr_agent.server.settings import BodySize

AnyRequest: TypeAlias = Request[Any, Any, Any]


@post(
    "/api/tsr",
    status_code=201,
    sync_to_thread=True,
    opt={
        "roles": UPLOADERS,
        "body": TestSummaryReport,
        "size": BodySize.REPORT,
        "answer": Received,
        "statuses": (200,),
        "problems": (Kind.CONFLICT,),
    },
)
def upload(
    request: AnyRequest, document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices
) -> Response[bytes]:
    """Takes a report in and decides about it; 200 where these very bytes are on record already."""
    receipt = services.receiving.receive(
        document,
        principal.may_see,
        services.clock.now(),
        announced=request.headers.get("idempotency-key"),
    )
    received = receipt.received
    if receipt.is_new:
        services.metrics.upload(received.go_no_go_decision, claim_differs=received.claim_differs)
    headers = {"Location": f"/api/tsr/{received.id}", "ETag": f'"{received.digest}"'}
    if received.claim_differs:
        headers["AITR-Claim-Differs"] = received.claimed_decision.value
    return Response(
        msgspec.json.encode(received),
        status_code=201 if receipt.is_new else 200,
        media_type=JSON,
        headers=headers,
    )


@get(
    "/api/tsr/latest",
    sync_to_thread=True,
    opt={"roles": READERS, "query": NewestQuery, "problems": (Kind.NOT_FOUND,)},
)
def latest(request: AnyRequest, principal: CurrentPrincipal, services: CurrentServices) -> TestSummaryReport:
    """The newest report of an environment, a branch or a repository, with this server's verdict."""
    found = services.listing.newest(asked(request, NewestQuery), principal.project)
    if found is None:
        raise not_found("There is no such report yet.")
    return services.showing.report(found, principal.may_see)


@get("/api/tsr/query", sync_to_thread=True, opt={"roles": READERS, "query": ListQuery})
def query(request: AnyRequest, principal: CurrentPrincipal, services: CurrentServices) -> ReportPage:
    """Reports, the newest first. ``decision`` is the verdict with approvals weighed in."""
    return services.listing.page(asked(request, ListQuery), principal.project)


@get("/api/tsr/{report_id:str}", sync_to_thread=True, opt={"roles": READERS})
def report(
    report_id: FromPath[str], principal: CurrentPrincipal, services: CurrentServices
) -> TestSummaryReport:
    """A report with this server's verdict in place of its claim; its bytes as they came are at /document."""
    return services.showing.report(report_id, principal.may_see)


@get("/api/tsr/{report_id:str}/document", sync_to_thread=True, opt={"roles": READERS, "statuses": (304,)})
def document(
    report_id: FromPath[str], request: AnyRequest, principal: CurrentPrincipal, services: CurrentServices
) -> Response[bytes]:
    """A report's bytes exactly as they came; 304 for whoever has them already."""
    known = services.answering.on_record(report_id, principal.may_see)
    return answer_once(request, known.report_digest, lambda: services.reports.document(report_id))


@get(
    "/api/tsr/{report_id:str}/go-no-go",
    opt={"roles": READERS, "query": ReleaseQuery, "answer": GoNoGo, "problems": (Kind.CONFLICT,)},
)
async def go_no_go(report_id: FromPath[str], request: AnyRequest) -> Response[bytes]:
    """Whether a report may be released, for one commit and environment where they are named."""
    # Asked by every pipeline that waits. What others are given costs more here than the answer.
    services, principal = services_of(request), principal_of(request)
    wanted, now = asked(request, ReleaseQuery), services.clock.now()
    answer = partial(services.answering.go_no_go, report_id, wanted, principal.may_see, now)
    # A look at a file takes less than to hand it to a thread.
    in_thread = services.library.dialect != "sqlite"
    found = await asyncio.to_thread(answer) if in_thread else answer()
    return Response(found, media_type=JSON)


@post(
    "/api/tsr/{report_id:str}/decisions",
    status_code=201,
    sync_to_thread=True,
    opt={"roles": DECIDERS, "answer": GoNoGo, "statuses": (200,)},
)
def decide_again(
    report_id: FromPath[str], principal: CurrentPrincipal, services: CurrentServices
) -> Response[bytes]:
    """Decides again by the policy in force; 200 where that is the one that decided already."""
    now = services.clock.now()
    is_new = services.receiving.decide_again(report_id, principal.may_see, now)
    answer = services.answering.go_no_go(report_id, ReleaseQuery(), principal.may_see, now)
    return Response(answer, status_code=201 if is_new else 200, media_type=JSON)
