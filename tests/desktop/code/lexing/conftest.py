from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code.lexing.file_colours import FileColours
from aitr_desktop.code.lexing.languages import LANGUAGES, Language
from aitr_desktop.code.lexing.lexing import Lexing
from aitr_desktop.code.text_lines import TextLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aitr_desktop.code.lexing.file_colours import Given
    from aitr_desktop.code.lexing.lexing import Failure

PATIENCE = 60.0


class Shown:
    """A file as somebody looks at it: what came for it, in the order it came."""

    def __init__(self, lexing: Lexing, content: bytes, language: Language) -> None:
        self.came: list[tuple[int, Given]] = []
        self.failure: Failure | None = None
        self.is_doubted = False
        self._lexing = lexing
        self._changed = threading.Condition()
        self.colours = FileColours(TextLines(content), language, self._take, self._fail, self._doubt)
        lexing.begin(self.colours)

    def _take(self, first: int, given: Given) -> None:
        with self._changed:
            self.came.append((first, given))
            self._changed.notify_all()

    def _fail(self, failure: Failure) -> None:
        with self._changed:
            self.failure = failure
            self._changed.notify_all()

    def _doubt(self) -> None:
        with self._changed:
            self.is_doubted = True
            self._changed.notify_all()

    def look(self, first: int, last: int) -> None:
        """Comes to these lines."""
        self.colours.want(first, last)
        self._lexing.look()

    def until(self, is_so: Callable[[Shown], bool]) -> None:
        """Waits until something is so."""
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self), PATIENCE), (self.came, self.failure)


Show = "Callable[..., Shown]"


def of_this_process() -> tuple[set[str], int, set[int]]:
    """Names of the threads, number of open files, and ids of the processes that are ours."""
    threads = {each.name for each in threading.enumerate() if each.name.startswith("aitr-lexing")}
    me = os.getpid()
    children = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == me and fields[0] != "Z":
            children.add(int(status.parent.name))
    return threads, len(list(Path("/proc/self/fd").iterdir())), children


@pytest.fixture
def lexing() -> Iterator[Lexing]:
    threads, files, children = of_this_process()
    made = Lexing()
    yield made
    made.stop()
    assert of_this_process() == (threads, files, children)


@pytest.fixture
def show(lexing: Lexing) -> Callable[..., Shown]:
    def of(content: bytes, language: str = "Python", by: Lexing = lexing) -> Shown:
        return Shown(by, content, LANGUAGES[language])

    return of


def ended(pid: int) -> None:
    """Waits until a process is gone."""
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, "the process did not end"
        threading.Event().wait(0.01)
