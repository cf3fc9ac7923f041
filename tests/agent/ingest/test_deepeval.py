from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.eval_runs import as_iteration
from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.deepeval import DeepEvalReader
from tsr_agent.ingest.limits import Limits
from tsr_agent.models.evals import EvalCase, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.reader import Parts

PASSED, FAILED = IterationOutcome.PASSED, IterationOutcome.FAILED


def data(score: object = 1.0, **changed: Any) -> dict[str, Any]:
    return {"name": "Contains", "threshold": 0.5, "success": True, "score": score} | changed


def case(name: str = "one", **changed: Any) -> dict[str, Any]:
    return {"name": name, "input": "?", "success": True, "metricsData": [data()]} | changed


def summary(*scores: object, **changed: Any) -> dict[str, Any]:
    return {"metric": "Contains", "scores": scores, "passes": len(scores), "fails": 0, "errors": 0} | changed


def run_of(*cases: dict[str, Any], **changed: Any) -> dict[str, Any]:
    listed = list(cases) or [case()]
    return {
        "testCases": listed,
        "conversationalTestCases": [],
        "metricsScores": [summary(*[1.0] * len(listed))],
        "testPassed": len(listed),
        "testFailed": 0,
    } | changed


def parts(document: dict[str, Any]) -> Parts:
    return read(DeepEvalReader(), json.dumps({"testRunData": document}))


def run(document: dict[str, Any]) -> EvalRun:
    (only,) = parts(document).eval_runs
    return only


def refusal(document: object, limits: Limits | None = None) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InputError) as caught:
        read(DeepEvalReader(limits), raw, "run.json")
    return caught.value.message


# Genuine files; their figures are those that the tool printed.


def test_a_genuine_run_keeps_passed_failed_and_broken_apart(data_dir: Path) -> None:
    found = read(DeepEvalReader(), (data_dir / "deepeval" / "mixed.json").read_bytes())
    (only,) = found.eval_runs
    assert (only.tool, only.completed, only.total, only.outcome) == ("DeepEval", 3, 4, FAILED)
    assert found.remarks == ("3 of 4 test cases were scored by every metric.",)
    assert only.metrics["Contains/mean"] == MetricValue(value=0.5, n=4)
    assert only.metrics["Contains/pass_rate"].value == 0.5
    assert only.metrics["Brevity/mean"].value == pytest.approx(0.8889, abs=5e-5)
    assert only.metrics["Brevity/mean"].n == 3
    # Three passed, none failed, one broke: the tool itself would say 100 % of three.
    assert only.metrics["Brevity/pass_rate"] == MetricValue(
        value=0.75, n=4, lower_is_better=False, minimum=0.0, maximum=1.0
    )
    assert [each.passed for each in only.cases] == [True, True, False, None]
    assert only.cases[3].error == "Brevity: RuntimeError: there is no answer to measure"


def test_an_export_without_the_wrapper_is_the_same_format(data_dir: Path) -> None:
    (only,) = read(DeepEvalReader(), (data_dir / "deepeval" / "green.export.json").read_bytes()).eval_runs
    assert (only.completed, only.total, only.outcome) == (1, 1, PASSED)
    assert only.cases == (EvalCase(id="france", passed=True, scores={"Contains": 1.0, "Brevity": 1.0}),)


def test_conversations_are_test_cases(data_dir: Path) -> None:
    (only,) = read(DeepEvalReader(), (data_dir / "deepeval" / "conversations.json").read_bytes()).eval_runs
    assert (only.completed, only.total, only.outcome) == (2, 2, FAILED)
    assert only.metrics["Turns/mean"].value == 0.625
    assert [each.passed for each in only.cases] == [True, False]


@pytest.mark.parametrize("name", ["mixed.json", "green.export.json", "conversations.json", "traced.json"])
def test_genuine_files_are_recognised_by_content(data_dir: Path, name: str) -> None:
    document = (data_dir / "deepeval" / name).read_bytes()
    assert takes(DeepEvalReader(), document, "any.json") is not None
    assert takes(DeepEvalReader(), document[:20], "any.json") is None or name != "green.export.json"


@pytest.mark.parametrize("name", [".latest_test_run.json", ".latest_run_full.json"])
def test_a_damaged_file_of_the_tools_own_name_is_not_overlooked(name: str) -> None:
    assert takes(DeepEvalReader(), b"", name) == f"named {name}"
    assert takes(DeepEvalReader(), b'{"testCases": []}', "cases.json") is None


