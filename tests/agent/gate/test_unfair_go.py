"""Attacks on the verdict: what a careless or dishonest team may hand in to be released all the same."""

from __future__ import annotations

import json
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.generated_baselines import comparing_policy, report_and_baseline
from tests.factories.generated_reports import Dice, dice
from tests.factories.judged_reports import (
    NOW,
    case,
    iteration,
    judge,
    passing,
    policy_of,
    releasable,
    results,
    rule,
    with_results,
)
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import BaselineSelect, GoNoGoDecision, RuleState
from tsr_agent.models.evals import Dataset, EvalCase, FailureCategory, FailureMode, MetricValue, Severity
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.results import Attempt, CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.exceptions.waivers import Waivers
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport

GO, PENDING, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.NO_GO
FAILED, PASSED, SKIPPED, XFAILED = (
    CaseStatus.FAILED,
    CaseStatus.PASSED,
    CaseStatus.SKIPPED,
    CaseStatus.XFAILED,
)
RANK = {GO: 0, PENDING: 1, NO_GO: 2}
UNIT = {"id": "unit", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}
E2E = UNIT | {"id": "e2e", "where": {"type": "e2e"}}


def policy(*rules: dict[str, Any], **keys: Any) -> Policy:
    tree = {"version": 1, "name": "p", **keys, "rules": list(rules or (UNIT,))}
    return parse_policy(json.dumps(tree).encode(), "p.json")


def failing(**changed: Any) -> TestSummaryReport:
    """Two of three unit tests fail, and nothing else contradicts that."""
    return replace(
        with_results(results(TestType.UNIT, FAILED, FAILED, PASSED)), requirement_coverage=(), **changed
    )


# Reports.


@pytest.mark.parametrize(
    ("status", "attempts", "flaky", "why"),
    [
        (SKIPPED, (FAILED, SKIPPED), False, "hides a failed attempt"),
        (XFAILED, (FAILED, XFAILED), False, "hides a failed attempt"),
        (SKIPPED, (CaseStatus.ERROR,), False, "hides a failed attempt"),
        (PASSED, (PASSED, FAILED), False, "hides a failed attempt"),
        (PASSED, (PASSED, PASSED, FAILED), True, "passed, and its last attempt did not"),
        (PASSED, (PASSED, FAILED, SKIPPED), True, "passed, and its last attempt did not"),
        (PASSED, (SKIPPED,), False, "passed, and none of its attempts did"),
        (PASSED, (FAILED, SKIPPED), True, "passed, and none of its attempts did"),
    ],
)
@pytest.mark.parametrize("treatment", ["worst", "majority", "last"])
def test_attempts_that_deny_the_outcome(
    status: CaseStatus, attempts: tuple[CaseStatus, ...], flaky: bool, why: str, treatment: str
) -> None:
    odd = case("x", status, flaky=flaky, attempts=tuple(Attempt(status=each) for each in attempts))
    report = with_results(TestTypeResult.from_cases(TestType.E2E, [case("y"), odd]))
    asked = policy(E2E | {"require": {"failed": 0, "attempts": treatment}})
    decision = judge(report, asked)
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").message == f"E2e test x {why}"


@pytest.mark.parametrize("attempts", [(FAILED, PASSED), (PASSED, SKIPPED), (FAILED, PASSED, SKIPPED)])
def test_attempts_that_bear_the_outcome_out(attempts: tuple[CaseStatus, ...]) -> None:
    late = case("x", flaky=FAILED in attempts, attempts=tuple(Attempt(status=each) for each in attempts))
    report = with_results(TestTypeResult.from_cases(TestType.E2E, [case("y"), late]))
    asked = policy(E2E | {"require": {"failed": 0, "attempts": "last"}})
    assert judge(report, asked).decision is GO


def mode(name: str) -> FailureMode:
    values: dict[str, Any] = {
        "id": "FM",
        "name": name,
        "severity": Severity.CRITICAL,
        "category": FailureCategory.SAFETY,
        "discovered_in_iteration": 1,
    }
    return FailureMode(**values)


