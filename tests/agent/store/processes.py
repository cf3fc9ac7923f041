"""What ``test_processes.py`` does to libraries with real processes; prints what came of it as JSON.

It is a process of its own because it forks and kills, and neither may happen inside the one that runs
the tests.
"""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command  # noqa: F401  (loaded once here and not in each child)

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, report, results
from tsr_agent.errors import StoreError
from tsr_agent.models import codec
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.store.engine import open_library
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.store.engine import Library
    from tsr_agent.store.repository import Added

CASES = [CaseStatus.FAILED] * 150
"""Enough that one report touches many pages of the file."""


def add(repository: ReportRepository, name: str) -> Added:
    document = codec.encode(report(id=name, test_results=(results(TestType.UNIT, *CASES),)))
    return repository.add(document, decision_about(document), received_at=NOON)


def in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    # Whatever happens, the child must not go on as if it were its parent.
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def write_until_killed(path: Path, acknowledge: int) -> None:
    with open_library(path) as library:
        repository = ReportRepository(library)
        for number in range(10_000):
            add(repository, f"r-{number:05d}")
            os.write(acknowledge, f"r-{number:05d}\n".encode())


def kill_once(path: Path, chance: random.Random) -> dict[str, Any]:
    """Kills a writer some milliseconds after it has acknowledged a few reports, and looks at what is left."""
    reading, acknowledge = os.pipe()
    child = in_child(lambda: write_until_killed(path, acknowledge))
    os.close(acknowledge)
    told = os.read(reading, 8)
    # The random moment is what is tested: it falls anywhere within the next few writes.
    select.select([], [], [], chance.uniform(0, 0.030))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 4096):
        told += more
    os.close(reading)
    journal = path.with_name(f"{path.name}-journal").exists()
    with open_library(path) as library:
        repository = ReportRepository(library)
        present = {row.id for row in repository.page(limit=500).rows}
        found = check(library)
        undecided = [name for name in present if repository.decision(name) is None]
        usable = add(repository, "afterwards").report_is_new
    return {
        "acknowledged": len(told.split()),
        "lost": sorted(set(told.decode().split()) - present),
        "half": undecided,
        "damages": [damage.what for damage in found.damages],
        "usable": usable,
        "in_the_middle": journal,
    }


def kill(folder: Path, empty: Path, runs: int) -> list[dict[str, Any]]:
    chance = random.Random(20_260_304)
    outcomes = []
    for run in range(runs):
        path = folder / f"kill-{run}.db"
        path.write_bytes(empty.read_bytes())
        outcomes.append(kill_once(path, chance))
    return outcomes


def kill_creation(folder: Path, runs: int) -> list[dict[str, Any]]:
    """Kills a process at any moment while it makes a library; afterwards there is a whole one or none."""
    chance = random.Random(7)
    outcomes = []
    for run in range(runs):
        path = folder / f"create-{run}.db"
        reading, held = os.pipe()
        child = in_child(lambda path=path: open_library(path, create=True).close())  # type: ignore[misc]
        os.close(held)
        select.select([reading], [], [], chance.uniform(0.001, 0.080))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        there = path.exists()
        with open_library(path, create=True) as library:
            outcomes.append({"there": there, "damages": [each.what for each in check(library).damages]})
    return outcomes


def crowd(path: Path, writers: int, each: int) -> dict[str, Any]:
    """Many processes open, and where need be make, one library and add to it: read, then write."""

    def work(number: int) -> None:
        with open_library(path, create=True) as library:
            repository = ReportRepository(library)
            for count in range(each):
                before = repository.count()
                add(repository, f"r-{number}-{count}")
                assert repository.count() > before

    children = [in_child(lambda number=number: work(number)) for number in range(writers)]  # type: ignore[misc]
    failed = [os.waitpid(child, 0)[1] for child in children]
    with open_library(path) as library:
        return {
            "failed": sum(status != 0 for status in failed),
            "reports": ReportRepository(library).count(),
            "damages": [damage.what for damage in check(library).damages],
        }


def full_disk(folder: Path, empty: Path, runs: int) -> list[dict[str, Any]]:
    """Lets the files grow to a limit and no further, then lifts it, all with one open library."""
    chance = random.Random(11)
    outcomes = []
    for run in range(runs):
        path = folder / f"full-{run}.db"
        path.write_bytes(empty.read_bytes())
        limit = path.stat().st_size + chance.randrange(40_000, 400_000)
        with open_library(path) as library:
            outcomes.append(fill(ReportRepository(library), limit))
            outcomes[-1]["damages"] = [damage.what for damage in check(library).damages]
    return outcomes


def driver_connection(library: Library) -> object:
    with library.write() as connection:
        return connection.connection.dbapi_connection


def fill(repository: ReportRepository, limit: int) -> dict[str, Any]:
    before = driver_connection(repository.library)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    added: list[str] = []
    said: list[str] = []
    try:
        for number in range(10_000):
            name = add(repository, f"r-{number:05d}").report_id
            added.append(name)
    except StoreError as error:
        said = error.diagnostics()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    present = {row.id for row in repository.page(limit=500).rows}
    return {
        "said": said,
        "added": len(added),
        "lost": sorted(set(added) - present),
        "half": sorted(present - set(added)),
        "usable": add(repository, "afterwards").report_is_new,
        "dropped": driver_connection(repository.library) is not before,
    }


def main() -> None:
    what, folder, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    empty = folder / "empty.db"
    open_library(empty, create=True).close()
    doings: dict[str, Callable[[], object]] = {
        "kill": lambda: kill(folder, empty, number),
        "kill-creation": lambda: kill_creation(folder, number),
        "crowd": lambda: crowd(folder / "crowd.db", number, 10),
        "full-disk": lambda: full_disk(folder, empty, number),
    }
    json.dump(doings[what](), sys.stdout)


if __name__ == "__main__":
    main()
