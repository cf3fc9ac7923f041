"""Keeps the window fluid while another thread works hard in the same interpreter.

Two things made it stand still, measured while reports were imported: the interpreter looks through
everything that the application holds for garbage (45 to 300 ms with all threads stopped), and it changes
threads only every 5 ms, which the window's thread waits for on nearly every call into Qt.
"""

from __future__ import annotations

import gc
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCH_SECONDS = 0.0005


class _Steady:
    """How many pieces of work ask for it at once, and what there was before."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.number = 0
        self.was_collecting = False
        self.switched = 0.0


_STATE = _Steady()


@contextmanager
def steady() -> Iterator[None]:
    """Lets other threads get their turn ten times as often, and looks for no garbage among what is old.

    The work calls ``tidy`` now and then, so that its own garbage goes. May be nested and used by several
    threads; the last one puts everything back, except that what was old stays out of later looks too: the
    first of them would come at once, and stop all threads for as long as was saved before (measured).
    What is old is nearly all the program itself, which never goes.
    """
    with _STATE.lock:
        _STATE.number += 1
        if _STATE.number == 1:
            _STATE.was_collecting, _STATE.switched = gc.isenabled(), sys.getswitchinterval()
            gc.disable()
            gc.collect(1)
            gc.freeze()
            sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        with _STATE.lock:
            _STATE.number -= 1
            if _STATE.number == 0:
                sys.setswitchinterval(_STATE.switched)
                if _STATE.was_collecting:
                    gc.enable()


def tidy() -> None:
    """Takes away the garbage since work began; what was there before is not looked at."""
    if _STATE.number:
        gc.collect(1)
