"""Metrics, eval history and failure modes of two reports as lines to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.comparison.evals import lower_is_better
from tsr_agent.comparison.failure_modes import FailureModeNews
from tsr_agent.sections.changes import (
    BETTER,
    DOUBTFUL,
    OTHER,
    SAME,
    WORSE,
    ChangeRow,
    SideCell,
)
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, count, counted, figure, short_sha, words

if TYPE_CHECKING:
    from tsr_agent.comparison.evals import IterationBrief, IterationChanges, MetricChange, SampleChanges
    from tsr_agent.comparison.failure_modes import FailureModeChange
    from tsr_agent.models.evals import FailureMode, MetricValue
    from tsr_agent.sections.marks import Mark

_EVALS = Target(Kind.SECTION, "evals")
_NEWS = {
    FailureModeNews.NEW: "is new",
    FailureModeNews.REOPENED: "is open again",
    FailureModeNews.GONE: "is no longer listed",
    FailureModeNews.CHANGED: "changed",
    FailureModeNews.FIXED: "is fixed",
}


def metric_row(change: MetricChange) -> ChangeRow:
    """A metric then and now, how sure the difference is, and what became of the samples."""
    worse = change.is_worse
    mark = OTHER if worse is None else WORSE if worse else BETTER
    label = one_line(change.metric, 200) if "/" in change.metric else one_line(words(change.metric), 60)
    difference = [_difference(change)] if change.difference is not None else []
    samples = [_samples(change.samples)] if change.samples is not None else []
    return ChangeRow(
        mark=mark,
        text=f"{label}: {_values(change.old, change.new)}",
        details=(*difference, *samples),
        name=label,
        old=metric_cell(change.old),
        new=metric_cell(change.new),
        note=_briefly(change),
        below=(*difference, *samples, direction(change)),
    )


def same_metric(name: str, value: MetricValue) -> ChangeRow:
    """A metric that both reports have alike."""
    label = one_line(name, 200) if "/" in name else one_line(words(name), 60)
    return ChangeRow(
        mark=SAME,
        text=f"{label}: {_values(value, value)}",
        name=label,
        old=metric_cell(value),
        new=metric_cell(value),
    )


def metric_cell(value: MetricValue | None) -> SideCell:
    """A value with its unit and its number of samples."""
    if value is None:
        return SideCell(text=NO_DATA)
    unit = one_line(value.unit, 20)
    said = f"{figure(value.value)} {unit}".rstrip()
    return SideCell(text=said if value.n is None else f"{said} (n {count(value.n)})", target=_EVALS)


def direction(change: MetricChange) -> str:
    """Which direction of a metric is worse."""
    lower = lower_is_better(change)
    if lower is None:
        return "Nobody says which direction is worse."
    return "Higher is worse." if lower else "Lower is worse."


def _briefly(change: MetricChange) -> str:
    """The difference and its interval in a column; what is below says how sure the interval is."""
    difference = change.difference
    if difference is None:
        return "no longer measured" if change.new is None else "newly measured"
    if difference == 0:
        return "same value, another n"
    said = f"{_signed_figure(difference)}"
    if change.interval is None:
        return said
    low, high = change.interval
    said = f"{said} ({_signed(low)} to {_signed(high)})"
    return f"{said}, may be chance" if low <= 0 <= high else said


def _signed_figure(number: float) -> str:
    return f"{'+' if number > 0 else '−'}{figure(abs(number))}"


def _values(old: MetricValue | None, new: MetricValue | None) -> str:
    """Both values, with unit and number of samples once where they are the same."""
    values = [NO_DATA if each is None else figure(each.value) for each in (old, new)]
    units = [one_line(each.unit, 20) if each is not None else "" for each in (old, new)]
    samples = [count(each.n) if each is not None and each.n is not None else "" for each in (old, new)]
    if old is not None and new is not None and units[0] != units[1]:
        values = [f"{value} {unit}".rstrip() for value, unit in zip(values, units, strict=True)]
        units = [""]
    unit = next(filter(None, units), "")
    said = f"{values[0]} → {values[1]}" + (f" {unit}" if unit else "")
    if not any(samples):
        return said
    if samples[0] == samples[1]:
        return f"{said} (n {samples[0]})"
    return f"{said} (n {samples[0] or NO_DATA} → {samples[1] or NO_DATA})"


def _difference(change: MetricChange) -> str:
    difference = change.difference or 0.0
    if difference == 0:
        return "the same value on another number of samples"
    said = f"{figure(abs(difference))} {'higher' if difference > 0 else 'lower'}"
    if change.interval is None:
        return said
    low, high = change.interval
    said += f"; at 95 % the difference is between {_signed(low)} and {_signed(high)}"
    return said + (", so it may be chance" if low <= 0 <= high else "")


def _signed(number: float) -> str:
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number):.3f}"


def _samples(found: SampleChanges) -> str:
    said = f"of {counted(found.compared, 'sample')} that both have, {count(found.worse)} got worse"
    said += f" and {count(found.better)} better"
    named = ", ".join(one_line(each, 60) for each in found.first_worse[:5])
    more = f" and {found.worse - 5:,} more" if found.worse > 5 else ""
    return f"{said}: {named}{more}" if named else said


def failure_mode_row(change: FailureModeChange) -> ChangeRow:
    """A failure mode and what became of it."""
    mode = change.new or change.old
    name = f" {one_line(mode.name, 200)}" if mode is not None and mode.name else ""
    news = _NEWS[change.news]
    mark = _failure_mode_mark(change)
    was, now = _standing(change.old), _standing(change.new)
    told = f"{was} → {now}" if was and now else now or f"was {was}"
    return ChangeRow(
        mark=mark,
        text=f"{one_line(change.id)} {news}:{name or ' (no name)'} ({told})",
        name=f"{one_line(change.id)}{name}",
        old=failure_mode_cell(change.old),
        new=failure_mode_cell(change.new),
        note=news,
    )


def same_failure_mode(mode: FailureMode) -> ChangeRow:
    """A failure mode that stands as it stood."""
    name = f"{one_line(mode.id)} {one_line(mode.name, 200)}".rstrip()
    cell = failure_mode_cell(mode)
    return ChangeRow(mark=SAME, text=f"{name} ({cell.text})", name=name, old=cell, new=cell)


def failure_mode_cell(mode: FailureMode | None) -> SideCell:
    """Severity and status."""
    if mode is None:
        return SideCell(text="not listed")
    return SideCell(text=_standing(mode), target=Target(Kind.FAILURE_MODE, mode.id))


def _failure_mode_mark(change: FailureModeChange) -> Mark:
    if change.news is FailureModeNews.FIXED:
        return BETTER
    if change.news is FailureModeNews.NEW and change.new is not None:
        return OTHER if change.new.resolution_status.value == "fixed" else WORSE
    return WORSE if change.news is FailureModeNews.REOPENED else DOUBTFUL


def _standing(mode: FailureMode | None) -> str:
    if mode is None:
        return ""
    return f"{mode.severity.value}, {mode.resolution_status.value.replace('_', ' ')}"


def iteration_rows(changed: IterationChanges) -> list[ChangeRow]:
    """What became of the eval history."""
    rows = []
    if changed.old != changed.new:
        text = f"Latest iteration: {_iteration(changed.old)} → {_iteration(changed.new)}"
        mark = DOUBTFUL if changed.new is None or changed.new.outcome.value == "failed" else OTHER
        data = _other_data(changed.old, changed.new)
        rows.append(
            ChangeRow(
                mark=mark,
                text=text,
                details=data,
                name="Latest iteration",
                old=iteration_cell(changed.old),
                new=iteration_cell(changed.new),
                note="other data" if data else "",
                below=data,
            )
        )
    for numbers, said in (
        (changed.vanished, "of A that B no longer has"),
        (changed.told_otherwise, "that B tells otherwise: name, outcome or data set"),
    ):
        if numbers:
            named = ", ".join(f"{each:,}" for each in numbers[:10]) + (" …" if len(numbers) > 10 else "")
            rows.append(ChangeRow(mark=DOUBTFUL, text=f"Iterations {said}: {named}"))
    return rows


def iteration_cell(brief: IterationBrief | None) -> SideCell:
    """Number, name and outcome."""
    target = Target(Kind.ITERATION, str(brief.iteration)) if brief is not None else None
    return SideCell(text=_iteration(brief), target=target)


def _iteration(brief: IterationBrief | None) -> str:
    if brief is None:
        return "none"
    return f"{brief.iteration:,} {one_line(brief.version_name, 60)} ({brief.outcome.value})"


def _other_data(old: IterationBrief | None, new: IterationBrief | None) -> tuple[str, ...]:
    if old is None or new is None or old.dataset == new.dataset:
        return ()
    names = [
        "no data set named"
        if each.dataset is None
        else one_line(each.dataset.name, 100)
        + (f" {short_sha(each.dataset.digest)}" if each.dataset.digest else "")
        for each in (old, new)
    ]
    return (f"measured on other data: {names[0]} → {names[1]}",)
