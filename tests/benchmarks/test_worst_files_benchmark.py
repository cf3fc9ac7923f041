"""The worst file within the bounds for each reader: processor time and memory, in one table.

Each file is read in a process of its own, and held to the form of a report as it is by ``generate``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.factories.worst_files import WORST_FILES
from tsr_agent.models.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.factories.worst_evals import WorstArchive
    from tests.factories.worst_file import Worst

pytestmark = pytest.mark.benchmark

MOST_SECONDS = 2.0
MOST_MEMORY = 300.0
"""Megabytes of the whole process, Python itself included."""

MEASURE = """
import importlib, json, sys, time
import junitparser
import tsr_agent.models.report
from tsr_agent.errors import TsrError
from tsr_agent.ingest.report_room import ROOM, ReportRoom
module, name, path, called = sys.argv[1:]
reader = getattr(importlib.import_module(f"tsr_agent.ingest.{module}"), name)()
started, refused = time.process_time(), ""
try:
    with open(path, "rb") as stream:
        ReportRoom(ROOM).taken(reader.read(stream, called), called)
except TsrError as error:
    refused = str(error)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6
print(json.dumps([time.process_time() - started, peak, refused]))
"""


def measure(worst: Worst | WorstArchive, path: Path) -> tuple[float, float, str]:
    """Seconds, megabytes, and why the file was refused where it was."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *worst.reader.split(":"), str(path), worst.path],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    seconds, megabytes, refused = json.loads(done.stdout)
    return seconds, megabytes, refused


@pytest.mark.parametrize("worst", WORST_FILES, ids=lambda worst: worst.name)
def test_the_worst_file_within_the_bounds(
    worst: Worst | WorstArchive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "worst"
    worst.write(path, Limits())
    seconds, megabytes, refused = measure(worst, path)
    if seconds > MOST_SECONDS:  # others may use the machine: the better of two counts
        seconds = min(seconds, measure(worst, path)[0])
    size = path.stat().st_size / 2**20
    path.unlink()
    with capsys.disabled():
        print(
            f"\n{worst.name:40} {size:6.1f} MiB {seconds:6.2f} s {megabytes:5.0f} MB {refused[:60]}", end=""
        )
    assert "[limits]" not in refused, "the file is not within the bounds"
    assert seconds <= MOST_SECONDS
    assert megabytes <= MOST_MEMORY
