"""Cases without children are read in columns: they must be what each is when it is read by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from hypothesis import example, given
from hypothesis import strategies as st

from tsr_agent.ingest.bounded_text import MAX_TEXT
from tsr_agent.ingest.junit_plain import Durations, plain_cases
from tsr_agent.ingest.junit_stream import JUnitStream
from tsr_agent.ingest.limits import Limits

if TYPE_CHECKING:
    from tsr_agent.models.results import TestCase

LONG = MAX_TEXT // 4
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\ufffe\uffff"), max_size=5),
    st.sampled_from(["", "\n", "a\nb", "\t", "\x7f", "\x85", "\u2028", "é", "a::b", "\n\n"]),
    st.sampled_from([LONG - 1, LONG, 2 * LONG - 2, 2 * LONG, 4 * LONG]).map(lambda length: "x" * length),
)
TIMES = st.sampled_from(["0.5", "1", "", "-1"])


def read(cases: list[tuple[str, str, str]], more: str = "") -> tuple[TestCase, ...]:
    """Cases of a file, the last with another attribute."""
    quoted = [tuple(quoteattr(each, {"\t": "&#9;"}) for each in case) for case in cases]
    starts = [f"<testcase classname={owner} name={name} time={time}" for owner, name, time in quoted]
    inner = "".join(f"{start}/>" for start in starts[:-1]) + f"{starts[-1]} {more}/>"
    stream = JUnitStream("unit.xml", Limits())
    return tuple(stream.run([f"<testsuite name='s'>{inner}</testsuite>".encode()]).ledger.findings())


@given(st.lists(st.tuples(NAMES, NAMES, TIMES), min_size=1, max_size=6))
@example([("c", "a\nb", "1"), ("c", "b", "1")])
@example([("c", "\x7f", "1")])
@example([("c", "\t", "1")])
@example([("c", "a", "1"), ("c", "", "1"), ("c", "b", "1")])
@example([("", "a", "1")])
@example([("c", "x" * (2 * LONG), "1"), ("x" * (2 * LONG), "b", "1")])
def test_cases_in_columns_are_those_that_are_read_one_by_one(cases: list[tuple[str, str, str]]) -> None:
    assert read(cases) == read(cases, more="file=''")


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6))
def test_columns_hold_only_names_that_need_no_look(names: list[tuple[str, str]]) -> None:
    rows = [["classname", owner, "name", name, "time", "1"] for owner, name in names]
    found = plain_cases(rows, Durations())
    ids = [f"{owner}::{name}" for owner, name in names]
    if found is not None:
        assert all(each.isprintable() and len(each) <= MAX_TEXT for each in ids)
        assert all(owner and name for owner, name in names)
        assert found.characters == sum(map(len, ids))


def test_usual_names_are_read_in_columns() -> None:
    rows = [["classname", "a.B", "name", f"test_{'é' * 500}_{number}", "time", "1"] for number in range(200)]
    assert plain_cases(rows, Durations()) is not None
