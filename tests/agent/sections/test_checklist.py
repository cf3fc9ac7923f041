"""The checklist: nothing is compliant that no rule judged, or that the report has no data for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories import shown_reports as shown
from tests.factories.approval_documents import pending, said, stands
from tests.factories.generated_reports import consistent_report, dice
from tests.factories.judged_reports import judge, releasable, results, with_results, without_type
from tsr_agent.gate.approvals import standing
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.sections.checklist import Checklist, Compliance, checklist
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport

COMPLIANT, NON, UNKNOWN = Compliance.COMPLIANT, Compliance.NON_COMPLIANT, Compliance.NOT_DETERMINED
UNIT = "All unit tests pass"
MISSING: tuple[dict[str, Any], ...] = (
    {"test_results": ()},
    {"eval_iterations": ()},
    {"requirement_coverage": ()},
)


def found(report: TestSummaryReport, **options: Any) -> Checklist:
    return checklist(report, judge(report, **options))


def item(made: Checklist, title: str) -> Compliance:
    return next(each.standing for each in made.items if each.title == title)


def test_a_release_that_passes_every_rule_is_compliant_in_all_items() -> None:
    made = found(releasable())
    assert made.standing is COMPLIANT
    assert [each.standing for each in made.items] == [COMPLIANT] * 6
    assert made.summary == "6 compliant"
    assert [each.found for each in made.items[:5]] == [
        "8 passed", "4 passed", "0.9 on 250 cases", "0 unresolved", "4 of 4 requirements verified (100 %)",
    ]  # fmt: skip


def test_each_item_leads_to_its_rule_and_to_the_figure() -> None:
    unit = found(releasable()).items[0]
    assert unit.evidence == (Target(Kind.RULE, "unit-tests"), Target(Kind.TEST_TYPE, "unit"))
    assert unit.expected == "0 failed, 0 errors, at least 1 executed"


@pytest.mark.parametrize("changed", MISSING)
def test_missing_data_is_not_determined_and_never_compliant(changed: dict[str, Any]) -> None:
    made = found(releasable(**changed))
    assert made.standing is not COMPLIANT
    assert UNKNOWN in [each.standing for each in made.items[:5]]
    for each in made.items[:5]:
        assert (each.found == "no data") == (each.standing is UNKNOWN)


def test_without_a_decision_nothing_is_determined() -> None:
    made = checklist(releasable(), None)
    assert made.standing is UNKNOWN
    assert {each.standing for each in made.items} == {UNKNOWN}
    assert {each.why for each in made.items} == {
        "No decision is stored for this report, so no rule was judged."
    }


def test_what_no_rule_looks_at_is_not_determined() -> None:
    decision = judge(releasable())
    bare = replace(decision, rules=tuple(rule for rule in decision.rules if rule.id != "security-tests"))
    made = checklist(releasable(), bare)
    assert item(made, "All security tests pass") is UNKNOWN
    assert made.standing is UNKNOWN


def test_a_rule_that_passed_does_not_outweigh_the_report() -> None:
    """A decision that is milder than the figures, or another one's, makes nothing compliant."""
    worse = with_results(results(TestType.UNIT, CaseStatus.PASSED, CaseStatus.FAILED))
    assert item(checklist(worse, judge(releasable())), UNIT) is NON
    assert item(checklist(without_type(TestType.UNIT), judge(releasable())), UNIT) is UNKNOWN


def test_a_waived_rule_and_a_quarantined_test_do_not_make_it_hold() -> None:
    decision = judge(releasable())

    def with_rule(**changed: Any) -> Checklist:
        rules = tuple(replace(r, **changed) if r.id == "unit-tests" else r for r in decision.rules)
        return checklist(releasable(), replace(decision, rules=rules))

    assert item(with_rule(state=RuleState.WAIVED), UNIT) is NON
    assert item(with_rule(quarantined=("unit-0",)), UNIT) is NON
    assert item(with_rule(state=RuleState.FAIL, effect=RuleEffect.WARNS), UNIT) is NON


def test_every_other_binding_rule_counts_too() -> None:
    report = releasable(code_coverage=())
    made = found(report)
    assert item(made, "Every other binding rule") is UNKNOWN
    assert made.items[5].evidence[0] == Target(Kind.RULE, "line-coverage")


def test_people_who_have_not_answered_leave_it_undetermined() -> None:
    decision, report = pending(), releasable(manual_approval_required=True)
    title = "Approved by those who have to"
    assert item(checklist(report, decision, stands()), title) is UNKNOWN
    assert item(checklist(report, decision, stands(said())), title) is COMPLIANT
    no = standing(decision, (), author="", triggered_by="manual")
    assert item(checklist(report, decision, no), title) is UNKNOWN


@given(dice.map(consistent_report), st.booleans())
def test_it_is_never_compliant_where_the_verdict_is_no_go(report: TestSummaryReport, poorer: bool) -> None:
    judged = replace(report, code_coverage=()) if poorer else report
    decision = judge(judged)
    made = checklist(judged, decision)
    if made.standing is COMPLIANT:
        assert decision.decision is not GoNoGoDecision.NO_GO
    for each in made.items:
        if each.standing is COMPLIANT:
            assert each.found != "no data"


def test_hostile_rules_make_nothing_compliant() -> None:
    report, decision = shown.poisoned(shown.HOSTILE)
    made = checklist(report, decision)
    assert made.standing is not COMPLIANT
    assert COMPLIANT not in [each.standing for each in made.items[:5]]
