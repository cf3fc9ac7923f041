"""Finds files by some letters of their paths, the likeliest first. For a worker thread: there are many."""

from __future__ import annotations

import re
from heapq import nsmallest
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.item_models.command_list import Command, Row
from aitr_desktop.item_models.fuzzy import MAX_TEXT, MAX_TYPED, folded, match
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MOST_FOUND = 100
MOST_WEIGHED = 500
"""Paths whose letters are weighed one by one; those that have them in the plainest way come first."""
WHOLE, BEGINS, IN_NAME, IN_PATH, LETTERS_OF_NAME, LETTERS_OF_PATH = range(6)
"""How a path has the letters; the plainer ones come first."""
_WEIGHED = (LETTERS_OF_NAME, LETTERS_OF_PATH)
_LINE = re.compile(r"(?P<path>.*?)(?::(?P<line>[1-9][0-9]{0,6})?)?", re.DOTALL)


class Typed(NamedTuple):
    """What somebody typed: letters of a path, and a line."""

    path: str
    line: int
    """0 for none."""


def typed_path(text: str) -> Typed:
    """Reads ``bot.py:12`` as a path and a line."""
    found = _LINE.fullmatch(text.strip())
    if found is None:
        return Typed(text.strip(), 0)
    return Typed(found["path"], int(found["line"] or 0))


class PathIndex:
    """The paths of a commit, made ready once to be searched at each letter that is typed.

    Args:
        paths: All of them, with slashes.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._entries: list[tuple[str, str, str]] = []
        for path in paths:
            inside = folded(path[-MAX_TEXT:])
            self._entries.append((inside, inside.rpartition("/")[2], path))

    def find(
        self, typed: str, recent: Sequence[str] = (), is_wanted: Callable[[], bool] = lambda: True
    ) -> tuple[Row, ...]:
        """The files whose paths have the letters in their order, the plainest first.

        Args:
            typed: The letters, or a part of a path.
            recent: Paths seen last, the last first; where nothing is typed, only these.
            is_wanted: Whether anybody still waits for it.
        """
        wanted = "".join(folded(typed[:MAX_TYPED]).split())
        if not wanted:
            return tuple(Row(_command(each)) for each in recent[:MOST_FOUND])
        used = {path: len(recent) - place for place, path in enumerate(recent)}
        kept = nsmallest(MOST_WEIGHED, self._having(wanted, used))
        if not is_wanted():
            return ()
        found: list[tuple[int, int, int, int, str, Row]] = []
        for plain, use, length, path in kept:
            if len(found) >= MOST_FOUND and plain not in _WEIGHED:
                break
            score, row = _scored(_command(path), typed, wanted, plain)
            found.append((plain, -score, use, length, path, row))
        found.sort(key=lambda each: each[:5])
        return tuple(row for *_, row in found[:MOST_FOUND])

    def _having(self, wanted: str, used: Mapping[str, int]) -> Iterator[tuple[int, int, int, str]]:
        """Those that have the letters: how plainly, how long ago they were seen, how long they are."""
        first = wanted[0]
        for inside, name, path in self._entries:
            if first not in inside:
                continue
            how = _plain(inside, name, wanted)
            if how >= 0:
                yield how, -used.get(path, 0), len(path), path


def _plain(inside: str, name: str, wanted: str) -> int:
    """How plainly a path has the letters; -1 where it has not."""
    if wanted in name:
        if wanted in (name, inside):
            return WHOLE
        return BEGINS if name.startswith(wanted) else IN_NAME
    if wanted in inside:
        return WHOLE if wanted == inside else IN_PATH
    if _has(name, wanted):
        return LETTERS_OF_NAME
    return LETTERS_OF_PATH if _has(inside, wanted) else -1


def _has(text: str, wanted: str) -> bool:
    place = 0
    for letter in wanted:
        place = text.find(letter, place) + 1
        if not place:
            return False
    return True


def _command(path: str) -> Command:
    folder, _, name = path.rpartition("/")
    return Command(key=path, title=one_line(name, MAX_TEXT), path=_end(one_line(folder, 4 * MAX_TEXT)))


def _end(folder: str) -> str:
    """The end of a folder's path, which tells it from others."""
    return folder if len(folder) <= MAX_TEXT // 2 else "…" + folder[-MAX_TEXT // 2 :]


def _scored(command: Command, typed: str, wanted: str, plain: int) -> tuple[int, Row]:
    """How well a path has the letters where that is not plain already, and which of them they are."""
    if plain <= IN_NAME:
        start = folded(command.title).find(wanted)
        places = range(start, start + len(wanted)) if start >= 0 else range(len(command.title))
        return 0, Row(command, tuple(places))
    if plain == LETTERS_OF_NAME:
        in_name = match(typed, command.title)
        return (in_name.score, Row(command, in_name.places)) if in_name is not None else (0, Row(command))
    start = len(command.path) + 1
    both = match(typed, f"{command.path}/{command.title}")
    if both is None:
        return 0, Row(command)
    title = tuple(place - start for place in both.places if place >= start)
    before = tuple(place for place in both.places if place < start - 1)
    return 0 if plain == IN_PATH else both.score, Row(command, title, before)
