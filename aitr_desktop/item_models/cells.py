"""What a table or tree holds: cells, nodes and columns as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt

from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.sections.marks import Mark

__all__ = [
    "CELL_ROLE", "MAX_TOOLTIP", "Cell", "Column", "Kind", "Link", "Node", "Table", "Target", "links_of",
    "mark_cell", "plain_tooltip",
]  # fmt: skip

CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The ``Cell`` itself, for the delegate."""
MAX_TOOLTIP = 2_000


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
    is_struck: bool = False
    """Struck through: what it says no longer stands, which a word says, too."""
    is_block: bool = False
    """Several lines, drawn line by line in the monospaced font."""
    leads_to: Target | None = None
    """What a click, or Enter on its row, opens."""
    keeps_tone: bool = False
    """Drawn in its own tone although it leads somewhere: what it says is a state."""
    link: tuple[int, int] | None = None
    """Which part of a wrapped text is drawn as the link, from and to; None for all of it."""


@dataclass(frozen=True, slots=True)
class Link:
    """Something more that a row leads to, offered in its menu."""

    words: str
    target: Target


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
    make: Callable[[], tuple[Node, ...]] | None = None
    """Makes what opens below when somebody first looks, in place of ``children``; never nothing."""
    links: tuple[Link, ...] = ()
    """What the row leads to beside its cells."""
    holds: Callable[[str], bool] | None = None
    """Whether anything that opens below has a ``folded`` text, without making it; None to make and look."""

    @property
    def opens(self) -> bool:
        """Whether anything opens below, without making it."""
        return bool(self.children) or self.make is not None

    def below(self) -> tuple[Node, ...]:
        """What opens below. Made anew at each call: a model keeps what it was given."""
        return self.children if self.make is None else self.make()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    title: str
    width: int = 100
    """Pixels at first; in a section, the most that its texts may take."""
    is_number: bool = False
    is_state: bool = False
    """Signs with a word: what the row comes to. They are the last words to be cut."""
    stretches: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A whole table or tree."""

    columns: tuple[Column, ...]
    nodes: tuple[Node, ...]
    find: Callable[[Target], tuple[int, ...] | None] | None = None
    """Rows to go down to what a target names; None looks among the anchors of ``nodes`` alone."""

    def place(self, target: Target) -> tuple[int, ...] | None:
        """The rows that lead down to what a target names, from the top; None where it is not here."""
        if self.find is not None:
            return self.find(target)
        for row, node in enumerate(self.nodes):
            if node.anchor == target:
                return (row,)
        return None


def mark_cell(mark: Mark) -> Cell:
    """A state as sign and word in its tone."""
    return Cell(text=str(mark), tone=mark.tone)


def links_of(node: Node) -> tuple[Link, ...]:
    """All that a row leads to, each thing once."""
    found = [Link(cell.text, cell.leads_to) for cell in node.cells if cell.leads_to is not None]
    return tuple({each.target: each for each in (*reversed(node.links), *reversed(found))}.values())[::-1]


def plain_tooltip(text: str) -> str:
    """A tooltip that shows the text as it stands: Qt would guess markup from its look."""
    if not text:
        return ""
    import html

    shown = visible(text if len(text) <= MAX_TOOLTIP else text[:MAX_TOOLTIP] + "…")
    return f'<qt><p style="white-space:pre-wrap">{html.escape(shown)}</p></qt>'
