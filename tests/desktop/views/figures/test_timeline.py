from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtWidgets import QGraphicsRectItem, QGraphicsTextItem

from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.item_models.figures import Timeline, eval_timeline
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.views.figures.timeline import TimelineView
from aitr_desktop.views.figures.timeline_axis import TimeAxis, labelled
from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.models.decision import EvidenceRef
from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.figures.plots import PanelPlot

BAD = "<b>x</b><img src=file:///etc/passwd> & \u202emoc.exe\x00"


def figure(iterations: Iterable[EvalIterationSummary], **bounds: str) -> Timeline:
    decided = msgspec.structs.replace(
        full_decision(),
        rules=tuple(
            reports.rule(name, expected=text, evidence=(EvidenceRef(iteration=1, metric=name),))
            for name, text in bounds.items()
        ),
    )
    return eval_timeline(reports.report(eval_iterations=tuple(iterations)), decided, twin="Eval iterations")[
        0
    ]


def iteration(number: int, name: str = "x", **metrics: Any) -> EvalIterationSummary:
    return EvalIterationSummary(
        iteration=number, version_name=name, outcome=IterationOutcome.PASSED, metrics=metrics
    )


def plots(view: TimelineView) -> list[PanelPlot]:
    from aitr_desktop.views.figures.plots import PanelPlot

    return [each for panel in view.panels() for each in panel.findChildren(PanelPlot) if not each.isHidden()]


@pytest.fixture
def timeline(qtbot: QtBot, theme: ThemeController) -> TimelineView:
    view = TimelineView(theme)
    view.resize(760, 400)
    qtbot.addWidget(view)
    view.show_figure(figure(reports.iterations(), accuracy="accuracy ≥ 0.85"))
    view.show()
    view.setFocus()
    return view


@pytest.fixture
def drawn(qtbot: QtBot, timeline: TimelineView) -> TimelineView:
    timeline.plots_are_here()
    qtbot.waitUntil(lambda: len(plots(timeline)) == len(timeline.panels()))
    return timeline


def test_it_says_what_it_shows_before_anything_is_drawn(timeline: TimelineView) -> None:
    assert timeline.accessibleName() == "Eval timeline"
    assert timeline.accessibleDescription().startswith(
        "3 iterations, V1 to V3. Accuracy 0.71 to 0.912, must be ≥ 0.85."
    )
    assert len(timeline.panels()) == 2
    assert plots(timeline) == []


def test_keys_go_along_the_iterations_and_say_their_values(qtbot: QtBot, timeline: TimelineView) -> None:
    assert timeline.current == 2
    said = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(timeline, key)
        said.append(timeline.accessibleDescription())
    values = "Accuracy 0.64; Grounding score 0.31; Avg length 412.5"
    assert (
        said[0]
        == said[3]
        == (
            "V3 RAG, the latest: Accuracy 0.912; Grounding score 0.95; Avg length 412.5. "
            "No failure mode found or fixed."
        )
    )
    assert said[1] == f"V2 No RAG: {values}. No failure mode found or fixed."
    assert said[2].endswith("▲ 1 failure mode found: FM-1.")


