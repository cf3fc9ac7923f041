"""``tsr-agent revoke``: a person takes back what they said about a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.approving import add_saying_options, ask, look, note_of, refusals_said, said
from tsr_agent.cli.options import text
from tsr_agent.errors import ExitCode, InputError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_saying_options(parser)
    parser.add_argument(
        "approval", metavar="APPROVAL", type=text, help="id of one's own approval or rejection"
    )


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Shows the release and what is taken back, asks, and withdraws it."""
    import uuid

    from tsr_agent.cli.approval_text import entry_lines, release_lines
    from tsr_agent.cli.server_options import server_api
    from tsr_agent.models.api import RevokeRequest

    note = note_of(arguments)
    api = server_api(arguments, console)
    try:
        release = look(api, arguments.id, arguments.digest)
        history = refusals_said(lambda: api.approvals(arguments.id))
        found = next((each for each in history.items if each.id == arguments.approval), None)
        if found is None:
            raise InputError(
                f"Nothing of the id {arguments.approval} was said about report {arguments.id}.",
                next_step=f"Look at: tsr-agent approvals {arguments.id}",
            )
        console.text(release_lines(release, "revoke", note, console.width))
        console.text(["", "Taken back:", *entry_lines(found, "", console.width)])
        console.flush()
        ask(console, "Take it back?", yes=arguments.yes)
        request = RevokeRequest(
            report_digest=release.answer.report_digest,
            basis_digest=release.answer.basis_digest,
            id=str(uuid.uuid4()),
            note=note,
            revokes=found.id,
        )
        answer = refusals_said(lambda: api.revoke(arguments.id, request))
    finally:
        api.close()
    said(console, release, answer)
    return ExitCode.OK
