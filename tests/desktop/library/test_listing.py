from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from aitr_desktop.library.listing import Query, day_end, day_start, listed, short_time
from aitr_desktop.library.timeline import local_day
from tests.factories.shown_reports import HOSTILE
from tsr_agent.sections.wording import NOT_JUDGED

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 11, 22, 11, 5, tzinfo=UTC), "12:05"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "00:30"),
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), "Fri 11:00"),
        (datetime(2026, 11, 15, 10, 0, tzinfo=UTC), "15 Nov"),
        (datetime(2025, 12, 31, 10, 0, tzinfo=UTC), "2025-12-31"),
        (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), "2026-11-24"),
    ],
)
def test_times_are_as_short_as_they_stay_clear(when: datetime, words: str) -> None:
    assert short_time(when, NOW, BERLIN) == words


@pytest.mark.parametrize("zone", [ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Los_Angeles"), UTC])
def test_the_first_and_the_last_day_that_there_is_are_days_in_every_zone(zone: tzinfo) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    for day in (date.min, date.max):
        assert day_start(day, zone) <= day_end(day, zone)
    for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert short_time(moment, now, zone).endswith(("-01-01", "-12-31"))
        assert local_day(moment, zone) in (date.min, date.max)


def test_days_are_the_viewers_and_may_have_23_hours() -> None:
    spring = date(2026, 3, 29)
    assert day_start(spring, BERLIN) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert day_end(spring, BERLIN) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_a_line_shows_hostile_text_as_text() -> None:
    line = listed(
        identity="TSR-1", verdict=NOT_JUDGED, sha="a" * 40, branch=HOSTILE, environment=HOSTILE, made=NOW,
        repository=HOSTILE, reason=HOSTILE, now=NOW,
    )  # fmt: skip
    for text in (line.branch, line.environment, line.reason):
        assert "⟨U+202E⟩" in text
        assert "\x1b" not in text


def test_a_query_knows_when_it_asks_nothing() -> None:
    assert Query().is_everything
    assert not Query(text="x").is_everything
