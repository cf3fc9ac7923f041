"""Tests whose outcome is not the same each time."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from tests.factories.judged_reports import case, judge, releasable, rule, with_results
from tsr_agent.errors import PolicyError
from tsr_agent.gate.checks.tests import TestsRequire, TestsRule, TestsScope
from tsr_agent.gate.exceptions.waivers import Waiver, Waivers, WaiverScope
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.policies.policy import AttemptsCount
from tsr_agent.gate.policies.strictness import loosenings
from tsr_agent.models.decision import RuleResult, RuleState
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult

P, F, E, S = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.SKIPPED


def policy(require: dict[str, Any], **keys: Any) -> Any:
    only = {"id": "it", "check": "tests", "where": {"type": "e2e"}, "require": {"failed": 0, **require}}
    return parse_policy(json.dumps({"version": 1, "name": "p", "rules": [only], **keys}).encode(), "p.json")


def flaky(test_id: str, *attempts: CaseStatus) -> TestCase:
    return case(test_id, attempts=tuple(Attempt(status=each) for each in attempts), flaky=True)


def judged(*cases: TestCase, waivers: Any = None, **require: Any) -> RuleResult:
    report = with_results(TestTypeResult.from_cases(TestType.E2E, cases))
    return rule(judge(report, policy(require), waivers), "it")


@pytest.mark.parametrize(
    ("attempts", "majority"),
    [
        ((F, P), False),
        ((F, P, P), True),
        ((E, P, P), True),
        ((F, E, P, P), False),
        ((F, S, P, P), True),
        ((F, S, S, P), False),
        ((F, P, S, S, S), False),
        ((F, F, P, P, P), True),
        ((CaseStatus.XFAILED, F, P, P), False),
        ((), False),
    ],
)
def test_what_a_flaky_case_counts_as(attempts: tuple[CaseStatus, ...], majority: bool) -> None:
    cases = (case("a"), flaky("b", *attempts))
    assert judged(*cases).state is RuleState.FAIL
    assert judged(*cases, attempts="worst").state is RuleState.FAIL
    assert (judged(*cases, attempts="majority").state is RuleState.PASS) is majority
    assert judged(*cases, attempts="last").state is RuleState.PASS


def test_words_and_evidence_follow() -> None:
    cases = (case("a"), flaky("b", F, P, P), flaky("c", F, P))
    worst = judged(*cases)
    assert worst.message == "2 of 3 end-to-end tests did not pass (2 flaky); none may"
    assert [each.test_id for each in worst.evidence] == ["b", "c"]
    most = judged(*cases, attempts="majority")
    assert most.message == "1 of 3 end-to-end tests did not pass (1 flaky); none may"
    assert [each.test_id for each in most.evidence] == ["c"]
    assert most.expected == "0 failed, 0 errors, at least 1 executed, flaky ones by most of their attempts"
    last = judged(*cases, attempts="last")
    assert (last.message, last.evidence) == (
        "3 end-to-end tests ran, none failed, 2 of them only after a failure",
        (),
    )


@pytest.mark.parametrize(
    ("attempts", "most", "passes"), [("last", 1, True), ("last", 0, False), ("worst", 1, False)]
)
def test_how_many_may_be_flaky(attempts: str, most: int, passes: bool) -> None:
    found = judged(case("a"), flaky("b", F, P, P), attempts=attempts, max_flaky=most)
    assert (found.state is RuleState.PASS) is passes
    if attempts == "last" and not passes:
        assert found.message == "1 of 2 end-to-end tests passed only after a failure; none may"
        assert [each.test_id for each in found.evidence] == ["b"]


def waived(*tests: str) -> Waivers:
    waiver = Waiver(
        id="W-1",
        rule="it",
        scope=WaiverScope(tests=tests),
        reason="r",
        ticket="t",
        owner="ana",
        approved_by="ben",
        expires=releasable().created_at.date(),
    )
    return Waivers(digest="e" * 64, waivers=(waiver,))


@pytest.mark.parametrize(
    ("require", "tests", "state"),
    [
        ({"attempts": "worst"}, ("b", "c"), RuleState.WAIVED),
        ({"attempts": "worst"}, ("c",), RuleState.FAIL),
        ({"attempts": "majority"}, ("c",), RuleState.WAIVED),
        # Too many flaky ones: each of them is to blame, also one that counts as passed.
        ({"attempts": "majority", "max_flaky": 1}, ("c",), RuleState.FAIL),
        ({"attempts": "majority", "max_flaky": 1}, ("b", "c"), RuleState.WAIVED),
        ({"attempts": "last", "max_flaky": 0}, ("b", "c"), RuleState.WAIVED),
    ],
)
def test_a_waiver_has_to_name_every_test_that_is_to_blame(
    require: dict[str, Any], tests: tuple[str, ...], state: RuleState
) -> None:
    cases = (case("a"), flaky("b", F, P, P), flaky("c", F, P))
    assert judged(*cases, waivers=waived(*tests), **require).state is state


def test_counts_without_cases_are_never_forgiven_by_a_majority() -> None:
    counts = TestTypeResult(
        test_type=TestType.E2E, total=9, passed=9, failed=0, skipped=0, flaky=2, duration_ms=1
    )
    for attempts, state in (
        ("majority", RuleState.FAIL),
        ("last", RuleState.PASS),
        ("worst", RuleState.FAIL),
    ):
        assert rule(judge(with_results(counts), policy({"attempts": attempts})), "it").state is state
    assert rule(judge(with_results(counts), policy({"attempts": "last", "max_flaky": 1})), "it").state is (
        RuleState.FAIL
    )


def test_the_milder_the_treatment_the_more_passes_and_never_a_failure() -> None:
    order = list(AttemptsCount)
    for first, second, status in product((P, F, E, S), (P, F, E, S), (P, F, E)):
        cases = (
            case("a"),
            case("b", status, attempts=(Attempt(status=first), Attempt(status=second)), flaky=status is P),
        )
        passed = [judged(*cases, attempts=each.value).state is RuleState.PASS for each in order]
        assert passed == sorted(passed)
        assert not (status is not P and any(passed))


def test_a_rule_takes_the_policys_treatment_where_it_names_none() -> None:
    by_policy = policy({}, flaky={"attempts": "last"})
    assert by_policy.rules[0].require.attempts is AttemptsCount.LAST
    own = policy({"attempts": "worst"}, flaky={"attempts": "last"})
    assert own.rules[0].require.attempts is AttemptsCount.WORST
    assert policy({}).rules[0].require.attempts is AttemptsCount.WORST


def test_it_does_so_in_every_environment() -> None:
    entry = {"id": "it", "check": "tests", "where": {"type": "e2e"}, "require": {"failed": 0}}
    strict = {"production": {"require": {"attempts": "worst"}}, "test": {"require": {"failed": 1}}}
    tree = {
        "version": 1,
        "name": "p",
        "flaky": {"attempts": "majority"},
        "rules": [{**entry, "environments": strict}],
    }
    read: Any = parse_policy(json.dumps(tree).encode(), "p.json")
    found = [read.rules_for(name)[0].require.attempts for name in ("production", "test", "elsewhere")]
    assert found == [AttemptsCount.WORST, AttemptsCount.MAJORITY, AttemptsCount.MAJORITY]


def test_a_rule_that_was_given_none_takes_the_strictest() -> None:
    """A rule that was made without a policy's file."""
    bare = TestsRule(
        id="it", check="tests", where=TestsScope(type=TestType.E2E), require=TestsRequire(failed=0)
    )
    mild = TestsRule(
        id="it",
        check="tests",
        where=TestsScope(type=TestType.E2E),
        require=TestsRequire(failed=0, attempts=AttemptsCount.LAST),
    )
    assert [each.key for each in loosenings(bare, mild)] == ["require.attempts"]


