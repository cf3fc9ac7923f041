"""The strip at the left of a text: line numbers, and a sign where something is to be said about a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRect, QSize, Qt, Slot
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QWidget

from aitr_desktop.editing.checking import Weight

if TYPE_CHECKING:
    from qtpy.QtGui import QMouseEvent, QPaintEvent

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.editor.text_edit import TextEdit

SIGNS = {Weight.ERROR: ("✕", "no_go"), Weight.WARNING: ("▲", "pending"), Weight.NOTE: ("○", "muted")}
"""Sign and token of each weight."""
MARGIN = 8
CURSOR = 3
"""Width of the bar at the line of the cursor."""


class Gutter(QWidget):
    """Line numbers and signs. What it shows, the list of problems says in words.

    Args:
        theme: Colours and fonts.
        edit: Whose lines.
    """

    def __init__(self, theme: ThemeController, edit: TextEdit) -> None:
        super().__init__(edit)
        self._theme, self._edit = theme, edit
        edit.blockCountChanged.connect(self.place)
        edit.updateRequest.connect(self._follow)

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As wide as the longest number, with a sign before it."""
        metrics = self._edit.fontMetrics()
        digits = max(3, len(str(self._edit.document().blockCount())))
        return QSize(self._sign_width() + digits * metrics.horizontalAdvance("9") + 2 * MARGIN, 0)

    @Slot()
    def place(self) -> None:
        """Takes its width off the text."""
        width = self.sizeHint().width()
        self._edit.setViewportMargins(width, 0, 0, 0)
        inside = self._edit.contentsRect()
        self.setGeometry(QRect(inside.left(), inside.top(), width, inside.height()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws what stands beside the lines that are seen."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.theme.raised))
        painter.setFont(self._edit.font())
        height = self._edit.fontMetrics().height()
        token = self._theme.theme.accent if self._edit.hasFocus() else self._theme.theme.muted
        weights, current = self._edit.marks.weights(), self._edit.textCursor().blockNumber()
        block = self._edit.firstVisibleBlock()
        while block.isValid():
            bounds = self._edit.blockBoundingGeometry(block).translated(self._edit.contentOffset())
            if bounds.top() > event.rect().bottom():
                break
            number, top = block.blockNumber(), int(bounds.top())
            painter.setPen(QColor(getattr(self._theme.theme, "ink" if number == current else "muted")))
            room = QRect(0, top, self.width() - MARGIN, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight), str(number + 1))
            if number == current:
                painter.fillRect(self.width() - CURSOR, top, CURSOR, height, QColor(token))
            if number in weights:
                sign, token = SIGNS[weights[number]]
                painter.setPen(QColor(getattr(self._theme.theme, token)))
                painter.drawText(
                    QRect(MARGIN // 2, top, self._sign_width(), height),
                    int(Qt.AlignmentFlag.AlignLeft),
                    sign,
                )
            block = block.next()
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes to the line."""
        at = self._edit.cursorForPosition(event.position().toPoint())
        self._edit.go_to(at.blockNumber() + 1)

    def _sign_width(self) -> int:
        return round(2.5 * self._edit.fontMetrics().horizontalAdvance("0")) + MARGIN // 2

    @Slot(QRect, int)
    def _follow(self, seen: QRect, shift: int) -> None:
        if shift:
            self.scroll(0, shift)
        else:
            self.update(0, seen.y(), self.width(), seen.height())
