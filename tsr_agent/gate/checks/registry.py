"""Every check by the name that a policy uses for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.checks.calendar import CalendarRule
from tsr_agent.gate.checks.changed_tests import TestChangesRule
from tsr_agent.gate.checks.clean_tree import CleanTreeRule
from tsr_agent.gate.checks.code_coverage import CodeCoverageRule
from tsr_agent.gate.checks.eval_completeness import EvalCompletenessRule
from tsr_agent.gate.checks.eval_iterations import EvalIterationsRule, LatestIterationRule
from tsr_agent.gate.checks.eval_metric import EvalMetricRule
from tsr_agent.gate.checks.failure_modes import FailureModesRule
from tsr_agent.gate.checks.findings import FindingsRule
from tsr_agent.gate.checks.metric_change import MetricChangeRule
from tsr_agent.gate.checks.requirement_coverage import RequirementCoverageRule
from tsr_agent.gate.checks.tests import TestsRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.gate.rule import Rule

CHECKS: Mapping[str, type[Rule]] = {
    "tests": TestsRule,
    "test_changes": TestChangesRule,
    "eval_metric": EvalMetricRule,
    "metric_change": MetricChangeRule,
    "eval_completeness": EvalCompletenessRule,
    "failure_modes": FailureModesRule,
    "requirement_coverage": RequirementCoverageRule,
    "code_coverage": CodeCoverageRule,
    "eval_iterations": EvalIterationsRule,
    "latest_iteration": LatestIterationRule,
    "clean_tree": CleanTreeRule,
    "findings": FindingsRule,
    "calendar": CalendarRule,
}

WITHOUT_EVIDENCE = frozenset({"calendar"})
"""Checks that look at nothing in a report. A release never rests on these alone."""
