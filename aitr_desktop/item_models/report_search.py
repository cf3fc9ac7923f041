"""Finds a text in all rows of a report, also in those that nobody has opened; runs on a worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.item_models.report_detail import Block

MOST_HITS = 1_000
"""Rows that are gone through one by one; of more nobody reads all."""
MOST_TEXT = 200
"""Characters of what is looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that has the text."""

    block: int
    """Place of its section."""
    table: int
    """Place of its table among those of the section."""
    way: tuple[int, ...]
    """Rows to go down to it from the top of the table."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    hits: tuple[Hit, ...]
    """From the top of the report."""
    has_more: bool = False
    """The report has more of them than are listed."""


def folded(text: str) -> str:
    """A text as it is compared: written out as on screen, without regard to case."""
    return visible(text).casefold()


def search(blocks: Sequence[Block], text: str, is_wanted: Callable[[], bool]) -> Found:
    """Looks through the rows of a report from its top.

    Args:
        blocks: Its sections.
        text: What is looked for, with or without capitals; of the first characters only.
        is_wanted: Asked before each row; where it says no, what was found until then is given.
    """
    wanted = folded(text[:MOST_TEXT])
    if not wanted.strip():
        return Found(())
    found: list[Hit] = []
    for place, block in enumerate(blocks):
        for number, (_, table) in enumerate(block.tables):
            for way in _ways(table.nodes, wanted, is_wanted):
                if len(found) == MOST_HITS:
                    return Found(tuple(found), has_more=True)
                found.append(Hit(place, number, way))
    return Found(tuple(found))


def _ways(
    nodes: Sequence[Node], wanted: str, is_wanted: Callable[[], bool], above: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    for row, node in enumerate(nodes):
        if not is_wanted():
            return
        way = (*above, row)
        if _says(node, wanted):
            yield way
        # Rows that were not made yet are made only where they have what is looked for.
        if node.opens and (node.holds is None or node.holds(wanted)):
            yield from _ways(node.below(), wanted, is_wanted, way)


def _says(node: Node, wanted: str) -> bool:
    return any(
        wanted in folded(cell.text) or (cell.whole != "" and wanted in folded(cell.whole))
        for cell in node.cells
    )
