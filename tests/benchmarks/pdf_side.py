"""Writes one table of six columns as PDF in one of several ways, in a process of its own.

``python -m tests.benchmarks.pdf_side WAY ROWS FILE`` prints processor seconds, peak megabytes and bytes.
"""

from __future__ import annotations

import io
import json
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TITLES = ("State", "Test", "Where", "Type", "Requirement", "Time")
SHARES = (14, 34, 22, 10, 11, 9)


def texts(rows: int) -> Iterator[tuple[str, ...]]:
    """Rows as a report of that size has them."""
    for row in range(rows):
        yield (
            "passed" if row % 17 else "failed",
            f"test_module_{row % 400}::test_case_{row}",
            f"module_{row % 400}.py:{row % 900}",
            "unit",
            f"REQ-{row % 800}",
            f"{row % 977 / 10:.1f} s",
        )


def ours(rows: int, target: Path) -> None:
    """The writer of this project: tagged, linked, bookmarked."""
    from tsr_agent.pdf.frame import Frame
    from tsr_agent.pdf.paper import Paper
    from tsr_agent.pdf.plan import Plan
    from tsr_agent.pdf.properties import Properties
    from tsr_agent.sections.document.tables import Cell, Column, Document, Row, Section, Table

    columns = tuple(
        Column(title=title, share=share, is_number=title == "Time")
        for title, share in zip(TITLES, SHARES, strict=True)
    )
    table = Table(
        key="tests",
        caption="Tests",
        columns=columns,
        rows=lambda: (Row(tuple(map(Cell, row))) for row in texts(rows)),
        size=rows,
    )
    section = Section(key="tests", title="Tests", tables=(table,))
    plan = Plan(
        paper=Paper.A4,
        documents=[Document(title="Tests", subject="Tests", sections=(section,))],
        frame=Frame(
            title="Tests",
            commit="3fa9c1e",
            verdicts=(),
            cautions=(),
            digests=("a" * 64,),
            verification="verified",
        ),
        cover=lambda _flow: None,
        properties=Properties(title="Tests", subject="Tests", made=None),
    )
    with target.open("wb") as stream:
        assert plan.write(stream)


def platypus(rows: int, target: Path) -> None:
    """Tables of reportlab in chunks of a page with fixed row heights, the same fonts, and page x of y."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import SimpleDocTemplate, Table

    class Numbered(Canvas):  # type: ignore[misc]
        """Keeps its pages until it is known how many there are."""

        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            self._kept: list[dict[str, object]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            total = len(self._kept)
            for state in self._kept:
                self.__dict__.update(state)
                self.setFont("Plain", 7)
                self.drawRightString(538, 34, f"Page {self._pageNumber} of {total}")
                Canvas.showPage(self)
            Canvas.save(self)

    _register_fonts()
    margin = 56.7
    width = A4[0] - 2 * margin
    widths = [width * share / sum(SHARES) for share in SHARES]
    style = [
        ("FONT", (0, 0), (-1, -1), "Plain", 8.5),
        ("FONT", (0, 0), (-1, 0), "Strong", 8.5),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.lightgrey),
        ("ALIGN", (-1, 0), (-1, -1), "RIGHT"),
    ]
    found = list(texts(rows))
    chunks = [
        Table([TITLES, *found[at : at + 45]], widths, [15.0] * (len(found[at : at + 45]) + 1), style=style)
        for at in range(0, rows, 45)
    ]
    document = SimpleDocTemplate(
        str(target), pagesize=A4, leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin
    )
    document.build(chunks, canvasmaker=Numbered)


def canvas(rows: int, target: Path) -> None:
    """A call of reportlab's canvas for each cell, without lines or page x of y."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    _register_fonts()
    page = Canvas(str(target), pagesize=A4, pageCompression=1)
    lefts = _lefts(A4[0])
    place = 0.0
    for row in texts(rows):
        if place < 57:
            if place:
                page.showPage()
            page.setFont("Plain", 8.5)
            place = 780.0
        for left, text in zip(lefts, row, strict=True):
            page.drawString(left, place, text)
        place -= 15.0
    page.save()


def limit(rows: int, target: Path) -> None:
    """The least that any writer has to do: operators joined and compressed, no file around them."""
    lefts = _lefts(595.28)
    with target.open("wb") as stream:
        page: list[bytes] = []
        place = 780.0
        for row in texts(rows):
            for left, text in zip(lefts, row, strict=True):
                page.append(b"1 0 0 1 %.2f %.2f Tm (%b) Tj\n" % (left, place, text.encode()))
            place -= 15.0
            if place < 57:
                stream.write(zlib.compress(b"".join(page)))
                page, place = [], 780.0


def _register_fonts() -> None:
    """The fonts of this project: whoever prints names and signs has to embed some."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    from tsr_agent.pdf.font_files import font_bytes

    for name, file in (("Plain", "IBMPlexSans-Regular"), ("Strong", "IBMPlexSans-SemiBold")):
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(font_bytes(file))))


def _lefts(width: float) -> list[float]:
    room = width - 2 * 56.7
    return [56.7 + room * sum(SHARES[:at]) / sum(SHARES) for at in range(len(SHARES))]


WAYS: dict[str, Callable[[int, Path], None]] = {
    "ours": ours,
    "platypus": platypus,
    "canvas": canvas,
    "limit": limit,
}


def main(way: str, rows: str, path: str) -> None:
    """Writes the file and prints what it took."""
    began = time.process_time()
    WAYS[way](int(rows), Path(path))
    seconds = time.process_time() - began
    with Path("/proc/self/status").open() as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6
    print(json.dumps([seconds, peak, Path(path).stat().st_size]))


if __name__ == "__main__":
    main(*sys.argv[1:])
