"""``tsr-agent token create``: lets somebody ask a server."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, required_database
from tsr_agent.cli.options import text
from tsr_agent.cli.token import CREATED_BY, lifetime, opened_database
from tsr_agent.errors import ExitCode
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.server.token_making import FreshToken


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument(
        "--role", metavar="R", required=True, choices=[each.value for each in Role], help="what it may do"
    )
    parser.add_argument("--subject", metavar="NAME", type=text, help="whom it belongs to; people need one")
    parser.add_argument("--project", metavar="URL", type=text, help="only for reports of this repository")
    parser.add_argument(
        "--expires",
        metavar="WHEN",
        type=lifetime,
        help="90d or a date (default: 90d for a job, 30d for a person; at most 365d)",
    )
    add_database_option(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Makes the token and shows it this once."""
    from tsr_agent.clock import SystemClock

    where = required_database(arguments.database)
    with opened_database(where) as library:
        from tsr_agent.server.token_making import Wanted, make_token
        from tsr_agent.store.tokens import TokenRepository

        now = SystemClock().now()
        end = now + arguments.expires if isinstance(arguments.expires, timedelta) else arguments.expires
        wanted = Wanted(
            role=Role(arguments.role), subject=arguments.subject, project=arguments.project, expires_at=end
        )
        made = make_token(TokenRepository(library), wanted, created_by=CREATED_BY, now=now)
    _tell(console, made)
    return ExitCode.OK


def _tell(console: Console, made: FreshToken) -> None:
    from msgspec import to_builtins

    if console.as_json:
        console.data({"token": made.text, **to_builtins(made.view)})
        return
    for_whom = f" for {made.view.project}" if made.view.project else ""
    console.note(
        f"A token of {made.view.subject}, {made.view.role.value}{for_whom}, good until "
        f"{made.view.expires_at:%Y-%m-%d %H:%M} UTC. It is shown this once: put it into AITR_TOKEN."
    )
    console.text([made.text])
