"""Fills the sections of a report piece by piece, so that no turn of the event loop takes long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.views.section_block import SectionBlock

TURN_MS = 3.0
"""A turn begins no other piece after it: the longest piece and the painting come on top."""


class Filling(QObject):
    """Fills sections from the first on, in turns of the event loop.

    The first turn comes when everything else that waits is done, so that of reports that somebody only
    passes by none is laid out.
    """

    began = Signal()
    """The first of the pieces is there."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._sections: list[SectionBlock] = []
        self._has_begun = False
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._fill)

    @property
    def is_active(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._sections)

    def start(self, sections: Sequence[SectionBlock]) -> None:
        """Begins with other sections; what was left of those before is not filled any more."""
        self._sections = list(sections)
        self._has_begun = False
        self._turn.start()

    def finish(self) -> None:
        """Fills all that is left, now: somebody wants to go there."""
        while self._sections:
            self._fill_piece()
        self._turn.stop()
        self._tell()

    def stop(self) -> None:
        """Fills nothing any more; the window goes."""
        self._sections = []
        self._turn.stop()

    @Slot()
    def _fill(self) -> None:
        began = time.perf_counter()
        while self._sections and (time.perf_counter() - began) * 1_000 < TURN_MS:
            self._fill_piece()
        self._tell()
        if self._sections:
            self._turn.start()

    def _fill_piece(self) -> None:
        if not self._sections[0].fill_next():
            self._sections.pop(0)

    def _tell(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self.began.emit()
