"""Test runs of DeepEval: ``.deepeval/.latest_test_run.json`` and the files it exports."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.ingest.eval_values import (
    different,
    error_text,
    finite,
    first_remarks,
    in_a_sentence,
    name_of,
    refuse_too_many_metrics,
)
from tsr_agent.ingest.heads import top_level_keys
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.ingest.reader import Parts
from tsr_agent.ingest.whole_file import json_tree, read_whole
from tsr_agent.models.base import Count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import PurePath

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.evals import EvalCase, MetricValue

FILE_NAMES = (".latest_test_run.json", ".latest_run_full.json")
_TOP = "testRunData"
_LINK = "testRunLink"
_MOST = 2**53
_NEAR = 1e-9


class _MetricData(msgspec.Struct):
    """What one metric gave one test case."""

    name: str
    success: bool | None = None
    score: Any = None
    error: str | None = None

    def number(self) -> float | None:
        """The score; None where the metric broke or gave none."""
        return None if self.error is not None or self.success is None else finite(self.score)


class _Span(msgspec.Struct, rename="camel"):
    """One step inside a traced test case."""

    metrics_data: list[_MetricData] | None = None


class _Trace(msgspec.Struct, rename="camel"):
    """The steps that a test case was made of, by their kind."""

    agent_spans: list[_Span] | None = None
    base_spans: list[_Span] | None = None
    llm_spans: list[_Span] | None = None
    retriever_spans: list[_Span] | None = None
    tool_spans: list[_Span] | None = None

    def judgements(self) -> Iterator[_MetricData]:
        """What the metrics gave the steps."""
        for spans in (
            self.agent_spans,
            self.tool_spans,
            self.retriever_spans,
            self.llm_spans,
            self.base_spans,
        ):
            for span in spans or ():
                yield from span.metrics_data or ()


class _TestCase(msgspec.Struct, rename="camel"):
    """One question and answer, or one conversation."""

    name: str = ""
    success: bool | None = None
    metrics_data: list[_MetricData] | None = None
    trace: _Trace | None = None

    def judgements(self) -> list[_MetricData]:
        """What the metrics gave it and its steps; the tool passes over a case that has no list of its own."""
        if self.metrics_data is None:
            return []
        return [*self.metrics_data, *(self.trace.judgements() if self.trace else ())]

    def is_complete(self) -> bool:
        """Every metric gave it, and each of its steps that is measured, a score."""
        return _is_complete(self.judgements())


def _is_complete(judgements: Sequence[_MetricData]) -> bool:
    return bool(judgements) and all(each.number() is not None for each in judgements)


class _MetricScores(msgspec.Struct):
    """One metric over all test cases."""

    metric: str
    scores: list[Any] = []
    passes: Count = 0
    fails: Count = 0
    errors: Count = 0


class _TestRun(msgspec.Struct, rename="camel"):
    """One call of ``evaluate`` or of ``deepeval test run``."""

    test_cases: list[_TestCase] = []
    conversational_test_cases: list[_TestCase] = []
    metrics_scores: list[_MetricScores] = []
    test_file: str | None = None
    identifier: str | None = None
    test_passed: Count | None = None
    test_failed: Count | None = None
    dataset_alias: str | None = None


@dataclass
class _Tally:
    """One metric, counted over the test cases."""

    scores: list[float] = field(default_factory=list)
    passes: int = 0
    errors: int = 0


class DeepEvalReader:
    """Reads one test run; each metric's figures are counted again from the test cases.

    Args:
        limits: Bounds on the file and on its test cases.
    """

    name = "DeepEval test run"

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def recognise(self, head: bytes, path: PurePath) -> str | None:
        """Takes JSON with ``testRunData`` or ``testRunLink`` at the top, or with the keys of an export.

        Takes the tool's own two names too, so that a damaged file is unreadable and not overlooked.
        """
        keys = top_level_keys(head)
        for key in (_TOP, _LINK):
            if key in keys:
                return f"JSON with {key} at the top"
        if "testCases" in keys and (b'"metricsData"' in head or "conversationalTestCases" in keys):
            return "JSON with testCases at the top and their metricsData"
        return f"named {path.name}" if path.name in FILE_NAMES else None

    def read(self, stream: BinaryIO, path: str) -> Parts:
        """Reads all test cases, conversations too.

        Raises:
            InputError: Not a test run, only the link to one, or beyond a bound.
        """
        run = _test_run(read_whole(stream, path, self._limits, "json_bytes"), path, self._limits)
        cases = [*run.test_cases, *run.conversational_test_cases]
        if len(cases) > self._limits.eval_cases:
            raise beyond(self._limits, "eval_cases", path)
        return _parts(run, cases, path)


def _test_run(document: bytes, path: str, limits: Limits) -> _TestRun:
    # Python's json, which the tool writes with, writes NaN as it is.
    tree = json_tree(document, path, limits, non_finite=True)
    if isinstance(tree, dict) and _LINK in tree and _TOP not in tree:
        raise InputError(
            f"{path}: it holds only the link to a test run on a server; "
            "hand over the run that DEEPEVAL_RESULTS_FOLDER keeps."
        )
    body = tree[_TOP] if isinstance(tree, dict) and _TOP in tree else tree
    if not isinstance(body, dict) or "testCases" not in body:
        raise InputError(f"{path}: not a DeepEval test run: it has no testCases.")
    try:
        return msgspec.convert(body, _TestRun)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: not a DeepEval test run: {in_a_sentence(str(error))}.") from error


def _parts(run: _TestRun, cases: list[_TestCase], path: str) -> Parts:
    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.models.evals import Dataset, IterationOutcome

    tallies = _tallies(cases)
    refuse_too_many_metrics(len(tallies) + len(run.metrics_scores), path)
    metrics, doubts = _metrics(run, tallies)
    # Errors that no test case shows count against the cases all the same.
    stated = sum(each.errors for each in run.metrics_scores)
    hidden = max(0, stated - sum(each.errors for each in tallies.values()))
    total = min(max(len(cases), (run.test_passed or 0) + (run.test_failed or 0)), _MOST)
    completed = max(0, sum(each.is_complete() for each in cases) - hidden)
    failed = _failed(run, cases) or bool(doubts) or not 0 < total <= completed
    found = EvalRun(
        tool="DeepEval",
        name=name_of(run.identifier or run.test_file or "test run"),
        metrics=metrics,
        completed=completed,
        total=total,
        outcome=IterationOutcome.FAILED if failed else IterationOutcome.PASSED,
        dataset=Dataset(name=name_of(run.dataset_alias)) if run.dataset_alias else None,
        cases=_cases(cases),
    )
    return Parts(eval_runs=(found,), remarks=(*_remarks(found), *first_remarks(doubts)))


def _failed(run: _TestRun, cases: list[_TestCase]) -> bool:
    """Whether the tool counts a failed test, or a case has no verdict."""
    return bool(run.test_failed) or not all(each.success for each in cases)


def _tallies(cases: list[_TestCase]) -> dict[str, _Tally]:
    found: dict[str, _Tally] = defaultdict(_Tally)
    for case in cases:
        for each in case.judgements():
            tally, number = found[each.name], each.number()
            if number is None:
                tally.errors += 1
            else:
                tally.scores.append(number)
                tally.passes += bool(each.success)
    return found


def _metrics(run: _TestRun, tallies: dict[str, _Tally]) -> tuple[dict[str, MetricValue], tuple[str, ...]]:
    """Mean and pass rate of each metric, and remarks on metrics whose two accounts differ.

    The tool's own summary is held against the test cases.
    """
    metrics: dict[str, MetricValue] = {}
    doubts = []
    summaries: dict[str, _Tally | None] = {}
    for each in run.metrics_scores:
        summaries[each.metric] = _summary(each) if each.metric not in summaries else None
    for name in sorted({*tallies, *summaries}):
        counted, stated = tallies.get(name, _Tally()), summaries.get(name, tallies.get(name))
        if stated is None or not _agree(counted, stated):
            doubts.append(
                f"metricsScores and the test cases differ on {in_a_sentence(name)}; it is left out."
            )
        else:
            metrics |= _figures(name, stated)
    return metrics, tuple(doubts)


def _summary(stated: _MetricScores) -> _Tally | None:
    """The tool's summary of a metric; None where it contradicts itself."""
    numbers = [number for each in stated.scores if (number := finite(each)) is not None]
    unscored = len(stated.scores) - len(numbers)
    if stated.passes + stated.fails != len(stated.scores):
        return None
    # A score that is no number broke; whether it was counted as passed is not said, so the worse is taken.
    return _Tally(scores=numbers, passes=max(0, stated.passes - unscored), errors=stated.errors + unscored)


