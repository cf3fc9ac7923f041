"""Runs of eval tools and our own ``evals.json`` become the eval iterations of the report.

Nothing is chosen silently: where two things are said of one metric, the files that say them are
unreadable; a metric that nobody mapped never gets a name of ours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from tsr_agent.ingest.bounded_text import clean, cut_name
from tsr_agent.ingest.eval_copies import distinct, in_two_iterations
from tsr_agent.ingest.eval_missing import matches_nothing, with_missing
from tsr_agent.ingest.eval_names import NamedRun, name_metrics, unmapped_remark, unused_names
from tsr_agent.ingest.eval_places import PlacedRun, place_runs
from tsr_agent.ingest.eval_values import different, first_remarks
from tsr_agent.models.eval_mapping import COMPLETENESS
from tsr_agent.models.evals import Dataset, EvalIterationSummary, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.ingest.eval_places import FileRuns
    from tsr_agent.models.eval_mapping import EvalMapping
    from tsr_agent.models.evals import EvalCase

_WORST_FIRST = (IterationOutcome.FAILED, IterationOutcome.IMPROVED, IterationOutcome.PASSED)
_LONGEST_NAME = 200
_MOST = 2**53
_SAME = 1e-9
"""Relative difference up to which two numbers are one, written by two tools."""


@dataclass(frozen=True, kw_only=True)
class EvalIterations:
    """The iterations, and what is to be told of the files they come from."""

    iterations: tuple[EvalIterationSummary, ...]
    problems: dict[str, str] = field(default_factory=dict)
    """By path, why a file could not be used."""
    remarks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By path."""
    placed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By path, which iteration each run became and why, and what its metrics are called."""
    explanations: tuple[str, ...] = ()
    """What is to be told of aitr.toml."""
    missing: tuple[str, ...] = ()
    """Runs of the latest iteration that aitr.toml names and nobody handed in, one sentence each."""


def assemble(
    files: Sequence[FileRuns], history: tuple[EvalIterationSummary, ...], mapping: EvalMapping, root: str = ""
) -> EvalIterations:
    """Puts runs and history together.

    Args:
        files: The files of eval tools with their runs.
        history: The iterations of ``evals.json``, kept as they are where no run belongs to them.
        mapping: What a person says in aitr.toml.
        root: The results directory as a person writes it.
    """
    places = place_runs(files, mapping.runs, root, has_history=bool(history))
    runs = [name_metrics(each, mapping) for each in places.placed]
    stated = {each.iteration: each for each in reversed(history)}  # the first of equal numbers
    problems = dict(places.problems)
    found = [*in_two_iterations(runs)]
    for number, group in _by_number(runs).items():
        found += [*_contradictions(group, stated.get(number)), *_disagreements(group)]
    for path, why in found:
        problems.setdefault(path, why)
    sound = [each for each in runs if each.placed.path not in problems]
    made: dict[int, EvalIterationSummary] = {}
    copies: list[tuple[NamedRun, NamedRun]] = []
    for number, group in _by_number(sound).items():
        kept, again = distinct(group)
        copies += again
        made[number] = _iteration(number, kept, stated.get(number))
    remarks = _remarks(sound, copies)
    iterations, missing = with_missing(_merged(history, made), places.unused)
    idle = tuple(map(matches_nothing, places.unused, places.unused.values()))
    placed: dict[str, tuple[str, ...]] = {}
    for run in runs:
        placed[run.placed.path] = (*placed.get(run.placed.path, ()), _explained(run))
    return EvalIterations(
        iterations=iterations,
        problems=problems,
        remarks=remarks,
        placed=placed,
        explanations=(*idle, *unused_names(mapping, runs)),
        missing=missing,
    )


def _by_number(runs: Iterable[NamedRun]) -> dict[int, list[NamedRun]]:
    groups: dict[int, list[NamedRun]] = defaultdict(list)
    for each in runs:
        groups[each.placed.number].append(each)
    return groups


def _merged(
    history: tuple[EvalIterationSummary, ...], made: dict[int, EvalIterationSummary]
) -> tuple[EvalIterationSummary, ...]:
    """The history with the first iteration of each number completed, then what only tools ran."""
    left = dict(made)
    completed = tuple(left.pop(each.iteration, each) for each in history)
    return completed + tuple(left[number] for number in sorted(left))


def _disagreements(group: list[NamedRun]) -> list[tuple[str, str]]:
    """Files whose runs give one name of ours two values."""
    found = []
    said: dict[str, list[tuple[NamedRun, MetricValue, str]]] = defaultdict(list)
    for run in group:
        for metric in run.metrics:
            said[metric.name].append((run, metric.value, metric.mapped_by))
    for name, claims in said.items():
        first = claims[0][1]
        if all(value == first for _, value, _ in claims) or not any(table for _, _, table in claims):
            continue
        values = " and ".join(list(dict.fromkeys(_figure(value) for _, value, _ in claims))[:4])
        where = " and ".join(dict.fromkeys(run.placed.named for run, _, _ in claims[:4]))
        why = (
            f"{name!r} of iteration {group[0].placed.number} has more than one value ({values}; {where}); "
            "give the runs numbers or names of their own under [[evals.runs]] in aitr.toml"
        )
        found += [(run.placed.path, why) for run, _, _ in claims]
    return found


def _contradictions(group: list[NamedRun], stated: EvalIterationSummary | None) -> list[tuple[str, str]]:
    """Files that measured another value than ``evals.json`` states: no statement beats a measurement."""
    if stated is None:
        return []
    found = []
    for run in group:
        for metric in run.metrics:
            said = stated.metric(metric.name)
            if metric.name in stated.metrics and (said is None or not _fits(said, metric.value)):
                found.append((run.placed.path, _contradiction(stated, metric.name, metric.value)))
    said = stated.metric(COMPLETENESS)
    measured = _completeness(group)
    if COMPLETENESS in stated.metrics and (said is None or not _close(said.value, measured.value)):
        why = _contradiction(stated, COMPLETENESS, measured)
        found += [(run.placed.path, why) for run in group]
    return found


def _contradiction(stated: EvalIterationSummary, name: str, measured: MetricValue) -> str:
    said = stated.metric(name)
    return (
        f"it gives {name!r} of iteration {stated.iteration} as {_figure(measured)}, and evals.json states "
        f"{_figure(said) if said is not None else 'no number'}; take the statement out of evals.json"
    )


def _figure(value: MetricValue) -> str:
    cases = f" on {value.n:,}" if value.n is not None else ""
    return f"{value.value:.6g}{cases}"


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))


def _fits(said: MetricValue, measured: MetricValue) -> bool:
    """Whether a statement says nothing that the measurement denies."""
    if not _close(said.value, measured.value):
        return False
    pairs = [
        (getattr(said, name), getattr(measured, name))
        for name in ("n", "standard_error", "lower_is_better", "minimum", "maximum")
    ]
    units_fit = said.unit in ("", measured.unit) or not measured.unit
    return units_fit and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _completed(said: MetricValue | None, measured: MetricValue) -> MetricValue:
    """The measurement, with what only the statement says of it."""
    if said is None:
        return measured
    kept = {
        name: getattr(said, name)
        for name in ("n", "standard_error", "lower_is_better", "minimum", "maximum")
        if getattr(measured, name) is None
    }
    return structs.replace(measured, unit=measured.unit or said.unit, **kept)


def _completeness(group: list[NamedRun]) -> MetricValue:
    """That of the least complete run: a large run must not hide a small one of which most broke."""
    shares = [each.placed.run.completeness() for each in group]
    return min(shares, key=lambda each: (each.value, each.n or 0))


def _iteration(
    number: int, group: list[NamedRun], stated: EvalIterationSummary | None
) -> EvalIterationSummary:
    labels = _labels(group)
    metrics: dict[str, float | MetricValue] = dict(stated.metrics) if stated is not None else {}
    for name, measured in _metrics(group, labels).items():
        metrics[name] = _completed(stated.metric(name) if stated is not None else None, measured)
    metrics[COMPLETENESS] = _completeness(group)
    outcomes = [_outcome(each.placed) for each in group] + ([stated.outcome] if stated is not None else [])
    tools = dict.fromkeys(each.placed.run.tool for each in group if each.placed.run.tool)
    made = EvalIterationSummary(
        iteration=number,
        version_name=cut_name(_first(group, "version_name") or _version_name(number, group), _LONGEST_NAME),
        prompt_version=_first(group, "prompt_version"),
        outcome=min(outcomes, key=_WORST_FIRST.index),
        metrics=metrics,
        dataset=_dataset(group),
        tool=cut_name(", ".join(tools), 1_000),
        cases=_cases(group, labels),
    )
    return made if stated is None else _with_statement(made, stated)


def _with_statement(made: EvalIterationSummary, stated: EvalIterationSummary) -> EvalIterationSummary:
    """What tools measured, with names, failure modes and fixes as ``evals.json`` states them."""
    ids = {each.id for each in stated.cases}
    clash = any(each.id in ids for each in made.cases)
    cases = tuple(structs.replace(each, id=cut_name(f"{made.tool}: {each.id}")) for each in made.cases)
    return structs.replace(
        stated,
        outcome=made.outcome,
        metrics=made.metrics,
        prompt_version=stated.prompt_version or made.prompt_version,
        dataset=stated.dataset or made.dataset,
        tool=cut_name(", ".join(dict.fromkeys(filter(None, (stated.tool, made.tool)))), 1_000),
        cases=stated.cases + (cases if clash else made.cases),
    )


def _labels(group: list[NamedRun]) -> list[str]:
    """A label for each run of an iteration, all different."""
    times = Counter(each.placed.run.name for each in group)
    names = (
        f"{each.placed.path}: {each.placed.run.name}"
        if times[each.placed.run.name] > 1
        else each.placed.run.name
        for each in group
    )
    return list(different(cut_name(clean(each), _LONGEST_NAME) for each in names))


def _metrics(group: list[NamedRun], labels: list[str]) -> dict[str, MetricValue]:
    """Metrics of all runs; where two differ, which nobody mapped, each stands under its run's label."""
    values: dict[str, set[MetricValue]] = defaultdict(set)
    for run in group:
        for metric in run.metrics:
            values[metric.name].add(metric.value)
    united: dict[str, MetricValue] = {}
    for run, label in zip(group, labels, strict=True):
        for metric in run.metrics:
            name = metric.name
            if len(values[name]) > 1:
                name = f"{label}: {name}"
                while name in values or name in united:  # a run can be called anything, even as a metric is
                    name += "'"
            united[name] = metric.value
    return united


