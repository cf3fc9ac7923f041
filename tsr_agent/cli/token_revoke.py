"""``tsr-agent token revoke``: ends a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, required_database
from tsr_agent.cli.options import text
from tsr_agent.cli.token import CREATED_BY, opened_database
from tsr_agent.errors import ExitCode, InputError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("id", metavar="ID", type=text, help="the token's id, as token list has it")
    add_database_option(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Ends the token from the next request on."""
    from tsr_agent.clock import SystemClock
    from tsr_agent.models import tokens as token_form

    if arguments.id.startswith(token_form.PREFIX):
        raise InputError(
            "That is a token and not the id of one; it stands in this machine's list of processes now.",
            next_step="Revoke it by its id: the 8 signs behind aitr_<kind>_.",
        )
    where = required_database(arguments.database)
    with opened_database(where) as library:
        from tsr_agent.store.tokens import TokenRepository

        ended = TokenRepository(library).revoke(arguments.id, by=CREATED_BY, at=SystemClock().now())
    if ended is None:
        raise InputError("There is no token of that id.", next_step="tsr-agent token list shows the ids.")
    if console.as_json:
        console.data(ended)
    else:
        console.text([f"The token {ended.id} of {ended.subject} is none from now on."])
    return ExitCode.OK
