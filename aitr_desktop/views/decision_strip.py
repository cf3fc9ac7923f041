"""Decisions over time, one bar a day, week or month; painted from plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from qtpy.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPen
from qtpy.QtWidgets import QSizePolicy, QToolTip, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.library.timeline import Timeline, Unit
from aitr_desktop.theme import sized

if TYPE_CHECKING:
    from datetime import date

    from qtpy.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from aitr_desktop.library.timeline import Bar
    from aitr_desktop.theme import ThemeController

MARGIN, GAP = 12, 2
BARS_HEIGHT = 40
MAX_BAR = 28
"""Widest bar; a few days must not look like walls."""
MIN_PART = 2
"""Lowest part of a bar, so that one NO-GO among thousands is seen."""
_PARTS = (
    ("no_go", "no_go", Qt.BrushStyle.SolidPattern),
    ("pending", "pending", Qt.BrushStyle.BDiagPattern),
    ("go", "go", Qt.BrushStyle.SolidPattern),
    ("not_judged", "muted", Qt.BrushStyle.NoBrush),
)
"""From the ground up: count, colour, pattern. The pattern tells them apart where colours do not."""


class DecisionStrip(QWidget):
    """Bars stacked by verdict; a click, or Enter on the one that the arrows went to, narrows to its days."""

    chosen = Signal(object, object)
    """First and last ``date`` of a bar."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._timeline = Timeline()
        self._current = -1
        self._hovered = -1
        self._is_waiting = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Decisions over time"))
        theme.changed.connect(self.update)

    def show_timeline(self, timeline: Timeline) -> None:
        """Shows other bars."""
        self._timeline = timeline
        self._is_waiting = False
        self._current = min(self._current, len(timeline.bars) - 1)
        self._hovered = -1
        self.setAccessibleDescription(timeline.summary())
        self.update()

    def wait(self) -> None:
        """Others are being counted; those that are here stay, paler."""
        self._is_waiting = True
        self.update()

    def timeline(self) -> Timeline:
        """What is shown."""
        return self._timeline

    def words(self) -> str:
        """What the line above the bars says: the bar one is at, or all of them."""
        at = self._hovered if self._hovered >= 0 else self._current if self.hasFocus() else -1
        if 0 <= at < len(self._timeline.bars):
            bar = self._timeline.bars[at]
            return f"{bar.days()}: {bar.numbers()}"
        return {
            Unit.DAY: self.tr("Decisions by day"),
            Unit.WEEK: self.tr("Decisions by week"),
            Unit.MONTH: self.tr("Decisions by month"),
            Unit.YEAR: self.tr("Decisions by year"),
            Unit.YEARS: self.tr("Decisions by several years"),
        }[self._timeline.unit]

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """A line of words and the bars."""
        return QSize(200, 8 + self._line() + 4 + BARS_HEIGHT + 8)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as need be."""
        return QSize(80, self.sizeHint().height())

    def bar_rect(self, number: int) -> QRectF:
        """Where a bar may be drawn."""
        room = self.width() - 2 * MARGIN
        width = min(MAX_BAR + GAP, room / max(1, len(self._timeline.bars)))
        top = 8 + self._line() + 4
        gap = GAP if width >= 2 * GAP else 0
        return QRectF(MARGIN + number * width, top, max(1.0, width - gap), BARS_HEIGHT)

    def bar_at(self, x: float) -> int:
        """Number of the bar at a place; -1 where there is none."""
        bars = len(self._timeline.bars)
        if not bars:
            return -1
        step = self.bar_rect(1).x() - self.bar_rect(0).x()
        number = int((x - MARGIN) // step) if x >= MARGIN else -1
        if number >= bars and x <= self.bar_rect(bars - 1).right():
            return bars - 1  # narrower than a pixel, and drawn as one
        return number if number < bars else -1

    def event(self, event: QEvent) -> bool:
        """Hovering shows the numbers."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            number = self.bar_at(event.pos().x())
            text = _tip(self._timeline.bars[number]) if number >= 0 else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(text), self)
            return True
        return bool(super().event(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Says which bar the pointer is at."""
        self._hover(self.bar_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802  (Qt's name)
        """The pointer is at none."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Narrows to the bar's days."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._current = self.bar_at(event.position().x())
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Left, Right, Home and End go from bar to bar; Enter and Space narrow to its days."""
        last = len(self._timeline.bars) - 1
        here = self._current if self._current >= 0 else last + 1
        steps = {
            Qt.Key.Key_Left: max(0, here - 1),
            Qt.Key.Key_Right: min(last, here + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if last >= 0 and key in steps:
            self._current = steps[key]
            self.setAccessibleDescription(f"{self.words()}. {self._timeline.summary()}")
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws words, bars and the focus."""
        colours = self._theme.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.surface))
        painter.setFont(sized(self.font(), 11))
        painter.setPen(QColor(colours.muted))
        line = QRectF(MARGIN, 8, self.width() - 2 * MARGIN, self._line())
        cut = painter.fontMetrics().elidedText(self.words(), Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, cut)
        most = max((bar.total for bar in self._timeline.bars), default=0)
        painter.setOpacity(0.45 if self._is_waiting else 1.0)
        for number, bar in enumerate(self._timeline.bars):
            self._paint_bar(painter, self.bar_rect(number), bar, most)
        painter.setOpacity(1.0)
        ground = self.bar_rect(0).bottom() + 1
        painter.setPen(QColor(colours.line))
        painter.drawLine(QPointF(MARGIN, ground), QPointF(self.width() - MARGIN, ground))
        self._paint_mark(painter)
        painter.end()

    def _paint_bar(self, painter: QPainter, room: QRectF, bar: Bar, most: int) -> None:
        colours, ground = self._theme.theme, room.bottom()
        for name, token, pattern in _PARTS:
            number = getattr(bar, name)
            if not number:
                continue
            height = max(MIN_PART, number / most * (room.height() - MIN_PART * len(_PARTS)))
            part = QRectF(room.x(), ground - height, room.width(), height)
            colour = QColor(getattr(colours, token))
            painter.fillRect(part, QBrush(colour, pattern))
            if pattern is not Qt.BrushStyle.SolidPattern and part.width() >= 3 and height >= 3:
                painter.setPen(QPen(colour, 1))
                painter.drawRect(part.adjusted(0.5, 0.5, -0.5, -0.5))
            elif pattern is Qt.BrushStyle.NoBrush:
                painter.fillRect(part, QColor(colours.line))
            ground -= height

    def _paint_mark(self, painter: QPainter) -> None:
        colours = self._theme.theme
        for number, width in ((self._hovered, 1), (self._current if self.hasFocus() else -1, 2)):
            if 0 <= number < len(self._timeline.bars):
                painter.setPen(QPen(QColor(colours.accent), width))
                painter.drawRect(self.bar_rect(number).adjusted(-1, -1, 1, 1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))

    def _choose(self) -> None:
        if 0 <= self._current < len(self._timeline.bars):
            bar = self._timeline.bars[self._current]
            days: tuple[date, date] = bar.since, bar.until
            self.chosen.emit(*days)

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self.update()

    def _line(self) -> int:
        return int(sized(self.font(), 11).pixelSize() * 1.4)


def _tip(bar: Bar) -> str:
    return f"{bar.days()}\n" + bar.numbers().replace(", ", "\n")
