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
from tsr_agent.ingest import lm_eval
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.lm_eval import LmEvalReader
from tsr_agent.models.evals import Dataset, IterationOutcome, MetricValue

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.reader import Parts

PASSED, FAILED = IterationOutcome.PASSED, IterationOutcome.FAILED


def results(**changed: Any) -> dict[str, Any]:
    return {
        "results": {"quiz": {"alias": "quiz", "acc,none": 0.75, "acc_stderr,none": 0.1}},
        "group_subtasks": {},
        "higher_is_better": {"quiz": {"acc": True}},
        "n-samples": {"quiz": {"original": 8, "effective": 8}},
    } | changed


def task(**values: Any) -> dict[str, Any]:
    return results(results={"quiz": values})


def parts(document: dict[str, Any]) -> Parts:
    return read(LmEvalReader(), json.dumps(document))


def run(document: dict[str, Any]) -> EvalRun:
    (only,) = parts(document).eval_runs
    return only


def refusal(document: object, limits: Limits | None = None) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InputError) as caught:
        read(LmEvalReader(limits), raw, "results.json")
    return caught.value.message


# Genuine files; their figures are those of the table that the tool printed.


def test_tasks_and_groups_are_runs_with_the_figures_of_the_table(data_dir: Path) -> None:
    found = read(LmEvalReader(), (data_dir / "lm-eval" / "quiz.json").read_bytes())
    runs = {each.name: each for each in found.eval_runs}
    assert list(runs) == ["capitals", "answers", "quiz"]
    assert found.remarks == ()
    capitals = runs["capitals"]
    assert (capitals.tool, capitals.completed, capitals.total) == ("lm-evaluation-harness 0.4.13", 6, 6)
    assert capitals.outcome is PASSED
    assert list(capitals.metrics) == ["acc,none", "acc_norm,none"]
    acc = capitals.metrics["acc,none"]
    assert (acc.value, acc.n, acc.lower_is_better) == (0.5, 6, False)
    assert acc.standard_error == pytest.approx(0.2236, abs=5e-5)
    digest = "d6b7cf2a333da2c04150e3fa3c1af8444e1c811f95b92e2f04dc5dd10f016105"
    assert capitals.dataset == Dataset(name="json", digest=digest, size=6)
    assert capitals.created_at is not None
    assert capitals.created_at.year == 2026
    # The tool warns that one of the group's two tasks lacks the metric: it rests on six samples of twelve.
    assert (runs["quiz"].total, runs["quiz"].metrics["acc,none"].n) == (12, 6)


def test_a_limited_run_is_not_complete(data_dir: Path) -> None:
    found = read(LmEvalReader(), (data_dir / "lm-eval" / "limited.json").read_bytes())
    (only,) = found.eval_runs
    assert (only.completed, only.total, only.outcome) == (4, 6, FAILED)
    assert only.metrics["acc_norm,none"].value == 0.75
    assert found.remarks == ("capitals: 4 of 6 samples were asked.",)


@pytest.mark.parametrize("name", ["quiz.json", "limited.json"])
def test_genuine_files_are_recognised_by_content(data_dir: Path, name: str) -> None:
    document = (data_dir / "lm-eval" / name).read_bytes()
    why = "JSON with results and group_subtasks at the top"
    assert takes(LmEvalReader(), document, "any.json") == why


def test_results_that_fill_all_that_is_seen_are_recognised() -> None:
    many = {f"task{each}": {"acc,none": 0.5, "acc_stderr,none": 0.1} for each in range(3_000)}
    head = json.dumps(results(results=many)).encode()[:65_536]
    assert takes(LmEvalReader(), head, "any.json") is not None


def test_other_results_are_not_taken() -> None:
    for document in ({"results": []}, {"evalId": "x", "results": {"a_stderr,none": 1}}, {"n-samples": {}}):
        assert takes(LmEvalReader(), json.dumps(document), "results.json") is None


def test_a_damaged_file_of_the_usual_name_is_not_overlooked() -> None:
    name = "results_2026-11-23T01-57-06.106096.json"
    assert takes(LmEvalReader(), b"", name) == "named results_DATE.json"
    assert refusal(b"").endswith("the file is empty.")


