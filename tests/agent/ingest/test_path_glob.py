"""Patterns over paths mean what the same regular expression means, and cost no more than they are long."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.path_glob import matches_path

MEANINGS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def as_expression(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(MEANINGS.get(part, re.escape(part)) for part in parts)


@given(st.text("ab/*?", max_size=8), st.text("ab/", max_size=10))
def test_a_pattern_means_what_its_regular_expression_means(pattern: str, path: str) -> None:
    assert matches_path(pattern, path) is bool(re.fullmatch(as_expression(pattern), path, re.DOTALL))


def test_many_stars_against_a_long_name_have_an_answer() -> None:
    # A regular expression would try them in more ways than there are atoms in a grain of sand.
    assert not matches_path("*a" * 100 + "b", "a" * 4_000)
    assert matches_path("*a" * 100 + "*", "a" * 4_000)
    assert not matches_path("**/*a" * 50 + "b", "a/a" * 1_000)