def _outcome(placed: PlacedRun) -> IterationOutcome:
    """The tool's verdict or a person's in its place; a run that broke or scored nothing has failed."""
    run = placed.run
    if run.broken or run.total <= 0 or run.completed <= 0:
        return IterationOutcome.FAILED
    said = placed.rule.outcome if placed.rule is not None else None
    return run.outcome if said is None else said


def _first(group: list[NamedRun], name: str) -> str:
    rules = (each.placed.rule for each in group)
    return next((getattr(rule, name) for rule in rules if rule is not None and getattr(rule, name)), "")


def _version_name(number: int, group: list[NamedRun]) -> str:
    names = {clean(each.placed.run.name).strip() for each in group}
    return (names.pop() if len(names) == 1 else "") or f"V{number}"


def _dataset(group: list[NamedRun]) -> Dataset | None:
    sets = list(dict.fromkeys(each.placed.run.dataset for each in group))
    if len(sets) == 1:
        return sets[0]
    known = [each for each in sets if each is not None]
    sizes = [each.size for each in known if each.size is not None]
    return Dataset(
        name=cut_name(" + ".join(dict.fromkeys(each.name for each in known)), 1_000),
        size=sum(sizes) if len(sizes) == len(sets) and sum(sizes) <= _MOST else None,
    )


