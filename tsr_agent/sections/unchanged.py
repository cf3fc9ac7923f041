"""What is the same in two reports, line by line, for whoever wants to see that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tsr_agent.comparison.coverage import measured
from tsr_agent.comparison.failure_modes import worst_modes
from tsr_agent.comparison.findings import same_findings
from tsr_agent.comparison.requirements import worst_requirements
from tsr_agent.comparison.tests import unchanged_tests
from tsr_agent.comparison.versions import fields_of
from tsr_agent.models.evals import latest_iteration
from tsr_agent.sections.changed_tests import same_test
from tsr_agent.sections.changes import Rows
from tsr_agent.sections.eval_changes import same_failure_mode, same_metric
from tsr_agent.sections.evidence_changes import (
    same_coverage,
    same_field,
    same_finding,
    same_requirement,
)
from tsr_agent.sections.judging_changes import same_exception
from tsr_agent.sections.rule_changes import same_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tsr_agent.comparison.report import Comparison, JudgedDocument
    from tsr_agent.sections.changes import ChangeRow


def unchanged_rows(
    found: Comparison, old: JudgedDocument, new: JudgedDocument
) -> Mapping[str, Sequence[ChangeRow]]:
    """By topic what both reports have alike; ``rules`` are those that do nothing and say the same.

    Linear in the size of the reports. Lines are made when somebody looks at them.

    Args:
        found: What changed between the two.
        old: The report to compare with.
        new: The report that is looked at.
    """
    one, other = old.report, new.report
    made: dict[str, tuple[Sequence[Any], Callable[[Any], ChangeRow]]] = {
        "rules": (_rules(found, old, new), lambda pair: same_rule(*pair)),
        "tests": (unchanged_tests(one.test_results, other.test_results), same_test),
        "metrics": (_metrics(found, new), lambda pair: same_metric(*pair)),
        "failure_modes": (
            _left(worst_modes(other.eval_iterations), {each.id for each in found.changes.failure_modes}),
            same_failure_mode,
        ),
        "requirements": (
            _left(
                worst_requirements(other.requirement_coverage),
                {each.id for each in found.changes.requirements},
            ),
            same_requirement,
        ),
        "coverage": (_coverage(found, new), lambda item: same_coverage(*item)),
        "findings": (same_findings(one.static_analysis, other.static_analysis), same_finding),
        "exceptions": (_exceptions(found, new), same_exception),
        "manifest": (_fields(found, new), lambda pair: same_field(*pair)),
    }
    return {key: Rows(items, make) for key, (items, make) in made.items() if items}


def _rules(found: Comparison, old: JudgedDocument, new: JudgedDocument) -> list[Any]:
    changed = {each.id for each in found.rules}
    before = {each.id: each for each in old.decision.rules}
    return [
        (before[each.id], each) for each in new.decision.rules if each.id not in changed and each.id in before
    ]


def _metrics(found: Comparison, new: JudgedDocument) -> list[Any]:
    latest = latest_iteration(new.report.eval_iterations)
    if latest is None:
        return []
    changed = {each.metric for each in found.changes.metrics}
    values = ((name, latest.metric(name)) for name in sorted(latest.metrics) if name not in changed)
    return [(name, value) for name, value in values if value is not None]


def _left(entries: Mapping[str, Any], changed: set[str]) -> list[Any]:
    return [entries[name] for name in sorted(entries) if name not in changed]


def _coverage(found: Comparison, new: JudgedDocument) -> list[Any]:
    changed = found.changes.coverage
    others = {(each.measure, each.file) for each in (*changed.measures, *changed.files)}
    return [item for item in measured(new.report.code_coverage) if item[:2] not in others]


def _exceptions(found: Comparison, new: JudgedDocument) -> list[Any]:
    waivers, tests = found.exceptions.waivers, found.exceptions.quarantine
    names = {id(each.new) for each in waivers} | {id(each.new) for each in tests}
    return [each for each in (*new.decision.waivers, *new.decision.quarantine) if id(each) not in names]


def _fields(found: Comparison, new: JudgedDocument) -> list[Any]:
    changed = {each.field for each in found.changes.fields}
    return [
        (name, value)
        for name, value in fields_of(new.report).items()
        if name not in changed and value is not None
    ]
