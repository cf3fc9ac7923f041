"""Columns that several tables below each other share: one line of titles above all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, QTimer, Signal, Slot
from qtpy.QtWidgets import QHeaderView, QSizePolicy, QWidget

from aitr_desktop.item_models.cells import Column, Table
from aitr_desktop.item_models.tree_model import TreeModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QResizeEvent
    from qtpy.QtWidgets import QTreeView

    from aitr_desktop.item_models.cells import Node

LEAST = 64
"""Pixels of a column at least."""
WHOLE = 1_000
"""Parts that the width is shared out in."""


class ColumnsHeader(QHeaderView):
    """The titles; whoever drags an edge moves it in every table.

    Args:
        shares: Parts of ``WHOLE`` that each column has at first.
    """

    moved = Signal()
    """The columns have other widths."""

    def __init__(self, shares: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._first = self._shares = tuple(shares)
        self._is_placing = False
        self.setMinimumSectionSize(LEAST)
        self.setSectionsMovable(False)
        self.setStretchLastSection(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown: TreeModel | None = None
        self.show_titles([""] * len(self._first))
        self.sectionResized.connect(self._dragged)
        # Each pixel of a drag would lay out every table anew.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(self.moved)

    def show_titles(self, titles: Sequence[str]) -> None:
        """Shows other titles."""
        before = self._shown
        self._shown = TreeModel(Table(columns=tuple(Column(title=each) for each in titles), nodes=()), self)
        self._is_placing = True
        self.setModel(self._shown)
        self._is_placing = False
        if before is not None:
            before.deleteLater()
        self._place()

    def shares_text(self) -> str:
        """The widths as text, for the settings; empty where nobody changed them."""
        return "" if self._shares == self._first else ",".join(map(str, self._shares))

    def take_shares(self, text: str) -> None:
        """Takes widths that ``shares_text`` gave; those of the first start where they make no sense."""
        parts = text.split(",")
        found = tuple(
            int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= len(str(WHOLE))
        )
        is_whole = len(found) == len(parts) == len(self._first) and sum(found) == WHOLE and min(found) > 0
        self._shares = found if is_whole else self._first
        self._place()

    def widths(self, room: int) -> list[int]:
        """Pixels of each column in a table of a width."""
        found = [max(LEAST, room * share // WHOLE) for share in self._shares[:-1]]
        return [*found, max(LEAST, room - sum(found))]

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """One line of titles, and as narrow as need be."""
        return QSize(LEAST, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Shares another width out."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self._is_placing = True
        for place, width in enumerate(self.widths(self.viewport().width())[:-1]):
            self.resizeSection(place, width)
        self._is_placing = False
        if hasattr(self, "_pause"):
            self._pause.start()

    @Slot(int, int, int)
    def _dragged(self, place: int, before: int, after: int) -> None:
        """The edge after a column moves; the next column gives, or takes, what that makes."""
        room = self.viewport().width()
        if self._is_placing or room < LEAST * len(self._shares) or place + 1 >= len(self._shares):
            return
        both = self._shares[place] + self._shares[place + 1]
        least = -(-LEAST * WHOLE // room)
        wanted = max(least, min(after * WHOLE // room, both - least))
        if not 0 < wanted < both:
            return
        shares = list(self._shares)
        shares[place], shares[place + 1] = wanted, both - wanted
        self._shares = tuple(shares)
        self._place()


class SharedColumns:
    """Gives the columns of a tree the widths that a line of titles has.

    Args:
        tree: Whose columns.
        header: The titles.
    """

    def __init__(self, tree: QTreeView, header: ColumnsHeader) -> None:
        self._tree = tree
        self._header = header
        self._has_table = False
        header.moved.connect(self.stretch)

    def take(self, table: Table) -> None:
        """Takes another table, once the tree has it."""
        self._has_table = bool(table.columns)
        header = self._tree.header()
        header.setMinimumSectionSize(LEAST // 2)
        for place in range(len(table.columns)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
        self.stretch()

    def widen(self, nodes: Sequence[Node]) -> None:
        """Rows that come into view change no width: all tables have the same."""

    def stretch(self) -> None:
        """Takes the widths over."""
        if not self._has_table:
            return
        header = self._tree.header()
        for place, width in enumerate(self._header.widths(self._tree.viewport().width())):
            if place < header.count():
                header.resizeSection(place, width)
