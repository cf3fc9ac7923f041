"""The titles of a report's sections, above them: each leads to its own, and shows which one is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QButtonGroup, QSizePolicy, QToolButton

from aitr_desktop.views.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Iterable


class AnchorRow(FlowLayout):
    """Buttons with the titles, of which one is marked."""

    chosen = Signal(int)
    """Place of the section to go to."""

    def __init__(self) -> None:
        super().__init__(2)
        self.setContentsMargins(12, 2, 12, 2)
        self._buttons = QButtonGroup(self)
        self._buttons.setExclusive(True)
        self._buttons.idClicked.connect(self.chosen)

    def add(self, titles: Iterable[str]) -> None:
        """Adds titles at the end."""
        for place, title in enumerate(titles, len(self._buttons.buttons())):
            anchor = QToolButton()
            anchor.setText(title)
            anchor.setCheckable(True)
            anchor.setProperty("anchor", "true")
            anchor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            anchor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._buttons.addButton(anchor, place)
            self.addWidget(anchor)

    def check(self, place: int) -> None:
        """Marks another one."""
        anchor = self._buttons.button(place)
        if anchor is not None:
            anchor.setChecked(True)

    def checked(self) -> int:
        """The place of the one that is marked; -1 for none."""
        return self._buttons.checkedId()
