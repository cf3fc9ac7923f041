"""What is behind a rule's change, as lines to draw."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tsr_agent.sections.changed_tests import test_group, unlisted_rows
from tsr_agent.sections.changes import BETTER, OTHER, WORSE, ChangeGroup
from tsr_agent.sections.eval_changes import failure_mode_row, iteration_rows, metric_row
from tsr_agent.sections.evidence_changes import (
    coverage_row,
    field_row,
    finding_row,
    input_row,
    requirement_row,
    run_row,
    scan_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.comparison.report import EvidenceChanges
    from tsr_agent.comparison.rules import Cause
    from tsr_agent.sections.changes import ChangeRow


def behind(cause: Cause, changes: EvidenceChanges, few: int | None) -> tuple[ChangeGroup, ...]:
    """What a cause of a rule's change points to."""
    area, _, name = cause.where.partition(".")
    if area == "tests" and name != "unlisted":
        found = (each for each in getattr(changes.tests, name) if each.test_type is cause.test_type)
        return test_group(name, found, cause.count, few, cause.test_type)
    rows = list(islice(_rows(cause, changes), few))
    return (ChangeGroup(mark=OTHER, title="", rows=tuple(rows), more=max(0, cause.count - len(rows))),)


def _rows(cause: Cause, changes: EvidenceChanges) -> Iterable[ChangeRow]:
    names = set(cause.names)
    drawers: dict[str, Callable[[], Iterable[ChangeRow]]] = {
        "tests.unlisted": lambda: unlisted_rows(changes.tests.unlisted),
        "metrics": lambda: (metric_row(each) for each in changes.metrics if each.metric in names),
        "iterations": lambda: iteration_rows(changes.iterations),
        "failure_modes": lambda: (
            failure_mode_row(each) for each in changes.failure_modes if each.id in names
        ),
        "requirements": lambda: map(requirement_row, changes.requirements),
        "coverage.measures": lambda: (
            coverage_row(each) for each in changes.coverage.measures if each.measure.value in names
        ),
        "findings.new": lambda: (
            finding_row(each, WORSE) for each in changes.findings.new if each.tool in names
        ),
        "findings.gone": lambda: (
            finding_row(each, BETTER) for each in changes.findings.gone if each.tool in names
        ),
        "findings.no_longer_ran": lambda: scan_rows(
            [each for each in changes.findings.no_longer_ran if each in names]
        ),
        "runs": lambda: map(run_row, changes.runs),
        "inputs.unused": lambda: map(input_row, changes.inputs.unused),
        "fields": lambda: (field_row(each) for each in changes.fields if each.field in names),
    }
    return drawers[cause.where]()
