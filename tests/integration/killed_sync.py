"""Processes that synchronise and are killed, for ``test_sync_killed.py``; prints what came of it as JSON.

It is a process of its own because it forks and kills, and neither may happen inside the one that runs
the tests.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command  # noqa: F401  (loaded once here and not in each child)

from tests.factories.histories import LATER, decide_again, documents, filed_counts, say, standings, upload
from tests.factories.remotes import LibraryRemote
from tests.factories.servers import HandClock
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library
from tsr_agent.store.feed import ChangeFeed
from tsr_agent.store.following import SourceRepository
from tsr_agent.store.integrity import check
from tsr_agent.sync import fetching, pull
from tsr_agent.sync.pull import Terms
from tsr_agent.sync.synchronise import synchronise

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library
    from tsr_agent.sync.results import SyncResult

URL = "https://aitr.example.org"


def fill(path: Path) -> None:
    """A history with all that a history has."""
    with open_library(path, create=True) as server:
        for number in range(60):
            name = f"r-{number:03d}"
            upload(server, name, waits=number % 2 == 0)
            if number % 4 == 0:
                say(server, name, ApprovalAction.APPROVE)
            if number % 6 == 0:
                decide_again(server, name, reason="Again")


def synchronised(library: Library, server: Library) -> SyncResult:
    clock = HandClock(LATER + timedelta(hours=1))
    return synchronise(library, URL, lambda: LibraryRemote(server), Terms(clock=clock))


def in_child(path: Path, server_path: Path) -> int:
    child = os.fork()
    if child:
        return child
    # Whatever happens, the child must not go on as if it were its parent.
    status = 1
    try:
        with open_library(server_path, read_only=True) as server, open_library(path) as library:
            status = 0 if synchronised(library, server).complete else 1
    finally:
        os._exit(status)


def kill_once(path: Path, server_path: Path, chance: random.Random) -> dict[str, Any]:
    """Kills a synchronisation at some moment, and looks at what is left."""
    child = in_child(path, server_path)
    select.select([], [], [], chance.uniform(0.010, 0.150))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    journal = path.with_name(f"{path.name}-journal").exists()
    with open_library(path) as library, open_library(server_path, read_only=True) as server:
        there, here = documents(server), documents(library)
        followed = SourceRepository(library).followed(URL)
        cursor = followed.cursor if followed is not None else 0
        seen = ChangeFeed(server).page(0, limit=1_000).items[:cursor]
        return {
            "ended": os.WIFEXITED(status),
            "in_the_middle": journal,
            "damages": [each.what for each in check(library).damages],
            "strange": len(set(here.items()) - set(there.items())),
            "lost": [each.seq for each in seen if (each.kind.value, each.report_id, each.digest) not in here],
            "cursor": cursor,
        }


def kill(folder: Path, number: int) -> dict[str, Any]:
    """Kills again and again, going on where the last one was killed; anew whenever all has come."""
    fetching.MOST_TOGETHER, pull.MOST_BYTES_OF_A_BATCH = 5, 12_000  # type: ignore[misc]
    chance = random.Random(20_261_123)
    empty, server_path = folder / "empty.db", folder / "server.db"
    open_library(empty, create=True).close()
    fill(server_path)
    outcomes: list[dict[str, Any]] = []
    finished: list[dict[str, Any]] = []
    path = folder / "mine-0.db"
    path.write_bytes(empty.read_bytes())
    while len(outcomes) < number:
        outcomes.append(kill_once(path, server_path, chance))
        if outcomes[-1]["ended"]:
            finished.append(finish(path, server_path))
            path = folder / f"mine-{len(finished)}.db"
            path.write_bytes(empty.read_bytes())
    finished.append(finish(path, server_path))
    return {"outcomes": outcomes, "finished": finished}


def finish(path: Path, server_path: Path) -> dict[str, Any]:
    with open_library(path) as library, open_library(server_path, read_only=True) as server:
        result = synchronised(library, server)
        return {
            "complete": result.complete,
            "same_documents": documents(library) == documents(server),
            "same_rows": filed_counts(library) == filed_counts(server),
            "same_standings": standings(library) == standings(server),
            "damages": [each.what for each in check(library).damages],
        }


if __name__ == "__main__":
    json.dump(kill(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
