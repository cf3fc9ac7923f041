"""``tsr-agent approvals``: what people said about a release, and what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.approving import refusals_said
from tsr_agent.cli.options import text
from tsr_agent.cli.server_options import add_server_options
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("id", metavar="ID", type=text, help="id of the report")
    add_server_options(parser, outbox=False)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prints the history."""
    from tsr_agent.cli.approval_text import history_lines
    from tsr_agent.cli.server_options import server_api

    api = server_api(arguments, console)
    try:
        history = refusals_said(lambda: api.approvals(arguments.id))
    finally:
        api.close()
    if console.as_json:
        console.data(history)
    else:
        console.text(history_lines(history, console.width))
    return ExitCode.OK
