from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.factories.inputs import read, takes
from tests.factories.inspect_logs import as_eval, as_json, log, sample, score
from tsr_agent.ingest.inspect_log import InspectLogReader
from tsr_agent.models.evals import IterationOutcome, MetricValue

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tsr_agent.ingest.eval_run import EvalRun
    from tsr_agent.ingest.reader import Parts

PASSED, FAILED = IterationOutcome.PASSED, IterationOutcome.FAILED


def parts(document: dict[str, Any]) -> Parts:
    """The same for both forms of a log."""
    one, other = read(InspectLogReader(), as_json(document)), read(InspectLogReader(), as_eval(document))
    assert one == other
    return one


def run(document: dict[str, Any]) -> EvalRun:
    (only,) = parts(document).eval_runs
    return only


def genuine(data_dir: Path, name: str) -> tuple[EvalRun, tuple[str, ...]]:
    found = read(InspectLogReader(), (data_dir / "inspect-ai" / name).read_bytes(), name)
    (only,) = found.eval_runs
    return only, found.remarks


def values(found: EvalRun) -> dict[str, float]:
    return {name: metric.value for name, metric in found.metrics.items()}


# What the tool printed for the logs under tests/data/inspect-ai, written down from its console.


@pytest.mark.parametrize("name", ["qa.eval", "qa.json"])
def test_a_genuine_log_is_read_as_the_console_showed_it(data_dir: Path, name: str) -> None:
    found, remarks = genuine(data_dir, name)
    assert (found.tool, found.name, found.completed, found.total) == (
        "Inspect AI 0.3.285",
        "qa (mockllm/model)",
        4,
        4,
    )
    assert (found.outcome, found.broken, remarks) == (PASSED, "", ())
    assert values(found) == {
        "includes/accuracy": 0.75,
        "match/accuracy": 0.75,
        "relevance/mean": 0.625,
        "tone/mean": 1.0,
    }
    assert found.metrics["includes/accuracy"] == MetricValue(value=0.75, n=4, standard_error=0.25)
    assert found.dataset is not None
    assert (found.dataset.name, found.dataset.size) == ("capitals", 4)
    assert [each.id for each in found.cases] == ["q1", "q2", "q3", "q4"]
    assert [each.passed for each in found.cases] == [True, True, False, True]
    assert found.cases[2].scores == {
        "includes": 0.0,
        "match": 0.0,
        "judge/relevance": 0.25,
        "judge/tone": 1.0,
    }
    assert found.created_at is not None


def test_both_forms_of_a_log_have_the_id_of_their_run(data_dir: Path) -> None:
    keys = {name: genuine(data_dir, name)[0].key for name in ("qa.eval", "qa_converted.json", "qa.json")}
    assert keys["qa.eval"] == keys["qa_converted.json"] == "UYaHuzHZoXZQxzHaMwGAbK"
    assert keys["qa.json"] not in ("", keys["qa.eval"])


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({}, "t"),
        ({"model": "openai/gpt-x"}, "t (openai/gpt-x)"),
        ({"model": "none/none"}, "t"),
        ({"model": " "}, "t"),
    ],
)
def test_two_models_of_one_task_have_two_names(spec: dict[str, Any], name: str) -> None:
    document = log()
    document["eval"] |= {"task": "t"} | spec
    assert run(document).name == name


def test_both_forms_of_a_log_name_the_same_data_set(data_dir: Path) -> None:
    one, other = (genuine(data_dir, name)[0].dataset for name in ("qa.eval", "qa.json"))
    assert one is not None
    assert one.digest is not None
    assert one == other


def test_trap_5_a_sample_that_broke_is_missing_from_a_successful_run(data_dir: Path) -> None:
    found, remarks = genuine(data_dir, "qa_broken.eval")
    assert (found.completed, found.total, found.outcome, found.broken) == (3, 4, FAILED, "")
    assert found.completeness().value == 0.75
    assert found.metrics["includes/accuracy"].n == 3
    assert "3 of 4 samples were completed and scored." in remarks
    (broken,) = (each for each in found.cases if each.error)
    assert (broken.id, broken.passed, broken.error) == (
        "q2",
        None,
        "RuntimeError('the retriever did not answer')",
    )


