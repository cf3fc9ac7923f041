"""The list of a million reports against QSqlQueryModel in a QTableView on the same rows, in one run.

Each side has a process and a copy of the library of its own; they take turns, because this kind of machine
varies by a factor of two from minute to minute, and the ratio of the medians does not. The peer may use
QtSql; the application never does. Run with
``pytest tests/benchmarks/test_report_list_benchmark.py -m benchmark -s``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.large_libraries import make_large_library

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.benchmark

REPORTS = int(os.environ.get("AITR_BENCHMARK_REPORTS", "1000000"))
ROUNDS = 7
PAGES = 60
SIDE = Path(__file__).with_name("report_list_side.py")
FILTERS = {
    "environment and decision": ("environment = 'staging' AND standing = 'no_go'", {"decision": "no_go"}),
    "branch": ("codebase_branch = 'feature/77'", {"branch": "feature/77"}),
    "text": ("codebase_branch LIKE '%retrieval%'", {"text": "retrieval"}),
}
FIRST_PAGE, FILTER, JUMP, MEMORY, PAGE_MS = 1.5, 1.3, 1 / 50, 1 / 20, 33.0


@dataclass
class Side:
    """A process that shows one of the two lists, told what to do line by line."""

    process: subprocess.Popen[str]

    def ask(self, **question: Any) -> Any:
        """What came of an act: seconds, bytes, or a list of seconds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the other process has ended"
        return json.loads(line)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "library.db"
    make_large_library(path, REPORTS, branches=10_000)
    return path


@pytest.fixture(scope="module")
def sides(library: Path) -> Iterator[dict[str, Side]]:
    """Both, each over a copy of its own."""
    platform = os.environ.get("AITR_BENCHMARK_PLATFORM") or (
        "xcb" if os.environ.get("DISPLAY") else "offscreen"
    )
    environment = os.environ | {"QT_QPA_PLATFORM": platform}
    made: dict[str, Side] = {}
    with ExitStack() as running:
        for name in ("ours", "QSqlQueryModel"):
            copy = library.with_name(f"{name}.db")
            shutil.copyfile(library, copy)
            process = running.enter_context(
                subprocess.Popen(
                    [sys.executable, str(SIDE), name, str(copy)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=environment,
                )
            )
            made[name] = Side(process)
            made[name].ask(act="ready")
        yield made


def interleaved(sides: dict[str, Side], **question: Any) -> dict[str, float]:
    """Median seconds of each, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS + 1):
        for name, side in sides.items():
            seconds = side.ask(**question)
            # What is counted beside the list must not be measured at the other's turn.
            side.ask(act="settle")
            if turn:
                taken[name].append(seconds)
    return {name: median(each) for name, each in taken.items()}


def said(what: str, found: dict[str, float], aim: float) -> float:
    ratio = found["ours"] / found["QSqlQueryModel"]
    shown = ", ".join(f"{name} {seconds * 1e3:.1f} ms" for name, seconds in found.items())
    print(f"\n{what}: {shown}; ratio {ratio:.3f} (aim {aim:.3f})")
    return ratio


def test_the_first_page(sides: dict[str, Side]) -> None:
    assert said("first page", interleaved(sides, act="show"), FIRST_PAGE) <= FIRST_PAGE


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter(sides: dict[str, Side], name: str) -> None:
    where, query = FILTERS[name]
    found = interleaved(sides, act="show", where=where, query=query)
    assert said(f"filter by {name}", found, FILTER) <= FILTER


def test_page_down(sides: dict[str, Side]) -> None:
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side.ask(act="show")
        side.ask(act="settle")
    for _ in range(3):
        for name, side in sides.items():
            taken[name] += side.ask(act="pages", number=PAGES // 3)
    for name, seconds in taken.items():
        ordered = sorted(each * 1e3 for each in seconds)
        print(
            f"\npage down, {name}: p50 {median(ordered):.1f} ms, p99 {ordered[-max(1, PAGES // 100)]:.1f} ms"
        )
    assert sorted(taken["ours"])[-max(1, PAGES // 100)] * 1e3 <= PAGE_MS


def test_any_row_of_the_middle(sides: dict[str, Side]) -> None:
    """The peer has no such thing: it must load all that lies before."""
    ours = sides["ours"]
    ours.ask(act="show")
    ours.ask(act="settle")
    taken = [ours.ask(act="row", row=REPORTS * place // 10 + 7 * place) for place in range(1, 10)]
    print(f"\nto a row of the middle: median {median(taken) * 1e3:.1f} ms, longest {max(taken) * 1e3:.1f} ms")
    assert median(taken) <= 0.25


def test_the_end_and_memory(sides: dict[str, Side]) -> None:
    """Last, because the peer holds all rows afterwards."""
    jumps, memory = {}, {}
    for name, side in sides.items():
        side.ask(act="show")
        side.ask(act="settle")
        jumps[name] = side.ask(act="end")
        memory[name] = side.ask(act="memory")
    ratio = memory["ours"] / memory["QSqlQueryModel"]
    shown = ", ".join(f"{name} {each / 1e6:.1f} MB" for name, each in memory.items())
    print(f"\nadded memory after jumping to the end: {shown}; ratio {ratio:.3f} (aim {MEMORY:.3f})")
    assert said("jump to end", jumps, JUMP) <= JUMP
    assert ratio <= MEMORY
