"""Documents of a server that contradict the library, each beside what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError
from tsr_agent.gate.approvals import release_verdict, standing
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.approval import Approval
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.following import SourceRepository
from tsr_agent.sync.results import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.store.approvals import OnRecord
    from tsr_agent.store.engine import Library
    from tsr_agent.store.following import Held


def conflicts_with(library: Library, url: str) -> tuple[Conflict, ...]:
    """Every contradiction between a library and a server that was seen and is not resolved.

    Raises:
        IntegrityError: What is held is not what was kept.
        StoreError: The library can't be read.
    """
    held = SourceRepository(library).held(url)
    reports = {each.change.report_id for each in held if each.change.kind is ChangeKind.REPORT}
    own = [
        each
        for each in held
        # What is about a report that is held itself goes with it.
        if each.change.kind is ChangeKind.REPORT or each.change.report_id not in reports
    ]
    return tuple(_conflict(library, each, held) for each in own)


def _conflict(library: Library, found: Held, held: Sequence[Held]) -> Conflict:
    change = found.change
    if change.kind is ChangeKind.POLICY or change.report_id is None:
        return Conflict(
            kind=change.kind,
            id=change.digest,
            report_id=None,
            digest_here=None,
            digest_there=change.digest,
            verdict_here=None,
            verdict_there=None,
        )
    here = _on_record(library, change.report_id)
    about = [each for each in held if each.change.report_id == change.report_id]
    if change.kind is ChangeKind.REPORT:
        return Conflict(
            kind=change.kind,
            id=change.report_id,
            report_id=change.report_id,
            digest_here=None if here is None else here.report_digest,
            digest_there=change.digest,
            verdict_here=None if here is None else here.released,
            verdict_there=_verdict_there(found, about),
            others=len(about) - 1,
        )
    approval = codec.decode(found.document, Approval, source="a held approval")
    same = [] if here is None else [each for each in here.approvals if each.id == approval.id]
    return Conflict(
        kind=change.kind,
        id=approval.id,
        report_id=change.report_id,
        digest_here=codec.digest(codec.encode(same[0])) if same else None,
        digest_there=change.digest,
        verdict_here=None if here is None else here.released,
        verdict_there=None,
    )


def _on_record(library: Library, report_id: str) -> OnRecord | None:
    try:
        return ApprovalRepository(library).on_record(report_id)
    except IntegrityError:
        # It was altered here, which may be the very reason; it has no verdict to show.
        return None


def _verdict_there(found: Held, about: Sequence[Held]) -> GoNoGoDecision:
    """What the server's own documents come to, as far as they have been seen."""
    report = codec.decode(found.document, TestSummaryReport, source="a held report")
    decided = [each.document for each in about if each.change.kind is ChangeKind.DECISION]
    if not decided:
        return GoNoGoDecision.PENDING_REVIEW
    decision = codec.decode(decided[-1], Decision, source="a held decision")
    said = [each.document for each in about if each.change.kind is ChangeKind.APPROVAL]
    stands = standing(
        decision,
        [codec.decode(each, Approval, source="a held approval") for each in said],
        author=report.versions.codebase_author,
        triggered_by=report.triggered_by,
    )
    return release_verdict(decision, stands)
