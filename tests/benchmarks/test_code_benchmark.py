"""The code pane against QScintilla and against QPlainTextEdit without colours, in one run.

Each side has a process of its own and they take turns, because this kind of machine varies by a factor of two
from minute to minute, and the ratio of the medians does not. QScintilla needs an interpreter that has
PyQt6-QScintilla; where ``AITR_QSCINTILLA_PYTHON`` names none and this one has none, what compares is skipped.
Run with ``pytest tests/benchmarks/test_code_benchmark.py -m benchmark -s`` on a real or virtual screen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.code_files import real_python

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.benchmark

SIZES = (2_000, 20_000, 200_000, 1_000_000)
ROUNDS = 5
PAGES = 100
HERE = Path(__file__).parent
FRAME_MS = 33.0
FIRST = {20_000: 1.0, 200_000: 0.35, 1_000_000: 0.12}
JUMP = {200_000: 1 / 20, 1_000_000: 1 / 100}
STALL_MS = {2_000: FRAME_MS, 20_000: FRAME_MS, 200_000: FRAME_MS, 1_000_000: 120.0}
MEMORY, PAGE = 0.7, 1.2
PEER, PLAIN = "QScintilla", "QPlainTextEdit"


@dataclass
class Side:
    """A process that shows a file, told what to do line by line."""

    process: subprocess.Popen[str]

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the other process has ended"
        return json.loads(line)


def _has_scintilla(python: str) -> bool:
    command = [python, "-c", "import PyQt6.Qsci"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def scintilla() -> str | None:
    """An interpreter that has QScintilla."""
    for each in (os.environ.get("AITR_QSCINTILLA_PYTHON"), sys.executable):
        if each and _has_scintilla(each):
            return each
    return None


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("code")
    whole = real_python(max(SIZES)).split("\n")
    made = {size: folder / f"lines_{size}.py" for size in (100, *SIZES)}
    for size, path in made.items():
        path.write_text("\n".join(whole[:size]) + "\n", "utf-8")
    return made


@pytest.fixture(params=SIZES, ids=lambda size: f"{size:,} lines")
def size(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def sides(files: dict[int, Path], size: int) -> Iterator[dict[str, Side]]:
    """Each one fresh for each size, so that memory is that of one file."""
    platform = os.environ.get("AITR_BENCHMARK_PLATFORM") or (
        "xcb" if os.environ.get("DISPLAY") else "offscreen"
    )
    commands = {name: [sys.executable, str(HERE / "code_side.py"), name] for name in ("ours", PLAIN)}
    peer = scintilla()
    if peer is not None:
        commands[PEER] = [peer, str(HERE / "code_scintilla_side.py")]
    with ExitStack() as running:
        made = {
            name: Side(
                running.enter_context(
                    subprocess.Popen(
                        [*command, str(files[100])],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        env=os.environ | {"QT_QPA_PLATFORM": platform},
                    )
                )
            )
            for name, command in commands.items()
        }
        for side in made.values():
            side.ask(act="ready")
        yield made


def in_turns(sides: dict[str, Side], **question: Any) -> dict[str, list[Any]]:
    """What each answered, one round not counted."""
    found: dict[str, list[Any]] = {name: [] for name in sides}
    for turn in range(ROUNDS + 1):
        for name, side in sides.items():
            answered = side.ask(**question)
            if turn:
                found[name].append(answered)
    return found


def told(what: str, found: dict[str, float], unit: str = "ms", aim: float | None = None) -> float | None:
    """Prints a row; gives ours of QScintilla's where it is there."""
    scale = 1e3 if unit == "ms" else 1e-6
    shown = ", ".join(f"{name} {value * scale:,.1f} {unit}" for name, value in found.items())
    if PEER not in found:
        print(f"\n{what}: {shown}; {PEER} is not installed, so nothing is compared")
        return None
    ratio = found["ours"] / found[PEER]
    print(f"\n{what}: {shown}; ours of {PEER}'s {ratio:.3f}" + (f" (aim {aim:.3f})" if aim else ""))
    return ratio


def test_memory_then_opening_a_file(sides: dict[str, Side], files: dict[int, Path], size: int) -> None:
    path = str(files[size])
    for side in sides.values():
        side.ask(act="load", path=path)
    memory = told(
        f"{size:,} lines, memory",
        {name: side.ask(act="memory") for name, side in sides.items()},
        "MB",
        MEMORY,
    )
    loads = in_turns(sides, act="load", path=path)
    first = told(
        f"{size:,} lines, call to first paint, coloured",
        {name: median(each["first"] for each in found) for name, found in loads.items()},
        aim=FIRST.get(size),
    )
    told(
        f"{size:,} lines, call to all coloured",
        {name: median(each["all"] for each in found) for name, found in loads.items()},
    )
    stalls = in_turns(sides, act="stall", path=path)
    longest = {name: median(found) for name, found in stalls.items()}
    told(f"{size:,} lines, longest stall while loading", longest)
    assert longest["ours"] * 1e3 <= STALL_MS[size]
    assert first is None or size not in FIRST or first <= FIRST[size]
    # Of a small file each side holds hardly more than its own noise.
    assert memory is None or size < 200_000 or memory <= MEMORY


def test_moving_in_a_file(sides: dict[str, Side], files: dict[int, Path], size: int) -> None:
    path = str(files[size])
    jumps = in_turns(sides, act="end", path=path)
    jump = {name: median(found) for name, found in jumps.items()}
    ratio = told(f"{size:,} lines, just opened, jump to the end, coloured", jump, aim=JUMP.get(size))
    for side in sides.values():
        side.ask(act="load", path=path)
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(5):
        for name, side in sides.items():
            taken[name] += side.ask(act="pages", number=min(PAGES, size // 60) // 5)
    half = told(
        f"{size:,} lines, page down, p50", {name: median(each) for name, each in taken.items()}, aim=PAGE
    )
    worst = {name: sorted(each)[-1 - len(each) // 100] for name, each in taken.items()}
    told(f"{size:,} lines, page down, p99", worst)
    assert jump["ours"] * 1e3 <= FRAME_MS
    assert ratio is None or size not in JUMP or ratio <= JUMP[size]
    assert half is None or half <= PAGE
    assert worst["ours"] * 1e3 <= FRAME_MS
