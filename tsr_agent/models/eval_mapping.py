"""What a person says about runs of eval tools in ``[evals]`` of aitr.toml: their iteration and our names."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tsr_agent.errors import UsageError
from tsr_agent.models.base import Count, Record
from tsr_agent.models.evals import IterationOutcome
from tsr_agent.models.form_problems import problems_of
from tsr_agent.models.forms import ready

COMPLETENESS = "completeness"
"""Computed from the counts of the runs, so that no metric of a tool may be given this name."""

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Pattern = Annotated[str, Meta(min_length=1, max_length=1_000)]


class EvalRunRule(Record, frozen=True, kw_only=True):
    """The iteration that some runs belong to, and what a person says of them."""

    file: _Pattern
    """Pattern of their files, as those of ``[types]``."""
    run: _Pattern = "*"
    """Pattern of their names within the file; ``*`` stands for anything, a slash too."""
    iteration: Count
    version_name: _Name | None = None
    prompt_version: _Name | None = None
    outcome: IterationOutcome | None = None
    """A person's word over the tool's own, never over a run that broke."""
    metrics: dict[_Name, _Name] = msgspec.field(default_factory=dict)
    """The tool's name and ours; looked at before ``[evals.metrics]``."""


class EvalMapping(Record, frozen=True, kw_only=True):
    """The whole of ``[evals]``."""

    metrics: dict[str, str] = msgspec.field(default_factory=dict)
    """The tool's name and ours, for every run."""
    runs: tuple[EvalRunRule, ...] = ()
    """The first that matches a run holds."""


def read_metric_names(written: Any, where: str) -> dict[str, str]:
    """The table of metric names.

    Args:
        written: What the TOML file holds.
        where: File and key, for messages.

    Raises:
        UsageError: It is no table of texts, a name is blank, or ``completeness`` is mapped.
    """
    names: dict[str, str] = _converted(written, dict[_Name, _Name], where)
    _refuse_odd_names(names, where)
    return names


def read_run_rules(written: Any, where: str) -> tuple[EvalRunRule, ...]:
    """The rules of ``[[evals.runs]]``.

    Args:
        written: What the TOML file holds.
        where: File and key, for messages.

    Raises:
        UsageError: It is no list of tables, or one has an unknown key or an impossible value.
    """
    rules: tuple[EvalRunRule, ...] = _converted(written, tuple[EvalRunRule, ...], where)
    for place, rule in enumerate(rules):
        _refuse_odd_names(rule.metrics, f"{where}[{place}].metrics")
        for key in ("file", "run", "version_name", "prompt_version"):
            value = getattr(rule, key)
            if value is not None and not (value.strip() and value.isprintable()):
                raise UsageError(f"{where}[{place}].{key}: expected printable characters, got {value!r}.")
    return rules


def _converted(written: Any, form: Any, where: str) -> Any:
    problems = problems_of(written, form, "")
    if problems:
        path, _, what = problems[0].partition(": ")
        raise UsageError(
            f"{where}{path}: {what.rstrip('.')}.", details=[where + each for each in problems[1:]]
        )
    return msgspec.convert(written, ready(form))


def _refuse_odd_names(names: dict[str, str], where: str) -> None:
    for theirs, ours in names.items():
        if not (theirs.strip() and ours.strip() and ours.isprintable()):
            raise UsageError(f"{where}: expected names of printable characters, got {theirs!r} = {ours!r}.")
        if COMPLETENESS in (theirs, ours):
            raise UsageError(
                f"{where}: {COMPLETENESS} is computed from the counts of the runs and can't be mapped.",
                next_step="Give the tool's metric another name.",
            )
