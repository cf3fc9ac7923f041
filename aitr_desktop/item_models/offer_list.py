"""What completion offers, as a list with descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from aitr_desktop.item_models.cells import plain_tooltip
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtCore import QObject

    from aitr_desktop.editing.completion import Offer

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class OfferList(QAbstractListModel):
    """The offers of one place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] = ()

    def take(self, offers: Sequence[Offer]) -> None:
        """Offers these."""
        self.beginResetModel()
        self._offers = tuple(offers)
        self.endResetModel()

    def offer(self, row: int) -> Offer:
        """The offer of a row.

        Raises:
            IndexError: There is no such row.
        """
        return self._offers[row]

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802  (Qt's name)
        """How many there are."""
        return 0 if parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What is written, and what it is for."""
        if not index.isValid():
            return None
        offer = self._offers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(offer.text, 100)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return one_line(offer.description, 500)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(offer.description)
        return None
