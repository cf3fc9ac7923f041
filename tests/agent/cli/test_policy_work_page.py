"""docs/policy-work.md does what it says: its files are written, its commands run, its output compared."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.factories.filed_reports import put_reports
from tsr_agent.gate.policies.file import load_policy
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from tests.conftest import Agent

PROJECT = Path(__file__).resolve().parents[3]
GATE = PROJECT / "resources" / "examples" / "support-bot" / "gate"
RELEASES = PROJECT / "tests" / "data" / "support-bot"
LEFT_OUT = "…"


class Block(NamedTuple):
    language: str
    text: str


def blocks() -> list[Block]:
    page = (PROJECT / "docs" / "policy-work.md").read_text(encoding="utf-8")
    return [Block(*each) for each in re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)]


def commands(text: str) -> list[tuple[str, str]]:
    """Each command line with the output that stands below it."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    assert parts[0] == ""
    return list(zip(parts[1::2], parts[2::2], strict=True))


def matches(shown: str, real: str) -> bool:
    """Whether the output is the real one, but for what is left out."""
    parts = [re.escape(part) for part in re.split(rf"^{LEFT_OUT}\n", shown, flags=re.MULTILINE)]
    return re.fullmatch("(?:.*\n)*?".join(parts), real) is not None


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sample's gate, a report that is refused, and a library that has both releases."""
    for each in GATE.iterdir():
        shutil.copy(each, tmp_path)
    shutil.copy(RELEASES / "broken.json", tmp_path)
    documents = [(RELEASES / name).read_bytes() for name in ("released.json", "broken.json")]
    with open_library(tmp_path / "library.db", create=True) as library:
        reports = [codec.decode(each, TestSummaryReport) for each in documents]
        put_reports(library, reports, load_policy(GATE / "policy.yaml"))
    return tmp_path


def test_the_page_is_true(agent: Agent, copy: Path) -> None:
    ran, answer = [], 0
    for block in blocks():
        if block.language == "yaml":
            name = re.match(r"# (\S+\.yaml)\n", block.text)
            assert name, block.text
            (copy / name[1]).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, shown in commands(block.text):
                if command == "echo $?":
                    assert shown == f"{answer}\n"
                    continue
                program, *arguments = command.split()
                assert program == "tsr-agent"
                done = agent(*arguments)
                answer = done.returncode
                assert matches(shown, done.stdout), f"{command}\n{done.stdout}\n{done.stderr}"
                ran.append(" ".join(arguments[:2]))
    assert set(ran) >= {f"policy {each}" for each in ("init", "lint", "explain", "test", "backtest")}


def test_the_sample_is_of_the_release_that_the_other_tests_judge() -> None:
    assert (GATE / "released.json").read_bytes() == (RELEASES / "released.json").read_bytes()


def test_every_rule_of_the_sample_is_seen_to_fail(agent: Agent) -> None:
    done = agent("policy", "test", "policy.test.yaml", "--strict", cwd=GATE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert agent("policy", "lint", "policy.yaml", "--strict", cwd=GATE).returncode == 0


def test_what_the_page_says_about_numbers_of_questions() -> None:
    from tsr_agent.statistics.intervals import wilson_interval

    right = 69 / 74
    assert wilson_interval(right, 300)[0] < 0.9 < wilson_interval(right, 350)[0]
    assert wilson_interval(0.9, 74)[0] < 0.82
