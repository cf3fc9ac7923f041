"""Controls beside the checklist: evidence for, in part, against and none, both ways; never complied with."""

from __future__ import annotations

from msgspec.structs import replace

from tests.factories import shown_reports as shown
from tests.factories.checked_reports import GRANTED, complete, full_checklist, known
from tests.factories.judged_reports import judge, results, with_results
from tsr_agent.controls.reading import shipped
from tsr_agent.models.results import CaseStatus, TestType
from tsr_agent.sections.checklist import Checklist, Compliance, checklist
from tsr_agent.sections.controls import (
    ControlName,
    ControlRow,
    Support,
    controls_lines,
    controls_of,
    controls_sentence,
    frameworks,
)


def row(made: Checklist, control: str) -> ControlRow:
    return next(
        each for frame in frameworks(made, shipped()) for each in frame.controls if each.id == control
    )


def test_a_control_has_evidence_only_where_all_its_items_bear_it_out() -> None:
    report = complete()
    approved = checklist(report, judge(report), GRANTED, in_force=True)
    assert row(approved, "Art. 9(6)").support is Support.EVIDENCE
    assert row(approved, "Art. 9(6)").items == (
        "unit-tests",
        "security-tests",
        "eval-accuracy",
        "requirements",
    )
    assert row(approved, "Art. 14").support is Support.EVIDENCE
    unsure = checklist(report, judge(report), GRANTED)
    assert row(unsure, "Art. 9(8)").support is Support.PART
    failed = with_results(results(TestType.UNIT, CaseStatus.FAILED))
    assert row(full_checklist(failed), "Art. 9(6)").support is Support.AGAINST


def test_what_no_report_can_hold_is_listed_as_such() -> None:
    found = row(full_checklist(complete()), "Art. 73")
    assert (found.support, found.items) == (Support.NONE, ())
    assert found.why == "A report of a release holds no evidence for it."


def test_where_nobody_had_to_approve_that_is_no_evidence_of_human_oversight() -> None:
    made = full_checklist(complete())
    assert row(made, "Art. 14").support is Support.NONE
    assert row(made, "Art. 14").why == "1 compliant but no evidence, of 1 item of the checklist."
    approvals = next(each for each in made.items if each.key == "approvals")
    assert approvals.standing is Compliance.COMPLIANT
    assert controls_lines(approvals, frameworks(made, shipped()))[0].startswith("No evidence yet for")


def test_the_summary_counts_every_control_once() -> None:
    act = frameworks(full_checklist(complete()), shipped())[0]
    assert act.summary == "5 of 13 controls have evidence in this report, 1 in part, 7 no evidence"
    assert sum(each.support is Support.EVIDENCE for each in act.controls) == 5


def test_items_lead_to_controls_and_controls_to_items() -> None:
    made = full_checklist(complete())
    found = frameworks(made, shipped())
    forth = {(item.key, name) for item in made.items for name in controls_of(item, found)}
    back = {
        (key, ControlName(frame.title, control.id))
        for frame in found
        for control in frame.controls
        for key in control.items
    }
    assert forth == back
    assert controls_lines(made.items[0], found) == (
        "Evidence for Art. 9(6) (EU AI Act).",
        "Evidence for MEASURE 2.5 (NIST AI RMF).",
        "Evidence for A.6.2.4 (ISO/IEC 42001).",
    )


def test_an_item_that_does_not_hold_is_evidence_against() -> None:
    made = full_checklist(with_results(results(TestType.UNIT, CaseStatus.FAILED)))
    found = frameworks(made, shipped())
    assert controls_lines(made.items[0], found)[0] == "Evidence against Art. 9(6) (EU AI Act)."
    bare = replace(made.items[0], standing=Compliance.NOT_DETERMINED)
    assert controls_lines(bare, found)[0].startswith("No evidence yet for Art. 9(6)")
    assert controls_lines(made.items[0], ()) == ()


def test_the_origin_names_edition_day_and_source() -> None:
    act = frameworks(full_checklist(complete()), shipped())[0]
    assert "2026/1744" in act.origin
    assert "Checked 2026-11-22 against" in act.origin
    assert "Verify against the official text" in act.origin


def test_without_a_decision_no_control_has_evidence() -> None:
    for frame in frameworks(checklist(complete(), None), shipped()):
        assert {each.support for each in frame.controls} == {Support.NONE}


def test_a_hostile_report_is_evidence_for_nothing_that_its_items_decide() -> None:
    report, decision = shown.poisoned(shown.HOSTILE)
    made = known(report, decision)
    for frame in frameworks(made, shipped()):
        for control in frame.controls:
            if {"unit-tests", "eval-accuracy", "critical-failure-modes"} & set(control.items):
                assert control.support is not Support.EVIDENCE


def test_one_sentence_has_all_frameworks() -> None:
    made = full_checklist(complete())
    said = controls_sentence(made.items[0], frameworks(made, shipped()))
    assert said == "Evidence for Art. 9(6) (EU AI Act); MEASURE 2.5 (NIST AI RMF); A.6.2.4 (ISO/IEC 42001)."
    assert controls_sentence(made.items[0], ()) == ""