def _agree(counted: _Tally, stated: _Tally) -> bool:
    return (
        len(counted.scores) == len(stated.scores)
        and counted.passes >= stated.passes
        and counted.errors == stated.errors
        and all(map(_is_near, sorted(counted.scores), sorted(stated.scores)))
    )


def _is_near(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_NEAR, abs_tol=_NEAR)


def _figures(name: str, tally: _Tally) -> dict[str, MetricValue]:
    from tsr_agent.models.evals import MetricValue

    n = len(tally.scores)
    judged = n + tally.errors
    found = {}
    mean = finite(sum(each / n for each in tally.scores)) if n else None
    if mean is not None:
        found[name_of(f"{name}/mean")] = MetricValue(value=mean, n=n)
    if judged:
        # What broke did not pass: a rate over what is left would be better than the truth.
        found[name_of(f"{name}/pass_rate")] = MetricValue(
            value=tally.passes / judged, n=judged, lower_is_better=False, minimum=0.0, maximum=1.0
        )
    return found


def _cases(cases: list[_TestCase]) -> tuple[EvalCase, ...]:
    names = different(name_of(each.name) or f"test case {number}" for number, each in enumerate(cases, 1))
    return tuple(_case(name, each) for name, each in zip(names, cases, strict=True))


def _case(name: str, case: _TestCase) -> EvalCase:
    from tsr_agent.models.evals import EvalCase

    judgements = case.judgements()
    complete = _is_complete(judgements)
    return EvalCase(
        id=name,
        passed=case.success if complete else None,
        scores=_scores(judgements),
        error="" if complete else _why_incomplete(judgements),
    )


def _scores(judgements: Sequence[_MetricData]) -> dict[str, float]:
    """Scores by metric; steps that are measured alike are numbered."""
    scored = [(each, number) for each in judgements if (number := each.number()) is not None]
    names = different(name_of(each.name) for each, _ in scored)
    return {name: number for name, (_, number) in zip(names, scored, strict=True)}


def _why_incomplete(judgements: Sequence[_MetricData]) -> str:
    errors = [f"{each.name}: {each.error}" for each in judgements if each.error]
    return error_text("\n".join(errors)) or "Not every metric gave the test case a score."


def _remarks(run: EvalRun) -> tuple[str, ...]:
    remarks = []
    if run.completed < run.total:
        remarks.append(f"{run.completed:,} of {run.total:,} test cases were scored by every metric.")
    if not run.total:
        remarks.append("The test run lists no test case.")
    if not run.metrics:
        remarks.append("The test run holds no figure of any metric.")
    return tuple(remarks)
