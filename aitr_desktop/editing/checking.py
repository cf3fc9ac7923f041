"""What is wrong with a text that is being written, found by the readers that will take the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from aitr_desktop.editing.hidden import hidden_places
from tsr_agent.errors import InputError, PolicyError

if TYPE_CHECKING:
    from datetime import date

    from aitr_desktop.editing.draft_texts import TextSize
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.source.problem import PolicyProblem
    from tsr_agent.ingest.reader import Reader

MOST_FINDINGS = 500
"""That are shown; a person mends the first ones first."""
MOST_HIDDEN = 50
_PLACE = re.compile(r"(?:\bat )?\bline (\d+)(?:, column (\d+))?:? ?")


class FileKind(Enum):
    """What a text is meant to be."""

    POLICY = "policy"
    WAIVERS = "waivers"
    QUARANTINE = "quarantine"
    CASES = "policy-cases"
    REQUIREMENTS = "requirements"
    DRAFT = "draft"
    """A text that no gate reads, such as a prompt."""


class Weight(Enum):
    """What a finding does."""

    ERROR = "error"
    """The file is refused."""
    WARNING = "warning"
    """It is read; a person should look."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to be said about a place of the text. Lines and columns count from 1, in characters."""

    weight: Weight
    line: int
    column: int
    end_column: int
    """The first one after it; the same as ``column`` where only the place is known."""
    message: str
    about: str = ""
    """The key or entry that it is about, such as ``rules[2].severity``; empty where it is the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a text turned out to be."""

    kind: FileKind
    findings: tuple[Finding, ...] = ()
    """In the order of the text."""
    more: int = 0
    """Findings beyond those."""
    policy: Policy | None = None
    """Where it is one, and every gate would take it."""
    size: TextSize | None = None
    """Of a draft."""

    @property
    def errors(self) -> int:
        """How many of the findings refuse the file."""
        return sum(each.weight is Weight.ERROR for each in self.findings)


def check_text(
    text: str,
    path: Path | None,
    today: date,
    *,
    named: Path | None = None,
    placeholders: tuple[str, ...] = (),
) -> Checked:
    """Checks a text, whole or half-written. Never raises, whatever the text.

    Args:
        text: With the characters that are meant.
        path: Of its file, beside which what it names is looked for; None for one never saved.
        today: The day (UTC) that dates are held against.
        named: What it would be called where it has no file yet. Name and keys tell what it is meant to be.
        placeholders: Of the text that a draft is a copy of.
    """
    data = text.encode("utf-8", "surrogatepass")
    kind = kind_of_text(data, path or named)
    policy, size = None, None
    if kind is FileKind.DRAFT:
        from aitr_desktop.editing.draft_texts import draft_findings, size_of

        found, size = draft_findings(text, path or named or Path(), placeholders), size_of(text)
    elif kind is FileKind.REQUIREMENTS:
        found = _of_requirements(data, path or named)
    else:
        found, policy = _of_gate_file(data, path, today, kind)
    found = sorted([*found, *_hidden(text)], key=lambda each: (each.line, each.column))
    shown = found[:MOST_FINDINGS]
    return Checked(kind=kind, findings=tuple(shown), more=len(found) - len(shown), policy=policy, size=size)


def kind_of_text(data: bytes, path: Path | None) -> FileKind:
    """What a text is meant to be, by its name and its keys; a policy where nothing tells."""
    from aitr_desktop.editing.draft_texts import is_draft
    from tsr_agent.gate.linting.file_check import kind_of

    if path is not None and _reader(data, path) is not None:
        return FileKind.REQUIREMENTS
    if path is not None and is_draft(data.decode("utf-8", "replace"), path):
        return FileKind.DRAFT
    if path is None and re.search(rb"^requirements[ \t]*:", data, re.MULTILINE):
        return FileKind.REQUIREMENTS
    return FileKind(kind_of(data))


