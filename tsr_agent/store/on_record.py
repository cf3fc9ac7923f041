"""What is on record about one report: documents, verified, and held against what lists show of them.

Documents never change, so that those that were read and verified once are kept by their digests: a
question that is asked again costs one statement and no unpacking.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import bindparam, func, select

from tsr_agent.models import codec
from tsr_agent.models.manifest import tested_sha
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable
from tsr_agent.store.repository import decision_of, refuse_unbound
from tsr_agent.store.rows import UNJUDGED
from tsr_agent.store.service_tables import changes
from tsr_agent.store.standing import approvals_of, released, standing_of, standing_row
from tsr_agent.store.statements import compiled
from tsr_agent.store.tables import approvals, decisions, report_documents, reports

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from sqlalchemy import Connection

    from tsr_agent.errors import IntegrityError
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision, GoNoGoDecision

_KEPT = 1_024
"""Most reports whose documents are kept at hand."""
_KEPT_BYTES = 256 * 1024
"""Decision and approvals of a report that have more together are read again each time."""

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class OnRecord:
    """One report with what was decided and said about it, all of it verified."""

    report_id: str
    report_digest: str
    codebase_repo: str
    codebase_sha: str
    author: str
    """Who wrote the judged commit; empty where not known."""
    triggered_by: str
    tested_sha: str | None
    """The commit whose files were tested, if it is the one that the report is about or the merge of it."""
    dirty: bool | None
    """Whether the working tree held changes that no commit has; None where that is not known."""
    decision: Decision | None
    """The newest one; None where none has been taken."""
    decision_digest: str | None
    approvals: tuple[Approval, ...]
    """In the order in which they arrived."""
    standing: ApprovalStanding | None
    """The fold over them; None without a decision."""
    released: GoNoGoDecision
    """The verdict with approvals weighed in; pending without a decision."""


@dataclass(frozen=True)
class _About:
    """What counts of a report's document here."""

    repo: str
    sha: str
    author: str
    triggered_by: str
    tested_sha: str | None
    dirty: bool | None


class Documents:
    """Finds what is on record about reports. May be used from several threads at once."""

    def __init__(self) -> None:
        self._reports: _Recent[_About] = _Recent()
        self._read: _Recent[_Read] = _Recent()

    def find(self, connection: Connection, report_id: str) -> OnRecord | None:
        """What is on record about a report, as one statement sees it; None where there is no such report.

        Raises:
            IntegrityError: A document was altered, is not about these bytes, or lists show something else.
        """
        found = _ON_RECORD.rows(connection, {"key": report_id})
        if not found:
            return None
        digest, newest, *shown, named, decided = found[0][:-1]
        said = tuple(row[-1] for row in found if row[-1] is not None)
        if named != 1 + decided + len(said):
            raise _named_otherwise(report_id, named, 1 + decided + len(said))
        key = (report_id, digest, newest, said)
        read = self._read.get(key)
        if read is None:
            read, size = self._verified(connection, report_id, digest, newest, said)
            if size <= _KEPT_BYTES:
                self._read.put(key, read)
        if tuple(shown) != read.shown:
            raise _listed_otherwise(report_id, shown, read.shown)
        return read.whole

    def _verified(
        self, connection: Connection, report_id: str, digest: str, newest: str | None, said: Sequence[str]
    ) -> tuple[_Read, int]:
        """Everything about a report, read and verified; and how many bytes decision and approvals have."""
        about = self._reports.get(digest)
        if about is None:
            about = _about(connection, report_id, digest)
            self._reports.put(digest, about)
        decision, size = None, 0
        if newest is not None:
            filed = connection.execute(_DECISION, {"key": report_id, "digest": newest}).one()
            decision, size = decision_of(report_id, filed), filed.size
            refuse_unbound(decision, report_id, digest)
        given = _given(connection, report_id, said)
        size += sum(len(codec.encode(each)) for each in given)
        stands = standing_of(decision, given, author=about.author, triggered_by=about.triggered_by)
        whole = OnRecord(
            report_id=report_id,
            report_digest=digest,
            codebase_repo=about.repo,
            codebase_sha=about.sha,
            author=about.author,
            triggered_by=about.triggered_by,
            tested_sha=about.tested_sha,
            dirty=about.dirty,
            decision=decision,
            decision_digest=newest,
            approvals=tuple(given),
            standing=stands,
            released=released(decision, stands),
        )
        return _Read(whole, _shown(whole)), size


