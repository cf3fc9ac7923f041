"""What came of verifying a library, in words and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Kind, Node, Table, Target
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from datetime import tzinfo

    from aitr_desktop.library.verifying import Fault, Verification


def verification_words(found: Verification) -> str:
    """What came of it, in one line."""
    looked_at = _number(
        found.reports, translate("Verification", "1 report"), translate("Verification", "{number} reports")
    )
    if found.number:
        one = translate("Verification", "✕ 1 thing is not as it was filed")
        many = translate("Verification", "✕ {number} things are not as they were filed")
        words = f"{_number(found.number, one, many)} · {looked_at}"
    elif found.is_complete:
        words = translate("Verification", "Verified ✓ {reports}: every byte is as it was filed").format(
            reports=looked_at
        )
    else:
        words = translate("Verification", "No fault in the first {reports}").format(reports=looked_at)
    if not found.is_complete:
        ended = translate("Verification", "cancelled, so not all of the library was looked at")
        broke = translate("Verification", "it ended before everything was looked at")
        words += f" · {ended if found.cancelled else broke}"
    return words


def verified_short(found: Verification, zone: tzinfo | None = None) -> tuple[str, Tone, str]:
    """For the line at the bottom: words, their tone, and the whole of it."""
    from tsr_agent.sections.wording import moment

    whole = f"{verification_words(found)}\n{moment(found.began_at, zone).local}"
    if found.number:
        return translate("Verification", "✕ library not verified"), Tone.NO_GO, whole
    if not found.is_complete:
        return translate("Verification", "▲ library verified in part"), Tone.PENDING, whole
    return translate("Verification", "library verified ✓"), Tone.GO, whole


def faults_table(found: Verification) -> Table:
    """What is not as it was filed, report by report."""
    return Table(
        columns=(
            Column(title=translate("Verification", "Report"), width=260),
            Column(title=translate("Verification", "What is not as it was filed"), width=640, stretches=True),
        ),
        nodes=tuple(_node(each) for each in found.faults),
    )


def _node(fault: Fault) -> Node:
    whole = translate("Verification", "The whole library")
    target = Target(Kind.REPORT, fault.report_id) if fault.report_id else None
    return Node(
        cells=(
            Cell(text=one_line(fault.report_id, 200) or whole, whole=visible(fault.report_id)),
            Cell(text="✕ " + one_line(fault.what), whole=visible(fault.what[:4_000]), tone=Tone.NO_GO),
        ),
        anchor=target,
    )


def _number(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(number=f"{number:,}")
