"""The field that looks for text in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QLineEdit, QSizePolicy, QWidget

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.theme import ThemeController

MAX_SEARCH = 200
MIN_SEARCH = 18
"""Characters that are seen at least of what one types."""


class SearchField(QLineEdit):
    """A line with a glass, and a cross where there is something to take back.

    Args:
        theme: Colours of the icons.
    """

    entered = Signal()
    """The person goes on to what was found: Enter, or down."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText(self.tr("Search, or sha:3fa9…"))
        self.setAccessibleName(self.tr("Search"))
        self.setProperty("search", "true")
        self.setMaxLength(MAX_SEARCH)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * MIN_SEARCH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._glass, self._cross = QAction(self), QAction(self.tr("Clear the search"), self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self.textChanged.connect(self._show_cross)
        self.returnPressed.connect(self.entered)
        theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def setText(self, text: str | None) -> None:  # noqa: N802  (Qt's name)
        """Takes another text; the cross follows it even where nobody is told."""
        super().setText(text)
        self._show_cross(text or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Down goes on to what was found; the rest is the line's own."""
        if event.key() == Qt.Key.Key_Down and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _show_cross(self, text: str) -> None:
        self._cross.setVisible(bool(text))

    def _draw_icons(self) -> None:
        self._glass.setIcon(self._theme.icon("search"))
        self._cross.setIcon(self._theme.icon("close"))
