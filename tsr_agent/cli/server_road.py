"""What every command does that talks to a server: the way there, and what waits goes first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.errors import ExitCode, TsrError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from tsr_agent.cli.console import Console
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.delivery import Delivery
    from tsr_agent.client.entries import Entry
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.client.refusals import RefusedError

DRAIN_FIRST_SECONDS = 15.0
"""For what waits, before a command does what it was asked for."""


class Road(NamedTuple):
    """A server and what waits for it."""

    api: ServerApi
    outbox: Outbox
    delivery: Delivery


def road_to_server(arguments: argparse.Namespace, console: Console) -> Road:
    """The server that is meant, and the outbox.

    Raises:
        UsageError: No server is named, or there is no token.
        StoreError: There is no place for an outbox.
    """
    from tsr_agent.cli.server_options import server_api
    from tsr_agent.client.delivery import Delivery
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.client.pace import SystemWaiting
    from tsr_agent.clock import SystemClock

    api = server_api(arguments, console)
    outbox = Outbox(outbox_folder(arguments), SystemClock())
    return Road(api, outbox, Delivery(api, outbox, SystemWaiting()))


def outbox_folder(arguments: argparse.Namespace) -> Path:
    """The folder that options, variables or ``aitr.toml`` name, else that of this account.

    Raises:
        StoreError: The account has no place for it.
    """
    from tsr_agent.cli.server_options import server_config
    from tsr_agent.client.outbox import default_folder

    return server_config(arguments).outbox or default_folder(os.environ)


def drain_first(road: Road, console: Console, *, but: Entry | None = None) -> None:
    """Sends what waits, within bounds of time, and says what came of it. It fails no command."""
    from tsr_agent.cli.server_text import drained_lines, left_lines

    try:
        drained = road.delivery.drain(budget=DRAIN_FIRST_SECONDS, but=but)
    except TsrError as error:
        console.note(f"tsr-agent: {error.message}")
        return
    for line in drained_lines(drained, console.width):
        console.note(line)
    if drained.left:
        for line in left_lines(drained, road.outbox.folder, console.width):
            console.note(line)


def refused_code(refused: RefusedError) -> ExitCode:
    """What a definite no means to a pipeline.

    Another document under the same id (409) is an altered one; a document that is none or too large is
    bad input; whatever is left concerns the token, the address or the server.
    """
    if refused.status == 409:
        return ExitCode.INTEGRITY
    return ExitCode.INPUT if refused.status in (400, 413, 415, 422) else ExitCode.SERVICE