def _cases(group: list[NamedRun], labels: list[str]) -> tuple[EvalCase, ...]:
    """Cases of all runs; with their run's label where two runs share an id."""
    if len(group) == 1:
        return group[0].placed.run.cases
    seen: set[str] = set()
    shared = False
    for run in group:
        ids = {each.id for each in run.placed.run.cases}
        shared = shared or not ids.isdisjoint(seen)
        seen |= ids
    return tuple(
        structs.replace(each, id=cut_name(f"{label}: {each.id}")) if shared else each
        for run, label in zip(group, labels, strict=True)
        for each in run.placed.run.cases
    )


def _remarks(runs: list[NamedRun], copies: list[tuple[NamedRun, NamedRun]]) -> dict[str, tuple[str, ...]]:
    by_path: dict[str, list[NamedRun]] = defaultdict(list)
    for run in runs:
        by_path[run.placed.path].append(run)
    again: dict[str, list[str]] = defaultdict(list)
    for copy, first in copies:
        named = copy.placed.named
        again[copy.placed.path].append(
            f"T{named[1:]} stands in {first.placed.path[:500]} already and counts once."
        )
    return {
        path: first_remarks([*again[path], *filter(None, (_run_remark(each.placed) for each in group))])
        + tuple(filter(None, [unmapped_remark(group)]))
        for path, group in by_path.items()
    }


def _run_remark(placed: PlacedRun) -> str:
    """What a person should know of one run before believing its iteration."""
    run = placed.run
    if run.broken:
        return f"T{placed.named[1:]} did not end properly: {run.broken.rstrip('.')[:500]}."
    said = placed.rule.outcome if placed.rule is not None else None
    if said is not None and said is not run.outcome:
        by_tool = f"the tool says {run.outcome.value}"
        return f"T{placed.named[1:]} counts as {said.value} by aitr.toml; {by_tool}."
    return ""


def _explained(run: NamedRun) -> str:
    placed = run.placed
    mapped = ", ".join(
        f"{each.theirs} is {each.name} by {each.mapped_by}" for each in run.metrics if each.mapped_by
    )
    whole = f"T{placed.named[1:]} is iteration {placed.number} by {placed.reason}"
    return f"{whole}; {mapped}." if mapped else f"{whole}."
