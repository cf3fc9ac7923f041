"""What is seen first: the verdict, why, and what was judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.approvals import release_verdict
from tsr_agent.models.decision import BaselineSelect, ExceptionStanding, GoNoGoDecision, RuleState
from tsr_agent.sections.approval import approval_terms
from tsr_agent.sections.exceptions import exceptions_summary
from tsr_agent.sections.marks import Mark
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import Moment, counted, moment, short_sha, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport

_SELECTED = {
    BaselineSelect.LAST_APPROVED: "the last one that was released",
    BaselineSelect.PREVIOUS: "the one before it on record",
    BaselineSelect.GIVEN: "which whoever judged named",
}
OUT_OF_FORCE = "The policy that decided is no longer in force: another version of it is on record."
MAX_REASONS = 3
MAX_REASON_LENGTH = 160


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a report."""

    report_id: str
    created: Moment
    verdict: Mark
    sentence: str
    """One sentence that carries the verdict, ``2 blocking: …``."""
    reasons: tuple[str, ...]
    """All that speaks against GO, one sentence each."""
    warnings: tuple[str, ...]
    environment: str
    release: str
    """Short SHA of the code."""
    release_whole: str
    branch: str
    repository: str
    """Last part of the repository's address; empty where none is known."""
    policy: str
    """Name and version; empty where nobody judged."""
    evaluated: Moment | None
    without_exceptions: Mark | None
    """The verdict without waivers and quarantine, where any of them was applied."""
    exceptions: str
    """How many exceptions were applied, end soon or are no good; empty without any."""
    comparison: str
    """What the report was compared with, or why with nothing; empty where no rule compares."""
    approval: str
    """Who has to approve; empty where nobody has to."""
    out_of_force: str
    """That the policy that decided is no longer in force; empty where it is, or where that is not known."""

    @property
    def subject(self) -> str:
        """What was judged in one line: repository, branch, environment."""
        return " · ".join(part for part in (self.repository, self.branch, self.environment) if part)


def overview(
    report: TestSummaryReport,
    decision: Decision | None,
    zone: tzinfo | None = None,
    *,
    standing: ApprovalStanding | None = None,
    policy_in_force: bool | None = None,
) -> Overview:
    """The head of a report.

    Args:
        report: The evidence.
        decision: The decision taken from it; None says so instead of trusting the report's own claim.
        zone: Where the viewer is; None for the zone of this machine.
        standing: What approvals say about that decision; None where nothing is known of any.
        policy_in_force: Whether the policy that decided still decides; None where that is not known.
    """
    versions = report.versions
    weighed = release_verdict(decision, standing) if decision and standing else None
    return Overview(
        report_id=report.id,
        created=moment(report.created_at, zone),
        verdict=verdict(weighed or (decision.decision if decision else None)),
        sentence=_with_people(decision, standing, weighed),
        reasons=tuple(one_line(each, 1000) for each in _reasons(decision)),
        warnings=tuple(one_line(each, 1000) for each in (decision.warnings if decision else ())),
        environment=one_line(decision.environment if decision else report.environment),
        release=short_sha(versions.codebase_sha),
        release_whole=versions.codebase_sha,
        branch=one_line(versions.codebase_branch),
        repository=one_line(repository_name(versions.codebase_repo)),
        policy=one_line(f"{decision.policy.name} {decision.policy.version}") if decision else "",
        evaluated=moment(decision.evaluated_at, zone) if decision else None,
        without_exceptions=_without_exceptions(decision) if decision else None,
        exceptions=exceptions_summary(decision) if decision else "",
        comparison=_comparison(decision, zone) if decision else "",
        # Why is among the reasons already.
        approval=approval_terms(decision.approval, with_reason=False)
        if decision and decision.approval
        else "",
        out_of_force=OUT_OF_FORCE if decision and policy_in_force is False else "",
    )


def claim(report: TestSummaryReport) -> str:
    """What a report says of itself, which nobody has to believe; empty where it was not judged when made."""
    if report.policy is None or report.evaluated_at is None:
        return ""
    by = one_line(f"{report.policy.name} {report.policy.version}")
    return f"{verdict(report.go_no_go_decision)} by {by}; {one_line(report.decision_reason, 2000)}"


def _with_people(
    decision: Decision | None, standing: ApprovalStanding | None, weighed: GoNoGoDecision | None
) -> str:
    """The sentence of the verdict; where people made another one of it, who they are comes first."""
    said = verdict_sentence(decision)
    if decision is None or standing is None or weighed is decision.decision:
        return said
    people = one_line(standing.reason, MAX_REASON_LENGTH)
    return f"{people}; the policy says {verdict(decision.decision).word}: {said}"


def _without_exceptions(decision: Decision) -> Mark | None:
    standings = [each.standing for each in decision.waivers] + [each.standing for each in decision.quarantine]
    if ExceptionStanding.APPLIED not in standings and decision.decision_without_waivers is decision.decision:
        return None
    return verdict(decision.decision_without_waivers)


def _comparison(decision: Decision, zone: tzinfo | None) -> str:
    found = decision.baseline
    if found is None:
        why_not = one_line(decision.no_baseline, 500).rstrip(".")
        return f"Not compared: {why_not[:1].lower()}{why_not[1:]}." if why_not else ""
    day = f" of {moment(found.created_at, zone).day}" if found.created_at is not None else ""
    return f"Compared with {one_line(found.report_id)}{day}, {_SELECTED[found.select]}."


def verdict_sentence(decision: Decision | None) -> str:
    """Why the verdict is what it is, in one sentence with the figures."""
    if decision is None:
        return "No decision is stored for this report."
    if decision.decision is GoNoGoDecision.GO:
        return _go_sentence(decision)
    reasons = _reasons(decision)
    if not reasons:
        return one_line(decision.reason, MAX_REASON_LENGTH)
    is_blocked = decision.decision is GoNoGoDecision.NO_GO and decision.blocking_issues
    kind = "blocking" if is_blocked else "to review"
    shown = decision.blocking_issues if is_blocked else reasons
    return f"{len(shown):,} {kind}: {_joined(shown)}"


def _go_sentence(decision: Decision) -> str:
    states = [rule.state for rule in decision.rules]
    passed, waived = states.count(RuleState.PASS), states.count(RuleState.WAIVED)
    parts = [f"{passed:,} of {counted(len(states), 'rule')} passed"]
    if waived:
        parts.append(f"{waived:,} waived")
    if decision.warnings:
        parts.append(counted(len(decision.warnings), "warning"))
    if decision.decision_without_waivers is not GoNoGoDecision.GO:
        parts.append(f"without waivers it is {verdict(decision.decision_without_waivers).word}")
    return " · ".join(parts)


def _reasons(decision: Decision | None) -> tuple[str, ...]:
    return (*decision.blocking_issues, *decision.review_issues) if decision else ()


def _joined(reasons: Sequence[str]) -> str:
    shown = [one_line(each, MAX_REASON_LENGTH).rstrip(".") for each in reasons[:MAX_REASONS]]
    if len(reasons) > MAX_REASONS:
        shown.append(f"and {len(reasons) - MAX_REASONS:,} more")
    return " · ".join(shown)


def repository_name(address: str) -> str:
    """The last part of a repository's address: ``https://host/team/bot.git`` becomes ``bot``."""
    return address.rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
