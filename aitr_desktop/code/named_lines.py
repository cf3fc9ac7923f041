r"""Lines of code that a failure's words name: tracebacks and stacks, as test tools write them.

Only what is written as a place is taken: ``File "a.py", line 3``, ``a/b.go:3``, ``(a.js:3:5)``,
``at com.acme.FooTest.x(FooTest.java:3)``, ``in C:\a\B.cs:line 3``. Whether a commit has such a file is
for ``commit_paths``. All work is bounded, however long the text is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_LINES = 2_000
"""Lines of a text that are looked at; a stack stands at either end of it."""
MAX_LINE = 1_000
"""Characters of one of them."""
MOST_PLACES = 30
"""Places that are taken from one failure."""
MOST_TAKEN = 600
"""The same place again counts here, so that a text of nothing else ends."""
MAX_NUMBER = 9_999_999

_PYTHON = re.compile(r'File "([^"\n]{1,1000})", line ([0-9]{1,7})(?![0-9])')
_JAVA = re.compile(
    r"(?:^|\s)(?:[\w.@-]{0,100}/){0,2}([\w$.]{1,500})"
    r"\(([\w$-]{1,200}\.(?:java|kt|kts|scala|groovy)):([0-9]{1,7})\)"
)
_NUMBER = re.compile(r":(?:line )?([0-9]{1,7})(?![0-9])")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}\Z")
_APART = re.compile(r"[\t\"'`()<>|,;=\[\]{}]")
_OF_THE_PLATFORM = ("java.", "javax.", "jdk.", "sun.")
_FOREIGN = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|node_modules|\.m2|\.gradle|\.cargo|\.rustup|rustc|\.nuget|gems"
    r"|hostedtoolcache|python[23](?:\.[0-9]+)?|go-?1\.[0-9.]+)/|^/usr/(?:lib|local/lib|local/go)/|/pkg/mod/"
    r"|^node:|^internal/"
)


class NamedLine(NamedTuple):
    """A place as a tool wrote it."""

    path: str
    line: int
    is_class: bool = False
    """The path is made of a package and counts from a folder of sources."""


def named_lines(text: str) -> tuple[NamedLine, ...]:
    """The places that a text names, each once, in its order."""
    found: dict[NamedLine, None] = {}
    taken = 0
    for line in _looked_at(text):
        places = _of_line(line[:MAX_LINE])
        found.update(dict.fromkeys(places))
        taken += len(places)
        if len(found) >= MOST_PLACES or taken >= MOST_TAKEN:
            break
    return tuple(found)[:MOST_PLACES]


def is_foreign(path: str) -> bool:
    """Whether a path lies in a folder of installed packages or of the language itself."""
    return bool(_FOREIGN.search(path.replace("\\", "/")))


def _looked_at(text: str) -> list[str]:
    lines = text.split("\n", MOST_LINES)
    if len(lines) <= MOST_LINES:
        return lines
    # The rest as one piece: its end has what failed in the end.
    return [*lines[: MOST_LINES // 2], *text.rsplit("\n", MOST_LINES // 2)[1:]]


def _of_line(line: str) -> list[NamedLine]:
    if ":" not in line and ", line " not in line:
        return []
    python = _PYTHON.findall(line)
    if python:
        return [each for path, number in python if (each := _place(path, number))]
    java = _JAVA.search(line)
    if java:
        if java[1].startswith(_OF_THE_PLATFORM):
            return []
        package = java[1].split(".")[:-2]
        place = _place("/".join((*package, java[2])), java[3])
        return [place._replace(is_class=True)] if place else []
    return _written(line)


def _written(line: str) -> list[NamedLine]:
    """``PATH:LINE`` wherever it stands; a path in brackets may hold spaces."""
    found = []
    stripped = line.rstrip()
    opened = stripped.rfind("(")
    if stripped.endswith(")") and opened >= 0:
        inside = stripped[opened + 1 : -1]
        number = _NUMBER.search(inside, 2)
        if number and (place := _place(inside[: number.start()], number[1])):
            return [place]
    plain = _APART.sub(" ", line)
    for number in _NUMBER.finditer(plain):
        begin = plain.rfind(" ", 0, number.start()) + 1
        if place := _place(plain[begin : number.start()], number[1]):
            found.append(place)
    return found


def _place(path: str, number: str) -> NamedLine | None:
    line = int(number)
    has_drive = path[1:3] in (":\\", ":/")
    is_path = _ENDING.search(path) and ":" not in path[2 if has_drive else 0 :].removeprefix("file:")
    if not is_path or not 1 <= line <= MAX_NUMBER or is_foreign(path):
        return None
    return NamedLine(path, line)
