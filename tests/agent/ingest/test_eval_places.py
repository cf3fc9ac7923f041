from __future__ import annotations

from typing import Any

import pytest

from tests.factories.eval_runs import eval_run, in_file
from tsr_agent.ingest.eval_places import FileRuns, numbers_in, place_runs
from tsr_agent.models.eval_mapping import EvalRunRule


def rule(file: str = "*", **fields: Any) -> EvalRunRule:
    return EvalRunRule(file=file, **({"iteration": 7} | fields))


def number(path: str, *rules: EvalRunRule, root: str = "out", **run: Any) -> int | str:
    found = place_runs([in_file(path, eval_run(**run))], rules, root, has_history=True)
    return found.placed[0].number if found.placed else found.problems[path]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("iteration_v3.json", {3}),
        ("v3.json", {3}),
        ("V12.eval", {12}),
        ("iteration-3/log.json", {3}),
        ("iteration3.json", {3}),
        ("rag v4 results.json", {4}),
        ("evals.v5.json", {5}),
        ("v2/iteration_3.json", {2, 3}),
        ("iteration_v3/v3.json", {3}),
        ("v0.json", {0}),
        # A version of something is no number of an iteration.
        ("prompts-v3.1.json", set()),
        ("v3.0.0/log.json", set()),
        ("gpt-v4o.json", set()),
        ("rev3.json", set()),
        ("2026-11-22T21-06-49_rag-qa_v4x.json", set()),
        ("results.json", set()),
        ("v9999999999.json", set()),
    ],
)
def test_numbers_in_names(path: str, found: set[int]) -> None:
    assert numbers_in(path) == found


def test_the_rule_wins_over_the_name_and_the_first_over_the_second() -> None:
    assert number("v3.json") == 3
    assert number("v3.json", rule()) == 7
    assert number("v3.json", rule("other.json", iteration=1), rule(iteration=2), rule(iteration=5)) == 2


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("a.json", True),
        ("*.json", True),
        ("deep/a.json", True),
        ("out/deep/*.json", True),
        ("./deep/a.json", True),
        ("out/*.json", False),
        ("b.json", False),
    ],
)
def test_patterns_are_those_of_the_test_types(pattern: str, matches: bool) -> None:
    assert (number("deep/a.json", rule(pattern)) == 7) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("rag*", True),
        ("rag-qa [openai/gpt]", True),
        ("*gpt]", True),
        ("rag", False),
        ("RAG*", False),
    ],
)
def test_patterns_of_run_names_cross_slashes(pattern: str, matches: bool) -> None:
    placed = place_runs(
        [in_file("a.json", eval_run("rag-qa [openai/gpt]"))], (rule(run=pattern),), "", has_history=True
    )
    assert bool(placed.placed) is matches


def test_a_run_that_nothing_places_is_a_problem_of_its_file() -> None:
    what, how = "no iteration is known for the run 'rag-qa'", "say it under [[evals.runs]] in aitr.toml"
    assert number("log.json") == f"{what}: nothing says it; {how}"
    assert "its name says both 2 and 3" in str(number("v2/v3.json"))


def test_the_only_run_of_all_is_the_first_iteration_unless_there_is_a_history() -> None:
    one = [in_file("log.json")]
    (placed,) = place_runs(one, (), "", has_history=False).placed
    assert (placed.number, placed.reason) == (1, "being the only run of all files")
    assert place_runs(one, (), "", has_history=True).problems
    assert place_runs([*one, in_file("v2.json")], (), "", has_history=False).problems.keys() == {"log.json"}
    assert place_runs([in_file("log.json", eval_run("a"), eval_run("b"))], (), "", has_history=False).problems


def test_of_a_named_file_its_folder_counts_and_not_those_above() -> None:
    named = FileRuns(path="log.json", whole="/builds/v9/out/v3/log.json", runs=(eval_run(),))
    assert place_runs([named], (), "out", has_history=True).placed[0].number == 3
    by_rule = place_runs([named], (rule("/builds/**/log.json"),), "out", has_history=True)
    assert by_rule.placed[0].number == 7


def test_a_rule_that_matches_nothing_is_told() -> None:
    found = place_runs([in_file("v1.json")], (rule("x.json"), rule("v1.json")), "", has_history=False)
    assert found.unused == {1: rule("x.json")}
