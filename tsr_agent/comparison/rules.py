"""Rules of two decisions by what they did to the verdict, each with what of the evidence is behind it."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, Any

from tsr_agent.models.base import Count, LongText, Record, ShortText
from tsr_agent.models.decision import RuleEffect, RuleResult, RuleScope
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.comparison.report import EvidenceChanges
    from tsr_agent.models.decision import Decision

WEIGHT = {effect: place for place, effect in enumerate(RuleEffect)}
"""From what does nothing to the verdict to what blocks."""
BAD_LISTS = ("newly_failing", "vanished", "newly_skipped", "newly_xfailed", "newly_flaky")
"""Lists of ``TestChanges`` that can take a release's support away, the worst first."""
GOOD_LISTS = ("fixed", "newly_passing", "new")


class Turn(Enum):
    """What became of a rule's effect on the verdict, in the order in which a reader needs it."""

    WORSE = "worse"
    BETTER = "better"
    STILL = "still"
    """The same effect, and it has one: it blocks, needs review or warns in both."""
    NO_MATTER = "no_matter"
    """It does nothing to the verdict in either, and says something else."""


class Cause(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What of the evidence is behind a rule: where in the comparison it stands."""

    where: ShortText
    """A list of the comparison: ``tests.newly_failing``, ``metrics``, ``failure_modes`` …"""
    count: Count
    """How many of its entries."""
    test_type: TestType | None = None
    """Of which only those of this type; None for all."""
    names: tuple[LongText, ...] = ()
    """Of which only these: metrics, measures, failure modes, tools or fields; empty for all."""


class RuleChange(Record, frozen=True, kw_only=True):
    """One rule in both decisions."""

    id: ShortText
    turn: Turn
    old: RuleResult | None
    """None where the policy has no such rule for that environment."""
    new: RuleResult | None
    causes: tuple[Cause, ...] = ()


def rule_changes(
    old: Decision, new: Decision, changes: EvidenceChanges, scopes: Mapping[str, Mapping[str, Any]]
) -> tuple[RuleChange, ...]:
    """Every rule that has an effect in either decision or says something else, by effect on the verdict.

    What got worse comes first, what blocks before what needs review before what warns; then what got
    better in the same order, then what is as it was; within each, the policy's order.

    Args:
        old: Decision about the report to compare with.
        new: Decision about the report that is looked at.
        changes: What became of the evidence.
        scopes: By rule id what the rule looks at, as plain data: ``{"type": "unit"}``. Of a rule that is
            not named there, what its result records counts.
    """
    before = {each.id: each for each in old.rules}
    after = {each.id: each for each in new.rules}
    evidence = _Evidence(changes)
    found = []
    for name in (*after, *(each for each in before if each not in after)):
        one, other = before.get(name), after.get(name)
        turn = _turn(one, other)
        told = other or one
        if turn is not None and told is not None:
            scope = scopes[name] if name in scopes else _recorded(told)
            causes = evidence.behind(told.check, scope, improves=turn is Turn.BETTER)
            found.append(RuleChange(id=name, turn=turn, old=one, new=other, causes=causes))
    return tuple(sorted(found, key=_order))


def effect(rule: RuleResult | None) -> RuleEffect:
    """What a rule does to the verdict; one that is not there does nothing."""
    return rule.effect if rule is not None else RuleEffect.NONE


def _turn(old: RuleResult | None, new: RuleResult | None) -> Turn | None:
    was, does = WEIGHT[effect(old)], WEIGHT[effect(new)]
    if does != was:
        return Turn.WORSE if does > was else Turn.BETTER
    if does:
        return Turn.STILL
    same = old is not None and new is not None and _said(old) == _said(new)
    return None if same else Turn.NO_MATTER


def _said(rule: RuleResult) -> tuple[object, ...]:
    return rule.state, rule.severity, rule.expected, rule.actual, rule.n, rule.message


def _order(change: RuleChange) -> tuple[int, int]:
    heaviest = max(WEIGHT[effect(change.old)], WEIGHT[effect(change.new)])
    return list(Turn).index(change.turn), -heaviest


def _recorded(rule: RuleResult) -> Mapping[str, Any]:
    """What a rule's own result says that it looks at; nothing in decisions from before it was recorded."""
    scope = rule.scope
    if not isinstance(scope, RuleScope):
        return {}
    said = {
        "type": scope.test_types,
        "metric": scope.metric,
        "severity": scope.severities,
        "measure": scope.measure,
        "tool": scope.tools,
    }
    return {key: value for key, value in said.items() if value}


class _Evidence:
    """The changes of the evidence, counted once for all rules."""

    def __init__(self, changes: EvidenceChanges) -> None:
        self._changes = changes
        self._tests = Counter(
            (name, each.test_type)
            for name in (*BAD_LISTS, *GOOD_LISTS)
            for each in getattr(changes.tests, name)
        )

    def behind(self, check: str, scope: Mapping[str, Any], *, improves: bool) -> tuple[Cause, ...]:
        """What a rule of that check and scope looks at and is not as it was."""
        finder = {
            "evidence": self._handed_in,
            "failure_modes": self._failure_modes,
            "requirement_coverage": self._requirements,
            "code_coverage": self._coverage,
            "clean_tree": self._tree,
            "eval_completeness": self._history,
            "eval_iterations": self._history,
            "latest_iteration": self._history,
        }.get(check)
        if finder is not None:
            return tuple(finder(scope))
        if "metric" in scope:
            return tuple(self._metric(scope))
        if "type" in scope or "tests" in check:
            # A test that is mended, or new and sound, explains nothing that got worse.
            lists = (*GOOD_LISTS, *BAD_LISTS) if improves else BAD_LISTS
            return tuple(self._of_type(scope.get("type"), lists))
        if "finding" in check or "analysis" in check:
            return tuple(self._findings(scope))
        return ()

    def _of_type(self, name: object, lists: tuple[str, ...]) -> list[Cause]:
        wanted = {name} if isinstance(name, str) else name if isinstance(name, tuple | list) else None
        types = [each for each in TestType if wanted is None or each.value in wanted]
        return [
            Cause(where=f"tests.{each}", count=self._tests[each, test_type], test_type=test_type)
            for each in lists
            for test_type in types
            if self._tests[each, test_type]
        ]

    def _metric(self, scope: Mapping[str, Any]) -> list[Cause]:
        name = scope["metric"]
        found = [each for each in self._changes.metrics if each.metric == name]
        return [Cause(where="metrics", count=1, names=(name,)), *self._data()] if found else self._data()

    def _data(self) -> list[Cause]:
        """Another data set makes every metric another."""
        old, new = self._changes.iterations.old, self._changes.iterations.new
        if old is None or new is None or old.dataset == new.dataset:
            return []
        return [Cause(where="iterations", count=1)]

    def _history(self, scope: Mapping[str, Any]) -> list[Cause]:
        changed = self._changes.iterations
        differs = changed.old != changed.new or changed.vanished or changed.told_otherwise
        return [Cause(where="iterations", count=1)] if differs else []

    def _failure_modes(self, scope: Mapping[str, Any]) -> list[Cause]:
        wanted = scope.get("severity")
        found = [
            each.id
            for each in self._changes.failure_modes
            if not wanted or any(mode and mode.severity.value in wanted for mode in (each.old, each.new))
        ]
        return [Cause(where="failure_modes", count=len(found), names=tuple(found))] if found else []

    def _requirements(self, scope: Mapping[str, Any]) -> list[Cause]:
        count = len(self._changes.requirements)
        return [Cause(where="requirements", count=count)] if count else []

    def _coverage(self, scope: Mapping[str, Any]) -> list[Cause]:
        measure = scope.get("measure", "line")
        found = [each for each in self._changes.coverage.measures if each.measure.value == measure]
        return [Cause(where="coverage.measures", count=1, names=(measure,))] if found else []

    def _findings(self, scope: Mapping[str, Any]) -> list[Cause]:
        found, tools = self._changes.findings, scope.get("tool")
        behind = {
            "new": [each.tool for each in found.new],
            "no_longer_ran": list(found.no_longer_ran),
            "gone": [each.tool for each in found.gone],
        }
        causes = []
        for name, of_tools in behind.items():
            mine = [each for each in of_tools if tools is None or each in tools]
            if mine:
                names = tuple(sorted(set(mine)))
                causes.append(Cause(where=f"findings.{name}", count=len(mine), names=names))
        return causes

    def _tree(self, scope: Mapping[str, Any]) -> list[Cause]:
        name = "versions.dirty"
        found = [each for each in self._changes.fields if each.field == name]
        return [Cause(where="fields", count=1, names=(name,))] if found else []

    def _handed_in(self, scope: Mapping[str, Any]) -> list[Cause]:
        counts = {
            "runs": len(self._changes.runs),
            "inputs.unused": len(self._changes.inputs.unused),
            "tests.unlisted": len(self._changes.tests.unlisted),
        }
        return [Cause(where=name, count=number) for name, number in counts.items() if number]
