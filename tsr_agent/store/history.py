"""What is on record before a report: the one that it is compared with, as the library had it at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import bindparam, select, tuple_

from tsr_agent.gate.approvals import release_verdict, standing
from tsr_agent.gate.baseline import Baseline, SameAs, may_come_from_a_fork, wanted_branch
from tsr_agent.gate.evidence import of_document
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.models import codec
from tsr_agent.models.approval import Approval
from tsr_agent.models.decision import BaselineSelect, GoNoGoDecision
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable, to_microseconds
from tsr_agent.store.repository import decision_of, refuse_unbound
from tsr_agent.store.statements import compiled, integer
from tsr_agent.store.tables import approvals, decisions, report_documents, reports

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tsr_agent.gate.baseline import BaselineSelection
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.records import Recorded
    from tsr_agent.store.statements import Statement

MAX_ROWS = 20_000
"""Most earlier reports that are looked at for one that was released."""
MAX_DOCUMENTS = 100
"""Most documents that are read for it: those of forks, and those that people did not release after all."""
_PAGES = (2, 20, 500)
"""Rows of the first pages and of each further one; nearly always one of the first few is it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What of a judged report decides which one it is compared with."""

    environment: str
    """Where the release is to go."""
    repository: str
    branch: str
    created_at: datetime
    report_id: str = ""
    """Of reports made at the same moment only those of a lesser id come before it."""

    @classmethod
    def of(cls, report: TestSummaryReport, environment: str | None = None) -> Self:
        """The place of a report that the codec has read, released to an environment or to its own."""
        return cls(
            environment=report.environment if environment is None else environment,
            repository=report.versions.codebase_repo,
            branch=report.versions.codebase_branch,
            created_at=report.created_at,
            report_id=report.id,
        )


def baseline_for(
    library: Library,
    policy: Policy,
    place: Place,
    moment: datetime,
    known: Mapping[str, Recorded] = MappingProxyType({}),
    *,
    released_by: Collection[str] | None = None,
) -> Baseline | None:
    """The report that a policy compares with, as the library had it at a moment.

    Args:
        library: Open; it is only read.
        policy: Says which report it is. One that compares nothing, or asks for one that is handed in,
            gets none.
        place: Of the judged report. Only reports that were made before it count.
        moment: Of the judged report's decision, with its UTC offset: what was decided or approved
            later does not count.
        known: Reports of this library, by id, that were verified a moment ago and need not be read again.
        released_by: Digests of the policies whose GO or approval counts as a release. None takes that of
            any: right for a library of one's own, where whoever files a report chose the policy. A server
            names those that it has had in force, so that what a milder one let go, decided before the
            library was served or elsewhere, is nothing to be measured against.

    Returns:
        The report; None where the newest 20,000 reports have none. The gate looks at it again.

    Raises:
        IntegrityError: The report, or what was decided about it, is not what was filed. No other report
            takes its place.
        DocumentError: This build can't read it.
        StoreError: The library can't be read.
    """
    selection = policy.baseline
    if not policy.compares or selection.select is BaselineSelect.GIVEN:
        return None
    with library.snapshot() as connection:
        search = _Search(connection, selection, place, to_microseconds(moment), known, released_by)
        return search.newest()


@dataclass(frozen=True)
class _Search:
    """One walk from a report back through those that were made before it."""

    connection: Connection
    selection: BaselineSelection
    place: Place
    moment: int
    known: Mapping[str, Recorded]
    released_by: Collection[str] | None

    @property
    def branch(self) -> str | None:
        return wanted_branch(self.selection, self.place.branch)

    def newest(self) -> Baseline | None:
        """The first report on the way back that is asked for."""
        read = 0
        for row in self._rows():
            if not self._is_of_the_place(row) or not self._may_be_released(row):
                continue
            report = self._known_report(row) or self._read(row)
            if self._is_released(row, report):
                evidence = of_document(report)
                # Whose branch it is stands in the document only.
                if self.branch is None or not may_come_from_a_fork(evidence):
                    select = self.selection.select
                    return Baseline(report=report, digest=row.digest, select=select, evidence=evidence)
            read += 1
            if read == MAX_DOCUMENTS:
                return None
        return None

    def _rows(self) -> Iterator[Any]:
        parameters: dict[str, Any] = {
            "moment": self.moment,
            "branch": None if self.branch is None else storable(self.branch),
            "key_created_at": to_microseconds(self.place.created_at),
            "key_id": storable(self.place.report_id),
        }
        statement = _EARLIER if self.branch is None else _EARLIER_OF_BRANCH
        left, sizes = MAX_ROWS, chain(_PAGES, repeat(_PAGES[-1]))
        while left > 0:
            limit = min(next(sizes), left)
            found = statement.run(self.connection, parameters | {"limit": limit}).fetchall()
            yield from found
            if len(found) < limit:
                return
            parameters |= {"key_created_at": found[-1].created_at, "key_id": found[-1].id}
            left -= limit

    def _is_of_the_place(self, row: Any) -> bool:
        same, place = self.selection.same, self.place
        if SameAs.REPOSITORY in same and str(row.codebase_repo) != storable(place.repository):
            return False
        return SameAs.ENVIRONMENT not in same or environment_key(str(row.environment)) == environment_key(
            storable(place.environment)
        )

    def _may_be_released(self, row: Any) -> bool:
        """Whether the columns leave it open that a report is one that the selection takes."""
        if self.selection.select is BaselineSelect.PREVIOUS or row.verdict == GoNoGoDecision.GO.value:
            return True
        return bool(row.has_approvals) and row.verdict == GoNoGoDecision.PENDING_REVIEW.value

    def _is_released(self, row: Any, report: TestSummaryReport) -> bool:
        """Whether the selection takes a report with what was decided and approved by the moment."""
        if self.selection.select is BaselineSelect.PREVIOUS:
            return True
        decision = self._known_decision(row) or self._decision(row)
        if self.released_by is not None and decision.policy.digest not in self.released_by:
            return False
        given = self._approvals(row.id) if row.has_approvals else []
        author, triggered_by = report.versions.codebase_author, report.triggered_by
        stands = standing(decision, given, author=author, triggered_by=triggered_by)
        return release_verdict(decision, stands) is GoNoGoDecision.GO

    def _known_report(self, row: Any) -> TestSummaryReport | None:
        recorded = self.known.get(row.id)
        return recorded.report if recorded is not None and recorded.digest == row.digest else None

    def _known_decision(self, row: Any) -> Decision | None:
        """The newest decision of all, where it was taken by the moment: then it was the newest then, too."""
        recorded = self.known.get(row.id)
        decision = recorded.decision if recorded is not None and recorded.digest == row.digest else None
        if decision is None or to_microseconds(decision.evaluated_at) > self.moment:
            return None
        return decision if decision.decision.value == row.verdict else None

    def _decision(self, row: Any) -> Decision:
        """The newest decision that was taken by the moment."""
        decision = decision_of(row.id, self._one(_DECIDED, row.id))
        refuse_unbound(decision, row.id, row.digest)
        if decision.decision.value != row.verdict:
            raise bodies.altered(f"Report {row.id}", "the verdict in the list is not its decision's")
        return decision

    def _approvals(self, report_id: str) -> list[Approval]:
        """What people had said about a report by the moment."""
        found = _APPROVALS.run(self.connection, {"key": report_id}).fetchall()
        documents = []
        for row in found:
            name = f"An approval of report {report_id}"
            document = bodies.unpack(row.body, size=row.size, digest=row.digest, name=name)
            documents.append(codec.decode(document, Approval, source=name))
        return [each for each in documents if to_microseconds(each.approved_at) <= self.moment]

    def _one(self, statement: Statement, report_id: str) -> Any:
        return statement.run(self.connection, {"key": report_id, "moment": self.moment}).one_or_none()

    def _read(self, row: Any) -> TestSummaryReport:
        name = f"The baseline, report {row.id},"
        found = self._one(_DOCUMENT, row.id)
        if found is None:
            raise bodies.altered(name, "its document is missing")
        document = bodies.unpack(found.body, size=found.size, digest=row.digest, name=name)
        report = codec.decode(document, TestSummaryReport, source=name.rstrip(","))
        if report.id != row.id:
            raise bodies.altered(name, "its document is another report's")
        return report


def earlier_statement(*, of_branch: bool) -> Statement:
    """The statement for reports made before a key, the newest first, each with its verdict at a moment."""
    columns = reports.c
    then = decisions.c.evaluated_at <= integer("moment")
    verdict = (
        select(decisions.c.decision)
        .where(decisions.c.report_id == columns.id, then)
        .order_by(decisions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Not EXISTS: PostgreSQL, which does not think of the limit there, would read every approval instead.
    approved = select(approvals.c.id).where(approvals.c.report_id == columns.id).limit(1).scalar_subquery()
    query = select(
        columns.id,
        columns.created_at,
        columns.digest,
        columns.environment,
        columns.codebase_repo,
        verdict.label("verdict"),
        approved.is_not(None).label("has_approvals"),
    ).where(tuple_(columns.created_at, columns.id) < tuple_(integer("key_created_at"), bindparam("key_id")))
    if of_branch:
        query = query.where(columns.codebase_branch == bindparam("branch"))
    ordered = query.order_by(columns.created_at.desc(), columns.id.desc())
    return compiled(ordered.limit(integer("limit")))


_EARLIER = earlier_statement(of_branch=False)
_EARLIER_OF_BRANCH = earlier_statement(of_branch=True)
_DECIDED = compiled(
    select(decisions.c.body, decisions.c.size, decisions.c.digest)
    .where(decisions.c.report_id == bindparam("key"), decisions.c.evaluated_at <= integer("moment"))
    .order_by(decisions.c.id.desc())
    .limit(1)
)
_DOCUMENT = compiled(
    select(report_documents.c.size, report_documents.c.body).where(
        report_documents.c.report_id == bindparam("key")
    )
)
_APPROVALS = compiled(
    select(approvals.c.body, approvals.c.size, approvals.c.digest)
    .where(approvals.c.report_id == bindparam("key"))
    .order_by(approvals.c.id)
)
