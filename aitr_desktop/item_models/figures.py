"""Figures of a report as plain data: what a chart draws, what a screen reader says of it, and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.series import EvalSeries, Step, TypeBar


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedBars:
    """The outcomes of each test type as shares of a bar."""

    name: str
    """What a screen reader calls it."""
    summary: str
    """What it shows, in sentences made from its numbers."""
    twin: str
    """Name of the table in the same block that has the same numbers."""
    bars: tuple[TypeBar, ...]

    @staticmethod
    def target(bar: TypeBar) -> Target:
        """Where a bar leads: the row of its type."""
        return Target(Kind.TEST_TYPE, bar.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Eval metrics over the iterations."""

    name: str
    """What a screen reader calls it."""
    summary: str
    """What it shows, in sentences made from its numbers."""
    twin: str
    """Name of the table in the same block that has the same numbers."""
    series: EvalSeries

    @staticmethod
    def target(step: Step) -> Target:
        """Where a step leads: the row of its iteration."""
        return Target(Kind.ITERATION, str(step.number))


Figure: TypeAlias = StackedBars | Timeline


def outcome_bars(report: TestSummaryReport, *, twin: str) -> tuple[StackedBars, ...]:
    """The chart of the test results; none where there are none.

    Args:
        report: What was tested.
        twin: Name of the table with the same numbers.
    """
    from tsr_agent.sections.series import bars_summary, type_bars

    bars = type_bars(report)
    if not bars:
        return ()
    return (
        StackedBars(
            name=translate("Report", "Outcomes by test type"),
            summary=bars_summary(bars),
            twin=twin,
            bars=bars,
        ),
    )


def eval_timeline(report: TestSummaryReport, decision: Decision | None, *, twin: str) -> tuple[Timeline, ...]:
    """The chart of the eval history; none where no iteration has a number to draw.

    Args:
        report: What was evaluated.
        decision: Whose bounds are drawn.
        twin: Name of the table with the same numbers.
    """
    from tsr_agent.sections.series import eval_series, series_summary

    series = eval_series(report, decision)
    if not series.panels:
        return ()
    return (
        Timeline(
            name=translate("Report", "Eval timeline"),
            summary=series_summary(series),
            twin=twin,
            series=series,
        ),
    )
