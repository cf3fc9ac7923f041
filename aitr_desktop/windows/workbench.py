"""Filters above, the list left, the report right: places the views and connects them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.library.approving import not_on_record
from aitr_desktop.library.code_notes import notes_of_report
from aitr_desktop.views.detail_view import DetailView
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.windows.browser import Browser
from aitr_desktop.windows.layout_state import decode_state, encode_state
from aitr_desktop.windows.plot_library import PlotLibrary
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.approving import SaidHere
    from aitr_desktop.library.code_notes import ReportNotes
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.settings import Settings
    from aitr_desktop.tasks import Task, Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

    OnRecord = tuple[str, tuple[SaidHere, ...], ReportNotes]

FIRST_SIZES = (530, 762)
"""Widths of list and report at the first start."""


class Workbench(QWidget):
    """The list of a library and the report chosen from it.

    Args:
        theme: Colours and fonts.
        tasks: The door to threads.
        clock: Says what day it is.
        preferences: Where the layout is kept.
        said_here: What was said here about a report, by its id, and is not on record in the library;
            called on the worker thread.
    """

    counted = Signal(int, int)
    """How many reports are listed, and how many the library has."""
    shown = Signal(object)
    """A ``ReportDetail`` is on screen; its bytes were what was filed."""
    failed = Signal(object)
    """A ``TsrError`` of the list."""
    left = Signal(object)
    """A ``Target`` outside of the report on screen."""

    def __init__(
        self,
        theme: ThemeController,
        tasks: Tasks,
        clock: Clock,
        preferences: Preferences,
        parent: QWidget | None = None,
        *,
        said_here: Callable[[str], tuple[SaidHere, ...]] = lambda _: (),
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._said_here = said_here
        self._workspace: Workspace | None = None
        self._loading: Task[ReportDetail] | None = None
        self._checking: Task[OnRecord] | None = None
        self._asked_for = ""
        self.report: ReportDetail | None = None
        """The report on screen."""
        self.browser = Browser(theme, tasks, clock, preferences, self)
        self.filters, self.reports = self.browser.filters, self.browser.reports
        self.table, self.no_match = self.browser.table, self.browser.left.no_match
        self.detail = DetailView(theme, preferences.now.density.row_height)
        self._plots = PlotLibrary(tasks, self.detail, self)
        self.no_report = MessagePane(theme)
        self._right = QStackedWidget()
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._place()
        self._connect()
        self._restore(preferences.now)

    def _place(self) -> None:
        self._right.addWidget(self.detail)
        self._right.addWidget(self.no_report)
        self._say_nothing_is_chosen()
        self._splitter.addWidget(self.browser.left)
        self._splitter.addWidget(self._right)
        self._right.setCurrentWidget(self.no_report)
        self.browser.left.setMinimumWidth(280)
        self._right.setMinimumWidth(420)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(hairline())
        column.addWidget(self._splitter, 1)

    def _connect(self) -> None:
        self.browser.counted.connect(self.counted)
        self.browser.failed.connect(self.failed)
        self.browser.opened.connect(self.open_report)
        self.detail.left.connect(self.left)
        self.table.entered_report.connect(self.detail.focus_first)

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows another library; nothing of the one before stays on screen."""
        self._workspace = workspace
        self._leave_report()
        self.browser.show_workspace(workspace)

    def refresh(self, select: str = "") -> None:
        """Reads the list and the filters' choices again.

        Args:
            select: Id of a report to open; by default the one that is open stays.
        """
        if self._workspace is None:
            return
        if select:
            self.open_report(select)
        self._hold_to_record()
        self.browser.refresh(select)

    def open_report(self, report_id: str) -> None:
        """Loads a report and shows it; the one asked for last wins."""
        workspace = self._workspace
        if workspace is None or report_id == self._asked_for:
            return
        self._stop_reading()
        self._asked_for = report_id
        self.browser.keep(report_id)
        self._load(workspace, report_id)

    def show_report(self, report_id: str) -> None:
        """Shows a report wherever the list has it, and though the filters hide it."""
        self.open_report(report_id)
        self.browser.reveal(report_id)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.detail.stop()
        self._plots.stop()

    def focus_list(self) -> None:
        """Goes back to the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def layout_state(self) -> tuple[str, str]:
        """Splitter as Base64, and the widths of the columns."""
        return encode_state(self._splitter.saveState()), self.table.columns.widths()

    def reset_layout(self) -> None:
        """Splitter and columns as at the first start."""
        self._splitter.setSizes(list(FIRST_SIZES))
        self.table.columns.show((), "")

    def _restore(self, settings: Settings) -> None:
        if not (settings.splitter and self._splitter.restoreState(decode_state(settings.splitter))):
            self._splitter.setSizes(list(FIRST_SIZES))
        self._splitter.setHandleWidth(1)

    def _load(self, workspace: Workspace, report_id: str) -> None:
        self._loading = self._tasks.run(
            lambda: self._read(workspace, report_id),
            self._show_detail,
            partial(self._show_error, report_id),
        )

    def _read(self, workspace: Workspace, report_id: str) -> ReportDetail:
        """Everything about a report; on the worker thread."""
        opened = workspace.load(report_id)
        return report_detail(opened, not_on_record(self._said_here(report_id), opened.approvals))

    def _hold_to_record(self) -> None:
        """Reads the report on screen again where something about it came in: a rejection ends a GO."""
        workspace, report = self._workspace, self.report
        if workspace is None or report is None or report.report_id != self._asked_for:
            return

        def read() -> OnRecord:
            known = report.release.approvals if report.release is not None else ()
            said = not_on_record(self._said_here(report.report_id), known)
            return (
                workspace.record(report.report_id),
                said,
                notes_of_report(workspace.notes, report.report_id),
            )

        def found(now: OnRecord) -> None:
            if now != (report.record, report.said_here, report.notes):
                self._load(workspace, report.report_id)

        if self._checking is not None:
            self._checking.cancel()
        self._checking = self._tasks.run(read, found, partial(self._show_error, report.report_id))

    def _stop_reading(self) -> None:
        for task in (self._loading, self._checking):
            if task is not None:
                task.cancel()

    def _leave_report(self) -> None:
        self._stop_reading()
        self._asked_for, self.report = "", None
        self._say_nothing_is_chosen()

    def _say_nothing_is_chosen(self) -> None:
        words = self.tr("No report is chosen."), self.tr("Choose one from the list.")
        self.no_report.say(Message(headline=words[0], body=words[1], icon="reports"))
        self._right.setCurrentWidget(self.no_report)

    def _show_detail(self, detail: ReportDetail) -> None:
        self.report = detail
        self.reports.doubts.remove(detail.report_id)
        self.detail.show_report(detail)
        self._right.setCurrentWidget(self.detail)
        self.shown.emit(detail)

    def _show_error(self, report_id: str, error: TsrError) -> None:
        self.report = None
        if not isinstance(error, StoreError):
            self.reports.doubts.add(report_id, error.message)
        # Chosen again, it is read again: it may have been locked for a moment.
        self._asked_for = ""
        self.no_report.say(error_message(error))
        self._right.setCurrentWidget(self.no_report)
        self.shown.emit(None)
