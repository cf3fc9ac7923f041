"""Every rule that was judged, what decided the verdict first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.decision import RuleEffect, RuleSeverity, RuleState
from tsr_agent.sections.marks import Mark
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import count, rule_state

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision, RuleResult

_EFFECT_ORDER = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS, RuleEffect.NONE)
_STATE_ORDER = (RuleState.FAIL, RuleState.NOT_EVALUATED, RuleState.WAIVED, RuleState.PASS)
_SEVERITIES = {
    RuleSeverity.BLOCK: "blocks",
    RuleSeverity.REVIEW: "needs review",
    RuleSeverity.WARN: "warns",
    RuleSeverity.INFO: "informs",
}


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it is drawn."""

    state: Mark
    id: str
    severity: str
    """What a failure of this rule does: ``blocks``, ``needs review``, ``warns``, ``informs``."""
    expected: str
    actual: str
    n: str
    """Samples, tests or items behind ``actual``; empty where counting makes no sense."""
    message: str
    fix: str
    note: str
    """Waiver or later starting day, in words; empty without one."""
    is_open: bool
    """Whether the rule needs a look: it did not pass, and the policy does not let it go."""
    is_ignored: bool
    """Whether its evidence is missing and the policy says, with a reason, that this does not matter."""


def rules(decision: Decision) -> tuple[RuleRow, ...]:
    """The rules by what they did to the verdict, then in the policy's order; those without evidence last."""
    ordered = sorted(
        decision.rules,
        key=lambda rule: (
            _is_ignored(rule),
            _EFFECT_ORDER.index(rule.effect),
            _STATE_ORDER.index(rule.state),
        ),
    )
    return tuple(_row(rule) for rule in ordered)


def _is_ignored(rule: RuleResult) -> bool:
    return rule.state is RuleState.NOT_EVALUATED and rule.effect is RuleEffect.NONE


def _row(rule: RuleResult) -> RuleRow:
    ignored = _is_ignored(rule)
    return RuleRow(
        state=rule_state(rule),
        id=one_line(rule.id),
        severity=_SEVERITIES[rule.severity],
        expected=one_line(rule.expected),
        actual=one_line(rule.actual),
        n="" if rule.n is None else count(rule.n),
        message=one_line(rule.message, 2000),
        fix=one_line(rule.fix, 2000),
        note=_note(rule),
        is_open=rule.state is not RuleState.PASS and not ignored,
        is_ignored=ignored,
    )


def _note(rule: RuleResult) -> str:
    parts = []
    if rule.waiver is not None:
        parts.append(f"waiver {one_line(rule.waiver)}")
    if rule.effective_on is not None:
        parts.append(f"in force from {rule.effective_on:%Y-%m-%d}")
    return ", ".join(parts)
