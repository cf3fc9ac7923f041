"""Numbers as words: short, and on the right side of a bound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.gate.wording import counted, exact, figure, listed, plain, titled, whole
from tsr_agent.statistics.intervals import wilson_interval

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.812, 0.85, "0.812"),
        (0.8499, 0.85, "0.8499"),
        (0.85, 0.85, "0.85"),
        (0.8500000000000001, 0.85, "0.8500000000000001"),
        (1234567.0, 0.85, "1234567"),
        (1234.56, 0.85, "1234.6"),
        (812.5, 800.0, "812.5"),
        (1e-05, 0.85, "0.00001"),
        (799.6, 800.0, "799.6"),
    ],
)
def test_figure(value: float, bound: float, text: str) -> None:
    assert figure(value, [bound]) == text


@given(finite, finite)
def test_a_figure_stands_on_the_same_side_of_the_bound_as_its_value(value: float, bound: float) -> None:
    shown = float(figure(value, [bound]))
    assert (shown < bound, shown > bound) == (value < bound, value > bound)


@given(finite)
def test_an_exact_bound_reads_back(value: float) -> None:
    assert float(exact(value)) == value


def test_words() -> None:
    assert (counted(1, "case"), counted(1250, "case")) == ("1 case", "1,250 cases")
    assert counted(2, "branch", "branches") == "2 branches"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and 1 more"
    assert (titled("grounding_score"), titled("  ")) == ("Grounding score", "(no name)")
    assert whole(10**5_000) == "more than 9,007,199,254,740,992"


def test_untrusted_text_is_cut_and_fit_to_be_written() -> None:
    assert plain("x" * 300).endswith("…")
    assert len(plain("x" * 300)) == 200
    assert plain("\ud800") == "?"
    assert plain(7) == "(int)"


def test_wilson_interval_against_published_values() -> None:
    # Newcombe 1998, Statistics in Medicine 17: 81 of 263, and 0 of 20.
    low, high = wilson_interval(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = wilson_interval(0.0, 20)
    assert (round(low, 4), round(high, 4)) == (0.0, 0.1611)


@given(st.integers(1, 10**6), st.data())
def test_the_interval_holds_the_share(n: int, data: st.DataObject) -> None:
    share = data.draw(st.integers(0, n)) / n
    low, high = wilson_interval(share, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
