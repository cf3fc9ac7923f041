"""Which tests a quarantine leaves out of a rule, and which it leaves alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import NOW, case, judge, passing, results, rule, with_results
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.evidence import admit
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.quarantine_match import without
from tsr_agent.gate.facts import Facts
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import BaselineSelect, Decision, GoNoGoDecision, RuleState
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

PASSED, FAILED, SKIPPED = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.SKIPPED
GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


def on_tests(test_type: str, **fields: Any) -> dict[str, Any]:
    values = {"id": test_type, "check": "tests", "where": {"type": test_type}, "require": {"failed": 0}}
    return values | fields


def judged(
    report: TestSummaryReport, tests: list[str], rules: list[dict[str, Any]], **options: Any
) -> Decision:
    """By a policy of these rules, with these tests in quarantine."""
    kept = {"reason": "r", "ticket": "T-1", "owner": "ana", "expires": str((NOW + timedelta(days=9)).date())}
    entries = [{"test": each, **kept} for each in tests]
    read = parse_policy(json.dumps({"version": 1, "name": "p", "rules": rules}).encode(), "p.json")
    quarantine = parse_quarantine(json.dumps({"version": 1, "tests": entries}).encode(), "q.json")
    return judge(report, replace(read, quarantine=quarantine), **options)


def listed(*cases: Any) -> TestSummaryReport:
    """Security tests with these cases."""
    return with_results(TestTypeResult.from_cases(TestType.SECURITY, list(cases)))


def test_a_rule_that_holds_does_not_end_the_search_for_those_that_failed() -> None:
    report = with_results(passing(TestType.UNIT, 8), results(TestType.SECURITY, PASSED, FAILED))
    decision = judged(report, ["security-1"], [on_tests("unit"), on_tests("security")])
    assert rule(decision, "unit").state is RuleState.PASS
    assert rule(decision, "security").state is RuleState.WAIVED


def test_a_late_pass_of_another_type_is_none_of_the_rules_tests() -> None:
    late = TestTypeResult.from_cases(
        TestType.PERFORMANCE, [case("performance-0"), case("performance-1", flaky=True)]
    )
    report = with_results(late, results(TestType.SECURITY, PASSED, FAILED))
    decision = judged(report, ["security-1", "performance-1"], [on_tests("security")])
    assert (decision.decision, rule(decision, "security").quarantined) == (GO, ("security-1",))
    more = with_results(late, results(TestType.SECURITY, PASSED, FAILED, FAILED))
    (remark,) = rule(
        judged(more, ["security-1", "performance-1"], [on_tests("security")]), "security"
    ).remarks
    assert remark.startswith("1 of the 2 tests that make it fail is in quarantine")


def test_a_locked_rule_says_nothing_of_a_quarantine_that_does_not_touch_it() -> None:
    report = with_results(results(TestType.SECURITY, PASSED, FAILED))
    decision = judged(report, ["security-0"], [on_tests("security", locked=True)])
    assert (decision.decision, rule(decision, "security").remarks) == (NO_GO, ())


def test_an_entry_is_about_its_own_test_whatever_else_is_in_quarantine() -> None:
    """Nothing is done by the entry for a test that is gone, though another one is excused."""
    report = with_results(results(TestType.SECURITY, PASSED, FAILED))
    decision = judged(report, ["a-gone", "security-1", "z-gone"], [on_tests("security")])
    assert [(note.test_id, note.standing.value) for note in decision.quarantine] == [
        ("a-gone", "unmatched"),
        ("security-1", "applied"),
        ("z-gone", "unmatched"),
    ]


@pytest.mark.parametrize(
    ("status", "reason"), [(SKIPPED, "it was skipped"), (CaseStatus.XFAILED, "it failed as expected")]
)
def test_what_was_skipped_or_expected_to_fail_is_not_left_out(status: CaseStatus, reason: str) -> None:
    """Else a quarantine would hide that a test does not run any more."""
    report = listed(case("security-0"), case("security-1", status), case("security-2", FAILED))
    decision = judged(report, ["security-1"], [on_tests("security")])
    assert (decision.decision, rule(decision, "security").remarks) == (NO_GO, ())
    assert decision.quarantine[0].reason == reason


def test_too_many_skipped_tests_are_not_excused_by_a_quarantine() -> None:
    report = with_results(results(TestType.SECURITY, PASSED, SKIPPED))
    asked = on_tests("security", require={"failed": 0, "max_skipped_ratio": 0.1})
    assert judged(report, ["security-1"], [asked]).decision is NO_GO


def test_a_new_test_can_be_in_quarantine_from_its_first_day() -> None:
    """The baseline does not have it, and is compared with as it is."""
    asked = {
        "id": "no-new-failures",
        "check": "test_changes",
        "where": {"type": "security"},
        "require": {"max_newly_failing": 0, "max_vanished": 0},
    }
    old = with_results(results(TestType.SECURITY, PASSED, PASSED))
    earlier = replace(old, id="tsr-0", created_at=NOW - timedelta(days=1))
    baseline = Baseline(report=earlier, digest="5" * 64, select=BaselineSelect.LAST_APPROVED)
    new = with_results(results(TestType.SECURITY, PASSED, PASSED, FAILED))
    decision = judged(new, ["security-2"], [asked], baseline=baseline)
    assert rule(decision, "no-new-failures").quarantined == ("security-2",)
    assert (decision.decision, decision.decision_without_waivers) == (GO, NO_GO)


def test_a_passed_case_of_the_same_id_stays() -> None:
    """The same test may have run in two places; where it passed, it tells something."""
    cases = [case("security-0"), case("security-1", FAILED), case("security-1")]
    facts = Facts(evidence=admit(listed(*cases)), moment=NOW)
    (left,) = without(facts, {(TestType.SECURITY, "security-1")}).evidence.results_of(TestType.SECURITY)
    assert [(each.id, each.status) for each in left.test_cases] == [
        ("security-0", PASSED),
        ("security-1", PASSED),
    ]
    assert (left.total, left.passed, left.failed) == (2, 2, 0)


def test_a_test_that_failed_in_one_place_and_passed_late_in_another_is_left_out_of_both() -> None:
    cases = [case("security-0"), case("security-1", FAILED), case("security-1", flaky=True)]
    facts = Facts(evidence=admit(listed(*cases)), moment=NOW)
    (left,) = without(facts, {(TestType.SECURITY, "security-1")}).evidence.results_of(TestType.SECURITY)
    assert (left.total, left.passed, left.failed, left.flaky) == (1, 1, 0, 0)
    decision = judged(listed(*cases), ["security-1"], [on_tests("security")])
    assert rule(decision, "security").quarantined == ("security-1",)


@pytest.mark.parametrize("failed", [0, 1])
def test_from_results_that_contradict_themselves_nothing_is_taken(failed: int) -> None:
    """Two failures are listed and fewer are counted: no count may fall below nothing."""
    result = results(TestType.SECURITY, PASSED, FAILED, FAILED)
    torn = replace(result, failed=failed)
    facts = Facts(evidence=admit(with_results(torn)), moment=NOW)
    both = {(TestType.SECURITY, "security-1"), (TestType.SECURITY, "security-2")}
    assert without(facts, both).evidence.results_of(TestType.SECURITY) == (torn,)
