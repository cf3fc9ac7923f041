"""What the built-in policy must never release: one test a way in which gates are known to fail open."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.factories.judged_reports import (
    case,
    iteration,
    judge,
    line_coverage,
    passing,
    releasable,
    requirement,
    results,
    rule,
    with_results,
    without_type,
)
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision, RuleState
from tsr_agent.models.evals import (
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.report import InputFile, InputStatus, TestSummaryReport
from tsr_agent.models.requirements import CoverageStatus, VerificationStatus
from tsr_agent.models.results import Attempt, CaseStatus, FailureDetail, RunnerRun, TestType, TestTypeResult

NO_GO = GoNoGoDecision.NO_GO


def assert_blocked_by(report: TestSummaryReport, rule_id: str) -> Decision:
    """The decision, after it was seen that this rule alone turned GO into NO-GO."""
    decision = judge(report)
    assert decision.decision is NO_GO, decision.reason
    assert [each.id for each in decision.rules if each.message in decision.blocking_issues] == [rule_id]
    return decision


def counts(**given: int) -> TestTypeResult:
    """Hand-made counts of unit tests without cases."""
    values = {"total": 8, "passed": 8, "failed": 0, "skipped": 0, "duration_ms": 1}
    return TestTypeResult(test_type=TestType.UNIT, **(values | given))


def hand_made(**given: int) -> TestSummaryReport:
    """Only counts and a requirement that no test is named for."""
    unverified = requirement("R", verification_status=VerificationStatus.NOT_RUN)
    kept = tuple(each for each in releasable().test_results if each.test_type is not TestType.UNIT)
    security = passing(TestType.SECURITY, 30)
    proven = tuple(requirement(f"S{n}", f"security-{n}") for n in range(30))
    return releasable(
        test_results=(counts(**given), security, *kept[1:]), requirement_coverage=(unverified, *proven)
    )


def accuracy(value: Any) -> TestSummaryReport:
    return releasable(eval_iterations=(iteration(1, metrics={"accuracy": value, "grounding_score": 0.95}),))


def mode(status: ResolutionStatus = ResolutionStatus.OPEN, **fields: Any) -> FailureMode:
    values: dict[str, Any] = {
        "id": "FM-1",
        "name": "Invents a refund",
        "severity": Severity.CRITICAL,
        "category": FailureCategory.SAFETY,
        "discovered_in_iteration": 1,
        "resolution_status": status,
    }
    return FailureMode(**(values | fields))


def test_the_report_that_all_others_are_made_from_is_released() -> None:
    decision = judge(releasable())
    assert (decision.decision, decision.warnings) == (GoNoGoDecision.GO, ())
    assert judge(hand_made()).decision is GoNoGoDecision.GO


def test_no_files() -> None:
    decision = judge(
        releasable(
            test_results=(), eval_iterations=(), requirement_coverage=(), code_coverage=(), runs=(), inputs=()
        )
    )
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").message == (
        "The report holds no evidence: no test ran and nothing was measured"
    )


def test_suite_with_zero_tests() -> None:
    decision = assert_blocked_by(with_results(passing(TestType.SECURITY, 0)), "security-tests")
    assert rule(decision, "security-tests").state is RuleState.NOT_EVALUATED
    assert decision.blocking_issues == ("No security test ran: the suite is empty",)


def test_all_skipped() -> None:
    decision = assert_blocked_by(
        with_results(results(TestType.SECURITY, *[CaseStatus.SKIPPED] * 50)), "security-tests"
    )
    assert decision.blocking_issues == ("No security test ran to a verdict: 50 skipped",)


def test_all_expected_failures() -> None:
    assert_blocked_by(with_results(results(TestType.SECURITY, *[CaseStatus.XFAILED] * 5)), "security-tests")


def test_security_suite_absent() -> None:
    decision = assert_blocked_by(without_type(TestType.SECURITY), "security-tests")
    assert decision.blocking_issues == ("No security tests were reported",)


@pytest.mark.parametrize("status", [CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED])
def test_one_that_did_not_pass(status: CaseStatus) -> None:
    assert_blocked_by(with_results(results(TestType.SECURITY, CaseStatus.PASSED, status)), "security-tests")


def test_errors_but_no_failures() -> None:
    decision = assert_blocked_by(hand_made(passed=6, errors=2), "unit-tests")
    assert decision.blocking_issues == ("2 of 8 unit tests did not pass (2 errors); none may",)


def test_flaky_is_not_green() -> None:
    attempts = (Attempt(status=CaseStatus.FAILED), Attempt(status=CaseStatus.PASSED))
    flaky = TestTypeResult.from_cases(
        TestType.SECURITY, [case("s-0"), case("s-1", attempts=attempts, flaky=True)]
    )
    decision = assert_blocked_by(with_results(flaky), "security-tests")
    assert decision.blocking_issues == ("1 of 2 security tests did not pass (1 flaky); none may",)


def test_failed_attempt_hidden_in_a_green_case() -> None:
    attempts = (Attempt(status=CaseStatus.FAILED), Attempt(status=CaseStatus.PASSED))
    hidden = TestTypeResult.from_cases(TestType.SECURITY, [case("s-0", attempts=attempts)])
    assert_blocked_by(with_results(hidden), "evidence")


@pytest.mark.parametrize("field", ["total", "passed", "failed", "errors", "skipped", "xfailed", "flaky"])
@pytest.mark.parametrize("value", [-5, 2**60, 1.5, None, "8", float("nan"), True])
def test_impossible_count(field: str, value: Any) -> None:
    decision = judge(hand_made(**{field: value}))
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").state is RuleState.FAIL


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"total": 100}, "Unit tests: total 100 is not the sum 8 of its parts"),
        ({"total": 7}, "Unit tests: total 7 is not the sum 8 of its parts"),
        ({"total": 10, "skipped": 1}, "Unit tests: total 10 is not the sum 9 of its parts"),
    ],
)
def test_contradictory_counts(given: dict[str, int], complaint: str) -> None:
    assert assert_blocked_by(hand_made(**given), "evidence").blocking_issues == (complaint,)


def test_more_flaky_than_passed() -> None:
    assert rule(judge(hand_made(flaky=9)), "evidence").message == "Unit tests: 9 flaky of only 8 passed"


def test_details_of_failures_that_are_not_counted() -> None:
    lying = msgspec.structs.replace(
        counts(), failure_details=(FailureDetail(id="unit-0", status=CaseStatus.FAILED),)
    )
    report = hand_made()
    assert_blocked_by(
        msgspec.structs.replace(report, test_results=(lying, *report.test_results[1:])), "evidence"
    )


def test_cases_that_tell_of_another_outcome_than_the_counts() -> None:
    honest = results(TestType.SECURITY, CaseStatus.PASSED, CaseStatus.FAILED)
    lying = msgspec.structs.replace(honest, passed=2, failed=0, failure_details=())
    decision = assert_blocked_by(with_results(lying), "evidence")
    assert decision.blocking_issues == (
        "Security tests: 0 failed counted, 1 listed; Security tests: 2 passed counted, 1 listed",
    )


def test_type_listed_twice() -> None:
    report = releasable()
    twice = msgspec.structs.replace(
        report, test_results=(*report.test_results, results(TestType.UNIT, CaseStatus.FAILED))
    )
    decision = judge(twice)
    assert rule(decision, "evidence").state is RuleState.FAIL
    assert rule(decision, "unit-tests").state is RuleState.FAIL


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_accuracy_not_finite(value: float) -> None:
    decision = judge(accuracy(value))
    assert decision.decision is NO_GO
    assert rule(decision, "accuracy").message == "Accuracy is not a finite number"
    assert rule(decision, "evidence").message == "Eval iteration 1: accuracy is not a finite number"


def test_accuracy_missing() -> None:
    report = releasable(eval_iterations=(iteration(3, metrics={"grounding_score": 0.95}),))
    decision = assert_blocked_by(report, "accuracy")
    assert decision.blocking_issues == ("Accuracy is missing from iteration 3 (V3)",)


@pytest.mark.parametrize("value", ["0.9", None, True, [0.9], {"worth": 0.9}, 10**400, b"0.9"])
def test_accuracy_not_a_number(value: Any) -> None:
    decision = judge(accuracy(value))
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").state is RuleState.FAIL


@pytest.mark.parametrize("value", [85, 85.0, 1.0000001, -0.2])
def test_accuracy_outside_its_scale(value: float) -> None:
    decision = assert_blocked_by(accuracy(value), "accuracy")
    assert decision.blocking_issues[0].endswith("is outside the scale 0 to 1")


def test_accuracy_in_percent_by_its_own_account() -> None:
    assert_blocked_by(accuracy(MetricValue(value=90, minimum=0, maximum=100)), "accuracy")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"minimum": 0, "maximum": 100}, "states the scale 0 to 100"),
        ({"maximum": 100}, "states the scale unstated to 100"),
        ({"minimum": -1}, "states the scale -1 to unstated"),
        ({"unit": "%"}, "is in %"),
        ({"unit": " Per Cent"}, "is in Per Cent"),
        ({"unit": "percent\u200b"}, "is in percent"),
    ],
)
def test_nine_tenths_of_one_per_cent_is_not_nine_tenths(own: dict[str, Any], words: str) -> None:
    decision = assert_blocked_by(accuracy(MetricValue(value=0.9, **own)), "accuracy")
    assert decision.blocking_issues == (f"Accuracy {words}; the rule's scale is 0 to 1",)


def test_accuracy_that_states_the_rules_own_scale() -> None:
    stated = MetricValue(value=0.9, minimum=0, maximum=1, unit="share")
    assert judge(accuracy(stated)).decision is GoNoGoDecision.GO


def test_accuracy_just_below() -> None:
    decision = assert_blocked_by(accuracy(0.8499999999), "accuracy")
    assert decision.blocking_issues == ("Accuracy 0.8499999999 is below 0.85",)


def test_accuracy_on_no_case() -> None:
    decision = assert_blocked_by(accuracy(MetricValue(value=1.0, n=0)), "accuracy")
    assert decision.blocking_issues == ("Accuracy rests on 0 cases",)


@pytest.mark.parametrize(
    "status", [ResolutionStatus.OPEN, ResolutionStatus.ACCEPTED_RISK, ResolutionStatus.WONT_FIX]
)
@pytest.mark.parametrize("number", [1, 2])
def test_critical_failure_mode_not_fixed_in_any_iteration(status: ResolutionStatus, number: int) -> None:
    history = tuple(
        iteration(each, failure_modes=(mode(status),) if each == number else ()) for each in (1, 2)
    )
    decision = assert_blocked_by(releasable(eval_iterations=history), "critical-failure-modes")
    assert decision.blocking_issues == ("1 unresolved critical failure mode in 2 iterations: FM-1",)


def test_fixed_in_an_iteration_that_does_not_exist() -> None:
    history = (iteration(1, failure_modes=(mode(ResolutionStatus.FIXED, resolved_in_iteration=9),)),)
    assert_blocked_by(releasable(eval_iterations=history), "evidence")


@pytest.mark.parametrize(
    ("discovered", "resolved", "why"),
    [
        (1, 2, "iteration 2, which the report does not have"),
        (1, 0, "iteration 0, which the report does not have"),
        (3, 1, "iteration 1, before it was discovered in iteration 3"),
        (1, 1, ""),
        (1, 3, ""),
    ],
)
def test_fixed_in_an_iteration_between_those_listed_or_before_it_was_found(
    discovered: int, resolved: int, why: str
) -> None:
    found = mode(ResolutionStatus.FIXED, discovered_in_iteration=discovered, resolved_in_iteration=resolved)
    report = releasable(eval_iterations=(iteration(1), iteration(3, failure_modes=(found,))))
    if not why:
        assert judge(report).decision is GoNoGoDecision.GO
        return
    decision = assert_blocked_by(report, "evidence")
    assert decision.blocking_issues == (f"Eval iteration 3: failure mode FM-1 is fixed in {why}",)


def test_no_eval_iteration() -> None:
    decision = judge(releasable(eval_iterations=()))
    assert decision.decision is NO_GO
    assert {
        rule(decision, name).state for name in ("accuracy", "critical-failure-modes", "latest-iteration")
    } == {RuleState.NOT_EVALUATED}


@pytest.mark.parametrize("outcome", [IterationOutcome.FAILED, IterationOutcome.IMPROVED])
def test_latest_iteration_failed_wherever_it_is_listed(outcome: IterationOutcome) -> None:
    last, first = iteration(2, outcome=outcome), iteration(1)
    for listed in ((first, last), (last, first)):
        decision = assert_blocked_by(releasable(eval_iterations=listed), "latest-iteration")
        assert decision.blocking_issues == (f"The latest, eval iteration 2 (V2), is marked {outcome.value}",)


def test_bad_metrics_of_the_latest_iteration_listed_first() -> None:
    listed = (iteration(2, metrics={"accuracy": 0.5, "grounding_score": 0.95}), iteration(1))
    assert_blocked_by(releasable(eval_iterations=listed), "accuracy")


def test_iteration_number_listed_twice() -> None:
    listed = (iteration(2), iteration(2, outcome=IterationOutcome.FAILED))
    decision = judge(releasable(eval_iterations=listed))
    assert rule(decision, "evidence").message == "Eval iteration 2 is listed twice"
    assert rule(decision, "latest-iteration").state is RuleState.FAIL


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (requirement("R"), "it names no test"),
        (requirement("R", "gone"), "tests that it names are not in the report"),
        (requirement("R", "unit-0", "gone"), "tests that it names are not in the report"),
        (requirement("R", "perf-skip"), "none of its tests ran"),
        (requirement("R", "perf-fail", "unit-0"), "a test of it did not pass at once"),
        (requirement("R", "perf-flaky"), "a test of it did not pass at once"),
        (requirement("R", "perf-xfail"), "a test of it did not pass at once"),
        (requirement("R", "unit-0", missing_tests=("x*",)), "tests that it names are missing"),
        (
            requirement("R", "unit-0", coverage_status=CoverageStatus.UNCOVERED),
            "tests that it names are missing",
        ),
    ],
)
def test_requirement_verified_by_no_test_that_ran(claim: Any, why: str) -> None:
    performance = TestTypeResult.from_cases(
        TestType.PERFORMANCE,
        [
            case("perf-skip", CaseStatus.SKIPPED),
            case("perf-fail", CaseStatus.FAILED),
            case("perf-xfail", CaseStatus.XFAILED),
            case("perf-flaky", flaky=True),
            *[case(f"perf-{n}") for n in range(40)],
        ],
    )
    report = msgspec.structs.replace(with_results(performance), requirement_coverage=(claim,))
    decision = judge(report)
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").message == f"Requirement R is called verified, but {why}"
    assert rule(decision, "requirements-verified").actual == "0"


def test_hand_made_counts_verify_no_requirement() -> None:
    report = releasable(test_results=(counts(), *releasable().test_results[1:]))
    assert judge(report).decision is NO_GO


def test_requirement_listed_twice_to_raise_the_share() -> None:
    proven = [requirement("R-1", "unit-0")] * 40
    unproven = requirement("R-2", verification_status=VerificationStatus.NOT_RUN)
    assert_blocked_by(releasable(requirement_coverage=(*proven, unproven)), "evidence")


def test_an_iteration_number_that_no_document_can_hold() -> None:
    decision = assert_blocked_by(releasable(eval_iterations=(iteration(1), iteration(10**400))), "evidence")
    assert codec.decode(codec.encode(decision), Decision) == decision


def test_the_share_of_requirements_may_stand_at_the_bound() -> None:
    unproven = requirement("R-19", verification_status=VerificationStatus.NOT_RUN)
    proven = [requirement(f"R-{n}", "unit-0") for n in range(19)]
    assert judge(releasable(requirement_coverage=(*proven, unproven))).decision is GoNoGoDecision.GO


def test_too_few_requirements_verified() -> None:
    unproven = requirement("R-9", verification_status=VerificationStatus.FAILED)
    report = releasable(requirement_coverage=(*releasable().requirement_coverage, unproven))
    decision = assert_blocked_by(report, "requirements-verified")
    assert decision.blocking_issues == (
        "Verified share 0.8 of 5 requirements is below 0.95; not verified: R-9",
    )


def test_no_requirements_and_no_coverage() -> None:
    assert_blocked_by(releasable(requirement_coverage=()), "requirements-verified")
    assert_blocked_by(releasable(code_coverage=()), "line-coverage")
    assert_blocked_by(releasable(code_coverage=(line_coverage(0, 0),)), "line-coverage")


def test_coverage_below_in_one_of_two_files() -> None:
    files = (line_coverage(950, 1000, "a.xml"), line_coverage(79, 100, "b.xml"))
    decision = assert_blocked_by(releasable(code_coverage=files), "line-coverage")
    assert decision.blocking_issues == ("Line coverage 0.79 of 100 lines is below 0.8",)


def test_more_lines_covered_than_there_are() -> None:
    assert_blocked_by(releasable(code_coverage=(line_coverage(200, 100),)), "evidence")


def test_manual_approval_asked_and_none_given() -> None:
    decision = judge(releasable(manual_approval_required=True, approved_by="me", go_no_go_decision="go"))
    assert decision.decision is GoNoGoDecision.PENDING_REVIEW
    assert decision.review_issues == ("The report asks for a manual approval",)


@pytest.mark.parametrize("value", [None, 0, "", "no", "false", []])
def test_manual_approval_field_that_is_not_a_plain_no(value: Any) -> None:
    assert judge(releasable(manual_approval_required=value)).decision is GoNoGoDecision.PENDING_REVIEW


@pytest.mark.parametrize("exit_code", [1, 2, 5])
def test_runner_exit_code_with_green_files(exit_code: int) -> None:
    report = releasable(runs=(RunnerRun(test_type=TestType.UNIT, exit_code=exit_code),))
    decision = assert_blocked_by(report, "evidence")
    assert decision.blocking_issues == (
        f"The unit test command exited with {exit_code}, and its results show no failure",
    )


def test_runner_exit_code_of_a_type_without_results() -> None:
    assert_blocked_by(releasable(runs=(RunnerRun(test_type=TestType.E2E, exit_code=1),)), "evidence")


@pytest.mark.parametrize("exit_code", [-9, 124, 137])
def test_runner_ended_before_it_finished(exit_code: int) -> None:
    # Performance failures only warn, so that the tests which never ran would go unnoticed.
    performance = results(TestType.PERFORMANCE, *[CaseStatus.PASSED] * 40, CaseStatus.FAILED)
    run = RunnerRun(test_type=TestType.PERFORMANCE, exit_code=exit_code)
    assert_blocked_by(msgspec.structs.replace(with_results(performance), runs=(run,)), "evidence")


def test_unreadable_input() -> None:
    torn = InputFile(path="unit.xml", size=3, status=InputStatus.UNREADABLE, reason="line 1: cut off")
    decision = assert_blocked_by(releasable(inputs=(torn,)), "evidence")
    assert decision.blocking_issues == ("unit.xml could not be used: line 1: cut off",)


def test_newer_document_format() -> None:
    assert_blocked_by(releasable(schema_version=2), "evidence")


def test_claims_of_the_report_are_not_looked_at() -> None:
    report = msgspec.structs.replace(
        without_type(TestType.SECURITY), go_no_go_decision=GoNoGoDecision.GO, decision_reason="trust me"
    )
    assert judge(report).decision is NO_GO


def test_the_decision_of_any_of_these_can_be_written_and_read() -> None:
    for report in (accuracy("x\ud800"), hand_made(total=-1), releasable(id="\ud800", environment=7)):
        decision = judge(report)
        assert codec.decode(codec.encode(decision), Decision).decision is NO_GO
