"""What is said of what was said here, and why one may not say something."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace as changed

from aitr_desktop.item_models.approval_offer import offer
from aitr_desktop.item_models.approval_words import changes, remark, why_not
from aitr_desktop.item_models.report_detail import ReportDetail, report_detail
from aitr_desktop.item_models.section_tables.approvals import said_here_table
from aitr_desktop.item_models.tree_model import TreeModel
from aitr_desktop.library.approving import SaidHere, Whereabouts, not_on_record
from aitr_desktop.library.people import Person
from aitr_desktop.library.workspace import OpenedReport
from tests.factories import shown_reports as reports
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.recorded_approvals import approval_about
from tsr_agent.gate.approvals import standing
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from pytestqt.modeltest import ModelTester

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DIGEST = "5" * 64
RITA = Person(subject="Rita", role="release_manager", expires_at=NOW + timedelta(days=9), asked_at=NOW)
WAITS = SaidHere(
    where=Whereabouts.WAITS,
    id="one",
    action=ApprovalAction.APPROVE,
    report_id="TSR",
    by="Rita",
    note="looked at all of it",
    since=NOW,
    name="file.entry",
)
APPROVE, REJECT, REVOKE = ApprovalAction


def decided(verdict: GoNoGoDecision = GoNoGoDecision.PENDING_REVIEW, **terms: object) -> Decision:
    return changed(
        reports.decision(verdict),
        report_digest=DIGEST,
        approval=ApprovalTerms(**terms),  # type: ignore[arg-type]
        manual_approval_required=True,
    )


def detail(
    *approvals: Approval, decision: Decision | None = None, said: tuple[SaidHere, ...] = (), **opened: object
) -> ReportDetail:
    report = reports.report(triggered_by="Dana")
    decision = decision or decided()
    stands = standing(decision, approvals, author="", triggered_by="Dana")
    values = {
        "report": report,
        "decision": decision,
        "digest": DIGEST,
        "standing": stands,
        "approvals": approvals,
        "decision_digest": "d" * 64,
    } | opened
    return report_detail(OpenedReport(**values), said)  # type: ignore[arg-type]


def about(decision: Decision, by: str, action: ApprovalAction = APPROVE, **fields: object) -> Approval:
    return approval_about(decision, by, action=action, approved_at=NOW, **fields)


def why(shown: ReportDetail | None, action: ApprovalAction = APPROVE, person: Person | None = RITA) -> str:
    return why_not(action, shown, person, NOW)


def test_each_reason_says_what_is_in_the_way() -> None:
    assert why(None) == "No report is on screen."
    assert why(detail(), person=None).startswith("Connect to a server first")
    nobody_judged = detail(decision=None, standing=None)
    nothing = replace(nobody_judged, release=replace(nobody_judged.release, decision=None))
    assert "Nothing has been decided" in why(nothing)
    assert why(detail()) == ""
    assert why(detail(), REJECT) == ""
    viewer = replace(RITA, role="viewer")
    assert why(detail(), person=viewer) == (
        "Your role, viewer, can't approve here: it takes a release manager or tech lead."
    )
    assert "can't reject" in why(detail(), REJECT, viewer)
    leads = decided(roles=(ApproverRole.TECH_LEAD,))
    assert "it takes a tech lead." in why(detail(decision=leads))
    assert why(detail(decision=leads), REJECT) == ""
    assert "NO-GO, which nobody can approve" in why(detail(decision=decided(GoNoGoDecision.NO_GO)))
    own = replace(RITA, subject="Dana")
    assert "Dana triggered the run: somebody else has to approve" in why(detail(), person=own)
    by_author = decided(distinct_from=(DistinctFrom.AUTHOR,))
    assert "does not say who wrote the commit" in why(detail(decision=by_author))
    assert "Another policy is in force" in why(detail(policy_in_force=False))
    assert "is not on record here yet" in why(detail(said=(WAITS,)))
    assert "is not on record here yet" in why(detail(said=(WAITS,)), REJECT)


def test_what_waits_can_be_withdrawn_even_without_a_server() -> None:
    assert why(detail(said=(WAITS,)), REVOKE, None) == ""
    recorded = replace(WAITS, where=Whereabouts.RECORDED)
    assert why(detail(said=(recorded,)), REVOKE, None) != ""
    mine = about(decided(), "Rita")
    assert why(detail(mine), REVOKE) == ""
    assert "Nothing that you said" in why(detail(about(decided(), "Sam")), REVOKE)


def test_what_came_in_meanwhile_is_named() -> None:
    decision = decided()
    before = detail(decision=decision)
    after = detail(about(decision, "Max", REJECT), decision=decision)
    assert changes(before, after) == "Max rejected it."
    again = replace(after, decision_digest="e" * 64, policy_in_force=False)
    assert "It was decided again, by" in changes(before, again)
    assert "no longer in force" in changes(before, again)
    assert changes(before, before) == ""


def test_what_is_not_on_record_never_sounds_like_a_verdict() -> None:
    for where in Whereabouts:
        for action in ApprovalAction:
            said = remark(replace(WAITS, where=where, action=action, outcome="why", next_step="do this"))
            assert said.tone in {Tone.PENDING, Tone.NO_GO}
            assert "GO" not in said.text
            assert said.text[0] in "▲✕"
            assert "count" in said.text


def test_what_the_library_has_a_document_of_waits_no_more() -> None:
    mine = about(decided(), "Rita", id="one")
    assert not_on_record([WAITS], [mine]) == ()
    assert not_on_record([WAITS], [about(decided(), "Rita", id="two")]) == (WAITS,)


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_words_are_text_and_bounded(text: str) -> None:
    said = replace(WAITS, by=text, note=text, outcome=text, next_step=text, server=text)
    shown = [remark(replace(said, where=where)).text for where in Whereabouts]
    shown.append(why(detail(), person=replace(RITA, subject=text or "x", role=text)))
    for line in shown:
        assert len(line) < 3_000
        assert not set("\u202e\u2066\x1b\x00\u2028\n\r") & set(line)


def test_the_table_of_what_waits_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    table = said_here_table([replace(WAITS, where=where, outcome="why") for where in Whereabouts])
    model = TreeModel(table)
    qtmodeltester.check(model)
    assert [node.cells[-1].text for node in table.nodes] == ["– does not"] * 3


def test_everybody_who_said_something_stands_in_the_dialog() -> None:
    decision = decided(count=2)
    shown = detail(about(decision, "Max", note="seen"), about(decision, "Dana"), decision=decision)
    made = offer(shown, RITA, APPROVE, server="https://aitr.example", document_id="x" * 8, now=NOW)
    said = next(facts for facts in made.facts if facts.title.startswith("People said"))
    assert said.title == "People said (2)"
    assert any("✓ approved Max (release manager)" in line and "seen" in line for line in said.lines)
    assert any("Dana" in line and "Does not count" in line for line in said.lines)
    assert made.comes_to == "2 of 2 approvals; then ● GO."
    assert made.word.seen == frozenset(each.id for each in shown.release.approvals)  # type: ignore[union-attr]
