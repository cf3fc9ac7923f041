"""The main window: menus, rail, workbench, status line; opens libraries and imports reports."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.actions import Act
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.notice_bar import NoticeBar
from aitr_desktop.views.rail import Rail
from aitr_desktop.views.status_line import StatusLine
from aitr_desktop.windows.layout_state import decode_state, encode_state
from aitr_desktop.windows.menus import Menus
from aitr_desktop.windows.report_drop import ReportDrop

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
EMPTY = Message(
    headline="No reports yet. Import results…",
    body="A report is the tsr.json that tsr-agent generate or tsr-agent run writes. "
    "Drop one here, or choose it.",
    button="Import report…",
)
_THEMES = {
    Act.THEME_SYSTEM: ThemeChoice.SYSTEM,
    Act.THEME_LIGHT: ThemeChoice.LIGHT,
    Act.THEME_DARK: ThemeChoice.DARK,
    Act.THEME_HIGH_CONTRAST: ThemeChoice.HIGH_CONTRAST,
}


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
        self._drop = ReportDrop(self, ready=lambda: self._workspace is not None)
        self._drop.dropped.connect(self.import_files)
        self._theme, self._tasks, self._clock, self._stored = theme, tasks, clock, stored
        self._open_workspace = open_workspace
        self._settings = stored.load()
        self._workspace: Workspace | None = None
        self.menus = Menus(self, theme, self._handlers())
        self.menus.check(next(act for act, choice in _THEMES.items() if choice is theme.choice))
        self._rail = Rail(theme)
        self._pages = QStackedWidget()
        self.message = MessagePane(theme)
        self.workbench: Workbench | None = None
        self.notice = NoticeBar()
        self._status = StatusLine()
        self._opening = QTimer(self)
        self._opening.setSingleShot(True)
        self._opening.setInterval(OPENING_PAUSE_MS)
        self._place()
        self.resize(*FIRST_SIZE)
        if self._settings.geometry:
            self.restoreGeometry(decode_state(self._settings.geometry))

    def _handlers(self) -> dict[Act, Callable[[], object]]:
        return {
            Act.OPEN_LIBRARY: self._choose_library,
            Act.IMPORT_REPORT: self._choose_reports,
            Act.QUIT: self.close,
            Act.REFRESH: self._on_workbench(lambda workbench: workbench.refresh()),
            Act.FIND: self._on_workbench(lambda workbench: workbench.filters.focus_search()),
            Act.CLEAR_FILTERS: self._on_workbench(lambda workbench: workbench.filters.clear()),
            Act.SHOW_LIST: self._on_workbench(lambda workbench: workbench.focus_list()),
            Act.RESET_LAYOUT: self._reset_layout,
            Act.KEYS: partial(_show_keys, self),
            **{act: partial(self._choose_theme, choice) for act, choice in _THEMES.items()},
        }

    def _on_workbench(self, do: Callable[[Workbench], None]) -> Callable[[], None]:
        def run() -> None:
            if self.workbench is not None and self._pages.currentWidget() is self.workbench:
                do(self.workbench)

        return run

    def _place(self) -> None:
        self._pages.addWidget(self.message)
        self.message.say(Message(headline=""))
        self.message.pressed.connect(self._message_pressed)
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
        self._opening.timeout.connect(self._say_opening)

    def show_library(self, path: Path, *, create: bool = False) -> None:
        """Opens a library in the background and shows it."""
        self._status.show_library(path)
        self._opening.start()
        self._tasks.run(lambda: self._open_workspace(path, create), self._opened, self._open_failed)

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows a library that is open; the one before is let go."""
        if self._workspace is not None:
            self._tasks.run(self._workspace.close, _nothing_more, self.notice.say)
        self._workspace = workspace
        self._status.show_library(workspace.path)
        if self.workbench is None:
            self.workbench = self._make_workbench()
        self.workbench.show_workspace(workspace)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Files reports into the open library, one after another."""
        workspace = self._workspace
        if workspace is None:
            return
        now = self._clock.now()
        for path in paths:
            self._tasks.run(partial(workspace.import_file, path, now), self._imported, self.notice.say)

    def _make_workbench(self) -> Workbench:
        # Imported when a library is there: the first frame needs none of it.
        from aitr_desktop.windows.workbench import Workbench

        workbench = Workbench(self._theme, self._tasks, self._clock, self._settings)
        workbench.counted.connect(self._counted)
        workbench.shown.connect(self._report_shown)
        workbench.failed.connect(self.notice.say)
        self._pages.addWidget(workbench)
        return workbench

    def _opened(self, workspace: Workspace) -> None:
        self._opening.stop()
        self.notice.hide()
        self._settings = replace(self._settings, library=str(workspace.path))
        self.show_workspace(workspace)

    def _open_failed(self, error: TsrError) -> None:
        self._opening.stop()
        if self._workspace is not None:
            self._status.show_library(self._workspace.path)
            self.notice.say(error)
            return
        self.message.say(error_message(error, button="Open library…"))
        self._pages.setCurrentWidget(self.message)

    def _say_opening(self) -> None:
        if self._workspace is None:
            self.message.say(Message(headline="Opening…", body=self._status.where(), icon="open"))

    def _message_pressed(self) -> None:
        if self._workspace is None:
            self._choose_library()
        else:
            self._choose_reports()

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

    def _choose_library(self) -> None:
        from aitr_desktop.windows.file_dialogs import ask_library

        chosen = ask_library(self, self._settings.folder)
        if chosen is not None:
            self._settings = replace(self._settings, folder=str(chosen.parent))
            self.show_library(chosen)

    def _choose_reports(self) -> None:
        from aitr_desktop.windows.file_dialogs import ask_reports

        chosen = ask_reports(self, self._settings.folder)
        if chosen:
            self._settings = replace(self._settings, folder=str(chosen[0].parent))
            self.import_files(chosen)

    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._settings = replace(self._settings, theme=choice)
        self._theme.choose(choice)

    def _reset_layout(self) -> None:
        self._settings = self._settings.without_layout()
        self.resize(*FIRST_SIZE)
        if self.workbench is not None:
            self.workbench.reset_layout()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  (Qt's name)
        """Remembers the layout, lets work come to its end and the library go."""
        layout = self.workbench.layout_state() if self.workbench else ("", "")
        splitter, columns = (layout[0] or self._settings.splitter, layout[1] or self._settings.columns)
        geometry = encode_state(self.saveGeometry())
        self._settings = replace(self._settings, geometry=geometry, splitter=splitter, columns=columns)
        self._stored.save(self._settings)
        self._opening.stop()
        self._tasks.close()
        if self._workspace is not None:
            self._workspace.close()
            self._workspace = None
        super().closeEvent(event)


def _show_keys(window: QWidget) -> None:
    from aitr_desktop.windows.keys_dialog import KeysDialog

    KeysDialog(window).open()


def _nothing_more(_: None) -> None:
    """A library was let go; nobody waits for that."""
