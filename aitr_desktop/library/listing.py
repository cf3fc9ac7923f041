"""What the list asks and what one line of it says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.models.decision import GoNoGoDecision
    from tsr_agent.sections.marks import Mark


class SortKey(Enum):
    """What a list can be sorted by; the store's names, each with an index behind it."""

    CREATED = "created"
    DECISION = "decision"
    ENVIRONMENT = "environment"
    BRANCH = "branch"
    SHA = "sha"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; equals follow each other from the newest."""

    by: SortKey = SortKey.CREATED
    descending: bool = True

    def __str__(self) -> str:
        """The form that ``order_from`` reads, ``branch up``."""
        return f"{self.by.value} {'down' if self.descending else 'up'}"

    def turned_to(self, key: SortKey) -> Order:
        """The order after somebody asked for one: the other way round where it is that already."""
        if key is self.by:
            return Order(key, not self.descending)
        return Order(key, descending=key is SortKey.CREATED)


def order_from(text: str) -> Order:
    """An order from its text form; the newest first where it is none."""
    name, _, way = text.partition(" ")
    key = next((each for each in SortKey if each.value == name), None)
    return Order(key, way == "down") if key is not None and way in ("up", "down") else Order()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the list asks: what it is narrowed to, and in which order; None and the empty text ask nothing."""

    environment: str | None = None
    decision: GoNoGoDecision | None = None
    """The verdict that the list shows: approvals weighed in. What nobody judged has none."""
    not_judged: bool = False
    """Only reports without a decision."""
    branch: str | None = None
    repository: str | None = None
    """Its address, letter by letter."""
    since: date | None = None
    """First day, in the viewer's zone."""
    until: date | None = None
    """Last day, included."""
    period: int | None = None
    """Days up to the present one that ``since`` stands for, so that a saved filter moves on with them."""
    sha: str = ""
    """First digits of the release's SHA."""
    text: str = ""
    order: Order = field(default_factory=Order)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is narrowed."""
        return replace(self, order=Order()) == Query()


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
    made: datetime
    zone: tzinfo | None = None
    """The viewer's, where it is not this machine's."""
    repository: str
    reason: str
    triggered_by: str = ""
    policy: str = ""
    prompts: str = ""
    approval: str = ""
    key: Any = None
    """Where the line stands, for the store to go on from; opaque here."""

    @property
    def when_whole(self) -> str:
        """The time with the zone, and in UTC; made when somebody hovers, not for every row of a page."""
        from tsr_agent.sections.wording import moment

        whole = moment(self.made, self.zone)
        return f"{whole.local}\n{whole.utc}"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer."""

    environments: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()


def day_start(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment of a day in the viewer's zone, in UTC."""
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    try:
        return midnight.astimezone(UTC)
    except (OverflowError, ValueError):
        # The first and the last day that there is, in a zone where it is yesterday or tomorrow.
        return midnight.replace(tzinfo=UTC)


def day_end(day: date, zone: tzinfo | None = None) -> datetime:
    """The first moment after a day in the viewer's zone, in UTC."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return day_start(day + timedelta(days=1), zone)


def short_time(when: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """A time as short as it stays clear: ``14:05``, ``Fri 11:37``, ``20 Nov``, ``2025-11-20``."""
    try:
        local, today = when.astimezone(zone), _local_day(now, zone)
    except (OverflowError, ValueError):
        return when.date().isoformat()
    days = (today - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if 0 < days < 7:
        return f"{local:%a %H:%M}"
    if days > 0 and local.year == today.year:
        return f"{local.day} {local:%b}"
    return f"{local:%Y-%m-%d}"


@lru_cache(maxsize=4)
def _local_day(now: datetime, zone: tzinfo | None) -> date:
    return now.astimezone(zone).date()


@lru_cache(maxsize=2_048)
def _short_line(text: str, limit: int) -> str:
    return one_line(text, limit)


def _line(text: str, limit: int) -> str:
    """``one_line``, whose answers for short texts are kept: a page has the same branches again and again."""
    return _short_line(text, limit) if len(text) <= limit else one_line(text, limit)


def _repository(address: str) -> str:
    from tsr_agent.sections.overview import repository_name

    return _line(repository_name(address), 100)


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
    triggered_by: str = "",
    policy: str = "",
    prompts: str = "",
    approval: str = "",
    key: Any = None,
    zone: tzinfo | None = None,
) -> ListedReport:
    """A line of the list from plain values; hidden characters are written out."""
    # The orders of a list are known to the menus, and so before the first frame; its lines are not.
    from tsr_agent.sections.wording import short_sha

    return ListedReport(
        id=identity,
        verdict=verdict,
        release=short_sha(sha),
        release_whole=sha,
        branch=_line(branch, 200),
        environment=_line(environment, 100),
        when=short_time(made, now, zone),
        made=made,
        zone=zone,
        repository=_repository(repository),
        reason=_line(reason, 300),
        triggered_by=_line(triggered_by, 100),
        policy=_line(policy, 100),
        prompts=_line(prompts, 100),
        approval=approval,
        key=key,
    )
