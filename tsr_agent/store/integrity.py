"""Checking a library: the file's structure, every document's digest, and every row against its document.

SQLite's own check sees damage to its pages and next to nothing of changed content (2 of 400 flipped
bits, measured), so each document is read, and all that lists show is derived from it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from tsr_agent.errors import TsrError
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport
from tsr_agent.store import bodies, rows
from tsr_agent.store.repository import decision_of, refuse_unbound
from tsr_agent.store.tables import (
    decisions,
    eval_iterations,
    report_documents,
    reports,
    requirement_coverage,
    test_results,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Table

    from tsr_agent.models.decision import Decision
    from tsr_agent.store.engine import Library
    from tsr_agent.store.rows import Row

_BATCH = 500


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

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.damages


def check(library: Library, progress: Callable[[int], None] | None = None) -> IntegrityResult:
    """Reads the whole library, one report at a time, and names all that is not as it was filed.

    Args:
        library: Open; other programs may go on using it.
        progress: Called after each report with how many were looked at.
    """
    damages: list[Damage] = []
    looked_at = 0
    try:
        with library.read() as connection:
            damages += _structure(connection)
        for report_id in _report_ids(library):
            damages += _report_damages(library, report_id)
            looked_at += 1
            if progress is not None:
                progress(looked_at)
    except TsrError as error:
        damages.append(Damage(None, " ".join([error.message, *error.details])))
    return IntegrityResult(reports=looked_at, damages=tuple(damages))


def _structure(connection: Connection) -> Iterator[Damage]:
    for (line,) in connection.exec_driver_sql("PRAGMA quick_check(20)").fetchall():
        if line != "ok":
            yield Damage(None, str(line))
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()[:20]:
        yield Damage(None, f"row {row} of {table} belongs to no row of {parent}")


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


def _report_damages(library: Library, report_id: str) -> list[Damage]:
    """What is wrong with one report, seen in one state of the library."""
    try:
        with library.snapshot() as connection:
            return [Damage(report_id, what) for what in _differences(connection, report_id)]
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
    newest, filed = _decisions(connection, report_id, header["digest"])
    derived = rows.report_row(report, header["digest"])
    source = rows.DecisionSource(filed["kind"]) if filed else rows.DecisionSource.NONE
    derived |= rows.judged_row(report, newest, source) | {"decision_digest": filed.get("digest")}
    yield from _unequal(header, derived)
    for table, expected in (
        (test_results, rows.result_rows(report)),
        (eval_iterations, rows.eval_iteration_rows(report)),
        (requirement_coverage, rows.requirement_rows(report)),
    ):
        yield from _unequal_rows(connection, table, report_id, expected)


def _decisions(
    connection: Connection, report_id: str, report_digest: str
) -> tuple[Decision | None, Mapping[str, Any]]:
    """The newest decision and its row, after every one of the report was shown to be what was filed."""
    query = select(decisions).where(decisions.c.report_id == report_id).order_by(decisions.c.id)
    newest: Decision | None = None
    filed: Mapping[str, Any] = {}
    for row in connection.execute(query):
        newest, filed = decision_of(report_id, row), row._asdict()
        refuse_unbound(newest, report_id, report_digest)
        if (row.decision, row.evaluated_at) != (newest.decision.value, newest.evaluated_at):
            raise bodies.altered(f"The decision about report {report_id}", "its row says something else")
    return newest, filed


def _one(connection: Connection, table: Table, column: Any, key: str) -> Mapping[str, Any] | None:
    found = connection.execute(select(table).where(column == key)).one_or_none()
    return None if found is None else found._asdict()


def _unequal(found: Mapping[str, Any], expected: Row, where: str = "") -> Iterator[str]:
    for name, value in expected.items():
        if found[name] != value:
            yield f"the column {where}{name} is not what the document says"


def _unequal_rows(connection: Connection, table: Table, report_id: str, expected: list[Row]) -> Iterator[str]:
    query = select(table).where(table.c.tsr_id == report_id).order_by(table.c.id)
    found = [row._asdict() for row in connection.execute(query)]
    if len(found) != len(expected):
        yield f"{table.name} has {len(found)} rows of it, not {len(expected)}"
    for row, wanted in zip(found, expected, strict=False):
        yield from _unequal(row, wanted, f"{table.name}.")
