from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code.lexing import file_colours
from aitr_desktop.code.lexing.child import Child
from aitr_desktop.code.lexing.file_colours import FileColours
from aitr_desktop.code.lexing.frames import Frame, GarbageError, Kind, pack_pieces, unpack_text
from aitr_desktop.code.lexing.languages import LANGUAGES
from aitr_desktop.code.lexing.lexing import Failure
from aitr_desktop.code.text_lines import MOST_SHOWN, TextLines
from tests.desktop.code.lexing.whole_files import of_whole_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.lexing.file_colours import Given
    from tests.desktop.code.lexing.conftest import Shown

    Show = Callable[..., Shown]

TEXT = "x = '''a\n" + "b 'c' 1\n" * 40 + "'''\ny = 1\n"


class Asking:
    """A file's colours, asked for step by step, without a process."""

    def __init__(self, text: str, language: str = "Python") -> None:
        self.lines = TextLines(text.encode("utf-8", "surrogatepass"))
        self.came: list[tuple[int, Given]] = []
        self.failures: list[Failure] = []
        self.doubts = 0
        self.child = Child()
        self.language = LANGUAGES[language]
        self.colours = FileColours(
            self.lines, self.language, lambda *each: self.came.append(each), self.failures.append, self._doubt
        )

    def _doubt(self) -> None:
        self.doubts += 1

    def seen(self) -> Asking:
        """The same, with its first line given."""
        self.colours.want(1, 1)
        self.answer(self.colours.next_request(is_urgent=True) or Frame(Kind.READY, 0, b""))
        self.came.clear()
        return self

    def next(self) -> Frame | None:
        """What is asked for next."""
        return self.colours.next_request(is_urgent=True) or self.colours.next_request(is_urgent=False)

    def answer(self, frame: Frame) -> None:
        self.colours.answered(frame._replace(payload=self.child.answer(frame)))

    def all(self) -> list[Kind]:
        """Answers everything; what was asked for."""
        asked = []
        while (frame := self.next()) is not None:
            asked.append(frame.kind)
            self.answer(frame)
        return asked

    def shown(self) -> dict[int, tuple[object, ...]]:
        """The pieces that each line has in the end."""
        return {first + at: line for first, given in self.came for at, line in enumerate(given)}


def large(text: str) -> str:
    """A file that is too large to be lexed as a whole, with a text at its end."""
    return "x = 1\n" * (file_colours.WHOLE_LINES + 1) + text


def test_a_page_goes_before_the_whole_file_and_between_its_slices() -> None:
    asking = Asking("x = 1\n" * 2_000)
    asking.colours.want(1, 50)
    assert asking.all()[:2] == [Kind.PAGE, Kind.BEGIN]
    asking = Asking("x = 1\n" * 2_000).seen()
    begin = asking.next()
    assert begin is not None
    asking.answer(begin)
    assert begin.kind is Kind.BEGIN
    asking.colours.want(1_900, 1_950)
    assert [each.kind for each in [asking.next()] if each] == [Kind.PAGE]


def test_the_newest_page_goes_first_and_none_is_forgotten() -> None:
    asking = Asking(large(""))
    for first in (1, 1_000, 2_000):
        asking.colours.want(first, first + 9)
    asking.all()
    assert [first for first, _ in asking.came] == [2_000, 1_000, 1]


def test_a_small_file_has_the_colours_of_the_whole_in_the_end() -> None:
    asking = Asking(TEXT)
    for first in range(1, 42, 7):
        asking.colours.want(first, first + 6)
        frame = asking.next()
        assert frame is not None
        asking.answer(frame)
    asking.all()
    expected = of_whole_file(asking.lines, asking.language)
    assert [asking.shown()[line] for line in range(1, 43)] == expected[:42]


def test_what_is_known_of_the_whole_is_asked_for_no_more() -> None:
    asking = Asking(TEXT).seen()
    asking.all()
    asking.colours.want(3, 9)
    assert asking.all() == []
    assert asking.came[-1][0] == 3


def test_a_page_of_a_large_file_is_made_again_when_what_it_stands_in_is_known() -> None:
    asking = Asking(large("x = '''\n" + "def f(): 'a'\n" * 400 + "'''\n"))
    last = asking.lines.count
    asking.colours.want(last - 20, last)
    frame = asking.next()
    assert frame is not None
    asking.answer(frame)
    guessed = dict(asking.shown())
    kinds = asking.all()
    assert Kind.SCAN in kinds
    assert Kind.BEGIN not in kinds
    assert kinds[-1] is Kind.PAGE
    expected = of_whole_file(asking.lines, asking.language)
    assert guessed[last - 1] != expected[last - 2]
    assert [asking.shown()[line] for line in range(last - 20, last + 1)] == expected[last - 21 :]


def test_a_page_that_was_right_from_the_start_is_not_made_again() -> None:
    asking = Asking(large("def f():\n    pass\n"))
    asking.colours.want(1, 3)
    asking.all()
    assert len(asking.came) == 1


def test_only_a_large_file_of_a_language_that_is_not_known_enough_is_doubted() -> None:
    assert not Asking("a\n", "Ruby").colours.is_likely
    assert Asking(large("a\n"), "Ruby").colours.is_likely
    assert Asking(large("a\n"), "C").colours.is_likely
    assert not Asking(large("a\n"), "Python").colours.is_likely


