"""Places in a text: lines as YAML counts them, and stretches that end with their line."""

from __future__ import annotations

import re
from typing import Any

from tsr_agent.gate.source.problem import Span

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends; one more than there are line breaks."""
    return _BREAK.split(text)


def span_at(offset: int, text: str) -> Span:
    """The sign at an offset of a text."""
    before = lines_of(text[:offset])
    line, column = len(before), len(before[-1]) + 1
    return within(Span(line, column, line, column + 1), lines_of(text))


def span_between(start: Any, end: Any) -> Span:
    """What lies between two of PyYAML's marks, which count from 0."""
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def within(span: Span, lines: list[str]) -> Span:
    """A stretch cut to its first line and to what there is of the text."""
    line = min(span.line, len(lines))
    last = len(lines[line - 1].rstrip()) + 1
    column = min(span.column, len(lines[line - 1]) + 1) if line == span.line else last
    end = span.end_column if span.end_line == line else last
    return Span(line, column, line, max(column, min(end, len(lines[line - 1]) + 1)))
