"""Eval iterations with their metrics, and the registry of failure modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Link, Node, Table, mark_cell
from aitr_desktop.item_models.section_tables.rows import (
    grouped,
    line,
    link_line,
    metric,
    text_line,
)
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import counted, short_sha

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.models.evals import EvalCase
    from tsr_agent.sections.evals import EvalsSection, IterationRow
    from tsr_agent.sections.failure_modes import RegistryRow
    from tsr_agent.sections.targets import Target

MOST_DETAILS = 200
"""Lines about metrics, fixes or modes of one iteration that are drawn."""


def evals_table(section: EvalsSection, known: Known) -> Table:
    """The iterations with one column a metric; the latest is strong and says what was fixed."""
    columns = (
        Column(title=translate("Report", "Iteration"), width=170, stretches=True),
        Column(title=translate("Report", "Outcome"), width=110, is_state=True),
        Column(title=translate("Report", "Prompts"), width=80),
        *(Column(title=name, width=118, is_number=True) for name in section.metric_names),
        Column(title=translate("Report", "n"), width=84, is_number=True),
    )
    return Table(columns=columns, nodes=tuple(_iteration(row, known) for row in section.iterations))


def _iteration(row: IterationRow, known: Known) -> Node:
    cells = (
        Cell(
            text=row.label + (" " + translate("Report", "(latest)") if row.is_latest else ""),
            is_strong=row.is_latest,
        ),
        mark_cell(row.outcome),
        Cell(text=row.prompt_version, tone=Tone.MUTED),
        *(metric(value) for value in row.metrics),
        Cell(text=row.samples, is_number=True, tone=Tone.MUTED),
    )
    below = (
        [line(translate("Report", "Measured by {tool}").format(tool=row.tool), tone=Tone.MUTED)]
        if row.tool
        else []
    )
    below += (
        [line(translate("Report", "Data set: {name}").format(name=row.dataset), tone=Tone.MUTED)]
        if row.dataset
        else []
    )
    below += [line(each, tone=Tone.MUTED) for each in row.details[:MOST_DETAILS]]
    pairs = zip(row.fixes, row.fix_targets, strict=True)
    below += [_fix(said, targets, known) for said, targets in list(pairs)[:MOST_DETAILS]]
    below += [
        link_line(f"{mark}  ", name, known.link(target), tone=mark.tone)
        for mark, name, target in row.modes[:MOST_DETAILS]
    ]
    left = sum(max(0, len(each) - MOST_DETAILS) for each in (row.details, row.fixes, row.modes))
    below += (
        [line(translate("Report", "and {count} more lines").format(count=f"{left:,}"), tone=Tone.MUTED)]
        if left
        else []
    )
    below += [_failed(row.failed, row.cases)] if row.failed else []
    is_open = row.is_latest and bool(row.fixes)
    return Node(cells=cells, children=tuple(below), is_open=is_open, anchor=row.target)


def _fix(said: str, targets: Sequence[Target], known: Known) -> Node:
    links = [each for each in targets if known.link(each) is not None]
    before = translate("Report", "Fixed:") + " "
    if not links:
        return line(f"{before}{said}")
    words = [
        translate("Report", "Commit {sha}").format(sha=short_sha(each.value))
        if each.kind is Kind.COMMIT
        else translate("Report", "Failure mode {id}").format(id=one_line(each.value, 100))
        for each in links
    ]
    others = tuple(Link(word, target) for word, target in zip(words[1:], links[1:], strict=True))
    first = len(before)
    return line(f"{before}{said}", leads_to=links[0], link=(first, first + len(said)), links=others)


def _failed(cases: Sequence[EvalCase], total: int) -> Node:
    broken = sum(case.passed is None for case in cases)
    said = f"✕ {len(cases) - broken:,} of {counted(total, 'case')} did not pass"
    said += f", {broken:,} broke or were not scored" if broken else ""
    return Node(
        cells=(Cell(text=said, tone=Tone.NO_GO),), make=lambda: grouped(cases, _eval_case), spans=True
    )


def _eval_case(case: EvalCase) -> Node:
    sign, tone = ("✕", Tone.NO_GO) if case.passed is False else ("○", Tone.PENDING)
    scores = ", ".join(f"{one_line(name, 60)} {value:.4g}" for name, value in list(case.scores.items())[:10])
    said = "  ".join(part for part in (f"{sign} {one_line(case.id, 200)}", scores) if part)
    below = (text_line(visible(case.error)),) if case.error.strip() else ()
    return Node(cells=(Cell(text=said, tone=tone, whole=visible(case.id)),), children=below, spans=True)


def failure_modes_table(rows: Iterable[RegistryRow], known: Known) -> Table:
    """The registry: one row a mode; contradictions are open."""
    columns = (
        Column(title=translate("Report", "Status"), width=132, is_state=True),
        Column(title=translate("Report", "Failure mode"), width=220, stretches=True),
        Column(title=translate("Report", "Severity"), width=86),
        Column(title=translate("Report", "Category"), width=100),
        Column(title=translate("Report", "Over iterations"), width=220),
    )
    return Table(columns=columns, nodes=tuple(_mode(row, known) for row in rows))


def _mode(row: RegistryRow, known: Known) -> Node:
    below = [line(f"▲ {each}", tone=Tone.PENDING) for each in row.contradictions]
    if row.is_unresolved and row.status.tone is Tone.GO:
        said = translate(
            "Report", "An earlier iteration lists it as unresolved; a rule over all iterations counts that."
        )
        below.append(line(said, tone=Tone.PENDING))
    below += [text_line(row.description)] if row.description.strip() else []
    below += [
        line(translate("Report", "Fix applied, {text}").format(text=each))
        for each in row.fixes[:MOST_DETAILS]
    ]
    listed = [each for each in row.iterations if known.link(each) is not None]
    below += [
        link_line(translate("Report", "Listed in") + " ", f"V{each.value}", each, tone=Tone.MUTED)
        for each in listed[:20]
    ]
    below += (
        [
            line(
                translate("Report", "and in {count} more").format(count=f"{len(listed) - 20:,}"),
                tone=Tone.MUTED,
            )
        ]
        if len(listed) > 20
        else []
    )
    return Node(
        cells=(
            mark_cell(row.status),
            Cell(
                text=f"{row.id}  {row.name}",
                is_strong=row.is_unresolved,
                whole=f"{visible(row.target.value)}  {row.name}",
            ),
            Cell(text=row.severity),
            Cell(text=row.category, tone=Tone.MUTED),
            Cell(text=row.history),
        ),
        children=tuple(below),
        is_open=bool(row.contradictions),
        anchor=row.target,
    )