def test_one_id_stands_for_one_failure_mode() -> None:
    asked = policy_of("failure_modes", require={"max_count": 1})
    twins = (mode("leaks data"), mode("invents refunds"))
    decision = judge(releasable(eval_iterations=(iteration(1, failure_modes=twins),)), asked)
    assert (decision.decision, rule(decision, "it").actual) == (NO_GO, "2")
    again = (iteration(1, failure_modes=twins[:1]), iteration(2, failure_modes=twins[:1]))
    assert judge(releasable(eval_iterations=again), asked).decision is GO


def test_a_rule_that_only_warns_as_yet_is_no_evidence_for_those_in_force() -> None:
    ignored = {"ignore": "there are none yet"}
    later = UNIT | {"effective_on": "2026-11-23"}
    asked = policy(E2E, later, on_missing=ignored)
    assert judge(failing(), asked).decision is PENDING
    assert judge(failing(), asked).review_issues == ("No rule that decides could be judged",)
    assert judge(failing(), asked, now=NOW + timedelta(days=1)).decision is NO_GO
    assert judge(failing(), policy(UNIT | {"effective_on": "2026-11-22"})).decision is NO_GO


@pytest.mark.parametrize("value", [-0.0, -1e-300, 1.0000000001, 0.8499999999999999, 85.0, 2.0**1023])
def test_an_accuracy_that_is_no_share_above_its_bound(value: float) -> None:
    asked = policy_of("eval_metric", where={"metric": "accuracy"}, require={"at_least": 0.85})
    found = iteration(1, metrics={"accuracy": MetricValue(value=value, n=10**9)})
    assert judge(releasable(eval_iterations=(found,)), asked).decision is NO_GO


@pytest.mark.parametrize("error", [0.0, 1e-300, None])
def test_a_tiny_standard_error_makes_no_share_surer(error: float | None) -> None:
    asked = policy_of(
        "eval_metric", where={"metric": "accuracy"}, require={"at_least": 0.85, "confidence": 0.95}
    )
    found = iteration(1, metrics={"accuracy": MetricValue(value=0.9, n=50, standard_error=error)})
    assert judge(releasable(eval_iterations=(found,)), asked).decision is NO_GO


DATA = Dataset(name="questions", digest="d" * 64)


def scored(values: dict[str, float], mean: float) -> Any:
    metric = MetricValue(value=mean, n=len(values), lower_is_better=False, minimum=0.0, maximum=1.0)
    cases = tuple(EvalCase(id=name, scores={"quality": value}) for name, value in values.items())
    return releasable(eval_iterations=(iteration(1, dataset=DATA, metrics={"quality": metric}, cases=cases),))


def earlier(report: TestSummaryReport, **changed: Any) -> Baseline:
    report = replace(report, id="old", created_at=NOW - timedelta(days=1), **changed)
    return Baseline(report=report, digest="b" * 64, select=BaselineSelect.LAST_APPROVED)


@pytest.mark.parametrize(("worse", "state"), [(15, RuleState.NOT_EVALUATED), (5, RuleState.PASS)])
def test_the_cases_that_got_worse_can_not_be_left_out(worse: int, state: RuleState) -> None:
    asked = policy_of("metric_change", where={"metric": "quality"}, require={"confidence": 0.95})
    names = [f"c{place:03}" for place in range(100)]
    before = earlier(scored(dict.fromkeys(names, 1.0), 1.0))
    fell = scored({name: float(place >= worse) for place, name in enumerate(names)}, 1 - worse / 100)
    assert rule(judge(fell, asked, baseline=before), "it").state is (
        RuleState.FAIL if worse > 5 else RuleState.PASS
    )
    without = scored(dict.fromkeys(names[worse:], 1.0), 1 - worse / 100)
    twice = replace(
        fell.eval_iterations[0], cases=fell.eval_iterations[0].cases + fell.eval_iterations[0].cases[:worse]
    )
    for hidden in (without, replace(fell, eval_iterations=(twice,))):
        assert rule(judge(hidden, asked, baseline=before), "it").state is state


