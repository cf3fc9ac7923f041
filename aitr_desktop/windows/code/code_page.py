"""The place where the code that was judged is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal

from aitr_desktop.actions.spec import Act
from aitr_desktop.windows.code.code_messages import no_clone, no_library, no_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.places import CodePlace
    from aitr_desktop.item_models.judged_commits import JudgedCode
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.views.code.code_pane import CodePane
    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.views.message_pane import Message
    from aitr_desktop.windows.desk import Desk

KEY = "code"


class CodePage(QObject):
    """Shows files at the commits that were judged, from the clone that the person named.

    Args:
        desk: What it works with.
    """

    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``."""
    reasons_changed = Signal()
    """What can be done now is something else."""
    place_asked = Signal(str)
    """Key of a place that the person wants to see."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._view: PlaceView | None = None
        self._code: JudgedCode | None = None
        self._next: Callable[[], object] = self._go_to_list

    def view(self) -> PlaceView:
        """The page; made when it is first gone to."""
        if self._view is None:
            from aitr_desktop.views.code.place_view import PlaceView

            self._view = PlaceView(self._desk.theme)
            self._view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._view.pressed.connect(lambda: self._next())  # noqa: PLW0108  (it changes)
            self._show()
        return self._view

    @property
    def pane(self) -> CodePane | None:
        """The pane in which a file is read; None before one was."""
        return None

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.CODE_FIND_FILE: self.find_file,
            Act.CODE_DIFFERENCE: lambda: None,
            Act.CODE_NEXT_CHANGE: lambda: None,
            Act.CODE_PREVIOUS_CHANGE: lambda: None,
            Act.CODE_VERSIONS: lambda: None,
            Act.CODE_LAST_CHANGE: lambda: None,
            Act.CODE_WORKING_TREE: lambda: None,
            Act.CODE_CHOOSE_CLONE: lambda: None,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return dict.fromkeys(self.handlers(), lambda: self.tr("No file is open at Code."))

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none: its commits are offered."""
        self._code = detail.code if detail is not None else None
        self._show()

    def read(self, place: CodePlace) -> None:
        """Goes to lines of a file at a commit, which a row or a link names."""
        self.place_asked.emit(KEY)
        self.view().say(no_clone(place.repository))

    def find_file(self) -> None:
        """Goes to the field in which a path is typed."""
        self.place_asked.emit(KEY)
        self.view().files.find_file()

    def stop(self) -> None:
        """Ends what waits; the window goes."""

    def _show(self) -> None:
        if self._view is None:
            return
        if self._desk.libraries.workspace is None:
            self._say(no_library(), self._go_to_list)
        elif self._code is None:
            self._say(no_report(), self._go_to_list)
        else:
            self._say(no_clone(self._code.repository), self._go_to_list)

    def _say(self, message: Message, then: Callable[[], object]) -> None:
        self._next = then
        self.view().say(message)

    def _go_to_list(self) -> None:
        self.place_asked.emit("reports")
