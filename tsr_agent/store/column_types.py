"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = EPOCH
LATEST = datetime(9999, 12, 30, tzinfo=UTC)
"""The last moment that can be shown in every local time zone without leaving the calendar."""

_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC.

    Raises:
        ValueError: The time has no UTC offset: it could be any of some forty moments.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"a time without its UTC offset can't be stored: {moment.isoformat()}")
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The moment, in UTC.

    Raises:
        OverflowError: Outside the calendar; only a damaged library holds one.
    """
    return EPOCH + timedelta(microseconds=microseconds)


class UtcMicroseconds(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970 in UTC; refuses a time without an offset.

    SQLite has no type for moments, and its text forms lose the zone; integers sort and compare alike
    everywhere.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else from_microseconds(value)


def json_column() -> JSON:
    """JSON as text on SQLite, as JSONB on PostgreSQL."""
    return JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def ordered_text(length: int) -> String:
    """Text whose order is that of its bytes on both databases, so that ranges over it mean the same.

    Every text that stands in an index is of it: under a language's collation an index on PostgreSQL
    goes silently wrong when the operating system's rules for that language change.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def ascii_column(length: int) -> String:
    """Text of ASCII alone, such as a digest, in the order of its bytes."""
    return ordered_text(length)


def row_number() -> BigInteger:
    """A number that the database gives out; SQLite counts only a column declared as ``INTEGER``."""
    return BigInteger().with_variant(Integer(), "sqlite")


def storable(text: str) -> str:
    """The text for a column: U+0000 and halves of surrogate pairs become U+FFFD.

    PostgreSQL refuses both and SQLite's ``LIKE`` stops at U+0000. Columns are only an index: what a
    document really says is in its bytes.
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
