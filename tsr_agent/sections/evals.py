"""The eval history V1, V2, V3 … with its metrics, and the register of failure modes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import EvalCase, IterationOutcome, ResolutionStatus, Severity, latest_iteration
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, count, figure, words

if TYPE_CHECKING:
    from tsr_agent.models.evals import EvalIterationSummary, FailureMode, MetricValue
    from tsr_agent.models.report import TestSummaryReport

_OUTCOMES = {
    IterationOutcome.PASSED: Mark("✓", "passed", Tone.GO),
    IterationOutcome.IMPROVED: Mark("▲", "improved", Tone.PENDING),
    IterationOutcome.FAILED: Mark("✕", "failed", Tone.NO_GO),
}
STATUS_WORDS = {
    ResolutionStatus.OPEN: "open",
    ResolutionStatus.FIXED: "fixed",
    ResolutionStatus.WONT_FIX: "won't fix",
    ResolutionStatus.ACCEPTED_RISK: "accepted risk",
}
_WHOLE_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SEVERITY_ORDER = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)


class IterationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One eval iteration."""

    number: str
    name: str
    prompt_version: str
    outcome: Mark
    is_latest: bool
    metrics: tuple[str, ...]
    """In the order of the section's metric names; ``no data`` where this iteration has none."""
    samples: str
    """The metrics' n: one number where all agree, ``120 to 250`` where they do not, else ``no data``."""
    dataset: str
    tool: str
    """The eval tools that measured it; empty for a history written by hand."""
    details: tuple[str, ...]
    """One line for each metric that says more than its value, and for each that has a tool's own name."""
    fixes: tuple[str, ...]
    fix_targets: tuple[tuple[Target, ...], ...]
    """Of each fix the failure mode and the commit that it names."""
    modes: tuple[tuple[Mark, str, Target], ...]
    """The failure modes that it lists, as state and name."""
    failed: tuple[EvalCase, ...]
    """Its cases that did not pass, broke, or were not scored, where the tool gives results by case."""
    cases: int
    """How many cases the report holds of it."""
    target: Target

    @property
    def label(self) -> str:
        """Number and name; names such as ``V3 RAG`` carry their number already."""
        beginning = self.name[: len(self.number)].casefold()
        follows = self.name[len(self.number) : len(self.number) + 1]
        carries = beginning == self.number.casefold() and not follows.isalnum()
        return self.name if carries else f"{self.number} {self.name}".rstrip()


class EvalsSection(msgspec.Struct, frozen=True, kw_only=True):
    """The iterations in order of their number."""

    metric_names: tuple[str, ...]
    """Those with a name of ours. A tool's own, such as ``includes/accuracy``, stand among the details."""
    iterations: tuple[IterationRow, ...]


def evals(report: TestSummaryReport) -> EvalsSection:
    """The eval history, oldest first."""
    ordered = sorted(report.eval_iterations, key=lambda each: each.iteration)
    names = tuple(dict.fromkeys(name for each in ordered for name in each.metrics if not _is_a_tools(name)))
    latest = latest_iteration(report.eval_iterations)
    return EvalsSection(
        metric_names=tuple(one_line(words(name), 60) for name in names),
        iterations=tuple(_iteration_row(each, names, is_latest=each is latest) for each in ordered),
    )


def _iteration_row(
    iteration: EvalIterationSummary, names: tuple[str, ...], *, is_latest: bool
) -> IterationRow:
    return IterationRow(
        number=f"V{iteration.iteration:,}",
        name=one_line(iteration.version_name),
        prompt_version=one_line(iteration.prompt_version),
        outcome=outcome_mark(iteration.outcome),
        is_latest=is_latest,
        metrics=tuple(metric_text(iteration, name) for name in names),
        samples=_samples(iteration),
        dataset=_dataset(iteration),
        tool=one_line(iteration.tool, 200),
        details=tuple(filter(None, (_details(iteration, name) for name in iteration.metrics))),
        fixes=tuple(fix_text(each) for each in iteration.fixes_applied),
        fix_targets=tuple(_fix_targets(each) for each in iteration.fixes_applied),
        modes=tuple(_listed_mode(each) for each in iteration.failure_modes),
        failed=tuple(case for case in iteration.cases if case.passed is not True),
        cases=len(iteration.cases),
        target=Target(Kind.ITERATION, str(iteration.iteration)),
    )


