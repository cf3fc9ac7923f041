"""Every check by the name that a policy uses for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.gate.rule import Rule

_FORMS = {
    "tests": ("tests", "TestsRule"),
    "test_changes": ("changed_tests", "TestChangesRule"),
    "eval_metric": ("eval_metric", "EvalMetricRule"),
    "metric_change": ("metric_change", "MetricChangeRule"),
    "eval_completeness": ("eval_completeness", "EvalCompletenessRule"),
    "failure_modes": ("failure_modes", "FailureModesRule"),
    "requirement_coverage": ("requirement_coverage", "RequirementCoverageRule"),
    "code_coverage": ("code_coverage", "CodeCoverageRule"),
    "eval_iterations": ("eval_iterations", "EvalIterationsRule"),
    "latest_iteration": ("eval_iterations", "LatestIterationRule"),
    "clean_tree": ("clean_tree", "CleanTreeRule"),
    "findings": ("findings", "FindingsRule"),
    "calendar": ("calendar", "CalendarRule"),
}
"""Module of this room and name of the rule's form, by check."""


class _Checks(Mapping[str, "type[Rule]"]):
    """Loads a check when a policy first names it: a gate starts with those that it needs."""

    def __getitem__(self, check: str) -> type[Rule]:
        module, name = _FORMS[check]
        found: type[Rule] = getattr(import_module(f"tsr_agent.gate.checks.{module}"), name)
        return found

    def __contains__(self, check: object) -> bool:
        return check in _FORMS

    def __iter__(self) -> Iterator[str]:
        return iter(_FORMS)

    def __len__(self) -> int:
        return len(_FORMS)


CHECKS: Mapping[str, type[Rule]] = _Checks()

WITHOUT_EVIDENCE = frozenset({"calendar"})
"""Checks that look at nothing in a report. A release never rests on these alone."""
