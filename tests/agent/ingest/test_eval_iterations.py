from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.eval_runs import eval_run, in_file
from tsr_agent.ingest.eval_iterations import EvalIterations, assemble
from tsr_agent.models.eval_mapping import EvalMapping, EvalRunRule
from tsr_agent.models.evals import (
    Dataset,
    EvalCase,
    EvalIterationSummary,
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    Severity,
)

ACCURACY = EvalMapping(metrics={"includes/accuracy": "accuracy"})
NOTHING = EvalMapping()


def rule(**fields: Any) -> EvalRunRule:
    return EvalRunRule(**({"file": "*", "iteration": 3} | fields))


def ruled(**fields: Any) -> EvalMapping:
    return EvalMapping(runs=(rule(**fields),))


def history(**fields: Any) -> EvalIterationSummary:
    values: dict[str, Any] = {
        "iteration": 3,
        "version_name": "V3 RAG",
        "outcome": IterationOutcome.PASSED,
        "metrics": {"grounding_score": 0.95},
    }
    return EvalIterationSummary(**(values | fields))


def only(found: EvalIterations) -> EvalIterationSummary:
    assert found.problems == {}
    (iteration,) = found.iterations
    return iteration


def test_a_mapped_metric_keeps_what_the_tool_says_of_it() -> None:
    measured = MetricValue(value=0.9, n=4, standard_error=0.1, lower_is_better=False, minimum=0, maximum=1)
    run = eval_run(metrics={"includes/accuracy": measured})
    iteration = only(assemble([in_file("v3.json", run)], (), ACCURACY))
    assert iteration.metrics == {
        "accuracy": measured,
        "completeness": MetricValue(value=1.0, n=4, minimum=0, maximum=1, lower_is_better=False),
    }
    assert (iteration.iteration, iteration.version_name, iteration.tool) == (3, "rag-qa", "inspect_ai 0.3")


@pytest.mark.parametrize("theirs", ["includes/accuracy", "accuracy", "grounding_score", "acc,none"])
def test_an_unmapped_metric_never_gets_a_name_of_ours(theirs: str) -> None:
    run = eval_run(metrics={theirs: MetricValue(value=1.0)})
    found = assemble([in_file("v3.json", run)], (), NOTHING)
    iteration = only(found)
    assert iteration.metric("accuracy") is None
    assert iteration.metric("grounding_score") is None
    qualified = theirs if "/" in theirs or "," in theirs else f"inspect_ai/{theirs}"
    assert iteration.metric(qualified) == MetricValue(value=1.0)
    (remark,) = found.remarks["v3.json"]
    assert remark.startswith(f"No name of ours is given for {theirs}:")
    assert f'write "{theirs}" = "' in remark


def test_the_advice_for_an_unmapped_metric_names_none_that_is_taken() -> None:
    metrics = {"includes/accuracy": MetricValue(value=0.9), "match/accuracy": MetricValue(value=0.8)}
    found = assemble([in_file("v3.json", eval_run(metrics=metrics))], (), ACCURACY)
    (remark,) = found.remarks["v3.json"]
    assert '"match/accuracy" = "match_accuracy" under' in remark


def test_a_metric_called_completeness_does_not_replace_the_computed_one() -> None:
    run = eval_run(metrics={"completeness": MetricValue(value=1.0)}, completed=3)
    assert only(assemble([in_file("v3.json", run)], (), NOTHING)).metric("completeness") == MetricValue(
        value=0.75, n=4, minimum=0, maximum=1, lower_is_better=False
    )


def test_the_mapping_of_the_run_comes_before_that_of_all() -> None:
    mapping = EvalMapping(
        metrics=ACCURACY.metrics,
        runs=(rule(file="safety*", metrics={"includes/accuracy": "safety_score"}),),
    )
    safety = eval_run("safety", metrics={"includes/accuracy": MetricValue(value=0.5)})
    iteration = only(assemble([in_file("safety.json", safety), in_file("v3.json")], (), mapping))
    assert iteration.metrics.keys() == {"safety_score", "accuracy", "completeness"}
    assert iteration.metric("accuracy") == MetricValue(value=0.9, n=4)
    assert iteration.version_name == "V3"


