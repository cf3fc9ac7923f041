from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library import report_lists
from aitr_desktop.library.listing import Query
from aitr_desktop.library.timeline import MAX_BARS, MAX_MONTHS, Bar, Timeline, Unit, bounds, spans
from tests.factories.library_rows import header_row, put_rows
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.lists import ReportLists

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library

BERLIN = ZoneInfo("Europe/Berlin")
days = st.dates(date(1970, 1, 1), date(9999, 12, 31))


def always() -> bool:
    return True


@given(days, days)
def test_spans_cover_every_day_once_and_are_few(one: date, other: date) -> None:
    first, last = sorted((one, other))
    unit, starts = spans(first, last)
    assert starts[0] <= first
    assert starts[-1] > last or starts[-1] == date.max
    assert all(start < after for start, after in pairwise(starts[:-1]))
    assert len(starts) - 1 <= max(MAX_BARS, MAX_MONTHS) + 1
    lengths = {(after - start).days for start, after in pairwise(starts[:-1])}
    if unit is Unit.DAY:
        assert lengths <= {1}
    if unit is Unit.WEEK:
        assert lengths <= {7}
        assert starts[0].weekday() == 0
    if unit is Unit.MONTH:
        assert {start.day for start in starts[:-1]} == {1}


def test_days_when_the_clocks_change_have_23_and_25_hours() -> None:
    for changing, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        _, starts = spans(changing, changing)
        first, after = bounds(starts, BERLIN)
        assert after - first == timedelta(hours=hours)


def test_reports_are_counted_on_the_day_that_the_viewer_saw(
    sqlite_library: Library,
) -> None:
    made = {
        # The last half hour of 28 March in Berlin, which is summer's first day after it, and so on.
        "a": datetime(2026, 3, 28, 22, 30, tzinfo=UTC),
        "b": datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
        "c": datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC),
        "d": datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    }
    put_rows(
        sqlite_library,
        [
            header_row(number, id=name, created_at=moment, standing="go" if name != "c" else "no_go")
            for number, (name, moment) in enumerate(made.items())
        ],
    )
    lists = ReportLists(sqlite_library)
    shown = report_lists.timeline(lists, Query(), always, BERLIN)
    assert [(bar.since.day, bar.go, bar.no_go) for bar in shown.bars] == [(28, 1, 0), (29, 1, 1), (30, 1, 0)]
    assert shown.unit is Unit.DAY
    narrowed = report_lists.timeline(lists, Query(decision=GoNoGoDecision.NO_GO), always, BERLIN)
    assert [(bar.since.day, bar.total) for bar in narrowed.bars] == [(29, 1)]
    assert report_lists.timeline(lists, Query(text="nowhere"), always).bars == ()


def test_it_says_in_words_what_it_shows() -> None:
    bars = (
        Bar(date(2026, 11, 21), date(2026, 11, 21), go=1_200),
        Bar(date(2026, 11, 22), date(2026, 11, 22), go=3, no_go=1, pending=1, not_judged=2),
    )
    assert Timeline(Unit.DAY, bars).summary() == (
        "1,207 reports in 2 bars, 2026-11-21 to 2026-11-22: 1,203 GO, 1 NO-GO, 1 PENDING REVIEW, "
        "2 NOT JUDGED. Most on 2026-11-21: 1,200 GO."
    )
    assert Timeline().summary() == "No reports."
    assert Bar(date(2026, 11, 16), date(2026, 11, 22)).numbers() == "no reports"
