"""Reports as PDF, and what a reader finds in one."""

from __future__ import annotations

import io
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

from tests.factories.full_decisions import full_decision
from tests.factories.shown_reports import report
from tsr_agent.pdf.writing import write_pdf
from tsr_agent.sections.document.filed import FiledReport

if TYPE_CHECKING:
    from collections.abc import Iterator


def filed(**changes: Any) -> FiledReport:
    """A NO-GO report with something in every part; ``changes`` replace fields."""
    values: dict[str, Any] = {
        "report": report(),
        "digest": "a" * 64,
        "decision": full_decision(),
        "decision_digest": "b" * 64,
    }
    return FiledReport(**(values | changes))


def written(what: FiledReport, **options: Any) -> bytes:
    """The bytes of a report's PDF."""
    target = io.BytesIO()
    assert write_pdf(target, what, **({"zone": UTC} | options))
    return target.getvalue()


def opened(what: FiledReport, **options: Any) -> PdfReader:
    """A report's PDF as a strict reader sees it."""
    return PdfReader(io.BytesIO(written(what, **options)), strict=True)


def page_texts(reader: PdfReader) -> list[str]:
    """The text layer, page by page."""
    return [page.extract_text() for page in reader.pages]


def flat(text: str) -> str:
    """A text without spaces and line ends: where a line was broken says nothing."""
    return "".join(text.split())


def objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, those of streams too."""
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(IndirectObject(number, 0, reader))
        yield from _dictionaries(found)


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:
    if isinstance(found, DictionaryObject):
        yield found
        for value in found.values():
            if not isinstance(value, IndirectObject):
                yield from _dictionaries(value)
    elif isinstance(found, ArrayObject):
        for value in found:
            if not isinstance(value, IndirectObject):
                yield from _dictionaries(value)


def operations(reader: PdfReader, page: int) -> list[tuple[list[Any], bytes]]:
    """What is drawn on a page, operator by operator."""
    contents = reader.pages[page].get_contents()
    assert isinstance(contents, ContentStream)
    return list(contents.operations)


def outline(reader: PdfReader) -> list[tuple[str, int]]:
    """Title and page, counted from 1, of each bookmark in order."""
    return list(_outline(reader, reader.outline))


def _outline(reader: PdfReader, entries: Any) -> Iterator[tuple[str, int]]:
    for each in entries:
        if isinstance(each, list):
            yield from _outline(reader, each)
        else:
            yield each.title, (reader.get_destination_page_number(each) or 0) + 1
