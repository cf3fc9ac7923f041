"""The door: a report or a comparison is written into an open file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.pdf.paper import Paper
from tsr_agent.sections.document.comparison import comparison_document
from tsr_agent.sections.document.report import report_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from typing import BinaryIO

    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.document.filed import FiledReport
    from tsr_agent.sections.document.tables import Document


def write_pdf(
    target: BinaryIO,
    filed: FiledReport,
    *,
    paper: Paper = Paper.A4,
    zone: tzinfo | None = None,
    appendix: bool = False,
    comparison: ComparisonSection | None = None,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> bool:
    """Writes a report as PDF, page by page.

    The same arguments give the same bytes, on any machine and on any day.

    Args:
        target: Where to; what is written there before the end is no PDF.
        filed: The report with all that was decided and said about it.
        paper: What it is printed on.
        zone: Where the reader is; None for the zone of this machine.
        appendix: Also list every test with what it said.
        comparison: Also put this report beside another one.
        progress: Is told how many of how many rows are done.
        is_cancelled: Is asked whether anybody still wants it.

    Returns:
        Whether the PDF is whole; False where it was cancelled, and what was written is to be thrown away.
    """
    document = report_document(filed, zone, appendix=appendix)
    documents = [document] if comparison is None else [document, comparison_document(comparison)]
    return _plain(target, documents, paper, progress, is_cancelled)


def write_comparison(
    target: BinaryIO,
    found: ComparisonSection,
    *,
    paper: Paper = Paper.A4,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> bool:
    """Writes a comparison as PDF, page by page. Arguments and answer as of ``write_pdf``."""
    return _plain(target, [comparison_document(found)], paper, progress, is_cancelled)


def _plain(
    target: BinaryIO,
    documents: list[Document],
    paper: Paper,
    progress: Callable[[int, int], None] | None,
    is_cancelled: Callable[[], bool] | None,
) -> bool:
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    canvas = Canvas(target, pagesize=(paper.width, paper.height), invariant=1)
    done, total = 0, sum(each.size for each in documents)
    place = paper.height - 60
    for document in documents:
        for section, table in document.tables():
            for row in table.rows():
                if is_cancelled is not None and is_cancelled():
                    return False
                text = "  ".join(cell.text for cell in row.cells)
                canvas.drawString(57, place, f"{section.title}: {text}"[:100])
                place -= 14
                if place < 60:
                    canvas.showPage()
                    place = paper.height - 60
                done += 1
                if progress is not None:
                    progress(done, total)
    canvas.save()
    return True
