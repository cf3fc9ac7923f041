"""The door: a report or a comparison is written into an open file."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from tsr_agent.pdf import palette
from tsr_agent.pdf.cover import (
    draw_band,
    draw_facts,
    draw_title,
    judged_fields,
    people_fields,
)
from tsr_agent.pdf.frame import Frame
from tsr_agent.pdf.paper import Paper
from tsr_agent.pdf.plan import Plan
from tsr_agent.pdf.properties import Properties
from tsr_agent.sections.document.cautions import head_of
from tsr_agent.sections.document.comparison import comparison_document
from tsr_agent.sections.document.report import report_document
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from typing import BinaryIO

    from tsr_agent.pdf.flow import Flow
    from tsr_agent.sections.comparison import ComparisonSection, SideRow
    from tsr_agent.sections.document.cautions import Head
    from tsr_agent.sections.document.filed import FiledReport


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
    head = head_of(filed, zone)
    documents = [report_document(filed, zone, appendix=appendix)]
    if comparison is not None:
        documents.insert(1, comparison_document(comparison))

    def cover(flow: Flow) -> None:
        overview = head.overview
        subject = " · ".join(filter(None, (overview.branch, overview.environment)))
        draw_title(flow, _product(filed, head), documents[0].title, subject)
        draw_band(flow, head.verdict, head.sentence, head.cautions)
        draw_facts(flow, "What was judged", judged_fields(filed, head, zone))
        draw_facts(flow, "Who stands behind it", people_fields(filed, zone))

    frame = Frame(
        title=f"{documents[0].title}: {head.overview.subject or _product(filed, head)}",
        commit=head.overview.release,
        verdicts=(head.verdict,),
        cautions=head.cautions,
        digests=(f"SHA-256 {filed.digest}",),
        verification=_verification(filed),
    )
    plan = Plan(
        paper=paper,
        documents=documents,
        frame=frame,
        cover=cover,
        properties=_properties(filed, head, documents[0].title),
        progress=progress,
        is_cancelled=is_cancelled,
    )
    return plan.write(target)


def write_comparison(
    target: BinaryIO,
    found: ComparisonSection,
    *,
    paper: Paper = Paper.A4,
    progress: Callable[[int, int], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> bool:
    """Writes a comparison as PDF, page by page. Arguments and answer as of ``write_pdf``."""
    document = comparison_document(found)

    def cover(flow: Flow) -> None:
        draw_title(flow, document.title, "", "")
        said = found.sentence[:1].upper() + found.sentence[1:]
        for side in (found.old, found.new):
            draw_band(flow, _named(side), side.subject, ())
        flow.paragraph(" ".join((f"{said}.", *found.notes)), size=palette.TEXT)

    frame = Frame(
        title=f"{document.title}: {document.subject}",
        commit="",
        verdicts=(_named(found.old), _named(found.new)),
        cautions=(),
        digests=tuple(f"{side.name}: SHA-256 {side.digest}" for side in (found.old, found.new)),
        verification="",
    )
    properties = Properties(title=document.title, subject=document.subject, made=None)
    plan = Plan(
        paper=paper,
        documents=[document],
        frame=frame,
        cover=cover,
        properties=properties,
        progress=progress,
        is_cancelled=is_cancelled,
    )
    return plan.write(target)


def _named(side: SideRow) -> Mark:
    """The verdict about one of two reports, with the letter that it goes by."""
    mark = side.verdict
    return Mark(mark.sign, f"{side.name}: {mark.word}", mark.tone)


def _product(filed: FiledReport, head: Head) -> str:
    """What was judged, by the name of its repository."""
    return head.overview.repository or one_line(filed.report.id, 100)


def _properties(filed: FiledReport, head: Head, title: str) -> Properties:
    decided, overview = filed.decision, head.overview
    made = decided.evaluated_at if decided is not None else filed.report.created_at
    # What a file manager shows of the file is no better than its first page.
    beside = [each.mark.word for each in head.cautions] if head.verdict.tone is Tone.GO else []
    said = ", ".join((head.verdict.word, *beside))
    return Properties(
        title=f"{said}: {overview.subject or _product(filed, head)} {overview.release}",
        subject=f"{title} {filed.report.id}, SHA-256 {filed.digest}",
        made=made.astimezone(UTC),
    )


def _verification(filed: FiledReport) -> str:
    seen = filed.verification
    named = f" · {filed.library}" if filed.library else ""
    return one_line(f"{seen.mark}: {seen.sentence}{named}", 300)
