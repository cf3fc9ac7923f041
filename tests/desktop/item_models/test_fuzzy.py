from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.item_models.fuzzy import MAX_TEXT, MAX_TYPED, _worth, folded, match

LETTERS = st.text(st.sampled_from("ab cAB-ßİé"), max_size=9)


def is_inside(wanted: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in wanted)


def best_by_trying_all(wanted: str, text: str) -> int | None:
    """The best score of every way there is to place the letters."""
    scores = [
        sum(_worth(text, place) for place in places)
        + sum(6 for one, other in pairwise(places) if other == one + 1)
        for places in combinations(range(len(text)), len(wanted))
        if all(text[place] == letter for place, letter in zip(places, wanted, strict=True))
    ]
    return max(scores, default=None)


@pytest.mark.parametrize(
    ("typed", "text", "places"),
    [
        ("hc", "High contrast", (0, 5)),
        ("high c", "High contrast", (0, 1, 2, 3, 5)),
        ("THEME", "View › Theme", (7, 8, 9, 10, 11)),
        ("re", "Import report", (7, 8)),
        ("", "Refresh", ()),
    ],
)
def test_word_starts_and_letters_in_a_row_are_preferred(
    typed: str, text: str, places: tuple[int, ...]
) -> None:
    found = match(typed, text)
    assert found is not None
    assert found.places == places


@given(LETTERS, LETTERS)
def test_a_text_matches_exactly_where_the_letters_are_in_it_in_their_order(typed: str, text: str) -> None:
    wanted = "".join(folded(typed).split())
    found = match(typed, text)
    assert (found is not None) == is_inside(wanted, folded(text))
    if found is not None:
        assert len(found.places) == len(wanted)
        assert list(found.places) == sorted(set(found.places))
        assert "".join(folded(text)[place] for place in found.places) == wanted


@given(LETTERS.filter(str.strip), LETTERS)
def test_no_placement_is_better_than_the_one_that_is_taken(typed: str, text: str) -> None:
    wanted = "".join(folded(typed).split())
    found = match(typed, text)
    assert (found.score if found else None) == best_by_trying_all(wanted, folded(text))


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_taken_and_no_more_of_it_than_is_bearable(typed: str, text: str) -> None:
    found = match(typed, text)
    if found is not None:
        assert len(found.places) <= MAX_TYPED
        assert all(place < MAX_TEXT for place in found.places)


@given(st.text())
def test_folding_keeps_every_letter_in_its_place(text: str) -> None:
    assert len(folded(text)) == len(text)
