"""Colours for all that the place of the code shows, from one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from aitr_desktop.code.lexing.lexing import Lexing
from aitr_desktop.views.code.pair_side import PairSide
from aitr_desktop.windows.code.highlighting import Highlighting

if TYPE_CHECKING:
    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.views.code.code_pane import CodePane
    from aitr_desktop.views.code.pair_pane import PairPane
    from aitr_desktop.windows.code.reading import Pair


class Colouring(QObject):
    """Colours a file, or two versions.

    Args:
        pane: Shows a file.
        pair: Shows two versions.
        parent: Ends with it.
    """

    def __init__(self, pane: CodePane, pair: PairPane, parent: QObject) -> None:
        super().__init__(parent)
        self._pane = pane
        self._lexing = Lexing()
        self.file = Highlighting(self._lexing, self)
        self.file.attach(pane.view)
        self.file.note_changed.connect(self.say)
        self._sides = tuple(Highlighting(self._lexing, self) for _ in range(2))
        for number, side in enumerate(self._sides):
            side.attach(PairSide(pair.rows, number))

    def warm(self) -> None:
        """Starts the process before it is needed."""
        self.file.warm()

    def show_file(self, file: CodeFile) -> None:
        """A file is about to be shown."""
        self.file.show(file)

    def show_pair(self, pair: Pair) -> None:
        """Two versions are about to be shown."""
        for side, file in zip(self._sides, (pair.old, pair.new), strict=True):
            side.show(file)

    def say(self) -> None:
        """Says below the file as what it is coloured, or why it is not."""
        self._pane.foot.say_language(self.file.words())

    def stop(self) -> None:
        """Ends the process; the window goes."""
        for each in (self.file, *self._sides):
            each.stop()
        self._lexing.stop()
