"""What real processes that are killed, crowded or out of space do to a library: nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def run(what: str, number: int, folder: Path, project_dir: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.agent.store.processes", what, str(folder), str(number)],
        cwd=project_dir,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_killed_writer_loses_nothing_it_acknowledged_and_leaves_nothing_half(
    tmp_path: Path, project_dir: Path
) -> None:
    outcomes = run("kill", 20, tmp_path, project_dir)
    assert len(outcomes) == 20
    for outcome in outcomes:
        assert outcome["acknowledged"] > 0
        assert (outcome["lost"], outcome["half"], outcome["damages"]) == ([], [], [])
        assert outcome["usable"]
    assert any(each["in_the_middle"] for each in outcomes), (
        "no kill fell into a transaction: nothing was tested"
    )


def test_a_killed_maker_leaves_a_whole_library_or_none(tmp_path: Path, project_dir: Path) -> None:
    for outcome in run("kill-creation", 10, tmp_path, project_dir):
        assert outcome["damages"] == []


def test_eight_processes_that_read_and_then_write_lose_nothing(tmp_path: Path, project_dir: Path) -> None:
    assert run("crowd", 8, tmp_path, project_dir) == {"failed": 0, "reports": 80, "damages": []}


def test_a_full_disk_loses_nothing_is_named_and_is_got_over(tmp_path: Path, project_dir: Path) -> None:
    for outcome in run("full-disk", 10, tmp_path, project_dir):
        assert (outcome["lost"], outcome["half"], outcome["damages"]) == ([], [], [])
        assert "full" in outcome["said"][0]
        assert any(line.strip().startswith("Next: Free some space") for line in outcome["said"])
        assert outcome["usable"]
        assert outcome["dropped"], "a connection that saw an I/O error is not used again"
