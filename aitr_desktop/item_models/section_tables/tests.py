"""Test results: totals by type, below each every case, below each case what it said."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aitr_desktop.code.failing_lines import defined_place
from aitr_desktop.code.named_lines import named_lines
from aitr_desktop.item_models.cells import Cell, Column, Kind, Link, Node, Table, Target, mark_cell
from aitr_desktop.item_models.report_search import folded
from aitr_desktop.item_models.section_tables.rows import (
    block,
    grouped,
    line,
    link_line,
    more_line,
    number,
    place_in_groups,
    rows_in_groups,
    text_line,
)
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.tests import source_place
from tsr_agent.sections.wording import NO_DATA, short_sha

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.tests import AttemptRow, CaseGroup, CaseRow, TestsSection, TestTypeRow

MOST_PLACES = 3
"""Lines that a failure names and that stand in the menu of its row."""
MOST_READ = 4_000
"""Characters at the end of a failure in which they are looked for."""
MOST_REQUIREMENTS = 10
"""Requirements of one test that are listed below it."""


def tests_table(section: TestsSection, known: Known) -> Table:
    """Totals by type; below each the cases to look at, then the others in closed groups."""
    numbers = (
        translate("Report", "Total"),
        translate("Report", "Passed"),
        translate("Report", "Failed"),
        translate("Report", "Errors"),
        translate("Report", "Skipped"),
        translate("Report", "Flaky"),
    )
    columns = (
        Column(title=translate("Report", "Type"), width=190, stretches=True),
        Column(title=translate("Report", "Result"), width=132, is_state=True),
        Column(title=translate("Report", "Pass rate"), width=82, is_number=True),
        *(Column(title=title, width=66, is_number=True) for title in numbers),
        Column(title=translate("Report", "Time"), width=94, is_number=True),
    )
    places = [_Places(row, len(_remarks(row))) for row in section.types]
    return Table(
        columns=columns,
        nodes=tuple(_type_node(row, known) for row in section.types),
        find=partial(_find, places),
    )


class _Places:
    """Where the cases of a type are below its row. Not a way for each: a report may have 200,000."""

    def __init__(self, row: TestTypeRow, before: int) -> None:
        self.kind = row.kind
        self.failing = len(row.failures)
        self._lists: list[Sequence[CaseRow]] = [row.failures, *(group.rows for group in row.others)]
        self._before = before
        self._order: dict[str, int] = {}
        cases = (case for rows in self._lists for case in rows)
        for place, each in enumerate(cases):
            self._order.setdefault(each.case.id, place)

    def order(self, test_id: str) -> int | None:
        """Number of a case among all of the type, those to look at first."""
        return self._order.get(test_id)

    def way(self, order: int) -> tuple[int, ...]:
        """Rows to go down from the type's own."""
        first = self._before
        for number_of_list, rows in enumerate(self._lists):
            if order < len(rows):
                inside = place_in_groups(order, len(rows))
                if number_of_list == 0:
                    return (first + inside[0], *inside[1:])
                return (first, *inside)
            order -= len(rows)
            first += rows_in_groups(len(rows)) if number_of_list == 0 else 1
        raise IndexError(order)


def _find(places: Sequence[_Places], target: Target) -> tuple[int, ...] | None:
    if target.kind is Kind.TEST_TYPE:
        return next(((row,) for row, each in enumerate(places) if each.kind == target.value), None)
    if target.kind is not Kind.TEST:
        return None
    found = []
    for row, each in enumerate(places):
        order = each.order(target.value)
        if order is not None and target.within in ("", each.kind):
            found.append((order >= each.failing, row, order))
    if not found:
        return None
    _, row, order = min(found)
    return (row, *places[row].way(order))


def _type_node(row: TestTypeRow, known: Known) -> Node:
    cells = (
        Cell(text=row.name, is_strong=True),
        mark_cell(row.mark),
        Cell(text=row.pass_rate, is_number=True, tone=Tone.MUTED if row.pass_rate == NO_DATA else Tone.PLAIN),
        number(row.total),
        number(row.passed),
        number(row.failed, Tone.NO_GO),
        number(row.errors, Tone.NO_GO),
        number(row.skipped),
        number(row.flaky, Tone.PENDING),
        Cell(text=row.duration, is_number=True, tone=Tone.MUTED),
    )
    children = (
        *_remarks(row),
        *grouped(row.failures, lambda each: case_node(each, known), case_holds),
        *(_group_node(each, known) for each in row.others),
    )
    links = tuple(
        Link(translate("Report", "Read from {file}").format(file=one_line(each.value, 200)), each)
        for each in known.inputs_of(row.kind)
    )
    return Node(cells=cells, children=children, anchor=row.target, links=links)


def _remarks(row: TestTypeRow) -> list[Node]:
    remarks = [line(remark, tone=Tone.PENDING) for remark in row.remarks]
    if row.xfailed != "0":
        remarks.append(
            line(
                translate("Report", "{count} failed as expected.").format(count=row.xfailed), tone=Tone.MUTED
            )
        )
    if row.xpassed != "0":
        remarks.append(
            line(
                translate("Report", "{count} passed although a failure was expected.").format(
                    count=row.xpassed
                ),
                tone=Tone.PENDING,
            )
        )
    return remarks


def _group_node(group: CaseGroup, known: Known) -> Node:
    note = f" · {group.note}" if group.note else ""
    head = Cell(text=f"{group.mark}{note}", tone=group.mark.tone)
    rows = group.rows
    if not rows:
        return Node(cells=(head,), spans=True)
    return Node(
        cells=(head,),
        make=lambda: grouped(rows, lambda each: case_node(each, known), case_holds),
        spans=True,
        holds=lambda wanted: any(case_holds(each, wanted) for each in rows),
    )


