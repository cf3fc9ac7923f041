"""Where characters stand: in a grid, and where letters are wide, joined, stacked or read from the right."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aitr_desktop.code.text_lines import Line
from aitr_desktop.views.code.laid_line import FEWEST_COLUMNS, LaidLine, Measures, laid_line
from aitr_desktop.views.code.row_layout import GridRow, LaidOutRow

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

pytestmark = pytest.mark.qt_log_ignore("OpenType support missing", extend=True)
SIGNS = [*"ab (),\"'\t0", "é", "中", "א", "ב", "م", "ر", "😀", "\u0301", "\u200d"]
TEXTS = st.text(st.sampled_from(SIGNS), max_size=60)


@pytest.fixture
def measures(theme: ThemeController) -> Measures:
    return Measures(theme.code_font(13))


def lay(measures: Measures, text: str, wrap: float = 0.0) -> LaidLine:
    return laid_line(Line(text), measures, wrap=wrap)


def test_plain_code_is_a_grid_and_only_what_needs_it_is_laid_out(measures: Measures) -> None:
    for text in ("def f(x):", "\tx = 'é → ж ⟨'", "│ box", ""):
        assert isinstance(lay(measures, text).rows[0], GridRow), text
    for text in ("中文", "שלום", "مرحبا", "e\u0301", "👩\u200d👧"):
        assert isinstance(lay(measures, text).rows[0], LaidOutRow), text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=TEXTS.map(lambda each: each.replace("\u200d", "").replace("\u0301", "")))
def test_each_character_is_found_where_it_is_drawn(measures: Measures, text: str) -> None:
    laid = lay(measures, text)
    row = laid.rows[0]
    for place in range(len(laid.shown.drawn)):
        stretches = row.stretches(place, place + 1)
        if any(right - left < 1 for left, right in stretches):
            continue  # it has no width of its own: a mark, or a part of a joined sign
        left, right = stretches[0]
        found = row.place_at((left + right) / 2)
        # Of signs that are drawn as one, the first is found.
        first, last = row.stretches(found, found + 1)[0]
        assert first - 1 <= (left + right) / 2 <= max(last, right) + 1
        assert found <= place
    assert row.place_at(-5) == 0
    assert row.place_at(1e9) == len(laid.shown.drawn)


def test_signs_between_letters_from_the_right_stay_in_the_order_of_the_file(
    measures: Measures,
) -> None:
    """Otherwise two arguments would be drawn in place of each other."""
    text = 'call("שלום", "עולם", 5)'
    laid = lay(measures, text)
    row = laid.rows[0]
    lefts = []
    for column, sign in enumerate(text):
        if sign in '(",)5':
            place = laid.shown.to_drawn(column + 1) - 1
            lefts.append(row.stretches(place, place + 1)[0][0])
    assert lefts == sorted(lefts)
    word = text.index("שלום")
    first, last = laid.shown.to_drawn(word), laid.shown.to_drawn(word + 3)
    assert row.stretches(first, first + 1)[0][0] > row.stretches(last, last + 1)[0][0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.one_of(TEXTS.map(lambda each: each * 6), st.text(st.sampled_from("ab ,()"), max_size=400)))
def test_rows_of_a_wrapped_line_follow_each_other_and_fit(measures: Measures, text: str) -> None:
    wrap = 30 * measures.cell
    laid = lay(measures, text, wrap)
    ends = [(row.start, row.end) for row in laid.rows]
    assert ends[0][0] == 0
    assert ends[-1][1] == len(laid.shown.drawn)
    assert all(before[1] == after[0] for before, after in pairwise(ends))
    assert all(end > start for start, end in ends) or len(ends) == 1
    for row in laid.rows:
        row.seen(0, 1e6)
        seen = laid.shown.drawn[row.start : row.end].rstrip()
        if len(seen) > 1:
            # Spaces at the end may hang over: nobody sees them.
            assert max(right for _, right in row.stretches(row.start, row.start + len(seen))) <= wrap + 1
    for place in range(len(laid.shown.drawn)):
        row = laid.rows[laid.row_of(place)]
        assert row.start <= place < row.end


def test_a_row_ends_behind_a_word_where_that_leaves_it_mostly_full(measures: Measures) -> None:
    text = "alpha beta gamma delta epsilon zeta"
    laid = lay(measures, text, 24 * measures.cell)
    assert [text[row.start : row.end] for row in laid.rows] == ["alpha beta gamma delta ", "epsilon zeta"]
    laid = lay(measures, "x" * 50, 24 * measures.cell)
    assert [row.end - row.start for row in laid.rows] == [24, 24, 2]
    laid = lay(measures, "x" * 50, 1.0)
    assert laid.rows[0].end == FEWEST_COLUMNS


def test_of_a_long_row_only_what_is_looked_at_is_laid_out(measures: Measures) -> None:
    row = lay(measures, "中" * 10_000).rows[0]
    assert isinstance(row, LaidOutRow)
    assert row.width() > 0
    assert row.laid_out == 0
    row.seen(0, 800)
    assert 0 < row.laid_out <= 300
    row.place_at(5_000)
    assert row.laid_out <= 1_000
    assert row.x_at(10_000) == pytest.approx(row.width())


def test_tabs_and_written_out_characters_keep_the_columns_behind_them_right(measures: Measures) -> None:
    laid = lay(measures, "a\tb\u202ec")
    row, cell = laid.rows[0], measures.cell
    assert row.x_at(laid.shown.to_drawn(2)) == pytest.approx(4 * cell)
    assert row.x_at(laid.shown.to_drawn(4)) == pytest.approx(13 * cell)
    assert laid.shown.to_column(row.place_at(8.5 * cell)) == 3
