"""What the marks on the pages are: headings, paragraphs, tables with their rows and cells.

A reader that speaks walks this tree instead of the page. Elements are written as soon as they are
closed, so that a table of 50,000 rows is kept as one number a row.
"""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.pdf.pdf_file import PdfFile


class Element:
    """An element that is still open.

    Args:
        number: Of its object.
        kind: ``Sect``, ``H1``, ``Table`` and so on.
        parent: Number of the element that it is in.
        entries: Further entries of its dictionary.
    """

    __slots__ = ("entries", "kids", "kind", "number", "parent")

    def __init__(self, number: int, kind: bytes, parent: int, entries: bytes = b"") -> None:
        self.number = number
        self.kind = kind
        self.parent = parent
        self.entries = entries
        self.kids: list[int] = []


class Structure:
    """The tree of one file.

    Args:
        file: Where its elements are written.
    """

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self.root = file.reserve()
        self._top = Element(file.reserve(), b"Document", self.root)
        self._open = [self._top]
        self._parents: list[bytes] = []
        self._form = (0, 0, b"")

    def open(self, kind: bytes, entries: bytes = b"") -> None:
        """Begins an element within the one that is open."""
        self._open.append(self._made(kind, entries))

    def close(self) -> None:
        """Ends the element that was opened last."""
        self._write(self._open.pop())

    def leaf(self, kind: bytes, page: int, mark: int, entries: bytes = b"") -> int:
        """An element for one mark on a page; gives its number.

        Args:
            kind: What it is.
            page: Number of the page's object.
            mark: Number of the mark on that page.
            entries: Further entries of its dictionary.
        """
        number = self._file.reserve()
        parent = self._open[-1]
        parent.kids.append(number)
        self._file.put(
            number, b"<</S/%b/P %d 0 R/Pg %d 0 R/K %d%b>>" % (kind, parent.number, page, mark, entries)
        )
        return number

    def row(self, page: int, first: int, cells: int) -> range:
        """A row whose cells are one mark each; gives the numbers of the cells.

        Args:
            page: Number of the page's object.
            first: Number of the first mark on that page.
            cells: How many there are.
        """
        number = self._file.reserve(1 + cells)
        parent = self._open[-1]
        parent.kids.append(number)
        numbers = range(number + 1, number + 1 + cells)
        marks = range(first, first + cells)
        values = chain.from_iterable(zip(repeat(number), marks, strict=False))
        bodies = self._row_form(page, cells) % (parent.number, *numbers, *values)
        self._file.put_many(number, bodies.split(b"\n"))
        return numbers

    def _row_form(self, page: int, cells: int) -> bytes:
        """A row and its cells, a line each, with room for their numbers."""
        if self._form[:2] != (page, cells):
            row = b"<</S/TR/P %d 0 R/K[" + b" ".join([b"%d 0 R"] * cells) + b"]>>"
            cell = b"\n<</S/TD/P %%d 0 R/Pg %d 0 R/K %%d>>" % page
            self._form = (page, cells, row + cell * cells)
        return self._form[2]

    def empty(self, kind: bytes, entries: bytes = b"") -> None:
        """An element without marks, such as an empty cell."""
        self._write(self._made(kind, entries))

    def link(self, page: int, mark: int, annotation: int, words: bytes) -> tuple[int, int]:
        """An element whose mark is a link, within the one that is open.

        Args:
            page: Number of the page's object.
            mark: Number of the mark on that page.
            annotation: Number of the link's object.
            words: The text of the link, as a string of PDF.

        Returns:
            The number of the element, and the key by which the link finds it.
        """
        number = self._file.reserve()
        parent = self._open[-1]
        parent.kids.append(number)
        self._file.put(
            number,
            b"<</S/Link/P %d 0 R/Pg %d 0 R/K[%d<</Type/OBJR/Obj %d 0 R>>]/Alt%b>>"
            % (parent.number, page, mark, annotation, words),
        )
        return number, self.key(b"%d 0 R" % number)

    def key(self, parents: bytes) -> int:
        """The key by which a page, or a link, finds the elements of its marks."""
        self._parents.append(parents)
        return len(self._parents) - 1

    def page_parents(self, key: int, parents: list[int]) -> None:
        """Says which elements the marks of a page belong to."""
        number = self._file.add(b"[" + (b"%d 0 R " * len(parents)) % tuple(parents) + b"]")
        self._parents[key] = b"%d 0 R" % number

    def finish(self) -> None:
        """Writes what is still open and the root."""
        while self._open:
            self._write(self._open.pop())
        keys = b" ".join(b"%d %b" % (key, parents) for key, parents in enumerate(self._parents))
        tree = self._file.add(b"<</Nums[%b]>>" % keys)
        self._file.put(
            self.root,
            b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (self._top.number, tree, len(self._parents)),
        )

    def _made(self, kind: bytes, entries: bytes) -> Element:
        parent = self._open[-1]
        element = Element(self._file.reserve(), kind, parent.number, entries)
        parent.kids.append(element.number)
        return element

    def _write(self, element: Element) -> None:
        kids = (b"%d 0 R " * len(element.kids)) % tuple(element.kids)
        self._file.put(
            element.number,
            b"<</S/%b/P %d 0 R/K[%b]%b>>" % (element.kind, element.parent, kids, element.entries),
        )
