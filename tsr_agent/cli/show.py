"""``tsr-agent show``: what a report says, for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.gate import JudgingSettings, add_policy_options
from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode, TsrError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.checklist import Checklist
    from tsr_agent.sections.controls import Framework


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("report", metavar="TSR.json", help="the report to print")
    parser.add_argument(
        "--all", action="store_true", help="every failure, input, item of the checklist and control"
    )
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
    parser.add_argument(
        "--controls",
        metavar="F",
        type=path,
        action="append",
        default=[],
        help="a catalogue of controls of your own, in place of the shipped one of its id or beside them",
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prints the sections of the report."""
    from tsr_agent.cli.compliance_text import compliance_lines
    from tsr_agent.cli.documents import read_report
    from tsr_agent.cli.report_text import report_lines
    from tsr_agent.models import codec
    from tsr_agent.sections.compliance_data import compliance_data

    report, document = read_report(arguments.report)
    digest = codec.digest(document)
    found, frameworks = _checked(arguments, report, digest)
    if console.as_json:
        console.data({"digest": digest, "report": report, "compliance": compliance_data(found, frameworks)})
        return ExitCode.OK
    console.text(report_lines(report, console.width, show_all=arguments.all))
    console.text(compliance_lines(found, frameworks, console.width, show_all=arguments.all))
    console.text(["", f"Report  {arguments.report}", f"SHA-256 {digest}"])
    return ExitCode.OK


def _checked(
    arguments: argparse.Namespace, report: TestSummaryReport, digest: str
) -> tuple[Checklist, tuple[Framework, ...]]:
    """The checklist as the project's policy judges it now, with the catalogues that are in use.

    Raises:
        TsrError: What an option names can't be used.
    """
    from tsr_agent.controls.reading import load_catalogue, with_own
    from tsr_agent.sections.controls import frameworks

    catalogues = with_own(load_catalogue(each) for each in arguments.controls)
    found = _judged(arguments, report, digest)
    return found, frameworks(found, catalogues)


def _judged(arguments: argparse.Namespace, report: TestSummaryReport, digest: str) -> Checklist:
    import msgspec

    from tsr_agent.clock import SystemClock
    from tsr_agent.gate.approvals import standing
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.sections.checklist import checklist
    from tsr_agent.sections.plain_text import one_line

    try:
        settings, now = JudgingSettings(arguments), SystemClock().now()
        policy, waivers = settings.policy(), settings.waivers()
        environment = settings.environment or report.environment
        baseline = settings.baseline(policy, report, environment, now)
        held = settings.held_back(report)
    except TsrError as error:
        if _asked_for(arguments):
            raise
        # A report can be read where the project's own policy can't: then nothing is determined.
        bare = checklist(report, None)
        why = f"Nothing is judged: {one_line(error.message, 500)}"
        return msgspec.structs.replace(bare, remarks=(why, *bare.remarks))
    decision = evaluate(held, policy, waivers, baseline, now, environment=environment, report_digest=digest)
    said = standing(decision, (), author=report.versions.codebase_author, triggered_by=report.triggered_by)
    # A policy that is named for this once may be in force or not: the project's own is.
    in_force = True if arguments.policy is None else None
    return checklist(report, decision, said, digest=digest, in_force=in_force)


def _asked_for(arguments: argparse.Namespace) -> bool:
    """Whether the command line itself says what to judge by."""
    named = (arguments.policy, arguments.waivers, arguments.baseline, arguments.library)
    return any(each is not None for each in named)