def test_two_values_of_one_name_of_ours_leave_both_files_unreadable() -> None:
    other = eval_run("other", metrics={"includes/accuracy": MetricValue(value=0.2, n=4)})
    found = assemble(
        [in_file("v3/a.json"), in_file("v3/b.json", other), in_file("v3/c.json", eval_run("c", metrics={}))],
        (),
        ACCURACY,
    )
    assert found.problems.keys() == {"v3/a.json", "v3/b.json"}
    assert (
        "'accuracy' of iteration 3 has more than one value (0.9 on 4 and 0.2 on 4;"
        in found.problems["v3/a.json"]
    )
    assert found.iterations[0].metric("accuracy") is None


def test_two_metrics_of_one_run_under_one_name_of_ours_are_a_problem() -> None:
    both = {"includes/accuracy": MetricValue(value=0.9), "match/accuracy": MetricValue(value=0.4)}
    mapping = EvalMapping(metrics=dict.fromkeys(both, "accuracy"))
    assert assemble([in_file("v3.json", eval_run(metrics=both))], (), mapping).problems.keys() == {"v3.json"}


def test_a_name_of_ours_that_is_also_a_tools_own_is_a_problem() -> None:
    mapping = EvalMapping(metrics={"match/accuracy": "includes/accuracy"})
    both = {"includes/accuracy": MetricValue(value=0.1), "match/accuracy": MetricValue(value=0.9)}
    assert assemble([in_file("v3.json", eval_run(metrics=both))], (), mapping).problems


def test_the_same_number_on_fewer_samples_is_another_value() -> None:
    other = eval_run("other", metrics={"includes/accuracy": MetricValue(value=0.9, n=1)})
    assert assemble([in_file("v3/a.json"), in_file("v3/b.json", other)], (), ACCURACY).problems


def test_two_values_of_a_tools_own_name_stand_under_their_runs() -> None:
    other = eval_run("other", metrics={"includes/accuracy": MetricValue(value=0.2)})
    iteration = only(assemble([in_file("v3.json", eval_run(), other)], (), NOTHING))
    assert {name for name in iteration.metrics if name != "completeness"} == {
        "rag-qa: includes/accuracy",
        "other: includes/accuracy",
    }


def test_runs_of_one_name_are_told_apart_by_file_and_number() -> None:
    values = [eval_run(metrics={"s/m": MetricValue(value=each)}) for each in (0.1, 0.2, 0.3)]
    iteration = only(
        assemble([in_file("v3/a.json", *values[:2]), in_file("v3/b.json", values[2])], (), NOTHING)
    )
    assert {name: iteration.metric(name).value for name in iteration.metrics if name != "completeness"} == {  # type: ignore[union-attr]
        "v3/a.json: rag-qa: s/m": 0.1,
        "v3/a.json: rag-qa #2: s/m": 0.2,
        "v3/b.json: rag-qa: s/m": 0.3,
    }


def test_a_run_can_not_take_another_name_by_what_it_is_called() -> None:
    mapping = EvalMapping(metrics={"x/y": "one: s/m"})
    runs = [
        eval_run("one", metrics={"s/m": MetricValue(value=1.0), "x/y": MetricValue(value=0.2)}),
        eval_run("two", metrics={"s/m": MetricValue(value=0.5)}),
    ]
    iteration = only(assemble([in_file("v3.json", *runs)], (), mapping))
    assert iteration.metric("one: s/m") == MetricValue(value=0.2)


def test_runs_whose_labels_and_metrics_make_one_name_lose_nothing() -> None:
    values = {"a: b": {"c/d": 0.1}, "a": {"b: c/d": 0.2}, "x": {"c/d": 0.3, "b: c/d": 0.4}}
    runs = [
        eval_run(name, metrics={key: MetricValue(value=value) for key, value in each.items()})
        for name, each in values.items()
    ]
    iteration = only(assemble([in_file("v3.json", *runs)], (), NOTHING))
    found = [iteration.metric(name) for name in iteration.metrics if name != "completeness"]
    assert sorted(each.value for each in found if each is not None) == [0.1, 0.2, 0.3, 0.4]


def test_two_runs_of_one_file_are_two_however_alike() -> None:
    iteration = only(assemble([in_file("v3.json", eval_run(), eval_run())], (), ACCURACY))
    assert iteration.metric("accuracy") == MetricValue(value=0.9, n=4)
    assert assemble([in_file("v3.json", eval_run(), eval_run())], (), ACCURACY).remarks["v3.json"] == ()


