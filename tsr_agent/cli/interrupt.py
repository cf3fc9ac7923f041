"""Ctrl+C as a wish to stop after the step at hand, for commands whose half is worth something."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
"""What a shell says of a command that Ctrl+C ended."""


class Interrupt:
    """The first Ctrl+C asks to stop after the report at hand; a second one ends the command as usual."""

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        """Takes Ctrl+C over."""
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        """Gives Ctrl+C back."""
        signal.signal(signal.SIGINT, self._before)

    def __call__(self) -> bool:
        """Whether it was pressed."""
        return self.asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
