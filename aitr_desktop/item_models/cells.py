"""What a table or tree holds: cells, nodes and columns as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt

from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from tsr_agent.sections.marks import Mark

CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``Cell`` itself, for the delegate."""
MAX_TOOLTIP = 2_000


class Kind(Enum):
    """What a target is."""

    RULE = "rule"
    TEST = "test"
    TEST_TYPE = "test type"
    """All tests of one type, by its value such as ``unit``."""
    REQUIREMENT = "requirement"
    FAILURE_MODE = "failure mode"
    ITERATION = "iteration"
    INPUT = "input"
    APPROVAL = "approval"
    REPORT = "report"
    """Another report, by its id."""
    COMMIT = "commit"
    """A commit of the report's repository, by its whole SHA."""
    LINE = "line"
    """A place in its code: ``FILE:LINE`` at the SHA that was judged."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a figure leads: a row of the same report, or something outside of it."""

    kind: Kind
    value: str
    """Its id as the report writes it, never shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value to be drawn."""

    text: str
    tone: Tone = Tone.PLAIN
    whole: str = ""
    """Shown on hover and taken when copied, where ``text`` is shortened."""
    is_code: bool = False
    is_number: bool = False
    is_strong: bool = False
    is_block: bool = False
    """Several lines, drawn line by line in the monospaced font."""
    leads_to: Target | None = None
    """What a click, or Enter on its row, opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One row and what opens below it."""

    cells: tuple[Cell, ...]
    children: tuple[Node, ...] = ()
    spans: bool = False
    """The first cell takes the whole width."""
    is_open: bool = False
    """Open from the start."""
    anchor: Target | None = None
    """What the row is about, so that a figure elsewhere can lead to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    title: str
    width: int = 100
    """Pixels at first; in a section, the most that its texts may take."""
    is_number: bool = False
    stretches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A whole table or tree."""

    columns: tuple[Column, ...]
    nodes: tuple[Node, ...]


def mark_cell(mark: Mark) -> Cell:
    """A state as sign and word in its tone."""
    return Cell(text=str(mark), tone=mark.tone)


def plain_tooltip(text: str) -> str:
    """A tooltip that shows the text as it stands: Qt would guess markup from its look."""
    if not text:
        return ""
    import html

    shown = text if len(text) <= MAX_TOOLTIP else text[:MAX_TOOLTIP] + "…"
    return f'<qt><p style="white-space:pre-wrap">{html.escape(shown)}</p></qt>'