@pytest.mark.parametrize("change", [{"completed": 3}, {"outcome": IterationOutcome.FAILED}, {"broken": "x"}])
def test_a_copy_that_says_something_worse_counts(change: dict[str, Any]) -> None:
    one, other = eval_run(key="k"), eval_run(key="k", **change)
    for files in ([one, other], [other, one]):
        made = [in_file(f"v3/{at}.json", each) for at, each in enumerate(files)]
        iteration = only(assemble(made, (), ACCURACY))
        completeness = iteration.metric("completeness")
        assert completeness is not None
        assert (iteration.outcome, completeness.value) != (IterationOutcome.PASSED, 1.0)


def test_runs_without_an_id_can_be_alike_by_chance() -> None:
    found = assemble([in_file("v2.json"), in_file("v3.json")], (), ACCURACY)
    assert [each.iteration for each in found.iterations] == [2, 3]
    assert found.problems == {}


def test_a_rule_that_matches_nothing_is_told_and_fails_the_latest_iteration_only() -> None:
    def found(iteration: int, *stated: EvalIterationSummary) -> EvalIterations:
        rules = (rule(file="v3.json"), rule(file="x.json", run="safety", iteration=iteration))
        return assemble([in_file("v3.json")], stated, EvalMapping(runs=rules))

    told = "[[evals.runs]] number 2 (file 'x.json', run 'safety') matches no run."
    assert all(told in found(number).explanations for number in (2, 3, 4))
    assert found(2).missing == ()
    assert found(2).iterations[-1].outcome is IterationOutcome.PASSED
    for one in (found(3), found(4), found(4, history(iteration=4)), found(3, history())):
        assert len(one.missing) == 1
        last = max(one.iterations, key=lambda each: each.iteration)
        completeness = last.metric("completeness")
        assert completeness is not None
        assert (last.outcome, completeness.value, completeness.n) == (IterationOutcome.FAILED, 0.0, 0)


def test_thousands_of_runs_are_united_in_steps_that_grow_with_them() -> None:
    same = [eval_run("t", metrics={"acc,none": MetricValue(value=0.5)}) for _ in range(4_000)]
    other = [eval_run(f"t{at}", metrics={"acc,none": MetricValue(value=0.5)}) for at in range(4_000)]
    iteration = only(assemble([in_file("v3.json", *same, *other)], (), NOTHING))
    assert iteration.metrics.keys() == {"acc,none", "completeness"}


def test_one_run_in_two_files_counts_once() -> None:
    iteration = only(assemble([in_file("v3/a.eval"), in_file("v3/a.json")], (), ACCURACY))
    assert iteration.metric("completeness") == MetricValue(
        value=1.0, n=4, minimum=0, maximum=1, lower_is_better=False
    )


def test_trap_05_samples_that_broke_make_the_iteration_incomplete() -> None:
    safety = eval_run("safety", completed=3, metrics={"includes/accuracy": MetricValue(value=1.0, n=3)})
    rest = eval_run("rest", total=16_000, completed=16_000, metrics={})
    iteration = only(assemble([in_file("v3.json", safety, rest)], (), ACCURACY))
    assert iteration.metric("accuracy") == MetricValue(value=1.0, n=3)
    completeness = iteration.metric("completeness")
    assert completeness is not None
    # That of the run that broke: among all samples it would hardly show.
    assert (completeness.value, completeness.n) == (3 / 4, 4)


@pytest.mark.parametrize(("completed", "total"), [(0, 0), (5, 0), (-1, 4), (0, -4), (0, 4)])
def test_a_run_that_scored_nothing_has_failed_and_is_not_complete(completed: int, total: int) -> None:
    empty = eval_run("empty", completed=completed, total=total)
    mapping = ruled(outcome=IterationOutcome.PASSED)
    iteration = only(assemble([in_file("a.json", empty, eval_run("full", metrics={}))], (), mapping))
    assert iteration.outcome is IterationOutcome.FAILED
    completeness = iteration.metric("completeness")
    assert completeness is not None
    assert completeness.value < 1


