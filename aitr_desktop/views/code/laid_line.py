"""A line with its rows: one where nothing wraps, else as many as the width asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import bidirectional, category, east_asian_width

from qtpy.QtGui import QFont, QFontMetricsF

from aitr_desktop.views.code.row_layout import GridRow, LaidOutRow, fitting
from aitr_desktop.views.code.shown_line import SPACE, ShownLine, shown_line

if TYPE_CHECKING:
    from aitr_desktop.code.text_lines import Line
    from aitr_desktop.views.code.row_layout import Row

FEWEST_COLUMNS = 20
"""That a row has where lines wrap, however narrow the view is."""
_BREAKS = frozenset(f" {SPACE},;)]}}")
"""Behind these a row rather ends than within a word."""
_TURNING = {"R", "AL", "AN", "RLE", "RLO", "RLI"}
_NO_CELL = {"Mn", "Mc", "Me", "Cf", "Cc", "Cs"}


@dataclass(frozen=True, slots=True)
class LaidLine:
    """A line as it is drawn."""

    shown: ShownLine
    rows: tuple[Row, ...]
    more: int = 0
    """Bytes of the line that are not drawn."""
    end: str = "\n"
    """What ends the line."""

    def row_of(self, place: int) -> int:
        """The row in which a place of what is drawn stands."""
        for number in range(len(self.rows) - 1):
            if place < self.rows[number].end:
                return number
        return len(self.rows) - 1


class Measures:
    """The sizes of one font, and which signs fit its grid.

    Args:
        font: The code font.
    """

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetricsF(font)
        self.cell = float(self._metrics.horizontalAdvance("0" * 100)) / 100
        self.row_height = round(font.pixelSize() * 1.5)
        natural = self._metrics.ascent() + self._metrics.descent()
        self.baseline = round((self.row_height - natural) / 2 + self._metrics.ascent())
        self._fits: dict[str, bool] = {}

    def fits_grid(self, drawn: str) -> bool:
        """Whether each sign has a cell of its own."""
        if drawn.isascii():
            return True
        return all(self._fit(each) for each in set(drawn))

    def _fit(self, sign: str) -> bool:
        known = self._fits.get(sign)
        if known is None:
            is_plain = bidirectional(sign) not in _TURNING and category(sign) not in _NO_CELL
            is_plain = is_plain and east_asian_width(sign) not in "WF"
            width = self._metrics.horizontalAdvance(sign) if is_plain else 0.0
            known = self._fits[sign] = sign.isascii() or abs(width - self.cell) < self.cell / 16
        return known


def laid_line(
    line: Line, measures: Measures, *, tab: int = 4, whitespace: bool = False, wrap: float = 0.0
) -> LaidLine:
    """Places a line.

    Args:
        line: The line.
        measures: Of the font.
        tab: Columns between two stops.
        whitespace: Draws signs for whitespace.
        wrap: Pixels after which a row ends; 0 for never.
    """
    shown = shown_line(line.text, tab=tab, whitespace=whitespace)
    more = line.left_out
    if shown.left_out:
        more += len(line.text[shown.length :].encode("utf-8", "replace"))
    drawn = shown.drawn
    is_grid = measures.fits_grid(drawn)
    if not wrap:
        return LaidLine(shown, (_row(drawn, 0, len(drawn), measures, is_grid=is_grid),), more, line.end)
    columns = max(FEWEST_COLUMNS, int(wrap // measures.cell))
    rows: list[Row] = []
    start = 0
    while True:
        end = min(len(drawn), start + columns)
        if not is_grid:
            # Wide signs fill a row with fewer of them.
            end = min(end, start + fitting(drawn[start:end], measures.font, columns * measures.cell))
        if end < len(drawn):
            end = _break(drawn, start, end)
        rows.append(_row(drawn, start, end, measures, is_grid=is_grid))
        start = end
        if start >= len(drawn):
            return LaidLine(shown, tuple(rows), more, line.end)


def _row(drawn: str, start: int, end: int, measures: Measures, *, is_grid: bool) -> Row:
    if is_grid:
        return GridRow(drawn, start, end, measures.cell)
    return LaidOutRow(drawn, start, end, measures.font, measures.cell)


def _break(drawn: str, start: int, end: int) -> int:
    """Where a row that is full ends: behind a word in its last third, or where it is full."""
    for place in range(end, end - (end - start) // 3, -1):
        if drawn[place - 1] in _BREAKS:
            return place
    return end
