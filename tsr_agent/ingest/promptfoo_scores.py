"""Named scores of promptfoo as means: the file has sums of score times weight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.models.evals import MetricValue

if TYPE_CHECKING:
    from collections.abc import Container

    from tsr_agent.ingest.promptfoo_model import Metrics, Row

_MAX_NAME = 200
_MAX_METRICS = 1_000
_SAME = 1e-6
"""Relative difference up to which a sum over the rows is the sum that the file states."""


@dataclass(kw_only=True, slots=True)
class _Sum:
    """What the results say of one metric."""

    score: float = 0.0
    """Sum of score times weight."""
    weight: float = 0.0
    rows: int = 0
    """Results that have a score, however many assertions it is made of."""
    all_weighed: bool = True
    """Each result says its weight; where one does not, it stands for one assertion or more."""

    def bears_out(self, weight: float) -> bool:
        """Whether a column's weight can be the sum of these; a smaller one would raise the mean."""
        return _close(self.weight, weight) or (not self.all_weighed and weight > self.weight)


def named_scores(metrics: Metrics, rows: list[Row]) -> tuple[dict[str, MetricValue], list[str]]:
    """The mean of each named score, and one sentence for each that is refused.

    Args:
        metrics: The sums of one column.
        rows: The results of the same column, against which the sums are held.
    """
    means: dict[str, MetricValue] = {}
    refused = []
    chosen = dict.fromkeys(islice(metrics.namedScores, _MAX_METRICS))
    sums = _sums(rows, chosen)
    for metric in chosen:
        name = f"namedScores/{cut_name(clean(metric), _MAX_NAME)}"
        mean = _mean(metrics, metric, sums.get(metric, _Sum()))
        if name in means:
            mean = "another metric has this name"
        if isinstance(mean, str):
            refused.append(f"{name} is not taken: {mean}.")
        else:
            means[name] = mean
    further = len(metrics.namedScores) - len(chosen)
    if further:
        refused.append(f"{further:,} further named scores are not taken: only {_MAX_METRICS:,} are read.")
    return means, refused


def _mean(metrics: Metrics, metric: str, listed: _Sum) -> MetricValue | str:
    """The mean of one metric, or why there is none."""
    total, count = metrics.namedScores[metric], metrics.namedScoresCount.get(metric)
    weights = metrics.namedScoreWeights
    # Files from before there were weights have sums of bare scores; there the count is the weight.
    weight = count if weights is None else weights.get(metric)
    if total is None or not math.isfinite(total):
        return "it is not a finite number"
    if weight is None:
        return "it has no weight to divide it by, as a derived metric of promptfoo's"
    if not math.isfinite(weight) or weight <= 0:
        return f"its weight is {weight:.6g}"
    if not _close(listed.score, total):
        return f"its sum is given as {total:.6g}, and the results add up to {listed.score:.6g}"
    if not listed.bears_out(weight):
        return f"its weight is given as {weight:.6g}, and the results add up to {listed.weight:.6g}"
    mean = total / weight
    return MetricValue(value=mean, n=listed.rows) if math.isfinite(mean) else "it is not a finite number"


def _sums(rows: list[Row], chosen: Container[str]) -> dict[str, _Sum]:
    """Sums over the results of the chosen scores, as promptfoo adds them up."""
    sums: dict[str, _Sum] = {}
    for row in rows:
        weights = (row.gradingResult.namedScoreWeights if row.gradingResult is not None else None) or {}
        for metric, score in row.namedScores.items():
            if score is not None and metric in chosen:
                weight = weights.get(metric, 1.0)
                listed = sums.setdefault(metric, _Sum())
                listed.score += score * weight
                listed.weight += weight
                listed.rows += 1
                listed.all_weighed &= metric in weights
    return sums


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))
