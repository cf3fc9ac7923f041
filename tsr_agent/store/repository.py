"""The reports of a library: filed whole, listed by page, and read only when they are what was filed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tsr_agent.errors import InputError, IntegrityError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.decision import Decision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies, paging, rows
from tsr_agent.store.column_types import storable, to_microseconds
from tsr_agent.store.deliveries import Happening, Tell, note_deliveries, tell_nobody
from tsr_agent.store.feed import NewChange, record_changes
from tsr_agent.store.paging import MAX_PAGE, Page, ReportFilter
from tsr_agent.store.rows import DecisionSource
from tsr_agent.store.standing import approvals_of, standing_of, standing_row
from tsr_agent.store.tables import (
    decisions,
    eval_iterations,
    report_documents,
    reports,
    requirement_coverage,
    test_results,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column, Connection

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.store.engine import Library
    from tsr_agent.store.paging import PageKey, ReportRow
    from tsr_agent.store.statements import Statement

EVERYTHING = ReportFilter()
MAX_CHOICES = 1_000


@dataclass(frozen=True, kw_only=True)
class Added:
    """What adding a document did."""

    report_id: str
    digest: str
    report_is_new: bool
    """False where the same bytes were there already."""
    decision_is_new: bool
    """False where none was given, or the report keeps the one it has."""


class ReportRepository:
    """Reads and writes the reports of one library. May be used from several threads at once.

    Args:
        library: Open; stays the caller's to close.
        tell: Says who is told what of a decision; its messages are noted in the same transaction.
    """

    def __init__(self, library: Library, *, tell: Tell = tell_nobody) -> None:
        self._library = library
        self._tell = tell
        self._page_statement = lru_cache(maxsize=512)(paging.page_statement)
        self._count_statement = lru_cache(maxsize=512)(paging.count_statement)
        self._row_statement = paging.row_statement()

    @property
    def library(self) -> Library:
        """The library whose reports these are."""
        return self._library

    def add(
        self,
        document: bytes,
        decision: Decision | None,
        *,
        decision_source: DecisionSource = DecisionSource.LOCAL,
        supersede: bool = False,
        received_at: datetime,
    ) -> Added:
        """Files a report's document and a decision about it, both or neither.

        The same bytes again change nothing: importing a document twice, perhaps under another policy,
        must not turn the verdict that is on record. A report that has no decision yet takes one.

        Args:
            document: The report's bytes exactly as they came.
            decision: What was decided about these bytes; None lists the report as pending.
            decision_source: Who took the decision.
            supersede: Append the decision to those there are and list the report with it, if it differs
                from the newest in more than its time. The earlier ones are kept.
            received_at: The present moment.

        Raises:
            DocumentError: The document is not a report, or a column can't hold what it says.
            IntegrityError: Another document has this id, or the decision is about other bytes.
            StoreError: Not written; the library is as before.
        """
        report = codec.decode(document, TestSummaryReport)
        return self.add_decoded(
            document,
            report,
            decision,
            decision_source=decision_source,
            supersede=supersede,
            received_at=received_at,
        )

    def add_decoded(
        self,
        document: bytes,
        report: TestSummaryReport,
        decision: Decision | None,
        *,
        decision_source: DecisionSource = DecisionSource.LOCAL,
        supersede: bool = False,
        received_at: datetime,
    ) -> Added:
        """``add`` for a caller that has decoded these very bytes already.

        Raises:
            DocumentError: A column can't hold what the report says.
            IntegrityError: Another document has this id, or the decision is about other bytes.
            StoreError: Not written; the library is as before.
        """
        digest = codec.digest(document)
        if decision is not None:
            refuse_unbound(decision, report.id, digest)
        filing = _Filing(document, report, digest, decision, decision_source, received_at, self._tell)
        with self._library.write() as connection:
            is_new = filing.insert_report(connection)
            if is_new:
                decided = decision is not None
            else:
                known = connection.execute(_DIGEST_OF, {"key": report.id}).scalar_one()
                if known != digest:
                    raise _other_document(report.id, known, digest)
                decided = filing.append_decision(connection, supersede=supersede)
        return Added(report_id=report.id, digest=digest, report_is_new=is_new, decision_is_new=decided)

    def document(self, report_id: str) -> bytes:
        """A report's bytes exactly as they were filed.

        Raises:
            InputError: No such report.
            IntegrityError: The bytes are not those of the digest that the report was filed with.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            found = connection.execute(_DOCUMENT, {"key": storable(report_id)}).one_or_none()
        if found is None:
            raise _no_report(report_id)
        if found.body is None:
            raise bodies.altered(f"Report {report_id}", "its document is missing")
        return bodies.unpack(found.body, size=found.size, digest=found.digest, name=f"Report {report_id}")

    def decision(self, report_id: str) -> Decision | None:
        """The newest decision about a report; None where none has been taken.

        Raises:
            InputError: No such report.
            IntegrityError: The decision was altered, is about other bytes, or is not what lists show.
            StoreError: The library can't be read.
        """
        with self._library.read() as connection:
            found = connection.execute(_JUDGED, {"key": storable(report_id)}).one_or_none()
        if found is None:
            raise _no_report(report_id)
        return decision_on_record(report_id, found)

    def row(self, report_id: str) -> ReportRow | None:
        """One report as lists show it; None where there is none of that id."""
        found = self._fetch(self._row_statement, {"id": storable(report_id)})
        return next(iter(paging.rows_of(found)), None)

    def page(
        self,
        narrowed: ReportFilter = EVERYTHING,
        *,
        after: PageKey | None = None,
        reverse: bool = False,
        limit: int = 100,
    ) -> Page:
        """Some rows of a list.

        Args:
            narrowed: Which reports the list has.
            after: Where to go on from; None starts at the newest, or with ``reverse`` at the oldest.
            reverse: Walk towards the newest. The rows come in list order all the same, so that the
                last page is ``reverse=True`` without ``after``.
            limit: Most rows wanted, 1 to 500.

        Raises:
            ValueError: The limit is out of range.
            StoreError: The library can't be read.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise ValueError(f"a page has 1 to {MAX_PAGE} rows, not {limit}")
        statement = self._page_statement(narrowed.shape, after=after is not None, reverse=reverse)
        parameters = narrowed.parameters | {"limit": limit + 1}
        if after is not None:
            parameters |= {"key_created_at": to_microseconds(after.created_at), "key_id": storable(after.id)}
        found = self._fetch(statement, parameters)
        shown = found[:limit]
        if reverse:
            shown.reverse()
        return Page(paging.rows_of(shown), more=len(found) > limit)

    def count(self, narrowed: ReportFilter = EVERYTHING) -> int:
        """How many reports a list has. Slower than a page: ask for it after the page is shown."""
        ((number,),) = self._fetch(self._count_statement(narrowed.shape), narrowed.parameters)
        return int(number)

    def latest(self, narrowed: ReportFilter = EVERYTHING) -> ReportRow | None:
        """The newest report of a list; None of an empty one."""
        return next(iter(self.page(narrowed, limit=1).rows), None)

    def environments(self) -> tuple[str, ...]:
        """Every environment that a report names, sorted."""
        return self._distinct(reports.c.environment)

    def branches(self) -> tuple[str, ...]:
        """Every branch that a report names, sorted; the first 1,000."""
        return self._distinct(reports.c.codebase_branch)

    def _distinct(self, column: Column[str]) -> tuple[str, ...]:
        """Distinct values by jumping from one to the next through the index, not by reading all rows."""
        following = select(column).where(column > bindparam("last")).order_by(column).limit(1)
        found: list[str] = []
        with self._library.read() as connection:
            value = connection.execute(select(column).order_by(column).limit(1)).scalar_one_or_none()
            while value is not None and len(found) < MAX_CHOICES:
                found.append(value)
                value = connection.execute(following, {"last": value}).scalar_one_or_none()
        return tuple(found)

    def _fetch(self, statement: Statement, parameters: dict[str, Any]) -> list[Sequence[Any]]:
        with self._library.read() as connection:
            return statement.rows(connection, parameters)


def decision_of(report_id: str, found: Any) -> Decision:
    """The decision in a row of ``decisions``, shown to be the one that was filed.

    Raises:
        IntegrityError: It is not.
    """
    name = f"The decision about report {report_id}"
    document = bodies.unpack(found.body, size=found.size, digest=found.digest, name=name)
    return codec.decode(document, Decision, source=name)


def decision_on_record(report_id: str, found: Any) -> Decision | None:
    """The newest decision about a report, shown to be about its bytes and the one that lists show.

    Args:
        report_id: The report.
        found: Its row: ``report_digest``, ``decision_digest`` and ``go_no_go_decision`` of the report;
            ``body``, ``size`` and ``digest`` of its newest decision, None where there is none.

    Raises:
        IntegrityError: It is not.
    """
    newest = None if found.body is None else decision_of(report_id, found)
    if newest is not None:
        refuse_unbound(newest, report_id, found.report_digest)
    meant = rows.UNJUDGED if newest is None else newest.decision
    if (found.decision_digest, found.go_no_go_decision) != (found.digest, meant.value):
        raise bodies.altered(f"Report {report_id}", "the verdict in the list is not its decision's")
    return newest


@dataclass(frozen=True)
class _Filing:
    """One document on its way into the library."""

    document: bytes
    report: TestSummaryReport
    digest: str
    decision: Decision | None
    source: DecisionSource
    received_at: datetime
    tell: Tell = tell_nobody

    def insert_report(self, connection: Connection) -> bool:
        """Files the report and, where there is one, the decision about it; False where its id is taken.

        Of two writers with one id at once the second waits for the first, and then finds it taken.
        """
        report, stands = self.report, self._standing([])
        header = rows.report_row(report, self.digest) | self._judged(stands)
        header["received_at"] = rows.checked_time(self.received_at, "received_at")
        inserted = connection.execute(_INSERT_REPORT[connection.dialect.name], header)
        if inserted.scalar_one_or_none() is None:
            return False
        body = {"report_id": report.id, "size": len(self.document), "body": bodies.pack(self.document)}
        connection.execute(_INSERT_DOCUMENT, body)
        for table, found in (
            (test_results, rows.result_rows(report)),
            (eval_iterations, rows.eval_iteration_rows(report)),
            (requirement_coverage, rows.requirement_rows(report)),
        ):
            if found:
                connection.execute(insert(table), found)
        new = [self._change(ChangeKind.REPORT, self.digest, len(self.document))]
        if self.decision is not None:
            new.append(self._insert_decision(connection, self.decision, stands))
        record_changes(connection, new)
        return True

    def append_decision(self, connection: Connection, *, supersede: bool) -> bool:
        """Adds the decision to a report on record and lists the report with it, where one is wanted."""
        decision = self.decision
        if decision is None or not self._is_wanted(connection, decision, supersede=supersede):
            return False
        stands = self._standing([each for _, each in approvals_of(connection, self.report.id)])
        change = self._insert_decision(connection, decision, stands)
        connection.execute(update(reports).where(reports.c.id == self.report.id), self._judged(stands))
        record_changes(connection, [change])
        return True

    @cached_property
    def _encoded(self) -> tuple[bytes, str]:
        """The decision's document and its digest."""
        document = b"" if self.decision is None else codec.encode(self.decision)
        return document, codec.digest(document)

    def _standing(self, said: Sequence[Approval]) -> ApprovalStanding | None:
        """What people said about the report makes this of the decision."""
        author, triggered_by = self.report.versions.codebase_author, self.report.triggered_by
        return standing_of(self.decision, said, author=author, triggered_by=triggered_by)

    def _judged(self, stands: ApprovalStanding | None) -> rows.Row:
        """Columns of the report that follow from the decision and from what people said about it."""
        report, decision = self.report, self.decision
        digest = None if decision is None else self._encoded[1]
        judged = rows.judged_row(report, decision, self.source) | standing_row(decision, stands)
        return judged | {"decision_digest": digest}

    def _insert_decision(
        self, connection: Connection, decision: Decision, stands: ApprovalStanding | None
    ) -> NewChange:
        document, digest = self._encoded
        record = {
            "report_id": self.report.id,
            "kind": self.source.value,
            "decision": decision.decision.value,
            "evaluated_at": rows.checked_time(decision.evaluated_at, "decision: evaluated_at"),
            "received_at": rows.checked_time(self.received_at, "received_at"),
            "digest": digest,
            "size": len(document),
            "body": bodies.pack(document),
        }
        connection.execute(_INSERT_DECISION, record)
        happening = Happening(
            report_id=self.report.id,
            codebase_repo=self.report.versions.codebase_repo,
            codebase_sha=self.report.versions.codebase_sha,
            triggered_by=self.report.triggered_by,
            decision=decision,
            standing=stands,
            approval=None,
            cause=digest,
        )
        note_deliveries(connection, self.tell, happening, at=self.received_at)
        return self._change(ChangeKind.DECISION, digest, len(document))

    def _change(self, kind: ChangeKind, digest: str, size: int) -> NewChange:
        return NewChange(
            kind=kind,
            report_id=self.report.id,
            codebase_repo=self.report.versions.codebase_repo,
            digest=digest,
            size=size,
            received_at=self.received_at,
        )

    def _is_wanted(self, connection: Connection, decision: Decision, *, supersede: bool) -> bool:
        key = {"key": self.report.id}
        newest = connection.execute(_NEWEST_DECISION, key).one_or_none()
        if newest is None or not supersede:
            return newest is None
        # A decision that is on record already, even one that was superseded, does not come back.
        digest = self._encoded[1]
        known = connection.execute(_HAS_DECISION, key | {"digest": digest}).one_or_none() is not None
        if known:
            return False
        # Approvals are held against the very decision that people saw: a server's takes our own's place.
        same = _same_judgement(decision, decision_of(self.report.id, newest))
        return not same or newest.kind != self.source.value


