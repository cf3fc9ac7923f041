"""``tsr-agent policy lint``: what is wrong with the files that decide, and what to ask about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.cli.options import text
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from datetime import date
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.source.problem import PolicyProblem


class LintedFile(NamedTuple):
    """One file and what was found in it."""

    source: str
    kind: str
    text: str
    problems: tuple[PolicyProblem, ...]
    policy: Policy | None = None
    """Where it is one, and sound."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        type=text,
        help="policies, waiver or quarantine files (default: those that aitr.toml names)",
    )
    parser.add_argument("--strict", action="store_true", help="exit 2 on warnings, too")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Checks the files and prints what was found."""
    from tsr_agent.clock import SystemClock
    from tsr_agent.gate.source.problem import ProblemSeverity

    today = SystemClock().now().date()
    files = _together([(name, "") for name in arguments.files] or _configured(), today)
    problems = [each for file in files for each in file.problems]
    has_errors = any(each.severity is ProblemSeverity.ERROR for each in problems)
    if console.as_json:
        console.data(
            {
                "valid": not has_errors,
                "files": [{"file": file.source, "kind": file.kind} for file in files],
                "problems": problems,
            }
        )
    else:
        _print(files, console)
    return ExitCode.INPUT if has_errors or (arguments.strict and problems) else ExitCode.OK


def _print(files: list[LintedFile], console: Console) -> None:
    from tsr_agent.cli.problem_text import problem_lines, summary_line

    for file in files:
        console.text(problem_lines(file.problems, file.source, file.text, console.width))
        console.text([summary_line(file.source, file.problems), ""])
    if not files:
        console.text(["aitr.toml names no policy; the built-in ai-release decides. Nothing to check."])


def _together(named: list[tuple[str | Path, str]], today: date) -> list[LintedFile]:
    """The files one by one, and waivers by the policy beside them where there is exactly one."""
    files = [_linted(path, today, kind) for path, kind in named]
    policies = [each.policy for each in files if each.policy is not None]
    if len(policies) != 1:
        return files
    return [
        _linted(each.source, today, each.kind, policies[0]) if each.kind == "waivers" else each
        for each in files
    ]


def _configured() -> list[tuple[str | Path, str]]:
    """The files that aitr.toml names, and the quarantine that its policy names, each with its kind."""
    from tsr_agent.config import load_config

    config = load_config()
    found: list[tuple[str | Path, str]] = []
    if config.policy is not None:
        found.append((config.policy, "policy"))
        quarantine = _quarantine_of(config.policy)
        found += [(quarantine, "quarantine")] if quarantine is not None else []
    if config.waivers is not None:
        found.append((config.waivers, "waivers"))
    return found


def _quarantine_of(policy: Path) -> Path | None:
    """The quarantine file of a policy; None where there is none, or the policy itself is at fault."""
    from tsr_agent.errors import PolicyError
    from tsr_agent.gate.policies.file import load_policy

    try:
        name = load_policy(policy).flaky.quarantine_file
    except PolicyError:
        return None
    return policy.parent / name if name else None


def _linted(path: str | Path, today: date, kind: str = "", policy: Policy | None = None) -> LintedFile:
    from tsr_agent.cli.documents import regular_file
    from tsr_agent.errors import InputError
    from tsr_agent.gate.linting.file_check import check_file, kind_of
    from tsr_agent.gate.policies.sources import beside
    from tsr_agent.gate.source.problem import FILE_START, ProblemSeverity, problem_at
    from tsr_agent.gate.source.tree import read_source

    try:
        found = regular_file(path, "file")
        data = read_source(found)
    except InputError as error:
        # The other files are looked at all the same.
        what = error.message.removeprefix(f"{path}: ").removesuffix(".")
        problem = problem_at(FILE_START, str(path), what)
        return LintedFile(str(path), kind or "policy", "", (problem,))
    kind = kind or kind_of(data)
    problems = check_file(data, str(found), kind, today, parents=beside(found), policy=policy)
    read = None
    if kind == "policy" and not any(each.severity is ProblemSeverity.ERROR for each in problems):
        read, further = _read(found)
        # Those of the quarantine that it names are of another text and stand last.
        here = sorted((*problems, *further), key=lambda each: (each.source != str(found), each.line))
        problems = tuple(here)
    return LintedFile(str(found), kind, data.decode("utf-8-sig", "replace"), problems, read)


def _read(path: Path) -> tuple[Policy | None, tuple[PolicyProblem, ...]]:
    """The policy with all files that it names, such as its quarantine, or what is wrong with those."""
    from tsr_agent.errors import PolicyError
    from tsr_agent.gate.linting.policy_check import problems_of_error
    from tsr_agent.gate.policies.file import load_policy

    try:
        return load_policy(path), ()
    except PolicyError as error:
        return None, problems_of_error(error, str(path))
