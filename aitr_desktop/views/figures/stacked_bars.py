"""One bar a test type: what its tests came to, as shares of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QColor, QFontMetricsF, QPainter, QPen
from qtpy.QtWidgets import QSizePolicy, QToolTip, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.item_models.figures import StackedBars
from aitr_desktop.theme import sized
from aitr_desktop.views.figures.bar_layout import NOTHING, ROW, SWATCH, WIDE_GAP, Placed, Row, lay_out
from aitr_desktop.views.figures.patterns import paint_part
from aitr_desktop.views.figures.spoken import say
from tsr_agent.sections.wording import counted, share

if TYPE_CHECKING:
    from qtpy.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from aitr_desktop.theme import Theme, ThemeController
    from tsr_agent.sections.series import TypeBar


class StackedBarsView(QWidget):
    """Paints ``StackedBars``. Arrow keys go along the segments, Enter and a click lead to the type's row.

    Args:
        theme: Colours.
    """

    chosen = Signal(object)
    """A ``Target``."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figure: StackedBars | None = None
        self._placed: list[Placed] = []
        self._rows: list[Row] = []
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_figure(self, figure: StackedBars) -> None:
        """Shows another report's bars."""
        self._figure = figure
        self._current = 0
        self.setAccessibleName(figure.name)
        self.setAccessibleDescription(figure.summary)
        self._lay_out()

    def current(self) -> Placed | None:
        """The segment that the keys have come to; None where nothing has any."""
        return self._placed[self._current] if self._placed else None

    def placed(self) -> list[Placed]:
        """All segments with their places."""
        return self._placed

    def told(self, placed: Placed) -> str:
        """A segment in words: ``Unit: ✕ 1 failed, 2.3 % of 44 tests``."""
        bar = self._bars()[placed.bar]
        return self.tr("{type}: {segment}, {share} of {tests}").format(
            type=bar.name,
            segment=placed.segment,
            share=share(placed.segment.number / bar.total),
            tests=counted(bar.total, "test"),
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as the section is."""
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Places the bars anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws names, bars and numbers."""
        painter, colours = QPainter(self), self._theme.theme
        painter.setFont(sized(self.font(), 13))
        for row, bar in zip(self._rows, self._bars(), strict=True):
            _paint_row(painter, row, bar, colours)
        for place, placed in enumerate(self._placed):
            paint_part(painter, placed.area, placed.segment.part, colours)
            _paint_entry(painter, placed, colours)
            if place == self._current and self.hasFocus():
                _paint_focus(painter, placed, colours)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes along the segments, or to the row of the type."""
        key, current = event.key(), self.current()
        if current is None:
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(StackedBars.target(self._bars()[current.bar]))
        else:
            goal = self._goal(key, current)
            if goal is None:
                event.ignore()
            else:
                self._go_to(goal)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Leads to the row of the type."""
        row = self._row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row is not None:
            self.chosen.emit(StackedBars.target(self._bars()[row]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows that a row leads somewhere."""
        over = self._row_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def event(self, event: QEvent) -> bool:
        """Shows what a segment is while the mouse rests on it."""
        if event.type() == QEvent.Type.ToolTip:
            self._show_tooltip(event)  # type: ignore[arg-type]  # a tooltip's event is a help event
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows and says where the keys are."""
        super().focusInEvent(event)
        if self._figure is not None:
            say(self, self._figure.summary)

    def _bars(self) -> tuple[TypeBar, ...]:
        return self._figure.bars if self._figure is not None else ()

    def _goal(self, key: int, current: Placed) -> int | None:
        """The segment that a key leads to; None for a key that leads nowhere."""
        last = len(self._placed) - 1
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in steps:
            return min(max(self._current + steps[Qt.Key(key)], 0), last)
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return 0 if key == Qt.Key.Key_Home else last
        if key == Qt.Key.Key_Down:
            return next((i for i, each in enumerate(self._placed) if each.bar > current.bar), None)
        if key == Qt.Key.Key_Up:
            above = [each.bar for each in self._placed if each.bar < current.bar]
            return next(i for i, each in enumerate(self._placed) if each.bar == above[-1]) if above else None
        return None

    def _go_to(self, goal: int) -> None:
        self._current = goal
        self.update()
        say(self, self.told(self._placed[goal]))

    def _row_at(self, point: QPointF) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.area.contains(point)), None)

    def _show_tooltip(self, event: QHelpEvent) -> None:
        point = QPointF(event.pos())
        found = next((e for e in self._placed if e.area.contains(point) or e.entry.contains(point)), None)
        if found is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPos(), plain_tooltip(self.told(found)), self)

    def _lay_out(self) -> None:
        metrics = QFontMetricsF(sized(self.font(), 13))
        self._rows, self._placed = lay_out(self._bars(), float(self.width()), metrics)
        self._current = min(self._current, max(len(self._placed) - 1, 0))
        self.setFixedHeight(max(1, round(self._rows[-1].area.bottom())) if self._rows else 1)
        self.update()


def _paint_row(painter: QPainter, row: Row, bar: TypeBar, colours: Theme) -> None:
    middle = int(Qt.AlignmentFlag.AlignVCenter)
    painter.setPen(QColor(colours.ink))
    name = QFontMetricsF(painter.font()).elidedText(bar.name, Qt.TextElideMode.ElideRight, row.name_width + 1)
    painter.drawText(QRectF(0, row.area.top(), row.name_width + 4, ROW), middle, name)
    if row.nothing is not None:
        painter.setPen(QColor(colours.muted))
        painter.drawText(row.nothing, middle, NOTHING)


def _paint_entry(painter: QPainter, placed: Placed, colours: Theme) -> None:
    area = placed.entry
    swatch = QRectF(area.left(), area.center().y() - SWATCH / 2, SWATCH, SWATCH)
    paint_part(painter, swatch, placed.segment.part, colours)
    painter.setPen(QColor(colours.tone(placed.segment.part.mark.tone)))
    text = area.adjusted(SWATCH + 6, 0, WIDE_GAP, 0)
    painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), str(placed.segment))


def _paint_focus(painter: QPainter, placed: Placed, colours: Theme) -> None:
    painter.setPen(QPen(QColor(colours.accent), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for area in (placed.area.adjusted(-2, -3, 2, 3), placed.entry.adjusted(-4, 2, -WIDE_GAP + 5, -2)):
        painter.drawRect(area)
