from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code.lexing import lexing as lexing_module
from aitr_desktop.code.lexing.frames import Frame, Kind
from aitr_desktop.code.lexing.languages import LANGUAGES
from aitr_desktop.code.lexing.lexing import Failure, Lexing, command
from aitr_desktop.code.styling import Piece, Style
from tests.desktop.code.lexing.conftest import ended, of_this_process
from tests.factories.odd_lexers import ODD, SLOW, never_ready, no_such_program, odd_lexer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.desktop.code.lexing.conftest import Shown

    Show = Callable[..., Shown]

CODE = b"import os\n\n\ndef f(x):\n    return 'a'\n"
BUDGET = 0.3


@pytest.fixture
def lexing_by() -> Iterator[Callable[[Sequence[str]], Lexing]]:
    before = of_this_process()
    made = []

    def by(command: Sequence[str], budget: float = BUDGET) -> Lexing:
        made.append(Lexing(budget, lambda: command))
        return made[-1]

    yield by
    for each in made:
        each.stop()
    assert of_this_process() == before


def test_lines_that_are_looked_at_get_their_colours(show: Show) -> None:
    file = show(CODE)
    file.look(4, 5)
    file.until(lambda each: bool(each.came))
    first, given = file.came[0]
    assert first == 4
    assert given[0][:2] == (Piece(0, 3, Style.KEYWORD), Piece(4, 1, Style.DEFINITION))
    assert given[1] == (Piece(4, 6, Style.KEYWORD), Piece(11, 3, Style.STRING))


def test_nothing_is_started_before_something_is_wanted() -> None:
    before = of_this_process()
    made = Lexing()
    assert of_this_process() == before
    made.stop()
    made.stop()
    made.warm()
    assert of_this_process() == before


def test_a_warm_process_waits_for_the_first_page(lexing: Lexing, show: Show) -> None:
    lexing.warm(LANGUAGES["Python"])
    file = show(CODE)
    file.look(1, 5)
    file.until(lambda each: bool(each.came))
    pid = lexing.process_id
    file.look(2, 3)
    file.until(lambda each: len(each.came) > 1)
    assert lexing.process_id == pid is not None


@pytest.mark.parametrize("odd", ODD)
def test_a_process_that_does_not_do_what_it_should_leaves_the_text_without_colours(
    show: Show, lexing_by: Callable[[Sequence[str]], Lexing], odd: str
) -> None:
    by = lexing_by(odd_lexer(odd))
    file = show(CODE, by=by)
    file.look(1, 5)
    file.until(lambda each: each.failure is not None)
    assert file.failure is (Failure.SLOW if odd in SLOW else Failure.DIED)
    assert file.came == []
    # It is asked for no more: nothing is started again and again.
    file.look(1, 5)
    other = show(CODE, by=by)
    other.look(1, 1)
    other.until(lambda each: each.failure is not None)
    assert file.came == []


@pytest.mark.parametrize("command", [never_ready(), no_such_program()])
def test_a_process_that_cannot_be_started_leaves_the_text_without_colours(
    show: Show, lexing_by: Callable[[Sequence[str]], Lexing], command: Sequence[str]
) -> None:
    file = show(CODE, by=lexing_by(command))
    file.look(1, 5)
    file.until(lambda each: each.failure is not None)
    assert file.failure is Failure.NOT_STARTED


def test_a_process_that_is_killed_is_started_anew(lexing: Lexing, show: Show) -> None:
    file = show(CODE)
    file.look(1, 5)
    file.until(lambda each: bool(each.came))
    pid = lexing.process_id
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    other = show(b"x = 1\n")
    other.look(1, 1)
    other.until(lambda each: bool(each.came))
    assert other.failure is None
    assert lexing.process_id not in {None, pid}


def test_a_file_that_is_lexed_in_slices_survives_another_one_that_is_killed(
    show: Show, lexing_by: Callable[[Sequence[str]], Lexing]
) -> None:
    by = lexing_by(command(), BUDGET)
    whole = show(b"x = '''\n'''\n" * 2_400, by=by)
    slow = show(b"(" * 10_000, "Makefile", by=by)
    whole.look(1, 10)
    slow.look(1, 1)
    slow.until(lambda each: each.failure is not None)
    whole.look(4_790, 4_800)
    whole.until(lambda each: any(first == 4_790 for first, _ in each.came))
    assert (slow.failure, whole.failure, whole.is_doubted) == (Failure.SLOW, None, False)


