"""The place where two reports are held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.tasks import Task
    from aitr_desktop.views.compare_view import CompareView
    from aitr_desktop.windows.desk import Desk


class ComparePage(QObject):
    """Compares two reports of the open library.

    Args:
        desk: The library, the clock that says when reports are judged where they have to be, and more.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._theme, self._tasks, self._clock = desk.theme, desk.tasks, desk.clock
        self._libraries, self._preferences = desk.libraries, desk.preferences
        self._view: CompareView | None = None
        self._comparing: Task[tuple[str, tuple[Block, ...]]] | None = None
        desk.libraries.opened.connect(self._forget)

    def view(self) -> CompareView:
        """The page; made when it is first gone to."""
        if self._view is None:
            from aitr_desktop.views.compare_view import CompareView

            self._view = CompareView(self._theme, self._preferences.now.density.row_height)
            self._view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return self._view

    def compare(self, left_id: str, right_id: str) -> None:
        """Shows what changed from the older to the newer of two reports."""
        workspace, now = self._libraries.workspace, self._clock.now()
        if workspace is None:
            return
        view = self.view()
        view.wait()
        if self._comparing is not None:
            self._comparing.cancel()

        def work() -> tuple[str, tuple[Block, ...]]:
            from aitr_desktop.item_models.comparison_blocks import comparison_blocks
            from aitr_desktop.library.comparing import compared

            section = compared(workspace, (left_id, right_id), now)
            return section.sentence, comparison_blocks(section)

        self._comparing = self._tasks.run(
            work, lambda made: view.show_comparison(*made), view.show_error, Lane.LIBRARY
        )

    def _forget(self) -> None:
        if self._comparing is not None:
            self._comparing.cancel()
        if self._view is not None:
            self._view.forget()
