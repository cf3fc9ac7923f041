"""Waivers and quarantined tests of two decisions: what is excused now and was not, and what no longer is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from tsr_agent.models.base import Count, LongText, Record, ShortText
from tsr_agent.models.decision import ExceptionStanding, QuarantineNote, WaiverNote

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from tsr_agent.models.decision import Decision

T = TypeVar("T", WaiverNote, QuarantineNote)


class ExceptionNews(Enum):
    """What became of a waiver or of an entry of the quarantine, the weightiest first."""

    APPLIED = "applied"
    """It excuses something now and did not: it is new, or there was nothing for it to excuse."""
    EXPIRED = "expired"
    UNUSABLE = "unusable"
    """It can't be used now, and could."""
    GONE = "gone"
    """The file no longer has it."""
    UNMATCHED = "unmatched"
    """It excuses nothing any more: there is nothing left for it."""
    NEW = "new"
    """The file did not have it; it excuses nothing."""
    CHANGED = "changed"
    """Another rule, owner or last day, with the same effect."""


class WaiverChange(Record, frozen=True, kw_only=True):
    """One waiver in both decisions."""

    id: ShortText
    news: ExceptionNews
    old: WaiverNote | None
    """None where the waivers of the old decision don't have it."""
    new: WaiverNote | None


class QuarantineChange(Record, frozen=True, kw_only=True):
    """One entry of the quarantine in both decisions."""

    test_id: LongText
    test_type: ShortText
    news: ExceptionNews
    old: QuarantineNote | None
    new: QuarantineNote | None


class ExceptionChanges(Record, frozen=True, kw_only=True):
    """What became of what is excused."""

    waivers: tuple[WaiverChange, ...] = ()
    quarantine: tuple[QuarantineChange, ...] = ()
    unchanged: Count = 0
    """Waivers and entries of the quarantine that both decisions have alike."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is excused otherwise."""
        return not (self.waivers or self.quarantine)


def exception_changes(old: Decision, new: Decision) -> ExceptionChanges:
    """What the new decision excuses otherwise than the old one. Pure, and linear in the entries.

    Waivers are known by id and rule, tests by type and id; of several entries with one name the first of
    both are held against each other, then the second, and so on.
    """
    waivers = _pairs(old.waivers, new.waivers, lambda each: (each.id, each.rule))
    waivers = _joined(waivers)
    tests = _pairs(old.quarantine, new.quarantine, lambda each: (each.test_type, each.test_id))
    changed_waivers = [
        WaiverChange(id=_either(one, other).id, news=news, old=one, new=other)
        for one, other in waivers
        if (news := _news(one, other)) is not None
    ]
    changed_tests = [
        QuarantineChange(
            test_id=_either(one, other).test_id,
            test_type=_either(one, other).test_type,
            news=news,
            old=one,
            new=other,
        )
        for one, other in tests
        if (news := _news(one, other)) is not None
    ]
    order = {each: place for place, each in enumerate(ExceptionNews)}
    return ExceptionChanges(
        waivers=tuple(sorted(changed_waivers, key=lambda each: (order[each.news], each.id))),
        quarantine=tuple(
            sorted(changed_tests, key=lambda each: (order[each.news], each.test_type, each.test_id))
        ),
        unchanged=len(waivers) + len(tests) - len(changed_waivers) - len(changed_tests),
    )


def _pairs(
    old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]
) -> list[tuple[T | None, T | None]]:
    before: dict[Hashable, list[T]] = {}
    for each in old:
        before.setdefault(key(each), []).append(each)
    found: list[tuple[T | None, T | None]] = []
    for other in new:
        waiting = before.get(key(other))
        found.append((waiting.pop(0) if waiting else None, other))
    return found + [(one, None) for left in before.values() for one in left]


def _joined(
    pairs: list[tuple[WaiverNote | None, WaiverNote | None]],
) -> list[tuple[WaiverNote | None, WaiverNote | None]]:
    """A waiver that was written for another rule is still that waiver, where its id names one alone."""
    gone = {one.id: one for one, other in pairs if one is not None and other is None and one.id}
    came = {other.id: other for one, other in pairs if other is not None and one is None and other.id}
    moved = {
        name for name in gone.keys() & came.keys() if sum(_either(*pair).id == name for pair in pairs) == 2
    }
    kept = [pair for pair in pairs if _either(*pair).id not in moved]
    return kept + [(gone[name], came[name]) for name in sorted(moved)]


def _either(one: T | None, other: T | None) -> T:
    found = other or one
    if found is None:
        raise ValueError("a pair of nothing")
    return found


def _news(old: T | None, new: T | None) -> ExceptionNews | None:
    if new is None:
        return ExceptionNews.GONE
    standing = new.standing
    if old is None:
        became = {
            ExceptionStanding.APPLIED: ExceptionNews.APPLIED,
            ExceptionStanding.UNUSABLE: ExceptionNews.UNUSABLE,
            ExceptionStanding.EXPIRED: ExceptionNews.EXPIRED,
        }
        return became.get(standing, ExceptionNews.NEW)
    if old.standing is not standing:
        return {
            ExceptionStanding.APPLIED: ExceptionNews.APPLIED,
            ExceptionStanding.EXPIRED: ExceptionNews.EXPIRED,
            ExceptionStanding.UNUSABLE: ExceptionNews.UNUSABLE,
            ExceptionStanding.UNMATCHED: ExceptionNews.UNMATCHED,
        }[standing]
    return None if _said(old) == _said(new) else ExceptionNews.CHANGED


def _said(note: WaiverNote | QuarantineNote) -> tuple[object, ...]:
    about = note.rule if isinstance(note, WaiverNote) else note.ticket
    return about, note.owner, note.expires
