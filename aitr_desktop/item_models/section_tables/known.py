"""What a report has, so that nothing is drawn as a link that leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Kind, Target
from tsr_agent.models.manifest import tested_sha
from tsr_agent.sections.targets import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aitr_desktop.library.workspace import OpenedReport
    from tsr_agent.sections.matrix import Matrix

MOST_INPUTS = 3
"""Results files that a test may come from; where there are more, none is named."""


class Known:
    """Everything in an opened report that a figure can lead to.

    Args:
        opened: The report with its decision and approvals.
        both_ways: Its tests and requirements.
    """

    def __init__(self, opened: OpenedReport, both_ways: Matrix) -> None:
        report = opened.report
        self.matrix = both_ways
        self._opened = opened
        self._typed = {
            (result.test_type.value, case.id) for result in report.test_results for case in result.test_cases
        }
        self._rest = set(_targets(opened))
        self._rest.update(row.target for row in both_ways.unknown)
        self._inputs: dict[str, list[str]] = {}
        for file in report.inputs:
            if file.test_type is not None:
                self._inputs.setdefault(file.test_type.value, []).append(file.path)

    def link(self, target: Target | None) -> Target | None:
        """The target if it leads anywhere, else None."""
        if target is None or target.kind in OUTSIDE or target.kind is Kind.SECTION:
            return target
        if target.kind is Kind.TEST:
            typed = (target.within, target.value)
            has = typed in self._typed if target.within else target.value in self.matrix.cases
            return target if has else None
        return target if target in self._rest else None

    def inputs_of(self, kind: str) -> tuple[Target, ...]:
        """The files that cases of a test type were read from, where few enough to say so."""
        paths = self._inputs.get(kind, [])
        return tuple(Target(Kind.INPUT, path) for path in paths) if len(paths) <= MOST_INPUTS else ()

    @property
    def commit(self) -> Target:
        """The commit whose files were tested, as far as the report ties one to its own."""
        report = self._opened.report
        sha = tested_sha(report.versions, report.build) or report.versions.codebase_sha
        return Target(Kind.COMMIT, sha)


def _targets(opened: OpenedReport) -> Iterable[Target]:
    report, decision = opened.report, opened.decision
    for each in report.inputs:
        yield Target(Kind.INPUT, each.path)
    for result in report.test_results:
        yield Target(Kind.TEST_TYPE, result.test_type.value)
    for iteration in report.eval_iterations:
        yield Target(Kind.ITERATION, str(iteration.iteration))
        for mode in iteration.failure_modes:
            yield Target(Kind.FAILURE_MODE, mode.id)
    for requirement in report.requirement_coverage:
        yield Target(Kind.REQUIREMENT, requirement.requirement_id)
    for rule in decision.rules if decision is not None else ():
        yield Target(Kind.RULE, rule.id)
    for approval in opened.approvals:
        yield Target(Kind.APPROVAL, approval.id)
