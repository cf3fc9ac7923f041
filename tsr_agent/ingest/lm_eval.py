"""Results of the lm-evaluation-harness: ``results_<date>.json``."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.eval_values import (
    finite,
    first_remarks,
    in_a_sentence,
    name_of,
    refuse_too_many_metrics,
)
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import json_tree, read_whole
from tsr_agent.models.base import Count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePath

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.evals import Dataset, MetricValue

_NAME = re.compile(r"results_\d{4}-\d\d-\d\dT[\d.:-]+\.json")
_KEYS = frozenset({"group_subtasks", "n-shot", "n-samples", "task_hashes"})
# The results of many tasks can fill all that is seen of the file, so that no key after them is seen.
_ERROR_KEY = re.compile(rb'"[^"\\,]{1,200}_stderr,[^"\\]{1,200}"\s*+:')
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST = 2**53
MAX_TASKS = 10_000
_MAX_STEPS = 1_000_000
"""Steps through groups within groups; a chain of groups would cost the square of its length."""


class _Samples(msgspec.Struct):
    """How many samples a task has, and how many of them were asked."""

    original: Count
    effective: Count


class _TaskConfig(msgspec.Struct):
    """Where a task's samples come from."""

    dataset_path: Any = None
    dataset_name: Any = None


class _Results(msgspec.Struct, rename={"n_samples": "n-samples"}):
    """The parts of a results file that a report needs; everything else is passed over."""

    results: dict[str, dict[str, Any]]
    n_samples: dict[str, _Samples] = {}
    group_subtasks: dict[str, list[str]] = {}
    higher_is_better: dict[str, dict[str, bool | None]] = {}
    configs: dict[str, _TaskConfig] = {}
    task_hashes: dict[str, Any] = {}
    lm_eval_version: str | None = None
    date: Any = None


class LmEvalReader:
    """Reads a run for each task and each group of tasks, with the metrics by the tool's own spelling.

    Args:
        limits: Bounds on the file.
    """

    name = "lm-evaluation-harness results"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``results`` at the top and another key, or a metric's name, of the harness.

        Takes any ``results_<date>.json`` too, so that a damaged one is unreadable and not overlooked.
        """
        keys = top_level_keys(head)
        if "results" in keys:
            own = sorted(_KEYS & keys)
            if own:
                return f"JSON with results and {own[0]} at the top"
            if keys == {"results"} and _ERROR_KEY.search(head):
                return "JSON with results at the top and standard errors as the harness names them"
        return "named results_DATE.json" if _NAME.fullmatch(path.name) else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads all tasks and groups.

        Raises:
            InputError: Not a results file, no task in it, or more samples asked than there are.
        """
        found = _results(read_whole(stream, path, self._limits, "json_bytes"), path, self._limits)
        _refuse_impossible(found, path)
        groups = _Groups(found, path)
        runs: list[EvalRun] = []
        remarks: list[str] = []
        for task in found.results:
            run, said = _run(task, found, groups.leaves(task))
            runs.append(run)
            remarks += said
        return Parts(eval_runs=tuple(runs), remarks=first_remarks(remarks))


def _results(document: bytes, path: str, limits: Limits) -> _Results:
    # Python's json, which the tool writes with, writes NaN as it is.
    tree = json_tree(document, path, limits, non_finite=True)
    try:
        return msgspec.convert(tree, _Results)
    except msgspec.ValidationError as error:
        what = "not results of the lm-evaluation-harness"
        raise InputError(f"{path}: {what}: {in_a_sentence(str(error))}.") from error


def _refuse_impossible(found: _Results, path: str) -> None:
    if not found.results:
        raise InputError(f"{path}: it holds the results of no task: nothing was evaluated.")
    if len(found.results) > MAX_TASKS:
        raise InputError(f"{path}: {len(found.results):,} tasks; at most {MAX_TASKS:,} are read of one file.")
    refuse_too_many_metrics(sum(map(len, found.results.values())), path)
    for task, samples in found.n_samples.items():
        if samples.effective > samples.original:
            what = f"{samples.effective:,} samples asked of {samples.original:,}"
            raise InputError(f"{path}: $.n-samples[{in_a_sentence(task)!r}]: {what}.")


