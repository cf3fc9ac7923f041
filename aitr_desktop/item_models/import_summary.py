"""What an import did, in words, and the files that were not imported as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from aitr_desktop.library.importing import ImportFailure, ImportOutcome


def import_words(outcome: ImportOutcome) -> str:
    """What an import did, in one line."""
    last = outcome.last
    if outcome.total == 1 and last is not None and not outcome.failed:
        said = (
            translate("ImportSummary", "Imported {report}")
            if last.is_new
            else translate("ImportSummary", "Already in the library: {report}")
        )
        words = f"{said.format(report=one_line(last.report_id))} · {last.verdict}"
        if last.claimed is not None:
            words += " " + translate("ImportSummary", "(the report itself claims {verdict})").format(
                verdict=last.claimed.word
            )
        return words
    return " · ".join(import_counts(outcome))


def import_counts(outcome: ImportOutcome) -> list[str]:
    """How many files became what."""
    if outcome.total == 0:
        return [translate("ImportSummary", "No JSON files were found")]
    counts = [
        (
            outcome.new,
            translate("ImportSummary", "{number} report imported"),
            translate("ImportSummary", "{number} reports imported"),
        ),
        (
            outcome.known,
            translate("ImportSummary", "{number} in the library already"),
            translate("ImportSummary", "{number} in the library already"),
        ),
        (
            outcome.failed,
            translate("ImportSummary", "{number} file not imported"),
            translate("ImportSummary", "{number} files not imported"),
        ),
        (
            outcome.claims,
            translate("ImportSummary", "{number} claims another verdict than the one taken here"),
            translate("ImportSummary", "{number} claim another verdict than the one taken here"),
        ),
    ]
    words = [
        (one if number == 1 else many).format(number=f"{number:,}")
        for number, one, many in counts
        if number or many is counts[0][2]
    ]
    left = outcome.total - outcome.new - outcome.known - outcome.failed
    if left > 0:
        words.append(translate("ImportSummary", "{number} not reached").format(number=f"{left:,}"))
    if outcome.new:
        words.append(
            translate("ImportSummary", "judged by {policy}").format(policy=one_line(outcome.policy, 100))
        )
    return words


def failures_table(outcome: ImportOutcome) -> Table:
    """The files that were not imported, each with the reason; below it what one can do."""
    return Table(
        columns=(
            Column(title=translate("ImportSummary", "File"), width=280),
            Column(title=translate("ImportSummary", "Why it was not imported"), width=640, stretches=True),
        ),
        nodes=tuple(_node(each) for each in outcome.failures),
    )


def _node(failure: ImportFailure) -> Node:
    sign, tone = ("✕ ", Tone.NO_GO) if failure.is_altered else ("", Tone.PLAIN)
    path = visible(str(failure.path))
    below = (Node(cells=(Cell(text=one_line(failure.next_step), tone=Tone.MUTED),), spans=True),)
    return Node(
        cells=(
            Cell(text=one_line(failure.path.name, 200), whole=path),
            Cell(text=sign + one_line(failure.reason), whole=visible(failure.reason[:4_000]), tone=tone),
        ),
        children=below if failure.next_step else (),
    )
