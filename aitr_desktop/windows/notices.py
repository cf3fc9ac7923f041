"""What the window tells: errors, information, and the list of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.notices import NoticeHistory, Told
from aitr_desktop.views.notice_bar import NoticeBar
from aitr_desktop.views.notice_button import NoticeButton

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.item_models.notices import Notice
    from aitr_desktop.theme import ThemeController
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError


class Notices(QObject):
    """The one door for telling the person something.

    Args:
        window: Parent of the list.
        theme: Colours and fonts.
        clock: Says when something was told.
    """

    def __init__(self, window: QWidget, theme: ThemeController, clock: Clock) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._clock = clock
        self.history = NoticeHistory()
        self.history.modelReset.connect(self._count)
        self.bar = NoticeBar()
        self.button = NoticeButton(theme)
        self.bar.said.connect(self._keep)
        self.bar.changed.connect(self._count)
        self.button.clicked.connect(self.show)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.NOTIFICATIONS: self.show}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {
            Act.NOTIFICATIONS: lambda: "" if self.history.rowCount() else self.tr("Nothing was told yet.")
        }

    def say(self, error: TsrError) -> None:
        """Says an error; it stays until the person closes it."""
        self.bar.say(error)

    def tell(self, words: str, button: str = "", pressed: Callable[[], object] | None = None) -> None:
        """Tells something that is no error; it goes by itself, unless there is a button to press.

        Args:
            words: What came to pass, in a sentence.
            button: What can be done about it.
            pressed: Called where the button is pressed.
        """
        self.bar.tell(words, button, pressed)

    def show(self) -> None:
        """Shows all that was told."""
        # Imported with the first look: the first frame needs none of it.
        from aitr_desktop.windows.notices_dialog import NoticesDialog

        NoticesDialog(self.history, self._theme, self._window).open()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.bar.stop()

    def _keep(self, notice: Notice) -> None:
        self.history.add(Told(notice, self._clock.now()))
        self._count()

    def _count(self) -> None:
        self.button.show_number(self.history.rowCount(), self.bar.waiting())