def test_a_whole_text_that_fails_is_done_without_and_its_pages_are_not() -> None:
    asking = Asking("x = 1\n" * 100, "C").seen()
    assert (asking.next() or Frame(Kind.READY, 0, b"")).kind is Kind.BEGIN
    asking.colours.failed(Failure.SLOW)
    assert (asking.failures, asking.doubts) == ([], 1)
    asking.colours.want(1, 20)
    assert set(asking.all()) == {Kind.PAGE, Kind.SCAN}
    assert len(asking.came[0][1]) == 20


def test_a_whole_text_is_begun_anew_by_another_process() -> None:
    asking = Asking("x = '''\n" * 2_001).seen()
    begin = asking.next()
    assert begin is not None
    asking.answer(begin)
    assert (asking.next() or begin).kind is Kind.GO_ON
    asking.child = Child()
    asking.colours.restarted()
    assert asking.all()[0] is Kind.BEGIN
    asking.colours.want(1_990, 2_001)
    asking.all()
    assert [*asking.shown().values()] == of_whole_file(asking.lines, asking.language)[1_989:]


def test_a_process_that_ends_by_itself_is_no_reason_to_do_without_the_whole() -> None:
    asking = Asking("x = 1\n" * 100, "C").seen()
    for is_doubted in (False, True):
        assert (asking.next() or Frame(Kind.READY, 0, b"")).kind is Kind.BEGIN
        asking.colours.failed(Failure.DIED)
        assert asking.colours.is_likely == is_doubted


def test_a_file_whose_spans_cannot_be_found_has_likely_colours() -> None:
    asking = Asking(large("")).seen()
    assert (asking.next() or Frame(Kind.READY, 0, b"")).kind is Kind.SCAN
    asking.colours.failed(Failure.DIED)
    assert (asking.failures, asking.doubts) == ([], 1)
    asking.colours.want(1, 20)
    assert asking.all() == [Kind.PAGE]


def test_a_page_that_fails_is_asked_for_again_once() -> None:
    asking = Asking(large(""))
    asking.colours.want(1, 20)
    for _ in range(2):
        assert (asking.next() or Frame(Kind.READY, 0, b"")).kind is Kind.PAGE
        assert asking.failures == []
        asking.colours.failed(Failure.SLOW)
    assert asking.failures == [Failure.SLOW]
    assert asking.next() is None


def test_an_answer_about_other_lines_is_garbage() -> None:
    asking = Asking(large(""))
    asking.colours.want(1, 20)
    frame = asking.next()
    assert frame is not None
    with pytest.raises(GarbageError):
        asking.colours.answered(frame._replace(payload=pack_pieces([[]] * 19, is_last=True)))
    with pytest.raises(GarbageError):
        asking.colours.answered(Frame(Kind.SCAN, frame.number, b"?"))


@pytest.mark.parametrize(
    "text",
    [
        "x = '\0\0'\ny\0 = 1\n",
        "x = '\ud800\udfff'\ny = 1\n",
        "x = 1\r\ny = '''\r\n'''\r\n",
        "\r\r\n\r",
        "\ufeffx = 1\n",
        "x = 1",
        "\n",
        "x = '" + "é" * (MOST_SHOWN + 500) + "'\ny = 1\n",
        "x\u2028y\x0c\x1c\x85 = 1\n",
    ],
)
@pytest.mark.parametrize("is_large", [False, True])
def test_any_text_has_pieces_that_fit_its_lines(text: str, *, is_large: bool) -> None:
    asking = Asking(("x = 1\n" * file_colours.WHOLE_LINES if is_large else "") + text)
    last = asking.lines.count
    first = max(1, last - 30)
    asking.colours.want(first, last)
    asking.all()
    assert asking.failures == []
    shown = asking.shown()
    assert set(shown) == set(range(first, last + 1))
    for line in range(first, last + 1):
        length = len(asking.lines.line(line).text)
        assert all(each.start + each.length <= length for each in shown[line])  # type: ignore[attr-defined]


def test_a_line_of_10_mb_is_sent_as_far_as_it_is_shown() -> None:
    asking = Asking("x = '" + "a" * 10_000_000 + "'\n" + "y = 1\n")
    asking.colours.want(1, 2)
    frame = asking.next()
    assert frame is not None
    assert len(frame.payload) < 12_000
    asking.answer(frame)
    assert asking.shown()[2] == of_whole_file(TextLines(b"y = 1\n"), asking.language)[0]
    asking.all()
    assert asking.failures == []


def test_a_page_is_bounded_however_long_its_lines_are() -> None:
    asking = Asking("x = '" + ("a" * 9_000 + "\n") * 2_000)
    asking.colours.want(1_000, 1_200)
    frame = asking.next()
    assert frame is not None
    assert frame.kind is Kind.PAGE
    _, skipped, count, text = unpack_text(frame.payload)
    assert count == 201
    assert skipped < 260
    assert len(text) <= 300_000


def test_a_stale_answer_reaches_nobody(show: Show) -> None:
    """A file that is left is asked for nothing more; what was asked is its own."""
    one, other = show(b"x = 1\n" * 3_000), show(b"y = 'a'\n")
    one.look(1, 10)
    one.until(lambda each: bool(each.came))
    other.look(1, 1)
    other.until(lambda each: bool(each.came))
    assert all(len(given) == 10 for _, given in one.came)
    assert all(len(given) == 1 for _, given in other.came)
