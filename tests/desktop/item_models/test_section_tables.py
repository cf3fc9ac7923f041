"""What leads where: no link without a row behind it, nothing made before somebody looks, no text rendered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from aitr_desktop.item_models.cells import Kind, Target, links_of
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tests.factories.approval_documents import said
from tests.factories.full_decisions import full_decision
from tests.factories.generated_reports import consistent_report, dice
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.judged_reports import judge
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections.plain_text import HIDDEN
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.targets import OUTSIDE
from tsr_agent.sections.tests import tests as drawn_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.modeltest import ModelTester

    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.item_models.report_detail import ReportDetail
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.manifest import VersionManifest
    from tsr_agent.models.report import TestSummaryReport


OF_MARKS = {Kind.FINDING, Kind.COVERED_FILE}
"""What only the marks in code lead to; their own test follows each."""


def detail_of(report: TestSummaryReport, decision: Decision | None, **more: Any) -> ReportDetail:
    return report_detail(OpenedReport(report=report, decision=decision, digest="a" * 64, **more))


def every_node(detail: ReportDetail) -> Iterator[Node]:
    def below(nodes: tuple[Node, ...]) -> Iterator[Node]:
        for node in nodes:
            yield node
            yield from below(node.below())

    for block in detail.blocks:
        for _, table in block.tables:
            yield from below(table.nodes)


def arrived(detail: ReportDetail, target: Target) -> Node | None:
    """The row that following a target selects."""
    for block in detail.blocks:
        for _, table in block.tables:
            way = table.place(target)
            if way is not None:
                nodes, node = table.nodes, None
                for row in way:
                    node = nodes[row]
                    nodes = node.below()
                return node
    return None


def check_links(detail: ReportDetail) -> int:
    keys = {block.key for block in detail.blocks}
    targets = {link.target for node in every_node(detail) for link in links_of(node)}
    for target in targets:
        if target.kind in OUTSIDE:
            continue
        if target.kind is Kind.SECTION:
            assert target.value in keys
            continue
        node = arrived(detail, target)
        assert node is not None, target
        assert node.anchor is not None
        assert (node.anchor.kind, node.anchor.value) == (target.kind, target.value)
        assert target.within in ("", node.anchor.within)
    return len(targets)


def test_every_link_of_a_whole_report_leads_to_its_row() -> None:
    detail = detail_of(reports.report(), full_decision(), approvals=(said(),))
    assert check_links(detail) > 20
    kinds = {link.target.kind for node in every_node(detail) for link in links_of(node)}
    assert kinds >= set(Kind) - {Kind.APPROVAL, *OF_MARKS}


def test_a_test_that_two_types_have_is_found_in_its_type_and_else_where_it_failed() -> None:
    passed, failed = (reports.case("t", status) for status in (CaseStatus.PASSED, CaseStatus.FAILED))
    types = ((TestType.UNIT, passed), (TestType.SECURITY, failed), (TestType.E2E, passed))
    results = tuple(TestTypeResult.from_cases(kind, [case]) for kind, case in types)
    detail = detail_of(reports.report(test_results=results), None)
    for within, found in (("unit", "unit"), ("e2e", "e2e"), ("", "security")):
        node = arrived(detail, Target(Kind.TEST, passed.id, within))
        assert node is not None
        assert node.anchor == Target(Kind.TEST, passed.id, found)


@given(dice.map(consistent_report))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_every_link_of_any_report_leads_to_its_row(report: TestSummaryReport) -> None:
    check_links(detail_of(report, judge(report)))


@given(dice.map(consistent_report))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_the_screen_shows_the_numbers_of_the_sections(report: TestSummaryReport) -> None:
    detail = detail_of(report, judge(report))
    blocks = {block.key: block for block in detail.blocks}
    section = drawn_tests(report)
    table = dict(blocks["tests"].tables).get("Test results")
    shown = [tuple(cell.text for cell in node.cells) for node in table.nodes] if table else []
    assert shown == [
        (
            row.name, str(row.mark), row.pass_rate, row.total, row.passed, row.failed, row.errors,
            row.skipped, row.flaky, row.duration,
        )
        for row in section.types
    ]  # fmt: skip
    for row, node in zip(section.types, table.nodes if table else (), strict=True):
        heads = [each for each in node.below() if each.anchor is not None]
        assert [each.anchor for each in heads] == [failure.target for failure in row.failures]
    said_of = requirements(report)
    summary = blocks["requirements"].summary
    assert summary == (said_of.summary if said_of.rows else "")


IN_MEMORY = {"nul", "surrogate", "bidi_override", "word", "megabyte", "megabyte_word"}
"""What some field of a document can't hold; a report that is built in memory can."""


