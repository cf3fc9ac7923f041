"""How CI systems read what a step leaves, written from their sources and independent of what writes it.

GitHub: actions/runner, ActionCommand.TryParseV2 and FileCommandManager. Azure: azure-pipelines-agent,
Command.TryParse. GitLab: Ci::ParseDotenvArtifactService.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

GITHUB_COMMANDS = {
    "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "set-output", "set-env",
    "add-path", "save-state", "stop-commands", "echo", "add-matcher", "remove-matcher",
}  # fmt: skip


@dataclass
class Command:
    """One command as the runner understood it."""

    name: str
    data: str
    properties: dict[str, str] = field(default_factory=dict)


def github_commands(log: str) -> list[Command]:
    """All commands in a log."""
    return [each for line in re.split(r"\r\n|\n|\r", log) if (each := _github_command(line)) is not None]


def _github_command(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::"):
        # The older form may stand anywhere in a line.
        old = re.search(r"##\[([^ \]]*)[^]]*\](.*)", line)
        return Command(old[1], old[2]) if old and old[1] in GITHUB_COMMANDS else None
    end = line.find("::", 2)
    if end < 0:
        return None
    name, _, written = line[2:end].partition(" ")
    if name not in GITHUB_COMMANDS:
        return None
    pairs = (each.split("=", 1) for each in written.strip().split(",") if "=" in each)
    return Command(
        name, _unescaped(line[end + 2 :]), {key: _unescaped(value, more=True) for key, value in pairs}
    )


def _unescaped(text: str, *, more: bool = False) -> str:
    text = text.replace("%0D", "\r").replace("%0A", "\n")
    if more:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%25", "%")


def github_outputs(text: str) -> dict[str, str]:
    """The outputs in a file of the runner; ValueError where the runner would fail the step."""
    lines, found = text.split("\n"), dict[str, str]()
    place = 0
    while place < len(lines):
        line, place = lines[place], place + 1
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1 :]
            continue
        name, _, delimiter = line.partition("<<")
        if heredoc < 0 or not name or not delimiter:
            raise ValueError(f"invalid format {line!r}")
        end = lines.index(delimiter, place)
        found[name] = "\n".join(lines[place:end])
        place = end + 1
    return found


def azure_commands(log: str) -> list[Command]:
    """All logging commands in a log."""
    return [each for line in re.split(r"\r\n|\n|\r", log) if (each := _azure_command(line)) is not None]


def _azure_command(line: str) -> Command | None:
    start = line.find("##vso[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, written = line[start + 6 : end].partition(" ")
    pairs = (each.split("=", 1) for each in written.split(";") if "=" in each)
    properties = {key: _azure_unescaped(value) for key, value in pairs}
    return Command(name, _azure_unescaped(line[end + 1 :]), properties)


def _azure_unescaped(text: str) -> str:
    for token, written in ((";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"), ("%", "%AZP25")):
        text = text.replace(written, token)
    return text


def gitlab_dotenv(document: bytes) -> dict[str, str]:
    """The variables of a dotenv report; ValueError where GitLab refuses it."""
    if len(document) >= 5 * 1024:
        raise ValueError("dotenv artifact too big")
    found: dict[str, str] = {}
    for line in document.decode("utf-8").splitlines():
        matched = re.match(r"\A(.*?)=(.*)\Z", line)
        if (
            matched is None
            or re.search(r"[\"'#$\s]", line)
            or not re.fullmatch(r"[A-Z_][A-Z0-9_]*", matched[1])
        ):
            raise ValueError(f"invalid format {line!r}")
        found[matched[1]] = matched[2]
    if len(found) > 20:
        raise ValueError("too many variables")
    return found
