"""Lists of reports: what may be asked, how a page is cut, and the statement for each shape of question.

Pages are cut by key (created_at, id), never by offset: the millionth page costs what the first does,
and a report that arrives in between neither repeats a row nor hides one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select, tuple_

from tsr_agent.errors import StoreError, UsageError
from tsr_agent.models.api import ApprovalStateName
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import OverallStatus
from tsr_agent.store.column_types import from_microseconds, storable, to_microseconds
from tsr_agent.store.rows import DecisionSource
from tsr_agent.store.statements import compiled, integer, like_ascii, starts_with, without_index
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Select

    from tsr_agent.store.statements import Statement

MAX_PAGE = 500
MAX_SEARCH_LENGTH = 1_000
SHORT_PREFIX = 3
"""Below this many digits so many reports match that walking the list in order finds a page sooner."""

_HEX = frozenset("0123456789abcdef")
_REPOSITORY = "repository_"


@dataclass(frozen=True, order=True)
class PageKey:
    """Where a row stands in every list: the newest first, equal times by id, the greatest first."""

    created_at: datetime
    id: str


@dataclass(frozen=True, kw_only=True)
class ReportFilter:
    """What a list is narrowed to. None asks nothing; all that is given must hold.

    Raises:
        UsageError: A search text of unreasonable length.
        ValueError: A time without its UTC offset.
    """

    environment: str | None = None
    decision: GoNoGoDecision | None = None
    """What the policy alone says."""
    standing: GoNoGoDecision | None = None
    """The verdict with approvals weighed in."""
    approval_state: ApprovalStateName | None = None
    judged: bool | None = None
    """Whether a decision is on record; without one ``standing`` says pending, as for one that waits."""
    repositories: tuple[str, ...] | None = None
    """Addresses of the code's repository, letter by letter: any of them. Of none of them is no report."""
    branch: str | None = None
    """An empty string means the reports without a branch."""
    created_from: datetime | None = None
    """Earliest moment, included."""
    created_to: datetime | None = None
    """Moment before which a report must have been made."""
    sha_prefix: str = ""
    """First digits of the codebase SHA, in either case."""
    text: str = ""
    """Found as it stands, letters of ASCII in either case, in branch, id, trigger, reason, repository,
    prompts version or SHA."""

    def __post_init__(self) -> None:
        """Refuses what no list can be narrowed to."""
        if len(self.text) > MAX_SEARCH_LENGTH:
            raise UsageError(
                f"A search text has at most {MAX_SEARCH_LENGTH:,} characters, not {len(self.text):,}."
            )
        for moment in (self.created_from, self.created_to):
            if moment is not None:
                to_microseconds(moment)

    @property
    def shape(self) -> tuple[str, ...]:
        """The names of the conditions; filters of one shape share a statement."""
        return tuple(self.parameters)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Values for the statement of this shape, as the database keeps them."""
        given: dict[str, Any] = {
            "environment": None if self.environment is None else storable(self.environment),
            "decision": None if self.decision is None else self.decision.value,
            "standing": None if self.standing is None else self.standing.value,
            "approval_state": None if self.approval_state is None else self.approval_state.value,
            **self._judged_parameters(),
            **self._repository_parameters(),
            "branch": None if self.branch is None else storable(self.branch),
            "created_from": None if self.created_from is None else to_microseconds(self.created_from),
            "created_to": None if self.created_to is None else to_microseconds(self.created_to),
            **self._sha_parameters(),
            "pattern": f"%{_escaped(storable(self.text))}%" if self.text else None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def _judged_parameters(self) -> dict[str, Any]:
        if self.judged is None:
            return {}
        return {"judged" if self.judged else "unjudged": DecisionSource.NONE.value}

    def _repository_parameters(self) -> dict[str, Any]:
        if self.repositories is None:
            return {}
        return {f"{_REPOSITORY}{place}": storable(each) for place, each in enumerate(self.repositories)} or {
            "nothing": 0
        }

    def _sha_parameters(self) -> dict[str, Any]:
        prefix = self.sha_prefix.strip().lower()
        if not prefix:
            return {}
        if not _HEX.issuperset(prefix):
            return {"nothing": 0}
        if len(prefix) < SHORT_PREFIX:
            return {"sha_start": prefix}
        # Every SHA is of hexadecimal digits, and "g" follows the last of them.
        return {"sha_from": prefix, "sha_before": f"{prefix}g"}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report of a list, as plain values. All of it follows from documents; none of it is one."""

    id: str
    created_at: datetime
    received_at: datetime
    digest: str
    environment: str
    triggered_by: str
    overall_status: OverallStatus
    decision: GoNoGoDecision
    """What the policy alone says."""
    decision_without_waivers: GoNoGoDecision
    claimed_decision: GoNoGoDecision
    """What the report says of itself."""
    decision_source: DecisionSource
    reason: str
    branch: str
    codebase_sha: str
    repo: str
    prompts_version: str | None
    policy_name: str | None
    policy_version: str | None
    dirty: bool | None
    manual_approval_required: bool
    standing: GoNoGoDecision
    """The verdict with approvals weighed in: what releases or does not."""
    approval_state: ApprovalStateName

    @property
    def key(self) -> PageKey:
        """Where the row stands."""
        return PageKey(self.created_at, self.id)


@dataclass(frozen=True)
class Page:
    """Some rows in list order."""

    rows: tuple[ReportRow, ...]
    more: bool
    """Whether further rows follow in the direction that was asked for."""


