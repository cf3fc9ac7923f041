"""Opens the dialog that chooses one report of the open library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.item_models.report_list_model import ReportListModel
from aitr_desktop.library.listing import Query
from aitr_desktop.views.report_picker import ReportPicker

if TYPE_CHECKING:
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.windows.desk import Desk


def ask_report(desk: Desk, workspace: Workspace, title: str, on_screen: str) -> ReportPicker:
    """Asks for a report; the dialog says which one.

    Args:
        desk: Where it stands.
        workspace: Has the reports.
        title: What it is chosen for.
        on_screen: Id of the report on screen; empty for none.
    """
    reports = ReportListModel(desk.tasks, desk.clock)
    row_height = desk.preferences.now.density.row_height
    picker = ReportPicker(title, reports, desk.theme, row_height, desk.window, on_screen=on_screen)
    picker.asked.connect(lambda sha, text: reports.show(workspace, Query(sha=sha, text=text)))
    desk.libraries.opened.connect(picker.reject)
    picker.ask()
    picker.open()
    picker.search.setFocus()
    return picker
