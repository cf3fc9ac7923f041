"""Approvals on record: filed in one transaction with what they make of the release, and only ever added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tsr_agent.errors import DocumentError, InputError, IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.approval import Approval
from tsr_agent.store import bodies
from tsr_agent.store.column_types import EARLIEST, storable
from tsr_agent.store.deliveries import Happening, Tell, note_deliveries, tell_nobody
from tsr_agent.store.feed import record_change
from tsr_agent.store.on_record import Documents, OnRecord
from tsr_agent.store.rows import checked_time
from tsr_agent.store.standing import approval_of, approval_row, released, standing_of, standing_row
from tsr_agent.store.tables import approvals, reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library
    from tsr_agent.store.rows import Row

__all__ = ["ApprovalRepository", "FiledApproval", "IdTakenError", "OnRecord"]


class IdTakenError(IntegrityError):
    """Another document is on record under the id of an approval."""


CLOCKS_APART = timedelta(minutes=5)
"""How far ahead of our clock the moment of an approval may be."""


@dataclass(frozen=True, kw_only=True)
class FiledApproval:
    """What became of an approval that was filed."""

    approval: Approval
    """The one on record: of one that is sent again, the one that was filed first."""
    is_new: bool
    on_record_after: OnRecord
    """What is on record with it."""


class ApprovalRepository:
    """Reads and files approvals of one library. May be used from several threads at once.

    Keep one for as long as the library is open: it remembers documents that it has verified.

    Args:
        library: Open; stays the caller's to close.
        tell: Says who is told what of an approval; its messages are noted in the same transaction.
    """

    def __init__(self, library: Library, *, tell: Tell = tell_nobody) -> None:
        self._library = library
        self._tell = tell
        self._documents = Documents()

    def on_record(self, report_id: str) -> OnRecord | None:
        """What was decided and said about a report, and what follows; None where there is no such report.

        Raises:
            IntegrityError: A document was altered, or lists show something else than documents say.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            return self._documents.find(connection, storable(report_id))

    def file(
        self, report_id: str, make: Callable[[OnRecord], Approval], *, received_at: datetime
    ) -> FiledApproval:
        """Files what a person says about a release, in one transaction with what follows from it.

        Args:
            report_id: The report.
            make: Makes the document from what is on record; nothing else can be filed about the report
                until it is done. It may refuse by raising. It must not use the library.
            received_at: The present moment.

        Raises:
            InputError: No such report.
            IdTakenError: Another document has its id.
            IntegrityError: It is not about these bytes, or a document on record was altered.
            DocumentError: Its moment has not come yet, or a column can't hold what it says.
            StoreError: Not written; the library is as before.
        """
        with self._library.write() as connection:
            before = self._locked(connection, report_id)
            approval = make(before)
            known = _known(connection, approval.id)
            if known is not None:
                if _without_moment(known) != _without_moment(approval):
                    raise _other_approval(approval.id)
                return FiledApproval(approval=known, is_new=False, on_record_after=before)
            document = codec.encode(approval)
            # What is on record was read back as a document: nothing may be filed that could not be.
            approval = codec.decode(document, Approval, source="the approval", just_encoded=True)
            after = self._add(connection, before, approval, document, received_at)
        return FiledApproval(approval=approval, is_new=True, on_record_after=after)

    def take(self, document: bytes, *, received_at: datetime) -> bool:
        """Files an approval document that came from a server, byte for byte as it is.

        One whose moment has not come yet is refused and can be taken later: a fold knows of no present,
        so that a document from tomorrow would release today.

        Args:
            document: Its bytes.
            received_at: The present moment here.

        Returns:
            Whether it is new.

        Raises:
            DocumentError: It is not an approval, or its moment lies more than five minutes ahead.
            InputError: The report is not in the library.
            IntegrityError: Another document has its id, or it is not about the report's bytes.
            StoreError: Not written; the library is as before.
        """
        approval = codec.decode(document, Approval, source="the approval")
        with self._library.write() as connection:
            before = self._locked(connection, approval.report_id)
            known = connection.execute(_BY_ID, {"id": storable(approval.id)}).one_or_none()
            if known is not None:
                if known.digest != codec.digest(document):
                    raise _other_approval(approval.id)
                return False
            self._add(connection, before, approval, document, received_at)
        return True

    def _add(
        self, connection: Connection, before: OnRecord, approval: Approval, document: bytes, at: datetime
    ) -> OnRecord:
        """Files a document, lists the report with what it makes of it, and notes who is told."""
        _refuse_unbound(before, approval)
        _refuse_from_tomorrow(approval, at)
        digest, after = codec.digest(document), _with(before, approval)
        inserted = connection.execute(_INSERT[connection.dialect.name], _row(approval, document, at))
        if inserted.scalar_one_or_none() is None:
            # Somebody filed it about another report, whose row is not held here.
            raise _other_approval(approval.id)
        columns = standing_row(after.decision, after.standing)
        connection.execute(update(reports).where(reports.c.id == before.report_id), columns)
        note_deliveries(connection, self._tell, _happening(after, approval, digest), at=at)
        record_change(
            connection,
            ChangeKind.APPROVAL,
            report_id=before.report_id,
            codebase_repo=before.codebase_repo,
            digest=digest,
            size=len(document),
            received_at=at,
        )
        return after

    def _locked(self, connection: Connection, report_id: str) -> OnRecord:
        """What is on record, with the report's row held until the transaction ends."""
        # A statement of its own: what is read after it waited sees all that was filed meanwhile.
        connection.execute(_LOCK, {"key": storable(report_id)})
        found = self._documents.find(connection, storable(report_id))
        if found is None:
            raise InputError(
                f"The library has no report {report_id!r}.",
                next_step="Look at the list, or file the report first.",
            )
        return found


