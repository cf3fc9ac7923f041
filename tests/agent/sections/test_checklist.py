"""The checklist: nothing is compliant that no rule judged, or that the report has no data for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from tests.factories import compared_reports
from tests.factories import shown_reports as shown
from tests.factories.approval_documents import pending, said, stands
from tests.factories.checked_reports import GRANTED, complete, full_checklist, known
from tests.factories.generated_reports import WORSENINGS, consistent_report, dice
from tests.factories.judged_reports import (
    iteration,
    judge,
    releasable,
    results,
    with_results,
    without_type,
)
from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.errors import DocumentError
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import (
    ExceptionStanding,
    GoNoGoDecision,
    RuleEffect,
    RuleScope,
    RuleSeverity,
    RuleState,
    WaiverNote,
)
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.sections.checklist import Checklist, ChecklistItem, Compliance, checklist
from tsr_agent.sections.checklist_rules import kind_of
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from tests.factories.generated_reports import Dice
    from tsr_agent.models.decision import Decision, RuleResult
    from tsr_agent.models.report import TestSummaryReport

COMPLIANT, NON, UNKNOWN = Compliance.COMPLIANT, Compliance.NON_COMPLIANT, Compliance.NOT_DETERMINED

UNIT = "unit-tests"
MISSING: tuple[dict[str, Any], ...] = (
    {"test_results": ()},
    {"eval_iterations": ()},
    {"requirement_coverage": ()},
)


def found(made: Checklist, key: str) -> ChecklistItem:
    return next(each for each in made.items if each.key == key)


def item(made: Checklist, key: str) -> Compliance:
    return found(made, key).standing


def with_rule(decision: Decision, name: str, **changed: Any) -> Decision:
    rules = tuple(replace(rule, **changed) if rule.id == name else rule for rule in decision.rules)
    return replace(decision, rules=rules)


def test_a_release_that_passes_every_rule_is_compliant_in_all_items() -> None:
    made = full_checklist(complete())
    assert made.standing is COMPLIANT
    assert {each.key: each.standing for each in made.items if each.standing is not COMPLIANT} == {}
    assert [each.key for each in made.items] == [
        "unit-tests", "security-tests", "eval-accuracy", "critical-failure-modes", "requirements",
        "evidence", "eval-record", "code-coverage", "exceptions", "policy", "approvals",
    ]  # fmt: skip
    assert made.summary == "11 compliant"
    assert [each.found for each in made.items[:5]] == [
        "8 passed", "4 passed", "0.9 on 250 cases", "0 unresolved", "4 of 4 requirements verified (100 %)",
    ]  # fmt: skip


def test_each_item_leads_to_its_rule_and_to_the_figure() -> None:
    unit = full_checklist(complete()).items[0]
    assert unit.evidence == (Target(Kind.RULE, "unit-tests"), Target(Kind.TEST_TYPE, "unit"))
    assert unit.expected == "0 failed, 0 errors, at least 1 executed"
    failed = with_results(results(TestType.UNIT, CaseStatus.FAILED, CaseStatus.PASSED))
    assert Target(Kind.TEST, "unit-0", "unit") in full_checklist(failed).items[0].evidence


def test_the_item_is_judged_by_the_rules_own_words_and_bounds() -> None:
    accuracy = found(full_checklist(complete()), "eval-accuracy")
    assert (accuracy.expected, accuracy.found) == ("accuracy ≥ 0.85", "0.9 on 250 cases")
    assert accuracy.why == "Accuracy 0.9 on 250 cases is at least 0.85."


@pytest.mark.parametrize("changed", MISSING)
def test_missing_data_is_not_determined_and_never_compliant(changed: dict[str, Any]) -> None:
    made = full_checklist(releasable(**changed))
    assert made.standing is not COMPLIANT
    assert UNKNOWN in [each.standing for each in made.items[:5]]
    for each in made.items[:5]:
        assert (each.found == "no data") == (each.standing is UNKNOWN)


def test_without_a_decision_nothing_is_determined() -> None:
    made = checklist(complete(), None, in_force=True)
    assert made.standing is UNKNOWN
    assert {each.standing for each in made.items} == {UNKNOWN}
    assert {each.why for each in made.items} == {
        "No decision is stored for this report, so no rule was judged."
    }
    assert made.judged_by.sentence.startswith("No decision is stored")


@pytest.mark.parametrize(
    ("changed", "digest"), [({"report_id": "another"}, None), ({"report_digest": "a" * 64}, "b" * 64)]
)
def test_a_decision_about_another_report_determines_nothing(changed: dict[str, Any], digest: str) -> None:
    decision = replace(judge(complete()), **changed)
    made = checklist(complete(), decision, GRANTED, in_force=True, digest=digest)
    assert {each.standing for each in made.items} == {UNKNOWN}
    assert made.remarks == ("The decision at hand is about another report; nothing is judged from it.",)


def test_what_no_rule_looks_at_is_not_determined() -> None:
    decision = judge(complete())
    bare = replace(decision, rules=tuple(rule for rule in decision.rules if rule.id != "security-tests"))
    made = known(complete(), bare)
    assert item(made, "security-tests") is UNKNOWN
    assert found(made, "security-tests").expected == ""
    assert made.standing is UNKNOWN


def test_a_rule_that_passed_does_not_outweigh_the_report() -> None:
    """A decision that is milder than the figures, or another one's, makes nothing compliant."""
    worse = with_results(results(TestType.UNIT, CaseStatus.PASSED, CaseStatus.FAILED))
    assert item(known(worse, judge(releasable())), UNIT) is NON
    assert item(known(without_type(TestType.UNIT), judge(releasable())), UNIT) is UNKNOWN


