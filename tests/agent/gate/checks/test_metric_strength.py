"""A metric held against a bound by its interval, and what is said where the noise exceeds the margin."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.judged_reports import iteration, judge, releasable, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.checks.metric_strength import effective_cases
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision, RuleResult, RuleState
from tsr_agent.models.evals import MetricValue
from tsr_agent.statistics.intervals import QUANTILES

PASS, FAIL = RuleState.PASS, RuleState.FAIL


def policy(name: str, require: dict[str, Any], **where: Any) -> Any:
    only = {"id": "it", "check": "eval_metric", "where": {"metric": name, **where}, "require": require}
    return parse_policy(json.dumps({"version": 1, "name": "p", "rules": [only]}).encode(), "p.json")


def report(name: str, value: Any) -> Any:
    return releasable(eval_iterations=(iteration(1, metrics={name: value}),))


def judged(value: Any, name: str = "accuracy", where: Any = None, **require: Any) -> RuleResult:
    return rule(judge(report(name, value), policy(name, require, **(where or {}))), "it")


def share(value: float, n: int | None = None, **fields: Any) -> MetricValue:
    return MetricValue(value=value, n=n, **fields)


@pytest.mark.parametrize(
    ("value", "require", "state"),
    [
        # 196 cases at 0.90 are the fewest: z² b (1 - b) / (p - b)², 195.9.
        (share(0.9, 196), {"at_least": 0.85, "confidence": 0.95}, PASS),
        (share(0.9, 195), {"at_least": 0.85, "confidence": 0.95}, FAIL),
        (share(0.9, 195), {"at_least": 0.85, "confidence": 0.9}, PASS),
        (share(0.9, 195), {"at_least": 0.85}, PASS),
        (share(0.1, 196), {"at_most": 0.15, "confidence": 0.95}, PASS),
        (share(0.1, 195), {"at_most": 0.15, "confidence": 0.95}, FAIL),
        (share(0.9, 10**6), {"at_least": 0.85, "at_most": 0.95, "confidence": 0.999}, PASS),
        (share(0.9, 2**53), {"at_least": 0.85, "confidence": 0.999}, PASS),
        (share(0.85, 2**53), {"at_least": 0.85, "confidence": 0.95}, FAIL),
        (share(1.0, 1), {"at_least": 0.2, "confidence": 0.95}, PASS),
        (share(1.0, 1), {"at_least": 0.21, "confidence": 0.95}, FAIL),
        # Without a number of cases the standard error decides.
        (share(0.9), {"at_least": 0.85, "confidence": 0.95}, FAIL),
        (share(0.9, standard_error=0.025), {"at_least": 0.85, "confidence": 0.95}, PASS),
        (share(0.9, standard_error=0.026), {"at_least": 0.85, "confidence": 0.95}, FAIL),
        (share(0.9, standard_error=0.0), {"at_least": 0.85, "confidence": 0.95}, FAIL),
        (share(0.9, standard_error=5e-324), {"at_least": 0.85, "confidence": 0.95}, PASS),
        (share(0.9, standard_error=1e308), {"at_least": 0.85, "confidence": 0.95}, FAIL),
    ],
)
def test_shares_by_their_interval(value: MetricValue, require: dict[str, Any], state: RuleState) -> None:
    assert judged(value, **require).state is state


@pytest.mark.parametrize(
    ("value", "require", "state"),
    [
        (share(700.0, 50, standard_error=51.0), {"at_most": 800, "confidence": 0.95}, PASS),
        (share(700.0, 50, standard_error=51.1), {"at_most": 800, "confidence": 0.95}, FAIL),
        (share(700.0, 50, standard_error=51.1), {"at_most": 800}, PASS),
        (share(700.0, 50), {"at_most": 800, "confidence": 0.95}, FAIL),
        (share(700.0, 50, standard_error=0.0), {"at_most": 800, "confidence": 0.95}, FAIL),
        (share(1e308, 50, standard_error=1e308), {"at_least": 5, "confidence": 0.95}, FAIL),
        (share(-1e308, 50, standard_error=1e308), {"at_most": 5, "confidence": 0.95}, FAIL),
    ],
)
def test_other_metrics_by_their_standard_error(
    value: MetricValue, require: dict[str, Any], state: RuleState
) -> None:
    assert judged(value, "latency_ms", **require).state is state


def test_words_of_a_bound_that_is_not_shown() -> None:
    found = judged(share(0.88, 200), at_least=0.85, confidence=0.95)
    assert found.message == (
        "Accuracy 0.88 on 200 cases is at least 0.85, but its 95 % interval reaches down to 0.828"
    )
    assert found.expected == "accuracy ≥ 0.85, at 95 % confidence"
    assert found.remarks == ("About 345 more cases like these would settle it",)
    assert found.confidence == 0.95
    assert judged(share(0.88, 545), at_least=0.85, confidence=0.95).message == (
        "Accuracy 0.88 on 545 cases is at least 0.85, and so is its 95 % interval"
    )
    assert judged(share(0.9), at_least=0.85, confidence=0.975).message == (
        "Accuracy 0.9 is at least 0.85, but that can't be shown at 97.5 %: the number of cases is unstated"
    )
    assert judged(700.0, "latency_ms", at_most=800, confidence=0.95).message == (
        "Latency ms 700 is at most 800, but that can't be shown at 95 %: no standard error is stated"
    )
    assert judged(share(0.12, 50), at_most=0.2, confidence=0.8).message == (
        "Accuracy 0.12 on 50 cases is at most 0.2, and so is its 80 % interval"
    )


def test_words_where_the_value_itself_misses_the_bound() -> None:
    found = judged(share(0.84, 50), at_least=0.85, confidence=0.95)
    assert found.message == "Accuracy 0.84 on 50 cases is below 0.85"
    assert found.remarks == (
        "The margin is inside the noise: the 95 % interval 0.715 to 0.917 reaches above 0.85",
        "At this share no number of cases would show that it is at least 0.85",
    )


def test_a_margin_inside_the_noise_is_told_both_ways() -> None:
    passes = judged(share(0.86, 50), at_least=0.85)
    assert (passes.state, passes.confidence) == (PASS, 0.95)
    assert passes.remarks == (
        "The margin is inside the noise: the 95 % interval 0.738 to 0.93 reaches below 0.85",
        "About 4,848 more cases like these would settle it",
    )
    fails = judged(share(0.84, 50), at_least=0.85)
    assert (fails.state, fails.remarks[0]) == (
        FAIL,
        "The margin is inside the noise: the 95 % interval 0.715 to 0.917 reaches above 0.85",
    )
    above = judged(share(0.16, 50), at_most=0.15)
    assert above.remarks == (
        "The margin is inside the noise: the 95 % interval 0.0834 to 0.285 reaches below 0.15",
        "At this share no number of cases would show that it is at most 0.15",
    )
    assert judged(share(0.85, 50), at_least=0.85).remarks[1] == (
        "At this share no number of cases would show that it is at least 0.85"
    )
    assert judged(share(0.85000001, 50), at_least=0.85).remarks[1] == (
        "Even 1,000,000,000 cases like these would not settle it"
    )


@pytest.mark.parametrize(
    ("value", "require"),
    [
        (share(0.99, 1_000), {"at_least": 0.85}),
        (share(0.5, 1_000), {"at_least": 0.85}),
        (share(0.9, 196), {"at_least": 0.85}),
        (share(0.9), {"at_least": 0.85}),
        (share(85, 50), {"at_least": 0.85}),
        (share(0.86, 50, maximum=100), {"at_least": 0.85}),
        (share(0.86, 50, lower_is_better=True), {"at_least": 0.85}),
    ],
)
def test_nothing_is_said_where_the_margin_is_clear_or_the_value_means_something_else(
    value: MetricValue, require: dict[str, Any]
) -> None:
    assert judged(value, **require).remarks == ()


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_remark_keeps_its_word(right: tuple[int, int]) -> None:
    """With as many more cases at the same share the rule passes, and with one less it does not."""
    value, n = right[0] / right[1], right[1]
    require = {"at_least": 0.6, "confidence": 0.9}
    found = judged(share(value, n), **require)
    said = [each for each in found.remarks if each.startswith("About")]
    if not said:
        return
    more = int(said[0].split()[1].replace(",", ""))
    assert judged(share(value, n + more), **require).state is PASS
    assert judged(share(value, n + more - 1), **require).state is FAIL


def test_cases_that_hang_together_count_as_fewer() -> None:
    plain = judged(share(0.9, 250), at_least=0.85, confidence=0.95)
    by_sample = judged(share(0.9, 250, standard_error=math.sqrt(0.09 / 249)), at_least=0.85, confidence=0.95)
    assert (plain.state, by_sample.interval) == (PASS, plain.interval)
    clustered = judged(share(0.9, 250, standard_error=0.03), at_least=0.85, confidence=0.95)
    assert clustered.state is FAIL
    assert clustered.remarks == (
        "Its standard error is that of about 100 independent cases, and its interval goes by these",
        "About 240 more cases like these would settle it",
    )
    # What they average out to may be nothing at all.
    assert judged(share(1.0, 250, standard_error=0.1), at_least=0.85, confidence=0.95).state is FAIL


@given(
    st.floats(0, 1),
    st.integers(1, 2**53),
    st.one_of(st.none(), st.floats(0, allow_nan=False), st.just(math.nan)),
)
def test_no_standard_error_makes_cases_count_for_more(p: float, n: int, error: float | None) -> None:
    assert 1 <= effective_cases(p, n, error) <= n


VALUES = st.one_of(st.floats(), st.floats(0, 1), st.integers(-(2**70), 2**70))
NUMBERS = st.one_of(st.none(), st.integers(-5, 2**60), st.floats(), st.just("7"))


@settings(max_examples=2_000)
@given(VALUES, NUMBERS, NUMBERS, st.sampled_from(sorted(QUANTILES)))
def test_confidence_never_lets_through_what_the_value_does_not(
    value: Any, n: Any, error: Any, confidence: float
) -> None:
    """For whatever a report holds: an answer that can be written, and never a milder one."""
    held = report("accuracy", MetricValue(value=value, n=n, standard_error=error))
    by_value = judge(held, policy("accuracy", {"at_least": 0.85}))
    by_interval = judge(held, policy("accuracy", {"at_least": 0.85, "confidence": confidence}))
    assert codec.decode(codec.encode(by_interval), Decision) == by_interval
    if by_interval.decision is GoNoGoDecision.GO:
        assert by_value.decision is GoNoGoDecision.GO
        found = rule(by_interval, "it")
        assert found.interval is not None
        assert found.interval[0] >= 0.85


@given(st.floats(0, 1), st.integers(1, 10_000), st.floats(0.01, 0.99))
def test_the_more_confidence_the_less_passes(value: float, n: int, bound: float) -> None:
    states = [
        judged(share(value, n), at_least=bound, confidence=each).state is PASS for each in sorted(QUANTILES)
    ]
    assert states == sorted(states, reverse=True)


@pytest.mark.parametrize(
    "value",
    [
        share(math.nan, 500),
        share(math.inf, 500),
        share(0.99, 0),
        share(0.99, -5),
        share(1.01, 500),
        share(-0.01, 500),
        share(99, 500),
        share(0.99, 500, standard_error=-1.0),
        share(0.99, 500, standard_error=math.nan),
        share(0.99, 500, standard_error=math.inf),
        share(0.99, 2**80),
        "0.99",
        None,
    ],
)
def test_what_never_shows_anything(value: Any) -> None:
    decision = judge(report("accuracy", value), policy("accuracy", {"at_least": 0.85, "confidence": 0.95}))
    assert decision.decision is not GoNoGoDecision.GO
    assert codec.decode(codec.encode(decision), Decision) == decision


KNOWN = "0.8, 0.85, 0.9, 0.95, 0.975, 0.98, 0.99, 0.995, 0.999"


@pytest.mark.parametrize(
    ("require", "problem"),
    [
        ({"at_least": 0.85, "confidence": 95}, f"95 is none of {KNOWN}; did you mean 0.95?"),
        ({"at_least": 0.85, "confidence": 0.96}, f"0.96 is none of {KNOWN}; did you mean 0.95?"),
        ({"at_least": 0.85, "confidence": 99.9}, f"99.9 is none of {KNOWN}; did you mean 0.999?"),
        ({"at_least": 0.85, "confidence": 0.5}, f"0.5 is none of {KNOWN}"),
        ({"at_least": 0.85, "confidence": 1}, f"1 is none of {KNOWN}; did you mean 0.999?"),
        ({"at_least": 0.85, "confidence": 0}, f"0 is none of {KNOWN}"),
        ({"at_least": 0.85, "confidence": -1}, f"-1 is none of {KNOWN}"),
        ({"at_least": 0.85, "confidence": "high"}, "confidence"),
        ({"at_least": 1, "confidence": 0.95}, "no number of cases can show 1 at 95 %"),
        ({"at_most": 0, "confidence": 0.95}, "no number of cases can show 0 at 95 %"),
        ({"confidence": 0.95}, "asks for nothing; give at_least or at_most"),
    ],
)
def test_a_confidence_that_can_not_be_meant(require: dict[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy("accuracy", require)
    assert any(problem in each for each in caught.value.details), caught.value.details


def test_what_the_rule_asks_for() -> None:
    (read,) = policy("accuracy", {"at_least": 0.85, "confidence": 0.975, "min_samples": 100}).rules
    assert read.asks() == (
        "Accuracy in the latest eval iteration must be at least 0.85 with 97.5 % confidence, "
        "on at least 100 cases."
    )
