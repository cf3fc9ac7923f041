"""A policy in words: nothing that can stop a release, or let it go, is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from tests.factories.comparing_policies import comparing as comparing_policy
from tests.factories.shown_reports import HOSTILE
from tsr_agent.gate.baseline import BaselineSelection, SameAs
from tsr_agent.gate.exceptions.quarantine import Quarantine, QuarantinedTest
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.policy import AttemptsCount, FlakyPolicy, Policy
from tsr_agent.gate.policies.tree import read_policy_tree
from tsr_agent.models.approval import ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import BaselineSelect, ExceptionStanding, PolicyParent, QuarantineNote
from tsr_agent.models.results import TestType
from tsr_agent.sections.approval import approval_terms
from tsr_agent.sections.policy import baseline_words, explain

UNIT = {"id": "unit", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}


def policy(*rules: dict[str, Any], **changed: Any) -> Policy:
    problems: list[str] = []
    tree = {"version": 1, "name": "bot", "rules": list(rules or (UNIT,))} | changed
    found = read_policy_tree(tree, "a" * 64, problems)
    assert found is not None, problems
    return found


def comparing(**selection: Any) -> Policy:
    rules = comparing_policy().rules[-1:]
    return msgspec.structs.replace(policy(), rules=rules, baseline=BaselineSelection(**selection))


@pytest.mark.parametrize(
    ("severity", "on_missing", "on_failure", "without"),
    [
        ("block", "fail", "stops the release", "stops the release"),
        ("block", "review", "stops the release", "a person has to look"),
        ("review", "fail", "a person has to look", "a person has to look"),
        ("review", "review", "a person has to look", "a person has to look"),
        ("warn", "fail", "warns", "warns"),
        ("info", "review", "is only shown", "is only shown"),
        ("block", {"ignore": "not yet"}, "stops the release", "nothing happens: not yet"),
    ],
)
def test_what_a_failure_does_and_what_missing_evidence_does(
    severity: str, on_missing: Any, on_failure: str, without: str
) -> None:
    row = explain(policy(UNIT, UNIT | {"id": "b", "severity": severity, "on_missing": on_missing})).rules[1]
    assert (row.on_failure, row.on_missing) == (on_failure, without)


def test_the_words_hold_for_what_the_gate_does() -> None:
    """The table above is the gate's own, rule by rule, of the built-in policy on an empty report."""
    from tests.factories.judged_reports import judge, releasable
    from tsr_agent.models.decision import RuleEffect, RuleState

    effects = {
        "stops the release": RuleEffect.BLOCKS,
        "a person has to look": RuleEffect.NEEDS_REVIEW,
        "warns": RuleEffect.WARNS,
        "is only shown": RuleEffect.NONE,
    }
    empty = releasable(
        test_results=(), eval_iterations=(), requirement_coverage=(), code_coverage=(), inputs=()
    )
    judged = {each.id: each for each in judge(empty).rules}
    missing = [row for row in explain(ai_release()).rules if judged[row.id].state is RuleState.NOT_EVALUATED]
    assert len(missing) > 10
    for row in missing:
        assert effects.get(row.on_missing, RuleEffect.NONE) is judged[row.id].effect, row.id


def test_only_what_differs_is_said_of_an_environment() -> None:
    accuracy = {
        "id": "accuracy",
        "check": "eval_metric",
        "where": {"metric": "accuracy"},
        "require": {"at_least": 0.85, "min_samples": 200},
        "environments": {"Staging": {"require": {"min_samples": 50}, "severity": "review"}},
    }
    section = explain(policy(UNIT, accuracy, approvals={"production": {}}), manual_approval=("canary",))
    named = {each.name: each for each in section.environments}
    assert list(named) == ["canary", "production", "staging"]
    (rule,) = named["staging"].rules
    assert rule.id == "accuracy"
    assert rule.changes == (
        "Accuracy in the latest eval iteration must be at least 0.85, on at least 50 cases.",
        "If it fails: a person has to look.",
    )
    assert named["production"].rules == ()
    assert "release manager" in named["production"].approval
    assert named["canary"].approval.endswith("aitr.toml asks for it.")
    assert section.approval == ""


def test_one_environment_is_said_whole() -> None:
    changed = UNIT | {"environments": {"staging": {"severity": "review"}}}
    found = policy(UNIT | {"id": "other"}, changed, approvals={"*": {"count": 2}})
    section = explain(found, " STAGING ")
    assert [row.on_failure for row in section.rules] == ["stops the release", "a person has to look"]
    assert section.environments == ()
    assert section.approval.startswith("2 different people have to approve")
    assert not section.is_unnamed
    assert explain(found, "stagign").is_unnamed


