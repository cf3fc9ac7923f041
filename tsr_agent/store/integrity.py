"""Checking a library: the file's structure, every document's digest, and every row against its document.

SQLite's own check sees damage to its pages and next to nothing of changed content (2 of 400 flipped
bits, measured), so each document is read, and all that lists show is derived from it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, select

from tsr_agent.errors import TsrError
from tsr_agent.models import codec
from tsr_agent.models.api import ChangeKind
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies, rows
from tsr_agent.store.code_notes import note_damages
from tsr_agent.store.feed_integrity import (
    feed_damages,
    filed_of,
    held_damages,
    policy_damages,
    report_feed_damages,
)
from tsr_agent.store.repository import decision_of, refuse_unbound
from tsr_agent.store.standing import approval_of, approval_row, standing_of, standing_row
from tsr_agent.store.tables import (
    approvals,
    decisions,
    eval_iterations,
    metadata,
    report_documents,
    reports,
    requirement_coverage,
    test_results,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, ForeignKey, Table

    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.rows import Row

_BATCH = 500
MOST_DAMAGES = 1_000
"""Most damages that are named; of further ones only the number."""

Found = dict[str, Any]
"""A row as it is in the library."""


@dataclass(frozen=True)
class Damage:
    """One thing that is not as it was filed."""

    report_id: str | None
    """None where it concerns the file and no single report."""
    what: str


@dataclass(frozen=True, kw_only=True)
class IntegrityResult:
    """What a check found."""

    reports: int
    """How many reports were looked at."""
    damages: tuple[Damage, ...]
    """The first of them."""
    unlisted: int = 0
    """How many more there are."""
    complete: bool = True
    """False where the check ended before it had seen everything."""

    @property
    def sound(self) -> bool:
        """Whether everything was looked at and nothing found."""
        return self.complete and not self.damages


def check(
    library: Library,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> IntegrityResult:
    """Reads the whole library, one report at a time, and names all that is not as it was filed.

    Args:
        library: Open; other programs may go on using it.
        progress: Called after each report with how many were looked at.
        stop: Asked after each report whether to end here.
    """
    found = _Damages()
    looked_at, complete = 0, True
    try:
        with library.read() as connection:
            found.add(_structure(connection))
        for look in (feed_damages, policy_damages, held_damages, note_damages):
            found.add(_damages(library, None, look))
        for report_id in _report_ids(library):
            found.add(_damages(library, report_id, partial(_differences, report_id=report_id)))
            looked_at += 1
            if progress is not None:
                progress(looked_at)
            if stop is not None and stop():
                complete = False
                break
    except TsrError as error:
        found.add([Damage(None, " ".join([error.message, *error.details]))])
        complete = False
    return IntegrityResult(
        reports=looked_at, damages=tuple(found.named), unlisted=found.unlisted, complete=complete
    )


@dataclass
class _Damages:
    """What was found, of a bounded length however much is damaged."""

    named: list[Damage] = field(default_factory=list)
    unlisted: int = 0

    def add(self, damages: Iterable[Damage]) -> None:
        for each in damages:
            if len(self.named) < MOST_DAMAGES:
                self.named.append(each)
            else:
                self.unlisted += 1


def _structure(connection: Connection) -> Iterator[Damage]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA quick_check(20)").fetchall():
            if line != "ok":
                yield Damage(None, str(line))
    # Asked in the same words of both: foreign keys hold only while nobody switched them off.
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            yield from _orphans(connection, table, key.elements[0])


def _orphans(connection: Connection, table: Table, key: ForeignKey) -> Iterator[Damage]:
    parent = key.column.table
    there = exists().where(key.column == key.parent)
    query = select(key.parent).where(key.parent.is_not(None), ~there).distinct().limit(20)
    for name in connection.execute(query).scalars():
        yield Damage(None, f"rows of {table.name} belong to {name!r}, of which {parent.name} has no row")


def _report_ids(library: Library) -> Iterator[str]:
    following = select(reports.c.id).where(reports.c.id > bindparam("last")).order_by(reports.c.id)
    last = ""
    while True:
        with library.read() as connection:
            found = connection.execute(following.limit(_BATCH), {"last": last}).scalars().all()
        yield from found
        if len(found) < _BATCH:
            return
        last = found[-1]


def _damages(
    library: Library, report_id: str | None, look: Callable[[Connection], Iterator[str]]
) -> list[Damage]:
    """What is wrong with one part, seen in one state of the library."""
    try:
        with library.snapshot() as connection:
            return [Damage(report_id, what) for what in look(connection)]
    except TsrError as error:
        return [Damage(report_id, " ".join([error.message, *error.details]))]
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        # A column's type could not make sense of what the file holds.
        return [Damage(report_id, f"a column can't be read: {error}")]


def _differences(connection: Connection, report_id: str) -> Iterator[str]:
    header = _one(connection, reports, reports.c.id, report_id)
    if header is None:
        return  # It was deleted as a whole since the ids were read.
    body = _one(connection, report_documents, report_documents.c.report_id, report_id)
    if body is None:
        yield "its document is missing"
        return
    name = f"Report {report_id}"
    document = bodies.unpack(body["body"], size=body["size"], digest=header["digest"], name=name)
    report = codec.decode(document, TestSummaryReport, source=name)
    judged = _decisions(connection, report_id, header["digest"])
    said = _approvals(connection, report_id)
    yield from _unequal(header, _derived(report, header["digest"], judged, [each for _, each in said]))
    for table, expected in (
        (test_results, rows.result_rows(report)),
        (eval_iterations, rows.eval_iteration_rows(report)),
        (requirement_coverage, rows.requirement_rows(report)),
    ):
        yield from _unequal_rows(connection, table, report_id, expected)
    filed = [(ChangeKind.REPORT.value, header["digest"], body["size"])]
    filed += [filed_of(ChangeKind.DECISION, row) for row, _ in judged]
    filed += [filed_of(ChangeKind.APPROVAL, row) for row, _ in said]
    yield from report_feed_damages(connection, report_id, report.versions.codebase_repo, filed)


def _derived(
    report: TestSummaryReport, digest: str, judged: Sequence[tuple[Found, Decision]], said: list[Approval]
) -> Row:
    """The report's row as its documents make it."""
    filed, newest = judged[-1] if judged else ({}, None)
    source = rows.DecisionSource(filed["kind"]) if filed else rows.DecisionSource.NONE
    author, triggered_by = report.versions.codebase_author, report.triggered_by
    stands = standing_of(newest, said, author=author, triggered_by=triggered_by)
    derived = rows.report_row(report, digest) | rows.judged_row(report, newest, source)
    return derived | standing_row(newest, stands) | {"decision_digest": filed.get("digest")}


