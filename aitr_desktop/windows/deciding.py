"""What turns reading into a decision that stands: comparison, checklist, approval, policies, documents.

One part a capability, as in the main window; this puts them together and hands on what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.windows.compare_page import ComparePage
from aitr_desktop.windows.documents import Documents

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.actions.spec import Act
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.workbench import Workbench


class Deciding(QObject):
    """The parts by which somebody comes to a decision about a report.

    Args:
        desk: What they work with.
        workbench: Gives the list and the report on screen; None before a library was open.
    """

    told = Signal(str)
    """What was done, in words."""
    offered = Signal(str, str, object)
    """What was done, in words; those of a button; and what it does."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, workbench: Callable[[], Workbench | None]) -> None:
        super().__init__(desk.window)
        self._workbench = workbench
        self.comparison = ComparePage(desk)
        self.documents = Documents(desk, workbench)
        self.documents.told.connect(self.told)
        self.documents.failed.connect(self.failed)
        self.documents.offered.connect(self.offered)

    def pages(self) -> dict[str, Callable[[], QWidget]]:
        """The page of each place that is made here, in the rail's order."""
        return {"compare": self.comparison.view}

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of these parts do."""
        return self.documents.handlers()

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why their actions can't be done now."""
        return self.documents.reasons()

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none."""

    def stop(self) -> None:
        """Ends what waits; the window goes."""
