"""docs/cli.md names every command and option there is, and no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tsr_agent.cli.main import COMMANDS, Command, command_parser
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Agent

EVERYWHERE = {"--help", "--json"}


def section(page: str, name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no section {name}"
    return found[1]


def options_in_table(text: str) -> set[str]:
    return {
        option
        for row in re.findall(r"^\| (`--.*?) \|", text, re.MULTILINE)
        for option in re.findall(r"--[a-z-]+", row)
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_is_documented_and_nothing_else(project_dir: Path, command: Command) -> None:
    page = (project_dir / "docs" / "cli.md").read_text(encoding="utf-8")
    documented = options_in_table(section(page, command.name))
    if command.name == "run":
        documented |= options_in_table(section(page, "generate"))
    parser = command_parser(command)
    real = {each for action in parser._actions for each in action.option_strings if each.startswith("--")}
    assert documented == real - EVERYWHERE


def test_no_command_is_documented_that_there_is_not(project_dir: Path) -> None:
    page = (project_dir / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S.*)$", page, re.MULTILINE) == [command.name for command in COMMANDS]


def test_every_exit_code_is_documented(project_dir: Path) -> None:
    page = (project_dir / "docs" / "cli.md").read_text(encoding="utf-8")
    assert {int(each) for each in re.findall(r"^\| (\d) \|", page, re.MULTILINE)} == set(map(int, ExitCode))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_fits_a_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command_parser(command).print_help()
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("words", [[], ["policy"]])
def test_nothing_asked_for_is_no_success(agent: Agent, words: list[str]) -> None:
    done = agent(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "policy lint" in done.stderr
