"""Runs of eval tools and results of promptfoo, small and sound, with ways to change them."""

from __future__ import annotations

from typing import Any

import msgspec

from tsr_agent.ingest.eval_places import FileRuns
from tsr_agent.ingest.eval_run import EvalRun
from tsr_agent.models.evals import EvalIterationSummary, MetricValue


def eval_run(name: str = "rag-qa", /, **changed: Any) -> EvalRun:
    """Four samples, all scored."""
    values: dict[str, Any] = {
        "tool": "inspect_ai 0.3",
        "name": name,
        "metrics": {"includes/accuracy": MetricValue(value=0.9, n=4)},
        "completed": 4,
        "total": 4,
    }
    return EvalRun(**(values | changed))


def in_file(path: str, *runs: EvalRun) -> FileRuns:
    return FileRuns(path=path, runs=runs or (eval_run(),))


def row(test: int, *, prompt: int = 0, score: float = 1.0, **changed: Any) -> dict[str, Any]:
    """The result of one test, which has one assertion of the metric ``accuracy``."""
    passed = score >= 1.0
    return {
        "promptIdx": prompt,
        "testIdx": test,
        "success": passed,
        "failureReason": 0 if passed else 1,
        "latencyMs": 10 * (test + 1),
        "namedScores": {"accuracy": score},
        "gradingResult": {"namedScoreWeights": {"accuracy": 1}},
        "vars": {"q": f"question {test}"},
    } | changed


def broken_row(test: int, *, prompt: int = 0) -> dict[str, Any]:
    """The result of a test whose provider failed."""
    return row(
        test,
        prompt=prompt,
        success=False,
        failureReason=2,
        namedScores={},
        gradingResult=None,
        latencyMs=0,
        error="HTTP 503",
    )


def promptfoo(rows: list[dict[str, Any]], *, metrics: Any = None, **changed: Any) -> dict[str, Any]:
    """Results of one prompt with the sums that promptfoo would write for these rows."""
    scored = [each["namedScores"]["accuracy"] for each in rows if each["namedScores"]]
    sums = {
        "testPassCount": sum(each["success"] for each in rows),
        "testFailCount": sum(each["failureReason"] == 1 for each in rows),
        "testErrorCount": sum(each["failureReason"] == 2 for each in rows),
        "assertPassCount": sum(each == 1.0 for each in scored),
        "assertFailCount": sum(each != 1.0 for each in scored),
        "namedScores": {"accuracy": sum(scored)},
        "namedScoresCount": {"accuracy": len(scored)},
        "namedScoreWeights": {"accuracy": len(scored)},
        "cost": 0,
    } | (metrics or {})
    column = {"label": "answer", "raw": "Answer {{q}}", "provider": "echo", "metrics": sums}
    results = {"version": 3, "timestamp": "2026-11-22T21:02:59.000Z", "prompts": [column], "results": rows}
    tests = [{"vars": each["vars"]} for each in rows]
    return {
        "evalId": "eval-1",
        "results": results | changed,
        "config": {"description": "V1", "tests": tests},
        "metadata": {"promptfooVersion": "0.121.20"},
    }


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
