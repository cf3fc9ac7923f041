"""The fold on record: the columns that say what approvals have made of a report's newest decision.

They follow from the documents alone, by ``gate.approvals.standing``, and are written anew in the
transaction that files a decision or an approval. Should that fold ever come to another result for
documents that are on record, a migration has to write the columns anew: readers hold the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from tsr_agent.gate.approvals import ApprovalState, release_verdict, standing
from tsr_agent.models import codec
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.approval import Approval
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.rows import UNJUDGED, checked_key, checked_time
from tsr_agent.store.tables import approvals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.decision import Decision, GoNoGoDecision
    from tsr_agent.store.rows import Row

_MAX_NAMES = 1_000
"""Characters that the column of approvers holds."""


def standing_of(
    decision: Decision | None, given: Iterable[Approval], *, author: str, triggered_by: str
) -> ApprovalStanding | None:
    """The fold; None where nothing has been decided that people could be asked about."""
    if decision is None:
        return None
    return standing(decision, given, author=author, triggered_by=triggered_by)


def released(decision: Decision | None, stands: ApprovalStanding | None) -> GoNoGoDecision:
    """The verdict with approvals weighed in; pending where there is none."""
    return UNJUDGED if decision is None or stands is None else release_verdict(decision, stands)


def standing_row(decision: Decision | None, stands: ApprovalStanding | None) -> Row:
    """The columns of the report that follow from the fold.

    Who approved stands there only once the release is approved: a name beside a release that still
    waits would read as if it did not.
    """
    columns: dict[str, Any] = {
        "standing": released(decision, stands).value,
        "approval_state": ApprovalStateName.PENDING.value,
        "approved_by": None,
        "approved_at": None,
    }
    if stands is None:
        return columns
    columns["approval_state"] = ApprovalStateName(stands.state.value).value
    if stands.state is ApprovalState.APPROVED:
        names = storable(", ".join(stands.approved_by))
        cut = names if len(names) <= _MAX_NAMES else names[: _MAX_NAMES - 1] + "…"
        columns |= {"approved_by": cut, "approved_at": stands.approved_at}
    return columns


def approvals_of(connection: Connection, report_id: str) -> list[tuple[str, Approval]]:
    """All approval documents about a report with their digests, in the order in which they arrived.

    Raises:
        IntegrityError: One was altered, or its row says something else than the document.
    """
    found = connection.execute(_APPROVALS, {"key": report_id})
    return [(row.digest, approval_of(report_id, row)) for row in found]


def approval_row(approval: Approval) -> Row:
    """Columns of ``approvals`` that follow from the document.

    Raises:
        DocumentError: A time outside the calendar that can be shown.
    """
    return {
        "approval_id": checked_key(approval.id, "approval: id"),
        "report_id": approval.report_id,
        "report_digest": approval.report_digest,
        "action": approval.action.value,
        "approved_by": storable(approval.approved_by),
        "approved_at": checked_time(approval.approved_at, "approval: approved_at"),
    }


def approval_of(report_id: str, row: Any) -> Approval:
    """The approval in a row of ``approvals``, shown to be the one that was filed.

    Raises:
        IntegrityError: It is not.
    """
    name = f"An approval of report {report_id}"
    document = bodies.unpack(row.body, size=row.size, digest=row.digest, name=name)
    approval = codec.decode(document, Approval, source=name)
    if (approval.report_id, storable(approval.id)) != (report_id, row.approval_id):
        raise bodies.altered(name, "its document is another one's")
    return approval


_APPROVALS = (
    select(approvals.c.approval_id, approvals.c.size, approvals.c.body, approvals.c.digest)
    .where(approvals.c.report_id == bindparam("key"))
    .order_by(approvals.c.id)
)
