"""Draws the list of reports. Light, because drawing is what scrolling costs: one text a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from qtpy.QtGui import QColor, QFontMetrics
from qtpy.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from aitr_desktop.item_models.list_columns import COLUMNS
from aitr_desktop.theme import sized
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from qtpy.QtCore import QObject
    from qtpy.QtGui import QFont, QPainter

    from aitr_desktop.item_models.report_list_model import ReportListModel
    from aitr_desktop.theme import ThemeController

Index = QModelIndex | QPersistentModelIndex
PADDING = 8
MARKER = 2
"""Width of the bar that shows which row has the focus."""
_BONES = (0.62, 0.74, 0.5, 0.66)
"""Widths of the bars that stand for texts on their way, as shares of the cell."""
_MAX_CUT = 6_000
# As numbers: Python's own flags cost a tenth of drawing a page.
_SELECTED = QStyle.StateFlag.State_Selected.value
_HOVERED = QStyle.StateFlag.State_MouseOver.value
_ONE_LINE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


class ReportDelegate(QStyledItemDelegate):
    """Draws cells of a ``ReportListModel`` straight from its lines.

    Args:
        model: Where the lines are; drawing a row that is not here sends for it.
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(
        self, model: ReportListModel, theme: ThemeController, row_height: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self.row_height = row_height
        self._fonts: dict[bool, tuple[QFont, QFontMetrics]] = {}
        self._cut: dict[tuple[str, int, bool], str] = {}
        self.has_focus = False
        self._take_colours()
        theme.changed.connect(self._take_colours)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one cell."""
        rect, state, number = option.rect, option.state.value, index.column()
        column = COLUMNS[number]
        if state & _SELECTED:
            painter.fillRect(rect, self._selection)
        elif state & _HOVERED:
            painter.fillRect(rect, self._raised)
        report = self._model.wanted_report(index.row())
        if report is None:
            self._paint_bone(painter, rect, number)
            return
        font, metrics = self._font(column.is_code, option.font)
        painter.setFont(font)
        painter.setPen(self._tones[report.verdict.tone if number == 0 else column.tone])
        inside = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.drawText(
            inside, _ONE_LINE, self._fitting(column.text(report), inside.width(), metrics, column.is_code)
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802  (Qt's name)
        """One row, as wide as its text."""
        report = self._model.report(index.row())
        column = COLUMNS[index.column()]
        _, metrics = self._font(column.is_code, option.font)
        words = column.text(report)[:200] if report is not None else ""
        return QSize(metrics.horizontalAdvance(words) + 2 * PADDING, self.row_height)

    def paint_marker(self, painter: QPainter, rect: QRect) -> None:
        """Shows which row has the focus."""
        painter.fillRect(QRect(rect.left(), rect.top(), MARKER, rect.height()), self._accent)

    def _paint_bone(self, painter: QPainter, rect: QRect, column: int) -> None:
        height = max(4, self.row_height // 4)
        width = int((rect.width() - 2 * PADDING) * _BONES[column % len(_BONES)])
        top = rect.top() + (rect.height() - height) // 2
        painter.fillRect(QRect(rect.left() + PADDING, top, max(0, width), height), self._raised)

    def _fitting(self, text: str, width: int, metrics: QFontMetrics, is_code: bool) -> str:
        key = (text, width, is_code)
        found = self._cut.get(key)
        if found is None:
            if len(self._cut) >= _MAX_CUT:
                self._cut.clear()
            found = self._cut[key] = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return found

    def _font(self, is_code: bool, base: QFont) -> tuple[QFont, QFontMetrics]:
        if is_code not in self._fonts:
            font = self._theme.code_font() if is_code else sized(base, 13)
            self._fonts[is_code] = font, QFontMetrics(font)
        return self._fonts[is_code]

    def _take_colours(self) -> None:
        theme = self._theme.theme
        self._tones = {tone: QColor(theme.tone(tone)) for tone in Tone}
        self._selection, self._raised = QColor(theme.selection), QColor(theme.raised)
        self._accent = QColor(theme.accent)
