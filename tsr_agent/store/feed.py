"""The change feed: one number for each document that arrived, in the order in which they can be seen.

Whoever follows it by its numbers misses nothing and sees nothing twice, however many write at once:
the counter's row is held from the moment a number is taken until the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from tsr_agent.errors import InputError
from tsr_agent.models.api import Change, ChangeKind, ChangePage
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.service_tables import change_counter, changes, policies
from tsr_agent.store.spellings import spellings
from tsr_agent.store.tables import approvals, decisions, report_documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library

MAX_PAGE = 1_000
"""Most changes of one page."""
MAX_SCANNED = 20_000
"""Most changes that are looked at for a page of one repository; the next page goes on behind them."""


@dataclass(frozen=True, kw_only=True)
class NewChange:
    """A document that the running transaction files."""

    kind: ChangeKind
    report_id: str | None
    codebase_repo: str | None
    digest: str
    size: int
    """Bytes."""
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class StoredDocument:
    """A document of the feed, shown to be the one of its digest."""

    kind: ChangeKind
    report_id: str | None
    """None for a policy."""
    document: bytes


def record_change(
    connection: Connection,
    kind: ChangeKind,
    *,
    report_id: str | None,
    codebase_repo: str | None,
    digest: str,
    size: int,
    received_at: datetime,
) -> int:
    """Numbers one document. Must be the last thing that a write transaction does.

    Returns:
        Its number in the feed.

    Raises:
        IntegrityError: The library has lost its counter.
    """
    change = NewChange(
        kind=kind,
        report_id=report_id,
        codebase_repo=codebase_repo,
        digest=digest,
        size=size,
        received_at=received_at,
    )
    return record_changes(connection, [change])


def record_changes(connection: Connection, new: Sequence[NewChange]) -> int:
    """Numbers the documents of one transaction, in their order. Must be the last thing that it does.

    From here until the commit every other writer waits: that is what makes the numbers gapless and keeps
    a smaller one from showing up after a greater one.

    Returns:
        The number of the last of them.

    Raises:
        IntegrityError: The library has lost its counter.
    """
    last = connection.execute(_COUNT_ON, {"more": len(new)}).scalar_one_or_none()
    if last is None:
        raise bodies.altered("The change feed", "its counter is missing")
    first = int(last) - len(new) + 1
    connection.execute(
        _INSERT,
        [
            {
                "seq": first + place,
                "kind": each.kind.value,
                "report_id": each.report_id,
                "codebase_repo": None if each.codebase_repo is None else storable(each.codebase_repo),
                "digest": each.digest,
                "size": each.size,
                "received_at": each.received_at,
            }
            for place, each in enumerate(new)
        ],
    )
    return int(last)


class ChangeFeed:
    """Reads the change feed of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def epoch(self) -> str:
        """Names this very history: a library that is made anew or restored has another.

        Raises:
            IntegrityError: The library has lost it.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            return str(_counter(connection).epoch)

    def head(self) -> int:
        """Number of the newest change.

        Raises:
            IntegrityError: The library has lost its counter.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            return int(_counter(connection).last)

    def page(self, since: int, *, limit: int, repository: str | None = None) -> ChangePage:
        """The changes behind a place, the oldest first.

        Args:
            since: Number of the last change that is known; 0 from the beginning.
            limit: Most changes wanted, 1 to 1,000.
            repository: Only documents about reports of this one, in whichever form it is written.
                Policies are of no repository. ``next`` goes on behind what was left out, so a page may be
                short or empty before the end.

        Raises:
            ValueError: The limit is out of range.
            InputError: The feed does not reach that far: it is another history.
            IntegrityError: The library has lost its counter.
            StoreError: The library can't be read.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise ValueError(f"a page has 1 to {MAX_PAGE} changes, not {limit}")
        spelt = self._spelt(repository)
        with self._library.read() as connection:
            # The head first: whatever is committed after it is read is behind it and waits for the next page.
            counter = _counter(connection)
            head = int(counter.last)
            if not 0 <= since <= head:
                raise _no_such_place(since, head)
            until = head if repository is None else min(head, since + MAX_SCANNED)
            values: dict[str, Any] = {"since": since, "until": until, "limit": limit}
            if spelt is None:
                found = connection.execute(_PAGE, values).all()
            else:
                found = connection.execute(_PAGE_OF, values | {"repositories": spelt}).all()
        items = tuple(_change(row) for row in found)
        after = items[-1].seq if len(items) == limit else until
        return ChangePage(epoch=counter.epoch, items=items, next=after, head=head)

    def document(self, digest: str, *, repository: str | None = None) -> StoredDocument | None:
        """A document by its digest, verified; None where the feed has none of it.

        Args:
            digest: SHA-256 as 64 hexadecimal digits.
            repository: Only if it is about a report of this one, in whichever form it is written.

        Raises:
            IntegrityError: It is not what was filed any more.
            StoreError: The library can't be read.
        """
        values, spelt = {"digest": storable(digest)}, self._spelt(repository)
        with self._library.read() as connection:
            if spelt is None:
                found = connection.execute(_BY_DIGEST, values).one_or_none()
            else:
                found = connection.execute(_BY_DIGEST_OF, values | {"repositories": spelt}).one_or_none()
            if found is None:
                return None
            kind = ChangeKind(found.kind)
            body = connection.execute(_BODIES[kind], values | {"report_id": found.report_id}).one_or_none()
        name = f"The document {digest}"
        if body is None:
            raise bodies.altered(name, "it is missing")
        document = bodies.unpack(body.body, size=body.size, digest=digest, name=name)
        return StoredDocument(kind=kind, report_id=found.report_id, document=document)

    def _spelt(self, repository: str | None) -> list[str] | None:
        """How a repository is spelt on record; none at all for no address, None for every repository."""
        if repository is None:
            return None
        return [storable(repository), *spellings(self._library, repository)] if repository else []


def _counter(connection: Connection) -> Any:
    found = connection.execute(_COUNTER).one_or_none()
    if found is None:
        raise bodies.altered("The change feed", "its counter is missing")
    return found


def _change(row: Any) -> Change:
    return Change(
        seq=row.seq,
        kind=ChangeKind(row.kind),
        report_id=row.report_id,
        digest=row.digest,
        size=row.size,
        received_at=row.received_at,
    )


def _no_such_place(since: int, head: int) -> InputError:
    return InputError(
        f"The change feed reaches to {head}; there is nothing to go on from at {since}.",
        next_step="Begin again from 0: this is not the history that was followed before.",
    )


_COUNT_ON = (
    update(change_counter)
    .where(change_counter.c.id == 1)
    .values(last=change_counter.c.last + bindparam("more"))
    .returning(change_counter.c.last)
)
_INSERT = insert(changes)
_COUNTER = select(change_counter.c.epoch, change_counter.c.last).where(change_counter.c.id == 1)
_PAGE = (
    select(changes)
    .where(changes.c.seq > bindparam("since"), changes.c.seq <= bindparam("until"))
    .order_by(changes.c.seq)
    .limit(bindparam("limit"))
)
_OF_REPOSITORIES = changes.c.codebase_repo.in_(bindparam("repositories", expanding=True))
_PAGE_OF = _PAGE.where(_OF_REPOSITORIES)
# One document may have arrived twice, as a policy that is submitted again: any row names the same bytes.
_BY_DIGEST = (
    select(changes.c.kind, changes.c.report_id)
    .where(changes.c.digest == bindparam("digest"))
    .order_by(changes.c.seq)
    .limit(1)
)
_BY_DIGEST_OF = _BY_DIGEST.where(_OF_REPOSITORIES)
_BODIES = {
    ChangeKind.REPORT: select(report_documents.c.size, report_documents.c.body).where(
        report_documents.c.report_id == bindparam("report_id")
    ),
    ChangeKind.DECISION: select(decisions.c.size, decisions.c.body).where(
        decisions.c.report_id == bindparam("report_id"), decisions.c.digest == bindparam("digest")
    ),
    ChangeKind.APPROVAL: select(approvals.c.size, approvals.c.body).where(
        approvals.c.report_id == bindparam("report_id"), approvals.c.digest == bindparam("digest")
    ),
    ChangeKind.POLICY: select(policies.c.size, policies.c.body)
    .where(policies.c.digest == bindparam("digest"))
    .order_by(policies.c.id)
    .limit(1),
}
