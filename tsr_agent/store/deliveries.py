"""What is to be told to webhooks: written with the document that causes it, claimed by one worker at a time.

A delivery is told at least once. A worker that is killed between the answer of the other side and its own
note of it leaves the delivery to the next one, which tells it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from tsr_agent.store.service_tables import webhook_deliveries as table

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library

MAX_ERROR = 500
"""Most characters of what is kept about a try that failed."""


class Outcome(Enum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to be told to one target."""

    target: str
    """Name of the webhook; its address is a secret and never in the database."""
    event: str
    body: str
    """What is posted."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A notice on its way, claimed by one worker until ``claimed_until``."""

    id: int
    target: str
    event: str
    report_id: str
    body: str
    attempts: int
    """Tries so far, the one that it is claimed for included."""
    created_at: datetime
    claimed_until: datetime


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much is still to be told, and how much never will be."""

    waiting: int
    gave_up: int


@dataclass(frozen=True, kw_only=True)
class Patience:
    """When a delivery is given up."""

    attempts: int
    """Most tries."""
    since: datetime
    """Nobody wants to hear any more what happened before this."""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """A decision, or what a person said about one, as it is being filed."""

    report_id: str
    codebase_repo: str
    codebase_sha: str
    triggered_by: str
    decision: Decision | None
    """The newest one; None where none has been taken."""
    standing: ApprovalStanding | None
    """Where the release stands with the document that is being filed; None without a decision."""
    approval: Approval | None
    """The document, where it is what a person said; None for a decision."""
    cause: str
    """SHA-256 of the document."""


Tell = Callable[[Happening], Sequence[Notice]]
"""Says who is told what. It runs inside the transaction, so it must be quick and not use the library."""


def tell_nobody(_: Happening) -> Sequence[Notice]:
    """Of a library that is no server's."""
    return ()


def note_deliveries(connection: Connection, tell: Tell, happening: Happening, *, at: datetime) -> None:
    """Writes what is to be told, inside the transaction of the document that is the cause of it.

    Args:
        connection: Of the transaction that files the document.
        tell: Says who is told what. What was noted for the same cause before is left as it is.
        happening: The document and what follows from it.
        at: The present moment.
    """
    for notice in tell(happening):
        key = {
            "target": notice.target,
            "event": notice.event,
            "report_id": happening.report_id,
            "cause": happening.cause,
        }
        # The report's row is held by this transaction, so nobody else notes the same cause meanwhile.
        if connection.execute(_KNOWN, key).first() is None:
            row = key | {"body": notice.body, "created_at": at, "due_at": at, "attempts": 0}
            connection.execute(insert(table), row)


