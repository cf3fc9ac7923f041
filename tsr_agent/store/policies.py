"""Policies on a server: versions of submissions, one after the other, only ever added."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from tsr_agent.errors import ConflictError, InputError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind, PolicySubmission
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.feed import record_change
from tsr_agent.store.rows import checked_time
from tsr_agent.store.service_tables import change_counter, policies
from tsr_agent.store.statements import compiled

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, kw_only=True)
class StoredPolicy:
    """One version of a policy, shown to be the one that was submitted."""

    name: str
    number: int
    """1, 2, 3, … within the name."""
    digest: str
    """SHA-256 of the submission's document."""
    submission: PolicySubmission
    submitted_by: str
    submitted_at: datetime


class PolicyRepository:
    """Reads and adds the policies of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def add(
        self,
        name: str,
        submission: PolicySubmission,
        *,
        submitted_by: str,
        at: datetime,
        accept: Callable[[tuple[StoredPolicy, ...]], None] | None = None,
    ) -> StoredPolicy:
        """Adds a version of a policy.

        Args:
            name: What the server calls it: letters, digits, ``.``, ``_`` and ``-``, at most 200.
            submission: Kept as it is. Its ``expected_number`` must be that of the newest version, 0 where
                there is none; None takes whatever there is.
            submitted_by: Who submits it.
            at: The present moment.
            accept: Sees the newest version of every policy in the transaction that adds this one, and
                may refuse by raising. It must not use the library.

        Raises:
            InputError: A name that can't be used.
            ConflictError: Another version is the newest by now.
            DocumentError: A column can't hold what is given.
            StoreError: Not written; the library is as before.
        """
        if not _NAME.fullmatch(name):
            raise InputError(
                "A policy's name has 1 to 200 letters, digits, dots, dashes and underscores.",
                next_step="Choose another name.",
            )
        document = codec.encode(submission)
        submission = codec.decode(document, PolicySubmission, source="the policy", just_encoded=True)
        stored = StoredPolicy(
            name=name,
            number=0,
            digest=codec.digest(document),
            submission=submission,
            submitted_by=submitted_by,
            submitted_at=checked_time(at, "submitted_at"),
        )
        with self._library.write() as connection:
            return _add(connection, stored, document, accept)

    def newest(self, name: str) -> StoredPolicy | None:
        """The newest version of a policy; None where there is none of that name.

        Raises:
            IntegrityError: It is not what was submitted.
            StoreError: The library can't be read.
        """
        return next(iter(self._read(_VERSIONS.limit(1), name)), None)

    def versions(self, name: str) -> tuple[StoredPolicy, ...]:
        """Every version of a policy, the newest first.

        Raises:
            IntegrityError: One is not what was submitted.
            StoreError: The library can't be read.
        """
        return self._read(_VERSIONS, name)

    def policy_digests(self) -> frozenset[str]:
        """Digests of the policies of all versions: those that decided here at one time or another.

        Raises:
            IntegrityError: A version is not what was submitted.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            found = connection.execute(select(policies)).all()
        documents = (policy_of(row).submission.document for row in found)
        return frozenset(codec.digest(each.encode()) for each in documents)

    def submissions_of(self, policy_digest: str) -> tuple[PolicySubmission, ...]:
        """Every submission whose policy file has a digest, the newest first.

        Raises:
            IntegrityError: A version is not what was submitted.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            found = connection.execute(select(policies).order_by(policies.c.id.desc())).all()
        submissions = (policy_of(row).submission for row in found)
        return tuple(each for each in submissions if codec.digest(_bytes(each.document)) == policy_digest)

    def count(self) -> int:
        """How many versions there are of all policies. They are only added: the same number, the same ones.

        Raises:
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            ((count,),) = _COUNT.rows(connection)
        return int(count)

    def all_newest(self) -> tuple[StoredPolicy, ...]:
        """The newest version of every policy, the one that was submitted last first.

        Raises:
            IntegrityError: One is not what was submitted.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            return _all_newest(connection)

    def _read(self, statement: Any, name: str) -> tuple[StoredPolicy, ...]:
        with self._library.read() as connection:
            found = connection.execute(statement, {"name": storable(name)}).all()
        return tuple(policy_of(row) for row in found)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def policy_of(row: Any) -> StoredPolicy:
    """The policy in a row of ``policies``, shown to be the one that was submitted.

    Raises:
        IntegrityError: It is not.
    """
    name = f"Version {row.number} of the policy {row.name}"
    document = bodies.unpack(row.body, size=row.size, digest=row.digest, name=name)
    return StoredPolicy(
        name=row.name,
        number=row.number,
        digest=row.digest,
        submission=codec.decode(document, PolicySubmission, source=name),
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
    )


def _add(
    connection: Connection,
    stored: StoredPolicy,
    document: bytes,
    accept: Callable[[tuple[StoredPolicy, ...]], None] | None,
) -> StoredPolicy:
    # The counter's row, which every document needs anyway: policies are added one after the other.
    connection.execute(_LOCK)
    newest = int(connection.execute(_NEWEST_NUMBER, {"name": stored.name}).scalar_one())
    expected = stored.submission.expected_number
    if expected is not None and expected != newest:
        raise _conflict(stored.name, expected, newest)
    if accept is not None:
        accept(_all_newest(connection))
    added = replace(stored, number=newest + 1)
    row = {
        "name": added.name,
        "number": added.number,
        "digest": added.digest,
        "submitted_by": storable(added.submitted_by),
        "submitted_at": added.submitted_at,
        "size": len(document),
        "body": bodies.pack(document),
    }
    connection.execute(insert(policies), row)
    record_change(
        connection,
        ChangeKind.POLICY,
        report_id=None,
        codebase_repo=None,
        digest=added.digest,
        size=len(document),
        received_at=added.submitted_at,
    )
    return added


def _all_newest(connection: Connection) -> tuple[StoredPolicy, ...]:
    return tuple(policy_of(row) for row in connection.execute(_ALL_NEWEST))


def _conflict(name: str, expected: int, newest: int) -> ConflictError:
    there = f"version {newest} is the newest" if newest else "there is no version yet"
    return ConflictError(
        f"The policy {name} was changed meanwhile: {there}, not {expected}.",
        kept="the policy as it is.",
        next_step="Read the newest version, put your changes on top of it, and submit again.",
    )


_COUNT = compiled(select(func.count()).select_from(policies))
_LOCK = select(change_counter.c.last).with_for_update()
_VERSIONS = select(policies).where(policies.c.name == bindparam("name")).order_by(policies.c.number.desc())
_NEWEST_NUMBER = select(func.coalesce(func.max(policies.c.number), 0)).where(
    policies.c.name == bindparam("name")
)
_newest = select(func.max(policies.c.id)).group_by(policies.c.name)
_ALL_NEWEST = select(policies).where(policies.c.id.in_(_newest)).order_by(policies.c.id.desc())
