"""The place of the code: which commit and its files at the left, the code at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QApplication, QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.code.files_side import FilesSide
from aitr_desktop.views.code.travel_bar import TravelBar
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import hairline

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent, QResizeEvent

    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError

SIZES = (320, 972)
NARROW = 620
"""Pixels of width below which the files stand above the code."""


class PlaceView(QStackedWidget):
    """Shows the place, or what to do before there is any code to be read.

    Args:
        theme: Colours and fonts.
    """

    pressed = Signal()
    """The button of what is said in place of everything."""
    part_pressed = Signal()
    """The button of what is said in place of a file."""
    back_asked = Signal()
    forward_asked = Signal()

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.pressed)
        self.files = FilesSide(theme)
        self.travel = TravelBar()
        self.travel.back_asked.connect(self.back_asked)
        self.travel.forward_asked.connect(self.forward_asked)
        self.said = MessagePane(theme)
        self.said.pressed.connect(self.part_pressed)
        self.right = QStackedWidget()
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
        column.addWidget(self.right, 1)
        self.right.addWidget(self.said)
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

    def say(self, message: Message) -> None:
        """Says something in place of everything."""
        self._move_focus(self.message, message)
        self.message.say(message)
        self.setCurrentWidget(self.message)

    def say_here(self, message: Message) -> None:
        """Says something in place of a file."""
        self.said.say(message)
        self.show_part(self.said)

    def say_error_here(self, error: TsrError, button: str = "") -> None:
        """Says why a file is not shown."""
        self.say_here(error_message(error, button=button))

    def show_part(self, part: QWidget) -> None:
        """Shows the page with one of the parts of its right side."""
        if self.right.indexOf(part) < 0:
            self.right.addWidget(part)
        self.right.setCurrentWidget(part)
        self.setCurrentWidget(self._page)

    @property
    def has_page(self) -> bool:
        """Whether files are on screen."""
        return bool(self.currentWidget() is self._page)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Places the files above the code where there is no room beside it."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._splitter.orientation() != wanted:
            self._splitter.setOrientation(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes back and forward from wherever the focus is."""
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Back or (alt and event.key() == Qt.Key.Key_Left):
            self.back_asked.emit()
        elif event.key() == Qt.Key.Key_Forward or (alt and event.key() == Qt.Key.Key_Right):
            self.forward_asked.emit()
        else:
            super().keyPressEvent(event)

    def _move_focus(self, pane: MessagePane, message: Message) -> None:
        focused = QApplication.focusWidget()
        if message.button and focused is not None and self.isVisible() and self.isAncestorOf(focused):
            pane.focus_button()
