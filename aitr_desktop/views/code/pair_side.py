"""One of two texts side by side, as it is given colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.styling import Piece
    from aitr_desktop.views.code.pair_area import PairArea


class PairSide(QObject):
    """Hands on what one side wants and gets.

    Args:
        area: Both sides.
        side: 0 for the old text, 1 for the new one.
    """

    pieces_wanted = Signal(int, int)
    """First and last line that came into sight without colours."""

    def __init__(self, area: PairArea, side: int) -> None:
        super().__init__(area)
        self._area, self._side = area, side
        area.pieces_wanted.connect(self._want)

    def set_pieces(self, first: int, pieces: Sequence[Sequence[Piece]]) -> None:
        """Takes the pieces of lines."""
        self._area.set_pieces(self._side, first, pieces)

    @Slot(int, int, int)
    def _want(self, side: int, first: int, last: int) -> None:
        if side == self._side:
            self.pieces_wanted.emit(first, last)
