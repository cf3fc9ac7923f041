"""Colours in a real view, by a real process: they come, they are right, and nothing waits for them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QTimer

from aitr_desktop.code.lexing import child as child_module
from aitr_desktop.code.lexing.file_colours import WHOLE_LINES
from aitr_desktop.code.lexing.languages import LANGUAGES, language_of
from aitr_desktop.code.lexing.lexing import Failure, Lexing
from aitr_desktop.code.styling import Piece, Style
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.windows.code.highlighting import Highlighting
from tests.desktop.views.code.panes import code_file
from tests.factories.odd_lexers import no_such_program, odd_lexer
from tests.factories.slow_code import OWN, SLOW, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QWidget

    from aitr_desktop.theme import ThemeController

BUDGET = 0.3
"""Seconds: an innocent page takes a hundredth of one, and what is slow takes half a second and more."""
PATIENCE_MS = 60_000
NAMES = {
    "Python": "a.py", "JavaScript": "a.js", "JSX": "a.jsx", "TypeScript": "a.ts", "TSX": "a.tsx",
    "YAML": "a.yml", "Markdown": "a.md", "reStructuredText": "a.rst", "CSS": "a.css", "Less": "a.less",
    "Makefile": "Makefile", "Go": "a.go", "Rust": "a.rs", "Java": "A.java", "Kotlin": "A.kt",
    "Scala": "A.scala", "Groovy": "a.groovy", "C": "a.c", "C++": "a.cpp", "CUDA": "a.cu",
    "Objective-C": "a.m", "C#": "A.cs", "F#": "a.fs", "Dart": "a.dart", "Perl": "a.pl",
    "Terraform": "a.tf", "Thrift": "a.thrift", "Difference": "a.diff",
}  # fmt: skip
HOSTILE = [(language, TEXTS[shape]) for language, shape in SLOW] + list(OWN)
IDS = [f"{language} {shape}" for language, shape in SLOW] + [f"own {language}" for language, _ in OWN]


class Coloured:
    """A view with its highlighting, as a pane has it."""

    def __init__(self, view: CodeView, lexing: Lexing, qtbot: QtBot) -> None:
        self.view, self.lexing, self._qtbot = view, lexing, qtbot
        self.came: set[int] = set()
        """Lines that were given pieces, be they none."""
        self._set_pieces = view.set_pieces
        view.set_pieces = self._take  # type: ignore[method-assign]
        self.highlighting = Highlighting(lexing)
        self.highlighting.attach(view)

    def _take(self, first: int, pieces: Sequence[Sequence[Piece]]) -> None:
        self.came.update(range(first, first + len(pieces)))
        self._set_pieces(first, pieces)

    def show(self, content: bytes, path: str) -> None:
        """Shows another file."""
        file = code_file(content, path)
        self.came.clear()
        self.highlighting.show(file)
        self.view.show_lines_of(file.lines)

    def styles(self, line: int) -> set[Style]:
        """The kinds of code that a line is drawn as."""
        return {each.style for each in self.view.pieces.of(line)}

    def until(self, is_so: Callable[[], bool]) -> None:
        """Waits, with the window's loop going round."""
        self._qtbot.waitUntil(is_so, timeout=PATIENCE_MS)


@pytest.fixture
def view(theme: ThemeController, shown: Callable[[QWidget], QWidget]) -> CodeView:
    made = CodeView(theme)
    made.resize(700, 410)
    shown(made)
    return made


@pytest.fixture
def coloured_by(view: CodeView, qtbot: QtBot) -> Iterator[Callable[..., Coloured]]:
    made: list[Coloured] = []

    def by(lexing: Lexing) -> Coloured:
        made.append(Coloured(view, lexing, qtbot))
        return made[-1]

    yield by
    for each in made:
        each.highlighting.stop()
        each.lexing.stop()


@pytest.fixture
def coloured(coloured_by: Callable[..., Coloured]) -> Coloured:
    return coloured_by(Lexing())


@pytest.fixture
def lexes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lexes in this process fails the test."""

    def lex(*_: object) -> None:
        raise AssertionError("lexed in the window's own process")

    monkeypatch.setattr("pygments.lexer.RegexLexer.get_tokens_unprocessed", lex)
    monkeypatch.setattr("pygments.lexer.Lexer.get_tokens", lex)
    monkeypatch.setattr(child_module, "load_lexer", lex)
    monkeypatch.setattr(child_module, "Child", lex)


@pytest.fixture
def beats() -> Iterator[list[int]]:
    """One for each time that the window's loop came round, at most 200 a second."""
    found: list[int] = []
    heart = QTimer()
    heart.timeout.connect(lambda: found.append(len(found)))
    heart.start(5)
    yield found
    heart.stop()


def test_what_is_seen_is_coloured(coloured: Coloured) -> None:
    coloured.show(b"def f(x):\n    return 'a'  # b\n", "src/bot.py")
    coloured.until(lambda: bool(coloured.styles(2)))
    assert coloured.styles(1) >= {Style.KEYWORD, Style.DEFINITION}
    assert coloured.styles(2) == {Style.KEYWORD, Style.STRING, Style.COMMENT}
    assert (coloured.highlighting.language, coloured.highlighting.words()) == ("Python", "Python")


def test_a_file_of_no_known_language_is_plain_text_and_asks_nobody(coloured: Coloured) -> None:
    coloured.show(b"def f(x):\n", "notes.txt")
    assert coloured.highlighting.words() == "Plain text"
    assert coloured.lexing.process_id is None
    coloured.highlighting.show(None)
    assert coloured.highlighting.note == ""


