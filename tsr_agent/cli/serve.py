"""``tsr-agent serve``: the REST API over a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.cli.database_options import add_database_option, named_database
from tsr_agent.cli.options import path, text
from tsr_agent.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import argparse

    from tsr_agent.cli.console import Console
    from tsr_agent.server.settings import ServerSettings

DEFAULT_DATABASE = "aitr-server.db"
DEFAULT_PORT = 8470


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    add_database_option(parser)
    parser.add_argument(
        "--host",
        metavar="H",
        type=text,
        default="127.0.0.1",
        help="address to listen on (default: 127.0.0.1)",
    )
    parser.add_argument(
        "--port", metavar="N", type=_port, default=DEFAULT_PORT, help="default: 8470; 0 takes a free one"
    )
    parser.add_argument(
        "--behind-proxy", action="store_true", help="a proxy ends TLS and adds X-Forwarded-For"
    )
    parser.add_argument("--tls-cert", metavar="F", type=path, help="certificate chain, PEM")
    parser.add_argument("--tls-key", metavar="F", type=path, help="its key, PEM")
    parser.add_argument(
        "--allowed-host",
        metavar="H",
        type=text,
        action="append",
        default=[],
        help="name that Host may have; may be repeated (default: any)",
    )
    parser.add_argument("--webhooks", metavar="FILE", type=path, help="whom to tell of verdicts")


def _port(value: str) -> int:
    import argparse

    if not (value.isascii() and value.isdecimal() and len(value) <= 5 and int(value) <= 65_535):
        raise argparse.ArgumentTypeError("is no port: give 0 to 65535")
    return int(value)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Serves until it is told to stop."""
    from tsr_agent.clock import SystemClock

    try:
        from tsr_agent.server.request_log import RequestLog
        from tsr_agent.server.serving import refuse_open_door, refuse_unusable_certificate, serve
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The server needs a part of aitr that is not installed here: {error.name}.",
            next_step="Install aitr[server], and aitr[postgres] for PostgreSQL.",
        ) from error
    from tsr_agent.cli.token import opened_database

    settings = _settings(arguments)
    refuse_open_door(settings)
    refuse_unusable_certificate(settings)
    named = named_database(arguments.database)
    with opened_database(named or DEFAULT_DATABASE, create=True) as library:

        def listening(address: str) -> None:
            _tell(console, address, library.name, chosen=named is not None)
            console.flush()

        serve(settings, library, SystemClock(), log=RequestLog(), listening=listening)
    return ExitCode.OK


def _settings(arguments: argparse.Namespace) -> ServerSettings:
    from tsr_agent.server.settings import ServerSettings

    return ServerSettings(
        host=arguments.host,
        port=arguments.port,
        behind_proxy=arguments.behind_proxy,
        tls_cert=None if arguments.tls_cert is None else str(arguments.tls_cert),
        tls_key=None if arguments.tls_key is None else str(arguments.tls_key),
        allowed_hosts=tuple(each.lower() for each in arguments.allowed_host),
        webhooks=None if arguments.webhooks is None else str(arguments.webhooks),
    )


def _tell(console: Console, address: str, database: str, *, chosen: bool) -> None:
    if console.as_json:
        console.data({"listening": address, "database": database, "authentication": True})
        return
    console.text(
        [
            f"aitr listens on {address}",
            f"  database        {database}" + ("" if chosen else "  (none was named)"),
            "  authentication  on: every request but /healthz and /readyz needs a token",
            "  first token     tsr-agent token create --role admin --database …",
            "  requests        one JSON line each on standard error",
        ]
    )
