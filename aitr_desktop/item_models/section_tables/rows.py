"""The rows that every section's tables are made of: lines, blocks of text, links, groups of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from aitr_desktop.item_models.cells import Cell, Column, Link, Node, Table
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import CUT, one_line
from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tsr_agent.sections.fields import Field
    from tsr_agent.sections.targets import Target

GROUP_SIZE = 200
"""Rows that open at once."""
MAX_BLOCK_LINES = 60
"""Lines of a traceback that are drawn; copying takes all of them."""
MAX_LINE = 500
"""Characters of one of those lines that are drawn."""
MAX_TEXT = 2_000
"""Characters of a text in a row that are drawn."""

T = TypeVar("T")


def line(
    text: str,
    *,
    tone: Tone = Tone.PLAIN,
    is_code: bool = False,
    whole: str = "",
    leads_to: Target | None = None,
    link: tuple[int, int] | None = None,
    links: tuple[Link, ...] = (),
) -> Node:
    """One text over the whole width."""
    cell = Cell(text=text, tone=tone, is_code=is_code, whole=whole, leads_to=leads_to, link=link)
    return Node(cells=(cell,), spans=True, links=links)


def text_line(text: str, *, tone: Tone = Tone.PLAIN) -> Node:
    """A text of any length: drawn up to a bound with a sign where it is cut, copied whole."""
    shown = one_line(text, MAX_TEXT)
    return line(shown, tone=tone, whole=text if shown != text else "")


def link_line(
    before: str, words: str, target: Target | None, after: str = "", *, tone: Tone = Tone.PLAIN
) -> Node:
    """A line with a part of it drawn as a link; plain where there is no target."""
    span = (len(before), len(before) + len(words)) if target is not None else None
    return line(f"{before}{words}{after}", tone=tone, leads_to=target, link=span)


def block(text: str) -> Node:
    """Lines in the monospaced font; what is not drawn is counted, and copying takes all."""
    total = text.count("\n") + 1
    lines = text.split("\n", MAX_BLOCK_LINES)[:MAX_BLOCK_LINES]
    drawn = [each if len(each) <= MAX_LINE else each[: MAX_LINE - 1] + CUT for each in lines]
    if total > MAX_BLOCK_LINES:
        drawn.append(
            translate("Report", "{shown} of {total} lines; copying takes all of them").format(
                shown=f"{MAX_BLOCK_LINES:,}", total=f"{total:,}"
            )
        )
    elif drawn != lines:
        drawn.append(translate("Report", "Long lines are cut; copying takes all of them"))
    return Node(cells=(Cell(text="\n".join(drawn), whole=text, is_block=True, is_code=True),), spans=True)


def grouped(
    rows: Sequence[T], node_of: Callable[[T], Node], holds: Callable[[T, str], bool] | None = None
) -> tuple[Node, ...]:
    """A row each; of long lists groups that are made when they are opened: a screen holds forty rows.

    Args:
        rows: What there is a row of.
        node_of: Makes the row.
        holds: Says whether a row, or what opens below it, has a folded text, without making it.
    """
    if len(rows) <= GROUP_SIZE:
        return tuple(node_of(row) for row in rows)
    return tuple(_group(rows, start, node_of, holds) for start in range(0, len(rows), GROUP_SIZE))


def _group(
    rows: Sequence[T], start: int, node_of: Callable[[T], Node], holds: Callable[[T, str], bool] | None
) -> Node:
    end = min(start + GROUP_SIZE, len(rows))
    return Node(
        cells=(
            Cell(
                text=translate("Report", "{first} to {last} of {total}").format(
                    first=f"{start + 1:,}", last=f"{end:,}", total=f"{len(rows):,}"
                )
            ),
        ),
        make=lambda: tuple(node_of(row) for row in rows[start:end]),
        spans=True,
        holds=None if holds is None else lambda wanted: any(holds(row, wanted) for row in rows[start:end]),
    )


def place_in_groups(place: int, total: int) -> tuple[int, ...]:
    """The way to a row that ``grouped`` has put somewhere."""
    return (place,) if total <= GROUP_SIZE else divmod(place, GROUP_SIZE)


def rows_in_groups(total: int) -> int:
    """How many rows ``grouped`` makes of so many."""
    return total if total <= GROUP_SIZE else -(-total // GROUP_SIZE)


def more_line(left: int, what: str, target: Target | None = None) -> tuple[Node, ...]:
    """Says how many are not shown; nothing where all are."""
    return (
        (
            link_line(
                translate("Report", "and") + " ",
                translate("Report", "{count} more {things}").format(count=f"{left:,}", things=what),
                target,
                tone=Tone.MUTED,
            ),
        )
        if left > 0
        else ()
    )


def number(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    """A count: nought is muted."""
    return Cell(text=text, is_number=True, tone=Tone.MUTED if text == "0" else tone)


def metric(text: str, leads_to: Target | None = None) -> Cell:
    """A measured value; no data is muted."""
    tone = Tone.MUTED if text == NO_DATA else Tone.PLAIN
    return Cell(text=text, is_number=True, tone=tone, leads_to=leads_to)


def fields_table(fields: Iterable[Field]) -> Table:
    """Labelled values in two columns."""
    columns = (Column(title="", width=172), Column(title="", width=300, stretches=True))
    nodes = (
        Node(
            cells=(
                Cell(text=field.label, tone=Tone.MUTED),
                Cell(
                    text=field.value,
                    whole=field.whole,
                    is_code=field.is_code,
                    tone=field.tone,
                    leads_to=field.target,
                ),
            )
        )
        for field in fields
    )
    return Table(columns=columns, nodes=tuple(nodes))
