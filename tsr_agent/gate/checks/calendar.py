"""The check ``calendar``: days on which nothing is released."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from tsr_agent.gate.judgement import Judgement, state_of
from tsr_agent.gate.policies.strictness import Directions, Stricter
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.sentences import sentence, series
from tsr_agent.gate.wording import listed, plain
from tsr_agent.models.base import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tsr_agent.gate.facts import Facts

_MAX_DAYS = 1_000
_SHOWN = 10
_ONE_DAY = timedelta(days=1)


class Weekday(Enum):
    """The days of the week from Monday on, as ``date.weekday`` counts them."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"

    @property
    def word(self) -> str:
        """Its English name; the machine's own language never reaches a record."""
        return self.name.capitalize()


_WEEK = tuple(Weekday)


class Freeze(Record, frozen=True, kw_only=True):
    """Days in a row without a release."""

    first: Annotated[date, Meta(description="First day without a release, such as 2026-12-20.")]
    last: Annotated[date, Meta(description="Last day without a release.")]
    reason: Annotated[str, Meta(max_length=1_000, description="Why; shown with the decision.")] = ""


class CalendarRequire(Record, frozen=True, kw_only=True):
    """On which days nothing is released. At least one of the first three keys is given."""

    directions: ClassVar[Directions] = {
        "not_on_weekdays": Stricter.MORE,
        "not_on_dates": Stricter.MORE,
        "not_between": Stricter.MORE,
        "utc_offset": Stricter.UNCHANGED,
    }

    not_on_weekdays: Annotated[
        tuple[Weekday, ...], Meta(max_length=_MAX_DAYS, description="Days of the week: mon to sun.")
    ] = ()
    not_on_dates: Annotated[
        tuple[date, ...], Meta(max_length=_MAX_DAYS, description="Single days, such as 2026-12-24.")
    ] = ()
    not_between: Annotated[
        tuple[Freeze, ...], Meta(max_length=_MAX_DAYS, description="Days in a row, both ends included.")
    ] = ()
    utc_offset: Annotated[
        str,
        Meta(
            pattern=r"^[+-](?:0[0-9]|1[0-3]):[0-5][0-9]$(?!\n)|^[+-]14:00$(?!\n)",
            description="An offset from UTC such as +01:00, from which days are counted. UTC if left out. "
            "It knows no summer time and no names of zones.",
        ),
    ] = "+00:00"


class CalendarRule(Rule, frozen=True, kw_only=True):
    """A rule on the day of the decision. It looks at no evidence, so that it alone releases nothing."""

    check: Annotated[Literal["calendar"], Meta(description="Which check the rule makes.")]
    require: Annotated[CalendarRequire, Meta(description="What must hold.")]

    def judge(self, facts: Facts) -> Judgement:
        """Judges the moment of the decision, by a fixed offset so that the answer is the same everywhere."""
        expected = f"a day without a freeze: not {self._days()}"
        try:
            today = (facts.moment + _offset(self.require.utc_offset)).date()
        except (OverflowError, ValueError):
            moment = facts.moment.isoformat()
            return Judgement(
                state=state_of(False),
                expected=expected,
                actual="no day of the calendar",
                message=f"{moment} has no day at {plain(self.require.utc_offset)}",
            )
        reasons = list(self._freezes(today))
        day = f"{_spelt(today)} ({self._zone()})"
        if not reasons:
            message = f"{day} is free of a release freeze"
        else:
            message = f"No release on {day}: {series(reasons[:_SHOWN])}; {self._until(today)}"
        return Judgement(
            state=state_of(not reasons), expected=expected, actual=_spelt(today), message=message
        )

    def asks(self) -> str:
        """What the rule asks for."""
        return sentence([f"nothing may be released {self._days()}"], [f"days are those of {self._zone()}"])

    def impossible(self) -> list[tuple[str, str]]:
        """A freeze of no day asks for nothing; one of every day is no freeze."""
        require = self.require
        found = []
        if not (require.not_on_weekdays or require.not_on_dates or require.not_between):
            found.append(("require", "asks for nothing; give not_on_weekdays, not_on_dates or not_between"))
        if len(set(require.not_on_weekdays)) == len(_WEEK):
            found.append(("require.not_on_weekdays", "all seven days; nothing could ever be released"))
        found += [
            (f"require.not_between[{place}]", f"last {each.last} is before first {each.first}")
            for place, each in enumerate(require.not_between)
            if each.last < each.first
        ]
        return found

    def _freezes(self, day: date) -> Iterator[str]:
        """Why nothing is released on a day, one clause each."""
        if _WEEK[day.weekday()] in self.require.not_on_weekdays:
            yield f"{_WEEK[day.weekday()].word}s are left out"
        if day in self.require.not_on_dates:
            yield "this day is left out"
        for each in self.require.not_between:
            if each.first <= day <= each.last:
                yield f"{each.first} to {each.last} is left out" + _reason(each)

    def _until(self, today: date) -> str:
        """When the freeze ends: the first day on which no part of it holds."""
        try:
            free = self._next_free(today)
        except OverflowError:
            return "it has no end"
        return f"the freeze lasts until {_spelt(free - _ONE_DAY)}, the next free day is {_spelt(free)}"

    def _next_free(self, day: date) -> date:
        dates = frozenset(self.require.not_on_dates)
        while True:
            over = [each.last for each in self.require.not_between if each.first <= day <= each.last]
            if over:
                day = max(over) + _ONE_DAY
            elif day in dates or _WEEK[day.weekday()] in self.require.not_on_weekdays:
                day += _ONE_DAY
            else:
                return day

    def _days(self) -> str:
        """The days without a release, as they follow "not"."""
        require = self.require
        weekdays = [f"{each.word}s" for each in _WEEK if each in require.not_on_weekdays]
        parts = [f"on {series(weekdays)}"] if weekdays else []
        if require.not_on_dates:
            days = sorted({each.isoformat() for each in require.not_on_dates})
            parts.append(f"on {listed(days, _SHOWN)}")
        spans = sorted(require.not_between, key=lambda each: (each.first, each.last, each.reason))
        shown = [f"from {each.first} to {each.last}{_reason(each)}" for each in spans]
        parts += shown[:_SHOWN]
        if len(shown) > _SHOWN:
            parts.append(f"in {len(shown) - _SHOWN:,} more spans")
        return series(parts, "or") if parts else "on no day"

    def _zone(self) -> str:
        offset = self.require.utc_offset
        return f"UTC{plain(offset)}" if _offset(offset) else "UTC"


def _offset(text: str) -> timedelta:
    """The offset from UTC that a text such as ``-03:30`` stands for."""
    size = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return -size if text[0] == "-" else size


def _spelt(day: date) -> str:
    return f"{_WEEK[day.weekday()].word} {day.isoformat()}"


def _reason(freeze: Freeze) -> str:
    return f" ({plain(' '.join(freeze.reason.split()))})" if freeze.reason.strip() else ""
