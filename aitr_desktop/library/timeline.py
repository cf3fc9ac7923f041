"""Decisions over time: which days, weeks or months a list has, and how many of each verdict in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from aitr_desktop.library.listing import day_start
from tsr_agent.sections.wording import count, counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

MAX_BARS = 92
"""Days in three months; more are too narrow to point at."""
MAX_MONTHS = 120


class Unit(Enum):
    """What one bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Bar:
    """One span and its reports by verdict, approvals weighed in."""

    since: date
    until: date
    """Last day, included."""
    go: int = 0
    no_go: int = 0
    pending: int = 0
    not_judged: int = 0

    @property
    def total(self) -> int:
        """All reports of the span."""
        return self.go + self.no_go + self.pending + self.not_judged

    def days(self) -> str:
        """The span in words, ``2026-11-22`` or ``2026-11-16 to 2026-11-22``."""
        return str(self.since) if self.since == self.until else f"{self.since} to {self.until}"

    def numbers(self) -> str:
        """How many of which, ``3 GO, 1 NO-GO``."""
        said = (
            (self.go, "GO"),
            (self.no_go, "NO-GO"),
            (self.pending, "PENDING REVIEW"),
            (self.not_judged, "NOT JUDGED"),
        )
        return ", ".join(f"{count(number)} {word}" for number, word in said if number) or "no reports"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars without a gap, the oldest first; none where there is no report."""

    unit: Unit = Unit.DAY
    bars: tuple[Bar, ...] = ()

    def summary(self) -> str:
        """All of it in a sentence or two, for who can't see it."""
        if not self.bars:
            return "No reports."
        whole = Bar(
            self.bars[0].since,
            self.bars[-1].until,
            *(
                sum(getattr(bar, name) for bar in self.bars)
                for name in ("go", "no_go", "pending", "not_judged")
            ),
        )
        most = max(self.bars, key=lambda bar: bar.total)
        return (
            f"{counted(whole.total, 'report')} in {counted(len(self.bars), 'bar')}, {whole.days()}: "
            f"{whole.numbers()}. Most on {most.days()}: {most.numbers()}."
        )


def spans(first: date, last: date) -> tuple[Unit, list[date]]:
    """The unit for a range of days, and the first day of each span with the day after the last.

    Args:
        first: The first day; the first span begins with it or before.
        last: The last, included.
    """
    days = (last - first).days + 1
    if days <= MAX_BARS:
        return Unit.DAY, [*(first + timedelta(days=each) for each in range(days)), _after(last)]
    monday = first.toordinal() - first.weekday()
    if days <= 7 * (MAX_BARS - 1):
        starts = [date.fromordinal(each) for each in range(monday, last.toordinal() + 1, 7)]
        return Unit.WEEK, [*starts, _after(starts[-1] + timedelta(days=6))]
    begins, months = first.replace(day=1), (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MAX_MONTHS:
        starts = [_month(begins, each) for each in range(months)]
        return Unit.MONTH, [*starts, _after(last) if last.year == date.max.year else _month(begins, months)]
    step = -(-(last.year - first.year + 1) // MAX_MONTHS)
    years = range(first.year, last.year + 1, step)
    end = date(min(years[-1] + step, date.max.year), 1, 1)
    unit = Unit.YEAR if step == 1 else Unit.YEARS
    return unit, [*(date(each, 1, 1) for each in years), end if end > last else _after(last)]


def _after(day: date) -> date:
    return date.fromordinal(min(day.toordinal() + 1, date.max.toordinal()))


def _month(first: date, later: int) -> date:
    number = first.year * 12 + first.month - 1 + later
    return date(number // 12, number % 12 + 1, 1)


def bounds(starts: Sequence[date], zone: tzinfo | None = None) -> list[datetime]:
    """The first moment of each day in the viewer's zone; days of 23 and 25 hours are what they are."""
    return [day_start(each, zone) for each in starts]


def local_day(moment: datetime, zone: tzinfo | None = None) -> date:
    """The day that a moment falls on in the viewer's zone."""
    try:
        return moment.astimezone(zone).date()
    except (OverflowError, ValueError):
        return moment.date()
