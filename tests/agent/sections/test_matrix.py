"""Requirements and tests both ways, and the key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from tests.factories import shown_reports as shown
from tests.factories.full_decisions import full_decision
from tests.factories.generated_reports import consistent_report, dice
from tests.factories.judged_reports import judge, releasable
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections.figures import key_figures
from tsr_agent.sections.matrix import Matrix, matrix
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport


def of(report: TestSummaryReport) -> Matrix:
    return matrix(report, requirements(report))


def test_both_sides_have_their_orphans() -> None:
    bare = RequirementCoverage(
        requirement_id="REQ-5",
        coverage_status=CoverageStatus.UNCOVERED,
        verification_status=VerificationStatus.NOT_RUN,
    )
    report = shown.report()
    made = of(shown.report(requirement_coverage=(*report.requirement_coverage, bare)))
    assert [row.id for row in made.untested] == ["REQ-5"]
    assert [row.id for row in made.unknown] == ["REQ-99"]
    assert [(name, [row.id for row in rows]) for name, rows in made.missing] == [
        ("tests/test_gone.py::*", ["REQ-3"])
    ]
    assert len(made.tests) == 3
    assert len(made.without) == 42
    assert made.tests[0].id.endswith("test_refuses_medical_advice"), "those that need a look come first"


@given(dice.map(consistent_report))
def test_both_ways_tell_the_same(report: TestSummaryReport) -> None:
    made = of(report)
    there = {(row.id, test) for row in requirements(report).rows for test in row.tests_as_written}
    back = {(row.id, test) for test, rows in made.named.items() for row in rows}
    assert there == back
    assert len(made.tests) + len(made.without) == sum(len(each.test_cases) for each in report.test_results)


def test_of_two_cases_with_one_id_the_one_that_needs_a_look_is_found() -> None:
    types = [
        TestTypeResult.from_cases(kind, [shown.case("t", status)])
        for kind, status in ((TestType.UNIT, CaseStatus.PASSED), (TestType.SECURITY, CaseStatus.FAILED))
    ]
    assert of(shown.report(test_results=tuple(types))).cases["tests/test_bot.py::t"].kind == "security"


def test_key_figures_have_their_sign_their_n_and_their_evidence() -> None:
    figures = {each.name: each for each in key_figures(shown.report(), full_decision())}
    unit = figures["Unit tests"]
    assert (str(unit.mark), unit.value, unit.n) == ("✕ 2 failures", "41 of 43 passed, 1 of them late", "43")
    assert unit.leads_to == Target(Kind.TEST_TYPE, "unit")
    assert str(figures["Accuracy"].mark) == "✕ fail"
    assert str(figures["Avg length"].mark) == "– measured"
    assert figures["Unresolved critical failure modes"].leads_to == Target(Kind.FAILURE_MODE, "FM-1")
    assert str(figures["Line coverage, coverage.py"].mark) == "– waived"
    assert figures["Static analysis"].value == "no data"


def test_without_anything_every_key_figure_is_no_data() -> None:
    empty = releasable(test_results=(), eval_iterations=(), requirement_coverage=(), code_coverage=())
    figures = key_figures(empty, judge(empty))
    assert {each.value for each in figures} == {"no data"}
    assert {each.leads_to for each in figures} == {None}