@pytest.mark.parametrize(("old", "new"), [("passed", "last"), ("not_passed", "worst")])
def test_the_old_key_says_what_to_write(old: str, new: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy({"flaky": old})
    assert caught.value.details[0].endswith(f"rules[0].require.flaky: unknown key; write attempts: {new}")


def test_the_old_key_in_an_environment_says_so_too() -> None:
    entry = {"id": "it", "check": "tests", "where": {"type": "e2e"}, "require": {"failed": 0}}
    tree = {
        "version": 1,
        "name": "p",
        "rules": [{**entry, "environments": {"test": {"require": {"flaky": "passed"}}}}],
    }
    with pytest.raises(PolicyError) as caught:
        parse_policy(json.dumps(tree).encode(), "p.json")
    assert "write attempts: last" in caught.value.details[0]


def evals(*statuses: CaseStatus, **fields: Any) -> tuple[str, ...]:
    cases = [case(f"e-{n}", status) for n, status in enumerate(statuses)]
    report = with_results(TestTypeResult.from_cases(TestType.EVALS, [*cases, *fields.get("more", ())]))
    kind = fields.get("kind", "evals")
    only = {"id": "it", "check": "tests", "where": {"type": kind}, "require": {"failed": 9}}
    read = parse_policy(json.dumps({"version": 1, "name": "p", "rules": [only]}).encode(), "p.json")
    return rule(judge(report, read), "it").remarks


def test_what_an_eval_suite_without_a_failure_still_allows() -> None:
    assert evals(*[P] * 30) == (
        "No failure in 30 eval tests still allows a failure rate of up to 9.5 % (95 % confidence)",
    )
    assert evals(*[P] * 29, S) == (
        "No failure in 29 eval tests still allows a failure rate of up to 9.8 % (95 % confidence)",
    )
    assert evals(*[P] * 29, F) == ()
    assert evals(*[P] * 29, CaseStatus.XFAILED) == ()
    assert evals(P, more=[flaky("f", F, P)]) == ()
    assert evals(*[P] * 30, kind="unit") == ()