class Going:
    """Goes on with a text that no process has begun."""

    language = LANGUAGES["Python"]

    def __init__(self) -> None:
        self.said: list[str] = []
        self.began_anew = threading.Event()
        self._requests = [Frame(Kind.GO_ON, 1, b"")]

    def next_request(self, *, is_urgent: bool) -> Frame | None:
        return self._requests.pop() if self._requests and not is_urgent else None

    def answered(self, answer: Frame) -> None:
        self.said.append(answer.kind.name)

    def failed(self, failure: Failure) -> None:
        self.said.append(failure.name)

    def restarted(self) -> None:
        self.began_anew.set()


def test_what_was_asked_of_another_process_is_not_asked_of_this_one(lexing: Lexing, show: Show) -> None:
    going = Going()
    lexing.begin(going)
    assert going.began_anew.wait(60)
    file = show(CODE)
    file.look(1, 2)
    file.until(lambda each: bool(each.came))
    assert going.said == []


def test_a_process_that_stands_still_is_killed_at_its_budget(
    show: Show, lexing_by: Callable[[Sequence[str]], Lexing]
) -> None:
    by = lexing_by(command(), BUDGET)
    file = show(CODE, by=by)
    file.look(1, 5)
    file.until(lambda each: bool(each.came))
    pid = by.process_id
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    other = show(b"x = 1\n", by=by)
    other.look(1, 1)
    other.until(lambda each: bool(each.came))
    ended(pid)
    assert by.process_id != pid


def test_it_ends_with_the_window_whatever_it_is_at(
    show: Show, lexing_by: Callable[[Sequence[str]], Lexing]
) -> None:
    by = lexing_by(odd_lexer("never answers"), 600.0)
    show(CODE, by=by).look(1, 5)
    while by.process_id is None:
        os.sched_yield()
    by.stop()
    assert by.process_id is None


ORPHANED = """
import sys, time
from aitr_desktop.code.lexing.lexing import Lexing
from aitr_desktop.code.lexing.file_colours import FileColours
from aitr_desktop.code.lexing.frames import Frame, Kind
from aitr_desktop.code.lexing.languages import LANGUAGES
from aitr_desktop.code.text_lines import TextLines
lexing = Lexing()
lines = TextLines(sys.argv[1].encode())
say = lambda *_: print(lexing.process_id, flush=True)
colours = FileColours(lines, LANGUAGES["Python"], say, print, print)
lexing.begin(colours)
colours.want(1, 1)
lexing.look()
time.sleep(600)
"""


def test_the_process_ends_when_the_window_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANED, "x = 1\n"], stdout=subprocess.PIPE, text=True
    ) as window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        window.kill()
    ended(pid)


HUNG = """
import subprocess, sys
from aitr_desktop.code.lexing.frames import Frame, Kind, pack_text, read_frame, write_frame
from aitr_desktop.code.lexing.lexing import command
from tests.factories.slow_code import TEXTS
child = subprocess.Popen([*command()[:-1], "0.5"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
read_frame(child.stdout)
write_frame(child.stdin, Frame(Kind.PAGE, 1, pack_text("Makefile", 0, 1, 40 * TEXTS["open brackets"])))
print(child.pid, flush=True)
child.wait()
"""


def test_a_process_that_hangs_ends_though_nobody_is_left_to_kill_it() -> None:
    with subprocess.Popen([sys.executable, "-c", HUNG], stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        pid = int(window.stdout.readline())
        window.kill()
    ended(pid)


def test_what_a_library_prints_comes_between_no_frames(lexing: Lexing, show: Show) -> None:
    """The lexer's own output goes where errors go; frames have a pipe that nobody else knows."""
    printing = (
        "import sys; sys.argv = ['x', '2']\n"
        "import aitr_desktop.code.lexing.lines_of_tokens as module\n"
        "real = module.lines_of\n"
        "def noisy(*given):\n    print('x' * 100, flush=True); return real(*given)\n"
        "module.lines_of = noisy\n"
        "from aitr_desktop.code.lexing.child import serve\nserve()"
    )
    by = Lexing(2.0, lambda: [sys.executable, "-P", "-c", printing])
    file = show(CODE, by=by)
    file.look(1, 5)
    file.until(lambda each: bool(each.came) or each.failure is not None)
    by.stop()
    assert file.failure is None


def test_a_packed_application_is_its_own_lexer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command() == [sys.executable, "--lexer", str(lexing_module.BUDGET_SECONDS)]
