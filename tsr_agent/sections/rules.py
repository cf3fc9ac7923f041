"""Every rule that was judged, what decided the verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.decision import RuleEffect, RuleSeverity, RuleState
from tsr_agent.models.results import TestType
from tsr_agent.sections.marks import Mark
from tsr_agent.sections.places import NO_PLACES, Place, places
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import count, counted, figure, rule_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.models.report import TestSummaryReport

_EFFECT_ORDER = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS, RuleEffect.NONE)
_STATE_ORDER = (RuleState.FAIL, RuleState.NOT_EVALUATED, RuleState.WAIVED, RuleState.PASS)
_SEVERITIES = {
    RuleSeverity.BLOCK: "blocks",
    RuleSeverity.REVIEW: "needs review",
    RuleSeverity.WARN: "warns",
    RuleSeverity.INFO: "informs",
}
_EFFECTS = {
    RuleEffect.BLOCKS: "blocks",
    RuleEffect.NEEDS_REVIEW: "needs review",
    RuleEffect.WARNS: "warns",
    RuleEffect.NONE: "informs",
}
_SECTIONS = {
    "tests": "tests",
    "test_changes": "tests",
    "eval_metric": "evals",
    "metric_change": "evals",
    "eval_completeness": "evals",
    "eval_iterations": "evals",
    "latest_iteration": "evals",
    "failure_modes": "failure_modes",
    "requirement_coverage": "requirements",
    "code_coverage": "overview",
    "findings": "overview",
    "evidence": "overview",
    "clean_tree": "versions",
}
"""Where the report has what a check looks at, by check."""
_TYPES = {each.value: "end-to-end" if each.value == "e2e" else each.value for each in TestType} | {
    "evals": "eval"
}
_QUARANTINED_NAMED = 3
_SHARE_DIGITS = 3
"""Digits behind the point; bounds of shares seldom have as many."""


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it is drawn."""

    state: Mark
    id: str
    severity: str
    """What a failure of this rule does: ``blocks``, ``needs review``, ``warns``, ``informs``."""
    effect: RuleEffect
    """What it did to the verdict, which waivers, missing evidence and a later day make milder."""
    effect_word: str
    """The same in the words of ``severity``."""
    expected: str
    actual: str
    n: str
    """Samples, tests or items behind ``actual``; empty where counting makes no sense."""
    interval: str
    """``95 % interval 0.205 to 0.409``; empty where none was computed."""
    message: str
    remarks: tuple[str, ...]
    """What a reader should know beside the state; it changed nothing."""
    fix: str
    note: str
    """Later starting day, and the waiver where the message does not name it; empty without either."""
    quarantined: str
    """Which tests were left out because the quarantine names them; empty where the message says so."""
    is_open: bool
    """Whether the rule needs a look: it did not pass, and the policy does not let it go."""
    is_ignored: bool
    """Whether its evidence is missing and the policy says, with a reason, that this does not matter."""
    places: tuple[Place, ...] = ()
    """The first of the tests, failure modes and files to look at; empty where no report was given."""
    target: Target
    evidence: tuple[Target, ...]
    """Where the report has the figure that was judged, such as the iteration of a metric. Not looked up."""
    more_places: str = ""
    """How many there are besides; empty where all are shown."""


def rules(
    decision: Decision, report: TestSummaryReport | None = None, most_places: int = 0
) -> tuple[RuleRow, ...]:
    """The rules by what they did to the verdict, then in the policy's order; those without evidence last.

    Args:
        decision: What was decided.
        report: What was judged, to say of what the rules refer to where it is and what it said.
        most_places: How many of these a rule that needs a look gets.
    """
    ordered = sorted(
        decision.rules,
        key=lambda rule: (
            _is_ignored(rule),
            _EFFECT_ORDER.index(rule.effect),
            _STATE_ORDER.index(rule.state),
        ),
    )
    rows = [_row(rule) for rule in ordered]
    if report is None or most_places < 1:
        return tuple(rows)
    opened = [rule for rule, row in zip(ordered, rows, strict=True) if row.is_open]
    # Which cases got worse, a comparison says itself; those that did not pass are others.
    evidence = [() if rule.check == "metric_change" else rule.evidence for rule in opened]
    found = places(report, evidence, most_places)
    by_id = {rule.id: each for rule, each in zip(opened, found, strict=True)}
    return tuple(
        _with_places(row, *by_id.get(rule.id, NO_PLACES)) for rule, row in zip(ordered, rows, strict=True)
    )


