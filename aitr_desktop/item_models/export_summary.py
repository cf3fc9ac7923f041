"""What an export did, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from tsr_agent.errors import IntegrityError, TsrError
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import size

if TYPE_CHECKING:
    from aitr_desktop.library.documents import Saved
    from aitr_desktop.library.exporting import ExportOutcome

MOST_NAMED = 20


def export_words(outcome: ExportOutcome) -> str:
    """What an export did, in one line."""
    one = translate("Export", "1 report exported and read back")
    many = translate("Export", "{number} reports exported and read back")
    parts = [one if outcome.reports == 1 else many.format(number=f"{outcome.reports:,}")]
    files = translate("Export", "{number} files, {size}")
    parts.append(files.format(number=f"{outcome.files:,}", size=size(outcome.bytes)))
    parts.append(visible(str(outcome.target)))
    if outcome.cancelled:
        parts.insert(0, translate("Export", "Cancelled; what was written stays"))
    return " · ".join(parts)


def export_error(outcome: ExportOutcome) -> TsrError | None:
    """What is wrong with an export; None where nothing is."""
    if outcome.error is not None or not outcome.failures:
        return outcome.error
    message = translate("Export", "{number} of {asked} reports were not exported.")
    details = [f"{one_line(each.report_id, 200)}: {each.reason}" for each in outcome.failures[:MOST_NAMED]]
    return IntegrityError(
        message.format(number=f"{len(outcome.failures):,}", asked=f"{outcome.asked:,}"),
        kept=export_words(outcome),
        next_step=outcome.failures[0].next_step,
        details=details,
    )


def saved_words(saved: Saved) -> tuple[str, str]:
    """What was written in one line, and what it is known by."""
    name = one_line(saved.wanted.target.name, 200)
    if not saved.sha256:
        words = translate("Export", "{name}: {number} files, {size}")
        return words.format(name=name, number=f"{saved.files:,}", size=size(saved.size)), ""
    words = translate("Export", "{name}: saved, {size}")
    known = translate("Export", "SHA-256 of the file: {digest}").format(digest=saved.sha256)
    return words.format(name=name, size=size(saved.size)), known
