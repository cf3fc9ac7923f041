"""Rules of ``[[evals.runs]]`` that match no run: what they mean for the latest iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.models.eval_mapping import COMPLETENESS
from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.models.eval_mapping import EvalRunRule

_NOTHING_SCORED = MetricValue(value=0.0, n=0, minimum=0.0, maximum=1.0, lower_is_better=False)


def matches_nothing(number: int, rule: EvalRunRule) -> str:
    """A rule that matches no run, in a sentence; usually a slip of the pen.

    Args:
        number: Its place in aitr.toml, from 1.
        rule: The rule.
    """
    return f"{_named(number, rule)} matches no run."


def with_missing(
    iterations: tuple[EvalIterationSummary, ...], unused: Mapping[int, EvalRunRule]
) -> tuple[tuple[EvalIterationSummary, ...], tuple[str, ...]]:
    """The latest iteration as failed where aitr.toml names runs of it that are not there.

    Else an eval that broke before it wrote anything would leave the iteration before it, or a part of
    this one, to be judged in its place. Rules of earlier iterations may have outlived their files.

    Args:
        iterations: Those that were measured or stated.
        unused: Rules that match no run, by their place in aitr.toml.

    Returns:
        The iterations, and one sentence for each rule whose runs are missing.
    """
    numbers = [each.iteration for each in iterations] + [rule.iteration for rule in unused.values()]
    latest = max(numbers, default=0)
    rules = {at: rule for at, rule in unused.items() if rule.iteration == latest}
    if not rules:
        return iterations, ()
    told = tuple(
        f"{_named(at, rule)} matches no run, so that the latest eval iteration, {latest}, counts as failed; "
        "hand in its results or take the rule out of aitr.toml"
        for at, rule in rules.items()
    )
    if any(each.iteration == latest for each in iterations):
        return tuple(_failed(each) if each.iteration == latest else each for each in iterations), told
    names = (rule.version_name for rule in rules.values() if rule.version_name)
    empty = EvalIterationSummary(
        iteration=latest,
        version_name=next(names, f"V{latest}"),
        outcome=IterationOutcome.FAILED,
        metrics={COMPLETENESS: _NOTHING_SCORED},
    )
    return (*iterations, empty), told


def _failed(iteration: EvalIterationSummary) -> EvalIterationSummary:
    metrics = {**iteration.metrics, COMPLETENESS: _NOTHING_SCORED}
    return structs.replace(iteration, outcome=IterationOutcome.FAILED, metrics=metrics)


def _named(number: int, rule: EvalRunRule) -> str:
    return f"[[evals.runs]] number {number} (file {rule.file!r}, run {rule.run!r})"
