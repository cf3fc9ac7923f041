"""Finds files by some letters of their paths, the likeliest first. For a worker thread: there are many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.item_models.command_list import Command, Row
from aitr_desktop.item_models.fuzzy import MAX_TEXT, MAX_TYPED, folded, match
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

MOST_FOUND = 100
MOST_WEIGHED = 2_000
"""Paths whose letters are weighed one by one; those that have them in the plainest way come first."""
_IN_NAME, _WHOLE = 20, 40
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


def found_paths(
    paths: Iterable[str],
    typed: str,
    recent: Sequence[str] = (),
    is_wanted: Callable[[], bool] = lambda: True,
) -> tuple[Row, ...]:
    """The files whose paths have the letters in their order.

    Args:
        paths: All of them, with slashes.
        typed: The letters, or a part of a path.
        recent: Paths seen last, the last first; where nothing is typed, only these.
        is_wanted: Whether anybody still waits for it.
    """
    wanted = "".join(folded(typed[:MAX_TYPED]).split())
    if not wanted:
        return tuple(Row(_command(each)) for each in recent[:MOST_FOUND])
    kept = sorted((each for path in paths if (each := _plain(path, wanted)) is not None), key=_first)
    used = {path: len(recent) - place for place, path in enumerate(recent)}
    found = []
    for plain, length, path in kept[:MOST_WEIGHED]:
        if not is_wanted():
            return ()
        scored = _scored(path, typed)
        if scored is not None:
            score, row = scored
            found.append((-score - (_WHOLE if plain == 0 else 0), -used.get(path, 0), length, path, row))
    found.sort(key=lambda each: each[:4])
    return tuple(row for *_, row in found[:MOST_FOUND])


def _first(each: tuple[int, int, str]) -> tuple[int, int, str]:
    return each


def _plain(path: str, wanted: str) -> tuple[int, int, str] | None:
    """How plainly a path has the letters, from 0 for all of its name; None where it has not."""
    inside = folded(path[-MAX_TEXT:])
    name = inside.rpartition("/")[2]
    if wanted in (name, inside):
        return 0, len(path), path
    if wanted in name:
        return 1, len(path), path
    if _has(name, wanted):
        return 2, len(path), path
    if wanted in inside:
        return 3, len(path), path
    return (4, len(path), path) if _has(inside, wanted) else None


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


def _scored(path: str, typed: str) -> tuple[int, Row] | None:
    """How well a path matches: in its name, or else in all of it."""
    command = _command(path)
    in_name = match(typed, command.title)
    if in_name is not None:
        return in_name.score + _IN_NAME, Row(command, in_name.places)
    start = len(command.path) + 1
    both = match(typed, f"{command.path}/{command.title}")
    if both is None:
        return None
    title = tuple(place - start for place in both.places if place >= start)
    return both.score, Row(command, title, tuple(place for place in both.places if place < start - 1))
