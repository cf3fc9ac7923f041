"""The place where the checklist of the chosen report is walked through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal, Slot

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from aitr_desktop.item_models.checked_report import CheckedReport
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.tasks import Task
    from aitr_desktop.views.check_view import CheckView
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError


class CheckPage(QObject):
    """Shows the checklist of the report that is chosen in the list.

    Args:
        desk: The library, the clock that says when a report is judged again, and more.
    """

    followed = Signal(object)
    """The ``Target`` of a link: evidence in the report."""
    place_asked = Signal(str)
    """Key of a place that the person wants to see."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._theme, self._tasks, self._clock = desk.theme, desk.tasks, desk.clock
        self._libraries, self._preferences = desk.libraries, desk.preferences
        self._view: CheckView | None = None
        self._on_record: CheckedReport | None = None
        self._is_again = False
        self._judging: Task[CheckedReport] | None = None
        # Nothing of one library stays here once another is open.
        desk.libraries.opened.connect(lambda *_: self.report_shown(None))

    def view(self) -> CheckView:
        """The page; made when it is first gone to."""
        if self._view is None:
            from aitr_desktop.views.check_view import CheckView

            self._view = CheckView(self._theme, self._preferences.now.density.row_height)
            self._view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._view.followed.connect(self._follow)
            self._view.again_asked.connect(self._judge)
            self._view.list_asked.connect(lambda: self.place_asked.emit("reports"))
            self._show()
        return self._view

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none: nothing of the one before stays here."""
        self._leave()
        self._on_record = detail.checked if detail is not None else None
        self._show()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._leave()
        if self._view is not None:
            self._view.stop()

    def _leave(self) -> None:
        self._is_again = False
        if self._judging is not None:
            self._judging.cancel()
            self._judging = None

    def _show(self) -> None:
        if self._view is None:
            return
        if self._on_record is None:
            self._view.forget()
        else:
            self._view.show_checked(self._on_record)

    @Slot(object)
    def _follow(self, target: object) -> None:
        self.place_asked.emit("reports")
        self.followed.emit(target)

    @Slot()
    def _judge(self) -> None:
        """Judges by the policy in force, or goes back to the decision on record."""
        workspace, checked, now = self._libraries.workspace, self._on_record, self._clock.now()
        if self._is_again or workspace is None or checked is None or self._view is None:
            self._leave()
            self._show()
            return
        report_id = checked.report_id
        self._view.band.wait()

        def work() -> CheckedReport:
            from aitr_desktop.item_models.checked_report import checked_again

            return checked_again(workspace, report_id, now)

        self._judging = self._tasks.run(work, self._show_again, self._say_why_not, Lane.LIBRARY)

    def _show_again(self, checked: CheckedReport) -> None:
        self._judging, self._is_again = None, True
        if self._view is not None:
            self._view.show_checked(checked)

    def _say_why_not(self, error: TsrError) -> None:
        self._judging = None
        if self._view is not None:
            self._view.show_error(error)
