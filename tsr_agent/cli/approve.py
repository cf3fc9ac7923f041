"""``tsr-agent approve``: a person approves a release, having seen what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.approving import (
    add_saying_options,
    ask,
    look,
    note_of,
    refusals_said,
    said,
)
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_saying_options(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Shows the release, asks, and approves it."""
    return answer_release(arguments, console, "approve")


def answer_release(arguments: argparse.Namespace, console: Console, verb: str) -> int:
    """Shows a release, asks, and hands in what the person says about it.

    Args:
        arguments: Those of ``add_saying_options``.
        console: Where to.
        verb: ``approve`` or ``reject``.
    """
    import uuid

    from tsr_agent.cli.approval_text import release_lines
    from tsr_agent.cli.server_options import server_api
    from tsr_agent.models.api import ApprovalRequest

    note = note_of(arguments)
    api = server_api(arguments, console)
    try:
        release = look(api, arguments.id, arguments.digest)
        console.text(release_lines(release, verb, note, console.width))
        console.flush()
        ask(console, f"{verb.capitalize()} this release?", yes=arguments.yes)
        request = ApprovalRequest(
            report_digest=release.answer.report_digest,
            basis_digest=release.answer.basis_digest,
            id=str(uuid.uuid4()),
            note=note,
        )
        tell = api.approve if verb == "approve" else api.reject
        answer = refusals_said(lambda: tell(arguments.id, request))
    finally:
        api.close()
    said(console, release, answer)
    return ExitCode.OK
