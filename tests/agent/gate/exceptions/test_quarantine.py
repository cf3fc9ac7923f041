"""The quarantine: what it excuses, and what it never does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.factories.judged_reports import (
    NOW,
    case,
    judge,
    line_coverage,
    passing,
    results,
    rule,
    with_results,
    without_type,
)
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import Waivers, parse_waivers
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import BaselineSelect, Decision, GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.results import CaseStatus, RunnerRun, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.report import TestSummaryReport

PASSED, FAILED = CaseStatus.PASSED, CaseStatus.FAILED
GO, NO_GO = GoNoGoDecision.GO, GoNoGoDecision.NO_GO


def day(ahead: int) -> str:
    return (NOW + timedelta(days=ahead)).date().isoformat()


def entry(test: Any = "security-1", **fields: Any) -> dict[str, Any]:
    return {
        "test": test,
        "reason": "times out when the pool is busy",
        "ticket": "BOT-9",
        "owner": "ana",
        "expires": day(30),
    } | fields


def policy(*entries: Any, locked: bool = False, **require: Any) -> Policy:
    """One rule on security tests, with a quarantine."""
    rule_entry = {
        "id": "security-tests",
        "check": "tests",
        "where": {"type": "security"},
        "require": {"failed": 0, "errors": 0} | require,
        "locked": locked,
    }
    tree = {"version": 1, "name": "q", "rules": [rule_entry]}
    read = parse_policy(json.dumps(tree).encode(), "p.json")
    document = json.dumps({"version": 1, "tests": entries}).encode()
    return replace(read, quarantine=parse_quarantine(document, "q.json"))


def security(*statuses: CaseStatus) -> TestSummaryReport:
    return with_results(results(TestType.SECURITY, *statuses))


ONE_FAILED = security(PASSED, FAILED, PASSED)
TWO_FAILED = security(PASSED, FAILED, FAILED)


def judged(*entries: Any, report: TestSummaryReport = ONE_FAILED, **options: Any) -> Decision:
    waivers = options.pop("waivers", None)
    return judge(report, policy(*entries, **options), waivers)


def reason(decision: Decision) -> str:
    """Why the only entry excused nothing; the verdict stands."""
    assert decision.decision is NO_GO
    assert rule(decision, "security-tests").quarantined == ()
    (note,) = decision.quarantine
    return note.reason


def waiver(*tests: str) -> Waivers:
    scope = {"environment": "staging"} | ({"tests": tests} if tests else {})
    held = {
        "id": "W-1",
        "rule": "security-tests",
        "scope": scope,
        "reason": "r",
        "ticket": "T-1",
        "owner": "ana",
        "approved_by": "ben",
        "expires": day(9),
    }
    return parse_waivers(json.dumps({"version": 1, "waivers": [held]}).encode(), "w.json")


def test_a_rule_that_holds_without_the_quarantined_test_is_waived_and_says_so() -> None:
    decision = judged(entry())
    found = rule(decision, "security-tests")
    assert (decision.decision, decision.decision_without_waivers) == (GO, NO_GO)
    assert (found.state, found.effect, found.waiver) == (RuleState.WAIVED, RuleEffect.WARNS, None)
    assert found.quarantined == ("security-1",)
    assert found.message == (
        "1 of 3 security tests did not pass (1 failed); none may; "
        f"in quarantine: security-1 (until {day(30)}, ana)"
    )
    assert found.remarks == (
        "The test that makes it fail is in quarantine; without: 2 security tests ran, none failed",
    )
    assert decision.warnings == (found.message,)
    assert [(note.test_id, note.standing.value, note.reason) for note in decision.quarantine] == [
        ("security-1", "applied", "")
    ]


def test_a_rule_that_fails_all_the_same_stays_failed_and_says_how_much_is_quarantined() -> None:
    decision = judged(entry(), report=TWO_FAILED)
    found = rule(decision, "security-tests")
    assert (decision.decision, found.state, found.quarantined) == (NO_GO, RuleState.FAIL, ())
    left = "1 of 2 security tests did not pass (1 failed); none may"
    assert found.remarks == (f"1 of the 2 tests that make it fail is in quarantine; without: {left}",)
    assert reason(decision) == "it did not pass; security-tests: other tests make it fail, too"


@pytest.mark.parametrize("status", [CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED])
def test_whatever_is_not_passed_can_be_in_quarantine(status: CaseStatus) -> None:
    assert judged(entry(), report=security(PASSED, status)).decision is GO


def test_a_late_pass_can_be_in_quarantine() -> None:
    cases = [case("security-0"), case("security-1", flaky=True)]
    report = with_results(TestTypeResult.from_cases(TestType.SECURITY, cases))
    assert judged(report=report).decision is NO_GO
    assert judged(entry(), report=report).decision is GO


def test_a_late_pass_that_counts_as_passed_is_one_of_those_that_ran() -> None:
    cases = [case("security-0", FAILED), case("security-1", flaky=True), case("security-2")]
    report = with_results(TestTypeResult.from_cases(TestType.SECURITY, cases))
    both = (entry("security-0"), entry("security-1"))
    decision = judged(*both, report=report, attempts="last", min_executed=2)
    assert (decision.decision, rule(decision, "security-tests").quarantined) == (GO, ("security-0",))
    assert [note.reason for note in decision.quarantine] == [
        "",
        "it did not pass, and no rule needed it left out",
    ]


def test_nothing_left_that_could_have_told_a_fault_is_no_pass() -> None:
    everything = security(FAILED, FAILED, CaseStatus.SKIPPED, CaseStatus.XFAILED)
    decision = judged(entry("security-0"), entry(), report=everything)
    assert (decision.decision, rule(decision, "security-tests").state) == (NO_GO, RuleState.FAIL)
    assert rule(decision, "security-tests").remarks == (
        "All 2 tests that make it fail are in quarantine, which excuses nothing here: no other test ran",
    )


def test_too_few_that_are_left_are_no_pass() -> None:
    assert judged(entry(), report=security(*[PASSED] * 5, FAILED), min_executed=6).decision is NO_GO
    assert judged(entry("security-5"), report=security(*[PASSED] * 5, FAILED), min_executed=5).decision is GO


def test_missing_evidence_is_not_excused() -> None:
    for report in (without_type(TestType.SECURITY), security(CaseStatus.SKIPPED, CaseStatus.SKIPPED)):
        decision = judged(entry(), report=report)
        assert rule(decision, "security-tests").state is RuleState.NOT_EVALUATED
        assert decision.decision is decision.decision_without_waivers is GoNoGoDecision.PENDING_REVIEW


def test_a_locked_rule_is_not_excused() -> None:
    decision = judged(entry(), locked=True)
    assert reason(decision) == "it did not pass; security-tests: the rule is locked"
    assert rule(decision, "security-tests").remarks == (
        "The test that makes it fail is in quarantine, which excuses nothing here: the rule is locked",
    )


def test_false_evidence_is_not_excused() -> None:
    torn = InputFile(path="torn.xml", size=1, status=InputStatus.UNREADABLE)
    decision = judged(entry(), report=replace(ONE_FAILED, inputs=(torn,)))
    assert decision.decision is NO_GO
    assert rule(decision, "evidence").state is RuleState.FAIL


def test_what_the_command_said_is_judged_with_the_quarantined_test() -> None:
    """An exit code of 1 stays explained by the failure, and a killed run stays one."""
    run = RunnerRun(test_type=TestType.SECURITY, exit_code=1)
    assert judged(entry(), report=replace(ONE_FAILED, runs=(run,))).decision is GO
    killed = replace(run, exit_code=137)
    assert judged(entry(), report=replace(ONE_FAILED, runs=(killed,))).decision is NO_GO


def test_counts_without_cases_are_not_excused() -> None:
    """What is counted and not listed still counts, though the listed one is in quarantine."""
    result = results(TestType.SECURITY, PASSED, FAILED, PASSED)
    for report in (
        with_results(replace(result, test_cases=())),
        with_results(replace(result, failed=2, passed=1)),
        with_results(replace(result, failed=0, passed=3)),
    ):
        decision = judged(entry(), report=report)
        assert decision.decision is NO_GO
        assert rule(decision, "security-tests").state is not RuleState.WAIVED


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"expires": day(-1)}, f"expired on {day(-1)}"),
        ({"expires": day(91)}, "expires in 91 days; at most 90 are allowed"),
        ({"expires": "soon"}, "$.tests[0].expires: is not a day such as 2027-01-31"),
        ({"expires": None}, "$.tests[0].expires: must be a day such as 2027-01-31, not nothing"),
        ({"owner": ""}, "$.tests[0].owner: must not be empty"),
        ({"owner": "\u200b"}, "$.tests[0].owner: missing; it has no visible sign"),
        ({"ticket": " \u00ad"}, "$.tests[0].ticket: missing; it has no visible sign"),
        ({"test": "*"}, "$.tests[0].test: '*' is no test; each one has an entry of its own"),
        ({"test": " **"}, "$.tests[0].test: '*' is no test; each one has an entry of its own"),
        ({"test": "security-*"}, "the report has no such test"),
        ({"test": "security-1 "}, "the report has no such test"),
        ({"test": "SECURITY-1"}, "the report has no such test"),
        ({"type": "unit"}, "the report has no such test"),
        ({"type": "units"}, None),
        ({"types": "unit"}, "$.tests[0].types: unknown key; did you mean 'type'?"),
        ({"test": "security-0"}, "it passed"),
    ],
)
def test_never_excuses_and_is_listed(fields: dict[str, Any], why: str | None) -> None:
    found = reason(judged(entry(**fields)))
    assert why is None or found == why


@pytest.mark.parametrize("missing", ["test", "reason", "ticket", "owner", "expires"])
def test_every_key_but_the_type_is_mandatory(missing: str) -> None:
    fields = entry()
    del fields[missing]
    assert reason(judged(fields)) == f"$.tests[0].{missing}: missing"


@pytest.mark.parametrize(("ahead", "holds"), [(-1, False), (0, True), (90, True), (91, False)])
def test_the_days_on_which_it_holds(ahead: int, holds: bool) -> None:
    assert (judged(entry(expires=day(ahead))).decision is GO) is holds


def test_an_entry_of_another_type_means_another_test() -> None:
    assert judged(entry(type="security")).decision is GO
    assert judged(entry(type="performance")).decision is NO_GO


@pytest.mark.parametrize(
    "twin",
    [
        {},
        {"expires": "soon"},
        {"owner": ""},
        {"type": "security"},
        {"test": "security-1\u200b"},
    ],
)
def test_a_test_that_stands_twice_is_not_excused(twin: dict[str, Any]) -> None:
    for entries in ((entry(), entry(**twin)), (entry(**twin), entry())):
        decision = judged(*entries)
        assert decision.decision is NO_GO
        assert "the test stands twice" in {note.reason for note in decision.quarantine}


def test_one_id_in_two_types_are_two_tests() -> None:
    decision = judged(entry(type="security"), entry(type="unit"))
    assert [(note.test_type, note.standing.value) for note in decision.quarantine] == [
        ("security", "applied"),
        ("unit", "unmatched"),
    ]


def test_every_entry_is_listed_in_the_order_of_the_file() -> None:
    decision = judged(
        7,
        entry("gone"),
        entry(owner=""),
        entry("late", expires=day(-2)),
        entry("security-0"),
        {"test": "x" * 100, "owner": "ben", "ticket": "T-1", "expires": day(3)},
    )
    assert [(note.test_id[:9], note.standing.value) for note in decision.quarantine] == [
        ("(entry 1)", "unusable"),
        ("gone", "unmatched"),
        ("security-", "unusable"),
        ("late", "expired"),
        ("security-", "unmatched"),
        ("xxxxxxxxx", "unusable"),
    ]
    last = decision.quarantine[-1]
    assert (last.owner, last.ticket, str(last.expires), last.expires_soon) == ("ben", "T-1", day(3), False)


@pytest.mark.parametrize(("ahead", "soon"), [(0, True), (14, True), (15, False)])
def test_what_ends_within_two_weeks_is_marked(ahead: int, soon: bool) -> None:
    assert judged(entry(expires=day(ahead))).quarantine[0].expires_soon is soon


def test_a_waiver_covers_what_the_quarantine_leaves() -> None:
    decision = judged(entry(), report=TWO_FAILED, waivers=waiver("security-2"))
    found = rule(decision, "security-tests")
    assert (decision.decision, decision.decision_without_waivers) == (GO, NO_GO)
    assert (found.waiver, found.quarantined) == ("W-1", ("security-1",))
    assert "in quarantine: security-1" in found.message
    assert f"waived until {day(9)} by W-1 (ana)" in found.message
    assert [note.standing.value for note in (*decision.waivers, *decision.quarantine)] == ["applied"] * 2


def test_a_waiver_for_other_tests_than_what_is_left_covers_nothing() -> None:
    decision = judged(entry(), report=TWO_FAILED, waivers=waiver("security-1"))
    assert decision.decision is NO_GO
    assert decision.waivers[0].reason == "1 other test makes its rule fail"


def test_a_waiver_that_covers_everything_needs_no_quarantine() -> None:
    for held in (waiver(), waiver("security-1", "security-2")):
        decision = judged(entry(), report=TWO_FAILED, waivers=held)
        found = rule(decision, "security-tests")
        assert (decision.decision, found.waiver, found.quarantined) == (GO, "W-1", ())
        assert [note.standing.value for note in decision.quarantine] == ["unmatched"]


def test_a_waiver_beside_a_quarantine_that_suffices_is_not_used() -> None:
    decision = judged(entry(), waivers=waiver())
    assert rule(decision, "security-tests").waiver is None
    assert decision.waivers[0].reason == "the tests that make its rule fail are in quarantine"


def test_a_waiver_does_not_hide_that_nothing_is_left() -> None:
    """What the waiver must cover is then the whole failure."""
    report = security(FAILED, FAILED)
    entries = (entry("security-0"), entry())
    assert judged(*entries, report=report, waivers=waiver("security-0")).decision is NO_GO
    assert judged(*entries, report=report, waivers=waiver("security-0", "security-1")).decision is GO


def test_a_waiver_for_tests_does_not_cover_that_too_few_are_left() -> None:
    decision = judged(entry(), report=TWO_FAILED, waivers=waiver("security-2"), min_executed=3)
    assert decision.decision is NO_GO
    assert decision.waivers[0].reason == "what makes its rule fail is not a list of tests"


def test_a_waiver_for_all_that_fails_needs_nothing_to_be_left() -> None:
    both = waiver("security-1", "security-2")
    decision = judged(entry(), report=TWO_FAILED, waivers=both, min_executed=3)
    assert (decision.decision, rule(decision, "security-tests").waiver) == (GO, "W-1")


def test_other_checks_are_not_touched() -> None:
    tree = {
        "version": 1,
        "name": "q",
        "rules": [{"id": "lines", "check": "code_coverage", "require": {"at_least": 0.8}}],
    }
    quarantine = policy(entry()).quarantine
    held = replace(parse_policy(json.dumps(tree).encode(), "p.json"), quarantine=quarantine)
    decision = judge(replace(ONE_FAILED, code_coverage=(line_coverage(10, 100),)), held)
    assert decision.decision is NO_GO
    assert decision.quarantine[0].reason == "it did not pass, and no rule that looks at it failed"


CHANGES = {
    "version": 1,
    "name": "q",
    "rules": [
        {
            "id": "no-new-failures",
            "check": "test_changes",
            "where": {"type": "security"},
            "require": {"max_newly_failing": 0, "max_vanished": 0},
        }
    ],
}


def compared(report: TestSummaryReport, baseline: TestSummaryReport, *entries: Any) -> Decision:
    """Judged by what changed since a baseline, with a quarantine."""
    quarantine = policy(*entries).quarantine
    read = replace(parse_policy(json.dumps(CHANGES).encode(), "p.json"), quarantine=quarantine)
    earlier = replace(baseline, id="tsr-0", created_at=NOW - timedelta(days=1))
    found = Baseline(report=earlier, digest="5" * 64, select=BaselineSelect.LAST_APPROVED)
    return judge(report, read, baseline=found)


def test_a_rule_that_compares_leaves_the_test_out_of_both_reports() -> None:
    before = security(PASSED, PASSED, PASSED)
    assert compared(ONE_FAILED, before).decision is NO_GO
    decision = compared(ONE_FAILED, before, entry())
    assert (decision.decision, decision.decision_without_waivers) == (GO, NO_GO)
    assert rule(decision, "no-new-failures").quarantined == ("security-1",)
    assert compared(TWO_FAILED, before, entry()).decision is NO_GO


def test_a_quarantined_test_that_vanished_is_missed_all_the_same() -> None:
    """It is to run while it is in quarantine."""
    decision = compared(security(PASSED), security(PASSED, PASSED), entry())
    assert decision.decision is NO_GO
    assert decision.quarantine[0].reason == "the report has no such test"


def test_without_a_baseline_a_quarantine_excuses_nothing() -> None:
    read = replace(
        parse_policy(json.dumps(CHANGES).encode(), "p.json"), quarantine=policy(entry()).quarantine
    )
    decision = judge(ONE_FAILED, read)
    assert rule(decision, "no-new-failures").state is RuleState.NOT_EVALUATED


def test_only_tests_of_the_rule_are_named() -> None:
    report = with_results(
        results(TestType.SECURITY, PASSED, FAILED), results(TestType.PERFORMANCE, PASSED, FAILED)
    )
    decision = judged(entry(), entry("performance-1"), report=report)
    assert rule(decision, "security-tests").quarantined == ("security-1",)


def test_many_are_counted_and_all_are_on_record() -> None:
    report = security(PASSED, *[FAILED] * 5)
    found = rule(judged(*(entry(f"security-{n}") for n in range(1, 6)), report=report), "security-tests")
    assert found.message.endswith(f"security-3 (until {day(30)}, ana) and 2 more")
    assert found.quarantined == tuple(f"security-{n}" for n in range(1, 6))


def test_three_are_named_and_no_more_are_counted() -> None:
    report = security(PASSED, *[FAILED] * 3)
    found = rule(judged(*(entry(f"security-{n}") for n in range(1, 4)), report=report), "security-tests")
    assert found.message.endswith(f"security-3 (until {day(30)}, ana)")


def test_where_not_all_of_them_make_the_rule_fail_their_share_is_not_claimed() -> None:
    """A late pass counts as a pass here, so it is none of those that make the rule fail."""
    cases = [case("security-0", FAILED), case("security-1", flaky=True), case("security-2", FAILED)]
    report = with_results(TestTypeResult.from_cases(TestType.SECURITY, [*cases, case("security-3")]))
    decision = judged(entry("security-0"), entry("security-1"), report=report, attempts="last")
    (remark,) = rule(decision, "security-tests").remarks
    assert decision.decision is NO_GO
    assert remark.startswith("2 tests that did not pass are in quarantine; without: ")


def test_where_more_than_tests_make_the_rule_fail_the_share_is_not_claimed() -> None:
    decision = judged(entry(), min_executed=9)
    (remark,) = rule(decision, "security-tests").remarks
    assert decision.decision is NO_GO
    assert remark.startswith("1 test that did not pass is in quarantine; without: ")


def test_hostile_text_stays_bounded_and_can_be_written() -> None:
    from tsr_agent.models import codec

    name = "\ud800\u202e<b>" + "x" * 50_000
    cases = [case("security-0"), case("[red]" + "y" * 60_000, FAILED)]
    report = with_results(TestTypeResult.from_cases(TestType.SECURITY, cases))
    decision = judged(entry(cases[1].id, owner="\u202eana"), entry("z" * 65_000), report=report)
    assert decision.decision is GO
    assert codec.decode(codec.encode(decision), Decision) == decision
    assert (
        reason(judged(entry(test=name.encode("utf-8", "replace").decode()))) == "the report has no such test"
    )


def test_without_a_quarantine_nothing_is_said_of_one() -> None:
    decision = judge(with_results(passing(TestType.SECURITY, 1)))
    assert (decision.quarantine, decision.quarantine_digest) == ((), None)