def test_the_end_of_a_large_file_is_right_when_one_jumps_to_it(coloured: Coloured) -> None:
    text = b"x = 1\n" * 20_000 + b"y = '''\n" + b"def f(): 'a'\n" * 3_000 + b"'''\n"
    coloured.show(text, "a.py")
    coloured.view.go_to(22_990)
    coloured.until(lambda: coloured.styles(22_990) == {Style.STRING})
    assert coloured.highlighting.note == ""
    coloured.view.go_to(10)
    coloured.until(lambda: coloured.styles(10) == {Style.SIGN, Style.NUMBER})


def test_a_large_file_of_a_language_that_is_not_known_enough_says_so(coloured: Coloured) -> None:
    coloured.show(b"x = 1\n" * (WHOLE_LINES + 1), "a.rb")
    assert coloured.highlighting.note == "Colours may be off: not read from the beginning of the file"
    coloured.show(b"x = 1\n", "a.rb")
    assert coloured.highlighting.note == ""


def test_colours_of_a_file_that_was_left_reach_no_other(coloured: Coloured) -> None:
    for number in range(12):
        coloured.show(b"'''\n" * 3_000 if number % 2 else b"x = 1\n" * 40, f"a{number}.py")
        coloured.view.go_to(1)
        if number % 3:
            coloured.until(lambda: bool(coloured.styles(1)))
    coloured.show(b"x = 1\n" * 40, "last.py")
    coloured.until(lambda: bool(coloured.styles(1)))
    assert {style for line in range(1, 41) for style in coloured.styles(line)} <= {Style.SIGN, Style.NUMBER}


def test_what_comes_late_is_dropped(coloured: Coloured) -> None:
    coloured.show(b"x = 1\n", "notes.txt")
    coloured.highlighting._take(object(), 1, ((Piece(0, 1, Style.ERROR),),))
    coloured.highlighting._say(object(), Failure.SLOW)
    assert coloured.styles(1) == set()
    assert coloured.highlighting.note == ""


@pytest.mark.parametrize(("language", "text"), HOSTILE, ids=IDS)
@pytest.mark.usefixtures("lexes_nothing")
def test_what_a_lexer_is_slow_on_leaves_the_window_alone(
    coloured_by: Callable[..., Coloured], beats: list[int], language: str, text: str
) -> None:
    """The text stays and the window goes on; either the page has its colours or it says why it has none."""
    coloured = coloured_by(Lexing(BUDGET))
    path = NAMES[language]
    assert language_of(path) is LANGUAGES[language]
    coloured.show(text.encode(), path)
    coloured.until(lambda: coloured.highlighting.note.startswith("Shown") or 1 in coloured.came)
    if 1 not in coloured.came:
        # Two budgets went by, and the window's loop went round all that time.
        assert coloured.highlighting.note == "Shown without colours: highlighting took longer than 0.3 s"
        assert len(beats) >= 8
    assert coloured.view.lines.content == text.encode()
    coloured.show(b"x = 'a'\n", "next.py")
    coloured.until(lambda: Style.STRING in coloured.styles(1))
    assert coloured.highlighting.note == ""


def test_there_are_enough_slow_texts() -> None:
    assert len(SLOW) >= 47
    assert len(OWN) >= 4
    assert len({language for language, _ in HOSTILE}) >= 20


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (no_such_program(), "Shown without colours: highlighting could not be started"),
        (odd_lexer("ends"), "Shown without colours: highlighting ended unexpectedly"),
        (odd_lexer("says garbage"), "Shown without colours: highlighting ended unexpectedly"),
        (odd_lexer("never answers"), "Shown without colours: highlighting took longer than 0.3 s"),
    ],
)
def test_without_a_process_the_text_stays_and_the_foot_says_why(
    coloured_by: Callable[..., Coloured], command: Sequence[str], words: str
) -> None:
    coloured = coloured_by(Lexing(BUDGET, lambda: command))
    coloured.show(b"x = 1\n" * 100, "a.py")
    coloured.until(lambda: bool(coloured.highlighting.note))
    assert coloured.highlighting.words() == f"Python · {words}"
    assert coloured.view.lines.count == 100


def test_a_window_that_goes_while_colours_are_on_their_way_is_not_waited_for(coloured: Coloured) -> None:
    coloured.show(b"x = '''\n" * 4_000, "a.py")
    coloured.highlighting.stop()
    coloured.lexing.stop()
    assert coloured.lexing.process_id is None


WITHOUT = """
import sys
from pathlib import Path
from qtpy.QtWidgets import QApplication
from aitr_desktop.code.code_file import CodeFile
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.code.lexing.lexing import Lexing
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.windows.code.highlighting import Highlighting
application = QApplication([])
view = CodeView(ThemeController(application, ThemeChoice.LIGHT))
view.resize(600, 400)
view.show()
lexing = Lexing()
highlighting = Highlighting(lexing)
highlighting.attach(view)
lines = TextLines(b"x = 'a'\\n" * 9_000)
highlighting.show(CodeFile(repository="", folder=Path(), path="a.py", lines=lines))
view.show_lines_of(lines)
while not view.pieces.of(1):
    application.processEvents()
lexing.stop()
print("pygments" in sys.modules)
"""


def test_the_window_never_loads_a_lexer() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout == "False\n"
