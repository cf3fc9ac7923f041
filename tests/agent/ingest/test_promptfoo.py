from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.eval_runs import broken_row, promptfoo, row
from tests.factories.inputs import read, takes
from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.promptfoo import PromptfooReader, why_left
from tsr_agent.models.evals import IterationOutcome

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.reader import Parts

FILES = ("results.json", "iteration_v1.json", "iteration_v2.json", "iteration_v3.json")


def parts(document: dict[str, Any]) -> Parts:
    return read(PromptfooReader(), json.dumps(document), "results.json")


def run(document: dict[str, Any]) -> EvalRun:
    (only,) = parts(document).eval_runs
    return only


def refusal(document: object, reader: PromptfooReader | None = None) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(InputError) as caught:
        read(reader or PromptfooReader(), text, "results.json")
    return "\n".join(caught.value.diagnostics())


def parts_of(data_dir: Path, name: str) -> Parts:
    return read(PromptfooReader(), (data_dir / "promptfoo" / name).read_bytes(), name)


def genuine(data_dir: Path, name: str) -> tuple[EvalRun, ...]:
    return read(PromptfooReader(), (data_dir / "promptfoo" / name).read_bytes(), name).eval_runs


@pytest.mark.parametrize("name", FILES)
def test_oracle(data_dir: Path, name: str) -> None:
    oracle = json.loads((data_dir / "oracle.json").read_text("utf-8"))[f"promptfoo/{name}"]
    runs = genuine(data_dir, name)
    cases = [case.passed for each in runs for case in each.cases]
    assert (cases.count(True), cases.count(False), cases.count(None)) == (
        oracle["passed"],
        oracle["failed"],
        oracle["errors"],
    )
    assert any(each.outcome is IterationOutcome.FAILED for each in runs) == (oracle["exit"] == 100)
    if "accuracy" in oracle:
        (only,) = runs
        assert only.metrics["namedScores/accuracy"].value == oracle["accuracy"]
        assert only.metrics["namedScores/brevity"].value == oracle["brevity"]


def test_trap_06_named_scores_are_weighted_sums(data_dir: Path) -> None:
    terse, *_, verbose = genuine(data_dir, "results.json")
    assert terse.metrics["namedScores/accuracy"].value == pytest.approx(2 / 3)
    assert terse.metrics["namedScores/accuracy"].n == 3
    # 2.5 of the weight 2.5 over 5 assertions of the weight 0.5: neither 2.5 nor 0.5.
    assert terse.metrics["namedScores/brevity"].value == 1.0
    assert terse.metrics["namedScores/brevity"].n == 5
    assert verbose.metrics["namedScores/brevity"].value == 0.0


def test_a_part_of_a_suite_that_is_repeated_is_not_the_whole(data_dir: Path) -> None:
    # 5 tests, since a list of 3 texts is a test for each; one entry of 3 was run, twice.
    (runs, remarks) = (genuine(data_dir, "repeated.json"), parts_of(data_dir, "repeated.json").remarks)
    assert [(each.completed, each.total) for each in runs] == [(6, 10)] * 2
    assert [each.outcome for each in runs] == [IterationOutcome.FAILED] * 2
    assert all("6 of the 10 tests of the suite were run." in each for each in remarks)


def test_n_is_the_number_of_tests_and_not_of_assertions(data_dir: Path) -> None:
    accuracy = genuine(data_dir, "repeated.json")[0].metrics["namedScores/accuracy"]
    assert (accuracy.value, accuracy.n) == (pytest.approx(2 / 6), 6)  # of 12 assertions, 6 of the weight 0


@pytest.mark.parametrize(
    ("tests", "repeat", "total"),
    [
        ([{"vars": {"q": ["a", "b"], "t": ["x", "y", "z"]}}], 1, 6),
        ([{"vars": {"q": ["a", "b"]}}, {"vars": {"q": "c"}}, {}], 2, 8),
        ([{"vars": {"q": [1, 2, 3, 4]}}], 1, 3),
        ([{"vars": {"q": []}}], 1, 3),
        ([{"vars": {"q": ["a"] * 9}, "options": {"disableVarExpansion": True}}], 1, 3),
        ([{"vars": {"q": ["a"] * 9}, "options": None}], True, 9),
        ([{"vars": {"q": ["a"] * 9}}], "many", 9),
        ([{"vars": {"q": ["a"] * 9}}], 10**300, 2**50),
        ([{"vars": {f"q{at}": ["a"] * 9 for at in range(99)}}], -1, 2**50),
    ],
)
def test_tests_that_were_meant_to_run(tests: list[Any], repeat: object, total: int) -> None:
    document = promptfoo([row(0), row(1), row(2)])
    document["config"]["tests"] = tests
    document["runtimeOptions"] = {"repeat": repeat}
    assert run(document).total == total


