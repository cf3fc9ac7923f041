"""Backups while real processes write, are killed, or run out of space, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.whole_library import fill
from tsr_agent.store.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture
def filled(database: str) -> str:
    """The address of a library with something in every table."""
    with open_database(database) as library:
        fill(library, 20)
    return database


def run(what: str, number: int, database: str, folder: Path, project_dir: Path) -> Any:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.agent.store.backup_processes",
            what,
            str(folder),
            database,
            str(number),
        ],
        cwd=project_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return json.loads(done.stdout)


def test_twenty_backups_while_four_write_are_restored(filled: str, tmp_path: Path, project_dir: Path) -> None:
    outcomes = run("busy", 10, filled, tmp_path, project_dir)
    assert len(outcomes) == 10
    for each in outcomes:
        assert (each["enough"], each["same"], each["new_epoch"], each["usable"]) == (True,) * 4
        assert each["damages"] == []
    heads = [each["head"] for each in outcomes]
    assert heads == sorted(heads)
    assert len(set(heads)) > 1


def test_a_killed_backup_leaves_a_whole_one_or_none(filled: str, tmp_path: Path, project_dir: Path) -> None:
    outcomes = run("kill", 20, filled, tmp_path, project_dir)
    assert all(each["sound"] for each in outcomes)
    assert not all(each["there"] for each in outcomes)
    assert (tmp_path / "afterwards.db").exists()


def test_a_full_disk_leaves_nothing_half_written(filled: str, tmp_path: Path, project_dir: Path) -> None:
    outcomes = run("full", 10, filled, tmp_path, project_dir)
    for each in outcomes:
        assert each["left"] == []
        assert "disk" in " ".join(each["said"]), each
