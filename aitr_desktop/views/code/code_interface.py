"""What the desktop's accessibility asks of a code view, in a binding that lets Python answer.

Imported only where ``spoken_text.is_supported``: a wrong pointer here would end the program.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

from qtpy.QtCore import QPoint, QRect
from qtpy.QtGui import QAccessible, QAccessibleObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtCore import QObject
    from qtpy.QtGui import QAccessibleInterface, QWindow

    from aitr_desktop.views.code.code_view import CodeView


class CodeInterface(QAccessibleObject):
    """A code view for a screen reader: its text is that of the widget that holds the lines.

    Args:
        view: The code.
    """

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view
        # None would be taken for an address; a null pointer is had from the kind of a real one.
        self._nothing = type(self._text())(0)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """The text interface; nothing else is there."""
        try:
            if kind == QAccessible.InterfaceType.TextInterface:
                self._view.spoken.follow()
                return self._text()
        except (AttributeError, RuntimeError):
            # The view goes, and part of it has gone already.
            pass
        return self._nothing

    def _text(self) -> int:
        found = QAccessible.queryAccessibleInterface(self._view.spoken.twin)
        return found.interface_cast(QAccessible.InterfaceType.TextInterface)

    def role(self) -> QAccessible.Role:
        """A text, as those of Qt are that can only be read."""
        return QAccessible.Role.EditableText

    def state(self) -> QAccessible.State:
        """What can be done with it now."""
        view, found = self._view, QAccessible.State()
        states = {
            "focusable": True,
            "readOnly": True,
            "multiLine": True,
            "focused": view.hasFocus(),
            "invisible": not view.isVisible(),
            "disabled": not view.isEnabled(),
        }
        for name, holds in states.items():
            setattr(found, name, holds)
        return found

    def text(self, kind: QAccessible.Text) -> str:
        """Its name, where the cursor is with what marks its line, and that line."""
        view = self._view
        texts = {
            QAccessible.Text.Name: view.accessibleName,
            QAccessible.Text.Description: view.spoken.words,
            QAccessible.Text.Value: view.spoken.line_text,
        }
        return texts[kind]() if kind in texts else ""

    def rect(self) -> QRect:
        """Where it is on screen."""
        return QRect(self._view.mapToGlobal(QPoint(0, 0)), self._view.size())

    def window(self) -> QWindow:
        """The window that it is in."""
        return self._view.window().windowHandle()

    def parent(self) -> QAccessibleInterface:
        """What it is placed on."""
        above = self._view.parentWidget()
        found = QAccessible.queryAccessibleInterface(above) if above is not None else None
        return cast("QAccessibleInterface", found)

    def childCount(self) -> int:  # noqa: N802  (Qt's name)
        """None: what it holds is its text."""
        return 0

    def child(self, _: int) -> QAccessibleInterface:
        """There is none."""
        return cast("QAccessibleInterface", None)

    def indexOfChild(self, _: QAccessibleInterface) -> int:  # noqa: N802  (Qt's name)
        """There is none."""
        return -1


@functools.cache
def answer_for_code_views() -> None:
    """Has Qt ask here for the interfaces of code views; once, as Qt forgets nobody whom it asks."""
    QAccessible.installFactory(_factory({}))


def _factory(made: dict[int, CodeInterface]) -> Callable[[str, QObject], QAccessibleInterface | None]:
    """Makes interfaces, and holds them as long as Qt holds the view."""

    def interface_of(name: str, asked: QObject) -> QAccessibleInterface | None:
        # A view that is not whole yet, or no more, is left to Qt.
        if name != "CodeView" or getattr(asked, "spoken", None) is None:
            return None
        found = made[id(asked)] = CodeInterface(cast("CodeView", asked))
        asked.destroyed.connect(functools.partial(made.pop, id(asked), None))
        return found

    return interface_of
