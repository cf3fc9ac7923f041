"""Durations as tools write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.inputs import read
from tsr_agent.ingest.durations import MAX_DURATION_MS, milliseconds
from tsr_agent.ingest.junit import JUnitReader
from tsr_agent.ingest.limits import Limits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0.0),
        ("0.001", 1.0),
        ("1.5", 1_500.0),
        (" 1.5 ", 1_500.0),
        (".5", 500.0),
        ("1E-07", 0.0001),
        ("1,024.12", 1_024_120.0),
        ("1.024,5", 1_024_500.0),
        ("0,160", 160.0),
        ("12,5", 12_500.0),
        ("80.803us", 0.080803),
        ("3 ms", 3.0),
        ("250ns", 0.00025),
        ("2s", 2_000.0),
        ("1,024", None),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("1e9", None),
        ("1_0", None),
        ("１", None),
        ("1.2.3", None),
        ("1,2,3", None),
        ("0x10", None),
        ("soon", None),
    ],
)
def test_durations(text: str, expected: float | None) -> None:
    assert milliseconds(text) == expected


def test_a_negative_zero_is_zero() -> None:
    assert math.copysign(1, milliseconds("-0.0") or 1.0) == 1


@given(st.text(max_size=20) | st.from_regex(r"[0-9.,eE+-]{0,12}(us|ms)?", fullmatch=True))
def test_any_text_is_a_possible_duration_or_none(text: str) -> None:
    duration = milliseconds(text)
    assert duration is None or 0 <= duration <= MAX_DURATION_MS


@given(st.floats(0, 1e6))
def test_what_python_writes_is_read_back(seconds: float) -> None:
    duration = milliseconds(repr(seconds))
    assert duration is not None
    assert duration == pytest.approx(seconds * 1_000, abs=1e-6)


def test_the_longest_durations_of_the_most_cases_add_up_to_what_a_report_holds() -> None:
    assert MAX_DURATION_MS * Limits().cases < 2**53
    assert milliseconds("2678401") is None


def test_a_time_that_no_test_can_have_taken_is_remarked() -> None:
    parts = read(JUnitReader(), '<testsuite><testcase classname="c" name="a" time="31000000"/></testsuite>')
    assert parts.cases[0].duration_ms is None
    assert parts.remarks == ("Times that no test can have taken are not kept, such as '31000000'.",)