def _known(connection: Connection, approval_id: str) -> Approval | None:
    found = connection.execute(_BY_ID, {"id": storable(approval_id)}).one_or_none()
    return None if found is None else approval_of(found.report_id, found)


def _row(approval: Approval, document: bytes, received_at: datetime) -> Row:
    return {
        **approval_row(approval),
        "received_at": checked_time(received_at, "received_at"),
        "digest": codec.digest(document),
        "size": len(document),
        "body": bodies.pack(document),
    }


def _happening(after: OnRecord, approval: Approval, cause: str) -> Happening:
    return Happening(
        report_id=after.report_id,
        codebase_repo=after.codebase_repo,
        codebase_sha=after.codebase_sha,
        triggered_by=after.triggered_by,
        decision=after.decision,
        standing=after.standing,
        approval=approval,
        cause=cause,
    )


def _refuse_from_tomorrow(approval: Approval, received_at: datetime) -> None:
    if approval.approved_at > received_at + CLOCKS_APART:
        raise DocumentError(
            f"The approval {approval.id} is of {approval.approved_at.isoformat()}, which is yet to come.",
            kept="the library as it is.",
            next_step="Look at the clocks of both machines, then try again.",
        )


def _with(before: OnRecord, approval: Approval) -> OnRecord:
    """What is on record once an approval has been added to it."""
    given = (*before.approvals, approval)
    stands = standing_of(before.decision, given, author=before.author, triggered_by=before.triggered_by)
    return replace(before, approvals=given, standing=stands, released=released(before.decision, stands))


def _without_moment(approval: Approval) -> Approval:
    """The same request is answered at another moment each time it is sent."""
    return msgspec.structs.replace(approval, approved_at=EARLIEST)


def _refuse_unbound(before: OnRecord, approval: Approval) -> None:
    if (approval.report_id, approval.report_digest) != (before.report_id, before.report_digest):
        raise IntegrityError(
            f"The approval is not about these bytes of report {before.report_id}.",
            kept="the library as it is.",
            next_step="Look at the report that is on record, then decide about that one.",
            details=[
                f"approval: report {approval.report_id}, digest {approval.report_digest}",
                f"document: report {before.report_id}, digest {before.report_digest}",
            ],
        )


def _other_approval(approval_id: str) -> IdTakenError:
    return IdTakenError(
        f"The library has another approval with the id {approval_id}.",
        kept="the one that was filed first.",
        next_step="Look at what is on record; an approval that says something else needs an id of its own.",
    )


_LOCK = select(reports.c.id).where(reports.c.id == bindparam("key")).with_for_update()
_BY_ID = select(
    approvals.c.report_id, approvals.c.approval_id, approvals.c.size, approvals.c.body, approvals.c.digest
).where(approvals.c.approval_id == bindparam("id"))
_INSERT = {
    dialect: made.on_conflict_do_nothing(index_elements=[approvals.c.approval_id]).returning(approvals.c.id)
    for dialect, made in (("sqlite", sqlite.insert(approvals)), ("postgresql", postgresql.insert(approvals)))
}
