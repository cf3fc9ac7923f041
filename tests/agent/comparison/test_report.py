"""Two judged reports: rules by their effect, each with what is behind it, and everything else."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.compared_reports import compared, judged, scopes_of
from tests.factories.generated_reports import WORSENINGS, Dice, consistent_report, dice
from tests.factories.judged_reports import (
    case,
    iteration,
    line_coverage,
    releasable,
    requirement,
    results,
    with_results,
)
from tsr_agent.comparison.report import Comparison, compare, evidence_changes
from tsr_agent.comparison.rules import Turn
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleResult
from tsr_agent.models.evals import FailureCategory, FailureMode, ResolutionStatus, Severity
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.report import InputFile, InputStatus, TestSummaryReport
from tsr_agent.models.requirements import VerificationStatus
from tsr_agent.models.results import CaseStatus, RunnerRun, TestType, TestTypeResult

PASSED, FAILED = CaseStatus.PASSED, CaseStatus.FAILED
WORST_FIRST = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW, RuleEffect.WARNS)


def another(report: TestSummaryReport, **changed: Any) -> TestSummaryReport:
    return replace(report, **({"id": "tsr-2"} | changed))


def rules(found: Comparison, turn: Turn) -> list[str]:
    return [each.id for each in found.rules if each.turn is turn]


def causes(found: Comparison, rule_id: str) -> list[tuple[str, int]]:
    (rule,) = (each for each in found.rules if each.id == rule_id)
    return [(each.where, each.count) for each in rule.causes]


def test_a_failing_test_is_behind_the_rule_on_its_type() -> None:
    old = releasable()
    broken = results(TestType.UNIT, *[PASSED] * 7, FAILED)
    new = another(with_results(broken), requirement_coverage=old.requirement_coverage)
    found = compared(old, new)
    assert (found.old.decision, found.new.decision) == (GoNoGoDecision.GO, GoNoGoDecision.NO_GO)
    assert rules(found, Turn.WORSE) == ["unit-tests"]
    assert causes(found, "unit-tests") == [("tests.newly_failing", 1)]


def test_what_the_decisions_record_of_their_rules_does_for_what_they_look_at() -> None:
    """Nobody has to hold the policy for it; and of decisions that record nothing, nothing is guessed."""
    broken = with_results(results(TestType.UNIT, *[PASSED] * 7, FAILED))
    worse = replace(broken, eval_iterations=(iteration(1, metrics={"accuracy": 0.1}),))
    old, new = judged(releasable()), judged(another(worse))
    assert causes(compare(old, new), "accuracy")[0] == ("metrics", 1)
    assert compare(old, new).rules == compare(old, new, scopes_of(ai_release())).rules
    bare = (
        replace(each, decision=replace(each.decision, rules=tuple(map(unrecorded, each.decision.rules))))
        for each in (old, new)
    )
    assert {each.id: each.causes for each in compare(*bare).rules}["accuracy"] == ()


def unrecorded(rule: RuleResult) -> RuleResult:
    return replace(rule, scope=msgspec.UNSET)


def test_several_types_of_one_rule_are_each_behind_it() -> None:
    text = b"""
version: 1
name: changes
rules:
  - {id: no-worse, check: test_changes, where: {type: [unit, security]}, require: {max_newly_failing: 0}}
