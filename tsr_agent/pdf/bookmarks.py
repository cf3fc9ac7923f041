"""The bookmarks: sections, and below each its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tsr_agent.pdf.pdf_file import text_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.pdf.pdf_file import PdfFile


@dataclass(slots=True, kw_only=True)
class Bookmark:
    """One entry, which leads to a place on a page."""

    title: str
    level: int
    """1 for a section, 2 for what stands below the last one of these, 3 for what stands below that."""
    page: int
    top: float


@dataclass(slots=True)
class _Entry:
    number: int
    bookmark: Bookmark
    below: list[_Entry] = field(default_factory=list)


def write_bookmarks(file: PdfFile, bookmarks: Sequence[Bookmark], pages: Sequence[int]) -> bytes:
    """Writes all bookmarks and gives the entries of the catalogue.

    Args:
        file: Where they are written.
        bookmarks: In reading order.
        pages: Numbers of the pages' objects.
    """
    if not bookmarks:
        return b""
    top: list[_Entry] = []
    for each in bookmarks:
        siblings = top
        for _ in range(1, each.level):
            siblings = siblings[-1].below if siblings else siblings
        siblings.append(_Entry(file.reserve(), each))
    root = file.reserve()
    _write(file, top, root, pages)
    file.put(
        root,
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (top[0].number, top[-1].number, len(top)),
    )
    return b"/Outlines %d 0 R/PageMode/UseOutlines" % root


def _write(file: PdfFile, entries: Sequence[_Entry], parent: int, pages: Sequence[int]) -> None:
    for place, entry in enumerate(entries):
        said = b"/Title%b/Parent %d 0 R" % (text_string(entry.bookmark.title), parent)
        if place > 0:
            said += b"/Prev %d 0 R" % entries[place - 1].number
        if place + 1 < len(entries):
            said += b"/Next %d 0 R" % entries[place + 1].number
        if entry.below:
            # Less than nought: closed at first.
            ends = (entry.below[0].number, entry.below[-1].number)
            said += b"/First %d 0 R/Last %d 0 R/Count -%d" % (*ends, len(entry.below))
        page = pages[entry.bookmark.page - 1]
        said += b"/Dest[%d 0 R/XYZ 0 %.2f null]" % (page, entry.bookmark.top + 4)
        file.put(entry.number, b"<<%b>>" % said)
        _write(file, entry.below, entry.number, pages)
