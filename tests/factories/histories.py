"""Histories of a server: reports, decisions and approvals, filed as a server files them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import approval_of, waiting
from tests.factories.reports import NOON, report
from tsr_agent.models import codec
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import approvals, decisions, report_documents, reports

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.models.approval import Approval, ApprovalAction
    from tsr_agent.store.approvals import FiledApproval, OnRecord
    from tsr_agent.store.engine import Library

LATER = NOON + timedelta(days=1)


def upload(library: Library, name: str, *, waits: bool = False, **changed: Any) -> bytes:
    """A report and the server's decision about it."""
    document = codec.encode(report(id=name, **changed))
    decided = waiting(document) if waits else decision_about(document)
    ReportRepository(library).add(document, decided, received_at=LATER)
    return document


def decide_again(library: Library, name: str, moment: datetime = LATER, **changed: Any) -> None:
    """A further decision that takes the place of the one before."""
    repository = ReportRepository(library)
    document = repository.document(name)
    decided = waiting(document, evaluated_at=moment, **changed)
    repository.add(document, decided, supersede=True, received_at=LATER)


def say(
    library: Library,
    name: str,
    action: ApprovalAction,
    *,
    by: str = "Rita",
    id: str | None = None,  # noqa: A002  (the field's name)
    moment: datetime = LATER,
    **changed: Any,
) -> FiledApproval:
    """What a release manager says, filed as a server files it."""

    def make(found: OnRecord) -> Approval:
        named = id or f"{action.value}-{name}-{by}"
        return approval_of(found, by, id=named, action=action, approved_at=moment, **changed)

    return ApprovalRepository(library).file(name, make, received_at=moment)


def documents(library: Library) -> dict[tuple[str, str | None, str], bytes]:
    """Every document that a library's feed names, by kind, report and digest."""
    feed = ChangeFeed(library)
    found: dict[tuple[str, str | None, str], bytes] = {}
    since = 0
    while True:
        page = feed.page(since, limit=1_000)
        for change in page.items:
            stored = feed.document(change.digest)
            assert stored is not None
            found[change.kind.value, change.report_id, change.digest] = stored.document
        since = page.next
        if since == page.head:
            return found


def standings(library: Library) -> dict[str, tuple[str, str, str, str | None]]:
    """What lists show of each report: verdict, standing, approval and who approved."""
    from sqlalchemy import select

    columns = (reports.c.id, reports.c.go_no_go_decision, reports.c.standing, reports.c.approval_state)
    with library.read() as connection:
        found = connection.execute(select(*columns, reports.c.approved_by)).all()
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in found}


def filed_counts(library: Library) -> tuple[int, int, int]:
    """How many reports, decisions and approvals there are rows of."""
    from sqlalchemy import func, select

    with library.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (report_documents, decisions, approvals)
        ]
    return counts[0], counts[1], counts[2]
