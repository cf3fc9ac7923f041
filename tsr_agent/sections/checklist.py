"""The compliance checklist (SEED.md phase 10), judged from the rules that were recorded.

An item is compliant only where a recorded rule of the policy passed *and* the report's own figures bear
it out. What no rule looked at, and what has no data, is not determined and never compliant.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.approvals import ApprovalState
from tsr_agent.models.decision import RuleEffect, RuleSeverity, RuleState
from tsr_agent.models.evals import ResolutionStatus, Severity, latest_iteration
from tsr_agent.models.results import TestType
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, counted, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.models.report import TestSummaryReport


class Compliance(Enum):
    """What an item of the checklist comes to."""

    COMPLIANT = "compliant"
    NON_COMPLIANT = "non_compliant"
    NOT_DETERMINED = "not_determined"
    """No rule looked, or there is no data."""


MARKS = {
    Compliance.COMPLIANT: Mark("✓", "COMPLIANT", Tone.GO),
    Compliance.NON_COMPLIANT: Mark("✕", "NON-COMPLIANT", Tone.NO_GO),
    Compliance.NOT_DETERMINED: Mark("○", "NOT DETERMINED", Tone.PENDING),
}
_FOUND = {True: Compliance.COMPLIANT, False: Compliance.NON_COMPLIANT, None: Compliance.NOT_DETERMINED}
_WORDS = re.compile(r"[a-z0-9]+")


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist."""

    standing: Compliance
    title: str
    expected: str
    """What the policy's own rule asks for; empty where no rule looks at it."""
    found: str
    """What the report says of it, ``no data`` where it says nothing."""
    why: str
    """One sentence."""
    evidence: tuple[Target, ...]
    """The rules that were recorded, then where the report has the figure."""

    @property
    def mark(self) -> Mark:
        """The standing as sign, word and tone."""
        return MARKS[self.standing]


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The items with what they come to together."""

    standing: Compliance
    """Compliant only where every item is; one that is not makes all of it non-compliant."""
    items: tuple[ChecklistItem, ...]

    @property
    def mark(self) -> Mark:
        """The standing as sign, word and tone."""
        return MARKS[self.standing]

    @property
    def summary(self) -> str:
        """How many items came to what: ``4 compliant, 1 non-compliant``."""
        standings = [each.standing for each in self.items]
        words = ((each, mark.word.lower()) for each, mark in MARKS.items())
        return ", ".join(f"{standings.count(each):,} {word}" for each, word in words if each in standings)


class _Fact(msgspec.Struct, frozen=True):
    """What the report's own figures say about an item."""

    holds: bool | None
    """None where there is no data."""
    found: str
    evidence: tuple[Target, ...] = ()


def checklist(
    report: TestSummaryReport, decision: Decision | None, standing: ApprovalStanding | None = None
) -> Checklist:
    """The checklist of a report.

    Args:
        report: The evidence.
        decision: The recorded decision about it; without one nothing is determined.
        standing: What people's approvals come to; None where nothing is known of any.
    """
    rules = decision.rules if decision is not None else ()
    taken: set[str] = set()

    def item(title: str, fact: _Fact, is_about: Callable[[RuleResult], bool]) -> ChecklistItem:
        found = [rule for rule in rules if is_about(rule)]
        taken.update(rule.id for rule in found)
        return _item(title, fact, found, is_judged=decision is not None)

    items = [
        item("All unit tests pass", _tests(report, TestType.UNIT), _of_tests("unit")),
        item("All security tests pass", _tests(report, TestType.SECURITY), _of_tests("security")),
        item("Eval accuracy reaches its bound", _accuracy(report), _is_accuracy),
        item("All critical failure modes are resolved", _critical(report), _is_critical),
        item("Requirements are verified", _verified(report), _is_requirements),
    ]
    items += _others([rule for rule in rules if rule.id not in taken])
    items += _approvals(standing) if standing is not None else []
    return Checklist(standing=_together(each.standing for each in items), items=tuple(items))