# What is made of what a run can say.


def test_a_run_is_named_by_its_identifier_its_file_or_nothing() -> None:
    assert run(run_of(identifier="nightly", testFile="test_rag.py")).name == "nightly"
    assert run(run_of(testFile="test_rag.py")).name == "test_rag.py"
    assert run(run_of()).name == "test run"


def test_the_data_set_is_kept() -> None:
    dataset = run(run_of(datasetAlias="capitals")).dataset
    assert dataset is not None
    assert dataset.name == "capitals"
    assert run(run_of()).dataset is None


@pytest.mark.parametrize(
    "bad",
    [
        data(None),
        data(float("nan")),
        data(float("inf")),
        data("1.0"),
        data({"a": 1}),
        data(True),
        data(success=None),
        data(error="it broke"),
        data(error=""),
    ],
)
def test_a_metric_without_a_score_leaves_the_case_incomplete(bad: dict[str, Any]) -> None:
    scores = [summary(1.0, errors=1)]
    found = run(run_of(case(), case("two", metricsData=[bad]), metricsScores=scores))
    assert (found.completed, found.total, found.outcome) == (1, 2, FAILED)
    assert found.metrics["Contains/pass_rate"].value == 0.5
    assert found.metrics["Contains/mean"].n == 1
    assert found.cases[1].passed is None
    assert found.cases[1].error


@pytest.mark.parametrize("nothing", [None, []])
def test_a_case_without_metrics_is_incomplete(nothing: object) -> None:
    scores = [summary(1.0)]
    found = run(run_of(case(), case("two", metricsData=nothing), metricsScores=scores))
    assert (found.completed, found.outcome) == (1, FAILED)


@pytest.mark.parametrize(
    "changed",
    [
        {"testFailed": 1},
        {"testPassed": 2},
        {"testCases": [case(success=None)]},
        {"testCases": [case(success=False)]},
    ],
)
def test_a_failed_or_missing_case_fails_the_run(changed: dict[str, Any]) -> None:
    assert run(run_of()).outcome is PASSED
    assert run(run_of(**changed)).outcome is FAILED


@pytest.mark.parametrize(
    "stated",
    [
        summary(1.0, 1.0),
        summary(0.9),
        summary(1.0, passes=0),
        summary(1.0, errors=1),
        summary(1.0, fails=1),
        summary(),
    ],
)
def test_a_metric_whose_two_accounts_differ_is_left_out(stated: dict[str, Any]) -> None:
    found = parts(run_of(metricsScores=[stated]))
    (only,) = found.eval_runs
    assert (only.metrics, only.outcome) == ({}, FAILED)
    assert "metricsScores and the test cases differ on Contains; it is left out." in found.remarks


def test_a_metric_that_is_summed_up_twice_is_left_out() -> None:
    assert run(run_of(metricsScores=[summary(1.0), summary(1.0)])).metrics == {}


def test_a_summary_that_passes_what_a_case_failed_is_left_out() -> None:
    failed = case(metricsData=[data(success=False)])
    assert run(run_of(failed)).metrics == {}
    assert run(run_of(failed | {"trace": {}})).metrics == {}


def test_without_a_summary_the_cases_are_counted() -> None:
    found = run(run_of(case(), case("two", metricsData=[data(0.5)]), metricsScores=[]))
    assert found.metrics["Contains/mean"] == MetricValue(value=0.75, n=2)


def test_steps_inside_traced_cases_are_judged_with_their_case() -> None:
    spans = [{"name": "search", "metricsData": [data(0.5)]}, {"name": "answer"}]
    traced = case(trace={"baseSpans": spans, "llmSpans": None})
    found = run(run_of(traced, metricsScores=[summary(1.0, 0.5)]))
    assert (found.metrics["Contains/mean"].value, found.outcome) == (0.75, PASSED)
    assert found.cases[0].scores == {"Contains": 1.0, "Contains #2": 0.5}
    spans[1]["metricsData"] = [data(None, error="it broke")]
    broken = run(run_of(traced, metricsScores=[summary(1.0, 0.5, errors=1)]))
    assert (broken.completed, broken.total, broken.outcome) == (0, 1, FAILED)
    assert broken.cases[0].error == "Contains: it broke"


