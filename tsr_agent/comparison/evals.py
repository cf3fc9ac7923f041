"""Eval iterations of two reports: metrics side by side, and the cases that both measured in pairs."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from tsr_agent.models.base import Count, LongText, Record, ShortText
from tsr_agent.models.evals import MetricValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.models.evals import EvalCase, EvalIterationSummary

ACCURACY = "accuracy"
"""The metric that is the share of passed cases, so that ``passed`` is a case's value of it."""


class MetricChange(Record, frozen=True, kw_only=True):
    """One metric in the latest iterations of both reports."""

    metric: ShortText
    old: MetricValue | None
    """None where it is missing or not a finite number."""
    new: MetricValue | None
    difference: float | None
    """New minus old; None unless both are known."""
    lower_is_better: bool | None
    """As both say, or the one that does; None where neither does or they contradict each other."""


def metric_changes(
    old: EvalIterationSummary | None, new: EvalIterationSummary | None
) -> tuple[MetricChange, ...]:
    """Every metric of which value, n or direction differ, by name.

    Args:
        old: Latest iteration of the report to compare with; None for none.
        new: That of the report that is looked at.
    """
    names = {*(old.metrics if old is not None else ()), *(new.metrics if new is not None else ())}
    found = []
    for name in sorted(names):
        one = old.metric(name) if old is not None else None
        other = new.metric(name) if new is not None else None
        if one != other:
            found.append(_metric_change(name, one, other))
    return tuple(found)


def _metric_change(name: str, old: MetricValue | None, new: MetricValue | None) -> MetricChange:
    said = {each.lower_is_better for each in (old, new) if each is not None} - {None}
    difference = new.value - old.value if old is not None and new is not None else None
    return MetricChange(
        metric=name,
        old=old,
        new=new,
        difference=difference if difference is not None and math.isfinite(difference) else None,
        lower_is_better=said.pop() if len(said) == 1 else None,
    )


class CasePair(Record, frozen=True, kw_only=True):
    """One sample that both iterations measured."""

    id: LongText
    old: float
    new: float


class CasePairs(Record, frozen=True, kw_only=True):
    """The samples that two iterations have in common, and how many can't be paired."""

    pairs: tuple[CasePair, ...] = ()
    """By id."""
    why_none: str = ""
    """Why cases can't be paired at all, in a sentence without its full stop; empty where they can."""
    only_old: Count = 0
    """Samples that only the old iteration has."""
    only_new: Count = 0
    """Samples that only the new iteration has."""
    duplicates: Count = 0
    """Ids that stand more than once in either iteration: which is which is not known."""
    without_result: Count = 0
    """Samples that both have and that at least one of them did not score."""


def pairs(old: EvalIterationSummary, new: EvalIterationSummary, metric: str) -> CasePairs:
    """One value of a metric for each sample that both iterations measured. Linear in the samples.

    Only iterations on the same data are paired: both name their data set with its digest, and the
    digests are equal. A sample's value is its score of the metric's name; for ``accuracy``, where
    no sample has such a score, whether it passed, as 1 or 0.

    Args:
        old: The iteration to compare with.
        new: The iteration that is looked at.
        metric: Name of the metric.
    """
    why_none = _not_the_same_data(old, new)
    if why_none:
        return CasePairs(why_none=why_none)
    values = _values_of(old, new, metric)
    if values is None:
        return CasePairs(why_none=f"no case has a value of its own for {metric}")
    before, after = values
    counts_old = Counter(case.id for case in old.cases)
    counts_new = Counter(case.id for case in new.cases)
    shared = counts_old.keys() & counts_new.keys()
    twice = {name for each in (counts_old, counts_new) for name, number in each.items() if number > 1}
    once = sorted(shared - twice)
    paired = [name for name in once if name in before and name in after]
    return CasePairs(
        pairs=tuple(CasePair(id=name, old=before[name], new=after[name]) for name in paired),
        only_old=len(counts_old.keys() - shared - twice),
        only_new=len(counts_new.keys() - shared - twice),
        duplicates=len(twice),
        without_result=len(once) - len(paired),
    )


def _not_the_same_data(old: EvalIterationSummary, new: EvalIterationSummary) -> str:
    digests = [each.dataset.digest if each.dataset is not None else None for each in (old, new)]
    if None in digests:
        return "it is not known whether both were measured on the same data"
    if digests[0] != digests[1]:
        return "they were measured on different data"
    return "" if old.cases and new.cases else "results by case are missing"


def _values_of(
    old: EvalIterationSummary, new: EvalIterationSummary, metric: str
) -> tuple[Mapping[str, float], Mapping[str, float]] | None:
    """The values by case id, both scores or both passes; None where no case has one."""
    scores = _scores(old, metric), _scores(new, metric)
    if any(scores):
        return scores
    passes = (_passes(old), _passes(new)) if metric == ACCURACY else ({}, {})
    return passes if any(passes) else None


def _scores(iteration: EvalIterationSummary, metric: str) -> dict[str, float]:
    return {
        case.id: float(case.scores[metric])
        for case in iteration.cases
        if metric in case.scores and math.isfinite(case.scores[metric]) and not _broke(case)
    }


def _passes(iteration: EvalIterationSummary) -> dict[str, float]:
    return {case.id: float(case.passed) for case in iteration.cases if case.passed is not None}


def _broke(case: EvalCase) -> bool:
    return bool(case.error) and case.passed is None
