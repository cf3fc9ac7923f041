"""Failure modes of two reports: which are new, mended, open again, or weighed otherwise."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tsr_agent.models.base import Record, ShortText
from tsr_agent.models.evals import FailureMode, ResolutionStatus, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tsr_agent.models.evals import EvalIterationSummary

_STATUSES = (
    ResolutionStatus.OPEN,
    ResolutionStatus.WONT_FIX,
    ResolutionStatus.ACCEPTED_RISK,
    ResolutionStatus.FIXED,
)
_SEVERITIES = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)


class FailureModeNews(Enum):
    """What became of a failure mode, the worst first."""

    NEW = "new"
    REOPENED = "reopened"
    """It was fixed, and is not."""
    GONE = "gone"
    """It is no longer listed, which is no proof that it is fixed."""
    CHANGED = "changed"
    """Another severity, or another status that is not fixed."""
    FIXED = "fixed"


class FailureModeChange(Record, frozen=True, kw_only=True):
    """One failure mode in both reports, each time as the worst of its entries says."""

    id: ShortText
    news: FailureModeNews
    old: FailureMode | None
    new: FailureMode | None


def failure_mode_changes(
    old: Iterable[EvalIterationSummary], new: Iterable[EvalIterationSummary]
) -> tuple[FailureModeChange, ...]:
    """Every failure mode that is new, gone, or has another severity or status; the worst first.

    A mode that several iterations list is what the worst entry says, as the gate takes it: one that
    is fixed in iteration 3 and still open in the entry of iteration 2 is open.
    """
    before, after = worst_modes(old), worst_modes(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        news = _news(one, other)
        if news is not None:
            found.append(FailureModeChange(id=name, news=news, old=one, new=other))
    order = {each: place for place, each in enumerate(FailureModeNews)}
    return tuple(sorted(found, key=lambda each: (order[each.news], _badness(each.new or each.old), each.id)))


def worst_modes(iterations: Iterable[EvalIterationSummary]) -> dict[str, FailureMode]:
    """By id, with the status of the least resolved entry and the severity of the worst."""
    found: dict[str, FailureMode] = {}
    for iteration in iterations:
        for mode in iteration.failure_modes:
            known = found.get(mode.id)
            if known is None or _badness(mode) < _badness(known):
                found[mode.id] = mode
    return found


def _badness(mode: FailureMode | None) -> tuple[int, int, str, int]:
    if mode is None:
        return len(_STATUSES), len(_SEVERITIES), "", 0
    return (
        _STATUSES.index(mode.resolution_status),
        _SEVERITIES.index(mode.severity),
        mode.name,
        mode.discovered_in_iteration,
    )


def _news(old: FailureMode | None, new: FailureMode | None) -> FailureModeNews | None:
    if old is None:
        return FailureModeNews.NEW
    if new is None:
        return FailureModeNews.GONE
    if (old.resolution_status, old.severity) == (new.resolution_status, new.severity):
        return None
    if old.resolution_status is new.resolution_status:
        return FailureModeNews.CHANGED
    if new.resolution_status is ResolutionStatus.FIXED:
        return FailureModeNews.FIXED
    reopened = old.resolution_status is ResolutionStatus.FIXED
    return FailureModeNews.REOPENED if reopened else FailureModeNews.CHANGED