def _with_places(row: RuleRow, shown: tuple[Place, ...], more: str) -> RuleRow:
    """The row with what tells more than its own sentence does."""
    kept = tuple(each for each in shown if each.where or each.message or each.name not in row.message)
    return msgspec.structs.replace(row, places=kept, more_places=more if kept else "")


def _is_ignored(rule: RuleResult) -> bool:
    return rule.state is RuleState.NOT_EVALUATED and rule.effect is RuleEffect.NONE


def _row(rule: RuleResult) -> RuleRow:
    ignored = _is_ignored(rule)
    return RuleRow(
        state=rule_state(rule),
        id=one_line(rule.id),
        severity=_SEVERITIES[rule.severity],
        effect=rule.effect,
        effect_word=_EFFECTS[rule.effect],
        expected=one_line(rule.expected),
        actual=one_line(rule.actual),
        n="" if rule.n is None else count(rule.n),
        interval=_interval(rule),
        message=one_line(rule.message, 2000),
        remarks=tuple(one_line(each, 1000) for each in rule.remarks),
        fix=one_line(rule.fix, 2000),
        note=_note(rule),
        quarantined=_quarantined(rule.quarantined, rule.message),
        is_open=rule.state is not RuleState.PASS and not ignored,
        is_ignored=ignored,
        target=Target(Kind.RULE, rule.id),
        evidence=_evidence(rule),
    )


def _evidence(rule: RuleResult) -> tuple[Target, ...]:
    """Iterations and files behind a figure; of tests and requirements a passed rule names none."""
    found = [
        Target(Kind.ITERATION, str(each.iteration)) for each in rule.evidence if each.iteration is not None
    ]
    found += [Target(Kind.INPUT, each.path) for each in rule.evidence if each.path]
    if rule.check in _SECTIONS:
        found.append(Target(Kind.SECTION, _SECTIONS[rule.check]))
    if rule.check == "tests" and (kind := _test_type(rule)):
        found.append(Target(Kind.TEST_TYPE, kind))
    return tuple(dict.fromkeys(found))


def _test_type(rule: RuleResult) -> str:
    """The type that a rule on tests is about. It records none; its own sentence names it."""
    named = {each.test_type for each in rule.evidence if each.test_type}
    said = [kind for kind, words in _TYPES.items() if f" {words} test" in f" {rule.message.lower()}"]
    found = named or set(said)
    return next(iter(found)) if len(found) == 1 else ""


def _interval(rule: RuleResult) -> str:
    if rule.interval is None:
        return ""
    low, high = rule.interval
    # Four digits are enough for a confidence, and cost no import while a pipeline waits.
    named = f"{rule.confidence * 100:.4g} % interval" if rule.confidence is not None else "interval"
    return f"{named} {_limit(low)} to {_limit(high)}"


def _limit(value: float) -> str:
    """A limit of a share with three digits, or more where fewer are left: 0.84996 is not written 0.85."""
    if not 1e-4 <= abs(value) < 1:
        return figure(value)
    for digits in range(3, 10):
        text = f"{value:.{digits}g}"
        if float(text) == value or len(text.partition(".")[2]) >= _SHARE_DIGITS:
            return text
    return figure(value)


def _note(rule: RuleResult) -> str:
    parts = []
    # The gate's own sentence names the waiver with its owner and last day.
    if rule.waiver is not None and rule.waiver not in rule.message:
        parts.append(f"waiver {one_line(rule.waiver)}")
    if rule.effective_on is not None:
        parts.append(f"in force from {rule.effective_on:%Y-%m-%d}")
    return ", ".join(parts)


def _quarantined(tests: Sequence[str], message: str) -> str:
    # The gate's own sentence names those of a rule that they alone made fail.
    if all(each in message for each in tests[:_QUARANTINED_NAMED]):
        return ""
    named = ", ".join(one_line(each, 200) for each in tests[:_QUARANTINED_NAMED])
    more = len(tests) - _QUARANTINED_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    return f"{counted(len(tests), 'test')} in quarantine left out: {named}{rest}"
