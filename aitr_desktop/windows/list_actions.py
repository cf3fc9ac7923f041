"""What can be done with the list of reports, while it is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.windows.pages import Pages
    from aitr_desktop.windows.reports_page import ReportsPage
    from aitr_desktop.windows.workbench import Workbench


class ListActions(QObject):
    """Passes actions on to the workbench.

    Args:
        pages: Says where one is.
        page: Has the workbench, once a library was open.
    """

    def __init__(self, pages: Pages, page: ReportsPage, parent: QObject) -> None:
        super().__init__(parent)
        self._pages = pages
        self._page = page

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.REFRESH: self._on_list(lambda workbench: workbench.refresh()),
            Act.FIND: self._on_list(lambda workbench: workbench.filters.focus_search()),
            Act.CLEAR_FILTERS: self._on_list(lambda workbench: workbench.filters.clear()),
            Act.SHOW_LIST: self._show_list,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return dict.fromkeys(self.handlers(), self.why_none) | {Act.SHOW_LIST: self._why_no_list}

    def why_none(self) -> str:
        """Why nothing can be done with the list now; empty where it is on screen."""
        if self._pages.here != "reports":
            return self.tr("This is about the list of reports: go there first.")
        return self._why_no_list()

    def _why_no_list(self) -> str:
        return "" if self._page.has_list else self.tr("There is no list of reports yet.")

    def _show_list(self) -> None:
        """Goes back to the list from wherever one is."""
        if self._page.workbench is not None and self._page.has_list:
            self._pages.go("reports")
            self._page.workbench.focus_list()

    def _on_list(self, do: Callable[[Workbench], None]) -> Callable[[], None]:
        def run() -> None:
            if self._page.workbench is not None and not self.why_none():
                do(self._page.workbench)

        return run
