"""The way to the clone of a repository: the one that was named, or words that say what to do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.windows.code import code_messages as messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.judged_commits import JudgedCode
    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.views.message_pane import Message
    from aitr_desktop.windows.code.clone_choice import CloneChoice
    from aitr_desktop.windows.code.open_clone import OpenClone
    from tsr_agent.errors import TsrError


class Entrance(QObject):
    """Hands on the clone that is to be read, once there is one.

    Args:
        choice: Opens clones and asks for them.
        view: Where it is said what hinders.
        parent: Ends with it.
    """

    other_clone = Signal()
    """Another clone than before is read from now on."""
    list_asked = Signal()
    """The person wants to choose a report."""
    said = Signal()
    """Something is said in place of everything."""

    def __init__(self, choice: CloneChoice, view: PlaceView, parent: QObject) -> None:
        super().__init__(parent)
        self._choice, self._view = choice, view
        self._next: Callable[[], object] = self.list_asked.emit
        view.pressed.connect(lambda: self._next())  # noqa: PLW0108  (it changes)
        choice.slow.connect(lambda: self.say(messages.looking()))

    def say(self, message: Message, then: Callable[[], object] | None = None) -> None:
        """Says something in place of everything.

        Args:
            message: What.
            then: What its button does; by default it goes to the list of reports.
        """
        self._next = then or self.list_asked.emit
        self._view.say(message)
        self.said.emit()

    def enter(self, code: JudgedCode, then: Callable[[OpenClone], object]) -> None:
        """Goes on with the clone of a repository, or says what to do to have one."""
        folder = self._choice.folder(code.repository, code.owner)
        choose = partial(self.choose, code, then)
        if folder is None:
            self.say(messages.no_clone(code.repository), choose)
            return
        before = self._choice.clone

        def opened(clone: OpenClone) -> None:
            if clone is not before:
                self.other_clone.emit()
            then(clone)

        def failed(error: TsrError) -> None:
            self.say(messages.no_clone_here(error), choose)

        self._choice.open(folder, code.repository, opened, failed)

    def choose(self, code: JudgedCode, then: Callable[[OpenClone], object]) -> None:
        """Asks for a clone, and goes on with it."""
        if self._choice.ask(code.repository, code.owner) is not None:
            self.enter(code, then)