@pytest.mark.parametrize(
    "changed",
    [
        {"state": RuleState.WAIVED, "waiver": "W-1"},
        {"quarantined": ("unit-0",)},
        {"state": RuleState.FAIL, "effect": RuleEffect.WARNS},
        {"state": RuleState.FAIL, "severity": RuleSeverity.INFO, "effect": RuleEffect.NONE},
    ],
)
def test_a_waived_rule_and_a_quarantined_test_do_not_make_it_hold(changed: dict[str, Any]) -> None:
    made = known(complete(), with_rule(judge(complete()), "unit-tests", **changed))
    assert item(made, UNIT) is NON
    assert made.standing is NON


@pytest.mark.parametrize(
    "changed",
    [
        {"state": RuleState.NOT_EVALUATED},
        {"effect": RuleEffect.BLOCKS},
        {"effect": RuleEffect.NEEDS_REVIEW},
    ],
)
def test_a_rule_without_evidence_or_that_contradicts_itself_determines_nothing(
    changed: dict[str, Any],
) -> None:
    for name, key in (("unit-tests", UNIT), ("line-coverage", "code-coverage")):
        made = known(complete(), with_rule(judge(complete()), name, **changed))
        assert item(made, key) is UNKNOWN
        assert made.standing is UNKNOWN


def test_an_exception_that_was_applied_is_an_item_of_its_own() -> None:
    note = WaiverNote(id="W-1", rule="accuracy", standing=ExceptionStanding.APPLIED)
    made = known(complete(), replace(judge(complete()), waivers=(note,)))
    assert item(made, "exceptions") is NON
    assert found(made, "exceptions").found == "1 waiver applied"
    expired = replace(note, standing=ExceptionStanding.EXPIRED)
    idle = known(complete(), replace(judge(complete()), waivers=(expired,)))
    assert item(idle, "exceptions") is COMPLIANT
    milder = replace(judge(complete()), decision_without_waivers=GoNoGoDecision.NO_GO)
    assert item(known(complete(), milder), "exceptions") is NON


def test_every_other_binding_rule_counts_by_what_it_is_about() -> None:
    made = full_checklist(complete(code_coverage=()))
    assert item(made, "code-coverage") is UNKNOWN
    assert found(made, "code-coverage").evidence[0] == Target(Kind.RULE, "line-coverage")
    unheard_of = with_rule(judge(complete()), "line-coverage", check="horoscope", scope=RuleScope())
    assert item(known(complete(), unheard_of), "other-rules") is UNKNOWN


def test_tests_of_each_other_type_are_an_item_with_the_policys_own_bound() -> None:
    policy = parse_policy(
        b"""
version: 1
name: own
rules:
  - {id: speed, check: tests, where: {type: performance}, require: {max_failure_rate: 0.5}}
  - {id: path, check: tests, where: {type: e2e}, require: {failed: 0}}
  - {id: recall, check: eval_metric, where: {metric: grounding_score}, require: {at_least: 0.9}}
""",
        "policy.yaml",
    )
    report = with_results(results(TestType.PERFORMANCE, CaseStatus.PASSED, CaseStatus.FAILED))
    made = known(report, judge(report, policy))
    assert item(made, "other-tests:performance") is COMPLIANT
    assert found(made, "other-tests:performance").found == "1 of 2 not passed"
    assert item(made, "other-tests:e2e") is UNKNOWN
    assert found(made, "eval-metrics").found == "grounding_score 0.95"
    # None of them is taken for one of the five.
    assert [each.expected for each in made.items[:5]] == [""] * 5