def test_lists_that_the_tool_was_told_to_leave_whole_are_one_test() -> None:
    document = promptfoo([row(0, vars={"q": ["a", "b", "c"]})])
    assert (run(document).completed, run(document).total) == (1, 1)


def test_suites_whose_variables_were_left_out_are_not_taken_for_one() -> None:
    document = promptfoo([row(0, vars={}), row(1, vars={})])
    document["config"]["tests"] = "file://tests.csv"
    dataset = run(document).dataset
    assert dataset is not None
    assert (dataset.name, dataset.digest, dataset.size) == ("tests.csv", None, 2)


def test_the_columns_of_a_run_have_ids_of_their_own(data_dir: Path) -> None:
    keys = [each.key for each in genuine(data_dir, "results.json")]
    assert len(set(keys)) == 4
    assert all(keys)
    assert run(promptfoo([row(0)], timestamp=None)).key == ""


def test_trap_07_errors_are_kept_apart_from_failures(data_dir: Path) -> None:
    runs = genuine(data_dir, "results.json")
    assert [(each.completed, each.total) for each in runs] == [(5, 6)] * 4
    assert [each.completeness().value for each in runs] == pytest.approx([5 / 6] * 4)
    broken = [case for each in runs for case in each.cases if case.passed is None]
    assert [case.error for case in broken] == ["HTTP 503 from upstream: overloaded <retry>"] * 4
    assert all(each.metrics["tests/pass_rate"].n == 6 for each in runs)
    assert runs[0].metrics["tests/pass_rate"].value == pytest.approx(4 / 6)


def test_names_version_time_and_rates_of_a_genuine_file(data_dir: Path) -> None:
    runs = genuine(data_dir, "results.json")
    assert [each.name.rpartition(" ")[2] for each in runs] == [
        "[kb-model-terse]",
        "[kb-model-terse]",
        "[kb-model-verbose]",
        "[kb-model-verbose]",
    ]
    assert len({each.name for each in runs}) == 4
    first = runs[0]
    assert first.tool == "promptfoo 0.121.20"
    assert first.created_at is not None
    assert first.created_at.isoformat() == "2026-11-22T21:02:09.424000+00:00"
    assert first.metrics["assert/pass_rate"].value == 14 / 16
    assert first.metrics["cost/total"].value == pytest.approx(0.0066)
    latency = first.metrics["latency/mean"]
    assert (latency.value, latency.n, latency.unit, latency.lower_is_better) == (46 / 5, 5, "ms", True)


def test_versions_of_one_suite_share_their_digest_and_case_ids(data_dir: Path) -> None:
    versions = [genuine(data_dir, f"iteration_v{number}.json")[0] for number in (1, 2, 3)]
    assert len({each.dataset for each in versions}) == 1
    assert versions[0].dataset is not None
    assert versions[0].dataset.size == 10
    assert len({tuple(case.id for case in each.cases) for each in versions}) == 1
    assert versions[0].cases[0].id == "c=France"
    (other, *_) = genuine(data_dir, "results.json")
    assert other.dataset is not None
    assert other.dataset.digest != versions[0].dataset.digest


@pytest.mark.parametrize("name", FILES)
def test_every_genuine_file_is_recognised_whole_or_cut_off(data_dir: Path, name: str) -> None:
    document = (data_dir / "promptfoo" / name).read_bytes()
    assert takes(PromptfooReader(), document[: 64 * 1024], "anything.json")
    assert takes(PromptfooReader(), document[:2_000], "anything.json")
    assert "not JSON" in refusal(document[:-20].decode())


@pytest.mark.parametrize(
    "text", ['{"results": {}}', '{"evalId": "x"}', "[]", "", '{"iterations": [], "results": {}}']
)
def test_leaves_what_is_not_promptfoos(text: str) -> None:
    assert takes(PromptfooReader(), text, "results.json") is None


def test_lines_of_results_are_named_and_not_read() -> None:
    line = json.dumps(row(0))
    assert "hand in the JSON" in (why_left(f"{line}\n{line}\n".encode()) or "")
    assert why_left(b'{"a": 1}\n') is None
    assert takes(PromptfooReader(), line, "results.jsonl") is None


