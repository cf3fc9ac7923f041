"""Selected lines of a file, and how a link names them: ``file``, ``L`` and ``ref``.

This is the one place where those parameters are read; ``aitr_desktop.deep_link`` adds the rest of a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_LINE = 9_999_999
"""The highest number of a line that a link can name."""
MAX_PATH = 1_000
"""Characters of a path that a link can name."""
_LINES = re.compile(r"([1-9][0-9]{0,6})(?:-([1-9][0-9]{0,6}))?")
_SHA = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_DRIVE = re.compile(r"[A-Za-z]:")


class ParameterError(InputError):
    """Parameters that name no lines of a file.

    Args:
        reason: What is wrong with which of them, as the end of a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"These are no lines of a file: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LineSelection:
    """Lines next to each other, by the one where selecting began and the one where the cursor is.

    Any two numbers make one; ``within`` binds it to a file before it is shown or read by.
    """

    anchor: int
    cursor: int

    @property
    def first(self) -> int:
        """The uppermost line."""
        return min(self.anchor, self.cursor)

    @property
    def last(self) -> int:
        """The lowest line, which belongs to it."""
        return max(self.anchor, self.cursor)

    @property
    def size(self) -> int:
        """Lines."""
        return self.last - self.first + 1

    def __contains__(self, line: int) -> bool:
        """Whether a line belongs to it."""
        return self.first <= line <= self.last

    def within(self, count: int) -> LineSelection:
        """The same, bound to the lines of a file.

        Args:
            count: Lines that the file has; a file without any is taken for one empty line.
        """
        return LineSelection(_bound(self.anchor, count), _bound(self.cursor, count))

    def extended(self, step: int, count: int) -> LineSelection:
        """With the cursor some lines further down, or up where the step is negative; it stops at the ends."""
        return LineSelection(self.anchor, _bound(self.cursor, count) + step).within(count)

    def moved(self, step: int, count: int) -> LineSelection:
        """The one line that lies some lines from the cursor; it stops at the ends."""
        line = _bound(_bound(self.cursor, count) + step, count)
        return LineSelection(line, line)

    def reaching(self, line: int, count: int) -> LineSelection:
        """From where it began to another line."""
        return LineSelection(self.anchor, line).within(count)

    def range_text(self) -> str:
        """Its lines as a link names them: ``12`` or ``12-20``."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Lines of a file, as the parameters of a link name them."""

    file: str
    """Path from the repository's root, with slashes."""
    selection: LineSelection
    ref: str = ""
    """Whole SHA of the commit; empty where none is named."""

    def parameters(self) -> dict[str, str]:
        """As parameters; what is not known is left out."""
        said = {"file": self.file, "L": self.selection.range_text(), "ref": self.ref}
        return {name: value for name, value in said.items() if value}


def from_parameters(parameters: Mapping[str, str | Sequence[str]]) -> FileLines:
    """Reads parameters, each as text or, as ``urllib.parse.parse_qs`` gives them, as a list of one.

    Raises:
        ParameterError: One is missing, named twice or not of its form. Nothing is guessed.
    """
    file, lines, ref = (_single(parameters, name) for name in ("file", "L", "ref"))
    if not is_inside(file) or HIDDEN.search(file) or set("\n\t") & set(file):
        raise ParameterError("“file” is a path from the repository's root, such as src/bot.py")
    if ref and not _SHA.fullmatch(ref):
        raise ParameterError("“ref” is the whole SHA of a commit, in small letters")
    return FileLines(file=file, selection=read_range(lines), ref=ref)


def read_range(text: str) -> LineSelection:
    """Reads what ``range_text`` writes, in ASCII digits and in ascending order.

    Raises:
        ParameterError: It is something else.
    """
    found = _LINES.fullmatch(text)
    if found is None:
        raise ParameterError("“L” is a line or two, such as 3 or 3-9, below ten million")
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise ParameterError("the last of “L” is before the first")
    return LineSelection(first, last)


def is_inside(path: str) -> bool:
    """Whether a path leads from a repository's root to a file in it, and nowhere else on any system."""
    if not path or len(path) > MAX_PATH or "\\" in path or _DRIVE.match(path):
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))


def _single(parameters: Mapping[str, str | Sequence[str]], name: str) -> str:
    value = parameters.get(name, "")
    if isinstance(value, str):
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ParameterError(f"“{name}” is not text")
    if len(value) > 1:
        raise ParameterError(f"“{name}” is named twice")
    return value[0] if value else ""


def _bound(line: int, count: int) -> int:
    return max(1, min(line, count))