def _of_gate_file(
    data: bytes, path: Path | None, today: date, kind: FileKind
) -> tuple[list[Finding], Policy | None]:
    from tsr_agent.gate.linting.file_check import check_file
    from tsr_agent.gate.policies.sources import beside

    source = path.name if path is not None else "policy"
    parents = beside(path) if path is not None else None
    problems = check_file(data, source, kind.value, today, parents=parents)
    found = [_finding(each, source) for each in problems]
    if kind is not FileKind.POLICY or any(each.weight is Weight.ERROR for each in found):
        return found, None
    policy, further = _whole_policy(data, source, path)
    return [*found, *further], policy


def _whole_policy(data: bytes, source: str, path: Path | None) -> tuple[Policy | None, list[Finding]]:
    """The policy with the files that it names, or what is wrong with those."""
    from tsr_agent.gate.linting.policy_check import problems_of_error
    from tsr_agent.gate.policies.file import parse_policy
    from tsr_agent.gate.policies.sources import beside, quarantines_in

    try:
        if path is None:
            return parse_policy(data, source), []
        return parse_policy(data, source, beside(path), quarantines_in(path.parent)), []
    except PolicyError as error:
        return None, [_finding(each, source) for each in problems_of_error(error, source)]


def _finding(problem: PolicyProblem, source: str) -> Finding:
    elsewhere = problem.source != source
    name = problem.path.removeprefix("$").removeprefix(".")
    place = f"{problem.source}:{problem.line}:{problem.column}"
    return Finding(
        weight=Weight(problem.severity.value),
        line=1 if elsewhere else problem.line,
        column=1 if elsewhere else problem.column,
        end_column=1 if elsewhere else problem.end_column,
        message=f"{place}: {problem.sentence}" if elsewhere else problem.sentence,
        about=name,
    )


def _readers() -> tuple[Reader, ...]:
    from tsr_agent.ingest.requirements_csv import RequirementsCsvReader
    from tsr_agent.ingest.requirements_yaml import RequirementsYamlReader
    from tsr_agent.ingest.sphinx_needs import SphinxNeedsReader

    return RequirementsYamlReader(), RequirementsCsvReader(), SphinxNeedsReader()


def _reader(data: bytes, path: Path) -> Reader | None:
    """The one that ``tsr-agent generate`` would read it with as requirements; None where none takes it."""
    head, name = data[:65_536], PurePath(path.name)
    return next((each for each in _readers() if each.recognise(head, name)), None)


def _of_requirements(data: bytes, path: Path | None) -> list[Finding]:
    reader = _reader(data, path) if path is not None else None
    name = path.name if path is not None else "requirements.yaml"
    try:
        parts = (reader or _readers()[0]).read(BytesIO(data), name)
    except InputError as error:
        return [_of_input_error(error, name, data)]
    return [
        Finding(weight=Weight.NOTE, line=1, column=1, end_column=1, message=each) for each in parts.remarks
    ]


def _of_input_error(error: InputError, name: str, data: bytes) -> Finding:
    """An error with its place in words, as a finding at the place."""
    said = error.message.removeprefix(f"{name}: ")
    found = _PLACE.search(said)
    line, column = (int(found[1]), int(found[2] or 1)) if found else (1, 1)
    if found is not None:
        said = (said[: found.start()] + said[found.end() :]).strip()
    lines = data.decode("utf-8", "replace").split("\n")
    line = min(line, len(lines))
    end = column if found is not None and found[2] else len(lines[line - 1]) + 1
    message = " ".join(filter(None, (said.replace(" :", ":"), error.next_step)))
    return Finding(
        weight=Weight.ERROR, line=line, column=column, end_column=max(column, end), message=message
    )


def _hidden(text: str) -> list[Finding]:
    """Characters that nobody sees, as notes: they may be meant, and they may be there to deceive."""
    found = []
    for place, name in hidden_places(text, MOST_HIDDEN):
        line, start = text.count("\n", 0, place) + 1, text.rfind("\n", 0, place) + 1
        column = place - start + 1
        found.append(
            Finding(
                weight=Weight.NOTE,
                line=line,
                column=column,
                end_column=column + 1,
                message=f"a character that nobody sees: {name}",
            )
        )
    return found
