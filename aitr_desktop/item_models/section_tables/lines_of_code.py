"""What coverage tools and scanners say of files: a row each, which leads to its line."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Link, Node, Table, Target, mark_cell
from aitr_desktop.item_models.report_search import folded
from aitr_desktop.item_models.section_tables.rows import (
    grouped,
    line,
    metric,
    number,
    place_in_groups,
)
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.section_tables.known import Known
    from tsr_agent.sections.inputs import CoverageRow, CoveredFileRow, FindingRow, ScanRow


def coverage_table(rows: Sequence[CoverageRow], known: Known) -> Table:
    """Line and branch coverage by file; below each the sources with lines that no test ran."""
    columns = (
        Column(title=translate("Report", "Coverage file"), width=200, stretches=True),
        Column(title=translate("Report", "Tool"), width=110),
        Column(title=translate("Report", "Lines"), width=190, is_number=True),
        Column(title=translate("Report", "Branches"), width=190, is_number=True),
    )
    nodes = tuple(
        Node(
            cells=(
                Cell(text=row.path, leads_to=known.link(row.target)),
                Cell(text=row.tool, tone=Tone.MUTED),
                metric(row.line),
                metric(row.branch),
            ),
            children=grouped(row.files, _covered, _covered_holds),
        )
        for row in rows
    )
    return Table(columns=columns, nodes=nodes, find=partial(_find_covered, rows))


def scans_table(rows: Sequence[ScanRow], known: Known) -> Table:
    """Static analyses; below each its findings, the worst first."""
    counts = (
        translate("Report", "Errors"),
        translate("Report", "Warnings"),
        translate("Report", "Notes"),
        translate("Report", "Suppressed"),
    )
    columns = (
        Column(title=translate("Report", "Scan"), width=150, is_state=True),
        Column(title=translate("Report", "File"), width=200, stretches=True),
        Column(title=translate("Report", "Tool"), width=110),
        *(Column(title=title, width=84, is_number=True) for title in counts),
    )
    nodes = tuple(
        Node(
            cells=(
                mark_cell(row.mark),
                Cell(text=row.path, leads_to=known.link(row.target)),
                Cell(text=row.tool, tone=Tone.MUTED),
                number(row.errors, Tone.NO_GO),
                number(row.warnings, Tone.PENDING),
                number(row.notes),
                number(row.suppressed),
            ),
            children=(*_reason(row), *grouped(row.listed, _finding, _finding_holds)),
            is_open=bool(row.reason),
        )
        for row in rows
    )
    return Table(columns=columns, nodes=nodes, find=partial(_find_finding, rows))


def _reason(row: ScanRow) -> tuple[Node, ...]:
    return (line(row.reason, tone=Tone.PENDING),) if row.reason else ()


def _covered(row: CoveredFileRow) -> Node:
    words = translate("Report", "{file}  {covered} · not run: {lines}").format(
        file=row.path, covered=row.covered, lines=row.lines
    )
    target = Target(Kind.LINE, f"{row.file.path}:{row.first}")
    cell = Cell(text=words, leads_to=target, link=(0, len(row.path)), whole=words)
    return Node(cells=(cell,), spans=True, anchor=row.target)


def _covered_holds(row: CoveredFileRow, wanted: str) -> bool:
    return wanted in folded(row.file.path)


def _finding(row: FindingRow) -> Node:
    words = "  ".join(filter(None, (f"{row.mark}", row.rule, row.place, row.message)))
    links: tuple[Link, ...] = ()
    if row.place:
        code = translate("Report", "Code {place}").format(place=row.place)
        links = (Link(code, Target(Kind.LINE, row.written)),)
    cell = Cell(text=words, tone=row.mark.tone, whole=words)
    return Node(cells=(cell,), spans=True, anchor=row.target, links=links)


def _finding_holds(row: FindingRow, wanted: str) -> bool:
    finding = row.finding
    return any(wanted in folded(text) for text in (finding.rule_id, finding.file, finding.message))


def _find_covered(rows: Sequence[CoverageRow], target: Target) -> tuple[int, ...] | None:
    if target.kind is not Kind.COVERED_FILE:
        return None
    for place, row in enumerate(rows):
        for order, file in enumerate(row.files):
            if file.target == target:
                return (place, *place_in_groups(order, len(row.files)))
    return None


def _find_finding(rows: Sequence[ScanRow], target: Target) -> tuple[int, ...] | None:
    if target.kind is not Kind.FINDING:
        return None
    for place, row in enumerate(rows):
        for order, finding in enumerate(row.listed):
            if finding.target == target:
                first, *rest = place_in_groups(order, len(row.listed))
                return (place, first + len(_reason(row)), *rest)
    return None
