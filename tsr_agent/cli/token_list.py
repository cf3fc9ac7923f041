"""``tsr-agent token list``: who may ask a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, required_database
from tsr_agent.cli.token import opened_database
from tsr_agent.errors import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from datetime import datetime

    from tsr_agent.cli.console import Console
    from tsr_agent.models.api import TokenView


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_database_option(parser)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Lists every token there ever was, without the tokens themselves."""
    from tsr_agent.clock import SystemClock

    where = required_database(arguments.database)
    with opened_database(where) as library:
        from tsr_agent.store.tokens import TokenRepository

        known = TokenRepository(library).all()
    _tell(console, known, SystemClock().now())
    return ExitCode.OK


def _tell(console: Console, known: Sequence[TokenView], now: datetime) -> None:
    if console.as_json:
        console.data({"tokens": known})
        return
    if not known:
        console.text(["There is no token yet. Next: tsr-agent token create --role admin"])
        return
    from tsr_agent.cli.layout import Column, table
    from tsr_agent.sections.plain_text import one_line

    titles = ("Id", "Role", "Belongs to", "State", "Until", "Last used")
    rows = [
        (
            each.id,
            each.role.value,
            one_line(f"{each.subject} ({each.project})" if each.project else each.subject),
            _state(each, now),
            f"{each.expires_at:%Y-%m-%d}",
            "never" if each.last_used_at is None else f"{each.last_used_at:%Y-%m-%d %H:%M}",
        )
        for each in known
    ]
    console.text(table([Column(title) for title in titles], rows, console.width, ""))


def _state(token: TokenView, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= now else "good"
