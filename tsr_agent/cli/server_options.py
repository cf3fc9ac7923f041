"""The options of every command that talks to a server, and the way to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tsr_agent.cli.options import path, text

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from tsr_agent.cli.console import Console
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.api import ServerApi
    from tsr_agent.config import Config


def add_server_options(parser: argparse.ArgumentParser, *, outbox: bool = True) -> None:
    """The options that say which server.

    Args:
        parser: Of the command.
        outbox: Whether something of the command's can wait there.
    """
    group = parser.add_argument_group("the server (its token comes from AITR_TOKEN or AITR_TOKEN_FILE)")
    group.add_argument(
        "--server", metavar="URL", type=text, help="its address (default: AITR_SERVER, or as in aitr.toml)"
    )
    if not outbox:
        return
    group.add_argument(
        "--outbox",
        metavar="DIR",
        type=path,
        help="where waits what it does not have yet (default: AITR_OUTBOX, aitr.toml, or your account's)",
    )


def server_config(arguments: argparse.Namespace) -> Config:
    """The configuration with what the options say of the server."""
    from tsr_agent.config import load_config

    # ``run`` can be told of another aitr.toml.
    return load_config(
        getattr(arguments, "config", None),
        options={"server": arguments.server, "outbox": getattr(arguments, "outbox", None)},
    )


def server_address(arguments: argparse.Namespace) -> ServerAddress:
    """The server that is meant.

    Raises:
        UsageError: None is named, not by an address, or in a pipeline only by its checkout.
    """
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.errors import UsageError

    config = server_config(arguments)
    if not config.server:
        raise UsageError(
            "No server is named.",
            next_step="Give --server URL, set AITR_SERVER, or write url under [server] in aitr.toml.",
        )
    if _is_from_a_file(arguments) and _in_pipeline(os.environ):
        # Whoever opens a pull request can change that file, and would get the token and say GO.
        raise UsageError(
            f"In a pipeline the server is not taken from {config.source}, which a pull request can change.",
            kept="the token; nothing was sent.",
            next_step="Set AITR_SERVER where the pipeline keeps AITR_TOKEN, or give --server URL.",
        )
    return ServerAddress.parse(config.server, "--server" if arguments.server else "the server's address")


def _is_from_a_file(arguments: argparse.Namespace) -> bool:
    return not arguments.server and not os.environ.get("AITR_SERVER", "").strip()


def _in_pipeline(environ: Mapping[str, str]) -> bool:
    """Whether a CI system runs this; nearly all of them set ``CI``."""
    named = environ.get("CI", "").strip().lower() not in ("", "0", "false", "no")
    return named or any(environ.get(each) for each in ("TF_BUILD", "JENKINS_URL", "BUILDKITE"))


def server_api(arguments: argparse.Namespace, console: Console | None = None) -> ServerApi:
    """The server that is meant, with the token of this process.

    Args:
        arguments: What ``add_server_options`` declared.
        console: Is told of tries that failed; None for silence.

    Raises:
        UsageError: No server is named, or there is no token.
    """
    return api_of(server_address(arguments), console)


def api_of(address: ServerAddress, console: Console | None = None) -> ServerApi:
    """A server with the token of this process.

    Raises:
        UsageError: There is no token.
    """
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.credentials import token_from
    from tsr_agent.client.proxies import way_to
    from tsr_agent.client.transport import Transport
    from tsr_agent.errors import UsageError

    token = token_from(os.environ)
    if token is None:
        raise UsageError(
            f"There is no token for {address}.",
            next_step="Set AITR_TOKEN, or AITR_TOKEN_FILE to a file that only you can read.",
        )
    told = console.note if console is not None else None
    progress = SendingBar().show if console is not None and console.interactive else None
    way = way_to(address, os.environ)
    return ServerApi(Transport(address, token, way=way, told=told, progress=progress))


class SendingBar:
    """Draws how much of a document was sent, on a terminal only and where it takes a moment."""

    def __init__(self) -> None:
        self._bar: Any = None

    def show(self, sent: int, size: int) -> None:
        """So much of so many bytes was sent."""
        if self._bar is None or sent < self._bar.n:
            from tqdm import tqdm

            self._bar = tqdm(desc="Sending", total=size, unit="B", unit_scale=True, leave=False, delay=0.5)
        self._bar.update(sent - self._bar.n)
        if sent >= size:
            self._bar.close()
            self._bar = None