def test_where_a_rule_comes_from_and_what_is_known_of_the_parents() -> None:
    found = msgspec.structs.replace(
        policy(UNIT | {"locked": True, "effective_on": date(2027, 3, 1).isoformat(), "fix": "Mend it."}),
        parents=(PolicyParent(source="org.yaml", name="org", version="7", digest="b" * 64),),
        origins={"unit": "org.yaml"},
    )
    section = explain(found)
    (row,) = section.rules
    assert (row.is_locked, row.origin, row.fix) == (True, "org.yaml", "Mend it.")
    assert row.effective == "From 2027-03-01 (UTC) on. Before that day it only warns."
    assert [(each.source, each.name, each.digest) for each in section.parents] == [
        ("org.yaml", "org 7", "b" * 64)
    ]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (
            {},
            (
                "Rules that compare look at the newest report on record that was released, of the same "
                "repository, environment and branch. Without it they lack their evidence."
            ),
        ),
        (
            {"select": BaselineSelect.PREVIOUS, "branch": "main", "max_age_days": 30},
            (
                "Rules that compare look at the newest report on record, whatever was decided about it, of "
                "the same repository and environment, of branch main, at most 30 days old. Without it they "
                "lack their evidence."
            ),
        ),
        (
            {"select": BaselineSelect.GIVEN, "same": (), "max_age_days": 1},
            (
                "Rules that compare look at the report that is named with --baseline, at most 1 day old. "
                "Without it they lack their evidence."
            ),
        ),
        (
            {"same": (SameAs.BRANCH,)},
            (
                "Rules that compare look at the newest report on record that was released, of the same "
                "branch. Without it they lack their evidence."
            ),
        ),
    ],
)
def test_what_is_compared_with(selection: dict[str, Any], said: str) -> None:
    assert baseline_words(comparing(**selection)) == said


def test_nothing_is_said_of_a_baseline_that_no_rule_looks_at() -> None:
    assert baseline_words(policy()) == "No rule compares a report with an earlier one."


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        (AttemptsCount.WORST, "counts as not passed,"),
        (AttemptsCount.MAJORITY, "counts as passed if most of its attempts passed,"),
        (AttemptsCount.LAST, "counts as passed,"),
    ],
)
def test_what_a_late_pass_counts_as(attempts: AttemptsCount, said: str) -> None:
    found = msgspec.structs.replace(policy(), flaky=FlakyPolicy(attempts=attempts))
    assert said in explain(found).flaky


def test_the_quarantine_test_by_test() -> None:
    entry = QuarantinedTest(
        test="tests/x.py::a", type=TestType.UNIT, reason="clock", ticket="B-1", owner="ana", expires=date.max
    )
    broken = QuarantineNote(test_id="b", standing=ExceptionStanding.UNUSABLE, reason="no owner")
    found = msgspec.structs.replace(
        policy(), quarantine=Quarantine(digest="c" * 64, tests=(entry,), unusable=(broken,))
    )
    rows = explain(found).quarantine
    assert rows[0].facts == "unit, until 9999-12-31, owner ana, B-1: clock"
    assert rows[1].facts == "can't be used: no owner"
    assert "in quarantine still run" in explain(found).flaky
    empty = msgspec.structs.replace(policy(), quarantine=Quarantine(digest="c" * 64))
    assert explain(empty).flaky.endswith("No test is in quarantine.")


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (ApprovalTerms(), "1 person has to approve, a release manager, but nobody who started the run."),
        (
            ApprovalTerms(count=2, roles=tuple(reversed(ApproverRole)), distinct_from=tuple(DistinctFrom)),
            (
                "2 different people have to approve, each a release manager or tech lead, but nobody who "
                "started the run or wrote the commit."
            ),
        ),
        (
            ApprovalTerms(distinct_from=(), reason="we are few."),
            (
                "1 person has to approve, a release manager; whoever started the run is not left out. "
                "Why: we are few."
            ),
        ),
    ],
)
def test_who_has_to_approve(terms: ApprovalTerms, said: str) -> None:
    assert approval_terms(terms) == said


def test_hostile_text_is_written_out() -> None:
    found = policy(
        UNIT | {"description": HOSTILE, "fix": HOSTILE, "on_missing": {"ignore": HOSTILE}},
        name=HOSTILE,
        revision=HOSTILE,
        description=HOSTILE,
        approvals={"*": {"reason": HOSTILE}, HOSTILE: {}},
        **{"$schema": HOSTILE},
    )
    drawn = str(explain(found, manual_approval=(HOSTILE,)))
    assert "onerror" in drawn
    assert [sign for sign in "\u202e\x1b\x00\u2028" if sign in drawn or repr(sign)[1:-1] in drawn] == []
