"""The eval history: panels of lines over the iterations, read step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from qtpy.QtGui import QColor, QPainter, QPen
from qtpy.QtWidgets import QGridLayout, QSizePolicy, QWidget

from aitr_desktop.item_models.figures import Timeline
from aitr_desktop.translation import translate
from aitr_desktop.views.figures.spoken import say
from aitr_desktop.views.figures.timeline_panel import PanelView, values_width
from aitr_desktop.views.plain_label import CutLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.wording import NO_DATA, counted

if TYPE_CHECKING:
    from qtpy.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.series import Step

FIRST_HEIGHT, HEIGHT = 168, 112
"""Pixels of the first panel's plot, which has the whole width, and of the others."""
LEAST_WIDTH = 330
"""Pixels of a panel where several stand beside each other."""
MOST_COLUMNS = 3
MARGIN = 8


class TimelineView(QWidget):
    """Shows a ``Timeline``. Arrow keys and the mouse go along the steps, Enter and a click lead to the row.

    Args:
        theme: Colours.
    """

    chosen = Signal(object)
    """A ``Target``."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figure: Timeline | None = None
        self._panels: list[PanelView] = []
        self._columns = 0
        self._kept = self._current = 0
        self._has_plots = False
        self._waiting: list[PanelView] = []
        # One plot a turn of the event loop: none of them holds the screen up for long.
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._draw_next)
        self._head = CutLabel()
        self._left_out = CutLabel(tone=Tone.MUTED)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_figure(self, figure: Timeline) -> None:
        """Shows another report's history, its latest iteration first."""
        self._figure = figure
        steps, panels = figure.series.steps, figure.series.panels
        self._kept = next((place for place, step in enumerate(steps) if step.is_latest), 0)
        left = values_width(panels, self)
        while len(self._panels) < len(panels):
            view = PanelView(self._theme, HEIGHT if self._panels else FIRST_HEIGHT, self)
            # The mouse belongs to the whole chart.
            view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._panels.append(view)
        for place, view in enumerate(self._panels):
            view.setVisible(place < len(panels))
            view.forget_plot()
        for place, panel in enumerate(panels):
            self._panels[place].show_panel(panel, steps, self._kept, left, has_events=place == 0)
        names = figure.series.left_out
        words = self.tr("Only in the table: {names}").format(names=", ".join(names))
        self._left_out.set_whole(words if names else "")
        self._left_out.setVisible(bool(names))
        self._columns = 0
        self._arrange()
        self._show_step(self._kept)
        self.setAccessibleName(figure.name)
        self.setAccessibleDescription(figure.summary)
        self._draw_all()

    def plots_are_here(self) -> None:
        """Draws the plots: their library is loaded."""
        self._has_plots = True
        self._draw_all()

    def panels(self) -> list[PanelView]:
        """The panels that are shown."""
        return [panel for panel in self._panels if not panel.isHidden()]

    def told(self, place: int) -> str:
        """A step in words, with all its values."""
        if self._figure is None:
            return ""
        step, values = self._figure.series.steps[place], []
        for line in self._figure.series.lines():
            point = line.points[place]
            values.append(f"{line.name} {point.text if point is not None else NO_DATA}")
        return f"{_head(step)}: {'; '.join(values)}. {_modes(step)}"

    @property
    def is_drawing(self) -> bool:
        """Whether a plot is still to come in one of the next turns of the event loop."""
        return self._next.isActive()

    @property
    def current(self) -> int:
        """The step whose values are shown."""
        return self._current

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes along the steps, or to the row of the iteration."""
        last = len(self._figure.series.steps) - 1 if self._figure is not None else -1
        goals = {
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if last < 0:
            event.ignore()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._current)
        elif event.key() in goals:
            self._kept = min(max(goals[Qt.Key(event.key())], 0), last)
            self._show_step(self._kept)
            say(self, self.told(self._kept))
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Shows the values of the step below the mouse."""
        place = self._step_at(event.position().toPoint())
        self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)
        self._show_step(self._kept if place is None else place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802  (Qt's name)
        """Leads to the row of the iteration below the mouse."""
        place = self._step_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place is not None:
            self._choose(place)

    def event(self, event: QEvent) -> bool:
        """Goes back to the step that the keys have come to, when the mouse leaves."""
        if event.type() == QEvent.Type.Leave:
            self._show_step(self._kept)
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802  (Qt's name)
        """Says what is shown."""
        super().focusInEvent(event)
        self.update()
        if self._figure is not None:
            say(self, self._figure.summary)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Puts as many panels beside each other as have room."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the focus."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(self._theme.theme.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
            painter.end()

    def _arrange(self) -> None:
        """The first panel over the whole width, the others below it in columns."""
        columns = min(MOST_COLUMNS, max(1, (self.width() - 2 * MARGIN) // LEAST_WIDTH))
        if columns == self._columns:
            return
        self._columns = columns
        while self._grid.count():
            self._grid.takeAt(0)
        self._grid.addWidget(self._head, 0, 0, 1, columns)
        shown = self.panels()
        for place, panel in enumerate(shown):
            if place == 0:
                self._grid.addWidget(panel, 1, 0, 1, columns)
            else:
                row, column = divmod(place - 1, columns)
                self._grid.addWidget(panel, 2 + row, column, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self._left_out, 2 + len(shown), 0, 1, columns)
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, int(column < columns))

    def _step_at(self, point: QPoint) -> int | None:
        for panel in self.panels():
            if panel.geometry().contains(point):
                return panel.axis.nearest(point.x() - panel.x())
        return None

    def _show_step(self, place: int) -> None:
        if self._figure is None or not self._figure.series.steps:
            return
        self._current = place
        step = self._figure.series.steps[place]
        self._head.set_whole(f"{_head(step)}.  {_modes(step)}", tooltip=self.told(place))
        for panel in self.panels():
            panel.set_current(place)

    def _choose(self, place: int) -> None:
        self._kept = place
        self._show_step(place)
        if self._figure is not None:
            self.chosen.emit(Timeline.target(self._figure.series.steps[place]))

    def _draw_all(self) -> None:
        if self._has_plots:
            self._waiting = self.panels()
            self._next.start()

    def _draw_next(self) -> None:
        if self._waiting:
            self._waiting.pop(0).draw()
            self._next.start()


def _head(step: Step) -> str:
    """``V3 RAG, the latest``; a name that carries its number already is not told it twice."""
    follows = step.name[len(step.label) : len(step.label) + 1]
    carries = step.name.casefold().startswith(step.label.casefold()) and not follows.isalnum()
    name = step.name if carries else f"{step.label} {step.name}".rstrip()
    return translate("Figures", "{name}, the latest").format(name=name) if step.is_latest else name


def _modes(step: Step) -> str:
    """Which failure modes were found and fixed in a step."""
    said = []
    for words, modes in (
        (translate("Figures", "▲ {number} found: {modes}."), step.found),
        (translate("Figures", "✓ {number} fixed: {modes}."), step.fixed),
    ):
        if modes:
            said.append(words.format(number=counted(len(modes), "failure mode"), modes=", ".join(modes)))
    return " ".join(said) or translate("Figures", "No failure mode found or fixed.")
