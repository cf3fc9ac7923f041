"""The report to compare with: what a policy asks of it, and why one that was found may not be it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.gate.evidence import Evidence, admit
from tsr_agent.gate.policy_names import environment_key
from tsr_agent.gate.wording import plain
from tsr_agent.models.base import Record
from tsr_agent.models.decision import BaselineReference, BaselineSelect
from tsr_agent.models.report import TestSummaryReport

_TRUST = (BaselineSelect.GIVEN, BaselineSelect.PREVIOUS, BaselineSelect.LAST_APPROVED)
"""From the least to the most that is known about a baseline."""


class SameAs(Enum):
    """What the judged report and its baseline have in common."""

    REPOSITORY = "repository"
    ENVIRONMENT = "environment"
    BRANCH = "branch"


class BaselineSelection(Record, frozen=True, kw_only=True):
    """Which report the judged one is compared with."""

    select: Annotated[
        BaselineSelect,
        Meta(
            description="last_approved: the newest one on record that was released. previous: the newest one "
            "on record. given: the one named with --baseline, for which the caller answers."
        ),
    ] = BaselineSelect.LAST_APPROVED
    same: Annotated[
        tuple[SameAs, ...],
        Meta(description="What both must have in common: repository, environment, branch."),
    ] = tuple(SameAs)
    branch: Annotated[
        str,
        Meta(
            max_length=1_000, description="Compare with this branch, such as main, whatever branch is judged."
        ),
    ] = ""
    max_age_days: Annotated[
        Annotated[int, Meta(ge=1, le=3_650)] | None,
        Meta(description="Oldest baseline that is accepted, in days before the decision."),
    ] = None


class Baseline(Record, frozen=True, kw_only=True):
    """A report that was found to compare with, the digest of its bytes, and how it was found."""

    report: TestSummaryReport
    digest: str
    select: BaselineSelect = BaselineSelect.GIVEN

    @property
    def reference(self) -> BaselineReference:
        """What a decision says about it."""
        return BaselineReference(report_id=plain(self.report.id), digest=self.digest, select=self.select)


class JudgedReport(Record, frozen=True, kw_only=True):
    """What of the judged report decides whether a baseline fits it."""

    evidence: Evidence
    environment: str
    """Where the release is to go."""
    created_at: object
    """As the report has it; a report that was built in memory may hold anything here."""
    digest: str | None
    moment: datetime
    """Of the decision, in UTC."""


def accepted(
    baseline: Baseline | None, selection: BaselineSelection, judged: JudgedReport
) -> tuple[Evidence | None, str]:
    """The baseline's evidence, or why there is none to compare with.

    Pure; never raises. One that does not fit is no baseline: rules that compare are then not evaluated.

    Returns:
        The evidence and an empty text, or None and a sentence without its full stop.
    """
    if baseline is None:
        return None, "No baseline was given to compare with"
    evidence = admit(baseline.report)
    why_not = _objection(baseline, evidence, selection, judged)
    if why_not:
        return None, f"The baseline {plain(evidence.report_id)} can't be used: {why_not}"
    return evidence, ""


def _objection(
    baseline: Baseline, evidence: Evidence, selection: BaselineSelection, judged: JudgedReport
) -> str:
    if evidence.problems:
        return "it is not of the report's form"
    if baseline.digest == judged.digest or evidence.report_id == judged.evidence.report_id:
        return "it is the judged report itself"
    if _TRUST.index(baseline.select) < _TRUST.index(selection.select):
        wanted = selection.select.value.replace("_", " ")
        return f"it was {_found(baseline.select)}, and the policy asks for the {wanted} one"
    return _other_time(baseline, selection, judged) or _other_place(evidence, selection, judged)


def _found(select: BaselineSelect) -> str:
    return {"given": "handed in", "previous": "only the previous one"}.get(
        select.value, "the last approved one"
    )


def _other_time(baseline: Baseline, selection: BaselineSelection, judged: JudgedReport) -> str:
    made = _moment(baseline.report.created_at)
    own = _moment(judged.created_at)
    if made is None or own is None:
        return "it is not known when it or the judged report was made"
    if made > own:
        return "it was made after the judged report"
    most = selection.max_age_days
    if most is not None and judged.moment - made > timedelta(days=most):
        return f"it is {(judged.moment - made).days:,} days old; at most {most:,} are accepted"
    return ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return None
    return value.astimezone(UTC)


def _other_place(evidence: Evidence, selection: BaselineSelection, judged: JudgedReport) -> str:
    theirs, ours = evidence.versions, judged.evidence.versions
    if theirs is None or ours is None:
        return "it is not known which commit it or the judged report is about"
    same = selection.same
    if SameAs.ENVIRONMENT in same and environment_key(evidence.environment) != environment_key(
        judged.environment
    ):
        return f"it is of environment {plain(evidence.environment)}"
    if SameAs.REPOSITORY in same and theirs.codebase_repo != ours.codebase_repo:
        return "it is of another repository"
    wanted = selection.branch or (ours.codebase_branch if SameAs.BRANCH in same else None)
    if wanted is not None and theirs.codebase_branch != wanted:
        return f"it is of branch {plain(theirs.codebase_branch) or '(none)'}, not {plain(wanted) or '(none)'}"
    return ""