def test_a_run_that_ended_with_an_error_is_broken(data_dir: Path) -> None:
    found, _ = genuine(data_dir, "qa_failed.eval")
    assert (found.outcome, found.metrics) == (FAILED, {})
    assert found.broken == "The run ended with an error: RuntimeError('the retriever did not answer')."


def test_epochs_are_counted_and_each_reducer_has_its_own_metric(data_dir: Path) -> None:
    found, _ = genuine(data_dir, "qa_epochs.eval")
    assert (found.completed, found.total) == (8, 8)
    assert values(found) == {"includes/mean/accuracy": 0.625, "includes/max/accuracy": 0.75}
    assert found.metrics["includes/max/accuracy"].n == 4
    assert len({each.id for each in found.cases}) == 8
    assert found.dataset is not None
    assert found.dataset.size == 4


def test_an_older_log_is_packed_with_deflate_and_does_not_say_how_many_it_scored(data_dir: Path) -> None:
    found, remarks = genuine(data_dir, "qa_epochs_0.3.60.eval")
    assert (found.tool, found.completed, found.total, remarks) == ("Inspect AI 0.3.60", 8, 8, ())
    assert values(found) == {"includes/mean/accuracy": 0.625, "includes/max/accuracy": 0.75}
    # The figure is one over four samples, each of which was asked twice.
    assert found.metrics["includes/mean/accuracy"].n == 4


def test_a_cancelled_run_is_broken(data_dir: Path) -> None:
    found, _ = genuine(data_dir, "qa_cancelled.json")
    assert (found.broken, found.outcome) == ("The run was cancelled.", FAILED)
    assert (found.completed, found.total) == (2, 4)
    assert values(found) == {"includes/accuracy": 1.0}


@pytest.mark.parametrize("name", ["qa_unscored.eval", "qa_unscored.json"])
def test_a_sample_without_a_score_is_not_complete_though_the_tool_says_so(data_dir: Path, name: str) -> None:
    found, _ = genuine(data_dir, name)
    assert (found.completed, found.total, found.outcome) == (3, 4, FAILED)
    assert found.metrics["grounded/mean"] == MetricValue(value=0.5, n=3)
    assert [each.passed for each in found.cases] == [True, True, False, None]


def test_a_sample_in_chunks_is_one_sample(data_dir: Path) -> None:
    whole, _ = genuine(data_dir, "qa_epochs.eval")
    chunked, remarks = genuine(data_dir, "qa_epochs_chunked.eval")
    assert chunked == whole
    assert (chunked.completed, chunked.total) == (8, 8)
    assert remarks == ()


@pytest.mark.parametrize(
    ("members", "samples"),
    [
        (["a_epoch_1.json", "b_epoch_1.json"], 2),
        (["a_epoch_1/sample.json", "a_epoch_1/events/0.json", "b_epoch_1.json"], 2),
        (["a/b_epoch_1/sample.json", "a/b_epoch_1/calls/0.json", "a/b_epoch_2/sample.json"], 2),
        (["a_epoch_1/events/0.json", "a_epoch_1/events/1.json"], 2),  # without its sample.json: cut off
        (["sample.json", "x/sample.json"], 2),
        (["a_epoch_1/b_epoch_1/sample.json", "a_epoch_1/b_epoch_1/events/0.json"], 2),
        ([], 0),
    ],
)
def test_samples_are_counted_by_their_members(members: list[str], samples: int) -> None:
    from tests.factories.inspect_logs import archive

    header = {key: value for key, value in log([]).items() if key != "samples"}
    document = archive(
        {"header.json": json.dumps(header).encode()} | {f"samples/{each}": b"{}" for each in members}
    )
    (found,) = read(InspectLogReader(), document).eval_runs
    assert found.total == samples


def test_a_limited_run_is_complete_with_the_samples_it_was_told_to_take_and_says_so(data_dir: Path) -> None:
    found, remarks = genuine(data_dir, "qa_limited.eval")
    assert (found.completed, found.total, found.outcome) == (2, 2, PASSED)
    assert "The run was limited to 2 of 4 samples." in remarks
    assert found.dataset is not None
    assert (found.dataset.size, found.dataset.digest) == (4, None), "no digest of a part of the data set"


