"""Which names of environments may be slips for one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.gate.policies.environment_names import look_alikes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("prod", "production"),
        ("dev", "development"),
        ("test", "testing"),
        ("staging", "stagin"),
        ("staging", "stagnig"),
        ("production", "productoin"),
        ("production", "prodction"),
    ],
)
def test_a_slip(one: str, other: str) -> None:
    assert look_alikes([one, other]) == [tuple(sorted((one, other)))]
    assert look_alikes([other, one, "elsewhere"]) == [tuple(sorted((one, other)))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("production", "preproduction"),
        ("prod", "prod-eu"),
        ("eu-west", "us-west"),
        ("shard-1", "shard-2"),
        ("test1", "test12"),
        ("qa", "uat"),
        ("a", "b"),
        ("", "x"),
        ("eu", "europe"),
        ("staging", "production"),
    ],
)
def test_no_slip(one: str, other: str) -> None:
    assert look_alikes([one, other]) == []


@given(st.sets(st.text(max_size=80), max_size=5))
def test_the_order_does_not_matter(names: set[str]) -> None:
    assert look_alikes(sorted(names)) == look_alikes(sorted(names, reverse=True))
