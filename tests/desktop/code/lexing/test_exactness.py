"""Pages against whole files, on the files of the Python that runs and of what is installed in it."""

from __future__ import annotations

import random
import sysconfig
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.code.lexing.languages import LANGUAGES, language_of
from aitr_desktop.code.text_lines import TextLines
from tests.desktop.code.lexing.whole_files import known_spans, of_whole_file, of_window

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = [Path(sysconfig.get_paths()[name]) for name in ("stdlib", "purelib", "include")]
SEED = 8
PAGE = 60
SMALLEST, LARGEST = 6_000, 200_000
LONGEST = 2_000
SHARES = {"C": 0.03, "CSS": 0.03}
"""Lines that may differ in languages whose lexers have states that no prescan knows: measured, and doubled.
Files as small as these are lexed whole, so that this is what only large ones have."""


def files(suffix: str, most: int) -> list[Path]:
    """Some files of a kind, the same ones each time. Of longer lines only a part is shown, and lexed."""
    found = sorted(
        path
        for place in PLACES
        for path in place.rglob(f"*{suffix}")
        if path.is_file() and SMALLEST < path.stat().st_size < LARGEST and "test" not in path.parts
    )
    random.Random(SEED).shuffle(found)
    return list(islice((path for path in found if longest_line(path) <= LONGEST), most))


def longest_line(path: Path) -> int:
    """Bytes of the longest line of a file."""
    return max(map(len, path.read_bytes().split(b"\n")))


def pages(path: Path, each: int) -> Iterator[tuple[int, int, int]]:
    """Lines of some pages of a file, with the number of those that differ from the whole file's."""
    language = language_of(path.name)
    assert language is not None
    lines = TextLines(path.read_bytes())
    expected = of_whole_file(lines, language)
    known = known_spans(lines, language)
    chance = random.Random(f"{SEED}{path.name}")
    for _ in range(each):
        first = chance.randint(1, lines.count)
        last = min(lines.count, first + PAGE - 1)
        found = of_window(lines, language, known, first, last)
        assert len(found) == last - first + 1
        differing = sum(one != other for one, other in zip(found, expected[first - 1 : last], strict=True))
        yield first, last, differing


def test_each_page_of_python_has_the_colours_of_the_whole_file() -> None:
    differing = {
        (path.name, first): count for path in files(".py", 60) for first, _, count in pages(path, 7) if count
    }
    assert differing == {}


def test_each_line_of_a_file_may_be_the_first_of_a_page() -> None:
    path = PLACES[0] / "argparse.py"
    lines, language = TextLines(path.read_bytes()), LANGUAGES["Python"]
    expected, known = of_whole_file(lines, language), known_spans(lines, language)
    for first in range(1, 260):
        last = first + 12
        assert of_window(lines, language, known, first, last) == expected[first - 1 : last]


@pytest.mark.parametrize(
    "suffix", [".js", ".css", ".json", ".toml", ".yaml", ".md", ".h", ".xml", ".html", ".sh"]
)
def test_a_page_of_another_language_hardly_differs_from_the_whole_file(suffix: str) -> None:
    found = [page for path in files(suffix, 6) for page in pages(path, 5)]
    if not found:
        pytest.skip(f"no {suffix} file is installed here")
    lines = sum(last - first + 1 for first, last, _ in found)
    language = language_of(f"x{suffix}")
    assert language is not None
    assert sum(count for _, _, count in found) <= SHARES.get(language.name, 0) * lines
