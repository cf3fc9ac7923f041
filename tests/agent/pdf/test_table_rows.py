"""Rows are whole on a page, titles stand on each, and what is taller than a page goes on with a word."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.factories.printed_reports import flat, page_texts
from tsr_agent.pdf.frame import Frame
from tsr_agent.pdf.paper import Paper
from tsr_agent.pdf.plan import Plan
from tsr_agent.pdf.properties import Properties
from tsr_agent.sections.document.tables import Cell, Column, Document, Note, Row, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence


COLUMNS = (Column(title="Name", share=50), Column(title="Said", share=50))


def printed(rows: Sequence[Row], titles: Sequence[str] = ("Name", "Said")) -> list[str]:
    columns = tuple(Column(title=title, share=50) for title in titles)
    return pages_of(Table(key="table", caption="Table", columns=columns, rows=lambda: rows, size=len(rows)))


def pages_of(*tables: Table) -> list[str]:
    """Texts of the pages behind the first one, which has the contents."""
    section = Section(key="section", title="Section", tables=tables)
    plan = Plan(
        paper=Paper.A4,
        documents=[Document(title="Document", subject="", sections=(section,))],
        frame=Frame(title="", commit="", verdicts=(), cautions=(), digests=("digest",), verification=""),
        cover=lambda _: None,
        properties=Properties(title="Document", subject="", made=None),
    )
    target = io.BytesIO()
    assert plan.write(target)
    return page_texts(PdfReader(target, strict=True))[1:]


def test_no_row_is_split_and_each_page_has_the_titles() -> None:
    rows = [
        Row((Cell(f"begin{n}."), Cell("word " * (n % 37))), (Note("note " * (n % 61)), Note(f"end{n}.")))
        for n in range(200)
    ]
    pages = printed(rows)
    assert len(pages) > 5
    for page in pages:
        assert "Name" in page
        assert "Said" in page
    for n in range(200):
        (on,) = [page for page in pages if f"begin{n}." in page]
        assert f"end{n}." in on


@pytest.mark.parametrize("before", range(0, 45, 3))
def test_no_titles_stand_without_a_row(before: int) -> None:
    def table(key: str, rows: tuple[Row, ...]) -> Table:
        return Table(key=key, caption=key, columns=COLUMNS, rows=lambda: rows, size=len(rows))

    above = table("above", tuple(Row((Cell(f"{n}"), Cell("short"))) for n in range(before + 1)))
    tall = tuple(Row((Cell(f"begin{n}."), Cell("word " * 450))) for n in range(2))
    pages = pages_of(above, table("below", tall))
    (page,) = (each for each in pages if "below" in each)
    assert "begin0." in page


def test_a_row_taller_than_a_page_goes_on_with_a_word_and_loses_nothing() -> None:
    notes = tuple(Note(f"line {n}") for n in range(300))
    pages = printed(
        [Row((Cell("first"), Cell(""))), Row((Cell("tall"), Cell("")), notes), Row((Cell("last"), Cell("")))]
    )
    assert len(pages) > 4
    assert [("(row continued)" in page) for page in pages] == [False, *[True] * (len(pages) - 1)]
    whole = flat("".join(page.replace("(row continued)", "") for page in pages))
    for n in range(300):
        assert f"line{n}" in whole
    assert "last" in pages[-1]


def test_a_tall_cell_goes_on_beside_short_ones() -> None:
    said = " ".join(f"w{n}" for n in range(2_000))
    pages = printed([Row(tuple(Cell(said) for _ in range(8)))], [f"Column {n}" for n in range(8)])
    assert "see the record" in " ".join(" ".join(pages).split())
    assert len(pages) < 8


def test_titles_never_stand_alone_at_the_end_of_a_page() -> None:
    tall = (Note("note"),) * 20
    for before in range(5, 50, 3):
        rows = [Row((Cell("short"), Cell(""))) for _ in range(before)]
        first, second = (
            Table(key=key, caption=key, columns=COLUMNS, rows=lambda found=found: found, size=len(found))
            for key, found in (("One", rows), ("Two", [Row((Cell("tall"), Cell("")), tall)] * 5))
        )
        pages = pages_of(first, second)
        (on,) = [page for page in pages if "Two" in page]
        assert "tall" in on.partition("Two")[2]


def test_a_title_longer_than_its_column_makes_it_wider() -> None:
    (page,) = printed([Row((Cell("1"),) * 8)], ["Suppressed"] * 8)
    assert page.count("Suppressed") == 8
