"""Filing what a server has on record: byte for byte, in its order, and never over what is here already.

What a server says under an id that stands for other bytes here is held beside the library's own: both
are kept, it is named at each synchronisation, and nothing is decided by it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, insert, null, select, update

from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind, PolicySubmission
from tsr_agent.models.approval import Approval
from tsr_agent.models.decision import Decision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies, rows
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.column_types import storable
from tsr_agent.store.feed import record_change
from tsr_agent.store.following import SourceRepository
from tsr_agent.store.repository import ReportRepository, refuse_unbound
from tsr_agent.store.rows import DecisionSource
from tsr_agent.store.service_tables import changes, policies
from tsr_agent.store.standing import approvals_of, standing_of, standing_row
from tsr_agent.store.tables import approvals, decisions, reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.models.api import Change, PolicyVersion
    from tsr_agent.store.engine import Library

Key = tuple[ChangeKind, str | None, str]
"""Kind, report and digest: what tells one document of a feed from another."""


class Taken(Enum):
    """What became of a document of a server."""

    NEW = "new"
    KNOWN = "known"
    """It was here already, the same bytes."""
    HELD = "held"
    """Something else is here under its id, or under that of its report."""


def known(library: Library, wanted: Iterable[Change]) -> set[Key]:
    """Which of these documents are on record here.

    Raises:
        StoreError: The library can't be read.
    """
    digests = sorted({each.digest for each in wanted})
    found: set[Key] = set()
    with library.read() as connection:
        for start in range(0, len(digests), 500):
            asked = {"digests": digests[start : start + 500]}
            named = connection.execute(_KNOWN, asked)
            found |= {(ChangeKind(row.kind), row.report_id, row.digest) for row in named}
    return found


def received(library: Library) -> set[Key]:
    """Every document here that came from a server, whichever it was.

    Raises:
        StoreError: The library can't be read.
    """
    found: set[Key] = set()
    with library.read() as connection:
        for kind, query in _RECEIVED.items():
            found |= {(kind, report_id, digest) for report_id, digest in connection.execute(query)}
    return found


class Replica:
    """One server's documents in one library. Made anew for each transaction.

    Args:
        library: Open, or one transaction of it.
        url: The server's address.
        epoch: The history that is followed.
        versions: What the server says of its policies' versions.
    """

    def __init__(
        self, library: Library, url: str, epoch: str, versions: Sequence[PolicyVersion] = ()
    ) -> None:
        self._library, self._url, self._epoch, self._versions = library, url, epoch, versions
        self._sources = SourceRepository(library)
        self._reports = ReportRepository(library)
        self._approvals = ApprovalRepository(library)
        self._newest_report: TestSummaryReport | None = None

    def take(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        """Files a document of the server, or holds it.

        Args:
            change: What the feed says of it; kind, report, digest and size are held against the bytes.
            document: Its bytes.
            received_at: The present moment here.

        Raises:
            IntegrityError: It is not what the feed says it is, or it is about something that the feed
                has not named.
            DocumentError: This build can't read it.
            StoreError: Not written.
        """
        refuse_other_bytes(change, document)
        taken = self._take(change, document, received_at)
        if taken is Taken.HELD:
            self._sources.hold(self._url, self._epoch, change, document)
        return taken

    def _take(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        match change.kind:
            case ChangeKind.REPORT:
                return self._report(change, document, received_at)
            case ChangeKind.DECISION:
                return self._decision(change, document, received_at)
            case ChangeKind.APPROVAL:
                return self._approval(change, document, received_at)
            case ChangeKind.POLICY:
                return self._policy(change, document, received_at)

    def _report(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        report = codec.decode(document, TestSummaryReport, source=f"The report {change.report_id}")
        _refuse_other_report(change, report.id)
        here = self._digest_here(report.id)
        if here is not None:
            return Taken.KNOWN if here == change.digest else Taken.HELD
        self._reports.add_decoded(document, report, None, received_at=received_at)
        self._newest_report = report
        return Taken.NEW

    def _decision(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        decision = codec.decode(document, Decision, source=f"The decision about {change.report_id}")
        _refuse_other_report(change, decision.report_id)
        here = self._digest_of_its_report(change)
        if here is None:
            return Taken.HELD
        refuse_unbound(decision, decision.report_id, here)
        with self._library.write() as connection:
            return self._append(connection, change, decision, document, received_at)

    def _append(
        self,
        connection: Connection,
        change: Change,
        decision: Decision,
        document: bytes,
        received_at: datetime,
    ) -> Taken:
        key = {"key": decision.report_id}
        if connection.execute(_HAS_DECISION, key | {"digest": change.digest}).first() is not None:
            return Taken.KNOWN
        report = self._decoded(decision.report_id)
        record = {
            "report_id": report.id,
            "kind": DecisionSource.SERVER.value,
            "decision": decision.decision.value,
            "evaluated_at": rows.checked_time(decision.evaluated_at, "decision: evaluated_at"),
            "received_at": rows.checked_time(received_at, "received_at"),
            "digest": change.digest,
            "size": len(document),
            "body": bodies.pack(document),
        }
        said = [each for _, each in approvals_of(connection, report.id)]
        author, triggered_by = report.versions.codebase_author, report.triggered_by
        stands = standing_of(decision, said, author=author, triggered_by=triggered_by)
        columns = rows.judged_row(report, decision, DecisionSource.SERVER) | standing_row(decision, stands)
        connection.execute(insert(decisions), record)
        connection.execute(
            update(reports).where(reports.c.id == report.id), columns | {"decision_digest": change.digest}
        )
        record_change(
            connection,
            ChangeKind.DECISION,
            report_id=report.id,
            codebase_repo=report.versions.codebase_repo,
            digest=change.digest,
            size=len(document),
            received_at=received_at,
        )
        return Taken.NEW

    def _approval(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        approval = codec.decode(document, Approval, source=f"The approval of {change.report_id}")
        _refuse_other_report(change, approval.report_id)
        if self._digest_of_its_report(change) is None:
            return Taken.HELD
        with self._library.read() as connection:
            here = connection.execute(_APPROVAL, {"id": storable(approval.id)}).scalar_one_or_none()
        if here is not None:
            return Taken.KNOWN if here == change.digest else Taken.HELD
        self._approvals.take(document, received_at=received_at)
        return Taken.NEW

    def _policy(self, change: Change, document: bytes, received_at: datetime) -> Taken:
        codec.decode(document, PolicySubmission, source=f"The policy {change.digest}")
        meant = [each for each in self._versions if each.digest == change.digest]
        if not meant:
            raise IntegrityError(
                f"The server's feed names a policy {change.digest} that its list of policies does not have.",
                kept="the library as it was.",
                next_step="Ask whoever runs the server.",
            )
        with self._library.write() as connection:
            taken = [_take_version(connection, each, document) for each in meant]
            if Taken.NEW in taken:
                record_change(
                    connection,
                    ChangeKind.POLICY,
                    report_id=None,
                    codebase_repo=None,
                    digest=change.digest,
                    size=len(document),
                    received_at=received_at,
                )
        # Where several are meant, one that could not be filed is what has to be shown.
        return next(each for each in (Taken.HELD, Taken.NEW, Taken.KNOWN) if each in taken)

    def _digest_here(self, report_id: str) -> str | None:
        with self._library.read() as connection:
            found = connection.execute(_DIGEST_OF, {"key": storable(report_id)}).scalar_one_or_none()
        return None if found is None else str(found)

    def _digest_of_its_report(self, change: Change) -> str | None:
        """Digest of the report that a document is about; None where the server's report is held.

        Raises:
            IntegrityError: Neither is there.
        """
        assert change.report_id is not None  # noqa: S101  (the feed was checked)
        if self._sources.holds_report(self._url, self._epoch, change.report_id):
            return None
        here = self._digest_here(change.report_id)
        if here is None:
            raise IntegrityError(
                f"The server's feed names a document about report {change.report_id} before the report.",
                kept="the library as it was.",
                next_step="Ask whoever runs the server.",
            )
        return here

    def _decoded(self, report_id: str) -> TestSummaryReport:
        """The report that a decision is about: nearly always the one that was filed just before."""
        newest = self._newest_report
        if newest is not None and newest.id == report_id:
            return newest
        document = self._reports.document(report_id)
        return codec.decode(document, TestSummaryReport, source=f"Report {report_id}")


def refuse_other_bytes(change: Change, document: bytes) -> None:
    """Refuses bytes that are not those that the feed named.

    Raises:
        IntegrityError: Another length or another digest.
    """
    found = codec.digest(document)
    if (len(document), found) != (change.size, change.digest):
        raise IntegrityError(
            f"Change {change.seq} of the server, {change.kind.value} "
            f"{change.report_id or change.digest}, is not the document that it names.",
            kept="the library as it was; nothing of this document is used.",
            next_step="Do not release by it. Ask whoever runs the server.",
            details=[
                f"named: SHA-256 {change.digest}, {change.size:,} bytes",
                f"came:  SHA-256 {found}, {len(document):,} bytes",
            ],
        )


def _refuse_other_report(change: Change, report_id: str) -> None:
    if report_id != change.report_id:
        raise IntegrityError(
            f"Change {change.seq} of the server is said to be about report {change.report_id}, "
            "and its document is about another.",
            kept="the library as it was; nothing of this document is used.",
            next_step="Do not release by it. Ask whoever runs the server.",
        )


def _take_version(connection: Connection, version: PolicyVersion, document: bytes) -> Taken:
    key = {"name": storable(version.name), "number": version.number}
    here = connection.execute(_VERSION, key).scalar_one_or_none()
    if here is not None:
        return Taken.KNOWN if here == version.digest else Taken.HELD
    row = {
        "digest": version.digest,
        "submitted_by": storable(version.submitted_by),
        "submitted_at": rows.checked_time(version.submitted_at, "submitted_at"),
        "size": len(document),
        "body": bodies.pack(document),
    }
    connection.execute(insert(policies), key | row)
    return Taken.NEW


_KNOWN = select(changes.c.kind, changes.c.report_id, changes.c.digest).where(
    changes.c.digest.in_(bindparam("digests", expanding=True))
)
_FROM_SERVER = decisions.c.kind == DecisionSource.SERVER.value
_RECEIVED = {
    ChangeKind.REPORT: select(reports.c.id, reports.c.digest).where(
        exists().where(decisions.c.report_id == reports.c.id, _FROM_SERVER)
    ),
    ChangeKind.DECISION: select(decisions.c.report_id, decisions.c.digest).where(_FROM_SERVER),
    ChangeKind.APPROVAL: select(approvals.c.report_id, approvals.c.digest),
    ChangeKind.POLICY: select(null(), policies.c.digest),
}
_DIGEST_OF = select(reports.c.digest).where(reports.c.id == bindparam("key"))
_HAS_DECISION = select(decisions.c.id).where(
    decisions.c.report_id == bindparam("key"), decisions.c.digest == bindparam("digest")
)
_APPROVAL = select(approvals.c.digest).where(approvals.c.approval_id == bindparam("id"))
_VERSION = select(policies.c.digest).where(
    policies.c.name == bindparam("name"), policies.c.number == bindparam("number")
)
