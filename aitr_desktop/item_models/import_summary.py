"""What an import did, in words, and the files that were not imported as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.translation import translate
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from aitr_desktop.library.importing import ImportFailure, ImportOutcome


FEW = 20
"""Files whose whole reason is seen at once; of more, one opens the row."""


def import_words(outcome: ImportOutcome) -> str:
    """What an import did, in one line."""
    last = outcome.last
    if outcome.total != 1 or last is None or outcome.failed:
        return " · ".join(import_counts(outcome))
    new = translate("ImportSummary", "Imported {report}")
    known = translate("ImportSummary", "Already in the library: {report}")
    words = f"{(new if last.is_new else known).format(report=one_line(last.report_id))} · {last.verdict}"
    if last.claimed is not None:
        claim = translate("ImportSummary", "(the report itself claims {verdict})")
        words += f" {claim.format(verdict=last.claimed.word)}"
    return words


def import_counts(outcome: ImportOutcome) -> list[str]:
    """How many files became what."""
    if outcome.total == 0:
        return [translate("ImportSummary", "No JSON files were found")]
    new = translate("ImportSummary", "{number} reports imported")
    words = [_number(outcome.new, translate("ImportSummary", "1 report imported"), new)]
    if outcome.known:
        words.append(
            _number(outcome.known, "", translate("ImportSummary", "{number} in the library already"))
        )
    if outcome.failed:
        many = translate("ImportSummary", "{number} files not imported")
        words.append(_number(outcome.failed, translate("ImportSummary", "1 file not imported"), many))
    if outcome.claims:
        many = translate("ImportSummary", "{number} with another verdict than they claim")
        one = translate("ImportSummary", "1 with another verdict than it claims")
        words.append(_number(outcome.claims, one, many))
    left = outcome.total - outcome.new - outcome.known - outcome.failed
    if left > 0:
        words.append(_number(left, "", translate("ImportSummary", "{number} not reached")))
    if outcome.new:
        judged = translate("ImportSummary", "judged by {policy}")
        words.append(judged.format(policy=one_line(outcome.policy, 100)))
    return words


def _number(number: int, one: str, many: str) -> str:
    return one if one and number == 1 else many.format(number=f"{number:,}")


def failures_table(outcome: ImportOutcome) -> Table:
    """The files that were not imported, each with the reason; below it what one can do."""
    return Table(
        columns=(
            Column(title=translate("ImportSummary", "File"), width=280),
            Column(title=translate("ImportSummary", "Why it was not imported"), width=640, stretches=True),
        ),
        nodes=tuple(_node(each, is_open=len(outcome.failures) <= FEW) for each in outcome.failures),
    )


def _node(failure: ImportFailure, *, is_open: bool) -> Node:
    sign, tone = ("✕ ", Tone.NO_GO) if failure.is_altered else ("", Tone.PLAIN)
    path = visible(str(failure.path))
    # The first column names the file already; what does not fit the second is read below it.
    reason = failure.reason.removeprefix(f"{failure.path}: ")
    first, _, rest = reason.partition(". ")
    whole = translate(
        "ImportSummary", "A report is the tsr.json that tsr-agent generate or tsr-agent run writes."
    )
    said = [each for each in (rest, failure.next_step or ("" if failure.is_altered else whole)) if each]
    below = tuple(Node(cells=(Cell(text=one_line(each, 600), tone=Tone.MUTED),), spans=True) for each in said)
    return Node(
        cells=(
            Cell(text=one_line(failure.path.name, 200), whole=path),
            Cell(text=sign + one_line(first), whole=visible(failure.reason[:4_000]), tone=tone),
        ),
        children=below,
        is_open=is_open,
    )
