"""Version 0 of the policy: SEED.md's ``DEFAULT_RULES`` dict as it stands, read as version 1.

``test_type_all_fail`` means what its message says, "must all pass"; ``test_type_not_all_passed`` is its
clear name. Whatever is missing fails, as a dict that lists what must hold leaves no room for less.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.wording import exact
from tsr_agent.models.base import Count, LongText, Record, Share, ShortText
from tsr_agent.models.evals import Severity
from tsr_agent.models.form_problems import problems_of
from tsr_agent.models.forms import ready
from tsr_agent.models.results import TestType

_Kind = Meta(description="Which condition it is.")
_MetricName = Annotated[
    str, Meta(min_length=1, max_length=200, description="Name of a metric of the latest eval iteration.")
]
_Message = Annotated[LongText, Meta(description="Shown as the rule's description.")]
_Tests = Annotated[TestType, Meta(description="Which tests, by their type.")]


class TestTypeNotAllPassed(Record, frozen=True, kw_only=True):
    """Holds when a test of the type did not pass."""

    __test__ = False

    type: Annotated[Literal["test_type_all_fail", "test_type_not_all_passed"], _Kind]
    test_type: _Tests
    message: _Message = ""


class EvalMetricBelow(Record, frozen=True, kw_only=True):
    """Holds when the metric of the latest iteration is below the threshold."""

    type: Annotated[Literal["eval_metric_below"], _Kind]
    metric: _MetricName
    threshold: Annotated[float, Meta(description="Smallest value that passes.")]
    message: _Message = ""


class UnresolvedFailureMode(Record, frozen=True, kw_only=True):
    """Holds when a failure mode of the severity is not fixed."""

    type: Annotated[Literal["unresolved_failure_mode"], _Kind]
    severity: Annotated[Severity, Meta(description="Which failure modes, by their severity.")]
    message: _Message = ""


class TestFailureRate(Record, frozen=True, kw_only=True):
    """Holds when the share of executed tests that did not pass is above the threshold."""

    __test__ = False

    type: Annotated[Literal["test_failure_rate"], _Kind]
    test_type: _Tests
    threshold: Annotated[Share, Meta(description="Largest share that may not pass.")]
    message: _Message = ""


class RequiredCoverage(Record, frozen=True, kw_only=True):
    """Smallest shares: requirements verified, code lines covered."""

    requirements: Annotated[
        Share | None, Meta(description="Smallest share of requirements that must be verified.")
    ] = None
    code: Annotated[Share | None, Meta(description="Smallest share of code lines that must be covered.")] = (
        None
    )


class EvalRequirements(Record, frozen=True, kw_only=True):
    """What the eval history must be."""

    min_iterations_documented: Annotated[
        Count, Meta(description="Fewest eval iterations that must be documented.")
    ] = 0
    latest_iteration_must_pass: Annotated[
        bool, Meta(description="Whether the iteration with the highest number must have passed.")
    ] = False


class PolicyForm0(Record, frozen=True, kw_only=True):
    """Version 0 of the policy file."""

    version: Annotated[Literal[0], Meta(description="Version of the file format: 0, or left out.")] = 0
    name: Annotated[ShortText, Meta(description="The policy's name; decisions show it.")] = ""
    blocking_conditions: Annotated[
        tuple[dict[str, Any], ...], Meta(description="Each of them, where it holds, means NO_GO.")
    ] = ()
    warning_conditions: Annotated[
        tuple[dict[str, Any], ...], Meta(description="Each of them, where it holds, is a warning.")
    ] = ()
    required_coverage: Annotated[
        RequiredCoverage, Meta(description="Shares that must be reached, or NO_GO.")
    ] = RequiredCoverage()
    eval_requirements: Annotated[
        EvalRequirements, Meta(description="What the eval history must be, or NO_GO.")
    ] = EvalRequirements()


KEYS = frozenset(("blocking_conditions", "warning_conditions", "required_coverage", "eval_requirements"))
CONDITIONS: dict[str, type[Record]] = {
    "test_type_all_fail": TestTypeNotAllPassed,
    "test_type_not_all_passed": TestTypeNotAllPassed,
    "eval_metric_below": EvalMetricBelow,
    "unresolved_failure_mode": UnresolvedFailureMode,
    "test_failure_rate": TestFailureRate,
}


class Origins(Record, frozen=True, kw_only=True):
    """Where each rule of the translation stands in the version-0 file."""

    paths: tuple[str, ...] = ()

    def of(self, problem: str) -> str:
        """The problem's line with the path of the file as it was written."""
        where, _, what = problem.partition(": ")
        for place, path in enumerate(self.paths):
            prefix = f"$.rules[{place}]"
            if where.startswith(prefix):
                return f"{path}: {what}"
        return f"$: {what}" if self.paths and where == "$.rules" else problem


