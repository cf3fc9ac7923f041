"""What can be done with the lines on screen: copying them, links to them, finding, and how they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QGuiApplication

from aitr_desktop.actions.spec import Act
from aitr_desktop.code.line_selection import LineSelection
from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.views.code.code_pane import CodePane
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.windows.preferences import Preferences


class PaneActions(QObject):
    """The actions on a code pane.

    Args:
        preferences: Knows the forges that the person has named.
        pane: The one on screen; None where no code is.
        parent: The window.
    """

    told = Signal(str)
    """What was done, in words."""
    offered = Signal(str, str, object)
    """Why something was not done, in words; those of a button; and what it does."""
    failed = Signal(object)
    """A ``TsrError``: it was not done, and why."""
    place_wanted = Signal(object)
    """The ``CodePlace`` of which the person wants to see what a forge and a clone have."""
    draft_wanted = Signal(object)
    """The ``CodeFile`` of which a copy is to be edited."""

    def __init__(
        self, preferences: Preferences, pane: Callable[[], CodePane | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._pane = pane

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.CODE_FIND: self._on_view(lambda view: view.find_asked.emit()),
            Act.CODE_GO_TO_LINE: self._on_view(lambda view: view.line_asked.emit()),
            Act.CODE_COPY_LINES: self._on_pane(lambda pane: pane.selecting.copying.copy()),
            Act.CODE_COPY_LINK: self.copy_link,
            Act.CODE_COPY_PAGE: self.copy_page,
            Act.CODE_DRAFT: self._on_file(self.draft_wanted.emit),
            Act.CODE_WRAP: self._on_view(lambda view: view.set_wraps(not view.wraps)),
            Act.CODE_WHITESPACE: self._on_view(
                lambda view: view.set_shows_whitespace(not view.line_painter.shows_whitespace)
            ),
            Act.CODE_LARGER: self._on_view(lambda view: view.zoom(1)),
            Act.CODE_SMALLER: self._on_view(lambda view: view.zoom(-1)),
            Act.CODE_USUAL_SIZE: self._on_view(lambda view: view.zoom(0)),
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        why = dict.fromkeys(self.handlers(), self.why_no_code)
        return {**why, Act.CODE_COPY_LINES: self._why_no_lines}

    def why_no_code(self) -> str:
        """Why nothing can be done with code now; empty where some is on screen."""
        return "" if self._shown() is not None else self.tr("No code is on screen: open a file at Code.")

    def copy_link(self) -> None:
        """Takes a link to the selected lines, or to the line of the cursor, into the clipboard."""
        from aitr_desktop.windows.code.line_links import share_link

        self._copy(share_link)

    def copy_page(self) -> None:
        """Takes the address of the forge's page of these lines into the clipboard."""
        from aitr_desktop.windows.code.line_links import forge_page

        forges = self._preferences.now.forges
        self._copy(lambda file, lines: forge_page(file, lines, forges))

    def _offer_forge(self, file: CodeFile, lines: LineSelection, words: str) -> None:
        """The person can say what kind of forge a host is, where the whole address is seen."""
        from aitr_desktop.code.places import CodePlace

        place = CodePlace(
            repository=file.repository, sha=file.sha, path=file.path, first=lines.first, last=lines.last
        )
        button = self.tr("Say which forge it is…")
        self.offered.emit(words, button, lambda: self.place_wanted.emit(place))

    def _copy(self, address_of: Callable[[CodeFile, LineSelection], str]) -> None:
        from aitr_desktop.code.forges import UnknownForgeError

        pane = self._shown()
        if pane is None or pane.file is None:
            return
        line = pane.view.cursor_line
        lines = pane.view.selection or LineSelection(line, line)
        try:
            address = address_of(pane.file, lines)
        except UnknownForgeError as error:
            self._offer_forge(pane.file, lines, error.message)
            return
        except TsrError as error:
            self.failed.emit(error)
            return
        QGuiApplication.clipboard().setText(address)
        self.told.emit(self.tr("Link copied: {link}").format(link=address))

    def _why_no_lines(self) -> str:
        pane = self._shown()
        if pane is not None and pane.view.selection is None:
            return self.tr("No line is selected: click a line's number, or press j.")
        return self.why_no_code()

    def _shown(self) -> CodePane | None:
        """The pane, if lines are on screen."""
        pane = self._pane()
        if pane is None or pane.file is None or not pane.shows_code or not pane.isVisible():
            return None
        return pane

    def _on_pane(self, do: Callable[[CodePane], object]) -> Callable[[], None]:
        def run() -> None:
            pane = self._shown()
            if pane is not None:
                do(pane)

        return run

    def _on_view(self, do: Callable[[CodeView], object]) -> Callable[[], None]:
        return self._on_pane(lambda pane: do(pane.view))

    def _on_file(self, do: Callable[[CodeFile], object]) -> Callable[[], None]:
        return self._on_pane(lambda pane: do(pane.file) if pane.file is not None else None)
