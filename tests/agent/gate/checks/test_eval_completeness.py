from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.factories.eval_runs import eval_run, in_file
from tests.factories.judged_reports import iteration, judge, releasable, rule
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.ingest.eval_iterations import assemble
from tsr_agent.models.decision import Decision, GoNoGoDecision, RuleState
from tsr_agent.models.eval_mapping import EvalMapping, EvalRunRule
from tsr_agent.models.evals import EvalCase, IterationOutcome, MetricValue

NAME = "eval-completeness"
METRICS = {"accuracy": 0.9, "grounding_score": 0.95}
MAPPING = EvalMapping(
    metrics={"includes/accuracy": "accuracy", "grounded/mean": "grounding_score"},
    runs=(EvalRunRule(file="*", iteration=3, outcome=IterationOutcome.PASSED),),
)


def completeness(value: Any, **fields: Any) -> Decision:
    measured = METRICS if value is None else METRICS | {"completeness": value}
    return judge(releasable(eval_iterations=(iteration(3, metrics=measured, **fields),)))


def from_tool(**run: Any) -> Decision:
    """The decision on a report whose only iteration was made from one run of a tool."""
    n = run.get("completed", 4)
    metrics = {
        "includes/accuracy": MetricValue(value=1.0, n=n),
        "grounded/mean": MetricValue(value=0.95, n=n),
    }
    found = assemble([in_file("log.json", eval_run(metrics=metrics, **run))], (), MAPPING)
    assert found.problems == {}
    return judge(releasable(eval_iterations=found.iterations))


def asking_for(bound: object) -> bytes:
    rule_ = f"{{id: c, check: eval_completeness, require: {{at_least: {bound}}}}}"
    return f"version: 1\nname: p\nrules:\n  - {rule_}\n".encode()


def test_a_history_written_by_hand_need_not_say_it() -> None:
    decision = completeness(None)
    assert decision.decision is GoNoGoDecision.GO
    found = rule(decision, NAME)
    assert found.state is RuleState.NOT_EVALUATED
    assert found.message.startswith(
        "Iteration 3 (V3) does not say how many of its samples were scored; ignored"
    )


@pytest.mark.parametrize("value", [1, 1.0, MetricValue(value=1, n=4, minimum=0, maximum=1, unit="share")])
def test_complete_is_released(value: Any) -> None:
    decision = completeness(value)
    assert decision.decision is GoNoGoDecision.GO
    assert rule(decision, NAME).state is RuleState.PASS


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (0.75, "completeness 0.75 is below 1"),
        (0.999999999, "completeness 0.999999999 is below 1"),
        (MetricValue(value=0.75, n=4), "completeness 0.75 of 4 samples is below 1"),
        (MetricValue(value=1, n=0), "no sample was scored"),
        (1.5, "completeness 1.5 is outside the scale 0 to 1"),
        (100, "completeness 100 is outside the scale 0 to 1"),
        (-0.1, "completeness -0.1 is outside the scale 0 to 1"),
        (MetricValue(value=1, maximum=100), "completeness is stated on another scale than 0 to 1"),
        (MetricValue(value=1, unit="%"), "completeness is stated on another scale than 0 to 1"),
        (MetricValue(value=1, lower_is_better=True), "completeness is stated on another scale than 0 to 1"),
        (float("nan"), "completeness is not a finite number"),
    ],
)
def test_incomplete_or_odd_is_not_released(value: Any, why: str) -> None:
    decision = completeness(value)
    assert decision.decision is GoNoGoDecision.NO_GO
    found = rule(decision, NAME)
    assert (found.state, found.message) == (RuleState.FAIL, f"Iteration 3 (V3): {why}")


