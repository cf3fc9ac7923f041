"""JUnit XML of 1,000, 100,000 and 1,000,000 cases: our reader beside its peers, in one run.

    python -m pytest -m benchmark -s tests/benchmarks/test_junit_benchmark.py

Each contender runs in a process of its own, so that its peak memory is its own; contenders take turns and
CPU times are the best of all turns, because a busy machine slows whoever runs. Figures leave out start-up:
what a process costs that loads the same modules and reads a file without a case is taken off.
"""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.benchmark

MEASURE = """
import json, resource, sys, time
{load}
def peak():
    # What Linux calls ru_maxrss can be the parent's where the process was forked; this is our own.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
path = sys.argv[1]
started = time.process_time()
{work}
print(json.dumps([time.process_time() - started, peak()]))
"""
PARSED_BY_JUNITPARSER = """
document = junitparser.JUnitXml.fromfile(path)
read = [(case.classname, case.name, case.time, case.result) for suite in document for case in suite]
"""
LOADED_BY_US = """
import junitparser
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.limits import Limits
many = 2**32
limits = Limits(
    file_bytes=many, cases=many, junit_elements=many, kept_text=64 * 2**20, kept_names=many
)
"""
"""The largest files are beyond the bounds that hold where nobody raises them."""
READ_BY_US = """
with open(path, "rb") as stream:
    parts = JUnitReader(limits).read(stream, "unit.xml")
"""
CONTENDERS = {
    "expat, empty handlers": (
        "from xml.parsers import expat",
        """
parser = expat.ParserCreate()
parser.buffer_text, parser.buffer_size = True, 65536
parser.StartElementHandler = lambda tag, attributes: None
parser.EndElementHandler = lambda tag: None
parser.CharacterDataHandler = lambda text: None
with open(path, "rb") as stream:
    while chunk := stream.read(1 << 20):
        parser.Parse(chunk, False)
parser.Parse(b"", True)
""",
    ),
    # junitparser takes lxml where it can be imported.
    "junitparser": ("import sys; sys.modules['lxml'] = None; import junitparser", PARSED_BY_JUNITPARSER),
    "junitparser, lxml": ("import lxml.etree, junitparser", PARSED_BY_JUNITPARSER),
    "aitr": (LOADED_BY_US, READ_BY_US),
    "aitr, cases walked": (
        LOADED_BY_US,
        READ_BY_US + "walked = sum(case.duration_ms is not None for case in parts.cases)",
    ),
}
"""By name, what a process loads and what is measured. Our cases are made when they are asked for: the last
contender makes each of them once."""


class Figures(NamedTuple):
    cpu: float
    """Seconds."""
    memory: float
    """Mebibytes."""


def write_results(path: Path, cases: int, *, output_share: float, output_lines: int) -> None:
    """A file as pytest writes it: 5 % failures, of the rest a share with captured output."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">')
        file.write(f'<testsuite name="pytest" tests="{cases}" failures="{-(-cases // 20)}" hostname="vm">')
        for number in range(cases):
            file.write(
                f'<testcase classname="tests.unit.test_module_{number // 100}.TestThing" '
                f'name="test_behaviour_of_something[{number}-value]" time="{chance.random() / 10:.3f}"'
            )
            if number % 20 == 0:
                trace = "    context line of the trace\n" * 20
                file.write(f'><failure message="AssertionError: assert {number} == 3">def test():\n{trace}')
                file.write("&gt;   assert value == 3\nE   AssertionError</failure></testcase>")
            elif chance.random() < output_share:
                lines = "a line that the test printed while it ran\n" * output_lines
                file.write(f"><system-out>{lines}</system-out></testcase>")
            else:
                file.write(" />")
        file.write("</testsuite></testsuites>")


def run(contender: str, path: Path) -> Figures:
    load, work = CONTENDERS[contender]
    script = MEASURE.format(load=load, work=work)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    return Figures(*json.loads(done.stdout))


def measure(path: Path, empty: Path, turns: int) -> dict[str, Figures]:
    """The best figures of each contender over start-up; those that are not installed are left out."""
    names = [name for name in CONTENDERS if "lxml" not in name or importlib.util.find_spec("lxml")]
    runs: dict[str, list[Figures]] = {name: [] for name in names}
    idle: dict[str, list[Figures]] = {name: [] for name in names}
    for _ in range(turns):
        for name in names:
            runs[name].append(run(name, path))
            idle[name].append(run(name, empty))
    return {
        name: Figures(
            min(each.cpu for each in runs[name]) - min(each.cpu for each in idle[name]),
            min(each.memory for each in runs[name]) - min(each.memory for each in idle[name]),
        )
        for name in names
    }


class Scenario(NamedTuple):
    """A file, and how its figures may compare; a bound of 0 is none."""

    cases: int
    output_share: float = 0
    output_lines: int = 0
    turns: int = 3
    most_of_expat: float = 0
    least_gain: float = 0
    """Times that junitparser takes as long."""
    most_of_memory: float = 0
    """Of junitparser's."""

    def __str__(self) -> str:
        """What the file holds."""
        if not self.output_share:
            return f"{self.cases:,} cases, no output"
        return f"{self.cases:,} cases, {self.output_share:.0%} with {self.output_lines} lines of output"


SCENARIOS = [
    Scenario(1_000, turns=5),
    Scenario(1_000, 0.5, 6, turns=5),
    Scenario(100_000, turns=5, most_of_expat=2.2, least_gain=1.5, most_of_memory=0.6),
    Scenario(100_000, 0.5, 6, most_of_expat=2.4, least_gain=1.6, most_of_memory=0.5),
    Scenario(100_000, 1, 50, most_of_expat=1.9, least_gain=1.8, most_of_memory=0.25),
    Scenario(1_000_000, turns=2, most_of_expat=2.5, least_gain=2, most_of_memory=1 / 8),
    Scenario(1_000_000, 0.5, 6, turns=1, most_of_expat=2.6, least_gain=2, most_of_memory=1 / 8),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_junit(tmp_path: Path, capsys: pytest.CaptureFixture[str], scenario: Scenario) -> None:
    path, empty = tmp_path / "unit.xml", tmp_path / "empty.xml"
    write_results(
        path, scenario.cases, output_share=scenario.output_share, output_lines=scenario.output_lines
    )
    write_results(empty, 0, output_share=0, output_lines=0)
    figures = measure(path, empty, scenario.turns)
    expat, peer, ours = figures["expat, empty handlers"], figures["junitparser"], figures["aitr"]

    with capsys.disabled():
        print(f"\n{scenario}, 5% failed, {path.stat().st_size / 2**20:.1f} MiB:")
        for name, each in figures.items():
            print(
                f"  {name:22} {each.cpu:7.3f} s CPU {each.cpu / expat.cpu:6.2f} x expat "
                f"{each.memory:8.1f} MiB {each.memory * 2**20 / scenario.cases:7,.0f} B a case"
            )
        if "junitparser, lxml" not in figures:
            print("  junitparser, lxml      not measured: lxml is not installed (pip install aitr[bench])")
        if scenario.cases > 1_000:
            print(
                f"  aitr is {peer.cpu / ours.cpu:.2f} x as fast as junitparser and takes "
                f"1/{peer.memory / ours.memory:.1f} of its memory"
            )
    assert not scenario.most_of_expat or ours.cpu <= scenario.most_of_expat * expat.cpu
    assert not scenario.least_gain or peer.cpu >= scenario.least_gain * ours.cpu
    assert not scenario.most_of_memory or ours.memory <= scenario.most_of_memory * peer.memory
