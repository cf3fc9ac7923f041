"""Files that somebody wrote to break the view: each shows what is there, and the work is that of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from aitr_desktop.code.styling import Piece, Style
from aitr_desktop.code.text_lines import MOST_SHOWN, TextLines
from aitr_desktop.views.code import laid_line, line_painter, row_layout, text_area
from aitr_desktop.views.code.row_positions import MOST_PARTS
from aitr_desktop.views.code.shown_line import MOST_DRAWN
from tests.desktop.views.code.panes import code_file, pane_of
from tests.factories.hostile_texts import HOSTILE_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.code_pane import CodePane

pytestmark = pytest.mark.qt_log_ignore("OpenType support missing", extend=True)
MEGABYTE = 1_000_000
LAID_AT_ONCE = 300
"""Signs of a line that are laid out for what is seen of it, at most."""
FILES = {
    "lone_surrogates": "lone \ud800 half \udfff\n".encode("utf-8", "surrogatepass") * 3,
    "no_utf8": bytes(range(128, 256)) * 20 + b"\nnext\n",
    "ten_megabytes_in_a_line": b"x" * (10 * MEGABYTE) + b"\nlast",
    "ten_megabytes_of_wide_signs": "中".encode() * (3 * MEGABYTE),
    "nuls": b"\x00" * 5_000 + b"\n\x00a\x00\n",
    "crlf": b"one\r\ntwo\r\n",
    "mixed_ends": b"one\r\ntwo\nthree\rstill three\n\r\n",
    "mixed_tabs": b"\tone\n    \ttwo\n \t \tthree\n" * 50,
    "wide": "漢字かな交じり文 = 'ｗｉｄｅ'\n".encode() * 60,
    "emoji": "👩\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈 e\u0301 ✅\n".encode() * 60,
    "ten_thousand_marks": ("e" + "\u0301" * 10_000 + " end\n").encode() * 3,
    "right_to_left": ('name = "שלום עולם", "مرحبا", 5 # ' + "א" * 900 + "\n").encode() * 40,
    "long_right_to_left": ("א ב " * 20_000 + "\n").encode() * 40,
    "bidi_overrides": "if admin:\u202e \u2066# only admins\u2069 \u2066\n".encode() * 20,
    "empty_lines": b"\n" * 200_000,
    "no_end_at_the_end": b"one\ntwo",
    "nothing_but_an_end": b"\n",
    "controls": bytes(each for each in range(32) if each != 10) * 400,
    **{name: text.encode("utf-8", "surrogatepass") for name, text in HOSTILE_TEXTS.items()},
}


@dataclass
class Work:
    """What was done, counted."""

    lines: int = 0
    laid: int = 0
    signs: int = 0

    def forget(self) -> None:
        self.lines = self.laid = self.signs = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts the lines that are decoded and placed, and the signs that Qt lays out."""
    made = Work()
    page, lay, chunk = TextLines.page, laid_line.laid_line, row_layout._one_line

    def counted_page(lines: TextLines, first: int, last: int, most: int = MOST_SHOWN) -> list[object]:
        found = page(lines, first, last, most)
        made.lines += len(found)
        return list(found)

    def counted_lay(*args: object, **named: object) -> object:
        made.laid += 1
        return lay(*args, **named)  # type: ignore[arg-type]

    def counted_chunk(layout: object) -> None:
        made.signs += len(layout.text())  # type: ignore[attr-defined]
        chunk(layout)  # type: ignore[arg-type]

    monkeypatch.setattr(TextLines, "page", counted_page)
    monkeypatch.setattr("aitr_desktop.views.code.line_painter.laid_line", counted_lay)
    monkeypatch.setattr(row_layout, "_one_line", counted_chunk)
    return made


