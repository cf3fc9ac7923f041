"""Addresses of PostgreSQL libraries: read without connecting, and named without what is secret in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("postgresql", "postgres")
_PORTS = re.compile(r"[0-9,]*")
_SECRETS = ("password", "sslpassword", "oauth_client_secret")


@dataclass(frozen=True)
class PostgresAddress:
    """Where a library is on a PostgreSQL server."""

    parameters: Mapping[str, Any] = field(repr=False)
    """What libpq connects with; it can hold a password."""
    name: str
    """What messages call it: user, host and database, and nothing else of the address."""


def is_postgres_address(where: str) -> bool:
    """Whether a text is meant as the address of a PostgreSQL database."""
    return where.partition(":")[0].lower() in SCHEMES and "://" in where


def holds_password(where: str) -> bool:
    """Whether a secret stands in an address; an address that can't be read is taken to hold one."""
    if not is_postgres_address(where):
        return False
    try:
        parts = urlsplit(where)
        asked = parse_qs(parts.query, keep_blank_values=True)
        return parts.password is not None or any(name in asked for name in _SECRETS)
    except ValueError:
        return True


def read_address(where: str) -> PostgresAddress:
    """Reads ``postgresql://[user@][host][:port][/database][?option=value…]``.

    Raises:
        UsageError: Not of that form, or the PostgreSQL driver is not installed. The message does not
            repeat the address, which can hold a password.
    """
    try:
        from psycopg import Error
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise UsageError(
            "The PostgreSQL driver is not installed.", next_step="Install it: pip install 'aitr[postgres]'."
        ) from error
    try:
        parameters = None if _is_misread(where) else conninfo_to_dict(where)
    except (Error, ValueError):
        parameters = None
    # Raised out here: an error would carry libpq's along, whose words repeat the address.
    if parameters is None or not _PORTS.fullmatch(str(parameters.get("port", ""))):
        raise UsageError(
            "The address of the PostgreSQL database is not one.",
            next_step="Write it as postgresql://USER@HOST:PORT/DATABASE; special characters as %XX.",
        )
    return PostgresAddress(parameters, _name(parameters))


def _is_misread(where: str) -> bool:
    """Whether libpq would take something else for the parts than was meant.

    A password with a slash in it ends the host: what follows would be shown as the database's name.
    """
    path = where.partition("://")[2].partition("?")[0].partition("/")[2]
    return not where.isprintable() or "@" in path


def _name(parameters: Mapping[str, Any]) -> str:
    user = f"{parameters['user']}@" if parameters.get("user") else ""
    port = f":{parameters['port']}" if parameters.get("port") else ""
    host = parameters.get("host") or parameters.get("hostaddr") or ""
    return f"postgresql://{user}{host}{port}/{parameters.get('dbname') or ''}"
