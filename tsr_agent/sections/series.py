"""The numbers behind the charts: shares of outcomes by test type, eval metrics over the iterations."""

from __future__ import annotations

import math
import re
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.evals import ResolutionStatus, latest_iteration
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.scales import SHARES, Scale, scale_for
from tsr_agent.sections.wording import NO_DATA, counted, figure, rule_state, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.models.evals import EvalIterationSummary, FailureMode, MetricValue
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import TestTypeResult

NAMED = 4
"""Metrics that a summary tells one by one."""
LONGEST_GAP = 3
"""Steps of room that a gap in the iterations' numbers takes at most."""
PER_PANEL = 6
"""Lines that one panel can tell apart."""
MOST_PANELS = 12


_NUMBER = re.compile(r"(-?\d{1,25}(?:\.\d{1,25})?(?:e[+-]?\d{1,3})?)(?:, |$)")


class Part(Enum):
    """What a test came to, as a part of a bar."""

    PASSED = Mark("✓", "passed", Tone.GO)
    XFAILED = Mark("✓", "failed as expected", Tone.MUTED)
    FLAKY = Mark("▲", "flaky", Tone.PENDING)
    XPASSED = Mark("✕", "passed unexpectedly", Tone.PENDING)
    FAILED = Mark("✕", "failed", Tone.NO_GO)
    ERROR = Mark("■", "errors", Tone.NO_GO)
    SKIPPED = Mark("–", "skipped", Tone.MUTED)

    @property
    def mark(self) -> Mark:
        """Sign, word and tone."""
        return self.value


class Segment(msgspec.Struct, frozen=True):
    """A part of a bar that has tests in it."""

    part: Part
    number: int

    def __str__(self) -> str:
        """Sign, number and word: ``✕ 2 failed``."""
        word = "error" if self.part is Part.ERROR and self.number == 1 else self.part.mark.word
        return f"{self.part.mark.sign} {self.number:,} {word}"


class TypeBar(msgspec.Struct, frozen=True, kw_only=True):
    """One test type. A flaky test stands under flaky alone, though the table counts it as passed, too."""

    key: str
    """The type's value, ``unit``."""
    name: str
    segments: tuple[Segment, ...]
    """Those with tests in them, in the order of ``Part``."""
    executed: int
    """Tests that ran to an outcome."""

    @property
    def total(self) -> int:
        """Tests of all segments."""
        return sum(each.number for each in self.segments)

    def __str__(self) -> str:
        """In a sentence without its point."""
        if not self.segments:
            return f"{self.name}: {NO_DATA}"
        said = ", ".join(str(each)[2:] for each in self.segments)
        nothing = f"{NO_DATA}, " if self.executed <= 0 else ""
        return f"{self.name}: {nothing}{said} of {self.total:,}"


def type_bars(report: TestSummaryReport) -> tuple[TypeBar, ...]:
    """The test types as bars, in the report's order."""
    return tuple(_bar(each) for each in report.test_results)


def bars_summary(bars: Sequence[TypeBar]) -> str:
    """The bars in a sentence each."""
    return " ".join(f"{each}." for each in bars)


def _bar(result: TestTypeResult) -> TypeBar:
    numbers = {
        Part.PASSED: max(0, result.passed - result.flaky),
        Part.XFAILED: result.xfailed,
        Part.FLAKY: result.flaky,
        Part.XPASSED: result.xpassed,
        Part.FAILED: result.failed,
        Part.ERROR: result.errors,
        Part.SKIPPED: result.skipped,
    }
    return TypeBar(
        key=result.test_type.value,
        name="End to end" if result.test_type.value == "e2e" else words(result.test_type.value),
        segments=tuple(Segment(part, numbers[part]) for part in Part if numbers[part] > 0),
        executed=result.executed,
    )


class Point(msgspec.Struct, frozen=True):
    """A metric in one iteration."""

    value: float
    error: float
    """Standard error; 0 where none is known."""
    text: str
    """As the table writes it, with error and unit."""


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule of the decision asks of a metric."""

    value: float
    is_least: bool
    """Values below fail; otherwise those above do."""
    text: str
    """``≥ 0.85``, the number as the rule writes it."""
    rule: str
    """Its id as the decision writes it."""
    state: Mark


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over all iterations."""

    name: str
    """On one line, and short enough to be a legend."""
    unit: str
    better: str
    """``lower is better``, ``higher is better``, or empty where nobody says."""
    points: tuple[Point | None, ...]
    """One for each step; None where it has no finite number."""
    bounds: tuple[Bound, ...]


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics that share an axis."""

    title: str
    scale: Scale
    lines: tuple[Line, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One iteration."""

    number: int
    place: float
    """On the axis, 0 for the first. Gaps in the numbers leave room, long ones not more than some steps."""
    label: str
    """``V3``."""
    name: str
    is_latest: bool
    found: tuple[str, ...]
    """Ids of the failure modes that were discovered in it."""
    fixed: tuple[str, ...]
    """Ids of those that were resolved in it and have not come back."""