def test_cases_that_could_not_get_worse_can_be_lost() -> None:
    asked = policy_of("metric_change", where={"metric": "quality"}, require={"confidence": 0.95})
    names = [f"c{place:03}" for place in range(100)]
    before = earlier(scored({name: float(place >= 15) for place, name in enumerate(names)}, 0.85))
    after = scored(dict.fromkeys(names[15:], 1.0), 1.0)
    assert rule(judge(after, asked, baseline=before), "it").state is RuleState.PASS


def test_renamed_tests_are_new_and_vanished() -> None:
    asked = policy_of(
        "test_changes", where={"type": "unit"}, require={"max_newly_failing": 0, "max_vanished": 0}
    )
    before = earlier(with_results(passing(TestType.UNIT, 3)), requirement_coverage=())
    for suffix in ("-renamed", "\u200b", " "):
        cases = [case(f"unit-{place}{suffix}") for place in range(3)]
        report = replace(
            with_results(TestTypeResult.from_cases(TestType.UNIT, cases)), requirement_coverage=()
        )
        assert rule(judge(report, asked, baseline=before), "it").actual == "0 newly failing, 3 vanished"


def test_a_failure_that_the_baseline_had_too_is_still_a_failure_of_the_tests() -> None:
    """A baseline in which everything failed excuses nothing but the comparison."""
    asked = policy(UNIT, {"id": "it", "check": "test_changes", "require": {"max_newly_failing": 0}})
    decision = judge(failing(), asked, baseline=earlier(failing()))
    assert (rule(decision, "it").state, decision.decision) == (RuleState.PASS, NO_GO)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "tsr-1"},
        {"created_at": NOW + timedelta(microseconds=1)},
        {"environment": "production"},
        {"test_results": (passing(TestType.UNIT, 1), passing(TestType.UNIT, 1))},
    ],
)
def test_a_baseline_of_choice(changed: dict[str, Any]) -> None:
    asked = policy_of("test_changes", where={"type": "unit"}, require={"max_newly_failing": 0})
    found = earlier(releasable())
    decision = judge(releasable(), asked, baseline=replace(found, report=replace(found.report, **changed)))
    assert (decision.baseline, decision.decision) == (None, PENDING)
    for select in (BaselineSelect.GIVEN, BaselineSelect.PREVIOUS):
        assert judge(releasable(), asked, baseline=replace(found, select=select)).decision is PENDING


@settings(max_examples=500)
@given(dice)
def test_doing_without_the_baseline_never_helps(roll: Dice) -> None:
    """Nothing is released without a baseline that is not with one; under ``fail`` nothing is even milder."""
    report, baseline = report_and_baseline(roll)
    for on_missing in ("fail", "review"):
        asked = comparing_policy(on_missing, alone=True)
        beside, alone = judge(report, asked, baseline=baseline), judge(report, asked)
        assert RANK[alone.decision] >= min(RANK[beside.decision], RANK[PENDING])
        assert on_missing == "review" or RANK[alone.decision] >= RANK[beside.decision]


# Environments.


@pytest.mark.parametrize(
    "spelt",
    [
        " Produktion",
        "PRODUKTION\u200b",
        "produktion\u00a0",
        "\uff50roduktion",
        "produkt\u0131on".replace("\u0131", "\u2071"),
        unicodedata.normalize("NFD", "produktion"),
    ],
)
def test_a_spelling_of_an_environment_slips_past_nothing(spelt: str) -> None:
    strict = UNIT | {"severity": "warn", "environments": {"produktion": {"severity": "block"}}}
    asked = policy(
        strict, E2E | {"on_missing": {"ignore": "none yet"}}, approvals={"produktion": {"count": 2}}
    )
    decision = judge(failing(), asked, environment=spelt)
    assert decision.decision is NO_GO
    assert decision.approval is not None
    assert decision.approval.count == 2


def test_an_accent_typed_apart_is_the_same_letter() -> None:
    asked = policy(approvals={unicodedata.normalize("NFC", "prodükt"): {}})
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert (
            judge(releasable(), asked, environment=unicodedata.normalize(form, "prodükt")).decision is PENDING
        )


