"""The pointer over code: presses in the gutter, the wheel, what hovering says, the context menu."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, QPoint, Qt
from qtpy.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent, QWheelEvent
from qtpy.QtWidgets import QMenu, QToolTip

if TYPE_CHECKING:
    from aitr_desktop.views.code.code_view import CodeView

ROWS_A_NOTCH = 3
_NOTCH = 120
"""Eighths of a degree that a usual wheel turns at once."""
_WORD = re.compile(r"[^\W\d]\w*|\d[\w.]*")
MOST_LOOKED_AT = 300
"""Characters on both sides of the pointer in which its word is looked for."""


class ViewPointer(QObject):
    """Takes what the pointer does.

    Args:
        view: The text.
    """

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        self._is_dragging = False
        self._turned = 0.0
        view.viewport().installEventFilter(self)
        view.viewport().setMouseTracking(True)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Takes what means something here."""
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if isinstance(event, QHelpEvent):
            self._say(event)
            return True
        if isinstance(event, QContextMenuEvent):
            self._open_menu(event)
            return True
        return False

    def line_at(self, y: float) -> int:
        """The line at some pixels of the viewport: the nearest one above or below the text; 0 for none."""
        view = self._view
        rows = view.rows_in_sight()
        if not rows:
            return 0
        if y < 0:
            return max(1, rows[0].line - 1)
        if y >= view.viewport().height():
            return min(view.lines.count, rows[-1].line + 1)
        return rows[min(int(y // view.row_height), len(rows) - 1)].line

    def column_at(self, point: QPoint) -> tuple[int, int]:
        """Line and character, from 0, at a point of the viewport; line 0 where there is none."""
        view = self._view
        row = view.row_at(point.y())
        if row is None:
            return 0, 0
        laid = view.laid(row.line)
        place = laid.rows[row.row].place_at(point.x() - view.text_left)
        return row.line, laid.shown.to_column(place)

    def word_at(self, point: QPoint) -> str:
        """The word or number at a point of the viewport; empty where there is none."""
        line, column = self.column_at(point)
        if not line:
            return ""
        text = self._view.line(line).text
        start = max(0, column - MOST_LOOKED_AT)
        for found in _WORD.finditer(text[start : column + MOST_LOOKED_AT]):
            if found.start() <= column - start < found.end():
                return found[0]
        return ""

    def _mouse(self, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return event.button() == Qt.MouseButton.LeftButton and self._press(event)
        if kind == QEvent.Type.MouseMove:
            self._point(event)
            if self._is_dragging and event.buttons() & Qt.MouseButton.LeftButton:
                line = self.line_at(event.position().y())
                if line:
                    self._view.gutter_dragged.emit(line)
                return True
        if kind == QEvent.Type.MouseButtonRelease:
            self._is_dragging = False
            return event.button() == Qt.MouseButton.LeftButton
        return False

    def _press(self, event: QMouseEvent) -> bool:
        view, place = self._view, event.position()
        row = view.row_at(place.y())
        if row is None:
            return False
        if place.x() >= view.gutter_width:
            view.go_to(row.line, centre=False)
            return True
        if self._is_on_sign(place.x(), row.line):
            view.mark_asked.emit(row.line)
            return True
        self._is_dragging = True
        view.gutter_pressed.emit(row.line, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    def _is_on_sign(self, x: float, line: int) -> bool:
        gutter = self._view.gutter
        return x < gutter.sign_width(self._view.line_painter.measures) and bool(
            gutter.marked.beginning(line, line)
        )

    def _point(self, event: QMouseEvent) -> None:
        is_in_gutter = event.position().x() < self._view.gutter_width
        shape = Qt.CursorShape.PointingHandCursor if is_in_gutter else Qt.CursorShape.IBeamCursor
        if self._view.viewport().cursor().shape() != shape:
            self._view.viewport().setCursor(shape)

    def _wheel(self, event: QWheelEvent) -> bool:
        view, turned = self._view, event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if turned.y():
                view.zoom(1 if turned.y() > 0 else -1)
            return True
        if abs(turned.x()) > abs(turned.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            bar = view.horizontalScrollBar()
            bar.setValue(bar.value() - (turned.x() or turned.y()) * bar.singleStep() // _NOTCH)
            return True
        self._turned += -turned.y() * ROWS_A_NOTCH / _NOTCH
        steps = int(self._turned)
        self._turned -= steps
        view.scroll_rows(steps)
        return True

    def _say(self, event: QHelpEvent) -> None:
        row = self._view.row_at(event.pos().y())
        said = self._view.gutter.marked.tooltip(row.line) if row is not None else ""
        if event.pos().x() < self._view.gutter_width and said:
            QToolTip.showText(event.globalPos(), said, self._view.viewport())
        else:
            QToolTip.hideText()

    def _open_menu(self, event: QContextMenuEvent) -> None:
        view = self._view
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            line, word = view.cursor_line, ""
            places = [row.line for row in view.rows_in_sight()]
            row = places.index(line) + 1 if line in places else 0
            where = view.viewport().mapToGlobal(QPoint(view.gutter_width, row * view.row_height))
        else:
            line, _ = self.column_at(event.pos())
            is_in_text = event.pos().x() >= view.gutter_width
            word = self.word_at(event.pos()) if is_in_text else ""
        if not line or not view.lines.count:
            return
        menu = QMenu(view)
        menu.aboutToHide.connect(menu.deleteLater)
        view.menu_asked.emit(menu, line, word)
        if menu.actions():
            menu.popup(where)
        else:
            menu.deleteLater()
