"""``tsr-agent run`` on the results of well-known projects' own test suites.

What pytest printed on the console of each run is the truth; the agent has to say the same.
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

pytestmark = pytest.mark.samples

SHA = "0123456789abcdef0123456789abcdef01234567"
COMMITS = ("--codebase-sha", SHA, "--testbase-sha", SHA, "--prompts-sha", SHA)
WORD_TO_KEY = {
    "passed": "passed",
    "failed": "failed",
    "error": "errors",
    "errors": "errors",
    "skipped": "skipped",
    "xfailed": "xfailed",
}


def console_counts(console: str) -> dict[str, int]:
    """Counts of pytest's last line, such as ``= 1 failed, 1376 passed, 8 skipped in 170.27s =``."""
    last = next(line for line in reversed(console.splitlines()) if re.search(r"\d+ passed", line))
    found = re.findall(r"(\d+) ([a-z]+)", last)
    return {WORD_TO_KEY[word]: int(number) for number, word in found if word in WORD_TO_KEY}


@pytest.mark.parametrize("project", ["attrs", "click", "toolz", "requests"])
def test_the_counts_are_those_of_the_console(
    agent: Agent, samples_dir: Path, tmp_path: Path, project: str
) -> None:
    source = samples_dir / "pytest-real"
    (tmp_path / "results").mkdir()
    shutil.copy(source / f"{project}.xml", tmp_path / "results" / "unit.xml")
    done = agent("run", *COMMITS, "--library", "library.db", "--json")
    # There is no security suite, no eval and no requirement here: never GO, whatever the unit tests say.
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["decision"] == "no_go"
    (unit,) = json.loads((tmp_path / "tsr.json").read_bytes())["test_results"]
    expected = console_counts((source / f"{project}.console.txt").read_text())
    assert expected["passed"] > 100
    assert {key: unit[key] for key in expected} == expected
    assert unit["total"] == sum(expected.values())


def test_a_run_that_was_killed_is_not_green_although_its_file_is(
    agent: Agent, samples_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    shutil.copy(samples_dir / "pytest-real" / "networkx-algorithms.xml", tmp_path / "results" / "unit.xml")
    done = agent("run", *COMMITS, "--exit-code", "unit=124", "--json")
    rules = {rule["id"]: rule for rule in json.loads(done.stdout)["rules"]}
    assert done.returncode == 1
    assert rules["unit-tests"]["state"] == "pass"
    assert rules["evidence"]["state"] == "fail"
    assert "124" in rules["evidence"]["message"]