class _Groups:
    """Which tasks a group is made of.

    Args:
        found: The results.
        path: What to call the file in messages.
    """

    def __init__(self, found: _Results, path: str) -> None:
        self._found, self._path = found, path
        self._steps = 0

    def leaves(self, task: str) -> list[str]:
        """The tasks of a group, groups within it resolved; of a task itself.

        Raises:
            InputError: Groups within groups without end.
        """
        leaves: set[str] = set()
        seen: set[str] = set()
        waiting = [task]
        while waiting:
            each = waiting.pop()
            self._steps += 1
            if self._steps > _MAX_STEPS:
                raise InputError(f"{self._path}: its groups hold each other too often to be counted.")
            if each in seen:
                continue
            seen.add(each)
            parts = [] if each in self._found.n_samples else self._found.group_subtasks.get(each, [])
            waiting += parts
            if not parts:
                leaves.add(each)
        return sorted(leaves)


def _run(task: str, found: _Results, leaves: list[str]) -> tuple[EvalRun, list[str]]:
    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.evals import IterationOutcome

    samples = [found.n_samples.get(each) for each in leaves]
    total = min(sum(each.original for each in samples if each), _MOST)
    completed = min(sum(each.effective for each in samples if each), _MOST)
    # A task whose size is not said could be of any size: then nothing is known to be complete.
    is_sized = bool(samples) and None not in samples
    completed = completed if is_sized else 0
    metrics, unusable = _metrics(task, found, completed)
    whole = 0 < total <= completed and bool(metrics)
    run = EvalRun(
        tool=name_of(f"lm-evaluation-harness {found.lm_eval_version or ''}"),
        name=name_of(task),
        metrics=metrics,
        completed=completed,
        total=total,
        outcome=IterationOutcome.PASSED if whole else IterationOutcome.FAILED,
        dataset=_dataset(task, found),
        created_at=_moment(found.date),
    )
    return run, list(_remarks(run, unusable, is_sized))


def _metrics(task: str, found: _Results, completed: int) -> tuple[dict[str, MetricValue], list[str]]:
    """A task's metrics by the tool's names, such as ``acc,none``, and the names of those without a number.

    A metric's key is its name and the filter of the answers, with a comma between; everything else in
    the results of a task is not a metric.
    """
    from tsr_agent.models.evals import MetricValue

    values = found.results[task]
    metrics, unusable = {}, []
    for key, each in values.items():
        metric, comma, chosen = key.partition(",")
        if not comma or _is_error(metric, chosen, values):
            continue
        value = finite(each)
        if value is None:
            unusable.append(key)
            continue
        higher = found.higher_is_better.get(task, {}).get(metric)
        n = _n(key, values, completed)
        error = finite(values.get(f"{metric}_stderr,{chosen}"))
        metrics[name_of(key)] = MetricValue(
            value=value,
            n=n,
            # Of one sample there is no standard error.
            standard_error=error if error is not None and error >= 0 and (n or 0) > 1 else None,
            lower_is_better=None if higher is None else not higher,
        )
    return metrics, unusable


def _is_error(metric: str, chosen: str, values: dict[str, Any]) -> bool:
    return metric.endswith("_stderr") and f"{metric.removesuffix('_stderr')},{chosen}" in values


def _n(key: str, values: dict[str, Any], completed: int) -> int | None:
    """Samples behind a metric: in a group some tasks may lack it, and the tool says how many are left."""
    counts = values.get("sample_count")
    stated = counts.get(key) if isinstance(counts, dict) else None
    if type(stated) is int and stated >= 0:
        return min(stated, completed)
    return completed or None


def _dataset(task: str, found: _Results) -> Dataset | None:
    from tsr_agent.models.evals import Dataset

    config, samples = found.configs.get(task), found.n_samples.get(task)
    if config is None and samples is None:
        return None
    names = (config.dataset_path, config.dataset_name) if config else ()
    digest = found.task_hashes.get(task)
    return Dataset(
        name=name_of("/".join(each for each in names if isinstance(each, str) and each) or task),
        digest=digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None,
        size=samples.original if samples else None,
    )


def _moment(seconds: object) -> datetime | None:
    number = finite(seconds)
    with suppress(OverflowError, OSError, ValueError):
        return None if number is None else datetime.fromtimestamp(number, UTC)
    return None


def _remarks(run: EvalRun, unusable: list[str], is_sized: bool) -> Iterator[str]:
    task = in_a_sentence(run.name)
    if not is_sized:
        yield f"{task}: the file does not say how many samples it has: none counts as completed."
    elif run.completed < run.total:
        yield f"{task}: {run.completed:,} of {run.total:,} samples were asked."
    if unusable:
        yield f"{task}: {in_a_sentence(', '.join(unusable[:10]))}: no finite number; left out."
    if not run.metrics:
        yield f"{task}: there is no figure of any metric."