def case_node(row: CaseRow, known: Known) -> Node:
    """One case; what it said is made when it is opened."""
    head = Cell(text=f"{row.mark}  {row.id}", tone=row.mark.tone, whole=visible(row.case.id))
    return Node(
        cells=(head,),
        make=lambda: _case_body(row, known),
        spans=True,
        anchor=row.target,
        links=_case_links(row, known),
        holds=partial(case_holds, row),
    )


def case_holds(row: CaseRow, wanted: str) -> bool:
    """Whether a case has a folded text anywhere in what it says; what all cases say is not looked at."""
    case = row.case
    texts = (f"{row.mark}  {row.id}", case.id, case.message, row.place, case.details, case.output)
    tries = (text for each in row.attempts for text in (each.message, each.details))
    return any(wanted in folded(text) for text in (*texts, *case.requirement_ids, *tries) if text)


def _case_links(row: CaseRow, known: Known) -> tuple[Link, ...]:
    places = [(row.place, _line_target(row))] if row.place else _named_places(row) or _defined(row)
    links = [
        Link(translate("Report", "Code {place}").format(place=place), target) for place, target in places
    ]
    links += [
        Link(translate("Report", "Requirement {id}").format(id=each.id), each.target)
        for each in known.matrix.named.get(row.case.id, ())[:MOST_REQUIREMENTS]
    ]
    links += [
        Link(translate("Report", "Read from {file}").format(file=one_line(each.value, 200)), each)
        for each in known.inputs_of(row.kind)
    ]
    return (
        *links,
        Link(translate("Report", "Commit {sha}").format(sha=short_sha(known.commit.value)), known.commit),
    )


def _named_places(row: CaseRow) -> list[tuple[str, Target]]:
    """Lines that a failure names, of a test whose tool names no place of its own; the last ones first."""
    if row.case.status.value not in ("failed", "error"):
        return []
    found = [f"{each.path}:{each.line}" for each in named_lines(row.case.details[-MOST_READ:])]
    return [(one_line(each), Target(Kind.LINE, each)) for each in found[: -MOST_PLACES - 1 : -1]]


def _defined(row: CaseRow) -> list[tuple[str, Target]]:
    """Where a failed test is defined that names no line at all."""
    place = defined_place(row.case) if row.case.status.value in ("failed", "error") else ""
    return [(one_line(place), Target(Kind.LINE, place))] if place else []


def _line_target(row: CaseRow) -> Target:
    return Target(Kind.LINE, source_place(row.case))


def _case_body(row: CaseRow, known: Known) -> tuple[Node, ...]:
    below = [text_line(visible(row.case.message))] if row.case.message.strip() else []
    took = translate("Report", "took {time}").format(time=row.duration) if row.duration else ""
    if row.place:
        below.append(link_line("", row.place, _line_target(row), f" · {took}" if took else ""))
    elif took:
        below.append(line(took[0].upper() + took[1:], tone=Tone.MUTED))
    below += _requirement_lines(row, known)
    below += [
        link_line(translate("Report", "Read from") + " ", one_line(each.value), each, tone=Tone.MUTED)
        for each in known.inputs_of(row.kind)
    ]
    below.append(
        link_line(
            translate("Report", "Tested at") + " ",
            short_sha(known.commit.value),
            known.commit,
            tone=Tone.MUTED,
        )
    )
    details = row.details
    below += [block(details)] if details not in ("", row.message) else []
    below += [_attempt_node(place, each) for place, each in enumerate(row.attempts, start=1)]
    return tuple(below)


def _requirement_lines(row: CaseRow, known: Known) -> list[Node]:
    """The requirements that name the test or that it names; those of neither file are said to be unknown."""
    named = known.matrix.named.get(row.case.id, ())
    lines = [
        link_line(
            translate("Report", "Requirement") + " ", each.id, each.target, f"  {one_line(each.text, 300)}"
        )
        for each in named[:MOST_REQUIREMENTS]
    ]
    lines += more_line(
        len(named) - MOST_REQUIREMENTS,
        translate("Report", "requirements"),
        Target(Kind.SECTION, "requirements"),
    )
    told = {each.target.value for each in named}
    for name in row.case.requirement_ids:
        if name not in told:
            target = known.link(Target(Kind.REQUIREMENT, name))
            lines.append(
                link_line(
                    translate("Report", "Names requirement") + " ", one_line(name), target, tone=Tone.PENDING
                )
            )
    return lines


def _attempt_node(place: int, attempt: AttemptRow) -> Node:
    facts = (
        translate("Report", "Attempt {number}: {state}").format(number=place, state=attempt.mark),
        attempt.duration,
        attempt.message,
    )
    head = Cell(text=" · ".join(fact for fact in facts if fact), tone=attempt.mark.tone)
    below = (block(attempt.details),) if attempt.details else ()
    return Node(cells=(head,), children=below, spans=True)


def runs_table(section: TestsSection) -> Table:
    """The commands that ran the tests."""
    columns = (
        Column(title=translate("Report", "Run"), width=132),
        Column(title=translate("Report", "Ended"), width=132, is_state=True),
        Column(title=translate("Report", "Duration"), width=94, is_number=True),
        Column(title=translate("Report", "Command"), width=260, stretches=True),
    )
    nodes = (
        Node(
            cells=(
                Cell(text=row.name),
                mark_cell(row.mark),
                Cell(text=row.duration, is_number=True, tone=Tone.MUTED),
                Cell(text=row.command or row.note or NO_DATA, is_code=bool(row.command), whole=row.command),
            )
        )
        for row in section.runs
    )
    return Table(columns=columns, nodes=tuple(nodes))
