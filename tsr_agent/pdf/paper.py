"""The two sizes of paper, in points."""

from __future__ import annotations

from enum import Enum

MILLIMETRE = 72 / 25.4
MARGIN = 20 * MILLIMETRE


class Paper(Enum):
    """What the pages are printed on."""

    A4 = "a4"
    LETTER = "letter"

    @property
    def width(self) -> float:
        """In points."""
        return 612.0 if self is Paper.LETTER else 595.28

    @property
    def height(self) -> float:
        """In points."""
        return 792.0 if self is Paper.LETTER else 841.89