class EvalSeries(msgspec.Struct, frozen=True, kw_only=True):
    """The eval history as lines."""

    steps: tuple[Step, ...]
    panels: tuple[Panel, ...]
    left_out: tuple[str, ...]
    """Names of metrics that are in the table alone: without a finite number, or beyond the last panel."""

    def lines(self) -> tuple[Line, ...]:
        """All that are drawn, in order."""
        return tuple(line for panel in self.panels for line in panel.lines)


def eval_series(report: TestSummaryReport, decision: Decision | None) -> EvalSeries:
    """The eval history, oldest first, with the bounds of the decision's rules."""
    ordered = sorted(report.eval_iterations, key=lambda each: each.iteration)
    lines = [
        _line(ordered, name, unit, _bounds(decision, name))
        for name, unit in _names_and_units(ordered).values()
    ]
    drawn = [line for line in lines if any(line.points)]
    panels = _panels(drawn)
    nothing = [line.name for line in lines if not any(line.points)]
    beyond = [line.name for panel in panels[MOST_PANELS:] for line in panel.lines]
    return EvalSeries(
        steps=_steps(report, ordered),
        panels=tuple(panels[:MOST_PANELS]),
        left_out=(*nothing, *beyond),
    )


def series_summary(series: EvalSeries) -> str:
    """The history in a few sentences: its ends, the first metrics, the failure modes."""
    if not series.steps:
        return ""
    first, last = series.steps[0], series.steps[-1]
    reach = first.label if first is last else f"{first.label} to {last.label}"
    said = [f"{counted(len(series.steps), 'iteration')}, {reach}."]
    lines = sorted(series.lines(), key=lambda line: not line.bounds)
    said += [_told(line) for line in lines[:NAMED]]
    more = len(lines) - NAMED
    said += [f"{counted(more, 'more metric')}."] if more > 0 else []
    found, fixed = (
        sum(map(len, each)) for each in zip(*((s.found, s.fixed) for s in series.steps), strict=True)
    )
    said.append(f"{counted(found, 'failure mode')} found and {fixed:,} fixed on the way.")
    return " ".join(said)


def _told(line: Line) -> str:
    """A line in a sentence: first value, last value, what is asked."""
    known = [point for point in line.points if point is not None]
    way = known[0].text if len(known) == 1 else f"{known[0].text} to {known[-1].text}"
    asked = f", must be {' and '.join(each.text for each in line.bounds)}" if line.bounds else ""
    gone = f"; {NO_DATA} in the latest" if line.points[-1] is None else ""
    return f"{line.name} {way}{asked}{gone}."


def _names_and_units(ordered: Iterable[EvalIterationSummary]) -> dict[tuple[str, str], tuple[str, str]]:
    """Metrics in the order in which they appear. The same name in another unit is another metric."""
    units: dict[str, list[str]] = {}
    for iteration in ordered:
        for name in iteration.metrics:
            metric = iteration.metric(name)
            known = units.setdefault(name, [])
            if metric is not None and metric.unit not in known:
                known.append(metric.unit)
    return {(name, unit): (name, unit) for name, known in units.items() for unit in known or [""]}


def _line(ordered: Sequence[EvalIterationSummary], name: str, unit: str, bounds: tuple[Bound, ...]) -> Line:
    found = [_metric(each, name, unit) for each in ordered]
    said = [each.lower_is_better for each in found if each is not None and each.lower_is_better is not None]
    if not said and len({each.is_least for each in bounds}) == 1:
        said = [not bounds[0].is_least]
    return Line(
        name=one_line(name if "/" in name or "," in name else words(name), 60),
        unit=one_line(unit, 20),
        better=("lower is better" if said[-1] else "higher is better") if said else "",
        points=tuple(None if each is None else _point(each) for each in found),
        bounds=bounds,
    )


def _metric(iteration: EvalIterationSummary, name: str, unit: str) -> MetricValue | None:
    metric = iteration.metric(name)
    return metric if metric is not None and metric.unit == unit else None


def _point(metric: MetricValue) -> Point:
    error = metric.standard_error or 0.0
    is_error = 0 < error < float("inf")
    text = figure(metric.value) + (f" ± {figure(error)}" if is_error else "")
    unit = f" {one_line(metric.unit, 20)}" if metric.unit else ""
    return Point(value=float(metric.value), error=error if is_error else 0.0, text=text + unit)


