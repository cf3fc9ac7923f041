"""Takes down what a request sends to its database, so that a bare handler can send the same."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Iterator

Sent = tuple[str, list[Any], bool]
"""A statement, its parameters (several where it was sent for many rows), and whether it was."""


@dataclass
class Recording:
    """One request: what it sent to the database and what it answered."""

    statements: list[Sent] = field(default_factory=list)
    status: int = 200
    answer: bytes = b""


@contextmanager
def recorded() -> Iterator[Recording]:
    """Everything that this process sends to any database meanwhile, transactions included."""
    recording = Recording()

    def sent(_connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool) -> None:
        given = list(parameters) if many else [parameters]
        recording.statements.append((sql, [_plain(each) for each in given], many))

    def begun(connection: Any) -> None:
        if connection.dialect.name != "sqlite":
            recording.statements.append(("BEGIN", [()], False))

    def committed(_connection: Any) -> None:
        recording.statements.append(("COMMIT", [()], False))

    listened = (
        ("before_cursor_execute", sent),
        ("begin", begun),
        ("commit", committed),
        ("rollback", committed),
    )
    for name, listener in listened:
        event.listen(Engine, name, listener)
    try:
        yield recording
    finally:
        for name, listener in listened:
            event.remove(Engine, name, listener)


def _plain(parameters: Any) -> Any:
    """Parameters that can be kept: SQLAlchemy wraps bytes for the driver."""
    if isinstance(parameters, dict):
        return {name: _bytes(value) for name, value in parameters.items()}
    return tuple(_bytes(value) for value in parameters)


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
