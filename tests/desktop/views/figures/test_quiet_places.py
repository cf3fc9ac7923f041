"""Words of a threshold stand on nothing that is drawn, where anything is free."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from qtpy.QtCore import QPointF, QRectF

from aitr_desktop.views.figures.quiet_places import QuietPlaces

WIDTH, HEIGHT = 600.0, 168.0
points = st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), min_size=1, max_size=12)


def test_with_nothing_drawn_they_stand_above_the_line_at_the_right_end() -> None:
    place = QuietPlaces(WIDTH, HEIGHT).place(120, 14, 40)
    assert place == QRectF(WIDTH - 6 - 120, 26, 120, 14)


def test_below_the_line_where_it_is_at_the_top() -> None:
    assert QuietPlaces(WIDTH, HEIGHT).place(120, 14, 5).top() == 5


def test_a_marker_at_either_end_moves_them() -> None:
    for x in (2.0, WIDTH - 40):
        quiet = QuietPlaces(WIDTH, HEIGHT)
        quiet.take_line([QPointF(x, 20.0)])
        place = quiet.place(120, 14, 26)
        assert not place.contains(QPointF(x, 20.0))
        assert place.top() in (12, 26)


def test_two_labels_of_thresholds_close_to_each_other_do_not_lie_on_each_other() -> None:
    quiet = QuietPlaces(WIDTH, HEIGHT)
    found: list[QRectF] = []
    for level in (30.0, 33.0, 36.0, 39.0):
        found.append(quiet.place(120, 14, level))
        quiet.take(found[-1])
    assert not any(one.intersects(other) for one in found for other in found if one is not other)


@given(points, st.floats(0, HEIGHT), st.floats(10, WIDTH))
def test_they_are_in_the_plot_and_on_no_marker_unless_everything_is_taken(
    drawn: list[tuple[float, float]], level: float, words: float
) -> None:
    quiet = QuietPlaces(WIDTH, HEIGHT)
    line = [QPointF(*each) for each in sorted(drawn)]
    quiet.take_line(line)
    place = quiet.place(words, 14, level)
    assert QRectF(-1, -1, WIDTH + 2, HEIGHT + 2).contains(place)
    free = QuietPlaces(WIDTH, HEIGHT)
    assert free.place(words, 14, level).height() == place.height()
    if words < 100 and len(line) == 1:
        assert not place.contains(line[0])


def test_a_history_without_end_and_a_plot_without_room_are_no_trouble() -> None:
    quiet = QuietPlaces(WIDTH, HEIGHT)
    quiet.take_line(QPointF(place / 10, 80.0) for place in range(6_000))
    assert quiet.place(120, 14, 20).top() == 6
    assert QuietPlaces(0, 0).place(120, 14, 20).left() == 0
    assert QuietPlaces(-5, 10).place(120, 14, 20).left() == 0