@pytest.mark.parametrize(
    ("config", "ids", "total"),
    [
        ({}, ["q1", "q2"], 10),  # nothing says that samples were chosen: the others are missing
        ({"limit": 2}, ["q1", "q2"], 2),
        ({"limit": 2, "epochs": 3}, ["q1", "q2"], 6),
        ({"limit": 2}, None, 2),  # older logs list no ids
        ({"limit": [4, 7]}, None, 3),
        ({"limit": 50}, None, 10),
        ({"sample_id": ["q1", "q2"]}, ["q1", "q2"], 2),
        ({"sample_id": "q*"}, None, 10),
        ({"limit": 3}, ["q1", "q2", "q3"], 3),  # one of the three was never run
        *(({"limit": odd}, None, 10) for odd in (0, -1, 1.5, "2", True, [], [1], [5, 2], [1, 2, 3], {})),
    ],
)
def test_a_choice_of_samples_counts_where_the_log_has_the_option(
    config: dict[str, Any], ids: list[str] | None, total: int
) -> None:
    spec = {"task": "qa", "dataset": {"samples": 10, "sample_ids": ids}, "config": config}
    (found,) = parts(log([sample(1), sample(2)], eval=spec)).eval_runs
    assert (found.completed, found.total) == (2, total)
    assert (found.outcome is PASSED) == (total == 2)


def test_a_log_that_was_to_hold_no_samples_is_taken_at_its_word(data_dir: Path) -> None:
    found, remarks = genuine(data_dir, "qa_without_samples.eval")
    assert (found.completed, found.total, found.cases) == (4, 4, ())
    assert remarks == ("The log was written without its samples, so its own counts can't be checked.",)


@pytest.mark.parametrize("form", ["eval", "json"])
def test_the_runs_agree_with_what_the_console_showed(data_dir: Path, form: str) -> None:
    oracle = json.loads((data_dir / "oracle.json").read_text())
    truth = oracle["inspect-ai (5 .eval and the same 5 .json)"]["runs"]
    files = sorted((data_dir / "inspect-ai" / "rag-and-safety" / form).iterdir())
    assert len(files) == len(truth) == 5
    for file, said in zip(files, truth, strict=True):
        (found,) = read(InspectLogReader(), file.read_bytes()).eval_runs
        assert takes(InspectLogReader(), file.read_bytes()[:65_536], "any") is not None
        assert found.name.split(" (")[0] == said["task"].split()[0]
        if said["status"] == "error":
            assert found.broken
            assert found.outcome is FAILED
            assert found.metrics == {}
            continue
        counts = said["samples"].replace(" of ", "/").split()[0].split("/")
        assert [found.completed, found.total] == [int(each) for each in counts]
        shown = {
            "includes": "includes/accuracy",
            "match": "match/accuracy",
            "grounding_mean": "grounding/mean",
        }
        for name, metric in shown.items():
            if name in said:
                assert found.metrics[metric].value == pytest.approx(said[name], abs=5e-5)


# What is made of what a log can say.


@pytest.mark.parametrize(
    ("status", "broken"),
    [
        ("error", "The run ended with an error: quota exhausted."),
        ("cancelled", "The run was cancelled: quota exhausted."),
        ("started", "The run did not finish."),
        ("success", "The run holds an error: quota exhausted."),
    ],
)
def test_a_run_that_did_not_end_properly_failed(status: str, broken: str) -> None:
    found = run(log(status=status, error={"message": "quota exhausted."}))
    assert (found.broken, found.outcome) == (broken, FAILED)


def test_a_run_whose_samples_were_invalidated_is_broken() -> None:
    document = log(invalidated=True)
    assert run(document).broken == "Samples of the run were invalidated afterwards."
    one = read(InspectLogReader(), as_json(log([sample(1), sample(2, invalidation={"author": "me"})])))
    assert one.eval_runs[0].completed == 1
    assert one.eval_runs[0].outcome is FAILED


