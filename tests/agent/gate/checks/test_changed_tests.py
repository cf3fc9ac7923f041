"""The check ``test_changes``: newly failing, newly skipped, vanished and newly flaky tests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import NOW, case, judge, policy_of, releasable, rule
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.exceptions.quarantine import Quarantine, QuarantinedTest
from tsr_agent.gate.exceptions.waivers import Waiver, Waivers, WaiverScope
from tsr_agent.models.decision import BaselineSelect, GoNoGoDecision, RuleState
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.models.decision import RuleResult
    from tsr_agent.models.report import TestSummaryReport

PASSED, FAILED, ERROR, SKIPPED = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.SKIPPED
XFAILED, XPASSED = CaseStatus.XFAILED, CaseStatus.XPASSED
PASS, FAIL, NOT_EVALUATED = RuleState.PASS, RuleState.FAIL, RuleState.NOT_EVALUATED
NONE_WORSE = {"max_newly_failing": 0, "max_newly_skipped": 0, "max_vanished": 0, "max_newly_flaky": 0}


def of(kind: TestType, **cases: CaseStatus) -> TestTypeResult:
    return TestTypeResult.from_cases(kind, [case(name, status) for name, status in cases.items()])


def unit(**cases: CaseStatus) -> TestTypeResult:
    return of(TestType.UNIT, **cases)


def flaky(name: str, *attempts: CaseStatus) -> TestCase:
    return case(name, flaky=True, attempts=tuple(Attempt(status=each) for each in attempts))


def report(*results: TestTypeResult, **changed: Any) -> TestSummaryReport:
    return releasable(test_results=results, requirement_coverage=(), runs=(), **changed)


def baseline(*results: TestTypeResult, **changed: Any) -> Baseline:
    values = {"id": "old", "created_at": NOW - timedelta(days=1)} | changed
    return Baseline(report=report(*results, **values), digest="b" * 64, select=BaselineSelect.LAST_APPROVED)


def judged(
    old: Baseline | None, new: TestSummaryReport, require: dict[str, Any] | None = None, where: Any = None
) -> RuleResult:
    fields: dict[str, Any] = {"require": NONE_WORSE if require is None else require}
    if where is not None:
        fields["where"] = {"type": where}
    return rule(judge(new, policy_of("test_changes", **fields), baseline=old), "it")


def compared(old: TestTypeResult, new: TestTypeResult, **require: Any) -> RuleResult:
    return judged(baseline(old), report(new), require or None, "unit")


def test_nothing_changed() -> None:
    found = compared(unit(a=PASSED, b=FAILED), unit(a=PASSED, b=FAILED))
    assert (found.state, found.n) == (PASS, 2)
    assert found.message == "0 newly failing, 0 newly skipped, 0 vanished, 0 newly flaky of 2 unit tests"
    assert found.expected == "no newly failing, no newly skipped, no vanished, no newly flaky"


@pytest.mark.parametrize("then", [PASSED, SKIPPED, XFAILED, None])
@pytest.mark.parametrize("now", [FAILED, ERROR, XPASSED])
def test_newly_failing(then: CaseStatus | None, now: CaseStatus) -> None:
    old = unit(kept=PASSED) if then is None else unit(kept=PASSED, a=then)
    found = compared(old, unit(kept=PASSED, a=now), max_newly_failing=0)
    assert found.state is FAIL
    assert found.message == "1 unit test fails now and did not in the baseline (a); none may be"
    assert [(each.test_type, each.test_id) for each in found.evidence] == [("unit", "a")]
    assert compared(old, unit(kept=PASSED, a=now), max_newly_failing=1).state is PASS


@pytest.mark.parametrize("then", [FAILED, ERROR, XPASSED])
@pytest.mark.parametrize("now", [FAILED, ERROR, XPASSED])
def test_what_failed_before_is_not_newly_failing(then: CaseStatus, now: CaseStatus) -> None:
    assert compared(unit(a=then), unit(a=now)).state is PASS


@pytest.mark.parametrize(
    ("attempts", "tries", "state"),
    [
        (None, (FAILED, PASSED), FAIL),
        ("worst", (FAILED, PASSED), FAIL),
        ("worst", (FAILED, PASSED, PASSED), FAIL),
        ("majority", (FAILED, PASSED), FAIL),
        ("majority", (), FAIL),
        ("majority", (SKIPPED, FAILED, PASSED), FAIL),
        ("majority", (FAILED, PASSED, PASSED), PASS),
        ("last", (FAILED, PASSED), PASS),
    ],
)
def test_one_that_passes_only_after_a_failure(
    attempts: str | None, tries: tuple[CaseStatus, ...], state: RuleState
) -> None:
    now = TestTypeResult.from_cases(TestType.UNIT, [case("kept"), flaky("a", *tries)])
    require = {"max_newly_failing": 0} | ({"attempts": attempts} if attempts else {})
    assert compared(unit(kept=PASSED, a=PASSED), now, **require).state is state
    # It is better than before, and no other than before.
    assert compared(unit(kept=PASSED, a=FAILED), now, **require).state is PASS
    assert compared(now, now, **require).state is PASS
    assert compared(unit(kept=PASSED, a=PASSED), now, max_newly_flaky=0).state is FAIL


def test_from_flaky_to_failing_is_newly_failing() -> None:
    then = TestTypeResult.from_cases(TestType.UNIT, [case("kept"), flaky("a", FAILED, PASSED)])
    assert compared(then, unit(kept=PASSED, a=FAILED), max_newly_failing=0).state is FAIL


@pytest.mark.parametrize("now", [SKIPPED, XFAILED])
@pytest.mark.parametrize("then", [PASSED, FAILED])
def test_newly_skipped_or_expected_to_fail(then: CaseStatus, now: CaseStatus) -> None:
    found = compared(unit(kept=PASSED, a=then), unit(kept=PASSED, a=now), max_newly_skipped=0)
    assert found.message == (
        "1 unit test ran in the baseline and is now skipped or expected to fail (a); none may be"
    )
    assert compared(unit(kept=PASSED, a=now), unit(kept=PASSED, a=now), max_newly_skipped=0).state is PASS
    new_one = compared(unit(kept=PASSED), unit(kept=PASSED, a=now), max_newly_skipped=0)
    assert new_one.state is PASS


def test_vanished() -> None:
    found = compared(unit(a=PASSED, b=FAILED, c=SKIPPED, kept=PASSED), unit(kept=PASSED), max_vanished=2)
    assert found.message == "3 unit tests of the baseline are gone (a, b, c); at most 2 may be"
    assert (found.expected, found.actual, found.n) == ("at most 2 vanished", "3 vanished", 1)


def test_a_twin_that_vanishes_is_seen() -> None:
    twins = TestTypeResult.from_cases(TestType.UNIT, [case("a"), case("a"), case("kept")])
    assert compared(twins, unit(a=PASSED, kept=PASSED), max_vanished=0).actual == "1 vanished"
    one_fails = TestTypeResult.from_cases(TestType.UNIT, [case("a"), case("a", FAILED), case("kept")])
    assert compared(twins, one_fails, max_newly_failing=0).actual == "1 newly failing"


def test_equal_ids_of_two_types_are_two_tests() -> None:
    old = baseline(unit(a=PASSED), of(TestType.E2E, a=PASSED))
    new = report(unit(a=PASSED), of(TestType.E2E, a=FAILED))
    assert judged(old, new, where="unit").state is PASS
    found = judged(old, new)
    assert found.message == "1 test fails now and did not in the baseline (a); none may be"
    assert [(each.test_type, each.test_id) for each in found.evidence] == [("e2e", "a")]
    assert judged(old, new, where=["unit", "e2e"]).state is FAIL


@pytest.mark.parametrize("where", [None, "unit", ["unit", "e2e"]])
def test_a_type_that_is_gone(where: Any) -> None:
    old = baseline(unit(a=PASSED, b=PASSED), of(TestType.E2E, a=PASSED))
    new = report(of(TestType.E2E, a=PASSED))
    lost = judged(old, new, {"max_vanished": 0}, where)
    assert (lost.state, lost.actual) == (FAIL, "2 vanished")
    # That many may be gone; that nothing fails among what did not run is no pass.
    for require in ({"max_vanished": 2}, {"max_newly_failing": 0}):
        found = judged(old, new, require, where)
        assert found.state is NOT_EVALUATED
        assert "No unit tests were reported" in found.message


def test_a_type_that_the_baseline_lacks() -> None:
    old, new = baseline(of(TestType.E2E, a=PASSED)), report(unit(a=PASSED), of(TestType.E2E, a=PASSED))
    found = judged(old, new, where="unit")
    assert (found.state, found.message) == (NOT_EVALUATED, "The baseline has no unit tests")
    assert judged(old, new).state is PASS
    failing = report(unit(a=FAILED), of(TestType.E2E, a=PASSED))
    assert judged(old, failing).state is FAIL
    empty = judged(baseline(unit()), report(unit(a=PASSED)))
    assert (empty.state, empty.message) == (NOT_EVALUATED, "The baseline has no tests")


def test_a_failure_counts_even_where_another_type_cannot_be_compared() -> None:
    old = baseline(unit(a=PASSED), of(TestType.E2E, a=PASSED))
    found = judged(old, report(unit(a=FAILED)), {"max_newly_failing": 0})
    assert found.state is FAIL
    assert found.message.endswith("none may be; No end-to-end tests were reported")


def test_nothing_that_could_have_failed_ran() -> None:
    found = compared(unit(a=SKIPPED, b=XFAILED), unit(a=SKIPPED, b=XFAILED))
    assert (found.state, found.message) == (NOT_EVALUATED, "No unit test ran to a verdict")


@pytest.mark.parametrize("side", ["The report does", "The baseline does"])
def test_counts_without_cases_can_not_be_compared(side: str) -> None:
    listed, counts = unit(a=PASSED), replace(unit(a=PASSED), test_cases=())
    old, new = (listed, counts) if side == "The report does" else (counts, listed)
    found = compared(old, new, max_newly_failing=0)
    assert found.state is NOT_EVALUATED
    assert found.message.startswith(f"{side} not list its unit tests one by one")


def test_without_a_baseline() -> None:
    found = judged(None, report(unit(a=PASSED)))
    assert found.state is NOT_EVALUATED
    assert found.message.startswith("There is no baseline to compare with")
    other = judged(baseline(unit(a=PASSED), environment="production"), report(unit(a=PASSED)))
    assert other.state is NOT_EVALUATED
    assert "of environment production, not staging" in other.message


def test_what_is_not_asked_for_is_said() -> None:
    found = compared(
        unit(a=PASSED, b=PASSED, c=FAILED, kept=PASSED),
        unit(b=SKIPPED, c=PASSED, d=PASSED, kept=PASSED),
        max_newly_failing=0,
    )
    assert found.state is PASS
    assert found.remarks == (
        "1 test ran in the baseline and is now skipped or expected to fail; no bound is set",
        "1 test of the baseline is gone; no bound is set",
        "1 test is mended",
        "1 test is new",
    )


def test_a_waiver_names_the_tests_that_alone_make_it_fail() -> None:
    old = baseline(unit(a=PASSED, b=PASSED, gone=PASSED, kept=PASSED))
    new = report(unit(a=FAILED, b=FAILED, kept=PASSED))
    policy = policy_of("test_changes", where={"type": "unit"}, require=NONE_WORSE)

    def decided(*tests: str) -> GoNoGoDecision:
        waiver = Waiver(
            id="W",
            rule="it",
            scope=WaiverScope(tests=tests),
            reason="r",
            ticket="t",
            owner="o",
            approved_by="a",
            expires=(NOW + timedelta(days=9)).date(),
        )
        return judge(new, policy, Waivers(digest="e" * 64, waivers=(waiver,)), baseline=old).decision

    assert decided("a", "b", "gone") is GoNoGoDecision.GO
    assert decided("a", "b") is GoNoGoDecision.NO_GO


def test_the_policys_own_treatment_of_flaky_tests_counts() -> None:
    import json

    from tsr_agent.gate.policies.file import parse_policy

    now = TestTypeResult.from_cases(TestType.UNIT, [case("kept"), flaky("a", FAILED, PASSED)])
    rules = [{"id": "it", "check": "test_changes", "require": {"max_newly_failing": 0}}]
    for attempts, state in (("worst", FAIL), ("majority", FAIL), ("last", PASS)):
        tree = {"version": 1, "name": "p", "flaky": {"attempts": attempts}, "rules": rules}
        policy = parse_policy(json.dumps(tree).encode(), "p.json")
        old = baseline(unit(kept=PASSED, a=PASSED))
        assert rule(judge(report(now), policy, baseline=old), "it").state is state


@pytest.mark.parametrize(("where", "state"), [("unit", RuleState.WAIVED), (None, RuleState.WAIVED)])
def test_a_test_in_quarantine_is_left_out_of_both(where: str | None, state: RuleState) -> None:
    entry = QuarantinedTest(
        test="a", reason="r", ticket="t", owner="o", expires=(NOW + timedelta(days=9)).date()
    )
    fields: dict[str, Any] = {"where": {"type": where}} if where else {}
    policy = replace(
        policy_of("test_changes", require=NONE_WORSE, **fields),
        quarantine=Quarantine(digest="f" * 64, tests=(entry,)),
    )
    old = baseline(unit(kept=PASSED, a=PASSED, b=PASSED))
    excused = rule(judge(report(unit(kept=PASSED, a=FAILED, b=PASSED)), policy, baseline=old), "it")
    assert (excused.state, excused.quarantined) == (state, ("a",))
    both = rule(judge(report(unit(kept=PASSED, a=FAILED, b=FAILED)), policy, baseline=old), "it")
    gone = rule(judge(report(unit(kept=PASSED, b=PASSED)), policy, baseline=old), "it")
    assert (both.state, gone.state) == (FAIL, FAIL)


def test_many_types_and_hostile_names() -> None:
    name = "\u202e<b>" + "x" * 5_000
    old, new = baseline(unit(a=PASSED, kept=PASSED)), report(unit(kept=PASSED, **{name: FAILED}))
    found = judged(old, new)
    assert found.state is FAIL
    assert len(found.message) < 500
    assert {each.test_id for each in found.evidence} == {"a", name}


def test_order_does_not_matter() -> None:
    cases = [case("a", FAILED), case("a"), case("b", SKIPPED), case("c"), case("d", XFAILED)]
    old = [case("a"), case("a"), case("b"), case("d"), case("e")]
    there = compared(
        TestTypeResult.from_cases(TestType.UNIT, old), TestTypeResult.from_cases(TestType.UNIT, cases)
    )
    back = compared(
        TestTypeResult.from_cases(TestType.UNIT, old[::-1]),
        TestTypeResult.from_cases(TestType.UNIT, cases[::-1]),
    )
    assert there == back
    assert there.actual == "1 newly failing, 2 newly skipped, 1 vanished, 0 newly flaky"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"require": {}}, "asks for nothing; give max_newly_failing"),
        ({"require": {"attempts": "last"}}, "asks for nothing"),
        ({"require": {"max_vanished": 0}, "where": {"type": []}}, "is empty; leave it out for all types"),
        ({"require": {"max_vanished": -1}}, "max_vanished"),
        ({"require": {"max_gone": 1}}, "max_gone"),
    ],
)
def test_policies_that_ask_nothing_are_refused(fields: dict[str, Any], problem: str) -> None:
    from tsr_agent.errors import PolicyError

    with pytest.raises(PolicyError) as refused:
        policy_of("test_changes", **fields)
    assert problem in str(refused.value.details)


def test_in_words() -> None:
    asked = policy_of("test_changes", where={"type": "unit"}, require={"max_newly_failing": 0}).rules[0]
    assert asked.asks() == "No unit test may fail that did not fail in the baseline."

    more = {"max_newly_skipped": 2, "max_vanished": 1, "attempts": "last"}
    assert policy_of("test_changes", require=more).rules[0].asks() == (
        "At most 2 tests may be skipped, or expected to fail, that ran in the baseline, and at most 1 test "
        "may be gone that the baseline has; one that passes only after a failure counts as passed."
    )
    assert asked.compares()


def test_all_types_that_it_looks_at_are_said() -> None:
    types = {"type": ["unit", "e2e", "unit", "security"]}
    asked = policy_of("test_changes", where=types, require={"max_newly_failing": 0}).rules[0].asks()
    assert asked == (
        "No test may fail that did not fail in the baseline; "
        "only unit, end-to-end and security tests are looked at."
    )