COLUMNS = (
    reports.c.id,
    reports.c.created_at,
    reports.c.received_at,
    reports.c.digest,
    reports.c.environment,
    reports.c.triggered_by,
    reports.c.overall_status,
    reports.c.go_no_go_decision,
    reports.c.decision_without_waivers,
    reports.c.claimed_decision,
    reports.c.decision_source,
    reports.c.decision_reason,
    reports.c.codebase_branch,
    reports.c.codebase_sha,
    reports.c.codebase_repo,
    reports.c.prompts_version,
    reports.c.policy_name,
    reports.c.policy_version,
    reports.c.dirty,
    reports.c.manual_approval_required,
    reports.c.standing,
    reports.c.approval_state,
)
_SEARCHED = (
    reports.c.codebase_branch,
    reports.c.id,
    reports.c.triggered_by,
    reports.c.decision_reason,
    reports.c.codebase_repo,
    reports.c.prompts_version,
    reports.c.codebase_sha,
)
_STATUSES = {each.value: each for each in OverallStatus}
_VERDICTS = {each.value: each for each in GoNoGoDecision}
_STATES = {each.value: each for each in ApprovalStateName}
_SOURCES = {each.value: each for each in DecisionSource}


def rows_of(found: Sequence[Sequence[Any]]) -> tuple[ReportRow, ...]:
    """Rows from what the driver gave, columns in the order of the statement.

    Raises:
        StoreError: A column holds what no report could have put there.
    """
    try:
        return tuple(
            ReportRow(
                row[0],
                from_microseconds(row[1]),
                from_microseconds(row[2]),
                row[3],
                row[4],
                row[5],
                _STATUSES[row[6]],
                _VERDICTS[row[7]],
                _VERDICTS[row[8]],
                _VERDICTS[row[9]],
                _SOURCES[row[10]],
                row[11],
                row[12],
                row[13],
                row[14],
                row[15],
                row[16],
                row[17],
                None if row[18] is None else bool(row[18]),
                bool(row[19]),
                _VERDICTS[row[20]],
                _STATES[row[21]],
            )
            for row in found
        )
    except (KeyError, TypeError, OverflowError) as error:
        raise StoreError(
            f"A row of the library holds what no report could have put there: {error!s}.",
            next_step="Check the library and restore a backup.",
        ) from error


def page_statement(shape: tuple[str, ...], *, after: bool, reverse: bool) -> Statement:
    """The statement for one page: ``after`` and the limit are the parameters ``key_…`` and ``limit``."""
    order = reports.c.created_at, reports.c.id
    query = narrowed_to(select(*COLUMNS), shape)
    if after:
        here, key = tuple_(*order), tuple_(integer("key_created_at"), bindparam("key_id"))
        query = query.where(here > key if reverse else here < key)
    ordered = query.order_by(*(each.asc() if reverse else each.desc() for each in order))
    return compiled(ordered.limit(integer("limit")))


def row_statement() -> Statement:
    """The statement for one row by ``id``."""
    return compiled(select(*COLUMNS).where(reports.c.id == bindparam("id")))


def count_statement(shape: tuple[str, ...]) -> Statement:
    """The statement that counts the rows of a filter."""
    return compiled(narrowed_to(select(func.count()).select_from(reports), shape))


def narrowed_to(
    query: Select[Any], shape: tuple[str, ...], *, by_index: frozenset[str] | None = None
) -> Select[Any]:
    """The query with the conditions of a shape.

    Args:
        query: About ``reports``.
        shape: Names of conditions, as ``ReportFilter.shape`` has them.
        by_index: Columns by whose index the rows may be found; None leaves the choice to the database.
    """
    conditions = _conditions(by_index)
    wanted = [conditions[name] for name in shape if name in conditions]
    repositories: list[BindParameter[str]] = [
        bindparam(name) for name in shape if name.startswith(_REPOSITORY)
    ]
    if repositories:
        wanted.append(searched("codebase_repo", by_index).in_(repositories))
    return query.where(*wanted)


def searched(name: str, by_index: frozenset[str] | None) -> ColumnElement[Any]:
    """A column for a condition; one that is not among ``by_index`` tempts SQLite to no index of its own."""
    column: ColumnElement[Any] = reports.c[name]
    return column if by_index is None or name in by_index else without_index(column)


def _conditions(by_index: frozenset[str] | None) -> dict[str, ColumnElement[bool]]:
    def column(name: str) -> ColumnElement[Any]:
        return searched(name, by_index)

    sha_start: BindParameter[str] = bindparam("sha_start")
    return {
        "environment": column("environment") == bindparam("environment"),
        "decision": column("go_no_go_decision") == bindparam("decision"),
        "standing": column("standing") == bindparam("standing"),
        "approval_state": column("approval_state") == bindparam("approval_state"),
        "judged": column("decision_source") != bindparam("judged"),
        "unjudged": column("decision_source") == bindparam("unjudged"),
        "branch": column("codebase_branch") == bindparam("branch"),
        "created_from": column("created_at") >= integer("created_from"),
        "created_to": column("created_at") < integer("created_to"),
        "nothing": integer("nothing") != 0,
        "sha_start": starts_with(reports.c.codebase_sha, sha_start),
        "sha_from": column("codebase_sha") >= bindparam("sha_from"),
        "sha_before": column("codebase_sha") < bindparam("sha_before"),
        "pattern": or_(*(like_ascii(each, bindparam("pattern")) for each in _SEARCHED)),
    }
