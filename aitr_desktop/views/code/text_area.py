"""The lines of a file with their sizes: how high a row is and how wide a line, before anything scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractScrollArea, QFrame

from aitr_desktop.code.text_lines import Line, TextLines
from aitr_desktop.views.code.line_painter import LinePainter

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.code.laid_line import LaidLine

MOST_READ = 2_000
"""Lines that are kept as text."""
TEXT_MARGIN = 8
"""Pixels between the gutter and the text."""


class TextArea(QAbstractScrollArea):
    """Reads and places lines as they are looked at.

    Args:
        theme: Colours and fonts.
    """

    def __init__(self, theme: ThemeController) -> None:
        super().__init__()
        self.line_painter = LinePainter(theme, self)
        self.lines = TextLines(b"")
        self.wraps = False
        self.gutter_width = 0
        self._read: dict[int, Line] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def take_lines(self, lines: TextLines) -> None:
        """Another file."""
        self.lines = lines
        self._read.clear()

    @property
    def row_height(self) -> int:
        """Pixels from one row to the next."""
        return self.line_painter.row_height

    @property
    def page(self) -> int:
        """Rows that are seen as a whole; at least one."""
        return max(1, self.viewport().height() // self.row_height)

    @property
    def text_left(self) -> float:
        """Where lines begin in the viewport, in pixels; it may lie under the gutter."""
        return self.gutter_width + TEXT_MARGIN - self.horizontalScrollBar().value()

    def line(self, number: int) -> Line:
        """A line as it is shown.

        Raises:
            IndexError: There is no such line.
        """
        if number not in self._read:
            if len(self._read) > MOST_READ:
                self._read.clear()
            last = number + self.page
            self._read.update(enumerate(self.lines.page(number, last), number))
        if number not in self._read:
            raise IndexError(number)
        return self._read[number]

    def laid(self, number: int) -> LaidLine:
        """A line with its places."""
        return self.line_painter.lay(self.line(number), self.wrap_width)

    @property
    def wrap_width(self) -> float:
        """Pixels after which a row ends; 0 where none does."""
        return float(self.viewport().width() - self.gutter_width - 2 * TEXT_MARGIN) if self.wraps else 0.0

    def set_shows_whitespace(self, shows: bool) -> None:
        """Draws signs for spaces, tabs and the ends of lines, or none."""
        self.line_painter.set_shows_whitespace(shows)

    def zoom(self, step: int) -> None:
        """Draws larger or smaller; 0 for the usual size."""
        self.line_painter.zoom(step)

    @property
    def pixels(self) -> int:
        """Size of the font."""
        return self.line_painter.pixels
