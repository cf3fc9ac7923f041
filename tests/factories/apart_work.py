"""Work that a process of its own can be sent: functions of a module."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError, StoreError

if TYPE_CHECKING:
    from aitr_desktop.library.synchronising import Watcher

TICK = 0.01


def where(*, watcher: Watcher) -> tuple[int, str]:
    """The process it is done in, and its working directory."""
    watcher.report(1, 3, "reports", "7/s")
    watcher.report(3, 3, "reports")
    return os.getpid(), str(Path.cwd())


def talkative(*, watcher: Watcher) -> str:
    """Prints as some library would."""
    print("something a library says")
    sys.stdout.flush()
    return "said"


def altered(*, watcher: Watcher) -> None:
    """Fails on purpose."""
    raise IntegrityError(
        "TSR-1 was altered.", kept="everything.", next_step="Ask.", details=("line 1", "line 2")
    )


def broken(*, watcher: Watcher) -> None:
    """Fails by a fault."""
    raise ZeroDivisionError("a fault of ours")


def unsent(*, watcher: Watcher) -> object:
    """Returns what can't be sent."""
    return lambda: None


def killed(*, watcher: Watcher) -> None:
    """Goes in the middle of it."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def until_cancelled(note: Path, *, watcher: Watcher) -> str:
    """Goes on until somebody asks it to end, and writes down that it ended by itself."""
    note.with_suffix(".begun").write_text(str(os.getpid()))
    deadline = time.monotonic() + 60
    while not watcher.is_cancelled:
        if time.monotonic() > deadline:
            raise StoreError("Nobody asked it to end.")
        time.sleep(TICK)
    note.with_suffix(".part").write_text("kept")
    note.with_suffix(".part").replace(note)
    return "kept"