@pytest.mark.parametrize("version", [1, 2, 4, 0, -3])
def test_another_version_is_refused_by_its_number(version: int) -> None:
    assert f"results of version {version}; version 3 is read" in refusal(promptfoo([row(0)], version=version))


def test_counts_for_files_from_before_there_were_weights() -> None:
    old = promptfoo([row(0), row(1, score=0.0)])
    del old["results"]["prompts"][0]["metrics"]["namedScoreWeights"]
    for each in old["results"]["results"]:
        each["gradingResult"] = {}
    assert run(old).metrics["namedScores/accuracy"].value == 0.5


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"namedScoreWeights": {}}, "it has no weight to divide it by"),
        ({"namedScoreWeights": {"accuracy": 0}}, "its weight is 0"),
        ({"namedScoreWeights": {"accuracy": -2}}, "its weight is -2"),
        ({"namedScores": {"accuracy": None}}, "it is not a finite number"),
        ({"namedScoreWeights": {"accuracy": 1}}, "its weight is given as 1, and the results add up to 2"),
        ({"namedScores": {"accuracy": 2}}, "its sum is given as 2, and the results add up to 1"),
        ({"namedScoreWeights": None, "namedScoresCount": {}}, "it has no weight to divide it by"),
    ],
)
def test_a_score_that_can_not_be_a_mean_is_not_taken(changed: dict[str, Any], why: str) -> None:
    found = parts(promptfoo([row(0), row(1, score=0.0)], metrics=changed))
    assert "namedScores/accuracy" not in found.eval_runs[0].metrics
    (remark,) = found.remarks
    assert remark.startswith("answer [echo]: namedScores/accuracy is not taken: ")
    assert why in remark


def test_a_derived_metric_has_no_weight_and_is_not_taken() -> None:
    document = promptfoo([row(0)], metrics={"namedScores": {"accuracy": 1, "f1": 7.0}})
    found = parts(document)
    assert "namedScores/f1" not in found.eval_runs[0].metrics
    assert "derived metric" in found.remarks[0]


def test_of_countless_scores_the_first_are_taken_and_the_others_counted() -> None:
    scores = {f"s{number:04}": 1.0 for number in range(1_010)}
    document = promptfoo([row(0)])
    document["results"]["results"][0] |= {
        "namedScores": scores,
        "gradingResult": {"namedScoreWeights": scores},
    }
    sums = document["results"]["prompts"][0]["metrics"]
    sums |= {"namedScores": scores, "namedScoreWeights": scores, "namedScoresCount": scores}
    found = parts(document)
    taken = [each for each in found.eval_runs[0].metrics if each.startswith("namedScores/")]
    assert taken == [f"namedScores/s{number:04}" for number in range(1_000)]
    assert found.remarks == ("answer [echo]: 10 further named scores are not taken: only 1,000 are read.",)


def test_a_failed_or_broken_test_makes_the_run_failed() -> None:
    assert run(promptfoo([row(0), row(1)])).outcome is IterationOutcome.PASSED
    assert run(promptfoo([row(0), row(1, score=0.0)])).outcome is IterationOutcome.FAILED
    erred = run(promptfoo([row(0), broken_row(1)]))
    assert (erred.outcome, erred.completed, erred.total) == (IterationOutcome.FAILED, 1, 2)
    assert erred.metrics["latency/mean"].value == 10


@pytest.mark.parametrize(
    "counts",
    [
        {"testPassCount": 3},
        {"testPassCount": 1},
        {"testPassCount": 2, "testErrorCount": 1},
        {"testPassCount": 1, "testFailCount": 1},
    ],
)
def test_counts_that_the_listed_results_deny_break_the_run(counts: dict[str, int]) -> None:
    found = run(promptfoo([row(0), row(1)], metrics=counts))
    assert found.outcome is IterationOutcome.FAILED
    assert found.broken.endswith("and lists 2 passed, 0 failed and 0 broken.")
    assert found.metrics["tests/pass_rate"].value <= 1.0


def test_results_left_out_of_the_file_break_the_run() -> None:
    document = promptfoo([row(0), row(1)])
    document["results"]["results"] = []
    found = run(document)
    assert (
        found.broken
        == "It counts 2 passed, 0 failed and 0 broken tests and lists 0 passed, 0 failed and 0 broken."
    )
    assert found.completeness().value == 0


def test_no_tests_at_all_break_the_run() -> None:
    assert run(promptfoo([])).broken == "No test was run."
    assert run(promptfoo([])).completeness().value == 0


