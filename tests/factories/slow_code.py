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
OWN: tuple[tuple[str, str], ...] = (
    ("Java", _of("a\n")),
    ("C#", _of("a\n")),
    ("Groovy", _of("a\n")),
    ("Terraform", _of("<<A\n")),
    ("Thrift", _of("a ")),
    ("Difference", _of("@@ ")),
)
"""Language and text of faults that have another shape."""
SLOW: tuple[tuple[str, str], ...] = (
    ("Python", "blank lines"),  # 1.1 s
    ("Python", "tabs and ends"),  # 1.1 s
    ("JavaScript", "escaped quotes"),  # 0.6 s
    ("JSX", "escaped quotes"),  # 0.6 s
    ("TypeScript", "dotted"),  # 1.5 s
    ("TypeScript", "escaped quotes"),  # 0.6 s
    ("TSX", "dotted"),  # 1.6 s
    ("TSX", "escaped quotes"),  # 0.6 s
    ("YAML", "stars"),  # 0.5 s
    ("Markdown", "blank lines"),  # 1.2 s
    ("Markdown", "tabs and ends"),  # 1.2 s
    ("reStructuredText", "blank lines"),  # 4.0 s
    ("reStructuredText", "tabs and ends"),  # 4.0 s
    ("CSS", "escaped quotes"),  # 0.6 s
    ("Less", "escaped quotes"),  # 0.6 s
    ("Makefile", "letters"),  # 4.0 s
    ("Makefile", "digits"),  # 4.0 s
    ("Makefile", "dotted"),  # 4.0 s
    ("Makefile", "assigned"),  # 0.7 s
    ("Makefile", "open brackets"),  # 4.0 s
    ("Makefile", "open braces"),  # 4.0 s
    ("Makefile", "angles"),  # 0.7 s
    ("Makefile", "escaped quotes"),  # 1.3 s
    ("Makefile", "backslashes"),  # 0.7 s
    ("Makefile", "slashes"),  # 0.7 s
    ("Makefile", "comments"),  # 0.7 s
    ("Makefile", "stars"),  # 0.7 s
    ("Makefile", "dashes"),  # 4.0 s
    ("Makefile", "dollars"),  # 4.0 s
    ("Makefile", "commas"),  # 4.0 s
    ("Go", "escaped quotes"),  # 0.7 s
    ("Rust", "slashes"),  # 0.5 s
    ("Java", "blank lines"),  # 1.1 s
    ("Java", "tabs and ends"),  # 1.1 s
    ("Java", "words"),  # 2.3 s
    ("Java", "slashes"),  # 0.6 s
    ("Kotlin", "slashes"),  # 0.6 s
    ("Scala", "angles"),  # 0.8 s
    ("Scala", "stars"),  # 0.8 s
    ("Scala", "dashes"),  # 0.8 s
    ("Groovy", "escaped quotes"),  # 0.6 s
    ("C", "blank lines"),  # 1.7 s
    ("C", "tabs and ends"),  # 1.7 s
    ("C", "slashes"),  # 1.5 s
    ("C++", "blank lines"),  # 4.0 s
    ("C++", "tabs and ends"),  # 4.0 s
    ("C++", "slashes"),  # 1.4 s
    ("CUDA", "blank lines"),  # 4.0 s
    ("CUDA", "tabs and ends"),  # 4.0 s
    ("CUDA", "slashes"),  # 4.0 s
    ("Objective-C", "blank lines"),  # 1.6 s
    ("Objective-C", "tabs and ends"),  # 1.6 s
    ("Objective-C", "slashes"),  # 1.5 s
    ("C#", "escaped quotes"),  # 0.7 s
    ("F#", "slashes"),  # 0.6 s
    ("Dart", "slashes"),  # 0.6 s
    ("Perl", "escaped quotes"),  # 0.6 s
)
"""Language and shape of what takes longer than ``LONG_SECONDS`` with Pygments 2.21, and how long it took."""

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
