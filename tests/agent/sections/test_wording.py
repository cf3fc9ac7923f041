from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import shown_reports as reports
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.results import CaseStatus
from tsr_agent.sections import wording
from tsr_agent.sections.marks import Tone


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (None, "no data"),
        (-1, "no data"),
        (float("nan"), "no data"),
        (0, "0 ms"),
        (0.2, "< 1 ms"),
        (340, "340 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (1234, "1.2 s"),
        (59_940, "59.9 s"),
        (59_960, "1 min 0 s"),
        (200_000, "3 min 20 s"),
        (3_599_600, "1 h 0 min"),
        (7_500_000, "2 h 5 min"),
    ],
)
def test_durations(milliseconds: float | None, words: str) -> None:
    assert wording.duration(milliseconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "no data"),
        (float("inf"), "no data"),
        (0.812, "0.812"),
        (0.84996, "0.84996"),
        (0.8500000001, "0.85"),
        (1204.53, "1,204.5"),
        (61.52703, "61.527"),
        (9.25676, "9.257"),
        (1.0004, "1.0004"),
        (0.20274, "0.2027"),
        (412.5, "412.5"),
        (250, "250"),
        (0.0, "0"),
        (0.00002, "2e-05"),
        (-3.25, "-3.25"),
        (1e300, "1e+300"),
    ],
)
def test_figures(number: float | None, words: str) -> None:
    assert wording.figure(number) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (None, "no data"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.99999, "99.9 %"),
        (1e-9, "0.1 %"),
        (0.982, "98.2 %"),
    ],
)
def test_shares(part: float | None, words: str) -> None:
    assert wording.share(part) == words


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_share_short_of_everything_is_never_written_as_all_or_nothing(part: float) -> None:
    assert wording.share(part) not in {"100 %", "0 %", "100.0 %", "0.0 %"}


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (3_400_000, "3.4 MB")],
)
def test_sizes(number: int, words: str) -> None:
    assert wording.size(number) == words


@given(st.floats(min_value=0, max_value=1e12))
def test_no_duration_reads_sixty_of_a_smaller_unit(milliseconds: float) -> None:
    words = wording.duration(milliseconds)
    assert not re.search(r"\b60(\.0)? (s|min)\b|\b1000 ms\b", words)


def test_counts_have_thousands_separators() -> None:
    assert wording.count(18340) == "18,340"
    assert wording.count(None) == "no data"
    assert wording.counted(1, "failure") == "1 failure"
    assert wording.counted(1200, "entry", "entries") == "1,200 entries"


def test_a_time_is_local_with_its_zone_and_utc_beside_it() -> None:
    shown = wording.moment(datetime(2026, 11, 22, 23, 30, 5, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert shown.local == "2026-11-23 00:30 CET"
    assert shown.day == "2026-11-23"
    assert shown.utc == "2026-11-22 23:30:05 UTC"


def test_each_verdict_and_state_has_its_own_sign_and_word() -> None:
    marks = [wording.verdict(each) for each in (*GoNoGoDecision, None)]
    assert [str(mark) for mark in marks] == ["● GO", "■ NO-GO", "▲ PENDING REVIEW", "○ NOT JUDGED"]
    states = {wording.rule_state(reports.rule("r", state)).sign for state in RuleState}
    assert states == {"✓", "✕", "–", "○"}


def test_only_a_pass_of_a_rule_is_drawn_in_the_colour_of_go() -> None:
    for state in RuleState:
        for effect in RuleEffect:
            mark = wording.rule_state(reports.rule("r", state, effect=effect))
            assert (mark.tone is Tone.GO) == (state is RuleState.PASS)


def test_a_late_pass_is_flaky_and_a_flaky_failure_stays_a_failure() -> None:
    assert wording.case_status(CaseStatus.PASSED, flaky=True).word == "flaky"
    assert wording.case_status(CaseStatus.FAILED, flaky=True).word == "failed"
    assert {wording.case_status(each).tone for each in (CaseStatus.FAILED, CaseStatus.ERROR)} == {Tone.NO_GO}


def test_names_become_words() -> None:
    assert wording.words("grounding_score") == "Grounding score"
