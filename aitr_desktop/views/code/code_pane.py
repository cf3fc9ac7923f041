"""Code as it is placed on a page: which file, the lines, what is known of them; or why nothing is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Signal
from qtpy.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.code.code_view import CodeView
from aitr_desktop.views.code.finding_lines import FindingLines
from aitr_desktop.views.code.line_selecting import LineSelecting
from aitr_desktop.views.code.pane_foot import PaneFoot
from aitr_desktop.views.code.pane_head import PaneHead
from aitr_desktop.views.code.pane_menu import PaneMenu
from aitr_desktop.views.editor.line_bar import LineBar
from aitr_desktop.views.find_bar import FindBar
from aitr_desktop.views.message_pane import Message, MessagePane
from aitr_desktop.views.plain_label import hairline
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.theme import ThemeController


class CodePane(QWidget):
    """A file with its head and foot.

    Args:
        theme: Colours and fonts.
    """

    message_pressed = Signal()
    """The button of the message that stands in place of a file."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file: CodeFile | None = None
        self.view = CodeView(theme)
        self.head = PaneHead(theme)
        self.selecting = LineSelecting(self.view)
        self.foot = PaneFoot(self.view, self.selecting)
        self.find_bar = FindBar(words=self.tr("Find in file"), offers_exact=True)
        self.line_bar = LineBar(
            self.view,
            lambda: self.view.cursor_line,
            self.selecting.cursor.go_to,
            lambda: self.view.lines.count,
        )
        self.finding = FindingLines(self.find_bar, self.view)
        self.view.line_asked.connect(self.line_bar.open)
        self.menu = PaneMenu(self.view, self.selecting, self.finding)
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.message_pressed)
        self._body = QWidget()
        self._stack = QStackedWidget()
        self._place()
        self.show_message(
            Message(
                headline=self.tr("No file is open."),
                body=self.tr("Choose a file to read it here, as it was at the commit that was judged."),
            )
        )

    def _place(self) -> None:
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.find_bar)
        inside.addWidget(self.line_bar)
        inside.addWidget(self.view, 1)
        inside.addWidget(hairline())
        inside.addWidget(self.foot)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(hairline())
        column.addWidget(self._stack, 1)

    def show_file(self, file: CodeFile) -> None:
        """Shows a file from its top."""
        self.file = file
        self.head.show_file(file)
        self.view.show_lines_of(file.lines)
        self.view.setAccessibleName(self.tr("Code of {path}").format(path=one_line(file.path)))
        self.foot.show_file()
        self.finding.another_file()
        if file.lines.count:
            self._stack.setCurrentWidget(self._body)
        else:
            self.message.say(
                Message(
                    headline=self.tr("This file is empty."),
                    body=self.tr("It has no bytes, and so no lines. Choose another one to read it here."),
                )
            )
            self._stack.setCurrentWidget(self.message)

    def show_message(self, message: Message) -> None:
        """Shows why there is nothing to read, and what to do."""
        self.file = None
        self.head.show_file(None)
        self.message.say(message)
        self._stack.setCurrentWidget(self.message)

    @property
    def shows_code(self) -> bool:
        """Whether lines are on screen, and no message."""
        return self._stack.currentWidget() is self._body

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.foot.stop()
        self.finding.stop()
        self.find_bar.stop()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Room for eighty columns and twenty lines."""
        width = round(self.view.line_painter.cell * 90)
        return QSize(width, self.view.row_height * 20 + self.head.sizeHint().height())
