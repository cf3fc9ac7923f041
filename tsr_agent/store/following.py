"""The servers that a library follows: how far, under which history, and what of theirs it could not file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select, update

from tsr_agent.models.api import Change, ChangeKind
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.service_tables import sync_held, sync_sources

if TYPE_CHECKING:
    from datetime import datetime

    from tsr_agent.store.engine import Library


@dataclass(frozen=True, kw_only=True)
class Followed:
    """How far a library has followed one server."""

    epoch: str
    """Of the history that was followed."""
    cursor: int = 0
    """Every change up to here that the token could see is filed, or held."""
    anchor_seq: int = 0
    """The last change that was seen; 0 before the first."""
    anchor: str | None = None
    """SHA-256 that stands for that change."""
    project: str | None = None
    """The only repository that the token could see; None for all."""
    synced_at: datetime


@dataclass(frozen=True, kw_only=True)
class Held:
    """A document of a server that contradicts what is filed here."""

    epoch: str
    change: Change
    document: bytes


class SourceRepository:
    """What one library knows of the servers that it follows.

    Args:
        library: Open, or one transaction of it.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def followed(self, url: str) -> Followed | None:
        """How far a server was followed; None where it never was.

        Raises:
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            row = connection.execute(_SOURCE, {"key": storable(url)}).one_or_none()
        if row is None:
            return None
        return Followed(
            epoch=row.epoch,
            cursor=row.cursor,
            anchor_seq=row.anchor_seq,
            anchor=row.anchor,
            project=row.project,
            synced_at=row.synced_at,
        )

    def remember(self, url: str, state: Followed) -> None:
        """Writes down how far a server was followed, whatever was written before.

        Raises:
            StoreError: Not written.
        """
        values = {
            "epoch": storable(state.epoch),
            "cursor": state.cursor,
            "anchor_seq": state.anchor_seq,
            "anchor": state.anchor,
            "project": None if state.project is None else storable(state.project),
            "synced_at": state.synced_at,
        }
        with self._library.write() as connection:
            changed = connection.execute(
                update(sync_sources).where(sync_sources.c.url == storable(url)), values
            )
            if changed.rowcount == 0:
                connection.execute(insert(sync_sources), values | {"url": storable(url)})

    def held(self, url: str) -> tuple[Held, ...]:
        """Every document of a server that is held, in the server's order.

        Raises:
            IntegrityError: One of them is not what was kept.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            found = connection.execute(_HELD, {"key": storable(url)}).all()
        return tuple(
            Held(
                epoch=row.epoch,
                change=Change(
                    seq=row.seq,
                    kind=ChangeKind(row.kind),
                    report_id=row.report_id,
                    digest=row.digest,
                    size=row.size,
                    received_at=row.received_at,
                ),
                document=bodies.unpack(
                    row.body, size=row.size, digest=row.digest, name=f"The held {row.kind} {row.digest}"
                ),
            )
            for row in found
        )

    def holds_report(self, url: str, epoch: str, report_id: str) -> bool:
        """Whether a server's report of this id is held, so that another one is here."""
        key = {"url": storable(url), "epoch": storable(epoch), "report": storable(report_id)}
        with self._library.read() as connection:
            return connection.execute(_HELD_REPORT, key).first() is not None

    def hold(self, url: str, epoch: str, change: Change, document: bytes) -> bool:
        """Keeps a document that can't be filed beside those that are.

        Returns:
            Whether it was not held before.

        Raises:
            StoreError: Not written.
        """
        key = {"url": storable(url), "epoch": storable(epoch), "seq": change.seq}
        row = {
            "kind": change.kind.value,
            "report_id": change.report_id,
            "digest": change.digest,
            "size": len(document),
            "received_at": change.received_at,
            "body": bodies.pack(document),
        }
        with self._library.write() as connection:
            if connection.execute(_ONE_HELD, _keyed(key)).first() is not None:
                return False
            connection.execute(insert(sync_held), key | row)
        return True

    def release(self, url: str, held: Held) -> None:
        """Lets go of a document that has been filed.

        Raises:
            StoreError: Not written.
        """
        key = {"url": storable(url), "epoch": held.epoch, "seq": held.change.seq}
        with self._library.write() as connection:
            connection.execute(_RELEASE, _keyed(key))

    def forget_other_histories(self, url: str, epoch: str) -> None:
        """Lets go of what is held of histories that are no longer followed.

        Raises:
            StoreError: Not written.
        """
        of_others = (sync_held.c.url == storable(url), sync_held.c.epoch != storable(epoch))
        with self._library.write() as connection:
            connection.execute(delete(sync_held).where(*of_others))


def _keyed(key: dict[str, object]) -> dict[str, object]:
    return {f"key_{name}": value for name, value in key.items()}


_SOURCE = select(sync_sources).where(sync_sources.c.url == bindparam("key"))
_HELD = (
    select(sync_held).where(sync_held.c.url == bindparam("key")).order_by(sync_held.c.epoch, sync_held.c.seq)
)
_HELD_REPORT = (
    select(sync_held.c.seq)
    .where(
        sync_held.c.url == bindparam("url"),
        sync_held.c.epoch == bindparam("epoch"),
        sync_held.c.report_id == bindparam("report"),
        sync_held.c.kind == ChangeKind.REPORT.value,
    )
    .limit(1)
)
_ONE = (
    sync_held.c.url == bindparam("key_url"),
    sync_held.c.epoch == bindparam("key_epoch"),
    sync_held.c.seq == bindparam("key_seq"),
)
_ONE_HELD = select(sync_held.c.seq).where(*_ONE)
_RELEASE = delete(sync_held).where(*_ONE)
