"""The place of the reports: the workbench once there is something to show, and until then what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QStackedWidget

from aitr_desktop.views.message_pane import Message, MessagePane, error_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.browser import Browser
    from aitr_desktop.windows.workbench import Workbench
    from tsr_agent.errors import TsrError

OPENING_PAUSE_MS = 300


class ReportsPage(QStackedWidget):
    """Shows the library's reports, or one sentence and one button.

    Args:
        theme: Colours and fonts.
        make_workbench: Called when a library is there for the first time: the first frame needs none of it.
    """

    pressed = Signal()
    """The button of the sentence."""

    def __init__(
        self, theme: ThemeController, make_workbench: Callable[[], Workbench], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make_workbench = make_workbench
        self.workbench: Workbench | None = None
        self.message = MessagePane(theme)
        self.message.say(Message(headline=""))
        self.message.pressed.connect(self.pressed)
        self.addWidget(self.message)
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.setInterval(OPENING_PAUSE_MS)
        self._opening.timeout.connect(self._say_opening)
        self._name = ""

    @property
    def has_list(self) -> bool:
        """Whether the workbench is on screen."""
        return self.workbench is not None and self.currentWidget() is self.workbench

    def invite(self) -> None:
        """Asks for a library: nothing is opened by itself."""
        self.message.say(
            Message(
                headline=self.tr("No library is open."),
                body=self.tr(
                    "This is safe mode: the window has the layout and theme of a first start, and your own "
                    "stay as they were."
                ),
                button=self.tr("Open library…"),
                icon="open",
            )
        )

    def refresh(self) -> None:
        """Reads the list again: further reports may be in the library."""
        if self.workbench is not None:
            self.workbench.refresh()

    def open_report(self, report_id: str) -> None:
        """Opens a report, whatever the list shows."""
        if self.workbench is not None:
            self.workbench.show_report(report_id)

    def take_verified(self, why: Mapping[str, str]) -> None:
        """Shows no verdict of reports that are not as they were filed; by their ids, why."""
        if self.workbench is not None:
            self.workbench.reports.doubts.take_verified(why)

    def browser(self) -> Browser | None:
        """The list, once a library was open."""
        return self.workbench.browser if self.workbench is not None else None

    def opening(self, name: str) -> None:
        """A library is being opened; said where it takes longer than a moment."""
        self._name = name
        self._opening.start()

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows another library."""
        self._opening.stop()
        if self.workbench is None:
            self.workbench = self._make_workbench()
            self.workbench.counted.connect(self._counted)
            self.addWidget(self.workbench)
        self.workbench.show_workspace(workspace)

    def opening_failed(self, error: TsrError) -> bool:
        """A library could not be opened.

        Returns:
            Whether it was said here; not where another library is on screen.
        """
        self._opening.stop()
        if self.workbench is not None:
            return False
        self.message.say(error_message(error, button=self.tr("Open library…")))
        self.setCurrentWidget(self.message)
        self._take_focus(self.message.focus_button)
        return True

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._opening.stop()
        if self.workbench is not None:
            self.workbench.stop()

    def _say_opening(self) -> None:
        if self.workbench is None:
            self.message.say(Message(headline=self.tr("Opening…"), body=self._name, icon="open"))

    def _counted(self, _: int, total: int) -> None:
        if self.workbench is None:
            return
        if total == 0:
            self.message.say(self._empty())
            self.setCurrentWidget(self.message)
            self._take_focus(self.message.focus_button)
        elif self.currentWidget() is not self.workbench:
            self.setCurrentWidget(self.workbench)
            self._take_focus(self.workbench.focus_list)

    def _take_focus(self, take: Callable[[], None]) -> None:
        # A library that comes while the person is elsewhere must not pull them here.
        if self.isVisible():
            take()

    def _empty(self) -> Message:
        return Message(
            headline=self.tr("No reports yet"),
            body=self.tr(
                "A report is the tsr.json that tsr-agent generate or tsr-agent run writes. "
                "Drop one here, or choose it."
            ),
            button=self.tr("Import report…"),
        )
