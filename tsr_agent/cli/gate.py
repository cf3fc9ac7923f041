"""``tsr-agent gate``: judges a report; the exit code is the answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tsr_agent.cli.ci_output import CiOutput, add_ci_options
from tsr_agent.cli.options import duration, object_id, text
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.gate.baseline import Baseline
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "report", metavar="TSR.json|ID", help="the report to judge here, or the id of one on a server"
    )
    add_judging_options(parser)
    add_policy_options(parser)
    parser.add_argument(
        "--library", metavar="FILE.db", type=text, help="earlier reports, for a policy that compares with one"
    )
    parser.add_argument(
        "--environment",
        metavar="E",
        type=text,
        help="judge for this environment (default: AITR_ENVIRONMENT, or the report's own)",
    )
    parser.add_argument("--output", metavar="F", type=text, help="also write the decision document there")
    expected = parser.add_argument_group("what the report must be, or the answer is exit code 5")
    expected.add_argument(
        "--expect-commit", metavar="SHA", type=object_id, help="about this commit, and a clean tree"
    )
    expected.add_argument("--expect-digest", metavar="SHA256", type=object_id, help="these very bytes")
    asked = parser.add_argument_group("what is asked of a server")
    asked.add_argument("--commit", metavar="SHA", type=object_id, help="the verdict is about this commit")
    asked.add_argument(
        "--max-age", metavar="T", type=duration, help="and was taken no longer ago than this, such as 24h"
    )
    add_wait_option(asked)
    add_server_options(parser)
    add_ci_options(parser)


def add_wait_option(group: argparse._ArgumentGroup) -> None:
    """The option of every command that may wait for people."""
    group.add_argument(
        "--wait", metavar="T", type=duration, help="wait so long for a pending review, such as 30m"
    )


def names_a_file(report: str) -> bool:
    """Whether an argument names a report on disk and not one on a server; what lies on disk is not asked."""
    return report.endswith(".json") or "/" in report or os.sep in report


def add_judging_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that answers with a verdict."""
    parser.add_argument(
        "--allow-pending", action="store_true", help="exit 0 on PENDING REVIEW; the only way past exit code 3"
    )
    parser.add_argument("--all", action="store_true", help="list the rules that passed, too")


def add_policy_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that judges one report."""
    add_rule_options(parser)
    parser.add_argument(
        "--baseline", metavar="TSR.json", type=text, help="the report to compare with, for which you answer"
    )


def add_rule_options(parser: argparse.ArgumentParser) -> None:
    """What a command judges by, whatever it judges."""
    parser.add_argument(
        "--policy",
        metavar="F",
        type=text,
        help="policy file, or builtin:ai-release, which it is where neither this nor aitr.toml names one",
    )
    parser.add_argument(
        "--waivers", metavar="F", type=text, help="waiver file (default: as in aitr.toml, or none)"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Judges the report, or asks the server that has, and prints the decision."""
    if arguments.server is not None or not names_a_file(arguments.report):
        from tsr_agent.cli.server_gate import run as ask_the_server

        return ask_the_server(arguments, console)
    _refuse_server_options(arguments)
    return _judged(arguments, console)


def _refuse_server_options(arguments: argparse.Namespace) -> None:
    """What only a server can answer must not be passed over in silence.

    Raises:
        UsageError: It is asked for.
    """
    for name in ("commit", "max_age", "wait", "outbox"):
        if getattr(arguments, name) is not None:
            from tsr_agent.errors import UsageError

            instead = "; --expect-commit holds a report against a commit" if name == "commit" else ""
            raise UsageError(
                f"--{name.replace('_', '-')} is asked of a server, and this report is judged here{instead}.",
                next_step="Give --server URL as well, or leave the option out.",
            )


def _judged(arguments: argparse.Namespace, console: Console) -> int:
    from tsr_agent.cli.documents import read_report
    from tsr_agent.clock import SystemClock
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.models import codec

    ci = CiOutput.from_arguments(arguments, console)
    ci.announce()
    report, document = read_report(arguments.report)
    _check_expected(arguments, report, codec.digest(document))
    settings = JudgingSettings(arguments)
    policy, now = settings.policy(), SystemClock().now()
    environment = settings.environment or report.environment
    decision = evaluate(
        settings.held_back(report),
        policy,
        settings.waivers(),
        settings.baseline(policy, report, environment, now),
        now,
        environment=environment,
        report_digest=codec.digest(document),
    )
    if arguments.output is not None:
        _write_decision(arguments, codec.encode(decision))
    print_decision(console, report, decision, show_all=arguments.all)
    console.text(record_lines(arguments.report, decision))
    code = exit_code_of(decision, allow_pending=arguments.allow_pending)
    return ci.publish(report, decision, arguments.report, code)


def _check_expected(arguments: argparse.Namespace, report: TestSummaryReport, digest: str) -> None:
    """Holds the report against what the caller knows of it.

    Raises:
        IntegrityError: It is another one.
    """
    from tsr_agent.errors import IntegrityError

    expected, versions = arguments.expect_commit, report.versions
    if arguments.expect_digest is not None and arguments.expect_digest != digest:
        raise IntegrityError(
            f"{arguments.report}: its SHA-256 is {digest}, not {arguments.expect_digest}.",
            next_step="Do not release. Fetch the report again from the job that wrote it.",
        )
    if expected is None:
        return
    _check_commit(arguments.report, report, expected)
    if versions.dirty is not False:
        raise IntegrityError(
            f"{arguments.report}: is not known to be about commit {expected} as it is: the working tree "
            f"{'held changes' if versions.dirty else 'was not looked at'}.",
            next_step="Judge a clean checkout, made where git can look at it.",
        )