def translate(tree: dict[str, Any], problems: list[str]) -> tuple[dict[str, Any], Origins]:
    """Version 0 as a tree of version 1.

    Args:
        tree: The file's mapping.
        problems: Takes one line a problem; when it is not empty afterwards, the result is of no use.

    Returns:
        The tree of version 1 and where its rules come from.
    """
    problems += problems_of(tree, PolicyForm0)
    if problems:
        return {}, Origins()
    form = msgspec.convert(tree, ready(PolicyForm0))
    found: list[tuple[str, dict[str, Any]]] = []
    for key, severity in (("blocking_conditions", "block"), ("warning_conditions", "warn")):
        for place, entry in enumerate(getattr(form, key)):
            path = f"$.{key}[{place}]"
            rule = _condition(entry, path, problems)
            found.append((path, {**rule, "severity": severity}))
    found += _coverage_rules(form.required_coverage)
    found += _eval_rules(form.eval_requirements)
    if not found and not problems:
        problems.append("$: the policy asks for nothing")
    translated = {
        "version": 1,
        "name": form.name or "rules of version 0",
        "revision": "0",
        "on_missing": "fail",
        "rules": _with_distinct_ids([rule for _, rule in found]),
    }
    return translated, Origins(paths=tuple(path for path, _ in found))


def _condition(entry: dict[str, Any], path: str, problems: list[str]) -> dict[str, Any]:
    kind = entry.get("type")
    form = CONDITIONS.get(kind) if isinstance(kind, str) else None
    if form is None:
        problems.append(
            f"{path}.type: {str(kind)[:80]!r} is not a condition; known are {', '.join(sorted(CONDITIONS))}"
        )
        return {}
    found = problems_of(entry, form, path)
    problems += found
    if found:
        return {}
    condition = msgspec.convert(entry, ready(form))
    if isinstance(condition, EvalMetricBelow) and condition.threshold <= 0:
        given = exact(condition.threshold)
        problems.append(f"{path}.threshold: {given} asks for nothing; it must be above 0")
        return {}
    return {**_rule_of(condition), "description": entry.get("message", "")}


def _rule_of(condition: Record) -> dict[str, Any]:
    match condition:
        case TestTypeNotAllPassed(test_type=test_type):
            return {
                "id": f"{test_type.value}-tests",
                "check": "tests",
                "where": {"type": test_type.value},
                "require": {"failed": 0, "errors": 0},
            }
        case EvalMetricBelow(metric=metric, threshold=threshold):
            return {
                "id": _id_of(metric),
                "check": "eval_metric",
                "where": {"metric": metric},
                "require": {"at_least": threshold},
            }
        case UnresolvedFailureMode(severity=severity):
            return {
                "id": f"{severity.value}-failure-modes",
                "check": "failure_modes",
                "where": {"severity": [severity.value]},
            }
        case TestFailureRate(test_type=test_type, threshold=threshold):
            return {
                "id": f"{test_type.value}-failure-rate",
                "check": "tests",
                "where": {"type": test_type.value},
                "require": {"max_failure_rate": threshold},
            }
    return {}


def _coverage_rules(coverage: RequiredCoverage) -> list[tuple[str, dict[str, Any]]]:
    rules: list[tuple[str, dict[str, Any]]] = []
    if coverage.requirements is not None:
        rule = {"check": "requirement_coverage", "require": {"verified": coverage.requirements}}
        rules.append(("$.required_coverage.requirements", {"id": "requirements-verified", **rule}))
    if coverage.code is not None:
        rule = {"check": "code_coverage", "require": {"at_least": coverage.code}}
        rules.append(("$.required_coverage.code", {"id": "line-coverage", **rule}))
    return rules


def _eval_rules(asked: EvalRequirements) -> list[tuple[str, dict[str, Any]]]:
    rules: list[tuple[str, dict[str, Any]]] = []
    if asked.min_iterations_documented:
        require = {"min_documented": asked.min_iterations_documented}
        rule = {"id": "iterations-documented", "check": "eval_iterations", "require": require}
        rules.append(("$.eval_requirements.min_iterations_documented", rule))
    if asked.latest_iteration_must_pass:
        rule = {"id": "latest-iteration", "check": "latest_iteration"}
        rules.append(("$.eval_requirements.latest_iteration_must_pass", rule))
    return rules


def _id_of(name: str) -> str:
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return kept.strip("-")[:80] or "metric"


def _with_distinct_ids(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two conditions on one thing, say a warning above a block, get numbers behind their ids."""
    taken: set[str] = set()
    distinct = []
    for rule in rules:
        base = str(rule.get("id", ""))
        name, number = base, 2
        while name in taken or name == "evidence":
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        distinct.append({**rule, "id": name})
    return distinct
