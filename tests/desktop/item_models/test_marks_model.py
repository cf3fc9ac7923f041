from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.report_marks import FileMarks, MarkedFile
from aitr_desktop.item_models.cells import CELL_ROLE
from aitr_desktop.item_models.mark_rows import gutter_marks, kind_word, listed_marks, mark_rows, note_words
from aitr_desktop.item_models.marks_model import MarkedFilesModel, MarksModel
from aitr_desktop.library.code_notes import FileNotes
from tests.factories.code_notes import note, withdrawal
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.store.code_notes import KeptNote

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

NOBODY = FileNotes()


def mark(first: int, last: int = 0, kind: MarkKind = MarkKind.FAILED_TEST, words: str = "said") -> LineMark:
    return LineMark(kind=kind, first=first, last=last or first, words=words)


def rows(*marks: LineMark, notes: FileNotes = NOBODY, total: int = 100):
    return mark_rows(FileMarks(path="a.py", marks=marks), notes, total)


def cells(model: MarksModel) -> list[tuple[str, ...]]:
    return [tuple(model.index(row, column).data() for column in range(3)) for row in range(model.rowCount())]


def test_rows_stand_by_line_the_heaviest_first(qtmodeltester: ModelTester) -> None:
    model = MarksModel()
    model.show(rows(mark(9), mark(3, 5, MarkKind.UNCOVERED), mark(3, kind=MarkKind.FINDING_ERROR)))
    qtmodeltester.check(model, force_py=True)
    assert cells(model) == [
        ("■ Finding, error", "3", "said"),
        ("○ Not covered", "3–5", "said"),
        ("✕ Failed test", "9", "said"),
    ]


def test_one_kind_can_be_looked_at() -> None:
    model = MarksModel()
    model.show(rows(mark(9), mark(3, 5, MarkKind.UNCOVERED)), MarkKind.UNCOVERED)
    assert [row[1] for row in cells(model)] == ["3–5"]
    model.show_kind(None)
    assert model.rowCount() == 2


def test_what_has_no_line_here_leads_nowhere_and_says_why() -> None:
    found = mark_rows(
        FileMarks(path="a.py", marks=(mark(10**9),), whole_file=(mark(1),)),
        FileNotes(here=(), elsewhere=(KeptNote(note=note()),)),
        total=100,
    )
    assert [(row.kind_words, row.where, row.goes_to) for row in found] == [
        ("✕ Failed test, no line", "file", 0),
        ("✎ Audit note, on other content", "12–14", 0),
        ("✕ Failed test, behind the end", "1,000,000,000", 0),
    ]
    assert gutter_marks(found) == ()


def test_a_withdrawn_note_is_struck_through_says_so_and_marks_no_line() -> None:
    kept = KeptNote(note=note(), withdrawal=withdrawal())
    found = rows(notes=FileNotes(here=(kept, KeptNote(note=note("note-2", text="Stands.")))))
    assert [(row.kind_words, row.is_struck) for row in found] == [
        ("✎ Audit note, withdrawn", True),
        ("✎ Audit note", False),
    ]
    assert [each.words for each in gutter_marks(found)] == ["rita: Stands."]
    model = MarksModel()
    model.show(found)
    assert model.index(0, 2).data(CELL_ROLE).is_struck
    assert "withdrawn by rita" in note_words(kept)
    assert "Withdrawn by rita (named by the server)" in found[0].whole


def test_the_row_of_a_line_is_the_one_that_begins_there_else_one_that_holds_it() -> None:
    model = MarksModel()
    model.show(rows(mark(2, 8, MarkKind.UNCOVERED), mark(5)))
    assert [model.row_at(line) for line in (1, 2, 4, 5, 8, 9)] == [-1, 0, 0, 1, 0, -1]


def test_every_kind_has_a_word_of_its_own() -> None:
    assert len({kind_word(kind) for kind in MarkKind}) == len(MarkKind)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_words_are_bounded_and_shown_written_out(text: str) -> None:
    kept = KeptNote(note=note(text="x", path="x"))
    found = rows(mark(1, words=text), notes=FileNotes(here=(kept,)))
    model = MarksModel()
    model.show(found)
    for row in range(model.rowCount()):
        for column in range(3):
            shown = str(model.index(row, column).data())
            assert len(shown) <= 600
            assert not {"\n", "\0", "\u202e", "\u2066"} & set(shown)
            tooltip = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            assert tooltip is None or "<b>PASSED" not in tooltip


def test_ten_thousand_marks_on_one_line_are_listed_at_once() -> None:
    many = tuple(mark(7, words=f"test {number}") for number in range(10_000))
    started = time.process_time()
    model = MarksModel()
    model.show(rows(*many))
    assert model.rowCount() == 10_000
    assert model.index(9_999, 2).data() == "test 9999"
    assert listed_marks(rows(*many)).counts == ((MarkKind.FAILED_TEST, 10_000),)
    assert time.process_time() - started < 2


def test_files_are_listed_with_their_counts_in_signs_and_in_words(qtmodeltester: ModelTester) -> None:
    model = MarkedFilesModel()
    counts = ((MarkKind.FAILED_TEST, 1_200), (MarkKind.UNCOVERED, 3))
    model.show(
        (
            MarkedFile(path="a.py", counts=counts),
            MarkedFile(path="b\u202e.py", counts=counts[1:], is_found=False, why_not="No file has it."),
        )
    )
    qtmodeltester.check(model, force_py=True)
    assert [model.index(0, column).data() for column in range(2)] == ["a.py", "✕ 1,200   ○ 3"]
    assert model.index(0, 1).data(CELL_ROLE).whole == "Failed test 1,200, Not covered 3"
    assert model.index(1, 0).data() == "b⟨U+202E⟩.py · No file has it."
    assert (model.row_of("a.py"), model.row_of("b.py")) == (0, -1)