def _same_judgement(one: Decision, other: Decision) -> bool:
    return msgspec.structs.replace(one, evaluated_at=other.evaluated_at) == other


def refuse_unbound(decision: Decision, report_id: str, digest: str) -> None:
    """Refuses a decision that is not about exactly these bytes.

    Raises:
        IntegrityError: It is about another report or another document, or bound to none.
    """
    if decision.report_id != report_id or decision.report_digest != digest:
        raise IntegrityError(
            f"The decision is not about these bytes of report {report_id}.",
            kept="the library as it is.",
            next_step="Take the decision again from the report's document.",
            details=[
                f"decision: report {decision.report_id}, digest {decision.report_digest or 'none'}",
                f"document: report {report_id}, digest {digest}",
            ],
        )


def _other_document(report_id: str, known: str, offered: str) -> IntegrityError:
    return IntegrityError(
        f"The library has another document with the id {report_id}.",
        kept="the document that was filed first.",
        next_step="Compare the two files; one of them was altered, or an id was used twice.",
        details=[f"filed:   SHA-256 {known}", f"offered: SHA-256 {offered}"],
    )


def _no_report(report_id: str) -> InputError:
    return InputError(
        f"The library has no report {report_id!r}.", next_step="Look at the list, or import the report."
    )


# The row is held: what is filed about one report is filed one after the other.
_DIGEST_OF = select(reports.c.digest).where(reports.c.id == bindparam("key")).with_for_update()
_HAS_DECISION = select(decisions.c.id).where(
    decisions.c.report_id == bindparam("key"), decisions.c.digest == bindparam("digest")
)
# One statement, so that a decision that is filed meanwhile can't make header and document differ.
_JUDGED = (
    select(
        reports.c.digest.label("report_digest"),
        reports.c.decision_digest,
        reports.c.go_no_go_decision,
        decisions.c.body,
        decisions.c.size,
        decisions.c.digest,
    )
    .select_from(reports.outerjoin(decisions))
    .where(reports.c.id == bindparam("key"))
    .order_by(decisions.c.id.desc())
    .limit(1)
)
_DOCUMENT = (
    select(reports.c.digest, report_documents.c.size, report_documents.c.body)
    .select_from(reports.outerjoin(report_documents))
    .where(reports.c.id == bindparam("key"))
)
_NEWEST_DECISION = (
    select(decisions.c.body, decisions.c.size, decisions.c.digest, decisions.c.kind)
    .where(decisions.c.report_id == bindparam("key"))
    .order_by(decisions.c.id.desc())
    .limit(1)
)
_INSERT_REPORT = {
    dialect: made.on_conflict_do_nothing(index_elements=[reports.c.id]).returning(reports.c.id)
    for dialect, made in (("sqlite", sqlite.insert(reports)), ("postgresql", postgresql.insert(reports)))
}
_INSERT_DOCUMENT = insert(report_documents)
_INSERT_DECISION = insert(decisions)
