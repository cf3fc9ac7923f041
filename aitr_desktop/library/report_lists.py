"""The lists of a library as the desktop asks for them, over the store's. Runs on worker threads."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aitr_desktop.library.listing import Choices, ListedReport, Query, day_end, day_start, listed
from aitr_desktop.library.timeline import Bar, Timeline, bounds, local_day, spans
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.wording import NOT_JUDGED, verdict, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, tzinfo

    from aitr_desktop.library.paging import Step
    from tsr_agent.store.lists import ReportLists
    from tsr_agent.store.paging import ReportFilter, ReportRow
    from tsr_agent.store.sorting import ReportOrder

MAX_IDS = 10_000
"""Reports that may be selected at once by a range of rows."""
_PAGE = 500

_PEOPLE = {"approved": "Approved", "rejected": "Rejected"}
"""What people did, by the state of the approval."""


def report_filter(query: Query) -> ReportFilter:
    """The store's form of what a query narrows to; days become moments in the viewer's zone."""
    from tsr_agent.store.paging import ReportFilter

    judged = {True: False, False: True if query.decision is GoNoGoDecision.PENDING_REVIEW else None}
    asked: dict[str, Any] = {
        "environment": query.environment,
        "standing": query.decision,
        "judged": judged[query.not_judged],
        "branch": query.branch,
        "repositories": None if query.repository is None else (query.repository,),
        "text": query.text.strip(),
        "sha_prefix": query.sha,
        "created_from": day_start(query.since) if query.since else None,
        "created_to": day_end(query.until) if query.until else None,
    }
    return ReportFilter(**asked)


def report_order(query: Query) -> ReportOrder:
    """The store's form of a query's order."""
    from tsr_agent.store.sorting import ReportOrder, SortBy

    by = next(each for each in SortBy if each.title == query.order.by.value)
    return ReportOrder(by, query.order.descending)


def page(lists: ReportLists, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
    """One page of a list, in list order.

    Raises:
        StoreError: The library can't be read.
    """
    order = report_order(query)
    found = lists.page(
        report_filter(query), order, after=step.after, reverse=step.reverse, skip=step.skip, limit=step.limit
    )
    return tuple(_listed(row, order, now) for row in found.rows)


def position(lists: ReportLists, query: Query, key: Any) -> int:
    """How many rows of a list stand before a key.

    Raises:
        StoreError: The library can't be read.
    """
    return lists.position(report_filter(query), report_order(query), key)


def find(lists: ReportLists, row: ReportRow | None, query: Query) -> int | None:
    """The number of a report's row; None where the list has it not.

    Raises:
        StoreError: The library can't be read.
    """
    from tsr_agent.store.sorting import key_of

    if row is None:
        return None
    narrowed, order = report_filter(query), report_order(query)
    number = lists.position(narrowed, order, key_of(row, order))
    there = lists.row_at(narrowed, order, number)
    return number if there is not None and there.id == row.id else None


def ids(lists: ReportLists, query: Query, first: int, last: int) -> tuple[str, ...]:
    """Ids of the reports of some rows, the last included; the first 10,000 of them.

    Raises:
        StoreError: The library can't be read.
    """
    from tsr_agent.store.sorting import key_of

    narrowed, order = report_filter(query), report_order(query)
    wanted = min(last - first + 1, MAX_IDS)
    found: list[str] = []
    after, skip, more = None, first, True
    while more and len(found) < wanted:
        limit = min(_PAGE, wanted - len(found))
        part = lists.page(narrowed, order, after=after, skip=skip, limit=limit)
        found += [row.id for row in part.rows]
        after, skip, more = key_of(part.rows[-1], order) if part.rows else None, 0, part.more
    return tuple(found)


def choices(lists: ReportLists) -> Choices:
    """What the filters can offer.

    Raises:
        StoreError: The library can't be read.
    """
    from tsr_agent.store.sorting import SortBy

    return Choices(
        environments=lists.values(SortBy.ENVIRONMENT, 1_000),
        branches=lists.values(SortBy.BRANCH),
        repositories=lists.values(SortBy.REPOSITORY),
    )


def timeline(
    lists: ReportLists, query: Query, is_wanted: Callable[[], bool], zone: tzinfo | None = None
) -> Timeline:
    """How many of which verdict a list has over time.

    Args:
        lists: The library's.
        query: Which reports.
        is_wanted: Asked now and then; once it says no, what is there is given.
        zone: The viewer's; None for this machine's.

    Raises:
        StoreError: The library can't be read.
    """
    narrowed = report_filter(query)
    span = lists.span(narrowed)
    if span is None:
        return Timeline()
    unit, starts = spans(*(local_day(moment, zone) for moment in span))
    found = lists.verdicts(narrowed, bounds(starts, zone), is_wanted)
    bars = [
        Bar(
            since=since,
            until=max(since, _day_before(after)),
            go=each.go,
            no_go=each.no_go,
            pending=each.pending,
            not_judged=each.not_judged,
        )
        for each, since, after in zip(found, starts, starts[1:], strict=False)
    ]
    return Timeline(unit, tuple(bars))


def _day_before(day: date) -> date:
    return day - timedelta(days=1)


def _listed(row: ReportRow, order: ReportOrder, now: datetime) -> ListedReport:
    from tsr_agent.store.sorting import key_of

    judged = row.decision_source.value != "none"
    return listed(
        identity=row.id,
        verdict=verdict(row.standing) if judged else NOT_JUDGED,
        sha=row.codebase_sha,
        branch=row.branch,
        environment=row.environment,
        made=row.created_at,
        repository=row.repo,
        reason=_reason(row),
        triggered_by=row.triggered_by,
        policy=f"{row.policy_name or ''} {row.policy_version or ''}".strip(),
        prompts=row.prompts_version or "",
        approval=words(row.approval_state.value) if judged else "",
        now=now,
        key=key_of(row, order),
    )


def _reason(row: ReportRow) -> str:
    """The decision's reason; where people have made another verdict of it, that and what was decided."""
    if row.standing is row.decision:
        return row.reason
    people = _PEOPLE.get(row.approval_state.value, "Waits for people")
    return f"{people}; the policy says {verdict(row.decision).word}: {row.reason}"