def test_more_completed_than_there_are_fills_no_gap_of_another_run() -> None:
    runs = [eval_run("a", completed=99), eval_run("b", completed=2, metrics={})]
    completeness = only(assemble([in_file("v3.json", *runs)], (), NOTHING)).metric("completeness")
    assert completeness is not None
    assert completeness.value == 0.5


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        (("passed", "failed"), "failed"),
        (("improved", "passed"), "improved"),
        (("passed", "passed"), "passed"),
    ],
)
def test_the_worst_outcome_counts(outcomes: tuple[str, ...], worst: str) -> None:
    runs = [eval_run(f"r{at}", outcome=IterationOutcome(each)) for at, each in enumerate(outcomes)]
    assert only(assemble([in_file("v3.json", *runs)], (), NOTHING)).outcome is IterationOutcome(worst)


def test_a_persons_word_stands_over_the_tools_and_is_remarked() -> None:
    failed = in_file("log.json", eval_run(outcome=IterationOutcome.FAILED))
    found = assemble([failed], (), ruled(outcome=IterationOutcome.PASSED))
    assert only(found).outcome is IterationOutcome.PASSED
    assert (
        "The run 'rag-qa' counts as passed by aitr.toml; the tool says failed." in found.remarks["log.json"]
    )


def test_a_persons_word_never_stands_over_a_run_that_broke() -> None:
    broken = in_file("log.json", eval_run(broken="It was cancelled."))
    found = assemble([broken], (history(),), ruled(outcome=IterationOutcome.PASSED))
    assert only(found).outcome is IterationOutcome.FAILED
    assert "The run 'rag-qa' did not end properly: It was cancelled." in found.remarks["log.json"]


def test_names_that_a_person_gives() -> None:
    found = assemble(
        [in_file("log.json")], (), ruled(version_name="V3 RAG", prompt_version="v3.0.0", iteration=4)
    )
    iteration = only(found)
    assert (iteration.iteration, iteration.version_name, iteration.prompt_version) == (4, "V3 RAG", "v3.0.0")


def test_a_history_is_completed_and_its_words_stay() -> None:
    mode = FailureMode(
        id="FM-1",
        name="Invents",
        severity=Severity.MAJOR,
        category=FailureCategory.ACCURACY,
        discovered_in_iteration=3,
    )
    stated = history(failure_modes=(mode,), fixes_applied=({"description": "x"},), cases=(EvalCase(id="a"),))
    run = eval_run(dataset=Dataset(name="capitals", size=4), cases=(EvalCase(id="a", passed=True),))
    first = history(iteration=1, version_name="V1")
    found = assemble([in_file("v3.json", run)], (stated, first), ACCURACY)
    third, same = found.iterations
    assert same == first
    assert (third.version_name, third.failure_modes, third.fixes_applied) == (
        "V3 RAG",
        (mode,),
        ({"description": "x"},),
    )
    assert third.metrics.keys() == {"grounding_score", "accuracy", "completeness"}
    assert third.dataset == Dataset(name="capitals", size=4)
    assert third.tool == "inspect_ai 0.3"
    assert [each.id for each in third.cases] == ["a", "inspect_ai 0.3: a"]


@pytest.mark.parametrize(
    "stated",
    [0.92, 0.8, MetricValue(value=0.9, n=400), MetricValue(value=0.9, maximum=100), float("nan")],
)
def test_a_statement_that_the_measurement_denies_makes_the_file_unreadable(stated: Any) -> None:
    measured = MetricValue(value=0.9, n=4, minimum=0, maximum=1)
    run = in_file("v3.json", eval_run(metrics={"includes/accuracy": measured}))
    found = assemble([run], (history(metrics={"accuracy": stated}),), ACCURACY)
    assert "take the statement out of evals.json" in found.problems["v3.json"]


def test_a_statement_that_fits_adds_what_the_tool_does_not_say() -> None:
    stated = history(metrics={"accuracy": MetricValue(value=0.9, lower_is_better=False, unit="share")})
    iteration = only(assemble([in_file("v3.json")], (stated,), ACCURACY))
    assert iteration.metric("accuracy") == MetricValue(value=0.9, n=4, lower_is_better=False, unit="share")


def test_a_completeness_that_the_runs_deny_makes_their_files_unreadable() -> None:
    stated = history(metrics={"completeness": 1.0})
    short = in_file("v3.json", eval_run(completed=3))
    assert assemble([short], (stated,), NOTHING).problems.keys() == {"v3.json"}
    assert assemble([in_file("v3.json")], (stated,), NOTHING).problems == {}


