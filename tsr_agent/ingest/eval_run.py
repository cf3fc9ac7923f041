"""What an eval tool's file says of one run, in the tool's own words, before anybody maps it to ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tsr_agent.models.evals import IterationOutcome, MetricValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tsr_agent.models.evals import Dataset, EvalCase

COMPLETENESS = "completeness"
"""The metric that every reader of a tool's file gives: the share of the samples that were scored."""


@dataclass(frozen=True, kw_only=True)
class EvalRun:
    """One run of one task, suite or prompt column. A file holds one or several."""

    tool: str
    """Name and, where the file says it, version: ``promptfoo 0.121.20``."""
    name: str
    """What tells the runs of a file apart and a person recognises: task, prompt label and provider."""
    metrics: Mapping[str, MetricValue] = field(default_factory=dict)
    """By ``scorer/metric`` as the tool names them, such as ``includes/accuracy`` or ``acc,none``; with n,
    standard error, direction and scale where the tool gives them. Never by a name of ours, except
    ``completeness``, which is computed."""
    completed: int
    """Samples that were run and scored without an error."""
    total: int
    """Samples that the run was to score, repetitions (epochs) counted."""
    outcome: IterationOutcome = IterationOutcome.PASSED
    """The tool's own verdict: failed where it counts a failed or broken test, or did not end properly;
    a tool that knows no verdict (a benchmark) passes with its last sample."""
    broken: str = ""
    """Why the run did not end properly, in one sentence; nothing that anybody states makes it passed."""
    dataset: Dataset | None = None
    cases: tuple[EvalCase, ...] = ()
    created_at: datetime | None = None
    key: str = ""
    """The tool's own id of the run, the same in every copy of its file; empty where it gives none."""

    def completeness(self) -> MetricValue:
        """Share of the samples that were scored; 0 where there were none, which is no evidence at all."""
        total, completed = max(self.total, 0), max(self.completed, 0)
        share = min(completed / total, 1.0) if total else 0.0
        return MetricValue(value=share, n=total, minimum=0.0, maximum=1.0, lower_is_better=False)
