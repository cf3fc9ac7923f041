"""Takes a link to what is on screen into the clipboard: to the code, or else to the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtWidgets import QApplication

from aitr_desktop import deep_link
from aitr_desktop.actions.spec import Act
from aitr_desktop.deep_link import ReportLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.windows.code.pane_actions import PaneActions
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.workbench import Workbench


class LinkCopying(QObject):
    """Makes links.

    Args:
        libraries: Has the library that is open.
        lines: Makes links to lines of code.
        workbench: The list and the report; None before a library was open.
        parent: The window.
    """

    told = Signal(str)
    """What was done, in words."""

    def __init__(
        self,
        libraries: Libraries,
        lines: PaneActions,
        workbench: Callable[[], Workbench | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._libraries = libraries
        self._lines = lines
        self._workbench = workbench

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.COPY_LINK: self.copy}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.COPY_LINK: self._why_not}

    def copy(self) -> None:
        """Copies the link."""
        if not self._lines.why_no_code():
            self._lines.copy_link()
            return
        link = self._link()
        if link:
            QApplication.clipboard().setText(link)
            self.told.emit(self.tr("Link copied: {link}").format(link=link))

    def _why_not(self) -> str:
        if not self._lines.why_no_code() or self._link():
            return ""
        return self.tr("No report is on screen.")

    def _link(self) -> str:
        """A link to the report on screen; empty where there is none."""
        workbench, workspace = self._workbench(), self._libraries.workspace
        if workbench is None or workbench.report is None or workspace is None:
            return ""
        name = workspace.path.name
        library = name if deep_link.is_name(name) else ""
        return ReportLink(report_id=workbench.report.report_id, library=library).address
