"""Which item of the checklist a judged rule belongs to: by what it records that it looks at.

Decisions that were taken before rules recorded it are read with care: what is not plain from the rule's
own figures goes to an item where it counts, and stands for none of the items that are asked for by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.models.decision import RuleScope
from tsr_agent.models.evals import ResolutionStatus, Severity
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from tsr_agent.models.decision import RuleResult

ACCURACY = "accuracy"
_BY_CHECK = {
    "requirement_coverage": EvidenceKind.REQUIREMENTS,
    "evidence": EvidenceKind.EVIDENCE,
    "eval_completeness": EvidenceKind.EVAL_RECORD,
    "eval_iterations": EvidenceKind.EVAL_RECORD,
    "latest_iteration": EvidenceKind.EVAL_RECORD,
    "code_coverage": EvidenceKind.CODE_COVERAGE,
    "findings": EvidenceKind.STATIC_ANALYSIS,
    "test_changes": EvidenceKind.CHANGES,
    "metric_change": EvidenceKind.CHANGES,
    "clean_tree": EvidenceKind.CLEAN_TREE,
    "calendar": EvidenceKind.CALENDAR,
}
_BY_TYPE = {"unit": EvidenceKind.UNIT_TESTS, "security": EvidenceKind.SECURITY_TESTS}
_TYPE_WORDS = {each.value: each.value for each in TestType} | {"e2e": "end-to-end", "evals": "eval"}


def kind_of(rule: RuleResult) -> EvidenceKind:
    """What a rule is about; a check that this build does not know is about nothing that it could tell."""
    if rule.check == "tests":
        return _BY_TYPE.get(test_type_of(rule), EvidenceKind.OTHER_TESTS)
    if rule.check == "eval_metric":
        is_accuracy = metric_of(rule) == ACCURACY
        return EvidenceKind.EVAL_ACCURACY if is_accuracy else EvidenceKind.EVAL_METRICS
    if rule.check == "failure_modes":
        is_critical = _counts_critical(rule)
        return EvidenceKind.CRITICAL_FAILURE_MODES if is_critical else EvidenceKind.FAILURE_MODES
    return _BY_CHECK.get(rule.check, EvidenceKind.OTHER_RULES)


def test_type_of(rule: RuleResult) -> str:
    """The one test type that a rule is about; empty where it is about several, or none can be told."""
    if isinstance(rule.scope, RuleScope):
        types = set(rule.scope.test_types)
    else:
        named = {each.test_type for each in rule.evidence if each.test_type}
        # The gate's own sentence begins, or goes on behind a number, with the type and the word test.
        said = {kind for kind, word in _TYPE_WORDS.items() if f" {word} test" in f" {rule.message.lower()}"}
        types = named or said
    return next(iter(types)) if len(types) == 1 else ""


def metric_of(rule: RuleResult) -> str:
    """The metric that a rule is about; empty where none can be told."""
    if isinstance(rule.scope, RuleScope):
        return rule.scope.metric
    named = {each.metric for each in rule.evidence if each.metric}
    if named:
        return next(iter(named)) if len(named) == 1 else ""
    name, _, bound = rule.expected.rpartition(" ≥ ")
    return name if bound and " " not in name else ""


def _counts_critical(rule: RuleResult) -> bool:
    """Whether a rule counts critical failure modes that are open, whatever else it counts."""
    if not isinstance(rule.scope, RuleScope):
        words = rule.expected.lower().replace("/", " ").split()
        return "critical" in words and ("unresolved" in words or "open" in words)
    severities, statuses = rule.scope.severities, rule.scope.statuses
    critical = not severities or Severity.CRITICAL.value in severities
    return critical and (not statuses or ResolutionStatus.OPEN.value in statuses)
