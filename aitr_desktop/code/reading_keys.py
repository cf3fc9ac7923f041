"""What letters do in code that is read: ``j k J K y``, ``g`` number Enter, ``gg``, ``G``, Escape.

A state machine that knows no widgets. It gets the keys of the code pane only, and so none that somebody
types into a field. A letter counts by what it writes and by whether Shift is held, so that CapsLock changes
nothing; a digit counts by what it writes, because some keyboards need Shift for it and some write others
than ``0`` to ``9``. A keyboard that writes no Latin letters has the arrows and Ctrl+G, which do the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MAX_DIGITS = 9
"""Of a number; no file has more lines, and further digits are not taken in."""


class Special(Enum):
    """Keys that write no text."""

    ENTER = "Enter"
    ESCAPE = "Escape"
    BACKSPACE = "Backspace"


class Deed(Enum):
    """What a key does."""

    LEFT = "left"
    """Nothing: the key is not meant here, and somebody else may take it."""
    PENDING = "pending"
    """A command has begun, goes on, or was ended without doing anything."""
    MOVE = "move"
    """Select the line so many lines from the cursor."""
    EXTEND = "extend"
    """Extend the selection by so many lines."""
    COPY = "copy"
    GO_TO = "go to"
    """Go to the line of that number."""
    GO_TO_END = "go to end"
    CLEAR = "clear"
    """Take the selection back."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done."""

    deed: Deed
    number: int = 0
    """Lines to move by, downwards if positive; or the line to go to."""

    @property
    def is_taken(self) -> bool:
        """Whether nobody else shall have the key."""
        return self.deed is not Deed.LEFT


_LEFT = Command(Deed.LEFT)
_PENDING = Command(Deed.PENDING)
_DOWN = {"j": 1, "k": -1}


class ReadingKeys:
    """What has been typed of a command."""

    def __init__(self) -> None:
        self._count = ""
        self._goes = False
        self._line = ""

    @property
    def pending(self) -> str:
        """What has been typed of a command that is not whole yet, such as ``g12…``; empty where none is."""
        typed = self._count + ("g" if self._goes else "") + self._line
        return f"{typed}…" if typed else ""

    def reset(self) -> None:
        """Forgets what was typed: the pane lost the keys, or a key came that writes nothing."""
        self._count, self._goes, self._line = "", False, ""

    def special(self, key: Special, *, has_selection: bool, repeated: bool = False) -> Command:
        """Takes a key that writes no text.

        Args:
            key: Which.
            has_selection: Whether lines are selected, which Escape then takes back.
            repeated: It is held down. Escape that is held takes back one thing and not the next as well.
        """
        is_pending = bool(self.pending)
        if key is Special.BACKSPACE:
            return self._take_back() if is_pending else _LEFT
        if key is Special.ENTER:
            line = self._line
            self.reset()
            return Command(Deed.GO_TO, int(line)) if line else _PENDING if is_pending else _LEFT
        self.reset()
        if is_pending or repeated:
            return _PENDING
        return Command(Deed.CLEAR) if has_selection else _LEFT

    def press(self, text: str, *, shift: bool = False, repeated: bool = False) -> Command:
        """Takes a key that writes text, without Ctrl, Alt and the like.

        Args:
            text: What it writes.
            shift: Whether Shift is held.
            repeated: It is held down: moving goes on, and everything else is done once.
        """
        letter = text.lower()
        if len(text) == 1 and text.isdecimal():
            return self._digit(str(int(text)))
        if letter == "g" and not (shift and self._goes):
            return self._end_of_file() if shift else self._begin_or_top(repeated)
        is_pending, count, goes = bool(self.pending), self._count, self._goes
        self.reset()
        if letter in _DOWN and not goes:
            return Command(Deed.EXTEND if shift else Deed.MOVE, _DOWN[letter] * int(count or 1))
        if letter == "y" and not is_pending:
            return _PENDING if repeated else Command(Deed.COPY)
        return _PENDING if is_pending else _LEFT

    def _digit(self, digit: str) -> Command:
        typed = self._line if self._goes else self._count
        if not typed and digit == "0":
            # No line and no count begins with it.
            return _PENDING if self.pending else _LEFT
        typed = (typed + digit)[:MAX_DIGITS]
        if self._goes:
            self._line = typed
        else:
            self._count = typed
        return _PENDING

    def _begin_or_top(self, repeated: bool) -> Command:
        if repeated:
            return _PENDING
        if not self._goes:
            self._goes = True
            return _PENDING
        number = 0 if self._line else int(self._count or 1)
        self.reset()
        return Command(Deed.GO_TO, number) if number else _PENDING

    def _end_of_file(self) -> Command:
        number = int(self._count or 0)
        self.reset()
        return Command(Deed.GO_TO, number) if number else Command(Deed.GO_TO_END)

    def _take_back(self) -> Command:
        if self._line:
            self._line = self._line[:-1]
        elif self._goes:
            self._goes = False
        else:
            self._count = self._count[:-1]
        return _PENDING