class DeliveryRepository:
    """The deliveries of one library. May be used from several threads and processes at once.

    Args:
        library: Open for writing; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def claim(
        self, targets: Collection[str], *, now: datetime, until: datetime, patience: Patience
    ) -> Delivery | None:
        """Takes the delivery that has been due for longest; no other worker takes it before ``until``.

        The try is counted here and not when it ends: one that kills its worker must not go on for ever.

        Args:
            targets: The webhooks that may be told something now.
            now: The present moment.
            until: When another worker may take it, if this one does not finish it.
            patience: What is given up on the way.

        Returns:
            None where nothing is due.

        Raises:
            StoreError: The library can't be read or written.
        """
        if not targets or not self._is_something_due(targets, now, patience):
            return None
        with self._library.write() as connection:
            connection.execute(_GIVE_UP, _patience(now, patience))
            found = connection.execute(_DUE, {"targets": sorted(targets), "now": now}).one_or_none()
            if found is None:
                return None
            claim = {"claimed_until": until, "attempts": found.attempts + 1}
            connection.execute(update(table).where(table.c.id == found.id), claim)
        return Delivery(
            id=found.id,
            target=found.target,
            event=found.event,
            report_id=found.report_id,
            body=found.body,
            attempts=found.attempts + 1,
            created_at=found.created_at,
            claimed_until=until,
        )

    def delivered(self, delivery: Delivery, *, now: datetime) -> None:
        """The other side has it, whoever else may have claimed the delivery in the meantime.

        Raises:
            StoreError: Not written; it will be told once more.
        """
        done = {"outcome": Outcome.DELIVERED.value, "finished_at": now, "claimed_until": None}
        self._finish(delivery, done | {"last_error": None}, only_if_claimed=False)

    def postpone(self, delivery: Delivery, *, due_at: datetime, error: str) -> bool:
        """A try failed; another one is due at ``due_at``.

        Returns:
            Whether the delivery was still this worker's.

        Raises:
            StoreError: Not written; it is due when the claim ends.
        """
        changes = {"due_at": due_at, "claimed_until": None, "last_error": error[:MAX_ERROR]}
        return self._finish(delivery, changes)

    def give_up(self, delivery: Delivery, *, now: datetime, error: str) -> bool:
        """There will be no further try.

        Returns:
            Whether the delivery was still this worker's.

        Raises:
            StoreError: Not written; it is due when the claim ends.
        """
        changes = {"outcome": Outcome.GAVE_UP.value, "finished_at": now, "claimed_until": None}
        return self._finish(delivery, changes | {"last_error": error[:MAX_ERROR]})

    def backlog(self) -> Backlog:
        """What metrics show.

        Raises:
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            counts: dict[str, int] = {each.outcome: each.number for each in connection.execute(_COUNTS)}
        return Backlog(
            waiting=counts.get(Outcome.WAITING.value, 0), gave_up=counts.get(Outcome.GAVE_UP.value, 0)
        )

    def _is_something_due(self, targets: Collection[str], now: datetime, patience: Patience) -> bool:
        """Looked up without the write lock, which a server that has nothing to tell must not take all day."""
        with self._library.read() as connection:
            due = {"targets": sorted(targets), "now": now}
            if connection.execute(_ANY_DUE, due).first() is not None:
                return True
            return connection.execute(_ANY_TO_GIVE_UP, _patience(now, patience)).first() is not None

    def _finish(self, delivery: Delivery, changes: dict[str, Any], *, only_if_claimed: bool = True) -> bool:
        unfinished = and_(table.c.id == delivery.id, table.c.outcome != Outcome.DELIVERED.value)
        if only_if_claimed:
            unfinished = and_(unfinished, table.c.claimed_until == delivery.claimed_until)
        with self._library.write() as connection:
            return connection.execute(update(table).where(unfinished), changes).rowcount == 1


def _patience(now: datetime, patience: Patience) -> dict[str, Any]:
    return {"now": now, "most": patience.attempts, "since": patience.since}


def _unclaimed() -> ColumnElement[bool]:
    return and_(
        table.c.outcome == Outcome.WAITING.value,
        or_(table.c.claimed_until.is_(None), table.c.claimed_until <= bindparam("now")),
    )


def _hopeless() -> ColumnElement[bool]:
    too_old = table.c.created_at < bindparam("since")
    return and_(_unclaimed(), or_(table.c.attempts >= bindparam("most"), too_old))


_KNOWN = select(table.c.id).where(
    table.c.target == bindparam("target"),
    table.c.event == bindparam("event"),
    table.c.report_id == bindparam("report_id"),
    table.c.cause == bindparam("cause"),
)
_IS_DUE = and_(
    _unclaimed(),
    table.c.due_at <= bindparam("now"),
    table.c.target.in_(bindparam("targets", expanding=True)),
)
_ANY_DUE = select(table.c.id).where(_IS_DUE).limit(1)
_ANY_TO_GIVE_UP = select(table.c.id).where(_hopeless()).limit(1)
_GIVE_UP = (
    update(table)
    .where(_hopeless())
    .values(
        outcome=Outcome.GAVE_UP.value,
        finished_at=bindparam("now"),
        claimed_until=None,
        last_error=func.coalesce(table.c.last_error, "never answered"),
    )
)
_DUE = (
    select(table)
    .where(_IS_DUE)
    .order_by(table.c.due_at, table.c.id)
    .limit(1)
    # PostgreSQL: whoever claims at the same moment takes the next one. SQLite has one writer at a time.
    .with_for_update(skip_locked=True)
)
_COUNTS = (
    select(table.c.outcome, func.count().label("number"))
    .where(table.c.outcome.in_([Outcome.WAITING.value, Outcome.GAVE_UP.value]))
    .group_by(table.c.outcome)
)
