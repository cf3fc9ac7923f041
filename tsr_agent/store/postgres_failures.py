"""What PostgreSQL and psycopg raise, as causes and next steps. The driver itself is not imported here."""

from __future__ import annotations

from typing import Any

Cause = tuple[str, str]

_UNREACHED: Cause = (
    "could not be reached, or the connection to it broke off.",
    "Look whether the database server runs and can be reached from here, then try again.",
)
_REFUSED: Cause = (
    "refused the name or the password of its user.",
    "Look at the user in the address and at the password in PGPASSWORD or the password file.",
)
_CROWDED: Cause = (
    "takes no further connections.",
    "Try again in a moment; raise max_connections, or run fewer servers on it.",
)
_ABSENT: Cause = ("is no database that the server has.", "Create the database first, or name another one.")
_FULL: Cause = (
    "could not be written: the disk of the database server is full.",
    "Free some space there, then try again.",
)
_READ_ONLY: Cause = (
    "can't be written: the database server takes no changes.",
    "It may be a standby, or set to read only: name the primary server.",
)
_LOCKED: Cause = (
    "is in use by another program that does not let go.",
    "Look for long transactions on the database server, or try again in a moment.",
)
_SLOW: Cause = (
    "took longer than it may for an answer.",
    "Look at the load of the database server, then try again.",
)
_CROSSED: Cause = (
    "was being changed by another program in a way that crossed ours.",
    "Try again: it was undone as a whole.",
)
_NO_RIGHTS: Cause = (
    "may not be used like this by its user.",
    "Grant the user of the address the rights that docs/server.md lists.",
)
_DAMAGED: Cause = (
    "is damaged, or the database server has a fault.",
    "Look at the server's log, check the library, and restore a backup.",
)
_STRANGE: Cause = (
    "is damaged or was altered: its tables are not those of its version.",
    "Restore a backup.",
)
DAMAGED_ON_POSTGRES = frozenset({_DAMAGED, _STRANGE})
"""Causes that lie in the library itself."""
_TOO_BIG: Cause = ("can't hold a document of this size.", "Make the report smaller.")

_CAUSES: dict[str, Cause] = {
    "08": _UNREACHED,
    "25006": _READ_ONLY,
    "25P03": _SLOW,
    "28": _REFUSED,
    "3D000": _ABSENT,
    "40": _CROSSED,
    "42501": _NO_RIGHTS,
    "42P01": _STRANGE,
    "42703": _STRANGE,
    "53": ("could not be used: the database server lacks resources.", "Look at the server, then try again."),
    "53100": _FULL,
    "53300": _CROWDED,
    "54": _TOO_BIG,
    "55P03": _LOCKED,
    "57014": _SLOW,
    "57P": _UNREACHED,
    "58": (
        "could not be read or written: the disk of the database server reported an error or is full.",
        "Free some space there and look at the disk, then try again.",
    ),
    "XX": _DAMAGED,
}
"""By SQLSTATE or its beginning; the longest that fits counts."""

_AT_CONNECTING: tuple[tuple[str, Cause], ...] = (
    ("too many clients", _CROWDED),
    ("too many connections", _CROWDED),
    ("remaining connection slots", _CROWDED),
    ("authentication failed", _REFUSED),
    ("no password supplied", _REFUSED),
    ("pg_hba.conf", _REFUSED),
    ('role "', _REFUSED),
    ("does not exist", _ABSENT),
    ("permission denied for database", _NO_RIGHTS),
)
"""libpq gives no SQLSTATE of a connection that was not made, so its words have to do. A server that speaks
another language is said to be out of reach, and its words are shown."""

_LOST = ("08", "57P", "58", "XX")
"""SQLSTATEs after which a connection is not to be used again."""


def is_postgres(error: BaseException | None) -> bool:
    """Whether psycopg raised it."""
    return type(error).__module__.partition(".")[0] == "psycopg"


def cause_on_postgres(error: BaseException | None) -> Cause | None:
    """What happened and what to do; None where it is none of the usual causes."""
    state = _state(error)
    for length in range(len(state), 1, -1):
        if state[:length] in _CAUSES:
            return _CAUSES[state[:length]]
    if state or type(error).__name__ not in {"OperationalError", "ConnectionTimeout", "InterfaceError"}:
        return None
    text = str(error)
    return next((cause for words, cause in _AT_CONNECTING if words in text), _UNREACHED)


def is_lost(error: BaseException | None) -> bool:
    """Whether what the connection says afterwards is not to be trusted."""
    return is_postgres(error) and _state(error).startswith(_LOST)


def said_by_postgres(error: BaseException) -> str:
    """The server's own words on one line: its message alone, since DETAIL can quote whole rows."""
    diagnosis: Any = getattr(error, "diag", None)
    said = getattr(diagnosis, "message_primary", None) or str(error)
    return " ".join(f"{type(error).__name__} {_state(error)}: {said}".replace(" :", ":").split())[:500]


def _state(error: BaseException | None) -> str:
    return str(getattr(error, "sqlstate", None) or "")