"""
    policy = parse_policy(text, "policy.yaml")
    broken = with_results(results(TestType.UNIT, *[PASSED] * 7, FAILED))
    old, new = releasable(), another(broken, requirement_coverage=releasable().requirement_coverage)
    before = judged(old, policy)
    after = judged(new, policy, baseline=Baseline(report=old, digest="b" * 64))
    assert ("tests.newly_failing", 1) in causes(compare(before, after), "no-worse")


def test_what_blocks_comes_before_what_warns_and_better_after_worse() -> None:
    old = releasable(
        eval_iterations=(iteration(1, metrics={"accuracy": 0.9, "grounding_score": 0.5}),),
        test_results=(*releasable().test_results[:2], results(TestType.PERFORMANCE, PASSED)),
    )
    new = another(
        releasable(
            eval_iterations=(iteration(1, metrics={"accuracy": 0.2, "grounding_score": 0.95}),),
            test_results=(*releasable().test_results[:2], results(TestType.PERFORMANCE, FAILED)),
        )
    )
    found = compared(old, new)
    assert [(each.id, each.turn) for each in found.rules if each.turn in (Turn.WORSE, Turn.BETTER)] == [
        ("accuracy", Turn.WORSE),
        ("performance-failure-rate", Turn.WORSE),
        ("grounding-score", Turn.BETTER),
    ]
    assert causes(found, "accuracy") == [("metrics", 1)]


def test_a_type_that_is_gone_is_behind_the_rule_that_misses_it() -> None:
    old = releasable()
    kept = tuple(each for each in old.test_results if each.test_type is not TestType.SECURITY)
    found = compared(old, another(old, test_results=kept))
    assert rules(found, Turn.WORSE) == ["security-tests"]
    assert causes(found, "security-tests") == [("tests.vanished", 4)]


def test_a_rule_that_fails_both_times_still_blocks_and_one_that_passes_is_only_counted() -> None:
    old = with_results(results(TestType.SECURITY, FAILED, PASSED))
    found = compared(old, another(old, triggered_by="ana"))
    assert rules(found, Turn.STILL) == ["security-tests"]
    assert rules(found, Turn.WORSE) == rules(found, Turn.BETTER) == []
    assert len(found.rules) + found.rules_unchanged == len(judged(old).decision.rules)


def test_failure_modes_are_what_their_worst_entry_says() -> None:
    def mode(name: str, status: ResolutionStatus, severity: Severity = Severity.MINOR) -> FailureMode:
        return FailureMode(
            id=name,
            name="",
            severity=severity,
            category=FailureCategory.FORMAT,
            discovered_in_iteration=1,
            resolution_status=status,
        )

    is_open, fixed, accepted = ResolutionStatus.OPEN, ResolutionStatus.FIXED, ResolutionStatus.ACCEPTED_RISK
    old = releasable(
        eval_iterations=(
            iteration(
                1, failure_modes=(mode("mended", is_open), mode("again", fixed), mode("gone", is_open))
            ),
            iteration(2, failure_modes=(mode("mended", fixed), mode("half", is_open), mode("same", is_open))),
        )
    )
    new = another(
        old,
        eval_iterations=(
            iteration(1, failure_modes=(mode("mended", fixed), mode("again", accepted))),
            iteration(
                2,
                failure_modes=(
                    mode("half", fixed),
                    mode("half", is_open, Severity.MAJOR),
                    mode("same", is_open),
                    mode("brand-new", is_open, Severity.CRITICAL),
                ),
            ),
        ),
    )
    changes = evidence_changes(old, new)
    assert [(each.id, each.news.value) for each in changes.failure_modes] == [
        ("brand-new", "new"),
        ("again", "reopened"),
        ("gone", "gone"),
        ("half", "changed"),
        ("mended", "fixed"),
    ]
    assert changes.unchanged.failure_modes == 1


def test_requirements_name_the_tests_that_broke_them() -> None:
    old = releasable()
    failed = VerificationStatus.FAILED
    new = another(
        with_results(results(TestType.UNIT, FAILED, *[PASSED] * 6)),
        requirement_coverage=(
            requirement("REQ-0", "unit-0", verification_status=failed),
            requirement("REQ-1", "unit-1"),
            requirement("REQ-9", "unit-2"),
            requirement("REQ-10", verification_status=VerificationStatus.NOT_RUN),
        ),
    )
    found = evidence_changes(old, new).requirements
    assert [(each.id, each.news.value, each.broken_by) for each in found] == [
        ("REQ-0", "no_longer_verified", ("unit-0",)),
        ("REQ-2", "gone", ()),
        ("REQ-3", "gone", ()),
        ("REQ-10", "new_and_not_verified", ()),
        ("REQ-9", "new_and_verified", ()),
    ]


def test_coverage_is_that_of_the_lowest_file_as_the_gate_judges_it() -> None:
    old = releasable(code_coverage=(line_coverage(90, 100, "a.xml"), line_coverage(95, 100, "b.xml")))
    new = another(old, code_coverage=(line_coverage(99, 100, "a.xml"), line_coverage(50, 100, "b.xml")))
    (found,) = evidence_changes(old, new).coverage.measures
    assert found.difference == pytest.approx(-0.4)
    assert causes(compared(old, new), "line-coverage") == [("coverage.measures", 1)]


def scan(*findings: Finding, executed: bool = True) -> StaticAnalysis:
    return StaticAnalysis(path="scan.sarif", tool="scanner", executed=executed, findings=findings)


def finding(rule: str, line: int, message: str = "m") -> Finding:
    return Finding(rule_id=rule, level=FindingLevel.ERROR, message=message, file="a.py", line=line)


def test_a_finding_that_moved_is_the_same_and_one_more_of_it_is_new() -> None:
    old = releasable(static_analysis=(scan(finding("R1", 3), finding("R2", 1)),))
    new = another(old, static_analysis=(scan(finding("R1", 40), finding("R1", 50), finding("R3", 1)),))
    found = evidence_changes(old, new)
    assert [(each.finding.rule_id, each.count) for each in found.findings.new] == [("R1", 1), ("R3", 1)]
    assert [each.finding.rule_id for each in found.findings.gone] == ["R2"]
    assert found.unchanged.findings == 1


SCANS = """
version: 1
name: scans
rules:
  - {id: bandit, check: findings, where: {tool: [scanner]}}
  - {id: other, check: findings, where: {tool: [other]}}
