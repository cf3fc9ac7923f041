"""What a screen reader gets of code, asked as it asks: through Qt's own accessibility."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QCoreApplication, QEvent, Qt
from qtpy.QtGui import QAccessible
from qtpy.QtTest import QTest

from aitr_desktop.code.line_marks import LineMark, MarkKind
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.views.code import spoken_text
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.views.code.spoken_text import BLOCK, WHOLE_LINES, is_supported

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtGui import QAccessibleTextInterface
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

pytestmark = pytest.mark.skipif(not is_supported(), reason="this binding lets no view have a text interface")


@pytest.fixture
def view(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodeView:
    made = CodeView(theme)
    made.resize(600, 400)
    shown(made)
    return made


def text_of(view: CodeView) -> QAccessibleTextInterface:
    found = QAccessible.queryAccessibleInterface(view)
    assert found is not None
    text = found.textInterface()
    assert text is not None
    return text


def line_at_cursor(view: CodeView) -> str:
    """As a screen reader puts it together: the text from the cursor to the end of its line."""
    text = text_of(view)
    rest = text.text(text.cursorPosition(), text.characterCount())
    return rest.split("\n")[0]


def test_a_reader_gets_the_text_its_length_and_the_line_at_the_cursor(view: CodeView) -> None:
    view.show_lines_of(TextLines("def é():\n    return '😀'\nlast".encode()))
    text = text_of(view)
    assert text.text(0, 8) == "def é():"
    assert text.characterCount() == len("def é():\n    return '😀'\nlast") + 1  # Qt counts the emoji twice
    assert text.cursorPosition() == 0
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert line_at_cursor(view) == "    return '😀'"
    view.go_to(3)
    assert line_at_cursor(view) == "last"


def test_a_reader_moves_the_cursor(view: CodeView) -> None:
    view.show_lines_of(TextLines(b"one\ntwo\nthree\n"))
    text_of(view).setCursorPosition(9)
    assert view.cursor_line == 3
    assert text_of(view).cursorPosition() == 9


def test_a_reader_gets_what_nobody_sees_written_out(view: CodeView) -> None:
    view.show_lines_of(TextLines("a\u202eb\r c\x00\n".encode() + b"\xff\n"))
    text = text_of(view)
    assert text.text(0, text.characterCount()) == "a⟨U+202E⟩b⟨U+000D⟩ c⟨U+0000⟩\n\ufffd"


def test_a_long_file_is_there_around_the_cursor_and_the_work_is_bounded(
    view: CodeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = spoken_text.spoken
    monkeypatch.setattr(spoken_text, "spoken", lambda line: (read.append(1), original(line))[1])
    view.show_lines_of(TextLines(b"".join(b"line %d\n" % number for number in range(1, 1_000_001))))
    assert read == []
    for line in (1, 2, 500_000, 1_000_000, 999_000):
        view.go_to(line)
        assert line_at_cursor(view) == f"line {line}"
    assert len(read) <= 5 * 3 * BLOCK
    assert 3 * BLOCK < WHOLE_LINES


def test_a_line_of_ten_megabytes_and_no_lines_at_all_are_read(view: CodeView) -> None:
    view.show_lines_of(TextLines(b"x" * 10_000_000 + b"\nsecond"))
    text = text_of(view)
    assert text.characterCount() < 2_000
    view.go_to(2)
    assert line_at_cursor(view) == "second"
    view.show_lines_of(TextLines(b""))
    assert text_of(view).characterCount() == 0
    assert view.spoken.words() == "No lines"


def test_where_one_is_and_what_marks_the_line_are_said(view: CodeView) -> None:
    view.show_lines_of(TextLines(b"one\ntwo\n"))
    view.set_marks([LineMark(kind=MarkKind.FAILED_TEST, first=2, last=2, words="boom\nat two")])
    view.go_to(2)
    found = QAccessible.queryAccessibleInterface(view)
    assert found.role() == QAccessible.Role.EditableText
    assert found.text(QAccessible.Text.Name) == "Code"
    assert found.text(QAccessible.Text.Value) == "two"
    said = found.text(QAccessible.Text.Description)
    assert said == "Line 2 of 2. ✕ failed test: boom ⏎ at two"
    assert found.actionInterface() is None
    assert found.childCount() == 0
    assert found.parent() is None or found.parent().isValid()


def test_views_come_and_go_and_leave_no_pointer_behind(theme: ThemeController) -> None:
    for number in range(20):
        made = CodeView(theme)
        made.show_lines_of(TextLines(b"a\n" * number))
        assert text_of(made).characterCount() == max(0, 2 * number - 1)
        made.deleteLater()
        del made
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def test_a_moved_cursor_is_told_where_somebody_listens(
    view: CodeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(told.append))
    view.show_lines_of(TextLines(b"one\ntwo\n"))
    told.clear()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert [each.type() for each in told] == [QAccessible.Event.TextCaretMoved]  # type: ignore[attr-defined]
    assert told[0].cursorPosition() == 4  # type: ignore[attr-defined]
