"""Eval runs as tests look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import EvalIterationSummary

if TYPE_CHECKING:
    from tsr_agent.ingest.eval_run import EvalRun


def as_iteration(run: EvalRun) -> EvalIterationSummary:
    """The run as the report would hold it; fails where a report can't."""
    iteration = EvalIterationSummary(
        iteration=1,
        version_name=run.name,
        outcome=run.outcome,
        metrics={**run.metrics, "completeness": run.completeness()},
        dataset=run.dataset,
        tool=run.tool,
        cases=run.cases,
    )
    return msgspec.json.decode(msgspec.json.encode(iteration), type=EvalIterationSummary)
