"""The place of the code: which commit and its files at the left, the code at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QApplication, QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.code.code_pane import CodePane
from aitr_desktop.views.code.files_side import FilesSide
from aitr_desktop.views.code.marks_list import MarksList
from aitr_desktop.views.code.pair_pane import PairPane
from aitr_desktop.views.code.travel_bar import TravelBar
from aitr_desktop.views.message_pane import MessagePane
from aitr_desktop.views.plain_label import hairline

if TYPE_CHECKING:
    from qtpy.QtCore import QByteArray
    from qtpy.QtGui import QResizeEvent, QShowEvent

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.message_pane import Message

SIZES = (320, 972)
HEIGHTS = (430, 240)
LEAST = 120
"""Pixels of height that the code and the list of marks have at least."""
NARROW = 620
"""Pixels of width below which the files stand above the code."""


class PlaceView(QStackedWidget):
    """Shows the place, or what to do before there is any code to be read.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a list.
    """

    pressed = Signal()
    """The button of what is said in place of everything."""
    back_asked = Signal()
    forward_asked = Signal()
    came_on_screen = Signal()

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.pressed)
        self.files = FilesSide(theme, row_height)
        self.travel = TravelBar()
        self.travel.back_asked.connect(self.back_asked)
        self.travel.forward_asked.connect(self.forward_asked)
        self.pane = CodePane(theme)
        self.marks = MarksList(theme, row_height)
        self._reading = QSplitter(Qt.Orientation.Vertical)
        self.pair = PairPane(theme)
        self._right = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._page = QFrame()
        self._place()

    def _place(self) -> None:
        self._page.setProperty("ground", "surface")
        reading = QWidget()
        column = QVBoxLayout(reading)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.travel, hairline()):
            column.addWidget(part)
        column.addWidget(self._right, 1)
        self._reading.addWidget(self.pane)
        self._reading.addWidget(self.marks)
        self._reading.setHandleWidth(1)
        self._reading.setChildrenCollapsible(False)
        self._reading.setStretchFactor(0, 2)
        self._reading.setStretchFactor(1, 1)
        self._reading.setSizes(list(HEIGHTS))
        self.pane.setMinimumHeight(LEAST)
        self.marks.setMinimumHeight(LEAST)
        self.marks.hide()
        self._right.addWidget(self._reading)
        self._right.addWidget(self.pair)
        self.files.setMinimumSize(200, 120)
        reading.setMinimumSize(260, 160)
        self._splitter.addWidget(self.files)
        self._splitter.addWidget(reading)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes(list(SIZES))
        outside = QVBoxLayout(self._page)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(self._splitter)
        self.addWidget(self.message)
        self.addWidget(self._page)

    @property
    def splitter(self) -> QSplitter:
        """What divides files and code; its state is remembered."""
        return self._splitter

    def restore_layout(self, state: QByteArray) -> None:
        """Divides files and code as it was left."""
        self._splitter.restoreState(state)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)

    def say(self, message: Message) -> None:
        """Says something in place of everything."""
        self._move_focus(self.message, message)
        self.message.say(message)
        self.setCurrentWidget(self.message)

    def say_here(self, message: Message) -> None:
        """Says something in place of a file."""
        self.pane.show_message(message)
        self.show_pane()
        if self.hasFocus():
            # Whoever came here before anything was there has the keys where nobody sees them.
            if message.button:
                self.pane.message.focus_button()
            else:
                self.files.field.setFocus(Qt.FocusReason.OtherFocusReason)
        # From now on there are parts to be reached, and no stop of Tab is one that nobody sees.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_pane(self) -> None:
        """Shows the page with one file."""
        self._right.setCurrentWidget(self._reading)
        self.setCurrentWidget(self._page)

    def show_pair(self) -> None:
        """Shows the page with two versions side by side."""
        self._right.setCurrentWidget(self.pair)
        self.setCurrentWidget(self._page)

    @property
    def shows_pair(self) -> bool:
        """Whether two versions are on screen."""
        return self.has_page and self._right.currentWidget() is self.pair

    def focus_changes(self) -> None:
        """Gives the keys to the changed files, once there is a page."""
        if self.has_page and self.isVisible():
            self.files.focus_changes()

    def focus_code(self) -> None:
        """Gives the keys to the code, or to what stands in its place."""
        if self._right.currentWidget() is self.pair:
            self.pair.rows.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.pane.shows_code:
            self.pane.view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.pane.message.message().button:
            self.pane.message.focus_button()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.pane.stop()

    @property
    def has_page(self) -> bool:
        """Whether files are on screen."""
        return bool(self.currentWidget() is self._page)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  (Qt's name)
        """What is behind another place is not read."""
        super().showEvent(event)
        self.came_on_screen.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Places the files above the code where there is no room beside it."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._splitter.orientation() != wanted:
            self._splitter.setOrientation(wanted)

    def event(self, event: QEvent) -> bool:
        """Takes Ctrl+P here for what it is where code is read, before a menu would take it."""
        if event.type() == QEvent.Type.ShortcutOverride and self.has_page and _finds_file(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes back and forward, or to the field for paths, from wherever the focus is."""
        if self.has_page and _finds_file(event):
            self.files.find_file()
            return
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Back or (alt and event.key() == Qt.Key.Key_Left):
            self.back_asked.emit()
        elif event.key() == Qt.Key.Key_Forward or (alt and event.key() == Qt.Key.Key_Right):
            self.forward_asked.emit()
        else:
            super().keyPressEvent(event)

    def _move_focus(self, pane: MessagePane, message: Message) -> None:
        focused = QApplication.focusWidget()
        is_here = focused is not None and (focused is self or self.isAncestorOf(focused))
        if message.button and is_here and self.isVisible():
            pane.focus_button()


def _finds_file(event: QEvent) -> bool:
    if not isinstance(event, QKeyEvent):
        return False
    return event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_P
