"""``tsr-agent exec`` as a pipeline uses it: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

AGENT = (sys.executable, "-m", "tsr_agent")


def run_exec(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AGENT, "exec", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def record(folder: Path, name: str = "unit") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results" / f"{name}.exec.json").read_bytes())
    return found


@pytest.mark.parametrize("code", [0, 1, 5, 77])
def test_the_exit_code_is_passed_on_and_recorded(tmp_path: Path, code: int) -> None:
    done = run_exec(tmp_path, "--type", "unit", "--", sys.executable, "-c", f"raise SystemExit({code})")
    assert done.returncode == code
    assert record(tmp_path)["exit_code"] == code
    assert record(tmp_path)["finished_at"] is not None


def test_the_commands_own_output_and_options_are_left_alone(tmp_path: Path) -> None:
    script = "import sys; print(sys.argv[1:]); print('to stderr', file=sys.stderr)"
    done = run_exec(tmp_path, "--type", "unit", "--", sys.executable, "-c", script, "--json", "--type", "x")
    assert done.stdout == "['--json', '--type', 'x']\n"
    assert done.stderr == "to stderr\n"


def test_secrets_of_the_command_line_are_not_recorded(tmp_path: Path) -> None:
    run_exec(tmp_path, "--type", "unit", "--", sys.executable, "-c", "", "--token", "hunter2")
    assert "hunter2" not in json.dumps(record(tmp_path))


def test_a_command_that_is_not_there_is_an_error_on_record(tmp_path: Path) -> None:
    done = run_exec(tmp_path, "--type", "unit", "--", "no-such-command-anywhere")
    assert done.returncode == record(tmp_path)["exit_code"] == 127
    assert "command not found" in done.stderr


def test_no_command_is_a_usage_error(tmp_path: Path) -> None:
    done = run_exec(tmp_path, "--type", "unit", "--")
    assert done.returncode == 2
    assert "two hyphens" in done.stderr


def test_a_name_keeps_shards_apart_and_is_no_path(tmp_path: Path) -> None:
    run_exec(tmp_path, "--type", "unit", "--name", "shard-2", "--", sys.executable, "-c", "")
    assert record(tmp_path, "unit-shard-2")["exit_code"] == 0
    assert run_exec(tmp_path, "--type", "unit", "--name", "../x", "--", "true").returncode == 2


def test_a_time_limit_ends_the_command_and_what_it_started(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import signal; signal.pause()'])\n"
    )
    # The grandchild holds our end of standard output, so this returns only when it is gone, too.
    done = run_exec(tmp_path, "--type", "unit", "--timeout", "2", "--", sys.executable, "-c", script)
    assert done.returncode == record(tmp_path)["exit_code"] == 124
    assert "time limit of 2 s" in record(tmp_path)["note"]


def start_and_wait_until_running(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """The agent with a command that waits for a signal, and that command's process id."""
    script = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
    agent = subprocess.Popen(
        [*AGENT, "exec", "--type", "unit", "--", sys.executable, "-c", script],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    return agent, int(agent.stdout.readline())


def test_a_signal_to_us_ends_the_command_and_is_recorded(tmp_path: Path) -> None:
    agent, _ = start_and_wait_until_running(tmp_path)
    with agent:
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(30) == 128 + signal.SIGTERM
    assert record(tmp_path)["exit_code"] == -signal.SIGTERM


def test_being_killed_leaves_a_record_that_says_not_finished(tmp_path: Path) -> None:
    agent, command = start_and_wait_until_running(tmp_path)
    with agent:
        agent.kill()
        agent.wait(30)
        os.kill(command, signal.SIGKILL)
    assert record(tmp_path)["exit_code"] == 125
    assert record(tmp_path)["finished_at"] is None
