"""The pages: marks are put on the open one, and a full one is written and forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.pdf import palette
from tsr_agent.pdf.bookmarks import Bookmark, write_bookmarks
from tsr_agent.pdf.paper import MARGIN, Paper
from tsr_agent.pdf.pdf_file import text_string
from tsr_agent.pdf.structure import Structure

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.pdf.faces import Face, Faces
    from tsr_agent.pdf.pdf_file import PdfFile
    from tsr_agent.sections.targets import Target


OVERHANG = 4.0
"""How far lines and grounds of tables reach beyond their text."""
Line = tuple[float, float, str]
"""x and y of a base line, and printable text."""


class Words(NamedTuple):
    """Lines of text as they stand on a page."""

    lines: tuple[Line, ...]
    face: Face
    size: float
    colour: bytes

    def drawn(self) -> bytes:
        """The operators that draw them."""
        parts = [b"BT\n", self.colour]
        font = b""
        for x, y, line in self.lines:
            parts.append(b"1 0 0 1 %.2f %.2f Tm\n" % (x, y))
            for name, codes in self.face.runs(line):
                if name != font:
                    font = name
                    parts.append(b"/%b %.4g Tf\n" % (name, self.size))
                parts.append(b"(%b)Tj\n" % codes)
        parts.append(b"ET\n")
        return b"".join(parts)

    def box(self) -> bytes:
        """The rectangle around them, as PDF writes it."""
        right = max(x + self.face.width(line) * self.size / 1000 for x, _, line in self.lines)
        left, bottom = min(x for x, _, _ in self.lines), self.lines[-1][1] - self.size * 0.25
        return b"[%.2f %.2f %.2f %.2f]" % (left, bottom, right, self.lines[0][1] + self.size * 0.9)


@dataclass(slots=True)
class _Kept:
    """What is left of a written page: a few numbers, and what can be said only when all are known."""

    number: int
    body: int
    key: int
    links: list[int]
    late: list[bytes] = field(default_factory=list)


class Sheets:
    """All pages of one file, the last of them open.

    Args:
        file: Where they are written.
        faces: What texts are printed in.
        paper: Their size.
        known: Everything that can be linked to.
        frame: Draws what stands on each page, onto this object, when a page has been begun.
    """

    def __init__(
        self,
        file: PdfFile,
        faces: Faces,
        paper: Paper,
        known: frozenset[Target],
        frame: Callable[[Sheets], None],
    ) -> None:
        self.file = file
        self.faces = faces
        self.structure = Structure(file)
        self.left, self.right = MARGIN, paper.width - MARGIN
        self.top, self.bottom = paper.height - MARGIN, MARGIN
        self.height = paper.height
        self.y = self.top
        """Where the next mark begins, counted from below."""
        self._bookmarks: list[Bookmark] = []
        self._known = known
        self._frame = frame
        self._box = b"[0 0 %.2f %.2f]" % (paper.width, paper.height)
        self._tree = file.reserve()
        self._resources = file.reserve()
        self._pages: list[_Kept] = []
        self._marks: list[bytes] = []
        self._parents: list[int] = []
        self._rules: list[float] = []
        self._places: dict[Target, tuple[int, float]] = {}
        self._names: dict[Target, int] = {}
        self.begin_page()

    @property
    def width(self) -> float:
        """Between the margins."""
        return self.right - self.left

    @property
    def page(self) -> int:
        """How many pages there are, the open one included."""
        return len(self._pages)

    @property
    def room(self) -> float:
        """What is left on the open page."""
        return self.y - self.bottom

    @property
    def whole(self) -> float:
        """What an empty page has."""
        return self.top - self.bottom

    def begin_page(self) -> None:
        """Ends the open page and begins the next one."""
        if self._pages:
            self._end_page()
        key = self.structure.key(b"null")
        self._pages.append(_Kept(self.file.reserve(), self.file.reserve(), key, []))
        self.y = self.top
        self._frame(self)

    def need(self, height: float) -> bool:
        """Begins a new page if the open one has not so much room; says whether it did."""
        if self.room >= height or self.y == self.top:
            return False
        self.begin_page()
        return True

    def box(self, colour: bytes, x: float, y: float, width: float, height: float) -> None:
        """A filled box, which is no part of what is said."""
        self._marks.append(
            b"/Artifact BMC\n%b%.2f %.2f %.2f %.2f re f\nEMC\n" % (colour, x, y, width, height)
        )

    def rule(self) -> None:
        """A hairline across the page; those of a page are drawn together when it ends."""
        self._rules.append(self.y)

    def row(self, drawn: bytes, cells: int) -> None:
        """A row of a table with one mark for each cell, drawn elsewhere from ``next_mark`` on."""
        self._marks.append(drawn)
        self._parents.extend(self.structure.row(self._pages[-1].number, len(self._parents), cells))

    @property
    def next_mark(self) -> int:
        """The number of the next mark on the open page."""
        return len(self._parents)

    def text(self, kind: bytes, words: Words, *, target: Target | None = None, entries: bytes = b"") -> None:
        """Text that is one element, and a link where its target is known.

        Args:
            kind: What it is, such as ``P``.
            words: What is drawn.
            target: What it leads to.
            entries: Further entries of the element's dictionary.
        """
        mark = len(self._parents)
        self._marks.append(b"/%b<</MCID %d>>BDC\n%bEMC\n" % (kind, mark, words.drawn()))
        if target is not None and target in self._known:
            self._parents.append(self._link(kind, words, target, entries))
        else:
            self._parents.append(self.structure.leaf(kind, self._pages[-1].number, mark, entries))

    def artifact(self, words: Words) -> None:
        """Text that is repeated on each page and is read only once, if at all."""
        self._marks.append(b"/Artifact<</Type/Pagination>>BDC\n%bEMC\n" % words.drawn())

    def is_known(self, target: Target | None) -> bool:
        """Whether something can be linked to."""
        return target is not None and target in self._known

    def anchor(self, target: Target | None) -> None:
        """Says that what a link leads to begins here."""
        if target is not None and target in self._known:
            self._places.setdefault(target, (self.page, self.y))

    def bookmark(self, title: str, level: int) -> None:
        """An entry among the bookmarks that leads here."""
        self._bookmarks.append(Bookmark(title=title, level=level, page=self.page, top=self.y))

    def later(self, page: int, drawn: bytes) -> None:
        """Marks for a page that was written already, such as how many pages there are."""
        self._pages[page - 1].late.append(drawn)

    def place(self, target: Target) -> int | None:
        """The page that something begins on; None where nobody has said."""
        found = self._places.get(target)
        return found[0] if found is not None else None

    def late_mark(self, kind: bytes) -> tuple[int, int]:
        """The page and number of a mark that is drawn with ``later``, at this place of the reading order."""
        mark = len(self._parents)
        self._parents.append(self.structure.leaf(kind, self._pages[-1].number, mark))
        return self.page, mark

    def end(self) -> None:
        """Ends the last page; nothing but ``later`` may be called behind it."""
        self._end_page()
        self._marks = []

    def finish(self) -> bytes:
        """Writes all that was left for the end and gives the catalogue's entries."""
        for each in self._pages:
            contents = b"%d 0 R" % each.body
            if each.late:
                contents += b" %d 0 R" % self.file.add_stream(b"".join(each.late))
            links = b" ".join(b"%d 0 R" % link for link in each.links)
            self.file.put(
                each.number,
                b"<</Type/Page/Parent %d 0 R/MediaBox%b/Resources %d 0 R/Contents[%b]/StructParents %d"
                b"/Tabs/S%b>>"
                % (
                    *(self._tree, self._box, self._resources, contents, each.key),
                    b"/Annots[%b]" % links if links else b"",
                ),
            )
        kids = b" ".join(b"%d 0 R" % each.number for each in self._pages)
        self.file.put(self._tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self._pages), kids))
        self.file.put(self._resources, b"<</Font%b>>" % self.faces.embed(self.file))
        self.structure.finish()
        return b"/Pages %d 0 R/StructTreeRoot %d 0 R%b%b" % (
            *(self._tree, self.structure.root),
            self._destinations(),
            write_bookmarks(self.file, self._bookmarks, [each.number for each in self._pages]),
        )

    def _end_page(self) -> None:
        page = self._pages[-1]
        if self._rules:
            edges = b" %.2f 0.5 re\n" % (self.width + 2 * OVERHANG)
            left = b"%.2f " % (self.left - OVERHANG)
            lines = b"".join(left + b"%.2f" % (y - 0.25) + edges for y in self._rules)
            self._marks.append(b"/Artifact BMC\n%b%bf\nEMC\n" % (palette.HAIRLINE, lines))
        self.file.put_stream(page.body, b"".join(self._marks))
        self.structure.page_parents(page.key, self._parents)
        self._marks, self._parents, self._rules = [], [], []

    def _link(self, kind: bytes, words: Words, target: Target, entries: bytes) -> int:
        """The element of the mark that was put last, with the link over it."""
        page, annotation = self._pages[-1], self.file.reserve()
        said = text_string(" ".join(line for _, _, line in words.lines)[:200])
        self.structure.open(kind, entries)
        element, key = self.structure.link(page.number, len(self._parents), annotation, said)
        self.structure.close()
        name = self._names.setdefault(target, len(self._names))
        self.file.put(
            annotation,
            b"<</Type/Annot/Subtype/Link/Rect%b/Border[0 0 0]/F 4/Dest(t%06d)/StructParent %d/Contents%b>>"
            % (words.box(), name, key, said),
        )
        page.links.append(annotation)
        return element

    def _destinations(self) -> bytes:
        """Where the links lead, by name."""
        found = []
        for target, name in self._names.items():
            page, top = self._places.get(target, (1, self.top))
            number = self._pages[page - 1].number
            found.append(b"(t%06d)[%d 0 R/XYZ 0 %.2f null]" % (name, number, top + 8))
        if not found:
            return b""
        limits = b"/Limits[(t000000)(t%06d)]" % (len(found) - 1)
        leaf = self.file.add(b"<</Names[%b]%b>>" % (b" ".join(found), limits))
        return b"/Names<</Dests<</Kids[%d 0 R]>>>>" % leaf
