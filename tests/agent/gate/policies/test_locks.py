"""What policies that extend others may not do to locked rules and approvals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.judged_reports import judge, with_results
from tests.factories.judged_reports import results as results_of
from tests.factories.layered_policies import BASE, HEAD, by_id, changed, child, load, refused
from tsr_agent.gate.policies.policy import AttemptsCount
from tsr_agent.models.approval import ApproverRole, DistinctFrom
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


ADVICE = "; a locked rule can only be made stricter"
LOOSER: tuple[tuple[dict[str, Any], str], ...] = (
    (
        {"severity": "review"},
        "severity is block there and would be review here",
    ),
    (
        {"effective_on": "2027-01-01"},
        "effective_on is at once there and would be 2027-01-01 here",
    ),
    (
        {"on_missing": "review"},
        "on_missing is fail there and would be review here",
    ),
    ({"locked": False}, "locked is true there and would be false here"),
    (
        {"where": {"type": "e2e"}},
        "where.type is unit there and would be e2e here",
    ),
    (
        {"require": {"failed": 4}},
        "require.failed is 2 there and would be 4 here",
    ),
    (
        {"require": {"errors": 1}},
        "require.errors is 0 there and would be 1 here",
    ),
    (
        {"require": {"failed": None, "max_failure_rate": 0.5}},
        "require.failed is 2 there and would be nothing",
    ),
    (
        {"require": {"min_executed": 2}},
        "require.min_executed is 3 there and would be 2 here",
    ),
    ({"environments": {"dev": {"require": {"failed": 3}}}}, "is 2 there and would be 3 here, in dev"),
    ({"environments": {"dev": {"severity": "info"}}}, "is block there and would be info here, in dev"),
    ({"environments": {"STAGING": {"require": {"failed": 4}}}}, "is 3 there and would be 4 here, in staging"),
    ({"environments": {"dev": {"on_missing": {"ignore": "why not"}}}}, "here, in dev"),
)


@pytest.mark.parametrize(("fields", "what"), LOOSER)
def test_a_locked_rule_can_not_be_loosened(folder: Path, fields: dict[str, Any], what: str) -> None:
    lines = refused(folder, changed("unit", **fields))
    what = what.replace("there", "in the locked rule 'unit' (base.yaml:8:5)")
    assert any(what in line and line.endswith(ADVICE) for line in lines), lines


def test_a_refusal_stands_where_the_child_says_it(folder: Path) -> None:
    text = HEAD + (
        "rules:\n  - id: unit\n    environments:\n      dev:\n        require:\n          failed: 5\n"
    )
    assert refused(folder, text) == [
        (
            "team.yaml:9:11: rules[0].environments.dev.require.failed: require.failed is 2 in the locked "
            "rule 'unit' (base.yaml:8:5) and would be 5 here, in dev" + ADVICE
        )
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"require": {"failed": 0}},
        {"require": {"failed": 1, "max_skipped_ratio": 0.5}},
        {"environments": {"staging": {"require": {"failed": 2}}}},
        {"environments": {"dev": {"require": {"min_executed": 9}}}},
        {"effective_on": None},
        {"description": "Ours.", "fix": "Ask us."},
    ],
)
def test_a_locked_rule_can_be_tightened(folder: Path, fields: dict[str, Any]) -> None:
    assert by_id(load(folder, changed("unit", **fields)))["unit"].locked


def test_a_locked_rule_can_not_be_removed(folder: Path) -> None:
    assert refused(folder, HEAD + "remove: [unit]\n") == [
        "team.yaml:4:10: remove[0]: the rule 'unit' is locked at base.yaml:8:5; it can't be left out"
    ]


def test_a_lock_holds_over_two_steps_and_at_the_stricter_value(folder: Path) -> None:
    load(
        folder, HEAD + "rules: [{id: unit, require: {failed: 1}}, {id: accuracy, locked: true}]\n", "mid.yaml"
    )
    below = HEAD.replace("base", "mid")
    assert "(mid.yaml:4:9)" in refused(folder, below + "rules: [{id: unit, require: {failed: 2}}]\n")[0]
    assert "(mid.yaml:4:43)" in refused(folder, below + "rules: [{id: accuracy, severity: warn}]\n")[0]
    assert "is locked at mid.yaml:4:43" in refused(folder, below + "remove: [accuracy]\n")[0]


def test_a_milder_count_of_flaky_tests_does_not_reach_a_locked_rule(folder: Path) -> None:
    own = {"id": "own", "check": "tests", "where": {"type": "e2e"}, "require": {"failed": 0}}
    text = child(flaky={"attempts": "last"}, rules=[own])
    rules = by_id(load(folder, text), "staging")
    assert rules["unit"].require.attempts is AttemptsCount.WORST
    assert rules["own"].require.attempts is AttemptsCount.LAST
    lines = refused(folder, changed("unit", require={"attempts": "last"}))
    assert "require.attempts is worst in the locked rule" in lines[0]


def test_inherited_rules_keep_what_a_flaky_test_counts_as(folder: Path) -> None:
    load(folder, BASE + "flaky: {attempts: last}\n", "base.yaml")
    assert by_id(load(folder, HEAD))["unit"].require.attempts is AttemptsCount.LAST
    stricter = load(folder, HEAD + "flaky: {attempts: majority}\n")
    assert by_id(stricter)["unit"].require.attempts is AttemptsCount.MAJORITY


def test_a_failure_counts_in_the_child_as_in_the_parent(folder: Path) -> None:
    team = load(folder, changed("unit", require={"failed": 1}))
    failing = with_results(results_of(TestType.UNIT, *[CaseStatus.PASSED] * 4, *[CaseStatus.FAILED] * 2))
    assert judge(failing, team, environment="dev").decision is GoNoGoDecision.NO_GO


def test_approvals_are_laid_over_each_other(folder: Path) -> None:
    team = load(folder, child(approvals={"PRODUCTION": {"count": 2}, "dev": {"roles": ["tech_lead"]}}))
    terms = team.approval_for("production")
    assert terms is not None
    assert (terms.count, terms.reason) == (2, "two people look at production")
    assert [str(each) for each in team.approvals] == ["production", "dev"]


@pytest.mark.parametrize(
    ("approvals", "line"),
    [
        (
            {"production": {"roles": ["tech_lead"]}},
            (
                "approvals.production.roles: the extended policy 'organisation' asks for release_manager, "
                "and tech_lead is less strict; approvals can only be made stricter"
            ),
        ),
        (
            {"production": {"distinct_from": []}},
            (
                "approvals.production.distinct_from: the extended policy 'organisation' asks for "
                "triggered_by, and nothing is less strict"
            ),
        ),
        ({"production": None}, "approvals.production: must be"),
    ],
)
def test_approvals_can_not_be_loosened(folder: Path, approvals: dict[str, Any], line: str) -> None:
    assert line in refused(folder, child(approvals=approvals))[0]


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ({"roles": []}, "approvals.dev.roles: must not be empty"),
        ({"roles": ["tech_lead", "tech_lead"]}, "approvals.dev.roles[1]: 'tech_lead' stands twice"),
        ({"distinct_from": ["author", "author"]}, "approvals.dev.distinct_from[1]: 'author' stands twice"),
        ({"roles": ["tech_laed"]}, "did you mean 'tech_lead'?"),
    ],
)
def test_terms_that_can_not_be_meant(folder: Path, terms: dict[str, Any], line: str) -> None:
    (said,) = refused(folder, child(approvals={"dev": terms}))
    assert line in said


def test_an_environment_that_is_newly_named_needs_what_every_environment_needs(folder: Path) -> None:
    every = {"*": {"count": 2, "distinct_from": ["author"]}}
    tree = {"version": 1, "name": "n", "approvals": every, "rules": [{"id": "a", "check": "clean_tree"}]}
    (folder / "base.yaml").write_text(json.dumps(tree))
    terms = load(folder, child(approvals={"dev": {"reason": "ours"}})).approval_for("dev")
    assert terms is not None
    assert (terms.count, terms.distinct_from) == (2, (DistinctFrom.AUTHOR,))
    (said,) = refused(folder, child(approvals={"dev": {"count": 1}}))
    assert "approvals.dev.count: the extended policy 'n' asks for 2, and 1 is less strict" in said


def test_approvals_of_two_parents_hold_both(folder: Path) -> None:
    def parent(name: str, rule: str, **approvals: Any) -> None:
        entry = {"id": rule, "check": "clean_tree"}
        tree = {"version": 1, "name": name, "approvals": approvals, "rules": [entry]}
        (folder / f"{name}.yaml").write_text(json.dumps(tree))

    both = child(extends=["one.yaml", "two.yaml"])
    parent("one", "a", production={"count": 3, "roles": ["release_manager", "tech_lead"]})
    parent("two", "b", **{"*": {"roles": ["tech_lead"], "distinct_from": ["author"]}})
    terms = load(folder, both).approval_for("production")
    assert terms is not None
    assert (terms.count, terms.roles) == (3, (ApproverRole.TECH_LEAD,))
    assert set(terms.distinct_from) == set(DistinctFrom)
    parent("one", "a", production={"roles": ["release_manager"]})
    lines = refused(folder, both)
    assert any("extends: by the extended policies together, nobody may approve a release" in x for x in lines)