def test_a_rule_is_judged_by_what_it_records_and_not_by_its_name() -> None:
    policy = parse_policy(
        b"""
version: 1
name: misleading
rules:
  - {id: unit-tests, check: tests, where: {type: performance}, require: {failed: 0}}
  - {id: critical, check: failure_modes, where: {severity: [minor]}}
  - id: fixed-critical
    check: failure_modes
    where: {severity: [critical], status: [fixed]}
    require: {max_count: 9}
  - {id: accuracy, check: eval_metric, where: {metric: grounding_score}, require: {at_least: 0.1}}
  - {id: known, check: requirement_coverage, require: {max_unknown_ids: 0}}
""",
        "policy.yaml",
    )
    doubtful = complete(requirement_coverage=())
    made = known(doubtful, judge(doubtful, policy))
    assert [each.standing for each in made.items[:5]] == [UNKNOWN] * 5


def test_a_rule_on_unknown_ids_alone_verifies_no_requirement() -> None:
    policy = parse_policy(
        b"version: 1\nname: ids\nrules:\n"
        b"  - {id: ids, check: requirement_coverage, require: {max_unknown_ids: 0}}\n",
        "policy.yaml",
    )
    skipped = replace(complete(), test_results=(results(TestType.UNIT, *[CaseStatus.SKIPPED] * 4),))
    assert item(known(skipped, judge(skipped, policy)), "requirements") is not COMPLIANT
    assert item(known(complete(), judge(complete(), policy)), "requirements") is COMPLIANT


def test_decisions_from_before_scopes_are_read_with_care() -> None:
    """The built-in policy's own rules are told apart as well; what can't be told stands for no item."""
    report = complete()
    old = unscoped(judge(report))
    same = [(each.key, each.standing) for each in known(report, judge(report)).items]
    assert [(each.key, each.standing) for each in known(report, old).items] == same
    vague = with_rule(old, "unit-tests", message="All is well", evidence=())
    assert item(known(report, vague), UNIT) is UNKNOWN
    assert item(known(report, vague), "other-rules") is UNKNOWN
    named = with_rule(old, "accuracy", evidence=(), expected="how accuracy ≥ 0.1")
    assert item(known(report, named), "eval-accuracy") is UNKNOWN


def unscoped(decision: Decision) -> Decision:
    return replace(decision, rules=tuple(replace(each, scope=UNSET) for each in decision.rules))


def test_people_who_have_not_answered_leave_it_undetermined() -> None:
    decision, report = pending(), complete(manual_approval_required=True)
    assert item(checklist(report, decision, stands(), in_force=True), "approvals") is UNKNOWN
    approved = checklist(report, decision, stands(said()), approvals=(said(),), in_force=True)
    assert item(approved, "approvals") is COMPLIANT
    assert Target(Kind.APPROVAL, said().id) in found(approved, "approvals").evidence
    assert item(checklist(report, decision, None, in_force=True), "approvals") is UNKNOWN
    nobody = found(full_checklist(complete()), "approvals")
    assert (nobody.standing, nobody.is_evidence) == (COMPLIANT, False)


def test_a_no_go_says_no_other_number_of_approvals_than_its_policy_asks_for() -> None:
    broken = compared_reports.sample("broken")
    report, decision = broken.report, broken.decision
    assert decision.approval is None
    refused = checklist(report, decision, stands(decision=decision), in_force=True)
    assert found(refused, "approvals").expected == "nobody has to approve"
    assert "NO-GO" in found(refused, "approvals").why
    asked = replace(decision, approval=pending(count=2).approval)
    two = checklist(report, asked, stands(decision=asked), in_force=True)
    assert found(two, "approvals").expected == "2 approvals"


