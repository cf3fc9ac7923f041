"""Where in the tree of a half-written YAML or JSON text the cursor stands.

No parser takes a text that is being written. Above the cursor, columns say which keys and entries hold the
line; on the line, and in JSON, brackets do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from aitr_desktop.editing.tokens import opens_text

MOST_LINES = 20_000
"""Lines on either side of the cursor that are looked at."""
MOST_FLOW = 512 * 1024
"""Characters before the cursor in which brackets are counted."""
# No group is repeated possessively: Python up to 3.11.4 matches that wrongly (gh-106052). Written so that
# each character can be taken in one way only, they take no longer.
_DASHES = re.compile(r"(?:-(?:\s+|$))*")
_KEY = re.compile(
    r"""("[^"\\]*(?:\\.[^"\\]*)*"|'[^']*+'|[^\s#:,\[\]{}"'&!|>%@`-][^:#]*?|[$*]\w*+)\s*:(?=\s|$)\s*(.*)$"""
)
_QUOTED = re.compile(r"\"[^\"\\]*(?:\\.[^\"\\]*)*(?:\"|$)|'[^']*(?:'|$)")
_FLOW = re.compile(
    r"""
    (?P<text>"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*(?:''[^']*)*')
  | (?P<open>["'].*)
  | (?P<bracket>[\[\]{},])
  | (?P<colon>:)
  | (?P<plain>[^\s,\[\]{}:"'][^,\[\]{}:]*(?::(?=[^\s,\[\]{}])[^,\[\]{}:]*)*)
    """,
    re.VERBOSE | re.DOTALL,
)

Step = str | int
"""A key, or 0 for an entry of a list."""


@dataclass(slots=True)
class Holder:
    """A mapping or list that holds the cursor."""

    column: int
    is_mapping: bool
    key: str | None = None
    """Of a mapping: the one that leads on."""
    members: dict[str, str] = field(default_factory=dict)
    """Keys with their values, as far as these stand on one line."""

    @property
    def step(self) -> Step | None:
        """What leads on from here; None where that is still to be written."""
        return self.key if self.is_mapping else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorPlace:
    """What can be written at the cursor."""

    holders: tuple[Holder, ...]
    """From the top of the file down; the last one of a key that is being written has none yet."""
    is_value: bool
    """Whether a single value is written, or else a key or an entry."""
    prefix: str
    """What of it stands before the cursor."""
    in_flow: bool = False
    """Whether it is inside of brackets."""
    is_json: bool = False
    column: int = 0
    """Where the prefix begins, from 0."""

    @property
    def path(self) -> tuple[Step, ...]:
        """The way from the top of the file to what is written."""
        return tuple(each.step for each in self.holders if each.step is not None)


def place_of(text: str, offset: int) -> CursorPlace | None:
    """Where the cursor stands; None inside of a comment or a text of several lines.

    Args:
        text: The whole of it.
        offset: Characters before the cursor.
    """
    before = text[:offset]
    if text.lstrip(" \t\r\n").startswith("{"):
        return _in_flow(before, [], is_json=True) if len(before) <= MOST_FLOW else None
    lines = text.split("\n")
    number = before.count("\n")
    line = before[before.rfind("\n") + 1 :]
    block = _Block()
    for above in range(max(0, number - MOST_LINES), number):
        block.take(lines[above])
    if block.skips(line, lines[number]) or _is_comment(line):
        return None
    found = block.cursor(line)
    block.look_below(lines[number + 1 : number + MOST_LINES])
    return found


def _is_comment(line: str) -> bool:
    return re.search(r"(?:^|\s)#", _QUOTED.sub("''", line)) is not None


def _plain(written: str) -> str:
    key = written.strip()
    return key[1:-1] if len(key) >= 2 and key[0] == key[-1] and key[0] in "\"'" else key


class _Block:
    """Lines of block YAML, one after the other, and what they leave open."""

    def __init__(self) -> None:
        self._open: list[Holder] = []
        self._text_below = -1
        """Lines deeper than this column are one text; -1 for none."""

    def take(self, line: str) -> None:
        """The next line."""
        indent, rest = _indented(line)
        if self._is_inside(line, indent) or not rest or rest.startswith("#"):
            return
        start = self._dashes(indent, rest)
        found = _KEY.match(line[start:])
        if found is not None:
            self._key(start, _plain(found[1]), found[2])
        if opens_text(line):
            self._text_below = indent if found is None else start

    def skips(self, line: str, whole: str) -> bool:
        """Whether the cursor's line is part of a text of several lines."""
        if self._text_below < 0:
            return False
        # An empty line's end is where the cursor is.
        indent = len(line) if not whole.strip() else _indented(line)[0]
        return indent > self._text_below

    def cursor(self, line: str) -> CursorPlace | None:
        """What can be written at the end of what is there of a line."""
        self._text_below = -1
        rest = line.lstrip(" ")
        start = self._dashes(len(line) - len(rest), rest)
        found = _KEY.match(line[start:])
        if found is not None:
            self._key(start, _plain(found[1]), found[2])
            value = found[2]
            if value[:1] in ("{", "["):
                return _in_flow(value, self._open, is_json=False, shift=len(line) - len(value))
            holders = tuple(self._open)
            return CursorPlace(holders=holders, is_value=True, prefix=value, column=len(line) - len(value))
        prefix = line[start:]
        if prefix[:1] in ("{", "["):
            return _in_flow(prefix, self._open, is_json=False, shift=start)
        self._close_for_key(start)
        if not (self._open and self._open[-1].is_mapping and self._open[-1].column == start):
            self._open.append(Holder(start, is_mapping=True))
        self._open[-1].key = None
        return CursorPlace(holders=tuple(self._open), is_value=False, prefix=prefix, column=start)

    def look_below(self, lines: list[str]) -> None:
        """Adds what the mappings that hold the cursor have behind it."""
        holders = list(self._open)
        for line in lines:
            indent, rest = _indented(line)
            if not rest or rest.startswith("#"):
                continue
            while holders and holders[-1].column > indent:
                holders.pop()
            if not holders:
                return
            if rest.startswith(("- ", "-\t")) or rest == "-":
                # The next entry of a list; what the last one holds is over.
                continue
            found = _KEY.match(rest)
            if found is not None and holders[-1].is_mapping and holders[-1].column == indent:
                holders[-1].members.setdefault(_plain(found[1]), found[2].strip())

    def _is_inside(self, line: str, indent: int) -> bool:
        if self._text_below >= 0 and line.strip() and indent <= self._text_below:
            self._text_below = -1
        return self._text_below >= 0

    def _dashes(self, indent: int, rest: str) -> int:
        """Takes the dashes that a line begins with; the column behind them."""
        found = _DASHES.match(rest)
        dashes = found[0] if found else ""
        for place, sign in enumerate(dashes):
            if sign == "-":
                self._dash(indent + place)
        return indent + len(dashes)

    def _dash(self, column: int) -> None:
        while self._open and self._open[-1].column > column:
            self._open.pop()
        if not self._open or self._open[-1].is_mapping or self._open[-1].column != column:
            self._open.append(Holder(column, is_mapping=False))

    def _key(self, column: int, key: str, value: str) -> None:
        self._close_for_key(column)
        if not (self._open and self._open[-1].is_mapping and self._open[-1].column == column):
            self._open.append(Holder(column, is_mapping=True))
        self._open[-1].key = key
        self._open[-1].members[key] = value.strip()

    def _close_for_key(self, column: int) -> None:
        while self._open and (
            self._open[-1].column > column
            or (self._open[-1].column == column and not self._open[-1].is_mapping)
        ):
            self._open.pop()


def _indented(line: str) -> tuple[int, str]:
    rest = line.lstrip(" ")
    return len(line) - len(rest), rest.rstrip()


def _in_flow(before: str, holders: list[Holder], *, is_json: bool, shift: int = 0) -> CursorPlace | None:
    """The place inside of brackets, which begin with the text."""
    stack: list[Holder] = []
    last, prefix, began = "", "", len(before)
    for found in _FLOW.finditer(before):
        is_last = found.end() == len(before)
        if found["bracket"] is not None:
            last = _bracket(found["bracket"], stack, last)
        elif found["colon"] is not None:
            if stack and stack[-1].is_mapping and stack[-1].key is None:
                stack[-1].key, last = last, ""
        elif found["open"] is not None or (is_last and found["plain"] is not None):
            prefix, began = found[0], found.start()
        else:
            last = _plain(found[0])
    if not stack:
        return None
    here = stack[-1]
    return CursorPlace(
        holders=(*holders, *stack),
        is_value=here.key is not None if here.is_mapping else True,
        prefix=prefix,
        in_flow=True,
        is_json=is_json,
        column=shift + began - (before.rfind("\n") + 1),
    )


def _bracket(sign: str, stack: list[Holder], last: str) -> str:
    """Opens, closes, or ends a member."""
    if sign in "{[":
        stack.append(Holder(-1, is_mapping=sign == "{"))
    elif sign in "}]":
        if len(stack) > 0:
            stack.pop()
    elif stack and stack[-1].is_mapping:
        if stack[-1].key is not None:
            stack[-1].members[stack[-1].key] = last
        stack[-1].key = None
    return ""