def _check_commit(path: Path, report: TestSummaryReport, expected: str) -> None:
    """Holds the commit whose files were tested against the one that is to be released.

    A pull request's report is about its head, but the files were those of the merge.

    Raises:
        IntegrityError: It is another one.
    """
    from tsr_agent.errors import IntegrityError
    from tsr_agent.models.manifest import tested_sha

    versions = report.versions
    tested = tested_sha(versions, report.build)
    if tested == expected:
        return
    other = versions.checked_out_sha
    about = f"is about commit {versions.codebase_sha}"
    if versions.codebase_sha != expected:
        about += f", not {expected}"
    if other is not None:
        about += f"; what was tested is commit {other}"
    raise IntegrityError(f"{path}: {about}.", next_step="Judge and release the same commit.")


class JudgingSettings:
    """What options, variables and ``aitr.toml`` say, which is only loaded where there is any."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._policy: str | Path | None = arguments.policy
        self._waivers: str | Path | None = arguments.waivers
        self._baseline: str | Path | None = arguments.baseline
        self._library: str | Path | None = arguments.library
        self.environment: str | None = arguments.environment
        self._manual: Callable[[str], bool] | None = None
        # lexists, so that a link to nowhere is an error and not the default.
        in_file = os.path.lexists("aitr.toml")
        if not in_file and not any(key.startswith("AITR_") for key in os.environ):
            return
        from tsr_agent.config import load_config

        config = load_config(options={"environment": self.environment})
        if self.environment is None and os.environ.get("AITR_ENVIRONMENT"):
            self.environment = config.environment
        self._policy = self._policy or config.policy
        self._waivers = self._waivers or config.waivers
        self._baseline = self._baseline or config.baseline
        self._library = self._library or config.library
        self._manual = config.needs_manual_approval

    def policy(self) -> Policy:
        """The policy that the option names, else the one of the configuration, else the built-in one."""
        if self._policy is None:
            from tsr_agent.gate.policies.builtin import ai_release

            return ai_release()
        from tsr_agent.cli.documents import named_policy

        return named_policy(self._policy)

    def waivers(self) -> Waivers | None:
        """The waivers that the option names, else those of the configuration, else none."""
        if self._waivers is None:
            return None
        from tsr_agent.cli.documents import regular_file
        from tsr_agent.gate.exceptions.waivers import load_waivers

        return load_waivers(regular_file(self._waivers, "waiver file"))

    def baseline(
        self, policy: Policy, report: TestSummaryReport, environment: str, moment: datetime
    ) -> Baseline | None:
        """The report that is handed in, else what the library has for a policy that compares, else none."""
        if self._baseline is None and (self._library is None or not policy.compares):
            return None
        from tsr_agent.cli.baseline import BaselineSource

        source = BaselineSource(self._baseline, self._library)
        return source.of_report(policy, report, environment, moment)

    def held_back(self, report: TestSummaryReport) -> TestSummaryReport:
        """The report, waiting for a person where the configuration asks for that in this environment."""
        if self._manual is None or not self._manual(self.environment or report.environment):
            return report
        import msgspec

        return msgspec.structs.replace(report, manual_approval_required=True)


def _write_decision(arguments: argparse.Namespace, document: bytes) -> None:
    from pathlib import Path

    from tsr_agent.cli.documents import refuse_to_replace
    from tsr_agent.errors import UsageError
    from tsr_agent.generate import write_document

    output = Path(arguments.output)
    if output.exists() and output.samefile(arguments.report):
        raise UsageError(
            f"{output}: that is the report itself.",
            kept="the report, unchanged.",
            next_step="Name another file for the decision.",
        )
    refuse_to_replace(output)
    write_document(output, document)


def print_decision(
    console: Console, report: TestSummaryReport, decision: Decision, *, show_all: bool
) -> None:
    """The decision as JSON when asked for, and as text for people."""
    if console.as_json:
        console.data(decision)
        return
    from tsr_agent.cli.decision_text import decision_lines

    console.text(decision_lines(report, decision, width=console.width, show_all=show_all))


def record_lines(path: str | Path, decision: Decision) -> list[str]:
    """Where the record is and how to know it again."""
    return ["", f"  Report  {path}", f"  SHA-256 {decision.report_digest}"]


def exit_code_of(decision: Decision, *, allow_pending: bool) -> ExitCode:
    """What a pipeline is told. Only GO is 0, unless a pending review is explicitly allowed."""
    from tsr_agent.models.decision import GoNoGoDecision

    if decision.decision is GoNoGoDecision.GO:
        return ExitCode.OK
    if decision.decision is GoNoGoDecision.PENDING_REVIEW:
        return ExitCode.OK if allow_pending else ExitCode.PENDING_REVIEW
    return ExitCode.NO_GO