@dataclass(frozen=True)
class _Read:
    """What was read and verified, and what lists have to show of it."""

    whole: OnRecord
    shown: tuple[str | None, ...]


def _shown(whole: OnRecord) -> tuple[str | None, ...]:
    """The columns of the statement that follow from the documents, in its order."""
    decision = whole.decision
    columns = standing_row(decision, whole.standing)
    return (
        (UNJUDGED if decision is None else decision.decision).value,
        whole.decision_digest,
        columns["standing"],
        columns["approval_state"],
        storable(whole.codebase_repo),
        whole.codebase_sha,
    )


def _listed_otherwise(report_id: str, shown: Sequence[Any], meant: Sequence[Any]) -> IntegrityError:
    names = ("verdict", "decision", "standing", "state of the approvals", "repository", "commit")
    wrong = [name for name, one, other in zip(names, shown, meant, strict=True) if one != other]
    return bodies.altered(f"Report {report_id}", f"the {wrong[0]} in the list is not that of its documents")


def _named_otherwise(report_id: str, named: int, there: int) -> IntegrityError:
    """A rejection that is gone, or the decision that said NO-GO, would leave a GO that nobody gave."""
    what = f"the change feed names {named:,} documents about it, and there are {there:,}"
    return bodies.altered(f"Report {report_id}", what)


def _given(connection: Connection, report_id: str, said: Sequence[str]) -> list[Approval]:
    """The approvals of these digests, and none that has arrived since they were read."""
    if not said:
        return []
    by_digest = dict(approvals_of(connection, report_id))
    if not by_digest.keys() >= set(said):
        raise bodies.altered(f"Report {report_id}", "an approval is missing")
    return [by_digest[digest] for digest in said]


def _about(connection: Connection, report_id: str, digest: str) -> _About:
    name = f"Report {report_id}"
    found = connection.execute(_DOCUMENT, {"key": report_id}).one_or_none()
    if found is None:
        raise bodies.altered(name, "its document is missing")
    document = bodies.unpack(found.body, size=found.size, digest=digest, name=name)
    report = codec.decode(document, TestSummaryReport, source=name)
    if report.id != report_id:
        raise bodies.altered(name, "its document is another report's")
    versions = report.versions
    return _About(
        repo=versions.codebase_repo,
        sha=versions.codebase_sha,
        author=versions.codebase_author,
        triggered_by=report.triggered_by,
        tested_sha=tested_sha(versions, report.build),
        dirty=versions.dirty,
    )


class _Recent(Generic[V]):
    """The values that were asked for last, by key."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._values[key] = value
            if len(self._values) > _KEPT:
                self._values.popitem(last=False)


_NEWEST = (
    select(decisions.c.digest)
    .where(decisions.c.report_id == reports.c.id)
    .order_by(decisions.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_NAMED = select(func.count()).where(changes.c.report_id == reports.c.id).scalar_subquery()
_DECIDED = select(func.count()).where(decisions.c.report_id == reports.c.id).scalar_subquery()
# One statement: what is filed meanwhile can't make header, decision and approvals differ.
_ON_RECORD = compiled(
    select(
        reports.c.digest,
        _NEWEST,
        reports.c.go_no_go_decision,
        reports.c.decision_digest,
        reports.c.standing,
        reports.c.approval_state,
        reports.c.codebase_repo,
        reports.c.codebase_sha,
        _NAMED,
        _DECIDED,
        approvals.c.digest,
    )
    .select_from(reports.outerjoin(approvals))
    .where(reports.c.id == bindparam("key"))
    .order_by(approvals.c.id)
)
_DOCUMENT = select(report_documents.c.size, report_documents.c.body).where(
    report_documents.c.report_id == bindparam("key")
)
_DECISION = select(decisions.c.size, decisions.c.body, decisions.c.digest).where(
    decisions.c.report_id == bindparam("key"), decisions.c.digest == bindparam("digest")
)
