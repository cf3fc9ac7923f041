"""Colours for a view of code: what it wants is lexed by another process, and comes when it is there."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal, Slot

from aitr_desktop.code.lexing.file_colours import FileColours
from aitr_desktop.code.lexing.languages import PYTHON, language_of
from aitr_desktop.code.lexing.lexing import Failure

if TYPE_CHECKING:
    from qtpy.QtCore import SignalInstance

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.lexing.file_colours import Given
    from aitr_desktop.code.lexing.lexing import Lexing
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.pair_side import PairSide


class Highlighting(QObject):
    """Gives one view the colours of the file in it.

    The user-interface thread only sends and receives: it lexes nothing and waits for nothing.

    Args:
        lexing: The process, which several views share; it is stopped by whoever made it.
        parent: The owner.
    """

    note_changed = Signal()
    """``language`` or ``note`` is something else."""
    _came = Signal(object, int, object)
    _plain = Signal(object, object)

    def __init__(self, lexing: Lexing, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lexing = lexing
        self._view: CodeView | PairSide | None = None
        self._colours: FileColours | None = None
        self._token = object()
        self.language = ""
        """How the file is lexed, as it is shown; empty where no lexer is known for it."""
        self.note = ""
        """What is to be said about the colours; empty where they are as they should be."""
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._plain.connect(self._say, Qt.ConnectionType.QueuedConnection)

    def attach(self, view: CodeView | PairSide) -> None:
        """Gives that view its colours from now on."""
        self._view = view
        view.pieces_wanted.connect(self._want)

    def warm(self) -> None:
        """Starts the process before it is needed, with the lexer that is needed most."""
        self._lexing.warm(PYTHON)

    def show(self, file: CodeFile | None) -> None:
        """Another file is in the view, or none. Called before the view asks for the first pieces of it."""
        self._end()
        language = language_of(file.path) if file is not None else None
        if file is not None and language is not None:
            token = self._token
            self._colours = FileColours(
                file.lines,
                language,
                partial(_send, self._came, token),
                partial(_send, self._plain, token),
                partial(_send, self._plain, token, None),
            )
            self._lexing.begin(self._colours)
        self._set(language.name if language is not None else "", self._doubt())

    def words(self) -> str:
        """What the foot of a pane says: the language, and what is to be said about the colours."""
        return " · ".join(filter(None, (self.language or self.tr("Plain text"), self.note)))

    def stop(self) -> None:
        """Asks for nothing more, and takes nothing more."""
        self._end()

    def _end(self) -> None:
        # What is on its way is of another file.
        self._token = object()
        if self._colours is not None:
            self._lexing.end(self._colours)
            self._colours = None

    @Slot(int, int)
    def _want(self, first: int, last: int) -> None:
        if self._colours is not None:
            self._colours.want(first, last)
            self._lexing.look()

    @Slot(object, int, object)
    def _take(self, token: object, first: int, pieces: Given) -> None:
        if token is self._token and self._view is not None:
            self._view.set_pieces(first, pieces)

    def _doubt(self) -> str:
        if self._colours is None or not self._colours.is_likely:
            return ""
        return self.tr("Colours may be off: not read from the beginning of the file")

    @Slot(object, object)
    def _say(self, token: object, failure: Failure | None) -> None:
        if token is self._token:
            self._set(self.language, self._doubt() if failure is None else self._words(failure))

    def _words(self, failure: Failure) -> str:
        if failure is Failure.SLOW:
            said = self.tr("Shown without colours: highlighting took longer than {seconds} s")
            return said.format(seconds=f"{self._lexing.budget:g}")
        if failure is Failure.DIED:
            return self.tr("Shown without colours: highlighting ended unexpectedly")
        if failure is Failure.RAISED:
            return self.tr("Shown without colours: highlighting can't read this file")
        return self.tr("Shown without colours: highlighting could not be started")

    def _set(self, language: str, note: str) -> None:
        if (language, note) != (self.language, self.note):
            self.language, self.note = language, note
            self.note_changed.emit()


def _send(signal: SignalInstance, *values: object) -> None:
    """Sends from the thread that lexes; to nobody where the window is gone meanwhile."""
    with suppress(RuntimeError):
        signal.emit(*values)
