"""The checklist with its controls as tables: every number is the one that the report's own section shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.item_models.cells import Node, links_of
from aitr_desktop.item_models.checked_report import CheckedReport, Shown, check_blocks, counts
from aitr_desktop.item_models.report_detail import report_detail
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tests.factories.checked_reports import GRANTED, complete
from tests.factories.full_decisions import full_decision
from tests.factories.generated_reports import consistent_report, dice
from tests.factories.judged_reports import judge, results, with_results
from tsr_agent.controls.reading import Gathered, parse_catalogue, shipped
from tsr_agent.errors import PolicyError
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.sections.checklist import MARKS, Compliance
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.modeltest import ModelTester

    from aitr_desktop.item_models.report_detail import ReportDetail
    from tsr_agent.models.report import TestSummaryReport


def detail(report: TestSummaryReport, decision: Any = None, **more: Any) -> ReportDetail:
    options = {"standing": GRANTED, "policy_in_force": True} | more
    return report_detail(
        OpenedReport(report=report, decision=decision or judge(report), digest="a" * 64, **options)
    )


def checked(report: TestSummaryReport, decision: Any = None, **more: Any) -> CheckedReport:
    found = detail(report, decision, **more).checked
    assert found is not None
    return found


def nodes(made: CheckedReport, shown: Shown) -> Iterator[Node]:
    for block in check_blocks(made, shown):
        for _, table in block.tables:
            yield from table.nodes


def failed() -> TestSummaryReport:
    return with_results(results(TestType.UNIT, CaseStatus.FAILED, CaseStatus.PASSED))


def test_every_item_stands_with_what_is_asked_found_and_why() -> None:
    made = checked(failed())
    rows = list(nodes(made, Shown()))
    assert [row.cells[1].text for row in rows] == [each.title for each in made.found.items]
    unit = rows[0]
    assert [cell.text for cell in unit.cells] == [
        "✕ NON-COMPLIANT",
        "All unit tests pass",
        "0 failed, 0 errors, at least 1 executed",
        "1 of 2 not passed",
    ]
    said = [child.cells[0].text for child in unit.children]
    assert said[0] == "1 of 2 unit tests did not pass (1 failed); none may."
    assert "Evidence against Art. 9(6) (EU AI Act)." in said
    assert unit.is_open
    assert not rows[1].is_open


def test_every_piece_of_evidence_is_a_link_of_its_own_line() -> None:
    unit = next(nodes(checked(failed()), Shown()))
    targets = [child.cells[0].leads_to for child in unit.children if child.cells[0].leads_to]
    assert targets == [
        Target(Kind.RULE, "unit-tests"),
        Target(Kind.TEST, "unit-0", "unit"),
        Target(Kind.TEST_TYPE, "unit"),
    ]
    assert {each.target for each in links_of(unit)} == set(targets)


def test_nothing_is_a_link_that_leads_nowhere() -> None:
    bare = judge(failed())
    made = checked(reports.report(), bare)
    for row in nodes(made, Shown()):
        for child in (row, *row.children):
            for cell in child.cells:
                assert cell.leads_to is None or made.known.link(cell.leads_to) is not None


def test_controls_stand_a_framework_each_and_end_with_where_they_are_from() -> None:
    made = checked(complete())
    blocks = check_blocks(made, Shown(by_control=True))
    assert [block.title for block in blocks] == ["EU AI Act", "NIST AI RMF", "ISO/IEC 42001"]
    assert blocks[0].summary == made.frameworks[0].summary
    last = blocks[0].tables[0][1].nodes[-1].cells[0].text
    assert "Verify against the official text" in last
    assert last.endswith("Evidence for a control does not say that it is met; that is for a person to judge.")


def test_one_framework_alone_shows_what_bears_on_it() -> None:
    made = checked(complete())
    only = Shown(framework="iso-iec-42001")
    lines = [child.cells[0].text for row in nodes(made, only) for child in row.children]
    assert any("(ISO/IEC 42001)" in each for each in lines)
    assert not any("(EU AI Act)" in each for each in lines)
    assert [each.title for each in check_blocks(made, Shown(by_control=True, framework="eu-ai-act"))] == [
        "EU AI Act"
    ]


def test_where_nothing_is_like_that_it_says_so() -> None:
    (block,) = check_blocks(checked(complete()), Shown(standing=Compliance.NON_COMPLIANT))
    assert (block.tables, block.nothing) == ((), "No item is like that.")


def test_the_reports_own_section_has_the_same_numbers() -> None:
    shown = detail(failed())
    assert shown.checked is not None
    block = next(each for each in shown.blocks if each.key == "compliance")
    tables = dict(block.tables)
    whole = tables["Checklist"].nodes[0].cells[0].text
    assert whole.endswith(f"All items: {shown.checked.found.summary}")
    assert tables["Checklist"].nodes[1].cells[0].text == shown.checked.found.judged_by.sentence
    assert [node.cells[1].text for node in tables["Controls"].nodes] == [
        each.summary for each in shown.checked.frameworks
    ]


def test_a_teams_own_catalogue_is_used_and_one_that_is_none_is_told() -> None:
    data = b'{"version": 1, "id": "house", "title": "House", "edition": "1", "checked": "2026-11-22", '
    data += (
        b'"source": "s", "note": "n", "controls": [{"id": "H", "title": "T", "asks": "A", "evidence": []}]}'
    )
    own = parse_catalogue(data, "house.json")
    error = PolicyError("bad.json: not a valid controls catalogue, 1 problem.", details=("bad.json:1:1: x",))
    made = checked(complete(), controls=Gathered((*shipped(), own), (error,)))
    assert [each.title for each in made.frameworks][-1] == "House"
    assert made.refused == ("bad.json: not a valid controls catalogue, 1 problem. bad.json:1:1: x",)


@given(dice.map(consistent_report), st.sampled_from([None, *Compliance]), st.sampled_from(["", "eu-ai-act"]))
def test_the_counts_are_those_of_what_is_shown(
    report: TestSummaryReport, standing: Compliance | None, framework: str
) -> None:
    made = checked(report)
    found = counts(made, framework)
    rows = list(nodes(made, Shown(standing=standing, framework=framework)))
    assert len(rows) == (sum(found.values()) if standing is None else found[standing])
    assert set(found) == set(MARKS)


def test_the_tables_are_models(qtmodeltester: ModelTester) -> None:
    made = checked(failed())
    for shown in (Shown(), Shown(by_control=True)):
        for block in check_blocks(made, shown):
            for _, table in block.tables:
                qtmodeltester.check(TreeModel(table), force_py=True)


def test_hostile_texts_stay_text_of_one_line() -> None:
    report, decision = reports.poisoned(reports.HOSTILE, full_decision())
    for shown in (Shown(), Shown(by_control=True)):
        for row in nodes(checked(report, decision), shown):
            for node in (row, *row.children):
                assert all("\n" not in cell.text for cell in node.cells)