def _together(standings: Iterable[Compliance]) -> Compliance:
    found = set(standings)
    if Compliance.NON_COMPLIANT in found:
        return Compliance.NON_COMPLIANT
    return Compliance.COMPLIANT if found == {Compliance.COMPLIANT} else Compliance.NOT_DETERMINED


def _item(title: str, fact: _Fact, rules: list[RuleResult], *, is_judged: bool) -> ChecklistItem:
    standing, why = _judged(fact, rules)
    if not is_judged:
        why = "No decision is stored for this report, so no rule was judged."
    return ChecklistItem(
        standing=standing,
        title=title,
        expected=", ".join(one_line(each.expected, 300) for each in rules),
        found=fact.found,
        why=why,
        evidence=(*(Target(Kind.RULE, each.id) for each in rules), *fact.evidence),
    )


def _judged(fact: _Fact, rules: list[RuleResult]) -> tuple[Compliance, str]:
    """What recorded rules and the report's own figures come to; whichever is worse counts."""
    if not rules:
        return Compliance.NOT_DETERMINED, "No rule of the policy looks at it."
    failed = next((each for each in rules if each.state in (RuleState.FAIL, RuleState.WAIVED)), None)
    if failed is not None:
        waived = "; it was waived, which does not make it hold" if failed.state is RuleState.WAIVED else ""
        return Compliance.NON_COMPLIANT, _sentence(failed.message) + waived + "."
    missing = next((each for each in rules if each.state is RuleState.NOT_EVALUATED), None)
    if missing is not None:
        return Compliance.NOT_DETERMINED, f"{_sentence(missing.message)}."
    return _borne_out(fact, rules)


def _borne_out(fact: _Fact, rules: list[RuleResult]) -> tuple[Compliance, str]:
    """What the report's own figures make of rules that passed."""
    if fact.holds is None:
        return Compliance.NOT_DETERMINED, "The rule passed, but the report has no data to bear it out."
    if not fact.holds:
        return Compliance.NON_COMPLIANT, f"The rule passed, yet the report has {fact.found}."
    left_out = [name for each in rules for name in each.quarantined]
    if left_out:
        told = f"{counted(len(left_out), 'test')} in quarantine did not pass and was left out"
        return Compliance.NON_COMPLIANT, f"{told if len(left_out) == 1 else told.replace(' was ', ' were ')}."
    return Compliance.COMPLIANT, f"{_sentence(rules[0].message)}."


def _sentence(text: str) -> str:
    return one_line(text, 1000).rstrip(".")


def _of_tests(kind: str) -> Callable[[RuleResult], bool]:
    """Rules on tests of one type: a rule does not record its type, its id and sentence name it."""

    def is_about(rule: RuleResult) -> bool:
        return rule.check == "tests" and (
            kind in _WORDS.findall(rule.id.lower())
            or f" {kind} test" in f" {rule.message.lower()}"
            or any(each.test_type == kind for each in rule.evidence)
        )

    return is_about


def _is_accuracy(rule: RuleResult) -> bool:
    measured = any(each.metric == "accuracy" for each in rule.evidence)
    return rule.check == "eval_metric" and (measured or rule.expected.startswith("accuracy "))


def _is_critical(rule: RuleResult) -> bool:
    return rule.check == "failure_modes" and "critical" in f"{rule.id} {rule.expected}".lower()


def _is_requirements(rule: RuleResult) -> bool:
    return rule.check == "requirement_coverage"


def _tests(report: TestSummaryReport, kind: TestType) -> _Fact:
    found = report.result_for(kind)
    if found is None or found.executed <= 0:
        return _Fact(None, NO_DATA)
    bad = found.failed + found.errors + found.flaky + found.xpassed
    said = f"{bad:,} of {found.executed:,} not passed" if bad else f"{found.executed:,} passed"
    return _Fact(bad == 0, said, (Target(Kind.TEST_TYPE, kind.value),))