def test_a_run_that_measures_only_steps_is_read(data_dir: Path) -> None:
    found = read(DeepEvalReader(), (data_dir / "deepeval" / "traced.json").read_bytes())
    (only,) = found.eval_runs
    assert (only.completed, only.total, only.outcome, found.remarks) == (2, 2, FAILED, ())
    assert only.metrics["Contains/mean"] == MetricValue(value=0.5, n=2)
    assert [(each.id, each.passed, each.scores) for each in only.cases] == [
        ("fr", True, {"Contains": 1.0}),
        ("pe", False, {"Contains": 0.0}),
    ]


def test_a_run_without_cases_is_no_pass() -> None:
    found = parts(run_of(testCases=[], metricsScores=[summary(1.0)], testPassed=0))
    (only,) = found.eval_runs
    assert (only.completed, only.total, only.outcome, only.metrics) == (0, 0, FAILED, {})
    assert "The test run lists no test case." in found.remarks


def test_cases_of_the_same_name_stay_apart() -> None:
    found = run(run_of(case(), case(), case("one #2"), case("")))
    assert [each.id for each in found.cases] == ["one", "one #2", "one #2 #2", "test case 4"]


def test_a_link_to_a_run_is_refused_with_what_to_do() -> None:
    document = {"testRunLink": "https://example.test/run/1"}
    assert takes(DeepEvalReader(), json.dumps(document), "x.json") == "JSON with testRunLink at the top"
    assert "only the link to a test run" in refusal(document)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b'{"testRunData": null}',
        {"testRunData": {}},
        {"testCases": None},
        {"testCases": [{"metricsData": [{}]}]},
        {"testCases": [{"metricsData": [], "trace": []}]},
        {"testCases": [], "testFailed": -1},
        {"testCases": [], "metricsScores": [summary(passes=-1)]},
    ],
)
def test_what_is_no_test_run_is_refused(document: object) -> None:
    assert refusal(document).startswith("run.json: ")


def test_bounds_are_refused() -> None:
    many = run_of(*[case(str(each)) for each in range(11)])
    assert "raise eval_cases" in refusal(many, Limits(eval_cases=10))
    assert "more than 100 bytes of one JSON file" in refusal(many, Limits(json_bytes=100))
    names = [data(name=f"m{each}") for each in range(10_001)]
    assert "10,002 metrics; at most" in refusal(run_of(case(metricsData=names)))


def test_hostile_texts_are_bounded_and_cleaned() -> None:
    text = "\x1b[31m" + "x" * 9_999
    bad = data(name=text, error=text)
    found = run(run_of(case(text, metricsData=[bad]), identifier=text, datasetAlias=text, metricsScores=[]))
    shown = [found.name, found.cases[0].id, found.cases[0].error, *found.metrics]
    assert all(0 < len(each) <= 2_100 and "\x1b" not in each for each in shown)


@given(st.binary(max_size=300))
def test_any_bytes_give_refusals_only(document: bytes) -> None:
    assert refusal(document)
    assert refusal(b'{"testRunData": ' + document)


@given(st.data())
def test_any_run_is_refused_or_read_and_never_better(drawn: st.DataObject) -> None:
    value = drawn.draw(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=3)
        | st.just([])
        | st.just({})
    )
    document: Any = copy.deepcopy(run_of(case(), case("two", success=False, metricsData=[data(0.1)])))
    place = drawn.draw(
        st.sampled_from(
            [
                ("testCases",),
                ("testCases", 1),
                ("testCases", 1, "success"),
                ("testCases", 1, "metricsData"),
                ("testCases", 0, "metricsData", 0, "score"),
                ("testCases", 0, "metricsData", 0, "success"),
                ("testCases", 0, "metricsData", 0, "error"),
                ("metricsScores",),
                ("metricsScores", 0, "scores"),
                ("metricsScores", 0, "passes"),
                ("metricsScores", 0, "errors"),
                ("testPassed",),
                ("testFailed",),
            ]
        )
    )
    target = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    try:
        found = run(document)
    except InputError:
        return
    assert as_iteration(found)
    assert 0 <= found.completed <= found.total
    rates = [each for name, each in found.metrics.items() if name.endswith("/pass_rate")]
    assert all(0 <= each.value <= 1 for each in rates)
    assert found.outcome is FAILED or found.completeness().value == 1