def test_a_log_without_results_is_broken() -> None:
    assert run(log(results=None)).broken == "The log has no results."


def test_an_unfinished_archive_has_only_its_start() -> None:
    from tests.factories.inspect_logs import archive

    start = json.dumps({"version": 2, "status": "success", "eval": {"task": "qa", "dataset": {"samples": 3}}})
    (found,) = read(InspectLogReader(), archive({"_journal/start.json": start.encode()})).eval_runs
    assert (found.name, found.completed, found.total) == ("qa", 0, 3)
    assert (found.broken, found.outcome) == ("The run did not finish.", FAILED)


@pytest.mark.parametrize(
    "results",
    [
        {"total_samples": 9, "completed_samples": 9},
        {"total_samples": 2, "completed_samples": 1},
        {"total_samples": 2, "completed_samples": 2, "scores": [score(unscored_samples=1)]},
    ],
)
def test_of_the_counts_of_a_log_the_worse_one_is_kept(results: dict[str, Any]) -> None:
    found = run(log(results=results))
    assert found.completed < found.total
    assert found.outcome is FAILED


@pytest.mark.parametrize(
    "spec",
    [
        {"task": "qa", "dataset": {"samples": 3}},
        {"task": "qa", "dataset": {"sample_ids": ["q1", "q2", "q3"]}},
        {"task": "qa", "dataset": {"samples": 2}, "config": {"epochs": 2}},
    ],
)
def test_samples_that_were_planned_and_are_not_there_are_missing(spec: dict[str, Any]) -> None:
    found = run(log(eval=spec))
    assert found.completed == 2
    assert found.total > 2


def test_samples_that_only_the_archive_holds_are_counted() -> None:
    from tests.factories.inspect_logs import archive

    header = json.dumps({key: value for key, value in log().items() if key != "samples"}).encode()
    summaries = json.dumps(log()["samples"]).encode()
    members = {f"samples/q{each}_epoch_1.json": b"{}" for each in range(1, 6)}
    document = archive(members | {"summaries.json": summaries, "header.json": header})
    assert read(InspectLogReader(), document).eval_runs[0].total == 5


def test_a_log_that_lost_its_samples_completed_none() -> None:
    found = parts(log([], results={"total_samples": 2, "completed_samples": 2, "scores": [score()]}))
    assert (found.eval_runs[0].completed, found.eval_runs[0].total) == (0, 2)
    assert any("holds none of its samples" in each for each in found.remarks)


def test_a_log_of_nothing_is_no_pass() -> None:
    found = run(log([]))
    assert (found.completed, found.total, found.outcome) == (0, 0, FAILED)
    assert found.completeness().value == 0


def test_a_task_without_a_scorer_scored_nothing() -> None:
    listed = [sample(1, scores={}), sample(2, scores=None)]
    found = run(log(listed, results={"total_samples": 2, "completed_samples": 2, "scores": []}))
    assert (found.completed, found.metrics, found.outcome) == (0, {}, FAILED)


@pytest.mark.parametrize(
    "broken",
    [
        sample(2, error="it broke"),
        sample(2, error=""),
        sample(2, completed=False),
        sample(2, float("nan")),
        sample(2, None),
        sample(2, {"one": 1.0, "two": float("nan")}),
        sample(2, {}),
        sample(2, [1, None]),
        sample(2, scores={}),
    ],
)
def test_a_sample_that_was_not_scored_by_all_is_not_complete(broken: dict[str, Any]) -> None:
    found = run(log([sample(1), broken]))
    assert (found.completed, found.total, found.outcome) == (1, 2, FAILED)
    assert found.cases[1].passed is None
    assert found.cases[1].error


def test_a_sample_that_one_of_two_scorers_passed_over_is_not_complete() -> None:
    both = {"includes": {"value": "C"}, "judge": {"value": 0.5}}
    found = run(log([sample(1, scores=both), sample(2)]))
    assert (found.completed, found.total) == (1, 2)


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_sample_that_is_listed_twice_the_worse_entry_counts(order: int) -> None:
    for worse in (sample(1, "I"), sample(1, error="it broke")):
        found = parts(log([sample(1), worse][::order]))
        (only,) = found.eval_runs[0].cases
        assert only.passed is not True
        assert found.eval_runs[0].total == 2
        assert found.eval_runs[0].completed <= 1
        assert "1 samples are listed again; of each the worse entry counts." in found.remarks


