"""Key figures, input files, coverage, scans, evals and failure modes as tables."""

from __future__ import annotations

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
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.models.evals import EvalCase
    from tsr_agent.sections.evals import EvalsSection, IterationRow
    from tsr_agent.sections.failure_modes import RegistryRow
    from tsr_agent.sections.figures import KeyFigure
    from tsr_agent.sections.inputs import CoverageRow, InputRow, ScanRow

MOST_METRICS = 4
"""Metrics that have a column of their own; of more, each iteration tells its values in a line."""


def figures_table(figures: Sequence[KeyFigure]) -> Table:
    """Each figure with its sign and its n."""
    columns = (
        Column(title="State", share=20),
        Column(title="Figure", share=33),
        Column(title="Value", share=37),
        Column(title="n", share=10, is_number=True),
    )
    return Table(
        key="figures",
        caption="Key figures",
        columns=columns,
        rows=lambda: map(_figure, figures),
        size=len(figures),
    )


def _figure(row: KeyFigure) -> Row:
    value = value_cell(row.value)
    return Row(
        (
            mark_cell(row.mark),
            Cell(row.name),
            Cell(value.text, value.tone, target=row.leads_to),
            Cell(row.n, Tone.MUTED),
        )
    )


def inputs_table(rows: Sequence[InputRow]) -> Table:
    """Every file that was handed in, with its digest in full."""
    columns = (
        Column(title="State", share=15),
        Column(title="File", share=41),
        Column(title="Size", share=12, is_number=True),
        Column(title="Reader", share=18),
        Column(title="Type", share=14),
    )
    return Table(
        key="inputs", caption="Input files", columns=columns, rows=lambda: map(_input, rows), size=len(rows)
    )


def _input(row: InputRow) -> Row:
    notes = [Note(row.reason, Tone.MUTED)] if row.reason else []
    notes += [Note(each, Tone.PENDING) for each in row.remarks]
    notes += [Note(f"SHA-256 {row.sha256_whole}", Tone.MUTED, is_code=True)] if row.sha256_whole else []
    return Row(
        (
            mark_cell(row.mark),
            Cell(row.path),
            Cell(row.size, Tone.MUTED),
            Cell(row.reader or "–", Tone.MUTED),
            Cell(row.test_type or "–", Tone.MUTED),
        ),
        tuple(notes),
        row.target,
    )


def coverage_table(rows: Sequence[CoverageRow]) -> Table:
    """Line and branch coverage by file."""
    columns = (
        Column(title="Coverage file", share=34),
        Column(title="Tool", share=18),
        Column(title="Lines", share=24, is_number=True),
        Column(title="Branches", share=24, is_number=True),
    )
    return Table(
        key="coverage",
        caption="Code coverage",
        columns=columns,
        rows=lambda: (
            Row(
                (
                    Cell(row.path, target=row.target),
                    Cell(row.tool, Tone.MUTED),
                    value_cell(row.line),
                    value_cell(row.branch),
                )
            )
            for row in rows
        ),
        size=len(rows),
    )


def scans_table(rows: Sequence[ScanRow]) -> Table:
    """Static analyses with their findings by level."""
    counts = ("Errors", "Warnings", "Notes", "Suppressed")
    columns = (
        Column(title="Scan", share=19),
        Column(title="File", share=24),
        Column(title="Tool", share=13),
        *(Column(title=title, share=11, is_number=True) for title in counts),
    )
    return Table(
        key="scans",
        caption="Static analysis",
        columns=columns,
        rows=lambda: (
            Row(
                (
                    mark_cell(row.mark),
                    Cell(row.path, target=row.target),
                    Cell(row.tool, Tone.MUTED),
                    count_cell(row.errors, Tone.NO_GO),
                    count_cell(row.warnings, Tone.PENDING),
                    count_cell(row.notes),
                    count_cell(row.suppressed),
                ),
                (Note(row.reason, Tone.PENDING),) if row.reason else (),
            )
            for row in rows
        ),
        size=len(rows),
    )


def evals_table(section: EvalsSection) -> Table:
    """The iterations, oldest first, with one column a metric as long as these have room."""
    names = section.metric_names if len(section.metric_names) <= MOST_METRICS else ()
    width = 52 / len(names) if names else 0
    columns = (
        Column(title="Iteration", share=24 if names else 40),
        Column(title="Outcome", share=15 if names else 20),
        Column(title="Prompts", share=11 if names else 20),
        *(Column(title=name, share=width, is_number=True) for name in names),
        Column(title="n", share=10, is_number=True),
    )
    return Table(
        key="iterations",
        caption="Eval iterations",
        columns=columns,
        rows=lambda: (_iteration(row, section.metric_names, own=bool(names)) for row in section.iterations),
        size=len(section.iterations),
    )


