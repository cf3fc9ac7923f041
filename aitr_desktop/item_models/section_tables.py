"""The sections of a report as tables. Plain data to plain data; runs on any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table, mark_cell
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.sections.evals import EvalsSection, FailureModeRow
    from tsr_agent.sections.exceptions import ExceptionRow
    from tsr_agent.sections.fields import Field
    from tsr_agent.sections.inputs import CoverageRow, InputRow, ScanRow
    from tsr_agent.sections.places import Place
    from tsr_agent.sections.requirements import RequirementsSection
    from tsr_agent.sections.rules import RuleRow
    from tsr_agent.sections.tests import AttemptRow, FailureRow, TestsSection, TestTypeRow

GROUP_SIZE = 200
"""Cases that open at once."""
MAX_BLOCK_LINES = 60
"""Lines of a traceback that are drawn; copying takes all of them."""


def rules_table(rows: Iterable[RuleRow]) -> Table:
    """Every rule; those that did not pass are open and say why and what to do."""
    columns = (
        Column(title="State", width=184),
        Column(title="Rule", width=200, stretches=True),
        Column(title="Expected", width=190),
        Column(title="Actual", width=130),
        Column(title="n", width=64, is_number=True),
    )
    return Table(columns=columns, nodes=tuple(_rule_node(row) for row in rows))


def _rule_node(row: RuleRow) -> Node:
    said = [_line(row.message)] if row.message else []
    said += [_line(row.interval[:1].upper() + row.interval[1:], tone=Tone.MUTED)] if row.interval else []
    said += [_place_node(each) for each in row.places]
    said += [_line(row.more_places, tone=Tone.MUTED)] if row.more_places else []
    said += [_line(row.quarantined, tone=Tone.PENDING)] if row.quarantined else []
    said += [_line(f"Remark: {each}", tone=Tone.MUTED) for each in row.remarks]
    said += [_line(f"Fix: {row.fix}", tone=Tone.MUTED)] if row.fix and row.is_open else []
    said += [_line(row.note, tone=Tone.PENDING)] if row.note else []
    # What it did to the verdict stands as a word: the colour alone would not say it to everybody.
    state = Cell(text=f"{row.state} · {row.effect_word}", tone=row.state.tone)
    cells = (
        state if row.is_open else mark_cell(row.state),
        Cell(text=row.id, is_strong=row.is_open, whole=f"{row.id}: a failure {row.severity}"),
        Cell(text=row.expected),
        Cell(text=row.actual, tone=row.state.tone if row.is_open else Tone.PLAIN),
        Cell(text=row.n, is_number=True, tone=Tone.MUTED),
    )
    return Node(cells=cells, children=tuple(said), is_open=row.is_open)


def _place_node(place: Place) -> Node:
    said = " · ".join(part for part in (place.where, place.message) if part)
    name = f"{place.mark.sign} {place.name}"
    return _line(f"{name}  {said}" if said else name, tone=place.mark.tone)


def exceptions_table(rows: Iterable[ExceptionRow]) -> Table:
    """Waivers and the quarantine; below each that excused nothing, why."""
    columns = (
        Column(title="State", width=132),
        Column(title="Exception", width=240, stretches=True),
        Column(title="For", width=160),
        Column(title="Owner", width=110),
        Column(title="Until", width=150),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=f"{row.kind} {row.id}", whole=row.id, is_strong=not row.is_idle),
                Cell(text=row.about or "–"),
                Cell(text=row.owner or "–"),
                Cell(text=row.until or "–", tone=Tone.MUTED if row.is_idle else row.mark.tone),
            ),
            children=(
                # The id of a test seldom has room in the row.
                *((_line(row.id, is_code=True),) if row.is_test else ()),
                *((_line(row.reason, tone=Tone.MUTED),) if row.reason else ()),
            ),
            is_open=(row.is_test or bool(row.reason)) and not row.is_idle,
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def tests_table(section: TestsSection) -> Table:
    """Totals by type; below each the cases to look at, below those what they said."""
    numbers = ("Total", "Passed", "Failed", "Errors", "Skipped", "Flaky")
    columns = (
        Column(title="Type", width=190, stretches=True),
        Column(title="Result", width=132),
        Column(title="Pass rate", width=82, is_number=True),
        *(Column(title=title, width=66, is_number=True) for title in numbers),
        Column(title="Time", width=94, is_number=True),
    )
    return Table(columns=columns, nodes=tuple(_type_node(row) for row in section.types))


def _type_node(row: TestTypeRow) -> Node:
    cells = (
        Cell(text=row.name, is_strong=True),
        mark_cell(row.mark),
        Cell(text=row.pass_rate, is_number=True, tone=Tone.MUTED if row.pass_rate == NO_DATA else Tone.PLAIN),
        _number(row.total),
        _number(row.passed),
        _number(row.failed, Tone.NO_GO),
        _number(row.errors, Tone.NO_GO),
        _number(row.skipped),
        _number(row.flaky, Tone.PENDING),
        Cell(text=row.duration, is_number=True, tone=Tone.MUTED),
    )
    remarks = [_line(remark, tone=Tone.PENDING) for remark in row.remarks]
    if row.xfailed != "0":
        remarks.append(_line(f"{row.xfailed} failed as expected.", tone=Tone.MUTED))
    if row.xpassed != "0":
        remarks.append(_line(f"{row.xpassed} passed although a failure was expected.", tone=Tone.PENDING))
    return Node(cells=cells, children=(*remarks, *_in_groups([_failure_node(each) for each in row.failures])))


def _in_groups(nodes: list[Node]) -> tuple[Node, ...]:
    """Long lists a group at a time: opening one lays out its rows, and a screen holds forty."""
    if len(nodes) <= GROUP_SIZE:
        return tuple(nodes)
    starts = range(0, len(nodes), GROUP_SIZE)
    return tuple(
        Node(
            cells=(Cell(text=f"{start + 1:,} to {min(start + GROUP_SIZE, len(nodes)):,} of {len(nodes):,}"),),
            children=tuple(nodes[start : start + GROUP_SIZE]),
            spans=True,
        )
        for start in starts
    )


def _failure_node(failure: FailureRow) -> Node:
    below = [_line(failure.message)] if failure.message else []
    facts = (failure.place, failure.duration, failure.requirements and f"requirement {failure.requirements}")
    said = " · ".join(fact for fact in facts if fact)
    below += [_line(said, tone=Tone.MUTED)] if said else []
    below += [_block(failure.details)] if failure.details not in ("", failure.message) else []
    below += [_attempt_node(number, each) for number, each in enumerate(failure.attempts, start=1)]
    head = Cell(text=f"{failure.mark}  {failure.id}", tone=failure.mark.tone, whole=failure.id)
    return Node(cells=(head,), children=tuple(below), spans=True)


def _attempt_node(number: int, attempt: AttemptRow) -> Node:
    facts = (f"Attempt {number}: {attempt.mark}", attempt.duration, attempt.message)
    head = Cell(text=" · ".join(fact for fact in facts if fact), tone=attempt.mark.tone)
    below = (_block(attempt.details),) if attempt.details else ()
    return Node(cells=(head,), children=below, spans=True)


def runs_table(section: TestsSection) -> Table:
    """The commands that ran the tests."""
    columns = (
        Column(title="Run", width=132),
        Column(title="Ended", width=132),
        Column(title="Duration", width=94, is_number=True),
        Column(title="Command", width=260, stretches=True),
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


def evals_table(section: EvalsSection) -> Table:
    """The iterations with one column a metric; the latest is strong and says what was fixed."""
    columns = (
        Column(title="Iteration", width=170, stretches=True),
        Column(title="Outcome", width=110),
        Column(title="Prompts", width=80),
        *(Column(title=name, width=118, is_number=True) for name in section.metric_names),
        Column(title="n", width=84, is_number=True),
    )
    nodes = []
    for row in section.iterations:
        below = [_line(f"Measured by {row.tool}", tone=Tone.MUTED)] if row.tool else []
        below += [_line(f"Data set: {row.dataset}", tone=Tone.MUTED)] if row.dataset else []
        below += [_line(each, tone=Tone.MUTED) for each in row.details]
        below += [_line(f"Fixed: {fix}") for fix in row.fixes]
        cells = (
            Cell(text=row.label + (" (latest)" if row.is_latest else ""), is_strong=row.is_latest),
            mark_cell(row.outcome),
            Cell(text=row.prompt_version, tone=Tone.MUTED),
            *(_metric(value) for value in row.metrics),
            Cell(text=row.samples, is_number=True, tone=Tone.MUTED),
        )
        nodes.append(Node(cells=cells, children=tuple(below), is_open=bool(row.fixes)))
    return Table(columns=columns, nodes=tuple(nodes))


def failure_modes_table(rows: Iterable[FailureModeRow]) -> Table:
    """The register of failure modes."""
    columns = (
        Column(title="Status", width=132),
        Column(title="Failure mode", width=220, stretches=True),
        Column(title="Severity", width=86),
        Column(title="Category", width=100),
        Column(title="Found", width=64),
        Column(title="Resolved", width=78),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.status),
                Cell(text=f"{row.id}  {row.name}", is_strong=row.status.tone is Tone.NO_GO),
                Cell(text=row.severity),
                Cell(text=row.category, tone=Tone.MUTED),
                Cell(text=row.discovered, tone=Tone.MUTED),
                Cell(text=row.resolved or "–", tone=Tone.MUTED),
            ),
            children=(
                *((_line(one_line(row.description, 2000)),) if row.description else ()),
                _line(f"Listed in {row.listed_in}", tone=Tone.MUTED),
            ),
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def requirements_table(section: RequirementsSection) -> Table:
    """Requirements with the tests that bear on them, then ids that nobody knows."""
    columns = (
        Column(title="State", width=132),
        Column(title="Id", width=100),
        Column(title="Requirement", width=240, stretches=True),
        Column(title="Coverage", width=92),
        Column(title="Tests", width=64, is_number=True),
    )
    known = [
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.id, is_strong=True),
                Cell(text=row.text),
                Cell(text=row.coverage, tone=Tone.MUTED if row.coverage == "covered" else Tone.PENDING),
                Cell(text=row.tests, is_number=True),
            ),
            children=(
                *(_line(f"Missing: {each}", tone=Tone.PENDING) for each in row.missing),
                *([_line("No test names it, and it names none.", tone=Tone.PENDING)] if row.untested else ()),
                *(_line(each, is_code=True) for each in row.test_ids),
            ),
            is_open=bool(row.missing) or row.untested,
        )
        for row in section.rows
    ]
    unknown = [
        Node(
            cells=(
                Cell(text="▲ unknown", tone=Tone.PENDING),
                Cell(text=row.id, is_strong=True),
                Cell(text="No requirements file has this id.", tone=Tone.MUTED),
                Cell(text=""),
                Cell(text=f"{len(row.test_ids):,}", is_number=True),
            ),
            children=tuple(_line(each, is_code=True) for each in row.test_ids),
        )
        for row in section.unknown
    ]
    return Table(columns=columns, nodes=(*known, *unknown))


def inputs_table(rows: Iterable[InputRow]) -> Table:
    """Every file that was handed in."""
    columns = (
        Column(title="State", width=112),
        Column(title="File", width=240, stretches=True),
        Column(title="Size", width=80, is_number=True),
        Column(title="Reader", width=190),
        Column(title="Type", width=110),
        Column(title="SHA-256", width=82),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.path, whole=row.path),
                Cell(text=row.size, is_number=True, tone=Tone.MUTED),
                Cell(text=row.reader or "–", tone=Tone.MUTED),
                Cell(text=row.test_type or "–", tone=Tone.MUTED),
                Cell(text=row.sha256 or "–", whole=row.sha256_whole, is_code=True),
            ),
            children=(
                *((_line(row.reason, tone=Tone.MUTED),) if row.reason else ()),
                *(_line(each, tone=Tone.PENDING) for each in row.remarks),
            ),
            is_open=row.mark.tone is Tone.NO_GO,
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def coverage_table(rows: Iterable[CoverageRow]) -> Table:
    """Line and branch coverage by file."""
    columns = (
        Column(title="Coverage file", width=200, stretches=True),
        Column(title="Tool", width=110),
        Column(title="Lines", width=190, is_number=True),
        Column(title="Branches", width=190, is_number=True),
    )
    nodes = (
        Node(
            cells=(
                Cell(text=row.path),
                Cell(text=row.tool, tone=Tone.MUTED),
                _metric(row.line),
                _metric(row.branch),
            )
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def scans_table(rows: Iterable[ScanRow]) -> Table:
    """Static analyses."""
    columns = (
        Column(title="Scan", width=150),
        Column(title="File", width=200, stretches=True),
        Column(title="Tool", width=110),
        *(
            Column(title=title, width=84, is_number=True)
            for title in ("Errors", "Warnings", "Notes", "Suppressed")
        ),
    )
    nodes = (
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.path),
                Cell(text=row.tool, tone=Tone.MUTED),
                _number(row.errors, Tone.NO_GO),
                _number(row.warnings, Tone.PENDING),
                _number(row.notes),
                _number(row.suppressed),
            ),
            children=(_line(row.reason, tone=Tone.PENDING),) if row.reason else (),
            is_open=bool(row.reason),
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def fields_table(rows: Iterable[Field]) -> Table:
    """Labelled values in two columns."""
    columns = (Column(title="", width=150), Column(title="", width=300, stretches=True))
    nodes = (
        Node(
            cells=(
                Cell(text=row.label, tone=Tone.MUTED),
                Cell(text=row.value, whole=row.whole, is_code=row.is_code, tone=row.tone),
            )
        )
        for row in rows
    )
    return Table(columns=columns, nodes=tuple(nodes))


def _line(text: str, *, tone: Tone = Tone.PLAIN, is_code: bool = False) -> Node:
    return Node(cells=(Cell(text=text, tone=tone, is_code=is_code),), spans=True)


def _block(text: str) -> Node:
    lines = text.split("\n")
    shown = "\n".join(lines[:MAX_BLOCK_LINES])
    if len(lines) > MAX_BLOCK_LINES:
        shown += f"\n… {len(lines) - MAX_BLOCK_LINES:,} more lines; copy the row for all of them"
    return Node(cells=(Cell(text=shown, whole=text, is_block=True, is_code=True),), spans=True)


def _number(text: str, tone: Tone = Tone.PLAIN) -> Cell:
    return Cell(text=text, is_number=True, tone=Tone.MUTED if text == "0" else tone)


def _metric(text: str) -> Cell:
    return Cell(text=text, is_number=True, tone=Tone.MUTED if text == NO_DATA else Tone.PLAIN)
