"""What a library holds, in figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tsr_agent.store.service_tables import (
    change_counter,
    changes,
    policies,
    sync_sources,
    tokens,
    webhook_deliveries,
)
from tsr_agent.store.tables import approvals, decisions, reports

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

COUNTED = {
    "reports": reports,
    "decisions": decisions,
    "approvals": approvals,
    "policies": policies,
    "tokens": tokens,
    "webhook_deliveries": webhook_deliveries,
    "sync_sources": sync_sources,
}
"""What is told to people, by the word that they know it by."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What one state of a library holds."""

    epoch: str | None
    """Names this very history of the change feed; None where the library has lost its counter."""
    head: int
    """Number of the newest change."""
    newest_at: datetime | None
    """When the newest change arrived; None before the first."""
    counts: dict[str, int]
    """Rows by the words of ``COUNTED``."""

    @property
    def empty(self) -> bool:
        """Whether nothing was ever filed in it."""
        return self.head == 0 and not any(self.counts.values())


def contents(connection: Connection) -> Contents:
    """Counts what there is; takes about a second for a million reports.

    Raises:
        StoreError: The library can't be read.
    """
    counter = connection.execute(select(change_counter.c.epoch, change_counter.c.last)).one_or_none()
    newest = connection.execute(
        select(changes.c.received_at).order_by(changes.c.seq.desc()).limit(1)
    ).scalar_one_or_none()
    return Contents(
        epoch=None if counter is None else counter.epoch,
        head=0 if counter is None else counter.last,
        newest_at=newest,
        counts={
            word: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for word, table in COUNTED.items()
        },
    )


def size_in_bytes(connection: Connection) -> int:
    """Bytes on the disk of the database.

    Raises:
        StoreError: The library can't be read.
    """
    if connection.dialect.name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    else:
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(connection.exec_driver_sql(query).scalar_one())