@pytest.mark.parametrize(
    "broken", [EvalCase(id="b"), EvalCase(id="b", error="gone"), EvalCase(id="b", scores={"a": 1}, error="x")]
)
@pytest.mark.parametrize("stated", [None, 1.0])
def test_a_listed_case_without_a_result_makes_it_incomplete(broken: EvalCase, stated: float | None) -> None:
    decision = completeness(stated, cases=(EvalCase(id="a", passed=True), broken))
    assert decision.decision is GoNoGoDecision.NO_GO
    assert rule(decision, NAME).message == "Iteration 3 (V3): completeness 0.5 of 2 samples is below 1"


def test_the_lower_of_statement_and_cases_counts() -> None:
    scored = (EvalCase(id="a", passed=False, error="wrong"), EvalCase(id="b", scores={"accuracy": 0.5}))
    assert rule(completeness(None, cases=scored), NAME).state is RuleState.PASS
    assert rule(completeness(0.5, cases=scored), NAME).actual == "0.5"


def test_no_iteration_is_no_evidence() -> None:
    assert rule(judge(releasable(eval_iterations=())), NAME).state is RuleState.NOT_EVALUATED


def test_only_the_latest_iteration_is_judged() -> None:
    history = (iteration(1, metrics=METRICS | {"completeness": 0.2}), iteration(2))
    assert judge(releasable(eval_iterations=history)).decision is GoNoGoDecision.GO


@pytest.mark.parametrize(("bound", "go"), [(0.7, True), (0.75, True), (0.76, False)])
def test_a_policy_may_ask_for_less(bound: float, go: bool) -> None:
    policy = parse_policy(asking_for(bound), "p.yaml")
    short = releasable(eval_iterations=(iteration(3, metrics=METRICS | {"completeness": 0.75}),))
    assert (judge(short, policy).decision is GoNoGoDecision.GO) is go


@pytest.mark.parametrize("bound", ["0", "1.1", "-1", ".nan"])
def test_a_bound_that_asks_for_nothing_or_the_impossible_is_refused(bound: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(asking_for(bound), "p.yaml")
    assert "require" in "\n".join(caught.value.diagnostics())


def test_trap_05_an_accuracy_over_the_samples_that_finished_is_never_go() -> None:
    assert from_tool().decision is GoNoGoDecision.GO
    decision = from_tool(completed=3)
    assert decision.decision is GoNoGoDecision.NO_GO
    assert decision.blocking_issues == ("Iteration 3 (rag-qa): completeness 0.75 of 4 samples is below 1",)


@pytest.mark.parametrize("counts", [{}, {"completed": 0}, {"completed": 0, "total": 0}])
def test_a_run_that_broke_is_never_go_whatever_a_person_says(counts: dict[str, int]) -> None:
    assert from_tool(broken="The log says status error.", **counts).decision is GoNoGoDecision.NO_GO


@pytest.mark.parametrize("counts", [{"completed": 0}, {"completed": 0, "total": 0}, {"completed": -1}])
def test_a_run_without_a_scored_sample_is_never_go(counts: dict[str, int]) -> None:
    assert from_tool(**counts).decision is GoNoGoDecision.NO_GO


def test_a_run_without_metrics_is_never_go() -> None:
    found = assemble([in_file("v3.json", eval_run(metrics={}))], (), EvalMapping())
    assert judge(releasable(eval_iterations=found.iterations)).decision is GoNoGoDecision.NO_GO


def test_a_metric_that_nobody_mapped_is_missing_and_never_go() -> None:
    run = eval_run(metrics={"includes/accuracy": MetricValue(value=1.0, n=4)})
    found = assemble([in_file("v3.json", run)], (), EvalMapping())
    decision = judge(releasable(eval_iterations=found.iterations))
    assert decision.decision is GoNoGoDecision.NO_GO
    assert rule(decision, "accuracy").state is RuleState.NOT_EVALUATED


def test_the_older_table_has_no_such_rule() -> None:
    from tests.agent.gate.test_properties import SEED

    policy = parse_policy(msgspec.json.encode(SEED), "seed.json")
    assert "eval_completeness" not in {each.check for each in policy.rules}