@given(st.text(max_size=30) | st.sampled_from(["\u00b4", "\u0345\u03b9", "\ufdfa", "\u037a", "\u1fee"]))
def test_an_environment_is_compared_alike_however_often(name: str) -> None:
    from tsr_agent.gate.policies.names import environment_key

    assert environment_key(environment_key(name)) == environment_key(name)


# Exceptions.


def waivers(**changed: Any) -> Waivers:
    entry = {
        "id": "W",
        "rule": "unit",
        "scope": {"environment": "staging"},
        "reason": "known",
        "ticket": "T-1",
        "owner": "ana",
        "approved_by": "ben",
        "expires": "2026-12-15",
    }
    return parse_waivers(json.dumps({"version": 1, "waivers": [entry | changed]}).encode(), "w.json")


@pytest.mark.parametrize(
    "changed",
    [
        {"approved_by": "\u0430na"},
        {"approved_by": "\u0391\u039d\u0391"},
        {"approved_by": "@ana"},
        {"approved_by": "Ana (lead)"},
        {"approved_by": "a.n.a"},
        {"approved_by": "-"},
        {"owner": "?"},
        {"reason": "..."},
        {"ticket": "\u2014"},
        {"scope": {"environment": "staging*"}},
        {"scope": {"environment": "\u3164"}},
        {"scope": {"tests": ["unit-0"]}},
        {"scope": {"tests": ["unit-0", "unit-1\u200b"]}},
        {"scope": {"tests": ["unit-*"]}},
        {"scope": {"branch": "Main"}},
        {"rule": "evidence"},
        {"expires": "2026-11-21"},
        {"expires": "2027-11-21"},
        {"expires": "9999-12-31"},
    ],
)
def test_a_waiver_that_nobody_else_approved_or_that_is_for_something_else(changed: dict[str, Any]) -> None:
    assert judge(failing(), policy(), waivers()).decision is GO
    decision = judge(failing(), policy(), waivers(**changed))
    assert decision.decision is NO_GO
    assert all(each.reason for each in decision.waivers)


@pytest.mark.parametrize(
    ("asked", "on_missing", "verdict"),
    [
        ({"where": {"type": "unit"}}, "review", GO),
        ({"where": {"type": ["unit", "e2e"]}}, "review", NO_GO),
        ({"where": {"type": ["unit", "e2e"]}}, {"ignore": "there is none yet"}, GO),
    ],
)
def test_what_is_missing_is_not_waived_with_a_failure_beside_it(
    asked: dict[str, Any], on_missing: Any, verdict: GoNoGoDecision
) -> None:
    it = {"id": "unit", "check": "test_changes", "require": {"max_newly_failing": 0}, **asked}
    before = earlier(releasable(requirement_coverage=()))
    decision = judge(failing(), policy(it, on_missing=on_missing), waivers(), baseline=before)
    assert (rule(decision, "unit").state is RuleState.WAIVED) is (verdict is GO)
    assert decision.decision is verdict
    assert decision.waivers[0].reason == (
        "" if verdict is GO else "some of its rule's evidence is missing, which can't be waived"
    )


@pytest.mark.parametrize("there", [True, False])
def test_a_scan_that_is_missing_is_not_waived_with_the_findings_of_another(there: bool) -> None:
    it = {"id": "unit", "check": "findings", "where": {"tool": ["bandit", "ruff"]}}
    finding = Finding(rule_id="B1", level=FindingLevel.ERROR)
    scans = [StaticAnalysis(path="b.sarif", tool="bandit", executed=True, findings=(finding,))]
    scans += [StaticAnalysis(path="r.sarif", tool="ruff", executed=True)] if there else []
    decision = judge(releasable(static_analysis=tuple(scans)), policy(it), waivers())
    assert decision.decision is (GO if there else NO_GO)


