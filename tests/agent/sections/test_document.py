from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.factories.approval_documents import pending, said, stands
from tests.factories.full_decisions import full_decision
from tests.factories.hostile_texts import HOSTILE_TEXTS, short
from tests.factories.shown_reports import case, poisoned, report
from tsr_agent.models.evals import EvalCase
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections.document.filed import NOT_VERIFIED, FiledReport, altered, verified
from tsr_agent.sections.document.report import report_document
from tsr_agent.sections.document.testing import MOST_TESTS
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from tsr_agent.sections.document.tables import Document, Table

SCREEN_ORDER = [
    "overview",
    "tests",
    "evals",
    "failure_modes",
    "requirements",
    "compliance",
    "approvals",
    "versions",
]


def filed(**changes: object) -> FiledReport:
    values = {"report": report(), "digest": "a" * 64, "decision": full_decision()}
    return FiledReport(**(values | changes))


def table(document: Document, section: str, key: str) -> Table:
    return next(each for found, each in document.tables() if (found.key, each.key) == (section, key))


def texts(document: Document) -> list[str]:
    found = [each.summary or each.nothing for each in document.sections]
    for _, each in document.tables():
        found.append(each.remark)
        for row in each.rows():
            found += [cell.text for cell in row.cells] + [note.text for note in row.notes]
    return found


def test_a_document_has_the_sections_of_the_screen_in_its_order() -> None:
    assert [each.key for each in report_document(filed(), UTC).sections] == SCREEN_ORDER
    with_appendix = report_document(filed(), UTC, appendix=True)
    assert [each.key for each in with_appendix.sections] == [*SCREEN_ORDER, "every_test"]


def test_each_row_has_a_cell_for_each_column_and_each_table_as_many_rows_as_it_says() -> None:
    for what in (filed(), filed(decision=None)):
        for _, each in report_document(what, UTC, appendix=True).tables():
            rows = list(each.rows())
            assert len(rows) == each.size
            assert {len(row.cells) for row in rows} <= {len(each.columns)}
            assert list(each.rows()) == rows, "rows can be walked again"


def test_a_section_without_anything_says_so() -> None:
    empty = report(
        test_results=(), eval_iterations=(), requirement_coverage=(), unknown_requirements=(), runs=()
    )
    document = report_document(filed(report=empty, decision=None), UTC)
    said = {each.key: each.nothing for each in document.sections if not each.tables}
    assert set(said) == {"tests", "evals", "failure_modes", "requirements", "compliance"}
    assert all(said.values())


def test_many_failures_are_cut_with_their_number_and_the_appendix_has_all_of_them() -> None:
    cases = [case(f"test_{number}", CaseStatus.FAILED) for number in range(MOST_TESTS + 50)]
    many = report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))
    short = table(report_document(filed(report=many), UTC), "tests", "failures unit")
    assert short.size == MOST_TESTS
    assert short.remark.startswith("The first 200 of 250 are listed here; the record has all of them")
    whole = report_document(filed(report=many), UTC, appendix=True)
    assert "the appendix" in table(whole, "tests", "failures unit").remark
    listed = [row.cells[1].text for row in table(whole, "every_test", "every unit").rows()]
    assert listed == [each.id for each in cases]


def test_where_no_test_has_a_place_the_names_have_the_room() -> None:
    def shares(**place: object) -> dict[str, float]:
        failed = case("test_long", CaseStatus.FAILED, **place)
        result = TestTypeResult.from_cases(TestType.UNIT, [failed])
        made = report_document(filed(report=report(test_results=(result,))))
        return {each.title: each.share for each in table(made, "tests", "failures unit").columns}

    placed, unplaced = shares(file="tests/test_bot.py", line=3), shares()
    assert list(placed) == list(unplaced)
    assert unplaced["Test"] > placed["Test"]


def test_what_counts_of_the_approvals_is_told_apart_from_what_does_not() -> None:
    two, approvals = pending(count=2), (said("ana"), said("ana", id="other"))
    waiting = filed(decision=two, approvals=approvals, standing=stands(*approvals, decision=two))
    rows = list(table(report_document(waiting, UTC), "approvals", "approvals").rows())
    assert [row.cells[-1].text for row in rows] == ["✓ counts", "– does not"]
    assert rows[1].notes[0].text.startswith("Does not count: ")


@pytest.mark.parametrize("name", [each for each in HOSTILE_TEXTS if each not in ("surrogate", "nul")])
def test_no_text_of_a_document_hides_or_reorders_anything(name: str) -> None:
    evidence, judged = poisoned(short(name, 900), full_decision())
    document = report_document(filed(report=evidence, decision=judged), UTC, appendix=True)
    assert [each[:80] for each in texts(document) if HIDDEN.search(each)] == []


def test_whether_a_report_is_what_was_filed_is_a_sign_and_a_sentence() -> None:
    assert str(NOT_VERIFIED.mark) == "○ not verified"
    assert not NOT_VERIFIED.is_altered
    assert not verified("Held against the library.").is_altered
    assert altered("The digest is another one.").is_altered
    assert filed().verification is NOT_VERIFIED


def test_eval_cases_that_did_not_pass_are_counted_and_listed_in_the_appendix() -> None:
    failed = EvalCase(id="answer-7", passed=False, error="said too much")
    first, *others = report().eval_iterations
    found = report(eval_iterations=(msgspec.structs.replace(first, cases=(failed,)), *others))
    short = report_document(filed(report=found), UTC)
    row = next(iter(table(short, "evals", "iterations").rows()))
    assert "✕ 1 of 1 case did not pass" in [note.text for note in row.notes]
    whole = report_document(filed(report=found), UTC, appendix=True)
    (case_row,) = table(whole, "every_test", "cases V1").rows()
    assert [cell.text for cell in case_row.cells][:2] == ["✕ did not pass", "answer-7"]
    assert [note.text for note in case_row.notes] == ["said too much"]
