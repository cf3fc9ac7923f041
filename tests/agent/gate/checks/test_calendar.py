"""The release freeze."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.judged_reports import judge, releasable, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import GoNoGoDecision, RuleResult, RuleState

TESTS = {"id": "unit", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}
XMAS = {"first": "2026-12-20", "last": "2027-01-03", "reason": "year end"}


def policy(require: dict[str, Any], *others: dict[str, Any], **fields: Any) -> Any:
    freeze = {"id": "freeze", "check": "calendar", "require": require, **fields}
    tree = {"version": 1, "name": "p", "rules": [freeze, *(others or (TESTS,))]}
    return parse_policy(json.dumps(tree).encode(), "p.json")


def judged(moment: str, **require: Any) -> RuleResult:
    return rule(judge(releasable(), policy(require), now=datetime.fromisoformat(moment)), "freeze")


@pytest.mark.parametrize(
    ("moment", "require", "passes"),
    [
        ("2026-12-18T12:00:00Z", {"not_on_weekdays": ["fri"]}, False),
        ("2026-12-17T23:59:59Z", {"not_on_weekdays": ["fri"]}, True),
        ("2026-12-19T00:00:00Z", {"not_on_weekdays": ["fri"]}, True),
        ("2026-12-17T23:00:00Z", {"not_on_weekdays": ["fri"], "utc_offset": "+01:00"}, False),
        ("2026-12-17T22:59:59Z", {"not_on_weekdays": ["fri"], "utc_offset": "+01:00"}, True),
        ("2026-12-18T03:29:59Z", {"not_on_weekdays": ["fri"], "utc_offset": "-03:30"}, True),
        ("2026-12-18T03:30:00Z", {"not_on_weekdays": ["fri"], "utc_offset": "-03:30"}, False),
        # The same moment, told with another offset.
        ("2026-12-18T00:30:00+01:00", {"not_on_weekdays": ["fri"]}, True),
        ("2026-12-24T00:00:00Z", {"not_on_dates": ["2026-12-24"]}, False),
        ("2026-12-25T00:00:00Z", {"not_on_dates": ["2026-12-24"]}, True),
        ("2026-12-19T23:59:59Z", {"not_between": [XMAS]}, True),
        ("2026-12-20T00:00:00Z", {"not_between": [XMAS]}, False),
        ("2027-01-03T23:59:59Z", {"not_between": [XMAS]}, False),
        ("2027-01-04T00:00:00Z", {"not_between": [XMAS]}, True),
    ],
)
def test_which_days_are_free(moment: str, require: dict[str, Any], passes: bool) -> None:
    assert judged(moment, **require).state is (RuleState.PASS if passes else RuleState.FAIL)


def test_it_says_until_when_the_freeze_lasts() -> None:
    weekend = {
        "not_on_weekdays": ["fri", "sat", "sun"],
        "not_on_dates": ["2027-01-04"],
        "not_between": [XMAS],
    }
    found = judged("2026-12-18T12:00:00Z", **weekend, utc_offset="+01:00")
    assert found.message == (
        "No release on Friday 2026-12-18 (UTC+01:00): Fridays are left out; "
        "the freeze lasts until Monday 2027-01-04, the next free day is Tuesday 2027-01-05"
    )
    assert found.actual == "Friday 2026-12-18"
    assert found.expected == (
        "a day without a freeze: not on Fridays, Saturdays and Sundays, on 2027-01-04 "
        "or from 2026-12-20 to 2027-01-03 (year end)"
    )
    both = judged("2026-12-20T12:00:00Z", not_on_weekdays=["sun"], not_between=[XMAS])
    assert both.message.startswith(
        "No release on Sunday 2026-12-20 (UTC): Sundays are left out and "
        "2026-12-20 to 2027-01-03 is left out (year end); "
    )
    assert judged("2026-11-18T12:00:00Z", **weekend).message == (
        "Wednesday 2026-11-18 (UTC) is free of a release freeze"
    )


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, max_size=6),
    st.lists(st.dates(), max_size=3),
    st.sampled_from(["+00:00", "+14:00", "-13:59", "+05:45"]),
)
def test_any_moment_has_an_answer(moment: datetime, days: set[str], dates: list[date], offset: str) -> None:
    """Never "not evaluated", never an error, not even at the ends of the calendar."""
    require = {"not_on_weekdays": sorted(days), "utc_offset": offset}
    require["not_on_dates"] = [each.isoformat() for each in dates]
    found = rule(judge(releasable(), policy(require), now=moment), "freeze")
    assert found.state in (RuleState.PASS, RuleState.FAIL)


@pytest.mark.parametrize("moment", ["9999-12-31T23:30:00Z", "9999-12-31T00:00:00Z"])
def test_the_end_of_the_calendar(moment: str) -> None:
    last = {"first": "2026-01-01", "last": "9999-12-31"}
    found = judged(moment, not_between=[last], utc_offset="+01:00")
    assert found.state is RuleState.FAIL
    ends = judged("2026-06-01T00:00:00Z", not_between=[last])
    assert ends.message.endswith("; it has no end")


def test_the_place_of_the_machine_does_not_matter() -> None:
    east = datetime(2026, 12, 18, 12, tzinfo=UTC).astimezone(timezone(timedelta(hours=13)))
    require = {"not_on_weekdays": ["fri"]}
    there, here = (judge(releasable(), policy(require), now=now) for now in (east, east.astimezone(UTC)))
    assert there == here


def test_a_free_day_is_no_evidence() -> None:
    """Where all else is missing and ignored, a rule on the calendar must not make it a pass."""
    ignored = {**TESTS, "where": {"type": "e2e"}, "on_missing": {"ignore": "not every branch has them"}}
    decision = judge(releasable(), policy({"not_on_weekdays": ["fri"]}, ignored))
    assert rule(decision, "freeze").state is RuleState.PASS
    assert decision.decision is GoNoGoDecision.PENDING_REVIEW
    assert decision.review_issues == ("No rule that decides could be judged",)


@pytest.mark.parametrize(
    ("require", "problem"),
    [
        ({}, "asks for nothing; give not_on_weekdays, not_on_dates or not_between"),
        ({"utc_offset": "+01:00"}, "asks for nothing; give not_on_weekdays, not_on_dates or not_between"),
        (
            {"not_on_weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
            "not_on_weekdays: all seven days; nothing could ever be released",
        ),
        (
            {"not_between": [{"first": "2027-01-03", "last": "2026-12-20"}]},
            "not_between[0]: last 2026-12-20 is before first 2027-01-03",
        ),
        ({"not_on_weekdays": ["friday"]}, "friday"),
        ({"not_on_dates": ["2026-02-30"]}, "not_on_dates"),
        ({"not_on_weekdays": ["fri"], "utc_offset": "Europe/Berlin"}, "utc_offset"),
        ({"not_on_weekdays": ["fri"], "utc_offset": "+14:30"}, "utc_offset"),
        ({"not_on_weekdays": ["fri"], "utc_offset": "+01:00\n"}, "utc_offset"),
        ({"not_on_weekdays": ["fri"], "utc_offset": "+\u0661\u0661:00"}, "utc_offset"),
    ],
)
def test_a_freeze_that_can_not_be_meant(require: dict[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy(require)
    assert any(problem in each for each in caught.value.details), caught.value.details


def test_a_freeze_in_one_environment_only() -> None:
    """In an environment's own keys the same is refused."""
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    with pytest.raises(PolicyError, match="not a valid policy"):
        policy(
            {"not_on_weekdays": ["fri"]}, environments={"production": {"require": {"not_on_weekdays": week}}}
        )


def test_a_policy_of_freezes_alone_is_toothless() -> None:
    weak = {**TESTS, "severity": "warn"}
    with pytest.raises(PolicyError) as caught:
        policy({"not_on_weekdays": ["fri"]}, weak)
    assert "at least one rule must have severity block or review" in caught.value.details[0]