def test_a_quarantine_that_nobody_owns() -> None:
    entry = {
        "test": "unit-0",
        "reason": "slow",
        "ticket": "T-1",
        "owner": "-",
        "expires": "2026-12-15",
    }
    found = parse_quarantine(json.dumps({"version": 1, "tests": [entry]}).encode(), "q.json")
    assert (found.tests, len(found.unusable)) == ((), 1)


@pytest.mark.parametrize("test_id", ["unit-[0-2]", "unit-0\u200b", "UNIT-0", "unit", "unit-0 "])
def test_a_quarantine_of_another_test(test_id: str) -> None:
    entry = {"test": test_id, "reason": "slow", "ticket": "T-1", "owner": "ana", "expires": "2026-12-15"}
    quarantine = parse_quarantine(json.dumps({"version": 1, "tests": [entry]}).encode(), "q.json")
    report = replace(with_results(results(TestType.UNIT, FAILED, PASSED)), requirement_coverage=())
    assert judge(report, replace(policy(), quarantine=quarantine)).decision is NO_GO


def test_a_whole_type_in_quarantine() -> None:
    entries = [
        {"test": f"unit-{place}", "reason": "slow", "ticket": "T-1", "owner": "ana", "expires": "2026-12-15"}
        for place in range(3)
    ]
    quarantine = parse_quarantine(json.dumps({"version": 1, "tests": entries}).encode(), "q.json")
    report = replace(with_results(results(TestType.UNIT, FAILED, FAILED, FAILED)), requirement_coverage=())
    assert judge(report, replace(policy(), quarantine=quarantine)).decision is NO_GO


@settings(max_examples=300)
@given(dice)
def test_the_verdict_without_exceptions_is_the_one_without_the_files(roll: Dice) -> None:
    """In every combination of waivers and quarantine, and never milder than the one with them."""
    entries = [
        {"test": f"unit-{place}", "reason": "slow", "ticket": "T-1", "owner": "ana", "expires": "2026-12-15"}
        for place in range(roll.up_to(3))
    ]
    quarantine = parse_quarantine(json.dumps({"version": 1, "tests": entries}).encode(), "q.json")
    statuses = [roll.one_of((FAILED, PASSED, SKIPPED, CaseStatus.ERROR)) for _ in range(1 + roll.up_to(4))]
    security = [roll.one_of((FAILED, PASSED)) for _ in range(2)]
    report = replace(
        with_results(results(TestType.UNIT, *statuses), results(TestType.SECURITY, *security)),
        requirement_coverage=(),
        manual_approval_required=roll.once_in(4),
    )
    secure = UNIT | {
        "id": "secure",
        "where": {"type": "security"},
        "severity": roll.one_of(("review", "block")),
    }
    asked = policy(UNIT, secure, approvals={"staging": {}} if roll.once_in(4) else {})
    plain = judge(report, asked)
    assert plain.decision_without_waivers is plain.decision
    for granted in (None, waivers(), waivers(rule="secure"), waivers(owner="ben")):
        for held in (asked, replace(asked, quarantine=quarantine)):
            decision = judge(report, held, granted)
            assert decision.decision_without_waivers is plain.decision
            assert RANK[decision.decision] <= RANK[plain.decision]
            excused = any(each.state is RuleState.WAIVED for each in decision.rules)
            assert excused or decision.decision is plain.decision
            assert not excused or decision.warnings
            assert decision.manual_approval_required is plain.manual_approval_required


# The record.


def test_equal_ids_in_another_order_give_the_same_record() -> None:
    twins = [case("a", FAILED, message="one"), case("a", FAILED, message="two"), case("a"), case("b")]
    asked = policy(UNIT, {"id": "it", "check": "test_changes", "require": {"max_newly_failing": 0}})
    records = set()
    for order in (twins, twins[::-1], [twins[1], twins[3], twins[0], twins[2]]):
        report = replace(
            with_results(TestTypeResult.from_cases(TestType.UNIT, order)), requirement_coverage=()
        )
        found = judge(report, asked, waivers(scope={"tests": ["a"]}), baseline=earlier(releasable()))
        records.add(codec.encode(found))
    assert len(records) == 1