def _accuracy(report: TestSummaryReport) -> _Fact:
    latest = latest_iteration(report.eval_iterations)
    metric = latest.metric("accuracy") if latest is not None else None
    if latest is None or metric is None:
        return _Fact(None, NO_DATA)
    n = f" on {metric.n:,} cases" if metric.n is not None else ", n not stated"
    # Whether that is enough is the policy's to say; the bound stands in its rule.
    return _Fact(
        holds=True,
        found=f"{figure(metric.value)}{n}",
        evidence=(Target(Kind.ITERATION, str(latest.iteration)),),
    )


def _critical(report: TestSummaryReport) -> _Fact:
    if not report.eval_iterations:
        return _Fact(None, NO_DATA)
    left = unresolved_critical(report)
    where = tuple(Target(Kind.FAILURE_MODE, name) for name in left[:3])
    return _Fact(not left, f"{len(left):,} unresolved", where or (Target(Kind.SECTION, "failure_modes"),))


def unresolved_critical(report: TestSummaryReport) -> list[str]:
    """Ids of the critical failure modes that any iteration lists as other than fixed, as the gate counts."""
    found = {
        mode.id: None
        for iteration in report.eval_iterations
        for mode in iteration.failure_modes
        if mode.severity is Severity.CRITICAL and mode.resolution_status is not ResolutionStatus.FIXED
    }
    return list(found)


def _verified(report: TestSummaryReport) -> _Fact:
    from tsr_agent.sections.requirements import requirements

    if not report.requirement_coverage:
        return _Fact(None, NO_DATA)
    # How large a share is enough is the policy's to say.
    summary = requirements(report).summary
    return _Fact(holds=True, found=summary, evidence=(Target(Kind.SECTION, "requirements"),))


def _others(rules: list[RuleResult]) -> list[ChecklistItem]:
    """All rules that no item names, as one item: a checklist is not better than the verdict."""
    binding = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)
    counting = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW)
    looked_at = [rule for rule in rules if rule.severity in binding or rule.effect in counting]
    if not looked_at:
        return []
    bad = (RuleState.FAIL, RuleState.WAIVED)
    failed = [rule for rule in looked_at if rule.state in bad]
    unknown = [
        rule
        for rule in looked_at
        if rule.state is RuleState.NOT_EVALUATED and rule.effect is not RuleEffect.NONE
    ]
    passed = sum(rule.state is RuleState.PASS for rule in looked_at)
    first = (failed or unknown or looked_at)[:3]
    standing = _FOUND[False if failed else None if unknown or not passed else True]
    why = f"{_sentence(first[0].message)}." if failed or unknown else "Each of them passed or was let go."
    return [
        ChecklistItem(
            standing=standing,
            title="Every other binding rule",
            expected=counted(len(looked_at), "rule"),
            found=f"{passed:,} passed",
            why=why,
            evidence=tuple(Target(Kind.RULE, rule.id) for rule in first),
        )
    ]


_PEOPLE = {
    ApprovalState.NOT_NEEDED: Compliance.COMPLIANT,
    ApprovalState.APPROVED: Compliance.COMPLIANT,
    ApprovalState.PENDING: Compliance.NOT_DETERMINED,
    ApprovalState.REJECTED: Compliance.NON_COMPLIANT,
}


def _approvals(standing: ApprovalStanding) -> list[ChecklistItem]:
    """Whether people have approved; of a NO-GO, which nobody can approve, the rules say all there is."""
    if standing.state is ApprovalState.NOT_APPROVABLE:
        return []
    asked = counted(standing.needed, "approval") if standing.needed else "nobody has to approve"
    return [
        ChecklistItem(
            standing=_PEOPLE[standing.state],
            title="Approved by those who have to",
            expected=asked,
            found=counted(len(standing.approved_by), "approval"),
            why=f"{_sentence(standing.reason)}.",
            evidence=(Target(Kind.SECTION, "approvals"),),
        )
    ]
