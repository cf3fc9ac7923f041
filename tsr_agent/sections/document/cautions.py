"""What has to be said wherever the verdict of a filed report is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.approvals import ApprovalState
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.overview import OUT_OF_FORCE, Overview, overview
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import verdict

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.document.filed import FiledReport

NOT_VERIFIED = Mark("✕", "NOT VERIFIED", Tone.NO_GO)
"""In the place of a verdict that its documents do not bear out."""
NO_DECISION = "No decision is on record for this report. It releases nothing."
NOT_ON_RECORD = "This decision was taken for this document alone. It is on no record; no approvals are known."
OTHER_DOCUMENT = "The decision on record is about another document than this report."

_WORST_FIRST = (GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.GO)


class Caution(msgspec.Struct, frozen=True):
    """One thing that nobody who reads the verdict may miss."""

    mark: Mark
    """Sign and one or two words."""
    sentence: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict as it may be printed, with what has to stand beside it."""

    overview: Overview
    verdict: Mark
    sentence: str
    cautions: tuple[Caution, ...]


def head_of(filed: FiledReport, zone: tzinfo | None = None) -> Head:
    """The verdict of a filed report, never better than its documents bear out.

    Args:
        filed: The report with what was decided and said about it.
        zone: Where the reader is; None for the zone of this machine.
    """
    found = overview(
        filed.report,
        filed.decision,
        zone,
        standing=filed.standing,
        policy_in_force=filed.policy_in_force,
    )
    doubtful = _doubtful(filed)
    shown, sentence = found.verdict, found.sentence
    if doubtful:
        shown, sentence = NOT_VERIFIED, "Whatever this report says counts for nothing."
    elif filed.decision is None:
        shown = verdict(None)
    return Head(overview=found, verdict=shown, sentence=sentence, cautions=(*doubtful, *_restricting(filed)))


def _doubtful(filed: FiledReport) -> list[Caution]:
    """Why nothing in the documents can be relied on."""
    found = []
    if filed.verification.is_altered:
        found.append(Caution(filed.verification.mark, one_line(filed.verification.sentence, 300)))
    about = filed.decision.report_digest if filed.decision is not None else None
    if about is not None and about != filed.digest:
        found.append(Caution(Mark("✕", "not about this report", Tone.NO_GO), OTHER_DOCUMENT))
    return found


def _restricting(filed: FiledReport) -> list[Caution]:
    """What keeps the decision from being a release, or from being one today."""
    found = []
    if filed.decision is None:
        found.append(Caution(Mark("○", "not judged", Tone.PENDING), NO_DECISION))
        return found
    if not filed.verification.is_verified and not filed.verification.is_altered:
        found.append(Caution(Mark("▲", "not on record", Tone.PENDING), NOT_ON_RECORD))
    found += _better_than_claimed(filed.report, filed.decision)
    standing = filed.standing
    if standing is not None and standing.state is ApprovalState.REJECTED:
        said = one_line(standing.reason, 300)
        found.append(Caution(Mark("✕", "rejected", Tone.NO_GO), f"{said[:1].upper()}{said[1:]}."))
    if filed.policy_in_force is False:
        found.append(Caution(Mark("▲", "policy out of force", Tone.PENDING), OUT_OF_FORCE))
    return found


def _better_than_claimed(report: TestSummaryReport, decision: Decision) -> list[Caution]:
    """That whoever made the report came to a worse verdict than the decision."""
    if report.policy is None or report.evaluated_at is None:
        return []
    claimed = report.go_no_go_decision
    if _WORST_FIRST.index(claimed) >= _WORST_FIRST.index(decision.decision):
        return []
    by = one_line(f"{report.policy.name} {report.policy.version}", 100)
    said = f"When the report was made, {by} judged it {verdict(claimed).word}."
    return [Caution(Mark("▲", "judged worse before", Tone.PENDING), said)]