@pytest.mark.parametrize(
    ("value", "passed", "number"),
    [
        ("C", True, 1.0),
        ("I", False, 0.0),
        ("P", False, 0.5),
        ("N", False, 0.0),
        (True, True, 1.0),
        (False, False, 0.0),
        ("Yes", True, 1.0),
        ("false", False, 0.0),
        (0.25, None, 0.25),
        ("polite", None, None),
    ],
)
def test_letters_and_words_are_verdicts_and_numbers_are_not(
    value: object, passed: bool | None, number: float | None
) -> None:
    found = run(log([sample(1, value)]))
    (only,) = found.cases
    assert only.passed is passed
    assert only.scores == ({} if number is None else {"includes": number})
    assert found.completed == 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "0.9", {"mean": 1}, True])
def test_a_metric_that_is_no_finite_number_is_left_out_and_said(value: object) -> None:
    found = parts(log(results={"total_samples": 2, "completed_samples": 2, "scores": [score(value)]}))
    assert found.eval_runs[0].metrics == {}
    assert "includes/accuracy has no finite number and is left out." in found.remarks


@pytest.mark.parametrize("said", [2, 50, None])
def test_no_figure_rests_on_more_samples_than_were_scored(said: int | None) -> None:
    listed = [sample(1), sample(2, scores=None, error="it broke")]
    scores = [score(scored_samples=said)]
    found = run(log(listed, results={"total_samples": 2, "completed_samples": 2, "scores": scores}))
    assert found.metrics["includes/accuracy"].n == 1


def test_without_samples_a_figure_rests_on_each_sample_once() -> None:
    results = {"total_samples": 6, "completed_samples": 6, "scores": [score()]}
    spec = {"task": "qa", "config": {"epochs": 3, "log_samples": False}}
    assert run(log([], eval=spec, results=results)).metrics["includes/accuracy"].n == 2


def test_one_sample_has_no_standard_error() -> None:
    assert run(log([sample(1)])).metrics["includes/accuracy"].standard_error is None


def test_a_standard_error_without_a_mean_is_a_metric_of_its_own() -> None:
    metrics = {"f1": {"value": 0.5}, "stderr": {"value": 0.1}}
    scores = [score(metrics=metrics)]
    found = run(log(results={"total_samples": 2, "completed_samples": 2, "scores": scores}))
    assert values(found) == {"includes/f1": 0.5, "includes/stderr": 0.1}


def test_scores_of_the_same_name_are_told_apart_by_their_scorer() -> None:
    scores = [score(name="tone", scorer="judge"), score(0.5, name="tone", scorer="panel")]
    found = run(log(results={"total_samples": 2, "completed_samples": 2, "scores": scores}))
    assert values(found) == {"judge/tone/accuracy": 1.0, "panel/tone/accuracy": 0.5}


def test_limits_that_samples_ran_into_are_remarked() -> None:
    assert "1 samples were ended by a limit." in parts(log([sample(1, limit="token"), sample(2)])).remarks


def test_the_digest_is_of_the_data_and_not_of_the_answers() -> None:
    def digest(document: dict[str, Any]) -> str | None:
        dataset = run(document).dataset
        assert dataset is not None
        return dataset.digest

    same = digest(log())
    assert same is not None
    assert digest(log([sample(2, "I"), sample(1)])) == same
    assert digest(log([sample(1), sample(2, input="Another question?")])) != same
    assert digest(log([sample(1), sample(2, target="Another answer")])) != same
    assert digest(log([sample(1), sample(3)])) != same
    # A chat is cut in one form of the log and not in the other.
    assert digest(log([sample(1), sample(2, input=[{"role": "user", "content": "?"}])])) is None


@pytest.mark.parametrize("created", ["", "yesterday", "2026-11-23T01:56:01"])
def test_a_time_without_its_zone_is_no_time(created: str) -> None:
    assert run(log(eval={"task": "qa", "created": created})).created_at is None
