"""Which eval iteration a run of a tool belongs to: said by a person or by its file's name, never by time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.ingest.path_glob import matches_name, matches_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.eval_mapping import EvalRunRule

# ``v3.1`` and ``v3.0.0`` are versions of something and no numbers of iterations.
_NUMBER = re.compile(
    r"(?:^|(?<=[-_.\s]))(?:iteration[-_\s]*v?|v)(?P<number>[0-9]{1,9})(?=$|[-_\s]|\.(?![0-9]))", re.IGNORECASE
)
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")
HOW_TO_SAY = "say it under [[evals.runs]] in aitr.toml"


@dataclass(frozen=True, kw_only=True)
class FileRuns:
    """The runs of an eval tool that one file holds."""

    path: str
    """As the report lists the file."""
    whole: str = ""
    """As a person wrote it, for a file that was named by itself; patterns are held against it too."""
    runs: tuple[EvalRun, ...]

    @property
    def telling(self) -> str:
        """The part of the path whose words count: of a named file the name and the folder it lies in."""
        return "/".join(self.whole.split("/")[-2:]) if self.whole else self.path

    def names(self, root: str) -> tuple[str, ...]:
        """The paths that a pattern may mean, with the results directory in front or without it."""
        if self.whole:
            return (self.path, self.whole)
        return (self.path, f"{root.rstrip('/')}/{self.path}") if root else (self.path,)


@dataclass(frozen=True, kw_only=True)
class PlacedRun:
    """A run, the number of its iteration and what says so."""

    path: str
    run: EvalRun
    number: int
    rule: EvalRunRule | None
    reason: str

    @property
    def named(self) -> str:
        """The run as messages call it."""
        return f"the run {self.run.name[:200]!r}"


@dataclass(frozen=True, kw_only=True)
class Places:
    """Runs with their numbers, and why some have none."""

    placed: tuple[PlacedRun, ...]
    problems: dict[str, str]
    """By path of the file."""
    unused: dict[int, EvalRunRule]
    """Rules that match no run, by their number in the file, from 1."""


def place_runs(
    files: Sequence[FileRuns], rules: tuple[EvalRunRule, ...], root: str, *, has_history: bool
) -> Places:
    """Gives each run its iteration.

    Args:
        files: All files that hold runs.
        rules: Those of ``[[evals.runs]]``; the first that matches holds.
        root: The results directory as a person writes it; patterns may start with it.
        has_history: There is an ``evals.json``, so that a single run is not by itself the first iteration.
    """
    is_only_run = sum(len(each.runs) for each in files) == 1 and not has_history
    placed: list[PlacedRun] = []
    problems: dict[str, str] = {}
    used: set[int] = set()
    for file in files:
        for run in file.runs:
            at = _rule_of(rules, file.names(root), run.name)
            if at is not None:
                used.add(at)
            rule = rules[at] if at is not None else None
            number, reason = _number(file.telling, rule, is_only_run=is_only_run)
            if number is None:
                problems.setdefault(
                    file.path, f"no iteration is known for the run {run.name[:200]!r}: {reason}; {HOW_TO_SAY}"
                )
            else:
                placed.append(PlacedRun(path=file.path, run=run, number=number, rule=rule, reason=reason))
    unused = {at + 1: rule for at, rule in enumerate(rules) if at not in used}
    return Places(placed=tuple(placed), problems=problems, unused=unused)


def _rule_of(rules: tuple[EvalRunRule, ...], paths: tuple[str, ...], name: str) -> int | None:
    for at, rule in enumerate(rules):
        if matches_named(rule.file, *paths) and matches_name(rule.run, name):
            return at
    return None


def _number(path: str, rule: EvalRunRule | None, *, is_only_run: bool) -> tuple[int | None, str]:
    if rule is not None:
        return rule.iteration, f"[[evals.runs]] {rule.file}"
    numbers = sorted(numbers_in(path))
    if len(numbers) == 1:
        return numbers[0], "its file's name"
    if numbers:
        return None, f"its name says both {' and '.join(map(str, numbers))}"
    if is_only_run:
        return 1, "being the only run of all files"
    return None, "nothing says it"


def numbers_in(path: str) -> frozenset[int]:
    """Numbers of iterations in a file's stem or a folder above it: ``v3``, ``iteration-3``, ``iteration_v3``.

    Words are separated by ``-``, ``_``, ``.`` and blanks, as those of test types.
    """
    *folders, name = path.split("/")
    parts = [*folders, _SUFFIX.sub("", name)]
    return frozenset(int(each.group("number")) for part in parts for each in _NUMBER.finditer(part))
