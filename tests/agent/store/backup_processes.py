"""What ``test_backup_processes.py`` does with real processes; prints what came of it as JSON.

It is a process of its own because it forks, kills and bounds its files, and none of that may happen inside
the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.agent.store.processes import in_child
from tests.factories.reports import NOON
from tests.factories.whole_library import put_report
from tsr_agent.errors import TsrError
from tsr_agent.store.backup import back_up
from tsr_agent.store.database import open_database
from tsr_agent.store.engine import open_library
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.integrity import check
from tsr_agent.store.restore import RestoreTerms, restore_file
from tsr_agent.store.row_copy import feed_digest

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS = 4
REPORTS_A_RUN = 24
"""What the writers file together while one backup is made and restored."""
TERMS = RestoreTerms(now=NOON + timedelta(days=1))


def write_when_told(database: str, writer: int, told: int) -> None:
    """One report a byte that is read, until the pipe ends."""
    with open_database(database) as library:
        number = 0
        while os.read(told, 1):
            put_report(library, f"w-{writer}-{number:05d}")
            number += 1


def head_and_feed(database: str, until: int | None = None) -> tuple[int, str]:
    """Where the feed ends, and a digest of it up to there or to a number."""
    with open_database(database, read_only=True) as library, library.read() as connection:
        head = ChangeFeed(library).page(0, limit=1).head
        return head, feed_digest(connection, head if until is None else until).sha256


def busy(folder: Path, database: str, runs: int) -> list[dict[str, Any]]:
    """Backs up and restores while four processes write, and holds each restored library to the original."""
    told, tell = os.pipe()

    def write(number: int) -> None:
        os.close(tell)
        write_when_told(database, number, told)

    children = [in_child(lambda number=number: write(number)) for number in range(WRITERS)]  # type: ignore[misc]
    outcomes = []
    try:
        for run in range(runs):
            # Told and not waited for: they write while the backup is made.
            os.write(tell, b"." * REPORTS_A_RUN)
            outcomes.append(back_up_and_restore(folder, database, run))
    finally:
        os.close(tell)
        failed = [os.waitpid(each, 0)[1] for each in children]
    assert not any(failed)
    return outcomes


def back_up_and_restore(folder: Path, database: str, run: int) -> dict[str, Any]:
    before, _ = head_and_feed(database)
    with open_database(database) as library:
        made = back_up(library, folder / f"b-{run}.db")
    restored = folder / f"r-{run}.db"
    done = restore_file(made.path, restored, TERMS)
    head, feed = head_and_feed(str(restored))
    with open_library(restored) as library:
        damages = [each.what for each in check(library).damages]
        put_report(library, "afterwards")
        usable = ChangeFeed(library).page(0, limit=1).head == head + 3
    return {
        "enough": head >= before,
        "same": (head, feed) == (made.contents.head, head_and_feed(database, head)[1]),
        "new_epoch": done.contents.epoch != done.epoch_before,
        "damages": damages,
        "usable": usable,
        "head": head,
    }


def kill(folder: Path, database: str, runs: int) -> list[dict[str, Any]]:
    """Kills a backup at any moment; there is a whole one then, or none of the name."""
    chance = random.Random(8)
    outcomes = []
    for run in range(runs):
        target = folder / f"k-{run}.db"

        def write(target: Path = target) -> None:
            with open_database(database) as library:
                back_up(library, target)

        reading, held = os.pipe()
        child = in_child(write)
        os.close(held)
        # The random moment is what is tested; the pipe ends where the backup was done before it.
        select.select([reading], [], [], chance.uniform(0.01, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        outcomes.append({"there": target.exists(), "sound": is_sound(target)})
    with open_database(database) as library:
        back_up(library, folder / "afterwards.db")
    return outcomes


def is_sound(target: Path) -> bool:
    if not target.exists():
        return True
    with open_library(target, read_only=True) as copy:
        return check(copy).sound


def full(folder: Path, database: str, runs: int) -> list[dict[str, Any]]:
    """Lets files grow to a limit and no further while a backup, then a restore is written."""
    chance = random.Random(9)
    with open_database(database) as library:
        whole = back_up(library, folder / "whole.db")
    outcomes = []
    for run in range(runs):
        limit = chance.randrange(4_096, whole.size - 8_192)
        for what in ("backup", "restore"):
            target = folder / f"{what}-{run}.db"
            said = bounded(
                limit, lambda what=what, target=target: attempt(what, database, whole.path, target)
            )  # type: ignore[misc]
            left = [each.name for each in folder.iterdir() if target.name in each.name]
            outcomes.append({"what": what, "said": said, "left": left})
    return outcomes


def attempt(what: str, database: str, whole: Path, target: Path) -> object:
    if what == "restore":
        return restore_file(whole, target, TERMS)
    with open_database(database, read_only=True) as library:
        return back_up(library, target)


def bounded(limit: int, work: Callable[[], object]) -> list[str]:
    """What is said where no file may grow beyond a limit; nothing where it is done all the same."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        work()
    except TsrError as error:
        return error.diagnostics()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    return []


def main() -> None:
    what, folder, database, number = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    doings: dict[str, Callable[[Path, str, int], object]] = {"busy": busy, "kill": kill, "full": full}
    json.dump(doings[what](folder, database, number), sys.stdout)


if __name__ == "__main__":
    main()
