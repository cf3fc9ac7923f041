"""JUnit XML of 100,000 cases: our reader against junitparser's own parse and bare expat, in one run.

Each contender runs in a process of its own, so that its peak memory is its own; CPU times are the
best of three. Both figures leave out start-up: what a process costs that loads the same modules and
reads a file without a case is taken off.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.benchmark

CASES = 100_000

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
CONTENDERS = {
    "expat": (
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
    "junitparser": (
        "import junitparser",
        """
document = junitparser.JUnitXml.fromfile(path)
read = [(case.classname, case.name, case.time, case.result) for suite in document for case in suite]
""",
    ),
    "aitr": (
        "import junitparser; from tsr_agent.ingest.junit import JUnitReader",
        """
with open(path, "rb") as stream:
    parts = JUnitReader().read(stream, "unit.xml")
""",
    ),
}


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


def measure(contender: str, path: Path, empty: Path) -> Figures:
    runs = [run(contender, path) for _ in range(3)]
    idle = min(run(contender, empty).memory for _ in range(2))
    return Figures(min(each.cpu for each in runs), min(each.memory for each in runs) - idle)


class Scenario(NamedTuple):
    """A file, and how its figures may compare."""

    kind: str
    output_share: float
    output_lines: int
    most_of_expat: float
    least_gain: float
    most_of_memory: float


SCENARIOS = [
    Scenario("no output", 0.0, 0, 2.8, 1.0, 0.85),
    Scenario("half with six lines of output", 0.5, 6, 2.4, 1.3, 0.6),
    Scenario("all with fifty lines of output", 1.0, 50, 2.0, 1.5, 0.25),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.kind)
def test_junit_of_100_000_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scenario: Scenario
) -> None:
    path, empty = tmp_path / "unit.xml", tmp_path / "empty.xml"
    write_results(path, CASES, output_share=scenario.output_share, output_lines=scenario.output_lines)
    write_results(empty, 0, output_share=0, output_lines=0)
    figures = {name: measure(name, path, empty) for name in CONTENDERS}
    expat, peer, ours = figures["expat"], figures["junitparser"], figures["aitr"]

    with capsys.disabled():
        print(f"\n{CASES:,} cases, {scenario.kind}, {path.stat().st_size / 2**20:.1f} MiB:")
        for name, each in figures.items():
            print(f"  {name:12} {each.cpu:6.3f} s CPU  {each.memory:7.1f} MiB over start-up")
        print(
            f"  aitr: {ours.cpu / expat.cpu:.2f} x expat, {peer.cpu / ours.cpu:.2f} x faster than "
            f"junitparser, {ours.memory / peer.memory:.2f} of its memory"
        )
    assert ours.cpu <= scenario.most_of_expat * expat.cpu
    assert peer.cpu >= scenario.least_gain * ours.cpu
    assert ours.memory <= scenario.most_of_memory * peer.memory