@pytest.mark.parametrize(("in_force", "told"), [(False, "no longer in force"), (None, "can't be told")])
def test_a_policy_that_is_not_known_to_be_in_force_leaves_the_whole_undetermined(
    in_force: bool | None, told: str
) -> None:
    made = checklist(complete(), judge(complete()), GRANTED, in_force=in_force)
    assert made.standing is UNKNOWN
    assert item(made, "policy") is UNKNOWN
    assert told in made.judged_by.sentence


def test_what_is_judged_again_says_which_policy_did_and_what_the_record_says() -> None:
    recorded = replace(judge(complete()), decision=GoNoGoDecision.NO_GO)
    made = checklist(complete(), judge(complete()), GRANTED, in_force=True, recorded=recorded)
    assert made.judged_by.is_again
    assert made.judged_by.sentence.startswith("Judged again by the policy in force: ai-release 1 for staging")
    assert made.judged_by.sentence.endswith("The decision on record stays ■ NO-GO by ai-release 1.")


def test_rules_that_bind_nothing_and_fail_are_told() -> None:
    metrics = {"accuracy": 0.9, "completeness": 1.0, "grounding_score": 0.1}
    worse = complete(eval_iterations=(iteration(1, metrics=metrics),))
    made = full_checklist(worse)
    assert made.remarks == ("1 rule that only warns or informs did not pass: grounding-score.",)


def test_a_no_go_is_never_compliant_whatever_its_rules_say() -> None:
    stopped = GoNoGoDecision.NO_GO
    decision = replace(judge(complete()), decision=stopped, decision_without_waivers=stopped)
    made = checklist(complete(), decision, GRANTED, in_force=True)
    assert made.standing is NON
    assert "The verdict is NO-GO" in made.remarks[0]


@given(dice, st.sampled_from(WORSENINGS), st.booleans())
def test_no_report_with_anything_missing_failed_or_waived_is_compliant(
    roll: Dice, worsen: Any, poorer: bool
) -> None:
    report = worsen(consistent_report(roll), roll) if poorer else consistent_report(roll)
    assume(_is_a_document(report))
    decision = judge(report)
    made = known(report, decision)
    counting = [each for each in decision.rules if each.severity in (RuleSeverity.BLOCK, RuleSeverity.REVIEW)]
    if made.standing is COMPLIANT:
        assert decision.decision is GoNoGoDecision.GO
        assert all(each.state is RuleState.PASS for each in counting)
        assert all(each.found != "no data" for each in made.items)
    for name, state in ((rule.id, rule.state) for rule in counting if rule.state is not RuleState.PASS):
        holding = [each for each in made.items if Target(Kind.RULE, name) in each.evidence]
        assert holding, f"{name} is {state} and stands in no item"
        assert COMPLIANT not in [each.standing for each in holding]


def _is_a_document(report: TestSummaryReport) -> bool:
    """What no file can say is stopped where files are read."""
    try:
        return codec.decode(codec.encode(report), type(report)) is not None
    except DocumentError:
        return False


@given(dice, st.data())
def test_every_single_thing_that_is_taken_away_counts(roll: Dice, data: st.DataObject) -> None:
    """What is compliant in all is no longer, whichever binding rule is made to say something else."""
    decision = judge(complete())
    binding = [each for each in decision.rules if _binds(each)]
    rule = data.draw(st.sampled_from(binding))
    state = data.draw(st.sampled_from([each for each in RuleState if each is not RuleState.PASS]))
    assert known(complete(), decision).standing is COMPLIANT
    assert known(complete(), with_rule(decision, rule.id, state=state)).standing is not COMPLIANT
    assert known(complete(), with_rule(unscoped(decision), rule.id, state=state)).standing is not COMPLIANT


FIVE = (
    EvidenceKind.UNIT_TESTS,
    EvidenceKind.SECURITY_TESTS,
    EvidenceKind.EVAL_ACCURACY,
    EvidenceKind.CRITICAL_FAILURE_MODES,
    EvidenceKind.REQUIREMENTS,
)


def _binds(rule: RuleResult) -> bool:
    return rule.severity in (RuleSeverity.BLOCK, RuleSeverity.REVIEW) or kind_of(rule) in FIVE


@pytest.mark.parametrize("hostile", [shown.HOSTILE])
def test_hostile_rules_make_nothing_compliant(hostile: Any) -> None:
    report, decision = shown.poisoned(hostile)
    made = checklist(report, decision, in_force=True)
    assert made.standing is not COMPLIANT
    assert COMPLIANT not in [each.standing for each in made.items[:5]]
