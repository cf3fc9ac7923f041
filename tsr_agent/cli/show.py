"""``tsr-agent show``: what a report says, for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("report", metavar="TSR.json", help="the report to print")
    parser.add_argument("--all", action="store_true", help="every failure and every input")


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prints the sections of the report."""
    from tsr_agent.cli.documents import read_report
    from tsr_agent.cli.report_text import report_lines
    from tsr_agent.models import codec

    report, document = read_report(arguments.report)
    if console.as_json:
        console.data({"digest": codec.digest(document), "report": report})
        return ExitCode.OK
    console.text(report_lines(report, console.width, show_all=arguments.all))
    console.text(["", f"Report  {arguments.report}", f"SHA-256 {codec.digest(document)}"])
    return ExitCode.OK