@pytest.fixture
def pane(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodePane:
    return pane_of(theme, shown)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_shown_and_walked_through(pane: CodePane, work: Work, name: str) -> None:
    view = pane.view
    pane.show_file(code_file(FILES[name]))
    view.viewport().repaint()
    page = view.page + 2
    assert work.lines <= 3 * page
    assert work.laid <= 3 * page
    assert work.signs <= page * 3 * LAID_AT_ONCE
    assert pane.shows_code
    for wraps, whitespace in ((False, True), (True, True), (True, False), (False, False)):
        view.set_wraps(wraps)
        view.set_shows_whitespace(whitespace)
        for key, held in (
            (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier),
            (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier),
            (Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier),
        ):
            work.forget()
            QTest.keyClick(view, key, held)
            view.viewport().repaint()
            assert work.lines <= 6 * page, key
            assert work.laid <= 8 * page, key
            assert work.signs <= 6 * MOST_DRAWN + 8 * page * LAID_AT_ONCE, key
        assert all(len(view.laid(row.line).rows) <= MOST_PARTS for row in view.rows_in_sight())


@pytest.mark.parametrize("name", ["wide", "right_to_left", "ten_thousand_marks", "bidi_overrides", "nuls"])
def test_colours_and_hits_that_lie_anywhere_are_drawn_where_they_can_be(pane: CodePane, name: str) -> None:
    """What colours a line comes from another process, and may be wrong in any way."""
    pane.show_file(code_file(FILES[name]))
    wrong = [
        Piece(-5, 3, Style.KEYWORD), Piece(2, 10**9, Style.STRING), Piece(1, 1, Style.NUMBER),
        Piece(10**9, 5, Style.ERROR), Piece(3, -7, Style.SIGN), Piece(0, 0, Style.PLAIN),
    ]  # fmt: skip
    pane.view.set_pieces(1, [wrong] * 60)
    pane.view.viewport().repaint()
    pane.finding.find("a")
    pane.finding.find("⟨U+202E⟩")
    pane.view.viewport().repaint()


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("crlf", "CRLF"), ("mixed_ends", "LF and CRLF mixed"), ("no_end_at_the_end", "LF"),
        ("ten_megabytes_of_wide_signs", "No line end"), ("empty_lines", "LF"),
    ],
)  # fmt: skip
def test_the_ends_of_lines_are_named(pane: CodePane, qtbot: object, name: str, ends: str) -> None:
    pane.show_file(code_file(FILES[name]))
    qtbot.waitUntil(lambda: pane.foot.ends.text() == ends)  # type: ignore[attr-defined]


def test_a_long_line_says_how_much_more_there_is(pane: CodePane) -> None:
    pane.show_file(code_file(FILES["ten_megabytes_in_a_line"]))
    laid = pane.view.laid(1)
    assert len(laid.shown.drawn) == MOST_SHOWN
    assert laid.more == 10 * MEGABYTE - MOST_SHOWN
    cell = pane.view.line_painter.cell
    assert pane.view.line_painter.width(laid) >= MOST_SHOWN * cell + len("… 9,990,000 more bytes") * cell


def test_the_signs_at_the_ends_of_lines_say_which_ends_they_are(pane: CodePane) -> None:
    pane.show_file(code_file(b"unix\ndos\r\nold\rmac\nlast"))
    pane.view.set_shows_whitespace(True)
    ends = [pane.view.line_painter.end_words(pane.view.laid(line)) for line in range(1, 5)]
    assert ends == ["¶", "←¶", "¶", ""]
    pane.view.set_shows_whitespace(False)
    assert pane.view.line_painter.end_words(pane.view.laid(2)) == ""


def test_what_was_read_is_forgotten_before_it_fills_memory(
    pane: CodePane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_area, "MOST_READ", 100)
    monkeypatch.setattr(line_painter, "MOST_LAID", 20_000)
    pane.show_file(code_file(b"".join(b"line %d\n" % number for number in range(100_000))))
    for line in range(1, 100_000, 900):
        pane.view.go_to(line)
    assert len(pane.view._read) <= 100 + 4 * pane.view.page
    assert len(pane.view.line_painter._laid) <= 100


def test_an_empty_file_says_so(pane: CodePane) -> None:
    pane.show_file(code_file(b""))
    assert not pane.shows_code
    assert pane.message.message().headline == "This file is empty."
    assert pane.view.visible_lines() == (0, 0)
    pane.view.go_to(5)
    pane.view.select(1, 5)
    assert pane.view.selection is None
    QTest.keyClick(pane.view, Qt.Key.Key_PageDown)
    QTest.keyClick(pane.view, Qt.Key.Key_End)
