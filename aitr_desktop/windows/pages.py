"""The places of the window: the rail at the left, and the page of the place that one is at.

A place is one row of the table of actions with ``place``, and one page handed in here.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QStackedWidget, QWidget

from aitr_desktop.actions.table import ACTIONS
from aitr_desktop.views.rail import Place, Rail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aitr_desktop.actions.spec import Act
    from aitr_desktop.theme import ThemeController


class Pages(QObject):
    """Shows one page at a time.

    Args:
        theme: Colours of the rail.
        makers: Makes the page of each place, when it is first gone to. The first is shown at the start.
        parent: The window.

    Raises:
        KeyError: A page has no action that goes to it.
    """

    went = Signal(str)
    """Key of the place one is at now."""

    def __init__(
        self, theme: ThemeController, makers: Mapping[str, Callable[[], QWidget]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._makers = makers
        self._acts = {spec.place: spec for spec in ACTIONS if spec.place}
        self._made: dict[str, QWidget] = {}
        self.stack = QStackedWidget()
        self.rail = Rail(theme, [self._place(key) for key in makers])
        self.rail.chosen.connect(self.go)
        self.here = ""
        self._show(next(iter(makers)))

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {self._acts[key].act: partial(self.go, key) for key in self._makers}

    def go(self, key: str) -> None:
        """Shows a place; the focus returns to where it was there.

        Raises:
            KeyError: There is no such place.
        """
        self._show(key)
        page = self._made[key]
        last: QWidget | None = page.focusWidget()
        (_first(page) if last is None else last).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, key: str) -> None:
        if key not in self._made:
            self._made[key] = self._makers[key]()
            self.stack.addWidget(self._made[key])
        if key != self.here:
            self.here = key
            self.stack.setCurrentWidget(self._made[key])
            self.rail.select(key)
            self.went.emit(key)

    def _place(self, key: str) -> Place:
        spec = self._acts[key]
        return Place(key, spec.plain(), spec.icon, ", ".join(spec.keys))


def _first(page: QWidget) -> QWidget:
    """Where the focus goes on a page that was never worked on: what Tab would reach first."""
    reached: QWidget | None = page.nextInFocusChain()
    while reached is not None and page.isAncestorOf(reached):
        if reached.focusPolicy() & Qt.FocusPolicy.TabFocus and reached.isVisible() and reached.isEnabled():
            return reached
        reached = reached.nextInFocusChain()
    return page