# What is made of what a file can say.


def test_direction_and_standard_error_are_kept_where_they_are_given() -> None:
    document = results(
        results={"quiz": {"ppl,none": 9.5, "ppl_stderr,none": "N/A", "acc,none": 1}},
        higher_is_better={"quiz": {"ppl": False, "acc": None}},
    )
    assert run(document).metrics == {
        "ppl,none": MetricValue(value=9.5, n=8, lower_is_better=True),
        "acc,none": MetricValue(value=1.0, n=8),
    }


def test_filters_make_different_metrics() -> None:
    found = run(task(**{"em,strict-match": 0.2, "em,flexible-extract": 0.6, "em_stderr,strict-match": 0.1}))
    assert found.metrics["em,strict-match"].standard_error == 0.1
    assert found.metrics["em,flexible-extract"].standard_error is None


def test_everything_else_of_a_task_is_no_metric() -> None:
    found = parts(
        task(**{"alias": "x, y", "name": "quiz", "sample_len": 8, "sample_count": {}, "acc,none": 1})
    )
    assert list(found.eval_runs[0].metrics) == ["acc,none"]
    assert found.remarks == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "N/A", {"a": 1}, [1], True])
def test_a_metric_without_a_finite_number_is_left_out_and_said(value: object) -> None:
    found = parts(task(**{"acc,none": value}))
    (only,) = found.eval_runs
    assert (only.metrics, only.outcome) == ({}, FAILED)
    assert "quiz: acc,none: no finite number; left out." in found.remarks


@pytest.mark.parametrize("error", [-0.1, float("nan"), "N/A", None])
def test_a_standard_error_that_is_none_is_dropped(error: object) -> None:
    found = run(task(**{"acc,none": 0.5, "acc_stderr,none": error}))
    assert found.metrics == {"acc,none": MetricValue(value=0.5, n=8, lower_is_better=False)}


def test_one_sample_has_no_standard_error() -> None:
    found = run(results(**{"n-samples": {"quiz": {"original": 1, "effective": 1}}}))
    assert found.metrics["acc,none"].standard_error is None


@pytest.mark.parametrize("sizes", [{}, {"other": {"original": 8, "effective": 8}}])
def test_a_task_of_unknown_size_is_not_known_to_be_complete(sizes: dict[str, Any]) -> None:
    found = parts(results(**{"n-samples": sizes}))
    (only,) = found.eval_runs
    assert (only.completed, only.outcome, only.metrics["acc,none"].n) == (0, FAILED, None)
    assert "does not say how many samples" in found.remarks[0]


def test_an_empty_task_is_no_pass() -> None:
    found = run(results(**{"n-samples": {"quiz": {"original": 0, "effective": 0}}}))
    assert (found.outcome, found.completeness().value) == (FAILED, 0)


def groups(subtasks: dict[str, list[str]], **sizes: int) -> dict[str, Any]:
    samples = {name: {"original": size, "effective": size} for name, size in sizes.items()}
    return results(group_subtasks=subtasks, **{"n-samples": samples})


def test_groups_within_groups_count_each_task_once() -> None:
    found = run(groups({"quiz": ["a", "b"], "a": ["one", "two"], "b": ["two"]}, one=3, two=4))
    assert (found.completed, found.total) == (7, 7)


def test_groups_that_hold_themselves_end() -> None:
    found = run(groups({"quiz": ["a"], "a": ["quiz", "one"]}, one=3))
    assert (found.completed, found.total) == (3, 3)
    only_itself = run(groups({"quiz": ["quiz"]}))
    assert (only_itself.completed, only_itself.outcome) == (0, FAILED)


def test_groups_nested_beyond_reason_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lm_eval, "_MAX_STEPS", 100)
    chain = {f"g{each}": [f"g{each + 1}"] for each in range(200)}
    assert "hold each other too often" in refusal(groups(chain | {"quiz": ["g0"]}))


def test_more_samples_for_a_group_than_its_tasks_have_are_not_believed() -> None:
    document = task(**{"acc,none": 0.5, "sample_count": {"acc,none": 500}})
    assert run(document).metrics["acc,none"].n == 8


