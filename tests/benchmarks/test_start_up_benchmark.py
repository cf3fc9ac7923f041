"""What a command of the agent costs beside a bare interpreter, in one run.

    python -m pytest -m benchmark -s tests/benchmarks/test_start_up_benchmark.py

CPU time of whole processes, interleaved, medians. The environment is a new one that holds the base
install only, as in a CI job: what else is installed decides what the libraries load.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.factories.reports import report
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.benchmark

ROUNDS = 21


def cpu_milliseconds(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def test_start_up_beside_a_bare_interpreter(project_dir: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "install", "-c", str(project_dir / "packaging" / "constraints.txt"), str(project_dir)],
        check=True,
    )
    tsr = tmp_path / "tsr.json"
    tsr.write_bytes(codec.encode(report()))
    python, agent = str(environment / "bin" / "python"), str(environment / "bin" / "tsr-agent")
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "import msgspec": [python, "-c", "import msgspec"],
        "tsr-agent --version": [agent, "--version"],
        "tsr-agent gate tsr.json": [agent, "gate", str(tsr)],
        "tsr-agent show tsr.json": [agent, "show", str(tsr)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(cpu_milliseconds(command))
    bare = statistics.median(times["python -c pass"])
    print()
    for name, measured in times.items():
        middle = statistics.median(measured)
        print(f"{name:<26} {middle:6.1f} ms CPU  {middle / bare:5.2f} × python -c pass")
    assert bare > 0
