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


class NeedsTwo(Exception):  # noqa: N818
    """An error that pickle writes and can't make again, as many libraries have them."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


def raises_what_cannot_be_read(*, watcher: Watcher) -> None:
    """Fails with an error that the window can't make again."""
    raise NeedsTwo("a library", "its own error")


def leaves(*, watcher: Watcher) -> None:
    """Leaves the process, as some library would."""
    sys.exit(3)


def tells_without_a_pause(*, watcher: Watcher) -> str:
    """Says how far it is more often than anybody looks, until it is asked to end."""
    deadline = time.monotonic() + 20
    done = 0
    while not watcher.is_cancelled:
        done += 1
        watcher.report(done, 0)
        if time.monotonic() > deadline:
            raise StoreError("Nobody asked it to end.")
    return "kept"


def never_ends(*, watcher: Watcher) -> None:
    """Goes on telling, whatever it is asked."""
    while True:
        watcher.report(1, 2)


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