def _listed_mode(mode: FailureMode) -> tuple[Mark, str, Target]:
    name = f"{one_line(mode.id, 100)}  {one_line(mode.name, 200)}"
    return mode_mark(mode.resolution_status, mode.severity), name, Target(Kind.FAILURE_MODE, mode.id)


def _fix_targets(record: dict[str, object]) -> tuple[Target, ...]:
    mode, commit = record.get("failure_mode"), record.get("commit")
    targets = [Target(Kind.FAILURE_MODE, mode)] if isinstance(mode, str) and mode else []
    if isinstance(commit, str) and _WHOLE_SHA.fullmatch(commit):
        targets.append(Target(Kind.COMMIT, commit))
    return tuple(targets)


def outcome_mark(outcome: IterationOutcome) -> Mark:
    """How an iteration ended."""
    return _OUTCOMES[outcome]


def metric_text(iteration: EvalIterationSummary, name: str) -> str:
    """A metric's value with its error and unit; ``no data`` where the iteration has none."""
    metric = iteration.metric(name)
    if metric is None:
        return NO_DATA
    return _value(metric)


def _is_a_tools(name: str) -> bool:
    return "/" in name or "," in name


def _value(metric: MetricValue) -> str:
    error = f" ± {figure(metric.standard_error)}" if metric.standard_error else ""
    return figure(metric.value) + error + (f" {one_line(metric.unit, 20)}" if metric.unit else "")


def _details(iteration: EvalIterationSummary, name: str) -> str:
    """A metric with its samples, error, direction and scale; empty where its column says all of it."""
    metric = iteration.metric(name)
    label = one_line(name, 200) if _is_a_tools(name) else one_line(words(name), 60)
    if metric is None:
        return f"{label}: {NO_DATA}" if _is_a_tools(name) else ""
    parts = [f"standard error {figure(metric.standard_error)}"] if metric.standard_error is not None else []
    if metric.lower_is_better is not None:
        parts.append("lower is better" if metric.lower_is_better else "higher is better")
    if metric.minimum is not None and metric.maximum is not None:
        parts.append(f"from {figure(metric.minimum)} to {figure(metric.maximum)}")
    if not parts and not _is_a_tools(name):
        return ""
    if metric.n is not None:
        parts.insert(0, f"n {metric.n:,}")
    unit = f" {one_line(metric.unit, 20)}" if metric.unit else ""
    return f"{label}: {'; '.join((figure(metric.value) + unit, *parts))}"


def _samples(iteration: EvalIterationSummary) -> str:
    metrics = (iteration.metric(name) for name in iteration.metrics)
    known = sorted({metric.n for metric in metrics if metric is not None and metric.n is not None})
    if not known:
        return NO_DATA
    return count(known[0]) if len(known) == 1 else f"{known[0]:,} to {known[-1]:,}"


def _dataset(iteration: EvalIterationSummary) -> str:
    if iteration.dataset is None:
        return ""
    size = iteration.dataset.size
    return one_line(iteration.dataset.name) + (f", {size:,} cases" if size is not None else "")


def fix_text(record: dict[str, object]) -> str:
    """What was changed, in a line."""
    said = record.get("description")
    if isinstance(said, str) and said.strip():
        mode = record.get("failure_mode")
        return one_line(said, 400) + (f" ({one_line(mode, 100)})" if isinstance(mode, str) and mode else "")
    return one_line(", ".join(f"{key}: {value}" for key, value in record.items()), 400)


def mode_mark(status: ResolutionStatus, severity: Severity) -> Mark:
    """What became of a failure mode."""
    word = STATUS_WORDS[status]
    if status is ResolutionStatus.FIXED:
        return Mark("✓", word, Tone.GO)
    if status is not ResolutionStatus.OPEN:
        return Mark("–", word, Tone.PENDING)
    if severity is Severity.CRITICAL:
        return Mark("✕", word, Tone.NO_GO)
    return Mark("▲", word, Tone.PENDING)
