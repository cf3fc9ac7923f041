"""What a reader that speaks finds: every mark in the tree, in the order of the page, and tables as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.printed_reports import filed, opened, operations
from tests.factories.shown_reports import case, report
from tsr_agent.models.results import TestType, TestTypeResult

if TYPE_CHECKING:
    from pypdf import PdfReader


@pytest.fixture(scope="module")
def reader() -> PdfReader:
    cases = [case(f"test_{number}") for number in range(150)]
    return opened(
        filed(report=report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))), appendix=True
    )


def kids(element: Any) -> list[Any]:
    found = element.get("/K", [])
    return [
        each if isinstance(each, int) else each.get_object()
        for each in (found if isinstance(found, list) else [found])
    ]


def walk(element: Any) -> list[tuple[Any, Any]]:
    """Elements with their marks, in the order of the tree."""
    found = []
    for kid in kids(element):
        if isinstance(kid, int):
            found.append((element, kid))
        elif "/Obj" not in kid:
            found += walk(kid)
    return found


def test_every_mark_of_a_page_belongs_to_an_element_and_the_rest_is_no_text_of_the_document(
    reader: PdfReader,
) -> None:
    tree = reader.root_object["/StructTreeRoot"]
    nums = list(tree["/ParentTree"].get_object()["/Nums"])
    parents = dict(zip(nums[::2], nums[1::2], strict=True))
    for number, page in enumerate(reader.pages):
        depth, marks = [], []
        for operands, operator in operations(reader, number):
            if operator in (b"BDC", b"BMC"):
                depth.append(operands)
                if operator == b"BDC" and "/MCID" in operands[1]:
                    marks.append((str(operands[0]), int(operands[1]["/MCID"])))
            elif operator == b"EMC":
                depth.pop()
            elif operator in (b"Tj", b"re"):
                assert depth, "nothing is drawn outside of a mark"
        assert not depth
        known = [each.get_object() for each in parents[page["/StructParents"]].get_object()]
        assert sorted(mark for _, mark in marks) == list(range(len(known)))
        for kind, mark in marks:
            element = known[mark]
            assert mark in kids(element)
            assert element["/S"] in (kind, "/Link")
            assert element["/Pg"].get_object() == page.get_object()


def test_the_tree_reads_in_the_order_of_the_pages(reader: PdfReader) -> None:
    numbers = {
        page.indirect_reference.idnum: at for at, page in enumerate(reader.pages) if page.indirect_reference
    }
    (top,) = kids(reader.root_object["/StructTreeRoot"])
    order = [(numbers[element.raw_get("/Pg").idnum], mark) for element, mark in walk(top)]
    assert order == sorted(order)
    assert len(order) == len(set(order)) > 800


def test_tables_have_rows_of_as_many_cells_as_they_have_titles(reader: PdfReader) -> None:
    def elements(element: Any, kind: str) -> list[Any]:
        below = [each for each in kids(element) if not isinstance(each, int) and "/S" in each]
        return [each for each in below if each["/S"] == kind] + [
            found for each in below for found in elements(each, kind)
        ]

    tables = elements(reader.root_object["/StructTreeRoot"], "/Table")
    assert len(tables) > 12
    for table in tables:
        rows = kids(table)
        assert {row["/S"] for row in rows} == {"/TR"}
        widths = {sum(cell.get("/A", {}).get("/ColSpan", 1) for cell in kids(row)) for row in rows}
        assert len(widths) == 1
        titles = [cell for cell in kids(rows[0]) if cell["/S"] == "/TH"]
        assert len(titles) in (0, widths.pop())


def test_links_are_elements_with_words_and_lead_somewhere(reader: PdfReader) -> None:
    links = [each.get_object() for page in reader.pages for each in page.get("/Annots", [])]
    assert len(links) > 15
    names = reader.named_destinations
    for link in links:
        assert str(link["/Dest"]) in names
        assert link["/Contents"]
    assert reader.root_object["/MarkInfo"]["/Marked"]
