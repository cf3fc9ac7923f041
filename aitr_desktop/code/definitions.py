"""Lines where a file defines what only a name is known of: pytest names no line of a test unasked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tsr_agent.sections.targets import Kind

if TYPE_CHECKING:
    from aitr_desktop.code.line_marks import LineMark
    from aitr_desktop.code.report_marks import FileMarks
    from aitr_desktop.code.text_lines import TextLines

_DEFINED = re.compile(rb"^[ \t]*(?:async[ \t]{1,20})?def[ \t]{1,20}(\w{1,500})[ \t]*\(", re.MULTILINE)
_PYTHON = ".py"


def placed_by_name(marks: FileMarks, lines: TextLines) -> FileMarks:
    """The same marks, with the tests of no line at the one line that defines their name, where one does."""
    if not marks.whole_file or not marks.path.endswith(_PYTHON):
        return marks
    defined = _defined(lines)
    placed, left = [], []
    for mark in marks.whole_file:
        offset = defined.get(_name(mark), 0)
        if offset:
            number = lines.number_at(offset - 1)
            placed.append(replace(mark, first=number, last=number))
        else:
            left.append(mark)
    if not placed:
        return marks
    ordered = sorted((*marks.marks, *placed), key=lambda each: each.first)
    remark = "Tests that name no line stand where the file defines them."
    return replace(marks, marks=tuple(ordered), whole_file=tuple(left), remarks=(*marks.remarks, remark))


def line_defining(path: str, lines: TextLines, name: str) -> int:
    """The one line of a file that defines a name; 0 where none does, or several do."""
    offset = _defined(lines).get(name.encode("utf-8", "replace"), 0) if path.endswith(_PYTHON) else 0
    return lines.number_at(offset - 1) if offset else 0


def _defined(lines: TextLines) -> dict[bytes, int]:
    """Where each name is defined, counted from 1; 0 where several lines define it, so nothing says which."""
    defined: dict[bytes, int] = {}
    for found in _DEFINED.finditer(lines.content):
        defined[found[1]] = 0 if found[1] in defined else found.start(1) + 1
    return defined


def _name(mark: LineMark) -> bytes:
    if mark.target is None or mark.target.kind is not Kind.TEST:
        return b""
    name = mark.target.value.partition("[")[0].rpartition("::")[2]
    return name.encode("utf-8", "replace")