def _iteration(row: IterationRow, names: Sequence[str], *, own: bool) -> Row:
    notes = []
    if not own:
        told = [f"{name} {value}" for name, value in zip(names, row.metrics, strict=True)]
        notes += [Note(" · ".join(told))] if told else []
    notes += [Note(f"Measured by {row.tool}", Tone.MUTED)] if row.tool else []
    notes += [Note(f"Data set: {row.dataset}", Tone.MUTED)] if row.dataset else []
    notes += [Note(each, Tone.MUTED) for each in row.details]
    notes += [
        Note(f"Fixed: {said}", target=next(iter(targets), None))
        for said, targets in zip(row.fixes, row.fix_targets, strict=True)
    ]
    notes += [Note(f"{mark}  {name}", mark.tone, target=target) for mark, name, target in row.modes]
    notes += [Note(_failed_cases(row), Tone.NO_GO)] if row.failed else []
    return Row(
        (
            Cell(row.label + (" (latest)" if row.is_latest else ""), is_strong=row.is_latest),
            mark_cell(row.outcome),
            Cell(row.prompt_version, Tone.MUTED),
            *(value_cell(value) for value in (row.metrics if own else ())),
            Cell(row.samples, Tone.MUTED),
        ),
        tuple(notes),
        row.target,
    )


def eval_cases_tables(section: EvalsSection) -> tuple[Table, ...]:
    """Of each iteration the cases that did not pass, where the eval tool gives results by case."""
    return tuple(_cases_table(row) for row in section.iterations if row.failed)


def _failed_cases(row: IterationRow) -> str:
    """How many of its cases did not pass; empty where all did, or none are known."""
    if not row.failed:
        return ""
    broken = sum(case.passed is None for case in row.failed)
    said = f"✕ {len(row.failed) - broken:,} of {counted(row.cases, 'case')} did not pass"
    return said + (f", {broken:,} broke or were not scored" if broken else "")


def _cases_table(row: IterationRow) -> Table:
    is_bare = all(each.passed is False and not each.scores and not each.error.strip() for each in row.failed)
    return Table(
        key=f"cases {row.number}",
        caption=f"Eval cases of {row.label}",
        columns=(
            Column(title="State", share=20),
            Column(title="Case", share=45),
            Column(title="Scores", share=35),
        ),
        rows=lambda: map(_eval_case, row.failed),
        size=len(row.failed),
        remark=_failed_cases(row),
        names=(lambda: (one_line(each.id) for each in row.failed)) if is_bare else None,
        is_part=True,
    )


def _eval_case(case: EvalCase) -> Row:
    state = Cell("✕ did not pass", Tone.NO_GO) if case.passed is False else Cell("○ not scored", Tone.PENDING)
    scores = ", ".join(f"{one_line(name, 60)} {value:.4g}" for name, value in list(case.scores.items())[:10])
    notes = (Note(visible(case.error.strip())),) if case.error.strip() else ()
    return Row((state, Cell(one_line(case.id)), Cell(scores)), notes)


def failure_modes_table(rows: Sequence[RegistryRow]) -> Table:
    """The registry: one row a mode over all iterations."""
    columns = (
        Column(title="Status", share=18),
        Column(title="Failure mode", share=34),
        Column(title="Severity", share=12),
        Column(title="Category", share=14),
        Column(title="Over iterations", share=22),
    )
    return Table(
        key="failure_modes",
        caption="Failure modes",
        columns=columns,
        rows=lambda: map(_mode, rows),
        size=len(rows),
    )


def _mode(row: RegistryRow) -> Row:
    notes = [Note(f"▲ {each}", Tone.PENDING) for each in row.contradictions]
    if row.is_unresolved and row.status.tone is Tone.GO:
        said = "An earlier iteration lists it as unresolved; a rule over all iterations counts that."
        notes.append(Note(said, Tone.PENDING))
    notes += [Note(row.description)] if row.description.strip() else []
    notes += [Note(f"Fix applied, {each}") for each in row.fixes]
    listed = ", ".join(f"V{each.value}" for each in row.iterations[:20])
    more = len(row.iterations) - 20
    notes.append(Note(f"Listed in {listed}{f' and {more:,} more' if more > 0 else ''}", Tone.MUTED))
    return Row(
        (
            mark_cell(row.status),
            Cell(f"{row.id}  {row.name}", is_strong=row.is_unresolved),
            Cell(row.severity),
            Cell(row.category, Tone.MUTED),
            Cell(row.history),
        ),
        tuple(notes),
        row.target,
    )