@pytest.mark.parametrize("digest", [None, 3, "abc", "A" * 64])
def test_a_hash_that_is_none_is_dropped(digest: object) -> None:
    dataset = run(results(task_hashes={"quiz": digest})).dataset
    assert dataset == Dataset(name="quiz", digest=None, size=8)


def test_the_data_set_has_path_and_name() -> None:
    config = {"quiz": {"dataset_path": "cais/mmlu", "dataset_name": "law"}}
    dataset = run(results(configs=config)).dataset
    assert dataset is not None
    assert dataset.name == "cais/mmlu/law"


@pytest.mark.parametrize("date", [None, "today", 1e300, -1e300, float("nan")])
def test_a_date_that_is_none_is_dropped(date: object) -> None:
    assert run(results(date=date)).created_at is None


@pytest.mark.parametrize(
    "document",
    [
        b"{",
        b"[]",
        {"results": {}},
        {"results": []},
        {"results": {"quiz": 1}},
        results(**{"n-samples": {"quiz": {"original": -1, "effective": -1}}}),
        results(**{"n-samples": {"quiz": {"original": 8}}}),
        results(group_subtasks={"quiz": "a"}),
        results(higher_is_better={"quiz": {"acc": "yes"}}),
    ],
)
def test_what_is_no_result_is_refused(document: object) -> None:
    assert refusal(document).startswith("results.json: ")


def test_more_samples_asked_than_there_are_is_refused() -> None:
    message = refusal(results(**{"n-samples": {"quiz": {"original": 6, "effective": 7}}}))
    assert message == "results.json: $.n-samples['quiz']: 7 samples asked of 6."


def test_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more than 10 bytes of one JSON file" in refusal(results(), Limits(json_bytes=10))
    assert "10,001 metrics; at most" in refusal(task(**{f"m{each},none": 1 for each in range(10_001)}))
    monkeypatch.setattr(lm_eval, "MAX_TASKS", 1)
    assert "2 tasks; at most 1" in refusal(results(results={"a": {}, "b": {}}))


def test_remarks_on_many_tasks_are_bounded() -> None:
    found = parts(results(results={f"task{each}": {} for each in range(1_000)}))
    assert len(found.eval_runs) == 1_000
    assert len(found.remarks) == 51
    assert found.remarks[-1] == "And 1,950 more remarks of this kind."


def test_hostile_names_are_bounded_and_cleaned() -> None:
    text = "\x1b[31m" + "x" * 9_999
    document = results(
        results={text: {f"{text},none": 1}}, configs={text: {"dataset_path": text}}, lm_eval_version=text
    )
    found = parts(document)
    (only,) = found.eval_runs
    shown = [only.name, only.tool, *only.metrics, *found.remarks, only.dataset.name if only.dataset else ""]
    assert all(0 < len(each) <= 1_100 and "\x1b" not in each for each in shown)


@given(st.binary(max_size=300))
def test_any_bytes_give_refusals_only(document: bytes) -> None:
    assert refusal(document)
    assert refusal(b'{"results": ' + document)


@given(st.data())
def test_any_results_are_refused_or_read_and_never_better(drawn: st.DataObject) -> None:
    value = drawn.draw(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=3)
        | st.just([])
        | st.just({})
    )
    document: Any = copy.deepcopy(results())
    place = drawn.draw(
        st.sampled_from(
            [
                ("results",),
                ("results", "quiz"),
                ("results", "quiz", "acc,none"),
                ("results", "quiz", "acc_stderr,none"),
                ("results", "quiz", "sample_count"),
                ("group_subtasks",),
                ("higher_is_better", "quiz"),
                ("n-samples",),
                ("n-samples", "quiz", "original"),
                ("n-samples", "quiz", "effective"),
                ("date",),
                ("lm_eval_version",),
            ]
        )
    )
    target = document
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    try:
        found = parts(document).eval_runs
    except InputError:
        return
    for each in found:
        assert as_iteration(each)
        assert 0 <= each.completed <= each.total
        assert each.outcome is FAILED or each.completeness().value == 1
        assert all((metric.n or 0) <= each.total for metric in each.metrics.values())
