"""Checking what a library has beside its reports: the change feed and the policies."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from tsr_agent.errors import TsrError
from tsr_agent.models.api import ChangeKind
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.policies import policy_of
from tsr_agent.store.row_copy import batches
from tsr_agent.store.service_tables import change_counter, changes, policies, sync_held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Connection

_MOST_NAMED = 5

Filed = tuple[str, str, int]
"""Kind, digest and size of a document that is on record."""


def feed_damages(connection: Connection) -> Iterator[str]:
    """What is wrong with the numbers of the feed, seen in one state of the library."""
    counter = connection.execute(select(change_counter)).one_or_none()
    if counter is None:
        yield "the counter of the change feed is missing"
        return
    if not counter.epoch:
        yield "the change feed has lost the name of its history"
    number, least, greatest = connection.execute(_EXTENT).one()
    if counter.last != (greatest or 0):
        yield f"the change feed is counted up to {counter.last} and reaches to {greatest or 0}"
    if number and (least != 1 or number != greatest):
        missing = connection.execute(_GAPS).scalars().all()
        first = [] if least == 1 else [1]
        places = ", ".join(str(each) for each in [*first, *missing][:_MOST_NAMED])
        yield f"the change feed has {number} of {greatest} changes; missing from {places} on"
    for seq, kind in connection.execute(_OF_NO_REPORT):
        yield f"change {seq} of the feed is of kind {kind} and names no report"


def report_feed_damages(
    connection: Connection, report_id: str, repository: str, filed: Iterable[Filed]
) -> Iterator[str]:
    """What is wrong with the changes of one report.

    Args:
        connection: Sees the state that ``filed`` was read in.
        report_id: The report.
        repository: Of its code, as its document says.
        filed: Every document about it.
    """
    rows = connection.execute(_OF_REPORT, {"key": report_id}).all()
    yield from _differing(((row.kind, row.digest, row.size) for row in rows), filed)
    for row in rows:
        if row.codebase_repo != storable(repository):
            yield f"change {row.seq} of the feed names another repository than the report"


def policy_damages(connection: Connection) -> Iterator[str]:
    """What is wrong with the policies, seen in one state of the library."""
    rows = connection.execute(_POLICIES).all()
    for row in rows:
        try:
            policy_of(row)
        except TsrError as error:
            yield " ".join([error.message, *error.details])
    for name, versions in groupby(rows, key=lambda row: row.name):
        numbers = [row.number for row in versions]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the versions of the policy {name} are not numbered from 1 on without a gap"
    kind = ChangeKind.POLICY.value
    found = ((kind, row.digest, row.size) for row in connection.execute(_POLICY_CHANGES))
    yield from _differing(found, ((kind, row.digest, row.size) for row in rows))


def held_damages(connection: Connection) -> Iterator[str]:
    """Which documents of other servers that are held back are not what arrived."""
    for batch in batches(connection, sync_held):
        for row in batch:
            try:
                bodies.unpack(row.body, size=row.size, digest=row.digest, name=f"A held {row.kind}")
            except TsrError as error:
                yield f"change {row.seq} of {row.url}: {error.message}"


def filed_of(kind: ChangeKind, row: Mapping[str, Any]) -> Filed:
    """A document's row as a change has to name it."""
    return (kind.value, row["digest"], row["size"])


def _differing(found: Iterable[Filed], filed: Iterable[Filed]) -> Iterator[str]:
    changed, there = Counter(found), Counter(filed)
    for kind, digest, _ in (there - changed).elements():
        yield f"the {kind} {digest} has no change in the feed that names its bytes"
    for kind, digest, _ in (changed - there).elements():
        yield f"a change of the feed names a {kind} {digest} of which there are no such bytes"


_EXTENT = select(func.count(), func.min(changes.c.seq), func.max(changes.c.seq)).select_from(changes)
_following = changes.alias("following")
_GAPS = (
    select(changes.c.seq + 1)
    .where(
        ~select(_following.c.seq).where(_following.c.seq == changes.c.seq + 1).exists(),
        changes.c.seq < select(func.max(_following.c.seq)).scalar_subquery(),
    )
    .order_by(changes.c.seq)
    .limit(_MOST_NAMED)
)
_OF_NO_REPORT = (
    select(changes.c.seq, changes.c.kind)
    .where((changes.c.report_id.is_(None)) != (changes.c.kind == ChangeKind.POLICY.value))
    .order_by(changes.c.seq)
    .limit(_MOST_NAMED)
)
_OF_REPORT = select(
    changes.c.seq, changes.c.kind, changes.c.digest, changes.c.size, changes.c.codebase_repo
).where(changes.c.report_id == bindparam("key"))
_POLICIES = select(policies).order_by(policies.c.name, policies.c.number)
_POLICY_CHANGES = select(changes.c.digest, changes.c.size).where(changes.c.report_id.is_(None))
