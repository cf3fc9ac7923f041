from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.library.listing import Order, Query, SortKey, order_from
from aitr_desktop.library.saved_filters import MAX_LENGTH, filter_from, filter_name, filter_text, saved
from tsr_agent.models.decision import GoNoGoDecision

texts = st.text(max_size=60)
days = st.dates(date(1970, 1, 1), date(9999, 12, 30))
dated = st.one_of(
    st.builds(lambda since, until: {"since": since, "until": until}, st.none() | days, st.none() | days),
    st.builds(lambda period: {"period": period}, st.integers(1, 3_660)),
)
judged = st.one_of(
    st.builds(lambda decision: {"decision": decision}, st.none() | st.sampled_from(GoNoGoDecision)),
    st.just({"not_judged": True}),
)
queries = st.builds(
    lambda environment, branch, repository, sha, text, dates, decision: Query(
        environment=environment or None,
        branch=branch,
        repository=repository or None,
        sha=sha,
        text=text,
        **dates,
        **decision,
    ),
    st.none() | texts,
    st.none() | texts,
    st.none() | texts,
    st.text("0123456789abcdef", max_size=64),
    texts,
    dated,
    judged,
)


@given(queries)
def test_a_filter_comes_back_as_it_was_saved(query: Query) -> None:
    text = filter_text(query)
    assert len(text) <= MAX_LENGTH
    assert filter_from(text) == query


@given(
    st.text(max_size=200)
    | st.recursive(st.none() | st.booleans() | st.integers() | texts, st.lists).map(json.dumps)
)
def test_nonsense_is_no_filter_and_breaks_nothing(text: str) -> None:
    found = filter_from(text)
    assert found is None or filter_from(filter_text(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        '{"environment": 1}',
        '{"decision": "GO"}',
        '{"unknown": "x"}',
        '{"period": 0}',
        '{"period": true}',
        '{"period": 7, "since": "2026-01-01"}',
        '{"since": "yesterday"}',
        '{"text": "' + "x" * 1_001 + '"}',
        "[" * 5_000,
        "[]",
        "",
    ],
)
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    assert filter_from(text) is None


def test_filters_that_cannot_be_read_are_left_out_and_the_others_sorted() -> None:
    kept = saved({"b": filter_text(Query(text="x")), "A": filter_text(Query(branch="main")), "c": "{"})
    assert list(kept) == ["A", "b"]


def test_a_name_is_one_line_of_some_length() -> None:
    assert filter_name("  my \n filter ") == "my filter"
    assert filter_name(" \t") == ""
    assert len(filter_name("x" * 500)) == 80


@pytest.mark.parametrize("by", SortKey)
@pytest.mark.parametrize("descending", [True, False])
def test_an_order_comes_back_as_it_was_kept(by: SortKey, descending: bool) -> None:
    order = Order(by, descending)
    assert order_from(str(order)) == order


@pytest.mark.parametrize("text", ["", "branch", "branch sideways", "nothing up", "created down down"])
def test_an_order_that_is_none_is_the_newest_first(text: str) -> None:
    assert order_from(text) == Order()


def test_sorting_by_the_same_again_turns_the_order_round() -> None:
    assert Order().turned_to(SortKey.BRANCH) == Order(SortKey.BRANCH, descending=False)
    assert Order(SortKey.BRANCH, descending=False).turned_to(SortKey.BRANCH) == Order(SortKey.BRANCH)
    assert Order(SortKey.BRANCH).turned_to(SortKey.CREATED) == Order()