def _decisions(connection: Connection, report_id: str, report_digest: str) -> list[tuple[Found, Decision]]:
    """Every decision about a report with its row, the oldest first, each shown to be what was filed."""
    query = select(decisions).where(decisions.c.report_id == report_id).order_by(decisions.c.id)
    judged = []
    for row in connection.execute(query):
        decision = decision_of(report_id, row)
        refuse_unbound(decision, report_id, report_digest)
        if (row.decision, row.evaluated_at) != (decision.decision.value, decision.evaluated_at):
            raise bodies.altered(f"The decision about report {report_id}", "its row says something else")
        judged.append((row._asdict(), decision))
    return judged


def _approvals(connection: Connection, report_id: str) -> list[tuple[Found, Approval]]:
    """Every approval about a report with its row, in order of arrival, each shown to be what was filed."""
    query = select(approvals).where(approvals.c.report_id == report_id).order_by(approvals.c.id)
    said = []
    for row in connection.execute(query):
        approval, found = approval_of(report_id, row), row._asdict()
        if any(found[name] != value for name, value in approval_row(approval).items()):
            raise bodies.altered(f"An approval of report {report_id}", "its row says something else")
        said.append((found, approval))
    return said


def _one(connection: Connection, table: Table, column: Any, key: str) -> Found | None:
    found = connection.execute(select(table).where(column == key)).one_or_none()
    return None if found is None else found._asdict()


def _unequal(found: Found, expected: Row, where: str = "") -> Iterator[str]:
    for name, value in expected.items():
        if not _is_same(found[name], value):
            yield f"the column {where}{name} is not what the document says"


def _is_same(found: Any, expected: Any) -> bool:
    """Equality, but for what JSONB does to a number: 1e23 comes back as an integer of 24 digits."""
    if isinstance(expected, float) and isinstance(found, int):
        return float(found) == expected
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(_is_same(found[key], expected[key]) for key in found)
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(map(_is_same, found, expected))
    return bool(found == expected)


def _unequal_rows(connection: Connection, table: Table, report_id: str, expected: list[Row]) -> Iterator[str]:
    query = select(table).where(table.c.tsr_id == report_id).order_by(table.c.id)
    found = [row._asdict() for row in connection.execute(query)]
    if len(found) != len(expected):
        yield f"{table.name} has {len(found)} rows of it, not {len(expected)}"
    for row, wanted in zip(found, expected, strict=False):
        yield from _unequal(row, wanted, f"{table.name}.")
