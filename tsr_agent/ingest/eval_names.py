"""Metrics of eval tools under the names that a person gave them; what nobody named keeps the tool's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.ingest.bounded_text import cut_name
from tsr_agent.models.eval_mapping import COMPLETENESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.ingest.eval_places import PlacedRun
    from tsr_agent.models.eval_mapping import EvalMapping
    from tsr_agent.models.evals import MetricValue

_LONGEST_NAME = 400
_AGGREGATES = ("mean", "median", "max", "min", "std", "total", "pass_rate")


@dataclass(frozen=True, kw_only=True)
class NamedMetric:
    """One metric of one run."""

    name: str
    """Ours where it is mapped, else the tool's."""
    theirs: str
    value: MetricValue
    mapped_by: str
    """The table that maps it; empty where none does."""


@dataclass(frozen=True, kw_only=True)
class NamedRun:
    """A run with its metrics by their final names."""

    placed: PlacedRun
    metrics: tuple[NamedMetric, ...]


def name_metrics(placed: PlacedRun, mapping: EvalMapping) -> NamedRun:
    """Maps the metrics of a run. The rule of the run comes first, then ``[evals.metrics]``."""
    by_rule = placed.rule.metrics if placed.rule is not None else {}
    named = []
    for theirs, value in placed.run.metrics.items():
        if theirs == COMPLETENESS:
            continue  # computed over all runs of the iteration
        if theirs in by_rule:
            name, table = by_rule[theirs], "[[evals.runs]]"
        elif theirs in mapping.metrics:
            name, table = mapping.metrics[theirs], "[evals.metrics]"
        else:
            name, table = _not_ours(theirs, placed.run.tool), ""
        named.append(NamedMetric(name=name, theirs=theirs, value=value, mapped_by=table))
    return NamedRun(placed=placed, metrics=tuple(named))


def _not_ours(theirs: str, tool: str) -> str:
    """The tool's name, qualified by the tool where it could be taken for a name of ours."""
    qualified = "/" in theirs or "," in theirs
    return cut_name(theirs if qualified else f"{tool.partition(' ')[0] or 'tool'}/{theirs}", _LONGEST_NAME)


def unmapped_remark(runs: Sequence[NamedRun]) -> str:
    """Which metrics of a file nobody mapped, and what to write for the first; empty where there are none."""
    names = list(dict.fromkeys(each.theirs for run in runs for each in run.metrics if not each.mapped_by))
    if not names:
        return ""
    shown = ", ".join(name[:100] for name in names[:20])
    more = f" and {len(names) - 20:,} more" if len(names) > 20 else ""
    first, ours = names[0][:100], _suggested(names[0])
    if any(each.mapped_by and each.name == ours for run in runs for each in run.metrics):
        # Taken already: the advice would make two values of one name.
        ours = names[0].replace("/", "_").replace(",", "_")[:100]
    return (
        f"No name of ours is given for {shown}{more}: in the report as the tool calls it. "
        f'To give one, write "{first}" = "{ours}" under [evals.metrics] in aitr.toml.'
    )


def _suggested(theirs: str) -> str:
    """A name of ours, as an example: the scorer's where the metric only says how scores were put together."""
    *scorer, metric = theirs.partition(",")[0].split("/")
    named = scorer[0] if scorer and metric in _AGGREGATES else metric
    return named.lower()[:100]


def unused_names(mapping: EvalMapping, runs: Sequence[NamedRun]) -> tuple[str, ...]:
    """One sentence for each name of the mapping that no run has; usually a slip of the pen."""
    by_all = {each.theirs for run in runs for each in run.metrics if each.mapped_by != "[[evals.runs]]"}
    lines = [
        f"[evals.metrics] {name!r} matches no metric of any run."
        for name in mapping.metrics
        if name not in by_all
    ]
    for at, rule in enumerate(mapping.runs):
        ruled = [each for each in runs if each.placed.rule is rule]
        has = {metric.theirs for each in ruled for metric in each.metrics}
        lines += [
            f"[[evals.runs]] number {at + 1}: {name!r} matches no metric of its runs."
            for name in rule.metrics
            if ruled and name not in has
        ]
    return tuple(lines)
