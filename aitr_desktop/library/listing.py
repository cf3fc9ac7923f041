"""What the list asks and what one line of it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from tsr_agent.sections.overview import repository_name
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import moment, short_sha

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from tsr_agent.models.decision import GoNoGoDecision
    from tsr_agent.sections.marks import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the list is narrowed to; None and the empty text ask nothing."""

    environment: str | None = None
    decision: GoNoGoDecision | None = None
    """The verdict that the list shows: approvals weighed in."""
    branch: str | None = None
    since: date | None = None
    """First day, in the viewer's zone."""
    until: date | None = None
    """Last day, included."""
    text: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is narrowed."""
        return self == Query()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedReport:
    """One line of the list, in words."""

    id: str
    verdict: Mark
    release: str
    release_whole: str
    branch: str
    environment: str
    when: str
    when_whole: str
    repository: str
    reason: str
    key: Any = None
    """Where the line stands, for the store to go on from; opaque here."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer."""

    environments: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


def day_start(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment of a day in the viewer's zone, in UTC."""
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    return midnight.astimezone(UTC)


def day_end(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment after a day in the viewer's zone, in UTC."""
    return day_start(day + timedelta(days=1), zone)


def short_time(when: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """A time as short as it stays clear: ``14:05``, ``Fri 11:37``, ``20 Nov``, ``2025-11-20``."""
    local, today = when.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if 0 < days < 7:
        return f"{local:%a %H:%M}"
    if days > 0 and local.year == today.year:
        return f"{local.day} {local:%b}"
    return f"{local:%Y-%m-%d}"


def listed(
    *,
    identity: str,
    verdict: Mark,
    sha: str,
    branch: str,
    environment: str,
    made: datetime,
    repository: str,
    reason: str,
    now: datetime,
    key: Any = None,
    zone: tzinfo | None = None,
) -> ListedReport:
    """A line of the list from plain values; hidden characters are written out."""
    whole = moment(made, zone)
    return ListedReport(
        id=identity,
        verdict=verdict,
        release=short_sha(sha),
        release_whole=sha,
        branch=one_line(branch, 200),
        environment=one_line(environment, 100),
        when=short_time(made, now, zone),
        when_whole=f"{whole.local}\n{whole.utc}",
        repository=one_line(repository_name(repository), 100),
        reason=one_line(reason, 300),
        key=key,
    )
