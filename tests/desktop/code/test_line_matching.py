"""What two sequences have in common: always true, the best where it is affordable, bounded always."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.line_matching import STEPS, Matching, fewest_edits, matching

ITEMS = st.lists(st.integers(0, 4), max_size=30)


def longest_common(old: list[int], new: list[int]) -> int:
    """The length of the longest common subsequence, the slow and certain way."""
    best = [0] * (len(new) + 1)
    for item in old:
        before = 0
        for place, other in enumerate(new):
            above = best[place + 1]
            best[place + 1] = before + 1 if item == other else max(best[place], above)
            before = above
    return best[-1]


@given(old=ITEMS, new=ITEMS, steps=st.sampled_from([0, 1, 5, 30, STEPS]))
def test_what_matches_is_the_same_and_in_order(old: list[int], new: list[int], steps: int) -> None:
    found, is_whole = matching(old, new, steps)
    for match in found:
        assert match.length > 0
        assert old[match.old : match.old + match.length] == new[match.new : match.new + match.length]
    for one, other in pairwise(found):
        assert one.old + one.length <= other.old
        assert one.new + one.length <= other.new
        assert (one.old + one.length, one.new + one.length) != (other.old, other.new)
    assert is_whole or steps < STEPS


@given(old=ITEMS, new=ITEMS)
def test_the_fewest_edits_keep_the_most(old: list[int], new: list[int]) -> None:
    pairs, _ = fewest_edits(old, new, STEPS)
    assert pairs is not None
    assert all(old[place] == new[other] for place, other in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))
    assert len(pairs) == longest_common(old, new)


@given(items=ITEMS)
def test_the_same_is_one_match(items: list[int]) -> None:
    found = matching(items, items)
    assert found == Matching([(0, 0, len(items))] if items else [], True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([0, 1] * 10_000, [1, 0, 0] * 7_000),
        (list(range(20_000)), list(reversed(range(20_000)))),
        ([place % 140 for place in range(20_000)], [place * 7 % 139 for place in range(20_000)]),
        # In each turn one line is the only one of its kind, and the rest is left for the next.
        (
            [item for number in range(10_000) for item in (number + 1, number)],
            [item for number in range(10_000) for item in (-number - 1, number)],
        ),
        ([0] * 20_000, [0] * 10_000 + [1] + [0] * 9_000),
    ],
    ids=["two lines", "reversed", "periods", "nested", "one line"],
)
def test_what_was_made_to_take_long_takes_no_longer_than_the_budget(old: list[int], new: list[int]) -> None:
    """What is looked at is counted, so that this holds on any machine."""
    looked = 0

    class Counting(list[int]):
        def __getitem__(self, place: object) -> object:  # type: ignore[override]
            nonlocal looked
            found = super().__getitem__(place)  # type: ignore[index]
            looked += len(found) if isinstance(found, list) else 1
            return found

    matching(Counting(old), Counting(new), 200_000)
    assert looked < 1_000_000


@given(old=ITEMS, new=ITEMS, steps=st.integers(0, 60))
def test_the_steps_of_a_search_are_bounded(old: list[int], new: list[int], steps: int) -> None:
    pairs, taken = fewest_edits(old, new, steps)
    whole, needed = fewest_edits(old, new, STEPS)
    # A row is looked at to its end; none has more steps than both sides together have items.
    assert taken <= steps + 2 * (len(old) + len(new)) + 1
    assert (pairs, taken) == (whole, needed) if pairs is not None else needed > steps
