"""What people say about a release: approve, reject, withdraw, and the history of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Response, get, post
from litestar.params import FromPath

from tsr_agent.models.api import ApprovalAnswer, ApprovalHistory, ApprovalRequest, RevokeRequest
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.server import bodies
from tsr_agent.server.access import APPROVERS, READERS
from tsr_agent.server.injected import BodyBytes, CurrentPrincipal, CurrentServices
from tsr_agent.server.problems import Kind
from tsr_agent.server.settings import BodySize

if TYPE_CHECKING:
    from tsr_agent.server.approving import Taken

_OPT = {
    "roles": APPROVERS,
    "body": ApprovalRequest,
    "size": BodySize.SMALL,
    "statuses": (200,),
    "problems": (Kind.CONFLICT, Kind.STALE),
}


@post("/api/tsr/{report_id:str}/approve", status_code=201, sync_to_thread=True, opt=_OPT)
def approve(
    report_id: FromPath[str], document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices
) -> Response[ApprovalAnswer]:
    """Approves a release as the token's owner; 200 where the same request was taken before."""
    request = bodies.decoded(document, ApprovalRequest)
    return _answered(services.approving.take(report_id, ApprovalAction.APPROVE, request, principal))


@post("/api/tsr/{report_id:str}/reject", status_code=201, sync_to_thread=True, opt=_OPT)
def reject(
    report_id: FromPath[str], document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices
) -> Response[ApprovalAnswer]:
    """Rejects a release as the token's owner; 200 where the same request was taken before."""
    request = bodies.decoded(document, ApprovalRequest)
    return _answered(services.approving.take(report_id, ApprovalAction.REJECT, request, principal))


@post(
    "/api/tsr/{report_id:str}/revoke",
    status_code=201,
    sync_to_thread=True,
    opt=_OPT | {"body": RevokeRequest},
)
def revoke(
    report_id: FromPath[str], document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices
) -> Response[ApprovalAnswer]:
    """Withdraws one's own approval or rejection; 200 where the same request was taken before."""
    request = bodies.decoded(document, RevokeRequest)
    return _answered(services.approving.take(report_id, ApprovalAction.REVOKE, request, principal))


@get("/api/tsr/{report_id:str}/approvals", sync_to_thread=True, opt={"roles": READERS})
def approvals(
    report_id: FromPath[str], principal: CurrentPrincipal, services: CurrentServices
) -> ApprovalHistory:
    """All that people said about a report in the order in which it arrived, and what does not count."""
    return services.approving.history(report_id, principal)


def _answered(taken: Taken) -> Response[ApprovalAnswer]:
    return Response(taken.answer, status_code=201 if taken.is_new else 200)