def test_the_mouse_shows_an_iteration_and_leaves_it_again(qtbot: QtBot, timeline: TimelineView) -> None:
    panel = timeline.panels()[0]
    place = panel.pos() + QPoint(round(panel.axis.pixel(0)) + 20, panel.height() // 2)
    qtbot.mouseMove(timeline, place)
    assert timeline.current == 0
    timeline.event(QEvent(QEvent.Type.Leave))
    assert timeline.current == 2


def test_enter_and_a_click_lead_to_the_row_of_the_iteration(qtbot: QtBot, timeline: TimelineView) -> None:
    led: list[Target] = []
    timeline.chosen.connect(led.append)
    qtbot.keyClick(timeline, Qt.Key.Key_Return)
    panel = timeline.panels()[1]
    place = panel.pos() + QPoint(round(panel.axis.pixel(1)), panel.height() // 2)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place)
    assert led == [Target(Kind.ITERATION, "3"), Target(Kind.ITERATION, "2")]


def test_the_plot_stands_exactly_above_its_axis(drawn: TimelineView) -> None:
    for width in (760, 500, 1400):
        drawn.resize(width, drawn.height())
        drawn.grab()
        for panel, plot in zip(drawn.panels(), plots(drawn), strict=True):
            for place in panel.axis.places:
                there = plot._box.mapViewToScene(QPointF(place, 0.5)).x()
                assert there == pytest.approx(panel.axis.pixel(place), abs=1.5)


def test_the_wheel_and_the_mouse_go_through_the_plot(drawn: TimelineView) -> None:
    for panel in drawn.panels():
        assert drawn.childAt(panel.geometry().center()) is None


@pytest.mark.parametrize(
    "iterations",
    [
        [iteration(1, a=0.5)],
        [iteration(number, a=number / 100, b=math.nan if number % 3 else 7e300) for number in range(100)],
        [iteration(1, **{f"m{number}": 10.0**number for number in range(20)})],
        [iteration(1, a=0.5, b=7), iteration(2, a=0.5, b=7), iteration(9, a=0.5, b=7)],
        [iteration(1, a=-1e308), iteration(2, a=1e308), iteration(2**53, a=5e-324)],
        [iteration(1, a=MetricValue(value=1e308, standard_error=1e308, unit="ms")), iteration(1, b=1)],
    ],
    ids=["one", "hundred", "twenty metrics", "identical", "huge and negative", "one number twice"],
)
def test_odd_histories_are_drawn(qtbot: QtBot, drawn: TimelineView, iterations: list[Any]) -> None:
    shown = figure(iterations, a="a ≥ 0.4, a ≤ 0.6", b="b ≤ 1e+300")
    drawn.show_figure(shown)
    qtbot.waitUntil(lambda: len(plots(drawn)) == len(shown.series.panels))
    assert not drawn.grab().isNull()
    for place in range(len(shown.series.steps)):
        assert drawn.told(place)


def test_text_from_a_report_is_drawn_as_it_stands(qtbot: QtBot, drawn: TimelineView) -> None:
    drawn.show_figure(figure([iteration(1, BAD, **{BAD: 0.5, "b": 0.4})], **{BAD: f"{BAD} ≥ 0.3"}))
    qtbot.waitUntil(lambda: len(plots(drawn)) == 1)
    scene = plots(drawn)[0].scene()
    texts = [each.document() for each in scene.items() if isinstance(each, QGraphicsTextItem)]
    # The axis has a label of its own, which stays empty.
    said = [each.toPlainText() for each in texts if not each.isEmpty()]
    assert said == ["<b>x</b><img src=file:///et… ≥ 0.3"]
    assert "⟨U+202E⟩moc.exe⟨U+0000⟩" in drawn.told(0)


def test_a_changed_theme_draws_anew(drawn: TimelineView, theme: ThemeController) -> None:
    pictures = []
    for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST):
        theme.choose(choice)
        pictures.append(drawn.grab().toImage())
        ground = pictures[-1].pixelColor(drawn.width() // 2, drawn.panels()[0].geometry().top() + 30)
        assert ground.isValid()
    assert pictures[0] != pictures[1] != pictures[2]


def test_another_report_keeps_no_plot_of_the_last_one(qtbot: QtBot, drawn: TimelineView) -> None:
    drawn.show_figure(figure([iteration(1, a=0.5)]))
    assert plots(drawn) == []
    qtbot.waitUntil(lambda: len(plots(drawn)) == 1)
    assert len(drawn.panels()) == 1


def test_nothing_is_drawn_after_the_widget_is_gone(qtbot: QtBot, theme: ThemeController) -> None:
    view = TimelineView(theme)
    view.show_figure(figure(reports.iterations()))
    view.plots_are_here()
    view.deleteLater()
    with qtbot.waitSignal(view.destroyed):
        pass
    theme.choose(ThemeChoice.DARK)


@pytest.mark.parametrize("count", [1, 2, 7, 100, 3000])
@pytest.mark.parametrize("width", [60.0, 400.0, 1900.0])
def test_labels_never_lie_on_each_other(theme: ThemeController, count: int, width: float) -> None:
    from qtpy.QtGui import QFont, QFontMetricsF

    steps = figure(iteration(number, a=1) for number in range(1, count + 1)).series.steps
    axis = TimeAxis(places=tuple(step.place for step in steps), left=44, width=width)
    metrics = QFontMetricsF(QFont())
    chosen = labelled(steps, axis, metrics, kept=count // 2)
    assert count // 2 in chosen
    ends = [
        (axis.pixel(steps[each].place), metrics.horizontalAdvance(steps[each].label) / 2) for each in chosen
    ]
    assert all(one[0] + one[1] <= other[0] - other[1] for one, other in pairwise(ends))


def test_drawing_again_leaves_nothing_of_the_last_time(qtbot: QtBot, drawn: TimelineView) -> None:
    def items() -> list[int]:
        return [len(plot.scene().items()) for plot in plots(drawn)]

    first = items()
    for _ in range(3):
        drawn.show_figure(figure(reports.iterations(), accuracy="accuracy ≥ 0.85"))
        qtbot.waitUntil(lambda: len(plots(drawn)) == len(drawn.panels()) and not drawn.is_drawing)
    assert items() == first


def test_lines_lie_upon_thresholds_and_their_labels(drawn: TimelineView) -> None:
    import pyqtgraph

    items = plots(drawn)[0].scene().items()
    heights = {kind: {each.zValue() for each in items if type(each) is kind} for kind in map(type, items)}
    # The box has rectangles of its own, far above.
    band, label = min(heights[QGraphicsRectItem]), max(heights[pyqtgraph.TextItem])
    assert band < label < min(heights[pyqtgraph.PlotCurveItem] | heights[pyqtgraph.ScatterPlotItem])
