"""The main window: places menus, rail, pages and status line, and connects the parts that do the work.

What can be done stands in parts of its own, each with the actions it answers for: ``Libraries``,
``Imports``, ``Appearance``. The window shows what they say.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.actions import Act
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.notice_bar import NoticeBar
from aitr_desktop.views.rail import Place, Rail
from aitr_desktop.views.status_line import StatusLine
from aitr_desktop.windows.appearance import Appearance
from aitr_desktop.windows.imports import Imports
from aitr_desktop.windows.layout_state import decode_state, encode_state
from aitr_desktop.windows.libraries import Libraries
from aitr_desktop.windows.menus import Menus
from aitr_desktop.windows.preferences import Preferences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qtpy.QtGui import QCloseEvent

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.workspace import Imported, Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.stored_settings import StoredSettings
    from aitr_desktop.windows.workbench import Workbench
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

OPENING_PAUSE_MS = 300
FIRST_SIZE = (1360, 860)
PLACES = (Place("reports", "Reports", "reports"),)
EMPTY = Message(
    headline="No reports yet. Import results…",
    body="A report is the tsr.json that tsr-agent generate or tsr-agent run writes. "
    "Drop one here, or choose it.",
    button="Import report…",
)


class MainWindow(QMainWindow):
    """The one window of the desktop.

    Args:
        theme: Colours and fonts.
        tasks: The door to threads; closed with the window.
        clock: Says what time it is.
        stored: Where settings are kept.
        open_workspace: Opens a library; called on the worker thread with the path, and whether it may
            be made.
    """

    def __init__(
        self,
        theme: ThemeController,
        tasks: Tasks,
        clock: Clock,
        stored: StoredSettings,
        open_workspace: Callable[[Path, bool], Workspace],
    ) -> None:
        super().__init__()
        self.setWindowTitle("aitr")
        self._theme, self._tasks, self._clock = theme, tasks, clock
        self.preferences = Preferences(stored, self)
        self.libraries = Libraries(self, tasks, self.preferences, open_workspace)
        self.imports = Imports(self, tasks, clock, self.libraries, self.preferences)
        self._appearance = Appearance(theme, self.preferences, self)
        self.menus = Menus(self, theme, self._handlers())
        self.menus.check(self._appearance.chosen())
        self._rail = Rail(theme, PLACES)
        self._pages = QStackedWidget()
        self.message = MessagePane(theme)
        self.workbench: Workbench | None = None
        self.notice = NoticeBar()
        self._status = StatusLine()
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.setInterval(OPENING_PAUSE_MS)
        self._place()
        self._connect()
        self.resize(*FIRST_SIZE)
        if self.preferences.now.geometry:
            self.restoreGeometry(decode_state(self.preferences.now.geometry))

    def _handlers(self) -> dict[Act, Callable[[], object]]:
        return {
            **self.libraries.handlers(),
            **self.imports.handlers(),
            **self._appearance.handlers(),
            Act.QUIT: self.close,
            Act.REFRESH: self._on_workbench(lambda workbench: workbench.refresh()),
            Act.FIND: self._on_workbench(lambda workbench: workbench.filters.focus_search()),
            Act.CLEAR_FILTERS: self._on_workbench(lambda workbench: workbench.filters.clear()),
            Act.SHOW_LIST: self._on_workbench(lambda workbench: workbench.focus_list()),
            Act.RESET_LAYOUT: self._reset_layout,
            Act.KEYS: partial(_show_keys, self),
        }

    def _on_workbench(self, do: Callable[[Workbench], None]) -> Callable[[], None]:
        def run() -> None:
            if self.workbench is not None and self._pages.currentWidget() is self.workbench:
                do(self.workbench)

        return run

    def _place(self) -> None:
        self._pages.addWidget(self.message)
        self.message.say(Message(headline=""))
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.notice)
        right.addWidget(self._pages, 1)
        ground = QWidget()
        row = QHBoxLayout(ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addLayout(right, 1)
        self.setCentralWidget(ground)
        self.setStatusBar(self._status)

    def _connect(self) -> None:
        self.message.pressed.connect(self._message_pressed)
        self._opening.timeout.connect(self._say_opening)
        self.libraries.opening.connect(self._library_opening)
        self.libraries.opened.connect(self._library_opened)
        self.libraries.failed.connect(self._library_failed)
        self.libraries.let_go_failed.connect(self.notice.say)
        self.imports.imported.connect(self._imported)
        self.imports.failed.connect(self.notice.say)

    def show_library(self, path: Path, *, create: bool = False) -> None:
        """Opens a library in the background and shows it."""
        self.libraries.open(path, create=create)

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows a library that is open; the one before is let go."""
        self.libraries.show(workspace)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Files reports into the open library, one after another."""
        self.imports.import_files(paths)

    def _make_workbench(self) -> Workbench:
        # Imported when a library is there: the first frame needs none of it.
        from aitr_desktop.windows.workbench import Workbench

        workbench = Workbench(self._theme, self._tasks, self._clock, self.preferences)
        workbench.counted.connect(self._counted)
        workbench.shown.connect(self._report_shown)
        workbench.failed.connect(self.notice.say)
        self._pages.addWidget(workbench)
        return workbench

    def _library_opening(self, path: Path) -> None:
        self._status.show_library(path)
        self._opening.start()

    def _library_opened(self, workspace: Workspace) -> None:
        self._opening.stop()
        self.notice.hide()
        self._status.show_library(workspace.path)
        if self.workbench is None:
            self.workbench = self._make_workbench()
        self.workbench.show_workspace(workspace)

    def _library_failed(self, error: TsrError) -> None:
        self._opening.stop()
        if self.libraries.workspace is not None:
            self._status.show_library(self.libraries.workspace.path)
            self.notice.say(error)
            return
        self.message.say(error_message(error, button="Open library…"))
        self._pages.setCurrentWidget(self.message)

    def _say_opening(self) -> None:
        if self.libraries.workspace is None:
            self.message.say(Message(headline="Opening…", body=self._status.where(), icon="open"))

    def _message_pressed(self) -> None:
        if self.libraries.workspace is None:
            self.libraries.choose()
        else:
            self.imports.choose()

    def _counted(self, _: int, total: int) -> None:
        self._status.show_number(f"{total:,} report{'' if total == 1 else 's'}")
        if self.workbench is None:
            return
        if total == 0:
            self.message.say(EMPTY)
            self._pages.setCurrentWidget(self.message)
            self.message.focus_button()
        elif self._pages.currentWidget() is not self.workbench:
            self._pages.setCurrentWidget(self.workbench)
            self.workbench.focus_list()

    def _report_shown(self, detail: ReportDetail | None) -> None:
        self._status.show_verified(detail.digest if detail else "")

    def _imported(self, done: Imported) -> None:
        said = f"{'Imported' if done.is_new else 'Already in the library:'} {done.report_id} · {done.verdict}"
        if done.claimed is not None:
            said += f" (the report itself claims {done.claimed.word})"
        self._status.say(said)
        if self.workbench is not None:
            self.workbench.refresh(select=done.report_id)

    def _reset_layout(self) -> None:
        self.preferences.take(self.preferences.now.without_layout())
        self.resize(*FIRST_SIZE)
        if self.workbench is not None:
            self.workbench.reset_layout()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  (Qt's name)
        """Remembers the layout, lets work come to its end and the library go."""
        if self.workbench is not None:
            splitter, columns = self.workbench.layout_state()
            self.preferences.change(splitter=splitter, columns=columns)
        self.preferences.change(geometry=encode_state(self.saveGeometry()))
        self.preferences.save()
        self._opening.stop()
        self._tasks.close()
        self.libraries.close()
        super().closeEvent(event)


def _show_keys(window: QWidget) -> None:
    from aitr_desktop.windows.keys_dialog import KeysDialog

    KeysDialog(window).open()
