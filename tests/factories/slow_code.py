"""Small texts on which lexers of Pygments take long: what a hostile repository would have in it.

``find`` looks for them anew: ``python -m tests.factories.slow_code`` prints the lines of ``SLOW``.
"""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 10_000
"""Characters of each text."""
LONG_SECONDS = 0.5
"""Of processor time: from here on a text is slow."""
MOST_SECONDS = 4.0


def _of(part: str, before: str = "", behind: str = "") -> str:
    room = SIZE - len(before) - len(behind)
    return before + part * (room // len(part)) + behind


TEXTS: dict[str, str] = {
    "letters": _of("a"),
    "digits": _of("1"),
    "blanks": _of(" "),
    "blank lines": _of("\n "),
    "tabs and ends": _of("\t\n"),
    "words": _of("a "),
    "dotted": _of("a."),
    "assigned": _of("a="),
    "open brackets": _of("("),
    "open braces": _of("{"),
    "angles": _of("<"),
    "tags": _of("<a "),
    "double quotes": _of('"'),
    "escaped quotes": _of('\\"', '"'),
    "backslashes": _of("\\"),
    "slashes": _of("/"),
    "comments": _of("/*"),
    "stars": _of("*"),
    "dashes": _of("-"),
    "dollars": _of("${"),
    "colons": _of("a:"),
    "commas": _of("a, "),
}
"""The shapes that most of the known faults have."""
OWN: dict[str, tuple[str, str]] = {}
"""Language and text of faults that have another shape."""
SLOW: tuple[tuple[str, str], ...] = ()
"""Language and shape of what takes longer than ``LONG_SECONDS`` with Pygments 2.21."""

_TRY = """
import sys, time
from aitr_desktop.code.lexing.child import load_lexer
from aitr_desktop.code.lexing.languages import LANGUAGES
from tests.factories.slow_code import TEXTS
lexer = load_lexer(LANGUAGES[sys.argv[1]])
list(lexer.get_tokens_unprocessed("a = 1\\n"))
before = time.process_time()
for _ in lexer.get_tokens_unprocessed(TEXTS[sys.argv[2]]):
    pass
print(time.process_time() - before)
"""


def seconds(language: str, shape: str) -> float:
    """Processor time that a lexer takes for a text; ``MOST_SECONDS`` where it is more."""
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY, language, shape],
            capture_output=True,
            text=True,
            timeout=2 * MOST_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return MOST_SECONDS
    return float(tried.stdout)


def find() -> Iterator[tuple[str, str, float]]:
    """Language, shape and seconds of every text that is slow."""
    from aitr_desktop.code.lexing.languages import LANGUAGES

    cases = [(language, shape) for language in LANGUAGES for shape in TEXTS]
    with ThreadPoolExecutor(2) as pool:
        for case, took in zip(cases, pool.map(lambda each: seconds(*each), cases), strict=True):
            if took > LONG_SECONDS:
                yield (*case, took)


if __name__ == "__main__":
    for language, shape, took in find():
        sys.stdout.write(f"    ({language!r}, {shape!r}),  # {took:.1f} s\n")
