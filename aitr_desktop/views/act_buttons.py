"""Buttons of some actions in a row; where it is narrow, the last ones fold into a menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal, Slot
from qtpy.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from aitr_desktop.actions.spec import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QAction, QResizeEvent

SPACING = 8


@dataclass(frozen=True, slots=True)
class Offered:
    """An action in the row."""

    action: QAction
    words: str = ""
    """On its button, where the menu's own are too long for one."""
    hides: bool = False
    """Not there at all where it can't be done."""


class ActButton(QPushButton):
    """A button that does what an action does, and says why it can't where the action can't.

    Args:
        offered: What it mirrors.
        primary: Whether it is the one that is meant to be pressed, where it can be.
    """

    mirrored = Signal()
    """The action is another now, or can be done where it could not, or the other way round."""

    def __init__(self, offered: Offered, *, primary: bool = False) -> None:
        super().__init__()
        action = offered.action
        self._action, self._words, self._hides = action, offered.words, offered.hides
        self._is_primary = primary
        self.setAutoDefault(False)
        self.clicked.connect(lambda _=False: action.trigger())
        action.changed.connect(self._mirror)
        self._mirror()

    @property
    def is_there(self) -> bool:
        """Whether it is shown, where it has room."""
        return self._action.isEnabled() or not self._hides

    @Slot()
    def _mirror(self) -> None:
        words = plain_text(self._action.text())
        self.setText(self._words or self._action.text().replace("&", ""))
        self.setAccessibleName(words)
        self.setAccessibleDescription(self._action.statusTip())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        wanted = "true" if self._is_primary and self._action.isEnabled() else "false"
        if self.property("primary") != wanted:
            self.setProperty("primary", wanted)
            self.style().unpolish(self)
            self.style().polish(self)
        self.mirrored.emit()


class ActButtons(QWidget):
    """A row of them. The first is the primary one.

    Args:
        offered: From the left.
        name: What the menu of the others is called.
    """

    def __init__(self, offered: Sequence[Offered], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = [ActButton(each, primary=place == 0) for place, each in enumerate(offered)]
        self._actions = [each.action for each in offered]
        self.more = fold_button(self._actions, name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        for button in self.buttons:
            row.addWidget(button)
            button.mirrored.connect(self._fold)
        row.addWidget(self.more)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.more.hide()

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Wide enough for the menu alone."""
        return QSize(self.more.sizeHint().width(), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Folds what has no room."""
        super().resizeEvent(event)
        self._fold()

    @Slot()
    def _fold(self) -> None:
        room = self.width()
        there = [place for place, button in enumerate(self.buttons) if button.is_there]
        widths = [self.buttons[place].sizeHint().width() + SPACING for place in there]
        shown = len(widths)
        if sum(widths) - SPACING > room:
            room -= self.more.sizeHint().width()
            while shown and sum(widths[:shown]) > room:
                shown -= 1
        for place, button in enumerate(self.buttons):
            button.setVisible(place in there[:shown])
        menu = self.more.menu()
        if menu is not None:
            menu.clear()
            menu.addActions([self._actions[place] for place in there[shown:]])
        self.more.setVisible(shown < len(there))


def fold_button(actions: Sequence[QAction], name: str) -> QToolButton:
    """A button that opens a menu of actions, which say in it why they can't be done.

    Args:
        actions: From the top.
        name: Its words.
    """
    made = QToolButton()
    made.setText(name)
    made.setProperty("opens", "true")
    made.setAccessibleName(name)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    menu = QMenu(made)
    menu.setToolTipsVisible(True)
    menu.addActions(actions)
    made.setMenu(menu)
    return made
