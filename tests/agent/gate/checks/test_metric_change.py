"""The check ``metric_change``: the largest drop, and what the cases show of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.judged_reports import NOW, iteration, judge, policy_of, releasable, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.baseline import Baseline
from tsr_agent.models.decision import BaselineSelect, RuleState
from tsr_agent.models.evals import Dataset, EvalCase, MetricValue

if TYPE_CHECKING:
    from tsr_agent.models.decision import RuleResult
    from tsr_agent.models.evals import EvalIterationSummary

PASS, FAIL, NOT_EVALUATED = RuleState.PASS, RuleState.FAIL, RuleState.NOT_EVALUATED
DATA = Dataset(name="questions", digest="d" * 64)
PAIRED = {"confidence": 0.95}


def measured(value: Any, name: str = "accuracy", number: int = 1, **fields: Any) -> EvalIterationSummary:
    return iteration(number, metrics={name: value}, **fields)


def by_case(outcomes: str, value: float | None = None, **fields: Any) -> EvalIterationSummary:
    """``+`` for a case that passed, ``-`` for one that did not, ``?`` for one without result."""
    cases = tuple(
        EvalCase(id=f"c{place:03}", passed={"+": True, "-": False}.get(sign))
        for place, sign in enumerate(outcomes)
    )
    ran = outcomes.count("+") + outcomes.count("-")
    share = outcomes.count("+") / ran if value is None else value
    shown: dict[str, Any] = {"dataset": DATA, "cases": cases}
    return measured(MetricValue(value=share, n=ran), **(shown | fields))


def scored(name: str, scores: list[float]) -> EvalIterationSummary:
    cases = tuple(EvalCase(id=f"c{place}", scores={name: score}) for place, score in enumerate(scores))
    value = MetricValue(value=sum(scores) / len(scores), n=len(scores))
    return measured(value, name, dataset=DATA, cases=cases)


def judged(
    old: EvalIterationSummary | None,
    new: EvalIterationSummary,
    require: dict[str, Any],
    metric: str = "accuracy",
    **where: Any,
) -> RuleResult:
    found = () if old is None else (old,)
    before = releasable(id="old", created_at=NOW - timedelta(days=1), eval_iterations=found)
    baseline = Baseline(report=before, digest="b" * 64, select=BaselineSelect.LAST_APPROVED)
    policy = policy_of("metric_change", where={"metric": metric, **where}, require=require)
    return rule(judge(releasable(eval_iterations=(new,)), policy, baseline=baseline), "it")


@pytest.mark.parametrize(
    ("old", "new", "most", "state"),
    [
        (0.9, 0.87, 0.03, PASS),
        (0.9, 0.8699, 0.03, FAIL),
        (0.9, 0.9, 0, PASS),
        (0.9, 0.95, 0, PASS),
        (0.9, 0.8999999999999999, 0, FAIL),
        (1.0, 0.0, 0.99, FAIL),
        (0.3, 0.2, 0.1, PASS),
    ],
)
def test_the_largest_drop_is_what_the_figures_say(
    old: float, new: float, most: float, state: RuleState
) -> None:
    assert judged(measured(old), measured(new), {"max_drop": most}).state is state


def test_words_about_a_drop() -> None:
    found = judged(measured(0.9), measured(0.87), {"max_drop": 0.02})
    assert found.message == "Accuracy fell by 0.03, from 0.9 to 0.87; at most 0.02 is allowed"
    assert (found.expected, found.actual) == (
        "accuracy worse by at most 0.02",
        "0.87 after 0.9, change -0.03",
    )
    assert judged(measured(0.9), measured(0.89), {"max_drop": 0.02}).message == (
        "Accuracy fell by 0.01, from 0.9 to 0.89, within 0.02"
    )
    assert judged(measured(0.9), measured(0.9), {"max_drop": 0.02}).message == "Accuracy is 0.9 as before"
    assert judged(measured(0.9), measured(0.8), {"max_drop": 0}).message.endswith(
        "no change for the worse is allowed"
    )


@pytest.mark.parametrize(
    ("better", "old", "new", "state"),
    [("lower", 800, 850, PASS), ("lower", 800, 851, FAIL), ("lower", 800, 1, PASS), ("higher", 5, 4, PASS)],
)
def test_the_direction_that_the_rule_says(better: str, old: float, new: float, state: RuleState) -> None:
    found = judged(measured(old, "x"), measured(new, "x"), {"max_drop": 50}, "x", better=better)
    assert found.state is state


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        (True, True, FAIL),
        (False, False, PASS),
        (None, None, NOT_EVALUATED),
        (True, None, NOT_EVALUATED),
        (None, True, NOT_EVALUATED),
        (False, True, NOT_EVALUATED),
    ],
)
def test_the_direction_that_the_metric_says(old: bool | None, new: bool | None, state: RuleState) -> None:
    before = measured(MetricValue(value=1.0, lower_is_better=old), "x")
    after = measured(MetricValue(value=2.0, lower_is_better=new), "x")
    found = judged(before, after, {"max_drop": 0}, "x")
    assert found.state is state
    if state is NOT_EVALUATED:
        assert "whether higher or lower is better" in found.message


def test_a_side_that_says_the_opposite() -> None:
    contrary = measured(MetricValue(value=0.95, lower_is_better=True))
    found = judged(measured(0.9), contrary, {"max_drop": 0.02})
    assert (found.state, found.message) == (
        FAIL,
        "Accuracy says that lower is better, and the rule says the opposite",
    )
    assert judged(contrary, measured(0.9), {"max_drop": 0.02}).state is NOT_EVALUATED


@pytest.mark.parametrize(
    "new",
    [
        85.0,
        -0.1,
        MetricValue(value=0.95, minimum=0, maximum=100),
        MetricValue(value=0.95, unit="%"),
        MetricValue(value=0.95, maximum=0.9),
    ],
)
def test_a_new_value_on_another_scale_fails_and_an_old_one_is_no_measure(new: Any) -> None:
    assert judged(measured(0.9), measured(new), {"max_drop": 0.02}).state is FAIL
    assert judged(measured(new), measured(0.9), {"max_drop": 0.02}).state is NOT_EVALUATED


def test_another_scale_or_unit_than_before() -> None:
    old, where = measured(MetricValue(value=0.9), "relevance"), {"better": "higher"}
    for other in ({"unit": "%"}, {"maximum": 100}, {"minimum": 0}):
        new = measured(MetricValue(value=85.0, **other), "relevance")
        found = judged(old, new, {"max_drop": 0.02}, "relevance", **where)
        assert found.message == "Relevance states another scale or unit than in the baseline"
        assert found.state is NOT_EVALUATED


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (None, measured(0.9), "In the baseline, accuracy is missing: no eval iteration is documented"),
        (measured(1, "x"), measured(0.9), "In the baseline, accuracy is missing from iteration 1 (V1)"),
        (measured(0.9), measured(1, "x"), "Accuracy is missing from iteration 1 (V1)"),
        (
            measured(MetricValue(value=0.9, n=0)),
            measured(0.9),
            "In the baseline, accuracy rests on 0 cases",
        ),
        (measured(0.9), measured(MetricValue(value=0.9, n=0)), "Accuracy rests on 0 cases"),
        (measured(0.9), measured(float("nan")), "Accuracy of iteration 1 (V1) is not a finite number"),
        (measured(float("nan")), measured(0.9), "The baseline old can't be used: its own evidence is not"),
        (measured(float("inf")), measured(0.9), "The baseline old can't be used: its own evidence is not"),
    ],
)
def test_what_is_missing(old: EvalIterationSummary | None, new: EvalIterationSummary, message: str) -> None:
    found = judged(old, new, {"max_drop": 0.5})
    assert found.state is NOT_EVALUATED
    assert found.message.startswith(message)


def test_the_latest_of_each_side_by_number() -> None:
    before = releasable(
        id="old",
        created_at=NOW - timedelta(days=1),
        eval_iterations=(measured(0.9, number=2), measured(0.1, number=1)),
    )
    after = releasable(eval_iterations=(measured(0.8, number=4), measured(0.9, number=3)))
    policy = policy_of("metric_change", where={"metric": "accuracy"}, require={"max_drop": 0.05})
    baseline = Baseline(report=before, digest="b" * 64, select=BaselineSelect.LAST_APPROVED)
    found = rule(judge(after, policy, baseline=baseline), "it")
    assert (found.actual, found.evidence[0].iteration) == ("0.8 after 0.9, change -0.1", 4)


@pytest.mark.parametrize(
    ("worse", "better", "state"), [(6, 0, FAIL), (5, 0, PASS), (9, 1, FAIL), (8, 1, FAIL), (7, 1, PASS)]
)
def test_pairs_decide_at_the_confidence(worse: int, better: int, state: RuleState) -> None:
    old = "+" * 60 + "+" * worse + "-" * better
    new = "+" * 60 + "-" * worse + "+" * better
    assert judged(by_case(old), by_case(new), PAIRED).state is state


def test_a_drop_inside_the_noise() -> None:
    old, new = by_case("+" * 61 + "+" * 8 + "-" * 5), by_case("+" * 61 + "-" * 8 + "+" * 5)
    found = judged(old, new, PAIRED | {"max_drop": 0.01})
    assert found.state is FAIL
    assert found.message == "Accuracy fell by 0.0405, from 0.932 to 0.892; at most 0.01 is allowed"
    assert found.remarks == (
        "The drop of 0.0405 on 74 pairs is inside the noise (8 worse, 5 better; p = 0.581)",
    )
    assert (found.n, found.confidence) == (74, 0.95)
    assert found.interval == pytest.approx((-0.144, 0.0612), abs=5e-3)
    alone = judged(old, new, PAIRED)
    assert alone.message == "Not shown to be worse: 8 worse, 5 better of 74 pairs; p = 0.581"
    assert alone.remarks == found.remarks


def test_a_drop_that_is_shown() -> None:
    found = judged(by_case("+" * 80), by_case("+" * 72 + "-" * 8), PAIRED | {"max_drop": 0.2})
    assert found.state is FAIL
    assert found.message == (
        "Accuracy is worse on the same cases at 95 % confidence: 8 worse, 0 better of 80 pairs; p = 0.00781"
    )
    assert (
        found.expected == "accuracy worse by at most 0.2, accuracy not shown to be worse at 95 % (by pairs)"
    )
    assert found.remarks == ("Worse than in the baseline: c072, c073, c074, c075, c076 and 3 more",)


def test_scores_of_any_size_by_the_sign_test() -> None:
    old = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    new = [0.9, 1.9, 2.9, 3.9, 4.9, 5.9, 700.0, 8.0]
    lower, higher = {"better": "lower"}, {"better": "higher"}
    fell = judged(scored("quality", old), scored("quality", new), {"confidence": 0.8}, "quality", **higher)
    assert (fell.state, fell.interval) == (FAIL, None)
    assert "6 worse, 1 better of 8 pairs" in fell.message
    rose = judged(scored("quality", old), scored("quality", new), {"confidence": 0.8}, "quality", **lower)
    assert rose.state is PASS


def test_too_few_pairs_could_show_nothing() -> None:
    found = judged(by_case("+" * 5), by_case("-" * 5), PAIRED)
    assert found.state is NOT_EVALUATED
    assert found.message == (
        "Whether accuracy got worse can't be told from the cases: 5 pairs of cases could show nothing "
        "at 95 %; 6 could"
    )
    assert judged(by_case("+" * 5), by_case("-" * 5), {"confidence": 0.9}).state is FAIL


def test_an_interval_is_of_the_metrics_own_unit_or_none() -> None:
    """Cases that passed say nothing in per cent, nor do scores that are no ones and zeros."""
    scale = {"minimum": 0, "maximum": 100}
    per_cent = judged(by_case("+" * 9 + "-", 90.0), by_case("+" * 8 + "--", 80.0), PAIRED, scale=scale)
    assert (per_cent.state, per_cent.interval, per_cent.confidence) == (PASS, None, None)
    assert judged(by_case("+" * 9 + "-"), by_case("+" * 8 + "--"), PAIRED).interval is not None


OTHER = Dataset(name="questions", digest="e" * 64)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({"dataset": OTHER}, {}, "they were measured on different data"),
        ({"dataset": None}, {}, "it is not known whether both were measured on the same data"),
        ({}, {"dataset": Dataset(name="q")}, "it is not known whether both were measured on the same data"),
        ({"cases": ()}, {}, "results by case are missing"),
        ({}, {"cases": ()}, "results by case are missing"),
        ({}, {"value": 0.5}, "the share of cases that passed is not the accuracy"),
        ({"value": 0.7}, {}, "the share of cases that passed is not the accuracy"),
    ],
)
def test_pairs_that_can_not_be_made(old: dict[str, Any], new: dict[str, Any], why: str) -> None:
    before, after = by_case("+" * 30, **old), by_case("+" * 30, **new)
    found = judged(before, after, PAIRED)
    assert (found.state, found.message) == (
        NOT_EVALUATED,
        f"Whether accuracy got worse can't be told from the cases: {why}",
    )
    # One that fails is a failure even where the other can't be evaluated.
    both = judged(before, measured(MetricValue(value=0.1, n=30)), PAIRED | {"max_drop": 0.1})
    assert both.state is FAIL
    assert "can't be told" in both.message


def test_a_rounded_accuracy_is_still_the_share_that_passed() -> None:
    outcomes = "+" * 66 + "-" * 10
    assert judged(by_case(outcomes, 0.87), by_case(outcomes, 0.87), PAIRED).state is PASS
    assert judged(by_case(outcomes, 0.88), by_case(outcomes, 0.87), PAIRED).state is NOT_EVALUATED


@pytest.mark.parametrize(("left", "state"), [(8, PASS), (7, NOT_EVALUATED)])
def test_four_of_five_cases_must_pair(left: int, state: RuleState) -> None:
    old, new = by_case("+" * 10), by_case("+" * left + "?" * (10 - left))
    assert judged(old, new, PAIRED).state is state
    assert judged(new, old, PAIRED).state is state
    fewer = by_case("+" * left)
    assert judged(old, fewer, PAIRED).state is state
    assert judged(fewer, old, PAIRED).state is state


def test_cases_that_are_left_out_are_counted() -> None:
    old = by_case("+" * 40 + "?")
    cases = (*old.cases, EvalCase(id="c001", passed=False), EvalCase(id="gone", passed=True))
    before = replace(old, cases=cases, metrics={"accuracy": 41 / 42})
    found = judged(before, by_case("+" * 41), PAIRED)
    assert found.remarks == (
        (
            "Cases left out of the pairs: 1 with an id that stands more than once, 1 without a result, "
            "1 only in the baseline"
        ),
    )


def auto(old: Any, new: Any, **fields: Any) -> RuleResult:
    return judged(measured(old, **fields), measured(new), {"confidence": 0.95, "test": "auto"})


def share(value: float, n: int | None) -> MetricValue:
    return MetricValue(value=value, n=n)


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        (share(0.9, 200), share(0.8, 200), FAIL),
        (share(0.9, 200), share(0.85, 200), PASS),
        (share(0.9, 200), share(0.95, 200), PASS),
        (share(0.9, 200), share(0.8, None), NOT_EVALUATED),
        (share(0.9, None), share(0.8, 200), NOT_EVALUATED),
        (share(0.9, 200), share(0.0, 49), NOT_EVALUATED),
        (share(0.9, 49), share(0.0, 200), NOT_EVALUATED),
        (share(0.9, 50), share(0.0, 50), FAIL),
        (share(0.01, 50), share(0.0, 50), NOT_EVALUATED),
        (share(0.9, 2**53), share(0.8999, 2**53), FAIL),
    ],
)
def test_auto_without_cases_holds_both_values_against_each_other(
    old: MetricValue, new: MetricValue, state: RuleState
) -> None:
    assert auto(old, new).state is state


def test_words_about_both_values() -> None:
    found = auto(share(0.9, 200), share(0.8, 200))
    assert found.message == "Accuracy is worse: the 95 % interval of the change is -0.17 to -0.03"
    assert found.interval == pytest.approx((-0.16987, -0.03003), abs=1e-5)
    few = auto(share(0.9, 200), share(0.0, 1))
    assert few.message.endswith("200 and 1 sample are too few to compare; 50 on each side are needed")
    low = auto(share(0.01, 50), share(0.0, 50))
    assert low.message.endswith("no value on 50 samples could be shown to be worse at 95 %")


def test_auto_takes_pairs_where_there_are_some_and_other_data_apart() -> None:
    require = {"confidence": 0.95, "test": "auto"}
    paired = judged(by_case("+" * 80), by_case("+" * 74 + "-" * 6), require)
    assert "on the same cases" in paired.message
    other = judged(by_case("+" * 80), by_case("+" * 74 + "-" * 6, dataset=OTHER), require)
    assert "interval of the change" in other.message
    assert other.remarks == (
        "The data set is another one than in the baseline (eeeeeeeeeeee, not dddddddddddd)",
    )


@pytest.mark.parametrize("hidden", [{"cases": ()}, {"dataset": None}, {"dataset": Dataset(name="questions")}])
def test_a_report_that_hides_its_cases_gets_no_milder_test(hidden: dict[str, Any]) -> None:
    require = {"confidence": 0.95, "test": "auto"}
    old, new = by_case("+" * 80), by_case("+" * 74 + "-" * 6)
    assert judged(old, new, require).state is FAIL
    assert judged(old, replace(new, **hidden), require).state is NOT_EVALUATED


def test_lower_is_better_turns_the_test_around() -> None:
    require = {"confidence": 0.95, "test": "auto"}
    where = {"better": "lower", "scale": {"minimum": 0, "maximum": 1}}
    few, many = measured(share(0.1, 200), "errors"), measured(share(0.2, 200), "errors")
    assert judged(few, many, require, "errors", **where).state is FAIL
    assert judged(many, few, require, "errors", **where).state is PASS


@settings(max_examples=300)
@given(st.lists(st.sampled_from("+-"), min_size=20, max_size=60), st.data())
def test_one_more_case_that_fails_never_helps(outcomes: list[str], data: st.DataObject) -> None:
    old = by_case("".join(data.draw(st.permutations(outcomes))))
    require = PAIRED | {"max_drop": 0.1}
    before = judged(old, by_case("".join(outcomes)), require)
    at = data.draw(st.integers(0, len(outcomes) - 1))
    worse = [*outcomes[:at], "-", *outcomes[at + 1 :]]
    after = judged(old, by_case("".join(worse)), require)
    assert before.state is not FAIL or after.state is FAIL


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"require": {}}, "asks for nothing; give max_drop or confidence"),
        ({"require": {"test": "auto", "max_drop": 0.1}}, "give confidence, too"),
        ({"require": {"confidence": 95}}, "did you mean 0.95?"),
        ({"require": {"confidence": 0.94}}, "0.94 is none of 0.8, 0.85, 0.9, 0.95"),
        ({"require": {"max_drop": -0.1}}, "would ask for an improvement"),
        ({"require": {"max_drop": 2}}, "is met by every change on the scale 0 to 1; did you mean 0.02?"),
        ({"require": {"max_drop": 1}}, "is met by every change on the scale 0 to 1"),
        (
            {"where": {"metric": "x", "scale": {"minimum": 1, "maximum": 1}}, "require": {"max_drop": 1}},
            "minimum must be below maximum",
        ),
        ({"where": {"metric": "x", "better": "more"}, "require": {"max_drop": 1}}, "better"),
    ],
)
def test_policies_that_can_not_be_meant_are_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy_of("metric_change", **({"where": {"metric": "accuracy"}} | fields))
    assert problem in str(refused.value.details)


def test_in_words() -> None:
    def asks(require: dict[str, Any], **where: Any) -> str:
        return (
            policy_of("metric_change", where={"metric": "accuracy", **where}, require=require).rules[0].asks()
        )

    assert asks({"max_drop": 0.02}) == (
        "Accuracy in the latest eval iteration must not be worse than in the baseline by more than 0.02."
    )
    assert asks(PAIRED) == (
        "Accuracy in the latest eval iteration must not be shown by the same cases to be worse than in the "
        "baseline, at 95 % confidence."
    )
    assert asks(PAIRED | {"max_drop": 0, "test": "auto"}, better="higher") == (
        "Accuracy in the latest eval iteration must not be worse than in the baseline by anything, and the "
        "same cases must not show it to be worse at 95 % confidence; higher is better, and where no "
        "cases are the same, both values are held against each other."
    )
