"""The marker reaches the report: pytest as a process, its JUnit file through our reader."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tsr_agent.ingest.junit import JUnitReader

if TYPE_CHECKING:
    from pathlib import Path

SUITE = """
import pytest

pytestmark = pytest.mark.requirement("REQ-MODULE")

@pytest.mark.requirement("REQ-1")
@pytest.mark.requirement("REQ-2", "REQ-3, REQ-4")
def test_marked(): pass

@pytest.mark.requirement("REQ-5")
class TestGroup:
    @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.requirement("REQ-6"))])
    def test_both(self, n): assert n == 1

@pytest.mark.requirement("REQ-7")
@pytest.mark.skip
def test_skipped(): pass

@pytest.mark.requirement()
def test_without_an_id(): pass
"""


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_suite.py").write_text(SUITE, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=unit.xml", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def requirements(folder: Path) -> dict[str, tuple[str, ...]]:
    with (folder / "unit.xml").open("rb") as stream:
        parts = JUnitReader().read(stream, "unit.xml")
    return {case.name: tuple(sorted(case.requirement_ids)) for case in parts.cases}


@pytest.mark.parametrize(
    "options", [(), ("-o", "junit_family=xunit1"), ("-n", "2")], ids=["xunit2", "xunit1", "two workers"]
)
def test_ids_of_the_marker_reach_the_cases(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = run_pytest(tmp_path, *options)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "warning" not in done.stdout.lower()
    assert requirements(tmp_path) == {
        "test_marked": ("REQ-1", "REQ-2", "REQ-3", "REQ-4", "REQ-MODULE"),
        "test_both[1]": ("REQ-5", "REQ-MODULE"),
        "test_both[2]": ("REQ-5", "REQ-6", "REQ-MODULE"),
        "test_skipped": ("REQ-7", "REQ-MODULE"),
        "test_without_an_id": ("REQ-MODULE",),
    }


def test_the_plugin_loads_nothing_but_itself_and_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import tsr_agent.pytest_plugin;"
        "new = set(sys.modules) - before;"
        "print(sorted(each for each in new if each.partition('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['tsr_agent', 'tsr_agent.pytest_plugin']"


def test_the_marker_is_declared(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--markers"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "@pytest.mark.requirement(*ids)" in done.stdout
