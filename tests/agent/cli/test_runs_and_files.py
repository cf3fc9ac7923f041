"""What ``exec`` recorded of a run against the files that lie beside the record: real commands, real files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.agent.cli.test_generate import COMMITS, GREEN, RED, read, results  # noqa: F401  (a fixture)
from tsr_agent.models.report import InputStatus

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

WRITES = """
import pathlib, sys
pathlib.Path("results/unit.xml").write_text(sys.argv[1])
sys.exit(int(sys.argv[2]))
"""


def run_that_writes(agent: Agent, document: str, code: int) -> int:
    """Runs a test command that leaves a results file and ends with a code."""
    done = agent("exec", "--type", "unit", "--", sys.executable, "-c", WRITES, document, str(code))
    return done.returncode


@pytest.mark.usefixtures("results")
def test_a_run_that_writes_its_results_and_ends_well_goes(agent: Agent) -> None:
    assert run_that_writes(agent, GREEN, 0) == 0
    assert agent("run", *COMMITS).returncode == 0


@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("code", [1, 3, 5, 124])
def test_a_non_zero_exit_with_green_files_is_an_error_of_that_type(agent: Agent, code: int) -> None:
    assert run_that_writes(agent, GREEN, code) == code
    done = agent("run", *COMMITS)
    assert done.returncode == 1
    printed = " ".join(done.stdout.split())
    assert "The unit test command" in printed
    assert str(code) in printed


@pytest.mark.usefixtures("results")
def test_a_good_exit_does_not_help_red_files(agent: Agent) -> None:
    assert run_that_writes(agent, RED, 0) == 0
    assert agent("run", *COMMITS).returncode == 1


@pytest.mark.usefixtures("results")
def test_green_files_that_the_run_did_not_write_never_pass(agent: Agent, tmp_path: Path) -> None:
    unit = tmp_path / "results" / "unit.xml"
    an_hour_ago = unit.stat().st_mtime - 3600
    os.utime(unit, (an_hour_ago, an_hour_ago))
    assert agent("run", *COMMITS).returncode == 0
    assert agent("exec", "--type", "unit", "--", sys.executable, "-c", "").returncode == 0
    done = agent("run", *COMMITS, "--explain")
    assert done.returncode == 2
    assert "unit.xml: last written" in done.stderr
    assert "unit.xml: stale (taken for JUnit XML): last written" in " ".join(done.stdout.split())
    (left,) = (each for each in read(tmp_path).inputs if each.status is InputStatus.STALE)
    assert (left.path, left.reader) == ("unit.xml", "JUnit XML")
    gate = agent("gate", "tsr.json")
    assert gate.returncode == 1
    assert "unit.xml is stale" in " ".join(gate.stdout.split())
    assert "✕ unit.xml" in agent("show", "tsr.json").stdout.replace("  ", " ")
