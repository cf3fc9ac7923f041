"""The release before a report: the newest earlier one of its repository and environment that was let go."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, tuple_

from tsr_agent.gate.policies.names import environment_key
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.column_types import storable, to_microseconds
from tsr_agent.store.statements import compiled, integer
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tsr_agent.store.engine import Library
    from tsr_agent.store.paging import ReportRow
    from tsr_agent.store.statements import Statement

    Place = tuple[str, int, str, str, str]

_PAGES = (20, 500)
"""Rows of the first pages; nearly always one of them has it."""
_LARGEST = 5_000
"""Rows of each further page."""


class NoRelease(Enum):
    """Why there is no release before a report."""

    NO_REPOSITORY = "no_repository"
    """The report does not say which repository it is of, so nobody knows which release it follows."""
    NO_EARLIER = "no_earlier"
    """No earlier report is of its repository and environment."""
    NONE_RELEASED = "none_released"
    """There are earlier ones, and none of them was let go."""


@dataclass(frozen=True, kw_only=True)
class EarlierRelease:
    """The release before a report, or why there is none."""

    report_id: str = ""
    """Empty where there is none."""
    why_none: NoRelease | None = None
    nearest: str = ""
    """Id of the newest earlier report of the same repository and environment, where none was let go."""


def earlier_release(library: Library, report: ReportRow) -> EarlierRelease:
    """The newest report of the same repository and environment, older than this one, that was let go.

    Let go is what was approved, and what is GO where nobody has to approve: what lists show as GO.

    Two lists have every such report, each along its index and the newest first: those of the repository, and
    those that were let go. Both are walked in turn until one has it or has come to its end, so that the
    shorter one bounds the work whatever the other is like.

    Args:
        library: Open; it is only read.
        report: Its row in the lists.

    Raises:
        StoreError: The library can't be read.
    """
    if not report.repo.strip():
        return EarlierRelease(why_none=NoRelease.NO_REPOSITORY)
    with library.snapshot() as connection:
        return _Search(connection, report).newest()


class _Search:
    """One walk back along two indexes."""

    def __init__(self, connection: Connection, report: ReportRow) -> None:
        self._connection = connection
        self._report = report
        self._is_the_place: dict[str, bool] = {}
        self._nearest = ""

    def newest(self) -> EarlierRelease:
        """The release, or why there is none."""
        of_repository = self._pages(_OF_REPOSITORY, storable(self._report.repo))
        let_go = self._pages(_OF_STANDING, GoNoGoDecision.GO.value)
        for page in of_repository:
            for row in page:
                if self._is_of_place(row):
                    self._nearest = self._nearest or row[0]
                    if row[4] == GoNoGoDecision.GO.value:
                        return EarlierRelease(report_id=row[0])
            others = next(let_go, None)
            if others is None:
                break
            found = next((row[0] for row in others if self._is_of_place(row)), "")
            if found:
                return EarlierRelease(report_id=found)
        if not self._nearest:
            left = (row[0] for page in of_repository for row in page if self._is_of_place(row))
            self._nearest = next(left, "")
        why = NoRelease.NONE_RELEASED if self._nearest else NoRelease.NO_EARLIER
        return EarlierRelease(why_none=why, nearest=self._nearest)

    def _is_of_place(self, row: Place) -> bool:
        _, _, environment, repository, _ = row
        if repository != self._report.repo:
            return False
        known = self._is_the_place.get(environment)
        if known is None:
            known = environment_key(environment) == environment_key(self._report.environment)
            self._is_the_place[environment] = known
        return known

    def _pages(self, statement: Statement, value: str) -> Iterator[list[Place]]:
        moment, report_id = to_microseconds(self._report.created_at), storable(self._report.id)
        for limit in chain(_PAGES, repeat(_LARGEST)):
            asked = {"value": value, "limit": limit, "key_created_at": moment, "key_id": report_id}
            found: Any = statement.rows(self._connection, asked)
            if found:
                yield found
                report_id, moment = found[-1][0], found[-1][1]
            if len(found) < limit:
                return


def earlier_statement(column: str) -> Statement:
    """The statement for the reports of one value that were made before a key, the newest first."""
    order = reports.c.created_at, reports.c.id
    here, key = tuple_(*order), tuple_(integer("key_created_at"), bindparam("key_id"))
    columns = reports.c.id, reports.c.created_at, reports.c.environment, reports.c.codebase_repo
    query = select(*columns, reports.c.standing).where(reports.c[column] == bindparam("value"), here < key)
    return compiled(query.order_by(*(each.desc() for each in order)).limit(integer("limit")))


_OF_REPOSITORY = earlier_statement("codebase_repo")
_OF_STANDING = earlier_statement("standing")
