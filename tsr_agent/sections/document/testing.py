"""Tests and requirements as tables: totals, what needs a look, and, where asked, every test."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from tsr_agent.sections.document.tables import (
    Cell,
    Column,
    Note,
    Row,
    Table,
    count_cell,
    mark_cell,
    value_cell,
)
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import NO_DATA, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tsr_agent.sections.matrix import Matrix
    from tsr_agent.sections.requirements import RequirementRow, RequirementsSection, UnknownRow
    from tsr_agent.sections.tests import CaseRow, RunRow, TestsSection, TestTypeRow

MOST_TESTS = 200
"""Tests of one type that are listed where not every test is asked for."""
MOST_NAMED = 10
"""Tests that are named below a requirement where not every one is asked for."""
ALL_LISTED = "every test is listed in the appendix"


def _case_columns(*, is_placed: bool) -> tuple[Column, ...]:
    """Many tools say of no test where it is: the names then have the room."""
    test, where = (46, 25) if is_placed else (62, 9)
    return (
        Column(title="State", share=17),
        Column(title="Test", share=test),
        Column(title="Where", share=where),
        Column(title="Time", share=12, is_number=True),
    )


def types_table(section: TestsSection) -> Table:
    """Totals by test type."""
    counts = ("Total", "Passed", "Failed", "Errors", "Skipped", "Flaky")
    columns = (
        Column(title="Type", share=16),
        Column(title="Result", share=17),
        Column(title="Pass rate", share=10, is_number=True),
        *(Column(title=title, share=8, is_number=True) for title in counts),
        Column(title="Time", share=11, is_number=True),
    )
    return Table(
        key="types",
        caption="Test results",
        columns=columns,
        rows=lambda: map(_type, section.types),
        size=len(section.types),
    )


def _type(row: TestTypeRow) -> Row:
    notes = [Note(each, Tone.PENDING) for each in row.remarks]
    notes += [Note(f"{row.xfailed} failed as expected.", Tone.MUTED)] if row.xfailed != "0" else []
    if row.xpassed != "0":
        notes.append(Note(f"{row.xpassed} passed although a failure was expected.", Tone.PENDING))
    notes += [Note(f"{each.mark}: {each.note}", Tone.MUTED) for each in row.others if each.note]
    return Row(
        (
            Cell(row.name, is_strong=True),
            mark_cell(row.mark),
            value_cell(row.pass_rate),
            count_cell(row.total),
            count_cell(row.passed),
            count_cell(row.failed, Tone.NO_GO),
            count_cell(row.errors, Tone.NO_GO),
            count_cell(row.skipped),
            count_cell(row.flaky, Tone.PENDING),
            Cell(row.duration, Tone.MUTED),
        ),
        tuple(notes),
        row.target,
    )


def runs_table(rows: Sequence[RunRow]) -> Table:
    """The commands that ran the tests."""
    columns = (
        Column(title="Run", share=14),
        Column(title="Ended", share=17),
        Column(title="Duration", share=13, is_number=True),
        Column(title="Command", share=56),
    )
    return Table(
        key="runs",
        caption="Test runs",
        columns=columns,
        rows=lambda: (
            Row(
                (
                    Cell(row.name),
                    mark_cell(row.mark),
                    Cell(row.duration, Tone.MUTED),
                    Cell(row.command or row.note or NO_DATA, is_code=bool(row.command)),
                ),
                (Note(row.note, Tone.MUTED),) if row.command and row.note else (),
            )
            for row in rows
        ),
        size=len(rows),
    )


def failures_tables(section: TestsSection, *, appendix: bool) -> tuple[Table, ...]:
    """Of each type the tests that need a look, the first of them where there are many."""
    return tuple(_failures(row, appendix=appendix) for row in section.types if row.failures)


def _failures(row: TestTypeRow, *, appendix: bool) -> Table:
    total = len(row.failures)
    shown = row.failures[:MOST_TESTS]
    rest = ALL_LISTED if appendix else "the record has all of them, and so has a PDF with the appendix"
    return Table(
        key=f"failures {row.kind}",
        caption=f"{row.name}: tests to look at",
        columns=_case_columns(is_placed=any(each.place for each in shown)),
        rows=lambda: map(_case, shown),
        size=len(shown),
        remark=f"The first {len(shown):,} of {total:,} are listed here; {rest}."
        if len(shown) < total
        else counted(total, "test"),
        is_part=True,
    )


def _case(row: CaseRow) -> Row:
    message = row.message
    return Row(
        (
            mark_cell(row.mark),
            Cell(row.id, is_strong=True),
            Cell(row.place, Tone.MUTED),
            Cell(row.duration, Tone.MUTED),
        ),
        (Note(message),) if message else (),
        row.target,
    )


def every_test_tables(section: TestsSection) -> tuple[Table, ...]:
    """Every test of the report by type, those that need a look first, with what they said."""
    return tuple(_every(row) for row in section.types if row.failures or any(g.rows for g in row.others))


def _every(row: TestTypeRow) -> Table:
    lists = (row.failures, *(group.rows for group in row.others))
    total = sum(map(len, lists))
    # One tool writes all tests of a type, so that the first ones tell.
    is_placed = any(each.place for each in islice(chain.from_iterable(lists), MOST_TESTS))
    return Table(
        key=f"every {row.kind}",
        caption=f"{row.name}: every test",
        columns=_case_columns(is_placed=is_placed),
        rows=lambda: map(_whole_case, chain.from_iterable(lists)),
        size=total,
        remark=", ".join([counted(total, "test"), *(each.note for each in row.others if each.note)]),
        is_part=True,
    )


def _whole_case(row: CaseRow) -> Row:
    case = row.case
    cells = (
        mark_cell(row.mark),
        Cell(row.id),
        Cell(row.place, Tone.MUTED),
        Cell(row.duration, Tone.MUTED),
    )
    # Most tests pass and say nothing; of 50,000 nothing is asked twice.
    if not (case.message or case.details or case.output or case.attempts or case.requirement_ids):
        return Row(cells)
    notes = [Note(f"For {row.requirements}", Tone.MUTED)] if case.requirement_ids else []
    said = row.details
    notes += [Note(said, is_code=True)] if said else []
    for number, each in enumerate(row.attempts, start=1):
        told = " · ".join(part for part in (str(each.mark), each.duration, each.message) if part)
        notes.append(Note(f"Attempt {number:,}: {told}", each.mark.tone))
    return Row(cells, tuple(notes))


def requirements_table(section: RequirementsSection, both_ways: Matrix, *, is_whole: bool) -> Table:
    """Requirements with the tests that bear on them, then ids that nobody knows."""
    columns = (
        Column(title="State", share=15),
        Column(title="Id", share=16),
        Column(title="Requirement", share=45),
        Column(title="Coverage", share=14),
        Column(title="Tests", share=10, is_number=True),
    )
    most = None if is_whole else MOST_NAMED

    def rows() -> Iterator[Row]:
        for each in section.rows:
            yield _requirement(each, both_ways, most)
        for stray in section.unknown:
            yield _unknown(stray, both_ways, most)

    return Table(
        key="requirements",
        caption="Requirements and their tests",
        columns=columns,
        rows=rows,
        size=len(section.rows) + len(section.unknown),
    )


def _requirement(row: RequirementRow, both_ways: Matrix, most: int | None) -> Row:
    notes = [Note(f"Missing: {each}", Tone.PENDING) for each in row.missing]
    notes += [Note("No test names it, and it names none.", Tone.PENDING)] if row.untested else []
    return Row(
        (
            mark_cell(row.mark),
            Cell(row.id, is_strong=True),
            Cell(row.whole_text),
            Cell(row.coverage, Tone.MUTED if row.coverage == "covered" else Tone.PENDING),
            count_cell(row.tests),
        ),
        (*notes, *_named(row.tests_as_written, both_ways, most)),
        row.target,
    )


def _unknown(row: UnknownRow, both_ways: Matrix, most: int | None) -> Row:
    return Row(
        (
            Cell("▲ unknown", Tone.PENDING),
            Cell(row.id, is_strong=True),
            Cell("No requirements file has this id.", Tone.MUTED),
            Cell(""),
            count_cell(f"{len(row.test_ids):,}"),
        ),
        tuple(_named(row.tests_as_written, both_ways, most)),
        row.target,
    )


def _named(ids: Sequence[str], both_ways: Matrix, most: int | None) -> Iterator[Note]:
    """The tests of a requirement, those that need a look first by their own order."""
    for test_id in islice(ids, most):
        case = both_ways.cases.get(test_id)
        if case is None:
            yield Note(f"○ not in this report  {one_line(test_id)}", Tone.MUTED)
        else:
            # What passed is not what one looks for.
            tone = Tone.MUTED if case.mark.tone is Tone.GO else case.mark.tone
            yield Note(f"{case.mark}  {case.id}", tone, target=case.target)
    left = len(ids) - most if most is not None else 0
    if left > 0:
        yield Note(f"and {counted(left, 'more test', 'more tests')}", Tone.MUTED)


def loose_ends_table(both_ways: Matrix) -> Table:
    """What has no other side: of each kind how many, and the first of them."""
    kinds = (
        ("Requirements without a test in this report", [each.id for each in both_ways.untested]),
        ("Tests without a requirement", [each.case.id for each in both_ways.without]),
        ("Ids that tests name and no requirements file has", [each.id for each in both_ways.unknown]),
        ("Tests that requirements name and this report has not", [name for name, _ in both_ways.missing]),
    )
    found = [(words, names) for words, names in kinds if len(names)]
    return Table(
        key="loose_ends",
        caption="Loose ends",
        columns=(
            Column(title="What", share=88),
            Column(title="How many", share=12, is_number=True),
        ),
        rows=lambda: (_loose(words, names) for words, names in found),
        size=len(found),
    )


def _loose(words: str, names: Sequence[str]) -> Row:
    notes = [Note(one_line(each), Tone.MUTED) for each in names[:MOST_NAMED]]
    left = len(names) - len(notes)
    notes += [Note(f"and {left:,} more", Tone.MUTED)] if left > 0 else []
    return Row((Cell(f"▲ {words}", Tone.PENDING), Cell(f"{len(names):,}", Tone.PENDING)), tuple(notes))