"""


def test_a_rule_on_findings_has_those_of_its_tools_behind_it() -> None:
    policy = parse_policy(SCANS.encode(), "scans.yaml")
    clean = replace(scan(), tool="other")
    old = releasable(static_analysis=(scan(), clean))
    new = another(old, static_analysis=(scan(finding("R1", 3)), clean))
    found = compared(old, new, policy)
    assert rules(found, Turn.WORSE) == ["bandit"]
    assert causes(found, "bandit") == [("findings.new", 1)]


def test_a_test_that_is_mended_explains_nothing_that_got_worse() -> None:
    old = with_results(results(TestType.PERFORMANCE, FAILED, *[PASSED] * 39))
    new = another(with_results(results(TestType.PERFORMANCE, PASSED, *[FAILED] * 3, *[PASSED] * 37)))
    assert causes(compared(old, new), "performance-failure-rate") == [("tests.newly_failing", 3)]
    assert causes(compared(new, old), "performance-failure-rate") == [
        ("tests.fixed", 3),
        ("tests.newly_failing", 1),
        ("tests.vanished", 1),
    ]


def test_a_scanner_that_no_longer_ran_is_named() -> None:
    old = releasable(static_analysis=(scan(),))
    for later in ((), (scan(executed=False),)):
        assert evidence_changes(old, another(old, static_analysis=later)).findings.no_longer_ran == (
            "scanner",
        )


def test_inputs_with_other_content_are_no_news_and_missing_readers_are() -> None:
    def file(path: str, reader: str, status: InputStatus = InputStatus.READ, digest: str = "d") -> InputFile:
        return InputFile(path=path, size=1, status=status, reader=reader, sha256=digest * 64)

    old = releasable(
        inputs=(file("a.xml", "JUnit XML"), file("c.json", "coverage"), file("t.xml", "JUnit XML"))
    )
    new = another(
        old,
        inputs=(file("a.xml", "JUnit XML", digest="e"), file("t.xml", "JUnit XML", InputStatus.UNREADABLE)),
    )
    found = evidence_changes(old, new).inputs
    assert (found.readers_gone, found.gone, found.new) == (("coverage",), ("c.json",), ())
    assert [each.path for each in found.unused] == ["t.xml"]
    assert [each.path for each in evidence_changes(new, old).inputs.usable] == ["t.xml"]


def test_exit_codes_and_header_fields() -> None:
    old = releasable()
    new = another(
        old,
        runs=(
            RunnerRun(test_type=TestType.UNIT, exit_code=2),
            RunnerRun(test_type=TestType.E2E, exit_code=0),
        ),
        versions=replace(old.versions, dirty=True, prompts_version="v4", codebase_branch="topic"),
        environment="production",
    )
    found = evidence_changes(old, new)
    assert [(each.test_type.value, each.old, each.new) for each in found.runs] == [
        ("unit", (0,), (2,)),
        ("e2e", (), (0,)),
    ]
    assert [(each.field, each.old, each.new) for each in found.fields] == [
        ("environment", "staging", "production"),
        ("versions.codebase_branch", "main", "topic"),
        ("versions.prompts_version", None, "v4"),
        ("versions.dirty", "no", "yes"),
    ]


def test_history_that_is_told_otherwise_is_seen_and_new_latencies_are_not() -> None:
    old = releasable(eval_iterations=(iteration(1, metrics={"latency": 3.0}), iteration(2), iteration(3)))
    measured_again = iteration(1, metrics={"latency": 4.0})
    renamed = iteration(2, version_name="V2 Better")
    new = another(old, eval_iterations=(measured_again, renamed, iteration(4)))
    found = evidence_changes(old, new).iterations
    assert (found.vanished, found.told_otherwise) == ((3,), (2,))


def test_the_same_id_with_other_bytes_is_an_altered_document() -> None:
    old = releasable()
    assert compared(old, replace(old, triggered_by="ana")).same_id_other_bytes
    same = compared(old, old)
    assert (same.same_document, same.same_id_other_bytes, same.is_empty) == (True, False, True)


def test_cases_come_without_details_and_output() -> None:
    loud = case("t", FAILED, details="d" * 9, output="o" * 9, message="m")
    new = releasable(test_results=(TestTypeResult.from_cases(TestType.UNIT, [loud]),))
    (found,) = evidence_changes(releasable(test_results=()), new).tests.newly_failing
    assert found.new == case("t", FAILED, message="m")


@given(dice)
def test_nothing_changes_from_a_report_to_itself(roll: Dice) -> None:
    report = consistent_report(roll)
    found = compared(report, report)
    assert found.is_empty
    assert found.same_document
    assert {each.turn for each in found.rules} <= {Turn.STILL}
    assert all(each.causes == () for each in found.rules)


MIRRORED = {Turn.WORSE: Turn.BETTER, Turn.BETTER: Turn.WORSE}


def a_pair(roll: Dice) -> tuple[TestSummaryReport, TestSummaryReport]:
    old = consistent_report(roll)
    if roll.once_in(2):
        return old, another(consistent_report(roll))
    new = old
    for _ in range(1 + roll.up_to(3)):
        worse = roll.one_of(WORSENINGS)(new, roll)
        new = worse if is_valid(worse) else new
    return old, another(new)


def is_valid(report: TestSummaryReport) -> bool:
    try:
        codec.decode(codec.encode(report), TestSummaryReport)
    except Exception:  # noqa: BLE001  (whatever is wrong with it)
        return False
    return True


@given(dice)
def test_the_way_back_mirrors_the_way_there(roll: Dice) -> None:
    old, new = a_pair(roll)
    there, back = compared(old, new), compared(new, old)
    assert {(each.id, each.turn) for each in there.rules} == {
        (each.id, MIRRORED.get(each.turn, each.turn)) for each in back.rules
    }
    one, other = there.changes, back.changes
    assert len(one.tests.vanished) == len(other.tests.new)
    assert {(each.metric, each.old, each.new) for each in one.metrics} == {
        (each.metric, each.new, each.old) for each in other.metrics
    }
    assert {each.id for each in one.failure_modes} == {each.id for each in other.failure_modes}
    assert {(each.id, each.old, each.new) for each in one.requirements} == {
        (each.id, each.new, each.old) for each in other.requirements
    }
    assert (one.findings.new, one.inputs.gone) == (other.findings.gone, other.inputs.new)
    assert one.tests.unchanged == other.tests.unchanged


@given(dice)
def test_a_worse_verdict_has_a_rule_or_an_approval_to_answer_for_it(roll: Dice) -> None:
    old, new = a_pair(roll)
    found = compared(old, new)
    order = (GoNoGoDecision.GO, GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.NO_GO)
    if order.index(found.new.decision) > order.index(found.old.decision):
        asked = found.new.manual_approval_required and not found.old.manual_approval_required
        assert rules(found, Turn.WORSE) or asked


@given(dice)
def test_rules_come_by_their_weight(roll: Dice) -> None:
    found = compared(*a_pair(roll))
    worse = [each.new.effect for each in found.rules if each.turn is Turn.WORSE and each.new is not None]
    assert worse == sorted(worse, key=WORST_FIRST.index)
    turns = [list(Turn).index(each.turn) for each in found.rules]
    assert turns == sorted(turns)


@settings(max_examples=30)
@given(dice, st.randoms(use_true_random=False))
def test_the_document_can_be_read_again_and_is_the_same_each_time(roll: Dice, random: Any) -> None:
    old, new = a_pair(roll)
    document = codec.encode(compared(old, new))
    assert codec.decode(document, Comparison) == compared(old, new)
    shuffled = replace(new, inputs=tuple(random.sample(new.inputs, len(new.inputs))))
    assert compared(old, shuffled).changes == compared(old, new).changes


@pytest.mark.benchmark
def test_a_hundred_thousand_cases_a_side() -> None:
    def large(first: int, status: CaseStatus, name: str) -> TestSummaryReport:
        cases = [case(f"suite::test_{n}", status, details="x" * 50) for n in range(first, first + 100_000)]
        return releasable(id=name, test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))

    old, new = judged(large(0, PASSED, "a")), judged(large(50_000, FAILED, "b"))
    began = time.perf_counter()
    found = compare(old, new)
    print(f"\n100,000 cases a side: {(time.perf_counter() - began) * 1000:.0f} ms")
    assert len(found.changes.tests.newly_failing) == 100_000
    assert msgspec.json.encode(found)


def test_only_the_id_is_another() -> None:
    assert evidence_changes(releasable(), another(releasable())).is_empty