def test_a_number_listed_twice_stays_so_for_the_gate_to_judge() -> None:
    found = assemble([in_file("v3.json")], (history(), history(outcome=IterationOutcome.FAILED)), ACCURACY)
    assert [each.iteration for each in found.iterations] == [3, 3]
    assert [each.metric("accuracy") is None for each in found.iterations] == [False, True]


def test_iterations_of_tools_come_in_order_whatever_the_files_order() -> None:
    files = [in_file("v10.json"), in_file("v2.json"), in_file("v9.json")]
    assert [each.iteration for each in assemble(files, (), ACCURACY).iterations] == [2, 9, 10]


def test_data_sets_and_cases_of_several_runs() -> None:
    runs = [
        eval_run(name, metrics={}, dataset=Dataset(name=f"{name} set", size=2), cases=(EvalCase(id="1"),))
        for name in ("a", "b")
    ]
    iteration = only(assemble([in_file("v3.json", *runs)], (), NOTHING))
    assert iteration.dataset == Dataset(name="a set + b set", size=4)
    assert [each.id for each in iteration.cases] == ["a: 1", "b: 1"]
    apart = only(assemble([in_file("v3.json", runs[0], eval_run("c", metrics={}))], (), NOTHING))
    assert apart.dataset == Dataset(name="a set")
    assert [each.id for each in apart.cases] == ["1"]


def test_what_was_mapped_and_what_matches_nothing_is_explained() -> None:
    mapping = EvalMapping(
        metrics={"includes/accuracy": "accuracy", "incldes/accuracy": "x"},
        runs=(rule(file="v3.json", metrics={"gone": "y"}), rule(file="never.json")),
    )
    found = assemble([in_file("v3.json")], (), mapping)
    placed = "The run 'rag-qa' is iteration 3 by [[evals.runs]] v3.json"
    assert found.placed == {"v3.json": (f"{placed}; includes/accuracy is accuracy by [evals.metrics].",)}
    assert found.explanations == (
        "[[evals.runs]] number 2 (file 'never.json', run '*') matches no run.",
        "[evals.metrics] 'incldes/accuracy' matches no metric of any run.",
        "[[evals.runs]] number 1: 'gone' matches no metric of its runs.",
    )


RUNS = st.builds(
    eval_run,
    st.sampled_from(["a", "b", "a: s/m"]),
    metrics=st.dictionaries(
        st.sampled_from(["s/m", "t/m", "accuracy", "completeness"]),
        st.builds(MetricValue, value=st.sampled_from([0.0, 0.5, 1.0]), n=st.none() | st.integers(0, 3)),
    ),
    completed=st.integers(-1, 5),
    total=st.integers(-1, 5),
    outcome=st.sampled_from(IterationOutcome),
    broken=st.sampled_from(["", "It broke."]),
)
FILES = st.lists(
    st.tuples(st.sampled_from(["v1", "v2", "x"]), st.lists(RUNS, min_size=1, max_size=3)), max_size=4
)


@given(FILES)
def test_nothing_measured_is_lost_or_bettered(files: Any) -> None:
    listed = [in_file(f"{folder}/{at}.json", *runs) for at, (folder, runs) in enumerate(files)]
    mapping = EvalMapping(metrics={"s/m": "ours"})
    found = assemble(listed, (), mapping)
    for number in (1, 2):
        placed = [
            run
            for file in listed
            if file.path not in found.problems and (file.path.startswith(f"v{number}"))
            for run in file.runs
        ]
        if not placed:
            continue
        (iteration,) = (each for each in found.iterations if each.iteration == number)
        said = {run.metrics["s/m"] for run in placed if "s/m" in run.metrics}
        assert len(said) <= 1
        assert iteration.metric("ours") == (said.pop() if said else None)
        assert iteration.metric("accuracy") is None
        values = {each for name in iteration.metrics if (each := iteration.metric(name)) is not None}
        for run in placed:
            assert {value for name, value in run.metrics.items() if name != "completeness"} <= values
        if any(run.broken or run.completed <= 0 or run.total <= 0 for run in placed):
            assert iteration.outcome is IterationOutcome.FAILED
        completeness = iteration.metric("completeness")
        assert completeness is not None
        assert completeness.value < 1 or all(run.completed >= run.total > 0 for run in placed)
