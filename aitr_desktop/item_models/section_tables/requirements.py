"""Requirements and tests both ways, with the orphans of either side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from aitr_desktop.item_models.cells import Cell, Column, Node, Table, mark_cell
from aitr_desktop.item_models.section_tables.rows import (
    grouped,
    line,
    link_line,
    number,
    place_in_groups,
    rows_in_groups,
    text_line,
)
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.item_models.cells import Target
    from tsr_agent.sections.matrix import Matrix
    from tsr_agent.sections.requirements import RequirementRow, RequirementsSection, UnknownRow
    from tsr_agent.sections.tests import CaseRow

LONG_TEXT = 60
"""Characters from which a requirement's text stands below it in full: seldom has the column room for more."""
MOST_OPEN = 20
"""Requirements with loose ends that are open from the start; of more, none is."""

T = TypeVar("T")


def requirements_table(section: RequirementsSection, both_ways: Matrix) -> Table:
    """Requirements with the tests that bear on them, then ids that nobody knows."""
    columns = (
        Column(title=translate("Report", "State"), width=132, is_state=True),
        Column(title=translate("Report", "Id"), width=100),
        Column(title=translate("Report", "Requirement"), width=240, stretches=True),
        Column(title=translate("Report", "Coverage"), width=92),
        Column(title=translate("Report", "Tests"), width=64, is_number=True),
    )
    loose = sum(bool(row.missing) or row.untested for row in section.rows)
    known = grouped(section.rows, partial(_requirement, both_ways, opens=loose <= MOST_OPEN))
    unknown = grouped(section.unknown, partial(_unknown, both_ways))
    places: dict[Target, tuple[int, ...]] = {}
    for place, row in enumerate(section.rows):
        places.setdefault(row.target, place_in_groups(place, len(section.rows)))
    before = rows_in_groups(len(section.rows))
    for place, stray in enumerate(section.unknown):
        first, *rest = place_in_groups(place, len(section.unknown))
        places.setdefault(stray.target, (before + first, *rest))
    return Table(columns=columns, nodes=(*known, *unknown), find=places.get)


def _requirement(both_ways: Matrix, row: RequirementRow, *, opens: bool) -> Node:
    text = Cell(text=row.text, whole=row.whole_text if row.whole_text != row.text else "")
    # With the text in full below it, no requirement is judged by its first words.
    below = [partial(text_line, row.whole_text)] if len(row.whole_text) > LONG_TEXT else []
    below += [
        partial(line, translate("Report", "Missing: {text}").format(text=each), tone=Tone.PENDING)
        for each in row.missing
    ]
    untested = translate("Report", "No test names it, and it names none.")
    below += [partial(line, untested, tone=Tone.PENDING)] if row.untested else []
    return Node(
        cells=(
            mark_cell(row.mark),
            Cell(text=row.id, is_strong=True, whole=visible(row.target.value)),
            text,
            Cell(text=row.coverage, tone=Tone.MUTED if row.coverage == "covered" else Tone.PENDING),
            number(row.tests),
        ),
        make=(lambda: (*(each() for each in below), *_tests(row.tests_as_written, both_ways)))
        if below or row.test_ids
        else None,
        is_open=opens and (bool(row.missing) or row.untested),
        anchor=row.target,
    )


def _unknown(both_ways: Matrix, row: UnknownRow) -> Node:
    return Node(
        cells=(
            Cell(text=translate("Report", "▲ unknown"), tone=Tone.PENDING),
            Cell(text=row.id, is_strong=True, whole=visible(row.target.value)),
            Cell(text=translate("Report", "No requirements file has this id."), tone=Tone.MUTED),
            Cell(text=""),
            number(f"{len(row.test_ids):,}"),
        ),
        make=(lambda: _tests(row.tests_as_written, both_ways)) if row.test_ids else None,
        anchor=row.target,
    )


def _tests(ids: Sequence[str], both_ways: Matrix) -> tuple[Node, ...]:
    return grouped(ids, partial(_test, both_ways))


def _test(both_ways: Matrix, test_id: str) -> Node:
    row = both_ways.cases.get(test_id)
    if row is None:
        return line(f"○ not in this report  {one_line(test_id)}", tone=Tone.MUTED, whole=visible(test_id))
    return link_line(f"{row.mark}  ", row.id, row.target, tone=row.mark.tone)


def tests_by_requirement_table(both_ways: Matrix) -> Table:
    """Tests with the requirements that they bear on, those that need a look first."""
    columns = (
        Column(title=translate("Report", "State"), width=160, is_state=True),
        Column(title=translate("Report", "Test"), width=300, stretches=True),
        Column(title=translate("Report", "Requirements"), width=110, is_number=True),
    )
    return Table(columns=columns, nodes=grouped(both_ways.tests, partial(_bearing, both_ways)))


def loose_ends_table(both_ways: Matrix) -> Table:
    """The orphans of both sides with their counts, each kind closed."""
    known, tests = len(both_ways.untested), len(both_ways.without)
    unknown, missing = len(both_ways.unknown), len(both_ways.missing)
    nodes = (
        *_loose(counted(known, "requirement") + " without a test in this report", both_ways.untested, _named),
        *_loose(counted(tests, "test") + " without a requirement", both_ways.without, _bare),
        *_loose(
            counted(unknown, "id") + " that tests name and no requirements file has",
            both_ways.unknown,
            _stray,
        ),
        *_loose(
            counted(missing, "test") + " that requirements name and this report has not",
            both_ways.missing,
            _missing,
        ),
    )
    return Table(columns=(Column(title="", width=300, stretches=True),), nodes=nodes)


def _loose(words: str, rows: Sequence[T], node_of: Callable[[T], Node]) -> tuple[Node, ...]:
    if not rows:
        return ()
    head = Cell(text=f"▲ {words}", tone=Tone.PENDING)
    return (Node(cells=(head,), make=lambda: grouped(rows, node_of), spans=True),)


def _named(row: RequirementRow) -> Node:
    return link_line(f"{row.mark.sign} ", row.id, row.target, f"  {one_line(row.text, 300)}")


def _stray(row: UnknownRow) -> Node:
    return link_line("▲ ", row.id, row.target, f"  named by {counted(len(row.test_ids), 'test')}")


def _bearing(both_ways: Matrix, row: CaseRow) -> Node:
    named, strays = both_ways.named.get(row.case.id, ()), both_ways.strays.get(row.case.id, ())
    return Node(
        cells=(
            mark_cell(row.mark),
            Cell(text=row.id, whole=visible(row.case.id), leads_to=row.target),
            number(f"{len(named) + len(strays):,}"),
        ),
        make=lambda: (
            *(
                link_line(f"{each.mark.sign} ", each.id, each.target, f"  {one_line(each.text, 300)}")
                for each in named
            ),
            *(
                link_line("▲ unknown  ", each.id, each.target, "  No requirements file has this id.")
                for each in strays
            ),
        ),
    )


def _bare(row: CaseRow) -> Node:
    return link_line(f"{row.mark}  ", row.id, row.target, tone=row.mark.tone)


def _missing(entry: tuple[str, tuple[RequirementRow, ...]]) -> Node:
    name, rows = entry
    below = tuple(link_line(translate("Report", "Named by") + " ", each.id, each.target) for each in rows)
    return Node(cells=(Cell(text=f"○ {name}", tone=Tone.PENDING),), children=below, spans=True)
