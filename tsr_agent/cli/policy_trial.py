"""``tsr-agent policy test``: does a policy decide its cases as its authors expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.cli.options import text
from tsr_agent.errors import ExitCode, InputError, PolicyError, UsageError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.trial.case_verdicts import CaseVerdict
    from tsr_agent.gate.trial.policy_cases import CasesFile, PolicyCase
    from tsr_agent.models.report import TestSummaryReport

DEFAULT_POLICY = "policy.yaml"


class TriedFile(NamedTuple):
    """One file of cases and what became of them."""

    source: str
    policy_source: str
    policy: Policy
    verdicts: tuple[CaseVerdict, ...]


class UnseenRules(NamedTuple):
    """Rules of one policy that no case made fail."""

    policy_source: str
    rules: tuple[str, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "files",
        metavar="CASES.yaml",
        nargs="*",
        type=text,
        help="files of cases (default: NAME.test.yaml beside the policy NAME.yaml)",
    )
    parser.add_argument(
        "--policy", metavar="F", type=text, help="policy to try (default: the one that each file names)"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit 2, too, where a rule was never seen to fail"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judges every case and prints which hold."""
    if arguments.files:
        tried = [_tried(each, arguments.policy) for each in arguments.files]
    else:
        tried = [_default(arguments.policy)]
    unseen = _unseen(tried)
    holds = all(verdict.holds for file in tried for verdict in file.verdicts)
    if console.as_json:
        console.data(_as_data(tried, unseen, holds=holds))
    else:
        from tsr_agent.cli.trial_text import trial_lines

        console.text(trial_lines(tried, unseen, console.width))
    untried = arguments.strict and any(each.rules for each in unseen)
    return ExitCode.OK if holds and not untried else ExitCode.INPUT


def _default(policy: str | None) -> TriedFile:
    """The cases beside the policy: the named one, the project's, or the one here."""
    from pathlib import Path

    from tsr_agent.config import load_config

    found = Path(policy) if policy is not None else load_config().policy or Path(DEFAULT_POLICY)
    cases = found.with_name(f"{found.stem}.test.yaml")
    if not cases.exists():
        raise UsageError(
            f"{cases}: no such file.",
            next_step="Name the file of cases, or write one; docs/policy-work.md shows how.",
        )
    return _tried(str(cases), policy, otherwise=str(found))


def _tried(source: str, named: str | None, *, otherwise: str = "") -> TriedFile:
    from tsr_agent.cli.documents import regular_file
    from tsr_agent.gate.source.tree import read_source
    from tsr_agent.gate.trial.case_verdicts import judge_case, moment_problems
    from tsr_agent.gate.trial.policy_cases import parse_cases, unknown_rules
    from tsr_agent.gate.trial.report_changes import changed_report

    path = regular_file(source, "file of cases")
    cases = parse_cases(read_source(path), str(path))
    policy_source, policy = _policy(cases, path, named, otherwise)
    inputs = _Inputs(path.parent)
    problems: list[str] = []
    verdicts = []
    for place, case in enumerate(cases.content.cases):
        where = f"$.cases[{place}]"
        found = unknown_rules(case, where, policy)
        report, waivers, baseline = inputs.of(case, where, found)
        if report is not None:
            report, wrong = changed_report(report, case, where)
            found += wrong or moment_problems(case, report, where)
        problems += found
        if report is not None and not problems:
            verdicts.append(judge_case(case, report, policy, waivers, baseline))
    if problems:
        raise cases.refused(problems)
    return TriedFile(source, policy_source, policy, tuple(verdicts))


def _policy(cases: CasesFile, path: Path, named: str | None, otherwise: str) -> tuple[str, Policy]:
    """The policy of the option, else the one that the file names, else the one that it was found beside."""
    from tsr_agent.cli.documents import named_policy, regular_file
    from tsr_agent.gate.policies.builtin import BUILT_IN
    from tsr_agent.gate.policies.file import load_policy

    if not cases.content.policy:
        named = named or otherwise
    source = named or cases.content.policy
    if not source:
        raise cases.refused(["$: names no policy; write 'policy: policy.yaml', or give --policy"])
    if named or source.startswith(BUILT_IN):
        return source, named_policy(source)
    try:
        found = _beside(path.parent, source)
        policy = load_policy(regular_file(found, "policy"))
    except PolicyError:
        raise
    except InputError as error:
        raise cases.refused([f"$.policy: {error.message.removesuffix('.')}"]) from error
    return str(found), policy


def _beside(folder: Path, name: str) -> Path:
    """A file by its path relative to the file of cases.

    Raises:
        InputError: The path does not mean the same place on every machine.
    """
    if name.startswith(("/", "~")) or ":" in name or "\\" in name or not name.isprintable():
        raise InputError(f"{name!r} is not a path relative to this file, written with '/'.")
    return folder / name


class _Inputs:
    """The files that cases name, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reports: dict[str, tuple[TestSummaryReport, str]] = {}
        self._waivers: dict[str, Waivers] = {}

    def of(
        self, case: PolicyCase, path: str, problems: list[str]
    ) -> tuple[TestSummaryReport | None, Waivers | None, tuple[TestSummaryReport, str] | None]:
        """Report, waivers and baseline of a case; what can't be read is a problem at its key."""
        report = waivers = baseline = None
        try:
            key = "report"
            report = self._report(case.report)[0]
            key = "waivers"
            waivers = self._waivers_of(case.waivers) if case.waivers else None
            key = "baseline"
            baseline = self._report(case.baseline) if case.baseline else None
        except InputError as error:
            said = " ".join([error.message, *error.details[:1]]).removesuffix(".")
            problems.append(f"{path}.{key}: {said}")
        return report, waivers, baseline

    def _report(self, name: str) -> tuple[TestSummaryReport, str]:
        from tsr_agent.cli.documents import read_report
        from tsr_agent.models import codec

        if name not in self._reports:
            report, document = read_report(str(_beside(self._folder, name)))
            self._reports[name] = report, codec.digest(document)
        return self._reports[name]

    def _waivers_of(self, name: str) -> Waivers:
        from tsr_agent.cli.documents import regular_file
        from tsr_agent.gate.exceptions.waivers import load_waivers

        if name not in self._waivers:
            self._waivers[name] = load_waivers(regular_file(_beside(self._folder, name), "waiver file"))
        return self._waivers[name]


def _unseen(tried: list[TriedFile]) -> list[UnseenRules]:
    """By policy, the rules that no case of any of the files made fail."""
    from tsr_agent.gate.trial.case_verdicts import never_failed

    by_policy: dict[tuple[str, str], list[TriedFile]] = {}
    for file in tried:
        by_policy.setdefault((file.policy_source, file.policy.digest), []).append(file)
    return [
        UnseenRules(
            files[0].policy_source,
            never_failed(files[0].policy, [each.decision for file in files for each in file.verdicts]),
        )
        for files in by_policy.values()
    ]


def _as_data(tried: list[TriedFile], unseen: list[UnseenRules], *, holds: bool) -> dict[str, object]:
    return {
        "holds": holds,
        "files": [
            {
                "file": file.source,
                "policy": file.policy_source,
                "policy_digest": file.policy.digest,
                "cases": [
                    {
                        "name": each.name,
                        "holds": each.holds,
                        "decision": each.decision.decision,
                        "without_waivers": each.decision.decision_without_waivers,
                        "differences": each.differences,
                    }
                    for each in file.verdicts
                ],
            }
            for file in tried
        ],
        "never_failed": [{"policy": each.policy_source, "rules": each.rules} for each in unseen],
    }