def test_a_prompt_without_sums_breaks_the_run() -> None:
    document = promptfoo([row(0)])
    del document["results"]["prompts"][0]["metrics"]
    assert run(document).broken


def test_tests_of_the_suite_that_did_not_run_make_it_incomplete() -> None:
    document = promptfoo([row(0), row(1)])
    document["config"]["tests"] += [{"vars": {"q": "never asked"}}, {"vars": {}, "prompts": ["another"]}]
    found = parts(document)
    assert (found.eval_runs[0].completed, found.eval_runs[0].total) == (2, 3)
    assert found.remarks == ("answer [echo]: 2 of the 3 tests of the suite were run.",)


def test_a_success_with_a_reason_of_failure_is_none() -> None:
    document = promptfoo([row(0)])
    document["results"]["results"][0]["failureReason"] = 1
    assert [case.passed for case in run(document).cases] == [False]
    assert run(document).broken


def test_prompts_of_one_name_are_told_apart_and_repeated_tests_too() -> None:
    document = promptfoo([row(0), row(0)])
    document["results"]["prompts"] *= 2
    document["results"]["results"] += [row(0, prompt=1), row(0, prompt=1)]
    first, second = parts(document).eval_runs
    assert (first.name, second.name) == ("answer [echo]", "answer [echo] #2")
    assert [case.id for case in first.cases] == ["q=question 0", "q=question 0 #2"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"prompts": []}, "0 prompts in $.results.prompts"),
        ({"prompts": [{"label": "a"}] * 1_001}, "1,001 prompts"),
        ({"prompts": "x"}, "$.results.prompts"),
        ({"results": [row(0, prompt=1)]}, "$.results.results[0]: there is no prompt of the index 1"),
        ({"results": [row(0, prompt=-1)]}, "$.results.results[0].promptIdx"),
        ({"results": [row(0, namedScores={"accuracy": "1"})]}, "namedScores"),
        ({"results": [row(0, success="yes")]}, "success"),
        ({"version": "3"}, "$.results.version"),
        ({"version": None}, "$.results.version"),
    ],
)
def test_what_is_not_of_the_form_is_refused(change: dict[str, Any], named: str) -> None:
    assert named in refusal(promptfoo([row(0)], **change))


@pytest.mark.parametrize("document", [[], {}, {"evalId": 1, "results": []}, {"evalId": 1, "results": {}}, 3])
def test_other_json_is_refused(document: object) -> None:
    assert "not results of promptfoo" in refusal(document)


def test_bounds() -> None:
    document = promptfoo([row(0), row(1)])
    assert "more than 1 samples of one eval file; raise eval_cases" in refusal(
        document, PromptfooReader(Limits(eval_cases=1))
    )
    assert "more than 100 bytes of one JSON file" in refusal(
        document, PromptfooReader(Limits(json_bytes=100))
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_typed_error(document: bytes) -> None:
    with pytest.raises(InputError):
        read(PromptfooReader(), document, "results.json")


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**320) + 1, 10**320 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.dictionaries(st.sampled_from(["accuracy", "x", ""]), st.floats(-1e308, 1e308), max_size=2),
)
PLACES = [
    ("results", "version"),
    ("results", "timestamp"),
    ("results", "prompts", 0, "label"),
    ("results", "prompts", 0, "metrics"),
    *(
        ("results", "prompts", 0, "metrics", name)
        for name in (
            "testPassCount",
            "testErrorCount",
            "namedScores",
            "namedScoresCount",
            "namedScoreWeights",
            "cost",
        )
    ),
    ("results", "results"),
    *(
        ("results", "results", 0, name)
        for name in (
            "promptIdx",
            "testIdx",
            "success",
            "failureReason",
            "latencyMs",
            "namedScores",
            "vars",
            "error",
        )
    ),
    ("config", "tests"),
    ("metadata", "promptfooVersion"),
]


@given(st.sampled_from(PLACES), ODD)
def test_one_odd_value_is_refused_or_makes_nothing_better(place: tuple[Any, ...], odd: object) -> None:
    document = copy.deepcopy(promptfoo([row(0), row(1, score=0.0), broken_row(2)]))
    at: Any = document
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = odd
    try:
        found = run(document)
    except InputError:
        return
    assert found.outcome is IterationOutcome.FAILED
    assert found.completeness().value <= 2 / 3
    accuracy = found.metrics.get("namedScores/accuracy")
    assert accuracy is None or accuracy.value == 0.5
