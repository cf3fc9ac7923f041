"""The tokens that a server knows: found by their public part, never kept themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, insert, or_, select, update

from tsr_agent.models.access import Role
from tsr_agent.models.api import TokenView
from tsr_agent.store.column_types import from_microseconds, storable
from tsr_agent.store.service_tables import tokens
from tsr_agent.store.statements import compiled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tsr_agent.store.engine import Library

_COLUMNS = tokens.c
# Asked with every request, so that SQLAlchemy's naming of the columns would be felt.
_FOUND = compiled(
    select(
        _COLUMNS.id,
        _COLUMNS.hash,
        _COLUMNS.role,
        _COLUMNS.subject,
        _COLUMNS.project,
        _COLUMNS.expires_at,
        _COLUMNS.revoked_at,
    ).where(_COLUMNS.id == bindparam("key"))
)
_ALL = select(tokens).order_by(_COLUMNS.created_at, _COLUMNS.id)


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """What is recorded of a token as it is made."""

    id: str
    hash: str
    """SHA-256 of the token."""
    role: Role
    subject: str
    project: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class KnownToken:
    """What a request with a token is judged by."""

    id: str
    hash: str
    role: Role
    subject: str
    project: str | None
    expires_at: datetime
    revoked_at: datetime | None


class TokenRepository:
    """Reads and writes the tokens of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(self, token: NewToken) -> None:
        """Records a new token.

        Raises:
            StoreError: The database can't be written, or has a token of that id, which was drawn at random.
        """
        values = {
            "id": token.id,
            "hash": token.hash,
            "role": token.role.value,
            "subject": storable(token.subject),
            "project": None if token.project is None else storable(token.project),
            "created_at": token.created_at,
            "created_by": storable(token.created_by),
            "expires_at": token.expires_at,
        }
        with self._library.write() as connection:
            connection.execute(insert(tokens).values(values))

    def find(self, token_id: str) -> KnownToken | None:
        """The token of a public part as the database has it now; None where there is none.

        Raises:
            StoreError: The database can't be read.
        """
        with self._library.read() as connection:
            found = _FOUND.rows(connection, {"key": storable(token_id)})
        for known, hashed, role, subject, project, expires_at, revoked_at in found:
            return KnownToken(
                id=known,
                hash=hashed,
                role=Role(role),
                subject=subject,
                project=project,
                expires_at=from_microseconds(expires_at),
                revoked_at=None if revoked_at is None else from_microseconds(revoked_at),
            )
        return None

    def all(self) -> tuple[TokenView, ...]:
        """Every token that was ever made, the oldest first.

        Raises:
            StoreError: The database can't be read.
        """
        with self._library.read() as connection:
            return tuple(_view(row) for row in connection.execute(_ALL))

    def revoke(self, token_id: str, *, by: str, at: datetime) -> TokenView | None:
        """Ends a token for good. Doing it again changes nothing.

        Returns:
            The token as it is now; None where there is none.

        Raises:
            StoreError: The database can't be written.
        """
        mine = _COLUMNS.id == storable(token_id)
        with self._library.write() as connection:
            connection.execute(
                update(tokens)
                .where(mine, _COLUMNS.revoked_at.is_(None))
                .values(revoked_at=at, revoked_by=storable(by))
            )
            row = connection.execute(select(tokens).where(mine)).one_or_none()
        return None if row is None else _view(row)

    def record_use(self, used: Mapping[str, datetime]) -> None:
        """Notes when tokens were last used, never an earlier moment than is there.

        Raises:
            StoreError: The database can't be written.
        """
        statement = (
            update(tokens)
            .where(
                and_(
                    _COLUMNS.id == bindparam("key"),
                    or_(_COLUMNS.last_used_at.is_(None), _COLUMNS.last_used_at < bindparam("moment")),
                )
            )
            .values(last_used_at=bindparam("moment"))
        )
        with self._library.write() as connection:
            connection.execute(
                statement, [{"key": key, "moment": moment} for key, moment in sorted(used.items())]
            )


def _view(row: Any) -> TokenView:
    return TokenView(
        id=row.id,
        role=Role(row.role),
        subject=row.subject,
        project=row.project,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
