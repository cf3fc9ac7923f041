"""Everything on record, one report after the other in the order they were made, each with its decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_

from tsr_agent.errors import DocumentError, IntegrityError
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies
from tsr_agent.store.column_types import storable, to_microseconds
from tsr_agent.store.repository import ReportRepository, decision_on_record
from tsr_agent.store.statements import compiled, integer
from tsr_agent.store.tables import decisions, report_documents, reports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import BindParameter, Select

    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.statements import Statement

PAGE = 200
MAX_PAGE_BYTES = 32 * 1024 * 1024
"""Compressed documents that are held at once, beside the one that is read."""

_BEGINNING = (-(2**63), "")
Key = tuple[Any, str]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which reports are walked through. None asks nothing; all that is given must hold."""

    environment: str | None = None
    """However it is written."""
    since: datetime | None = None
    """Earliest moment at which a report was made, with its UTC offset."""
    last: int | None = None
    """At most so many, the newest ones."""


EVERYTHING = Span()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One report as it was filed, with the decision on record about it."""

    report: TestSummaryReport
    digest: str
    decision: Decision | None
    size: int
    """Bytes of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One report that can't be shown to be what was filed."""

    report_id: str
    reason: str


class Records:
    """The reports of a span, from the oldest on. The library is only read, a page at a time.

    Args:
        library: Open; stays the caller's to close.
        span: Which reports.

    Raises:
        StoreError: The library can't be read, then or while it is walked through.
    """

    def __init__(self, library: Library, span: Span) -> None:
        self._library = library
        self._environments = _written(library, span.environment)
        self._start = self._first_key(span)

    def __len__(self) -> int:
        """How many reports there are now."""
        query = _narrowed(select(func.count()).select_from(reports), self._environments)
        ((number,),) = self._fetch(compiled(query), self._parameters(self._start))
        return int(number)

    def __iter__(self) -> Iterator[Recorded | Unreadable]:
        """Each report, read and verified when it is asked for."""
        query = _narrowed(_RECORDED, self._environments)
        statement = compiled(query.order_by(*_ORDER).limit(integer("limit")))
        key: Key | None = self._start
        while key is not None:
            page, key = self._page(statement, key)
            for row in page:
                yield _recorded(row)

    def _first_key(self, span: Span) -> Key:
        """The place before the first report."""
        since = _BEGINNING if span.since is None else (to_microseconds(span.since), "")
        if span.last is None:
            return since
        query = _narrowed(select(*_ORDER), self._environments)
        newest_first = query.order_by(*(each.desc() for each in _ORDER))
        statement = compiled(newest_first.limit(1).offset(integer("last")))
        found = self._fetch(statement, self._parameters(since) | {"last": span.last})
        return (found[0][0], found[0][1]) if found else since

    def _parameters(self, key: Key) -> dict[str, Any]:
        named = {f"environment_{place}": name for place, name in enumerate(self._environments or ())}
        return {"key_created_at": key[0], "key_id": key[1], **named}

    def _fetch(self, statement: Statement, parameters: dict[str, Any]) -> list[Any]:
        with self._library.read() as connection:
            return list(statement.run(connection, parameters).fetchall())

    def _page(self, statement: Statement, key: Key) -> tuple[list[Any], Key | None]:
        """Rows behind a key, and where the next page starts; None behind the last."""
        parameters = self._parameters(key) | {"limit": PAGE}
        rows: list[Any] = []
        held = 0
        with self._library.snapshot() as connection, statement.stream(connection, parameters) as found:
            for row in found:
                rows.append(row)
                held += len(row.document_body or b"")
                if held > MAX_PAGE_BYTES:
                    break
            else:
                if len(rows) < PAGE:
                    return rows, None
        return rows, (rows[-1].created_at, rows[-1].id)


def _written(library: Library, environment: str | None) -> tuple[str, ...] | None:
    """Every spelling in which an environment is on record; None for all environments."""
    if environment is None:
        return None
    wanted = environment_key(storable(environment))
    known = ReportRepository(library).environments()
    # No report has an empty one: a list of names is never empty, and may hold nothing all the same.
    return tuple(each for each in known if environment_key(each) == wanted) or ("",)


def _recorded(row: Any) -> Recorded | Unreadable:
    name = f"Report {row.id}"
    try:
        if row.document_body is None:
            raise bodies.altered(name, "its document is missing")
        document = bodies.unpack(
            row.document_body, size=row.document_size, digest=row.report_digest, name=name
        )
        report = codec.decode(document, TestSummaryReport, source=name)
        if report.id != row.id:
            raise bodies.altered(name, "its document is another report's")
        decision = decision_on_record(row.id, row)
    except (IntegrityError, DocumentError) as error:
        return Unreadable(report_id=str(row.id), reason=error.message)
    return Recorded(report=report, digest=row.report_digest, decision=decision, size=len(document))


_ORDER = (reports.c.created_at, reports.c.id)
_newest = decisions.alias("newest")
_RECORDED = select(
    *_ORDER,
    reports.c.digest.label("report_digest"),
    reports.c.decision_digest,
    reports.c.go_no_go_decision,
    report_documents.c.size.label("document_size"),
    report_documents.c.body.label("document_body"),
    decisions.c.body,
    decisions.c.size,
    decisions.c.digest,
).select_from(
    reports.outerjoin(report_documents).outerjoin(
        decisions,
        decisions.c.id
        == select(func.max(_newest.c.id)).where(_newest.c.report_id == reports.c.id).scalar_subquery(),
    )
)


def _narrowed(query: Select[Any], environments: tuple[str, ...] | None) -> Select[Any]:
    """A query about the reports behind a key, of the environments of these names or of all."""
    behind = query.where(tuple_(*_ORDER) > tuple_(integer("key_created_at"), bindparam("key_id")))
    if environments is None:
        return behind
    names: list[BindParameter[str]] = [
        bindparam(f"environment_{place}") for place in range(len(environments))
    ]
    return behind.where(reports.c.environment.in_(names))