def poisoned(text: str, name: str) -> tuple[TestSummaryReport, Decision]:
    """The hostile text in every field; what no document can hold is put into a report built in memory."""
    if name not in IN_MEMORY:
        return reports.poisoned(text, full_decision())
    case = reports.case(
        text, CaseStatus.FAILED, id=text, message=text, details=text, output=text, file=text, line=3,
        requirement_ids=(text,),
    )  # fmt: skip
    requirement = RequirementCoverage(
        requirement_id=text, requirement_text=text, test_ids=(text,), missing_tests=(text,),
        coverage_status=CoverageStatus.PARTIAL, verification_status=VerificationStatus.FAILED,
    )  # fmt: skip
    mode = msgspec.structs.replace(
        reports.iterations()[-1].failure_modes[0], id=text, name=text, description=text
    )
    last = msgspec.structs.replace(reports.iterations()[-1], version_name=text, failure_modes=(mode,))
    versions: VersionManifest = reports.manifest(codebase_branch=text, codebase_repo=text)
    report = reports.report(
        test_results=(TestTypeResult.from_cases(TestType.UNIT, [case]),),
        requirement_coverage=(requirement,),
        eval_iterations=(last,),
        versions=versions,
        triggered_by=text,
    )
    return report, full_decision(reason=text, blocking_issues=(text,))


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_text_is_drawn_as_it_is_in_sound_models(qtmodeltester: ModelTester, name: str) -> None:
    report, decision = poisoned(HOSTILE_TEXTS[name], name)
    detail = detail_of(report, decision)
    for node in every_node(detail):
        for cell in node.cells:
            assert not HIDDEN.search(cell.text), (name, cell.text[:100])
            assert not HIDDEN.search(cell.whole), (name, cell.whole[:100])
            assert len(cell.text) <= 60 * 501 + 200, "what is drawn is bounded"
    for block in detail.blocks:
        for _, table in block.tables:
            qtmodeltester.check(TreeModel(table))
    check_links(detail)


def test_nothing_is_cut_without_a_sign_and_copying_takes_all() -> None:
    long = "word " * 10_000
    case = reports.case("t", CaseStatus.FAILED, message=long, details=long + "\nend")
    report = reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, [case]),))
    detail = detail_of(report, None)
    node = arrived(detail, Target(Kind.TEST, case.id, "unit"))
    assert node is not None
    message, *_, details = node.below()
    assert message.cells[0].text.endswith("…")
    assert message.cells[0].whole == long
    assert details.cells[0].text.endswith("Long lines are cut; copying takes all of them")
    assert details.cells[0].whole.endswith("end")


def big(failures: int, passes: int) -> TestSummaryReport:
    cases = [
        reports.case(
            f"fail_{n}", CaseStatus.FAILED, message="no", details="x\n" * 500, file="a.py", line=n + 1
        )
        for n in range(failures)
    ]
    cases += [reports.case(f"pass_{n}") for n in range(passes)]
    return reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))


def test_ten_thousand_failures_make_no_row_before_somebody_looks() -> None:
    report = big(10_000, 20_000)
    began = time.perf_counter()
    detail = detail_of(report, full_decision())
    took = time.perf_counter() - began
    table = dict(detail.blocks[1].tables)["Test results"]
    (unit,) = table.nodes
    assert len(unit.children) == 50 + 1
    assert all(not node.children and node.opens for node in unit.children)
    assert [node.cells[0].text for node in unit.children][::50] == ["1 to 200 of 10,000", "✓ passed 20,000"]
    assert took < 5, "a whole second and more is slow even on a loaded machine"
    far = arrived(detail, Target(Kind.TEST, "tests/test_bot.py::pass_19999", "unit"))
    assert far is not None
    assert far.cells[0].text.startswith("✓ passed  tests/test_bot.py::pass_19999")


def test_a_matrix_of_two_thousand_requirements_is_as_lazy() -> None:
    report = big(0, 20_000)
    rows = tuple(
        RequirementCoverage(
            requirement_id=f"REQ-{n}", requirement_text="It answers.",
            test_ids=tuple(f"tests/test_bot.py::pass_{10 * n + m}" for m in range(10)),
            coverage_status=CoverageStatus.COVERED, verification_status=VerificationStatus.VERIFIED,
        )
        for n in range(2_000)
    )  # fmt: skip
    detail = detail_of(msgspec.structs.replace(report, requirement_coverage=rows), None)
    tables = dict(detail.blocks[4].tables)
    assert detail.blocks[4].ways == ("By requirement", "By test")
    assert len(tables["Requirements and their tests"].nodes) == 11
    assert len(tables["Tests and their requirements"].nodes) == 100
    node = arrived(detail, Target(Kind.REQUIREMENT, "REQ-1999"))
    assert node is not None
    assert [each.cells[0].leads_to for each in node.below()][-1] == Target(
        Kind.TEST, "tests/test_bot.py::pass_19999", "unit"
    )
