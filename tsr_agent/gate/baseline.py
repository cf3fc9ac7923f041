"""The report to compare with: what a policy asks of it, and why one that was found may not be it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

from tsr_agent.gate.consistency import judge_evidence
from tsr_agent.gate.evidence import Evidence, admit
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.wording import plain
from tsr_agent.models.base import Digest, Record, UtcTime
from tsr_agent.models.decision import BaselineReference, BaselineSelect, RuleState
from tsr_agent.models.forms import ready
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
    evidence: Evidence | None = None
    """What of the report is fit to be compared with, where that is known already."""

    @property
    def reference(self) -> BaselineReference:
        """What a decision says about it."""
        return BaselineReference(
            report_id=plain(self.report.id),
            digest=self.digest,
            select=self.select,
            created_at=_moment(self.report.created_at),
        )


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
        return None, _what_to_do(selection)
    if why_not := _unfit(baseline):
        return None, f"The baseline can't be used: {why_not}"
    evidence = admit(baseline.report) if baseline.evidence is None else baseline.evidence
    why_not = _objection(baseline, evidence, selection, judged)
    if why_not:
        return None, f"The baseline {plain(evidence.report_id)} can't be used: {why_not}"
    return evidence, ""


def _unfit(baseline: Baseline) -> str:
    """What is wrong with how it was handed in; whoever builds one in memory may put anything there."""
    report: object = baseline.report
    select: object = baseline.select
    if not isinstance(report, TestSummaryReport):
        return "it is no report"
    if not isinstance(select, BaselineSelect):
        return "it is not known how it was found"
    try:
        msgspec.convert(baseline.digest, ready(Digest))
    except msgspec.ValidationError:
        return "it has no digest"
    return ""


def _what_to_do(selection: BaselineSelection) -> str:
    if selection.select is BaselineSelect.GIVEN:
        return "There is no baseline to compare with: name a report with --baseline"
    own = [each.value for each in selection.same if not (each is SameAs.BRANCH and selection.branch)]
    places = [f"of the same {' and '.join(own)}"] if own else []
    places += [f"of branch {plain(selection.branch)}"] if selection.branch else []
    released = selection.select is BaselineSelect.LAST_APPROVED
    which = " ".join(["an earlier report", *places, *(["that was released"] if released else [])])
    return f"There is no baseline to compare with: name a library that has {which}, with --library"


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
    return (
        _other_time(baseline, selection, judged)
        or _other_place(evidence, selection, judged)
        or _unsound(evidence)
    )


def _unsound(evidence: Evidence) -> str:
    """Why it tells nothing: beside a report that lost an input, nothing seems to have got worse."""
    found = judge_evidence(evidence)
    return f"its own evidence is not sound: {found.message}" if found.state is RuleState.FAIL else ""


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
    if made > judged.moment:
        return "it was made after the moment of the decision"
    most = selection.max_age_days
    if most is not None and judged.moment - made > timedelta(days=most):
        return f"it is more than {most:,} days old"
    return ""


def _moment(value: object) -> datetime | None:
    try:
        made: datetime = msgspec.convert(msgspec.to_builtins(value), ready(UtcTime))
        return made.astimezone(UTC)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
        return None


def _other_place(evidence: Evidence, selection: BaselineSelection, judged: JudgedReport) -> str:
    theirs, ours = evidence.versions, judged.evidence.versions
    if theirs is None or ours is None:
        return "it is not known which commit it or the judged report is about"
    same = selection.same
    if SameAs.ENVIRONMENT in same and environment_key(evidence.environment) != environment_key(
        judged.environment
    ):
        return f"it is of environment {plain(evidence.environment)}, not {plain(judged.environment)}"
    if SameAs.REPOSITORY in same and (
        found := _differs("repository", theirs.codebase_repo, ours.codebase_repo)
    ):
        return found
    wanted = wanted_branch(selection, ours.codebase_branch)
    return "" if wanted is None else _other_branch(evidence, theirs.codebase_branch, wanted)


def _other_branch(evidence: Evidence, theirs: str, wanted: str) -> str:
    if found := _differs("branch", theirs, wanted):
        return found
    if may_come_from_a_fork(evidence):
        return f"it calls its branch {plain(wanted)}, and its pull request may come from a fork"
    return ""


def _differs(what: str, theirs: str, wanted: str) -> str:
    """Why two names are not shown to mean the same: they differ, or one is not known."""
    if not theirs.strip() or not wanted.strip():
        return f"it is not known whether it is of the same {what} (baseline.same can leave {what} out)"
    return f"it is of {what} {plain(theirs)}, not {plain(wanted)}" if theirs != wanted else ""


def may_come_from_a_fork(evidence: Evidence) -> bool:
    """Whether the report is of a pull request whose author gives its branch any name."""
    request = evidence.build.pull_request if evidence.build is not None else None
    return request is not None and request.from_fork is not False


def wanted_branch(selection: BaselineSelection, judged: str) -> str | None:
    """The branch that a baseline has to be of, for a judged report of a branch; None where any will do."""
    return selection.branch or (judged if SameAs.BRANCH in selection.same else None)
