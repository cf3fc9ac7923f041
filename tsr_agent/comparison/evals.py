"""Eval iterations of two reports: metrics side by side, and the cases that both measured in pairs."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from tsr_agent.comparison.difference import difference_interval
from tsr_agent.models.base import Count, LongText, Record, ShortText
from tsr_agent.models.evals import Dataset, IterationOutcome, MetricValue, latest_iteration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.models.evals import EvalCase, EvalIterationSummary

ACCURACY = "accuracy"
"""The metric that is the share of passed cases, so that ``passed`` is a case's value of it."""
MOST_IDS = 10
_SHARES = frozenset({ACCURACY, "grounding_score", "completeness"})
"""Metrics that are a share between 0 and 1 by their definition."""


class SampleChanges(Record, frozen=True, kw_only=True):
    """What became of a metric's samples, where both iterations measured the same ones."""

    compared: Count
    worse: Count
    better: Count
    first_worse: tuple[LongText, ...] = ()
    """Ids of the first ``MOST_IDS`` of those that got worse."""


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
    interval: tuple[float, float] | None = None
    """In which the difference lies, at 95 %; None where nothing says how sure the values are."""
    samples: SampleChanges | None = None
    """None where the samples can't be told apart or are not the same."""

    @property
    def is_worse(self) -> bool | None:
        """Whether the change is for the worse; None where nobody says which direction that is."""
        if self.old is not None and self.new is None:
            return True
        lower = lower_is_better(self)
        if lower is None or self.difference is None:
            return None
        return self.difference > 0 if lower else self.difference < 0


def lower_is_better(change: MetricChange) -> bool | None:
    """Which direction of a metric is better, as it is said or as its name means; None where nobody says."""
    return False if change.lower_is_better is None and change.metric in _SHARES else change.lower_is_better


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
            found.append(_metric_change(name, old, new))
    return tuple(found)


def _metric_change(
    name: str, before: EvalIterationSummary | None, after: EvalIterationSummary | None
) -> MetricChange:
    old = before.metric(name) if before is not None else None
    new = after.metric(name) if after is not None else None
    said = {each.lower_is_better for each in (old, new) if each is not None} - {None}
    if before is None or after is None or old is None or new is None:
        lower = said.pop() if len(said) == 1 else None
        return MetricChange(metric=name, old=old, new=new, difference=None, lower_is_better=lower)
    difference = new.value - old.value
    lower = said.pop() if len(said) == 1 else None
    return MetricChange(
        metric=name,
        old=old,
        new=new,
        difference=difference if math.isfinite(difference) else None,
        lower_is_better=lower,
        interval=difference_interval(old, new, is_share=_is_share(name, old, new)),
        samples=_sample_changes(pairs(before, after, name), lower=bool(lower)),
    )


def _is_share(name: str, old: MetricValue, new: MetricValue) -> bool:
    return name in _SHARES or all((each.minimum, each.maximum) == (0, 1) for each in (old, new))


def _sample_changes(paired: CasePairs, *, lower: bool) -> SampleChanges | None:
    if not paired.pairs:
        return None
    down = [each.id for each in paired.pairs if each.new < each.old]
    up = [each.id for each in paired.pairs if each.new > each.old]
    worse, better = (up, down) if lower else (down, up)
    return SampleChanges(
        compared=len(paired.pairs),
        worse=len(worse),
        better=len(better),
        first_worse=tuple(worse[:MOST_IDS]),
    )


class IterationBrief(Record, frozen=True, kw_only=True):
    """The latest iteration of a report without its results."""

    iteration: Count
    version_name: ShortText
    prompt_version: ShortText
    outcome: IterationOutcome
    dataset: Dataset | None


class IterationChanges(Record, frozen=True, kw_only=True):
    """What became of the eval history."""

    old: IterationBrief | None
    """The latest iteration; None where there is none."""
    new: IterationBrief | None
    vanished: tuple[Count, ...] = ()
    """Numbers of iterations that the new report no longer has."""
    told_otherwise: tuple[Count, ...] = ()
    """Numbers of iterations before the latest that both have with another name, outcome or data set."""


def iteration_changes(
    old: tuple[EvalIterationSummary, ...], new: tuple[EvalIterationSummary, ...]
) -> IterationChanges:
    """The latest iterations, and earlier ones that are gone or told otherwise.

    Values that were measured again, such as latencies, are nothing that was told otherwise.
    """
    one, other = latest_iteration(old), latest_iteration(new)
    before, after = _told(old), _told(new)
    last = {each.iteration for each in (one, other) if each is not None}
    return IterationChanges(
        old=_brief(one) if one is not None else None,
        new=_brief(other) if other is not None else None,
        vanished=tuple(sorted(before.keys() - after.keys())),
        told_otherwise=tuple(
            number
            for number in sorted(before.keys() & after.keys() - last)
            if before[number] != after[number]
        ),
    )


def _told(iterations: tuple[EvalIterationSummary, ...]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for each in iterations:
        found.setdefault(each.iteration, []).append(repr(_brief(each)))
    return {number: sorted(told) for number, told in found.items()}


def _brief(iteration: EvalIterationSummary) -> IterationBrief:
    return IterationBrief(
        iteration=iteration.iteration,
        version_name=iteration.version_name,
        prompt_version=iteration.prompt_version,
        outcome=iteration.outcome,
        dataset=iteration.dataset,
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
    lost: tuple[float, ...] = ()
    """Old values of samples that have one there and no single one in the new iteration; by id."""


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
        lost=tuple(
            before[name]
            for name in sorted(before)
            if counts_old[name] == 1 and not (counts_new[name] == 1 and name in after)
        ),
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
