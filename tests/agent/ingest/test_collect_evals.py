"""Files of eval tools on their way from the disk into the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.eval_runs import broken_row, promptfoo, row
from tests.factories.judged_reports import judge, releasable
from tsr_agent.ingest.collect import Sources, collect
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.eval_mapping import EvalMapping, EvalRunRule
from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome
from tsr_agent.models.report import InputStatus

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.ingest.collected import Collected

MAPPING = EvalMapping(metrics={"namedScores/accuracy": "accuracy", "namedScores/brevity": "brevity"})
HISTORY = {"iteration": 1, "version_name": "V1", "outcome": "passed", "metrics": {"accuracy": 0.5}}


def evidence(folder: Path, files: dict[str, Any], **sources: Any) -> Collected:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return collect(Sources(results_dir=folder, **({"eval_mapping": MAPPING} | sources)))


def status(found: Collected) -> dict[str, InputStatus]:
    return {each.path: each.status for each in found.inputs}


def test_three_versions_of_a_suite_are_three_iterations_without_a_rule(
    data_dir: Path, tmp_path: Path
) -> None:
    names = [f"iteration_v{number}.json" for number in (1, 2, 3)]
    found = evidence(tmp_path, {name: (data_dir / "promptfoo" / name).read_text() for name in names})
    oracle = json.loads((data_dir / "oracle.json").read_text("utf-8"))
    assert found.problems == ()
    assert [each.iteration for each in found.eval_iterations] == [1, 2, 3]
    for name, each in zip(names, found.eval_iterations, strict=True):
        said = oracle[f"promptfoo/{name}"]
        accuracy, brevity = each.metric("accuracy"), each.metric("brevity")
        assert accuracy is not None
        assert brevity is not None
        assert (accuracy.value, accuracy.n, brevity.value) == (said["accuracy"], 10, said["brevity"])
        assert (each.outcome is IterationOutcome.PASSED) == (said["exit"] == 0)
    assert len({each.dataset for each in found.eval_iterations}) == 1


@pytest.mark.parametrize(
    "name", ["iteration_v1.json", "iteration_v2.json", "iteration_v3.json", "results.json"]
)
def test_only_the_version_that_passed_can_be_released(data_dir: Path, tmp_path: Path, name: str) -> None:
    mapping = EvalMapping(
        metrics=MAPPING.metrics | {"tests/pass_rate": "grounding_score"},
        runs=tuple(
            EvalRunRule(file="*", run=f"*{who}]", iteration=at) for at, who in enumerate(["verbose", "v1"])
        ),
    )
    document = (data_dir / "promptfoo" / name).read_text()
    found = evidence(tmp_path, {name: document}, eval_mapping=mapping)
    decision = judge(releasable(eval_iterations=found.eval_iterations, inputs=found.inputs))
    assert (decision.decision is GoNoGoDecision.GO) == (name == "iteration_v3.json")


def test_several_prompts_of_one_file_need_a_rule_each(data_dir: Path, tmp_path: Path) -> None:
    document = (data_dir / "promptfoo" / "results.json").read_text()
    found = evidence(tmp_path, {"v3.json": document})
    assert status(found) == {"v3.json": InputStatus.UNREADABLE}
    assert found.eval_iterations == ()
    assert "'accuracy' of iteration 3" not in found.problems[0]  # all four prompts agree on accuracy
    assert "'brevity' of iteration 3 has more than one value (1 on 5 and 0 on 5;" in found.problems[0]
    rules = tuple(
        EvalRunRule(file="v3.json", run=f"v2.{minor}.0*{model}]", iteration=at)
        for at, (minor, model) in enumerate([(0, "verbose"), (1, "verbose"), (0, "terse"), (1, "terse")])
    )
    found = evidence(
        tmp_path, {"v3.json": document}, eval_mapping=EvalMapping(metrics=MAPPING.metrics, runs=rules)
    )
    assert found.problems == ()
    assert [each.iteration for each in found.eval_iterations] == [0, 1, 2, 3]
    completeness = [each.metric("completeness") for each in found.eval_iterations]
    assert [each.value for each in completeness if each is not None] == pytest.approx([5 / 6] * 4)


def test_trap_06_a_sum_never_becomes_an_accuracy(tmp_path: Path) -> None:
    rows = [row(at, score=float(at < 8)) for at in range(10)]
    found = evidence(tmp_path, {"v1.json": promptfoo(rows)})
    accuracy = found.eval_iterations[0].metric("accuracy")
    assert accuracy is not None
    assert (accuracy.value, accuracy.n) == (0.8, 10)


def test_trap_07_an_error_is_no_failed_answer_and_no_scored_one(tmp_path: Path) -> None:
    rows = [*(row(at) for at in range(9)), broken_row(9)]
    accepted = EvalRunRule(file="*", iteration=1, outcome=IterationOutcome.PASSED)
    mapping = EvalMapping(
        metrics={"namedScores/accuracy": "accuracy", "assert/pass_rate": "grounding_score"}, runs=(accepted,)
    )
    found = evidence(tmp_path, {"log.json": promptfoo(rows)}, eval_mapping=mapping)
    decision = judge(releasable(eval_iterations=found.eval_iterations, inputs=found.inputs))
    assert decision.decision is GoNoGoDecision.NO_GO
    assert decision.blocking_issues == (
        "Iteration 1 (answer [echo]): completeness 0.9 of 10 samples is below 1",
    )


@pytest.mark.parametrize(
    ("name", "go"),
    [
        ("qa.eval", True),
        ("qa.json", True),
        ("qa_broken.eval", False),
        ("qa_failed.eval", False),
        ("qa_limited.eval", True),  # all that it was told to take; the report says how many of how many
        ("qa_unscored.eval", False),
        ("qa_unscored.json", False),
    ],
)
def test_trap_05_a_log_with_samples_missing_is_never_go(
    data_dir: Path, tmp_path: Path, name: str, go: bool
) -> None:
    (tmp_path / name).write_bytes((data_dir / "inspect-ai" / name).read_bytes())
    accepted = EvalRunRule(file=name, iteration=2, outcome=IterationOutcome.PASSED)
    found = collect(Sources(results_dir=tmp_path, eval_mapping=EvalMapping(runs=(accepted,))))
    assert found.problems == ()
    (measured,) = found.eval_iterations
    # Only what the log leaves out is to decide: the rest is as good as it can be.
    best = msgspec.structs.replace(
        measured, metrics={**measured.metrics, "accuracy": 1.0, "grounding_score": 1.0}
    )
    decision = judge(releasable(eval_iterations=(best,), inputs=found.inputs))
    assert (decision.decision is GoNoGoDecision.GO) == go
    assert decision.decision is (GoNoGoDecision.GO if go else GoNoGoDecision.NO_GO)


def test_a_log_that_lies_there_twice_counts_once(data_dir: Path, tmp_path: Path) -> None:
    for name in ("v2 log.eval", "v2 copy.eval"):
        (tmp_path / name).write_bytes((data_dir / "inspect-ai" / "qa.eval").read_bytes())
    found = collect(
        Sources(results_dir=tmp_path, eval_mapping=EvalMapping(metrics={"includes/accuracy": "accuracy"}))
    )
    assert found.problems == ()
    (only,) = found.eval_iterations
    assert (only.version_name, len(only.cases)) == ("qa (mockllm/model)", 4)
    completeness = only.metric("completeness")
    assert completeness is not None
    assert (completeness.value, completeness.n) == (1.0, 4)


def test_both_forms_of_one_log_count_once_and_it_is_said(data_dir: Path, tmp_path: Path) -> None:
    for name in ("qa_converted.json", "qa.eval"):
        (tmp_path / f"v2 {name}").write_bytes((data_dir / "inspect-ai" / name).read_bytes())
    found = collect(Sources(results_dir=tmp_path))
    (only,) = found.eval_iterations
    assert [each.id for each in only.cases] == ["q1", "q2", "q3", "q4"]
    remarks = {each.path: each.remarks[:-1] for each in found.inputs}
    copy = "The run 'qa (mockllm/model)' stands in v2 qa.eval already and counts once."
    assert remarks == {"v2 qa.eval": (), "v2 qa_converted.json": (copy,)}


def test_an_old_log_under_a_new_name_is_no_new_measurement(data_dir: Path, tmp_path: Path) -> None:
    for name, log in (("v2.json", "qa_converted.json"), ("v3.eval", "qa.eval")):
        (tmp_path / name).write_bytes((data_dir / "inspect-ai" / log).read_bytes())
    found = collect(Sources(results_dir=tmp_path))
    assert found.eval_iterations == ()
    assert set(status(found).values()) == {InputStatus.UNREADABLE}
    assert "would be iteration 2 and 3 at once (v2.json and v3.eval); hand it in once" in found.problems[0]


def test_runs_of_the_latest_iteration_that_are_not_there_fail_it(tmp_path: Path) -> None:
    rules = tuple(EvalRunRule(file=f"v{at}/*.json", iteration=at) for at in (1, 2, 3))
    mapping = EvalMapping(metrics=MAPPING.metrics, runs=rules)
    found = evidence(tmp_path, {"v2/log.json": promptfoo([row(0)])}, eval_mapping=mapping)
    assert [(each.iteration, each.outcome.value) for each in found.eval_iterations] == [
        (2, "passed"),
        (3, "failed"),
    ]
    (problem,) = found.problems
    assert problem.startswith("[[evals.runs]] number 3 (file 'v3/*.json', run '*') matches no run, so that")
    decision = judge(releasable(eval_iterations=found.eval_iterations, inputs=found.inputs))
    assert decision.decision is GoNoGoDecision.NO_GO


def test_counts_that_no_report_can_hold_leave_the_file_unreadable(tmp_path: Path) -> None:
    log = {
        "version": 2,
        "status": "success",
        "eval": {"task": "t", "dataset": {"samples": 2**53}, "config": {"epochs": 2**53}},
        "results": {"total_samples": 2**53},
    }
    many = promptfoo([row(0)], metrics={"testPassCount": 2**53, "testFailCount": 2**53})
    found = evidence(tmp_path, {"v3/a.json": log, "v3/b.json": log, "v3/c.json": many})
    assert status(found)["v3/c.json"] is InputStatus.UNREADABLE
    iterations = msgspec.json.decode(
        msgspec.json.encode(found.eval_iterations), type=tuple[EvalIterationSummary, ...]
    )
    assert iterations == found.eval_iterations


def test_a_file_whose_iteration_nobody_knows_is_unreadable(tmp_path: Path) -> None:
    history = json.dumps({"iterations": [HISTORY]})
    found = evidence(tmp_path, {"evals.json": history, "log.json": promptfoo([row(0)])})
    assert status(found) == {"evals.json": InputStatus.READ, "log.json": InputStatus.UNREADABLE}
    (problem,) = found.problems
    assert problem.startswith("log.json: no iteration is known for the run 'answer [echo]': nothing says it;")
    assert [each.metrics for each in found.eval_iterations] == [{"accuracy": 0.5}]


def test_a_statement_does_not_beat_a_measurement(tmp_path: Path) -> None:
    history = json.dumps({"iterations": [HISTORY]})
    found = evidence(tmp_path, {"evals.json": history, "v1.json": promptfoo([row(0)])})
    assert status(found)["v1.json"] is InputStatus.UNREADABLE
    assert "evals.json states 0.5; take the statement out of evals.json" in found.problems[0]
    decision = judge(releasable(eval_iterations=found.eval_iterations, inputs=found.inputs))
    assert decision.decision is GoNoGoDecision.NO_GO


def test_a_history_is_completed_by_what_was_measured(tmp_path: Path) -> None:
    history = {"iterations": [HISTORY | {"metrics": {"grounding_score": 0.9}}]}
    found = evidence(tmp_path, {"evals.json": history, "v1.json": promptfoo([row(0)])})
    (only,) = found.eval_iterations
    assert only.version_name == "V1"
    assert {"grounding_score", "accuracy", "completeness"} <= only.metrics.keys()


def test_a_named_file_is_placed_by_its_folder_or_by_a_rule(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "v3"
    folder.mkdir(parents=True)
    (folder / "log.json").write_text(json.dumps(promptfoo([row(0)])))
    results = tmp_path / "results"
    results.mkdir()
    named: dict[str, Any] = {"results_dir": results, "evals": (folder / "log.json",)}
    assert [each.iteration for each in collect(Sources(**named)).eval_iterations] == [3]
    rule = EvalRunRule(file=f"{tmp_path.as_posix()}/out/**", iteration=8)
    found = collect(Sources(**named, eval_mapping=EvalMapping(runs=(rule,))))
    assert [each.iteration for each in found.eval_iterations] == [8]


def test_a_named_file_of_no_eval_tool_is_unreadable(tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (tmp_path / "x.jsonl").write_text(json.dumps(row(0)))
    found = collect(Sources(results_dir=results, evals=(tmp_path / "x.jsonl",)))
    assert "promptfoo's JSON Lines do not say how many tests there were" in found.problems[0]


def test_lines_of_results_beside_the_results_are_left_with_a_reason(tmp_path: Path) -> None:
    found = evidence(tmp_path, {"v1.json": promptfoo([row(0)]), "v1.jsonl": json.dumps(row(0))})
    assert status(found) == {"v1.json": InputStatus.READ, "v1.jsonl": InputStatus.NOT_TAKEN}
    assert found.inputs[1].reason.endswith("hand in the JSON of -o results.json")


def test_what_was_not_mapped_is_remarked_and_explained(tmp_path: Path) -> None:
    found = evidence(tmp_path, {"v1.json": promptfoo([row(0)])}, eval_mapping=EvalMapping())
    (remark,) = found.inputs[0].remarks
    assert 'write "namedScores/accuracy" = "accuracy" under [evals.metrics]' in remark
    first, placed, told = found.explanations
    assert first.startswith("v1.json: read as promptfoo JSON, because")
    assert placed.endswith("is iteration 1 by its file's name.")
    assert told == f"  {remark}"


def test_names_of_runs_can_not_steer_a_terminal(tmp_path: Path) -> None:
    document = promptfoo([row(0)])
    document["results"]["prompts"][0]["label"] = "a\x1b[2Jb\u202ec"
    metrics = document["results"]["prompts"][0]["metrics"]
    for name in ("namedScores", "namedScoresCount", "namedScoreWeights"):
        metrics[name] = {"acc\u202euracy": 1}
    document["results"]["results"][0] |= {
        "namedScores": {"acc\u202euracy": 1},
        "gradingResult": {"namedScoreWeights": {"acc\u202euracy": 1}},
    }
    found = evidence(tmp_path, {"v1.json": document})
    assert found.eval_iterations
    assert all(line.isprintable() for line in (*found.explanations, *found.inputs[0].remarks))