def _bounds(decision: Decision | None, name: str) -> tuple[Bound, ...]:
    """What the rules on a metric ask of it, from what the decision has on record."""
    if decision is None:
        return ()
    from tsr_agent.gate.wording import plain

    rules = [rule for rule in decision.rules if rule.check == "eval_metric"]
    return tuple(bound for rule in rules for bound in _bounds_of(rule, plain(name)))


def _bounds_of(rule: RuleResult, name: str) -> list[Bound]:
    """The bounds of a rule, which writes ``NAME ≥ 0.85, NAME ≤ 0.99, n ≥ 200``; none where it means another.

    A rule without evidence names its metric only there, where a name could pretend to be a bound.
    """
    about = next((each.metric for each in rule.evidence if each.metric), "")
    means_it = about == name if about else not ({"≥", "≤"} & set(name))
    found, rest = [], rule.expected
    while means_it and rest.startswith((f"{name} ≥ ", f"{name} ≤ ")):
        sign, after = rest[len(name) + 1], rest[len(name) + 3 :]
        number = _NUMBER.match(after)
        if number is None or not math.isfinite(float(number[1])):
            break
        found.append(
            Bound(
                value=float(number[1]),
                is_least=sign == "≥",
                text=f"{sign} {number[1]}",
                rule=rule.id,
                state=rule_state(rule),
            )
        )
        rest = after[number.end() :]
    return found


def _panels(lines: Sequence[Line]) -> list[Panel]:
    """Shares together, everything else by itself; what a rule looks at first."""
    shares = sorted((each for each in lines if _is_share(each)), key=lambda line: not line.bounds)
    others = sorted((each for each in lines if not _is_share(each)), key=lambda line: not line.bounds)
    made = [
        Panel(title="Shares, 0 to 1", scale=SHARES, lines=tuple(shares[start : start + PER_PANEL]))
        for start in range(0, len(shares), PER_PANEL)
    ]
    return made + [Panel(title=_title(line), scale=scale_for(_reach(line)), lines=(line,)) for line in others]


def _title(line: Line) -> str:
    return line.name + (f" ({line.unit})" if line.unit else "")


def _is_share(line: Line) -> bool:
    return not line.unit and all(0 <= value <= 1 for value in _reach(line))


def _reach(line: Line) -> list[float]:
    """Everything that the line's axis has to hold."""
    points = [point for point in line.points if point is not None]
    ends = [end for each in points for end in (each.value - each.error, each.value + each.error)]
    bounds = [each.value for each in line.bounds]
    return [value for value in (*ends, *bounds) if abs(value) != float("inf")] or [0.0]


def _steps(report: TestSummaryReport, ordered: Sequence[EvalIterationSummary]) -> tuple[Step, ...]:
    latest = latest_iteration(report.eval_iterations)
    found, fixed = _found_and_fixed(ordered)
    steps: list[Step] = []
    for iteration in ordered:
        before = steps[-1] if steps else None
        gap = 0 if before is None else min(max(iteration.iteration - before.number, 1), LONGEST_GAP)
        again = before is not None and before.number == iteration.iteration
        steps.append(
            Step(
                number=iteration.iteration,
                place=gap + (before.place if before is not None else 0.0),
                label=f"V{iteration.iteration:,}",
                name=one_line(iteration.version_name, 120),
                is_latest=iteration is latest,
                # Of two iterations with one number, the first has what the number has.
                found=() if again else tuple(found.get(iteration.iteration, ())),
                fixed=() if again else tuple(fixed.get(iteration.iteration, ())),
            )
        )
    return tuple(steps)


def _found_and_fixed(
    ordered: Sequence[EvalIterationSummary],
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Ids of failure modes by the iteration that found and that fixed them.

    The last iteration that lists a mode says what became of it: one that is open again was not fixed.
    """
    found: dict[int, list[str]] = {}
    fixed: dict[int, list[str]] = {}
    last: dict[str, tuple[int, list[FailureMode]]] = {}
    first: dict[str, int] = {}
    for iteration in ordered:
        for mode in iteration.failure_modes:
            first[mode.id] = min(
                first.get(mode.id, mode.discovered_in_iteration), mode.discovered_in_iteration
            )
            number, listed = last.get(mode.id, (-1, []))
            if number != iteration.iteration:
                listed = []
            last[mode.id] = (iteration.iteration, [*listed, mode])
    for identity, number in first.items():
        found.setdefault(number, []).append(one_line(identity, 80))
    for identity, (_, listed) in last.items():
        resolved = [each.resolved_in_iteration for each in listed]
        if all(each.resolution_status is ResolutionStatus.FIXED for each in listed) and None not in resolved:
            fixed.setdefault(max(filter(None, resolved), default=0), []).append(one_line(identity, 80))
    return found, fixed
