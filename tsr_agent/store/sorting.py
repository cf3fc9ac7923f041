"""Lists of reports in any order: which orders there are, and a statement for each piece of a walk.

Each order goes along an index ``(column, created_at DESC, id DESC)``, the newest first among equals,
whichever way the column runs. A walk from a row is therefore two ranges of the index: the rest of those
that are equal, then those beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_

from tsr_agent.store.column_types import storable, to_microseconds
from tsr_agent.store.paging import COLUMNS, PageKey, narrowed_to, searched
from tsr_agent.store.statements import compiled, integer
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Select

    from tsr_agent.store.paging import ReportFilter, ReportRow
    from tsr_agent.store.statements import Statement


class SortBy(Enum):
    """What a list can be sorted by: a name, and the column that has an index for it."""

    CREATED = "created", "created_at"
    DECISION = "decision", "standing"
    """The verdict with approvals weighed in. A report that nobody judged stands with those that wait."""
    ENVIRONMENT = "environment", "environment"
    BRANCH = "branch", "codebase_branch"
    SHA = "sha", "codebase_sha"
    REPOSITORY = "repository", "codebase_repo"

    def __init__(self, title: str, column: str) -> None:
        self.title = title
        self.column = column


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """How a list is sorted. Equals follow each other from the newest, equal times by id from the greatest."""

    by: SortBy = SortBy.CREATED
    descending: bool = True
    """For times the newest first. The oldest first is that list from its end."""

    def within(self, narrowed: ReportFilter) -> ReportOrder:
        """The same order of a filter's list; where all rows are equal, only the times are left to sort by."""
        fixed = {
            SortBy.DECISION: narrowed.standing is not None,
            SortBy.ENVIRONMENT: narrowed.environment is not None,
            SortBy.BRANCH: narrowed.branch is not None,
            SortBy.REPOSITORY: narrowed.repositories is not None and len(narrowed.repositories) == 1,
        }
        return NEWEST_FIRST if fixed.get(self.by, False) else self


NEWEST_FIRST = ReportOrder()


@dataclass(frozen=True, slots=True)
class ListKey:
    """Where a row stands in a list of any order."""

    value: str
    """What the list is sorted by; empty where that is the time."""
    place: PageKey


def key_of(row: ReportRow, order: ReportOrder) -> ListKey:
    """Where a row stands in the list of an order."""
    return ListKey(_VALUES[order.by](row), row.key)


_VALUES: dict[SortBy, Callable[[ReportRow], str]] = {
    SortBy.CREATED: lambda row: "",
    SortBy.DECISION: lambda row: row.standing.value,
    SortBy.ENVIRONMENT: lambda row: row.environment,
    SortBy.BRANCH: lambda row: row.branch,
    SortBy.SHA: lambda row: row.codebase_sha,
    SortBy.REPOSITORY: lambda row: row.repo,
}


class Part(Enum):
    """Which rows of a list a statement is about, seen from a row."""

    ALL = "all"
    EQUAL = "equal"
    """All of one value."""
    REST = "rest"
    """Those of one value that follow in walking direction."""
    BEYOND = "beyond"
    """Those whose value follows in walking direction."""
    BETWEEN = "between"
    """``BEYOND``, up to another value, left out."""


class Wanted(Enum):
    """What a statement gives of each row."""

    ROWS = "rows"
    KEYS = "keys"
    """Value, time and id, which the index has."""
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Piece:
    """The shape of a statement: all of it that changes the text.

    Its parameters are those of the filter and, as far as the part needs them, ``at`` and ``until`` for
    values, ``key_created_at`` and ``key_id`` for a place, ``limit`` and ``skip``.
    """

    by: SortBy
    shape: tuple[str, ...]
    part: Part
    wanted: Wanted
    upwards: bool
    """Values go up; meant of ``BEYOND``, ``BETWEEN`` and ``ALL``."""
    newest_first: bool
    """Times go down; meant of ``EQUAL`` and ``REST``, and of everything in the order of times."""


def statement(piece: Piece) -> Statement:
    """The statement for a piece of a walk."""
    query = narrowed_to(_selected(piece), piece.shape, by_index=_indexed(piece))
    query = query.where(*_bounds(piece))
    if piece.wanted is Wanted.COUNT:
        return compiled(query)
    return compiled(query.order_by(*_order(piece)).limit(integer("limit")).offset(integer("skip")))


def given(narrowed: ReportFilter, after: ListKey | None, **others: Any) -> dict[str, Any]:
    """Parameters of a statement as the database keeps them."""
    parameters = dict(narrowed.parameters) | others
    if after is not None:
        parameters |= {
            "at": storable(after.value),
            "key_created_at": to_microseconds(after.place.created_at),
            "key_id": storable(after.place.id),
        }
    return parameters


def _selected(piece: Piece) -> Select[Any]:
    if piece.wanted is Wanted.ROWS:
        return select(*COLUMNS)
    if piece.wanted is Wanted.KEYS:
        return select(reports.c[piece.by.column], reports.c.created_at, reports.c.id)
    return select(func.count()).select_from(reports)


def _indexed(piece: Piece) -> frozenset[str] | None:
    """Columns whose index may be used: that of the order, or of the first digits of a SHA, which few have."""
    if "sha_from" in piece.shape:
        return frozenset({"codebase_sha"})
    if piece.by is SortBy.CREATED:
        return None
    # The times of one value are a range of the same index; those of several values are not.
    is_one = piece.part in (Part.EQUAL, Part.REST)
    return frozenset({piece.by.column, "created_at"} if is_one else {piece.by.column})


def _bounds(piece: Piece) -> list[ColumnElement[bool]]:
    column = searched(piece.by.column, _indexed(piece))
    bounds: list[ColumnElement[bool]] = []
    if piece.by is not SortBy.CREATED:
        if piece.part in (Part.EQUAL, Part.REST):
            bounds.append(column == bindparam("at"))
        elif piece.part in (Part.BEYOND, Part.BETWEEN):
            bounds.append(column > bindparam("at") if piece.upwards else column < bindparam("at"))
        if piece.part is Part.BETWEEN:
            bounds.append(column < bindparam("until") if piece.upwards else column > bindparam("until"))
    if piece.part is Part.REST:
        here = tuple_(searched("created_at", _indexed(piece)), reports.c.id)
        key = tuple_(integer("key_created_at"), bindparam("key_id"))
        bounds.append(here < key if piece.newest_first else here > key)
    return bounds


def _order(piece: Piece) -> tuple[ColumnElement[Any], ...]:
    times = reports.c.created_at, reports.c.id
    if piece.by is SortBy.CREATED or piece.part in (Part.EQUAL, Part.REST):
        return tuple(each.desc() if piece.newest_first else each.asc() for each in times)
    # As the index has them, from its beginning or from its end.
    value = reports.c[piece.by.column]
    if piece.upwards:
        return value.asc(), *(each.desc() for each in times)
    return value.desc(), *(each.asc() for each in times)
