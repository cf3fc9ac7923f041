"""What may be said about a release before it is: held against the fold that judges it afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.approval_documents import APPROVE, DIGEST, REJECT, REVOKE, pending, said, stands
from tests.factories.judged_reports import NOW
from tsr_agent.gate.approvals import ApprovalState, release_verdict
from tsr_agent.gate.saying import Objection, ObjectionKind, Release, document, foreseen, objection, own_word
from tsr_agent.models.decision import Decision, GoNoGoDecision

if TYPE_CHECKING:
    from tsr_agent.models.approval import Approval, ApprovalAction

LATER = NOW + timedelta(hours=2)
TWO = pending(count=2)


def release(*approvals: Approval, decision: Decision = TWO) -> Release:
    return Release(
        report_id=decision.report_id,
        report_digest=DIGEST,
        decision=decision,
        approvals=approvals,
        standing=stands(*approvals, decision=decision),
        author="Eve Adams <eve@example.org>",
        triggered_by="nightly build",
    )


def would(
    on_record: Release,
    action: ApprovalAction,
    by: str = "ben",
    role: str = "release_manager",
    revokes: str | None = None,
) -> tuple[Approval, Objection | None]:
    decision = on_record.decision
    assert decision is not None
    made = document(
        on_record, decision, action, document_id="new", by=by, role=role, at=LATER, revokes=revokes
    )
    return made, objection(on_record, decision, made, in_force=True)


def test_it_is_told_what_an_approval_comes_to_before_it_is_given() -> None:
    on_record = release(said())
    made, found = would(on_record, APPROVE)
    assert found is None
    after = foreseen(on_record, TWO, made)
    assert (after.verdict, after.standing.state) == (GoNoGoDecision.GO, ApprovalState.APPROVED)
    first, _ = would(release(), APPROVE)
    assert foreseen(release(), TWO, first).standing.missing == 1


@pytest.mark.parametrize(
    ("by", "role", "kind", "words"),
    [
        ("ana", "release_manager", ObjectionKind.CONFLICT, "the same person has approved already"),
        ("nightly build", "release_manager", ObjectionKind.NOT_ALLOWED, "triggered the run"),
        ("ben", "viewer", ObjectionKind.NOT_ALLOWED, "can't approve"),
        ("\u200b", "release_manager", ObjectionKind.NOT_ALLOWED, "names nobody"),
    ],
)
def test_whoever_may_not_approve_is_told_by_the_folds_own_words(
    by: str, role: str, kind: ObjectionKind, words: str
) -> None:
    _, found = would(release(said()), APPROVE, by, role)
    assert found is not None
    assert found.kind is kind
    assert words in found.why.lower() or words in found.why


def test_a_policy_that_is_no_longer_in_force_lets_nobody_approve() -> None:
    on_record = release()
    made, _ = would(on_record, APPROVE)
    found = objection(on_record, TWO, made, in_force=False)
    assert found is not None
    assert found.kind is ObjectionKind.STALE
    rejecting, _ = would(on_record, REJECT)
    assert objection(on_record, TWO, rejecting, in_force=False) is None


def test_ones_own_word_is_what_one_can_withdraw() -> None:
    approval, rejection = said(), said("ana", REJECT)
    on_record = release(approval, rejection, said("ben"))

    def own(by: str, among: Release = on_record) -> tuple[Approval, ...]:
        return own_word(among, TWO, by=by, role="release_manager", at=LATER)

    assert own("ana") == (approval, rejection)
    assert own("cy") == ()
    gone = said("ana", REVOKE, revokes=approval.id, approved_at=LATER)
    assert own("ana", release(approval, rejection, gone)) == (rejection,)


PEOPLE = st.sampled_from(["ana", "Ana <ana@example.org>", "ben", "nightly build", "\u200b"])
ACTIONS = st.sampled_from([APPROVE, REJECT, REVOKE])
ROLES = st.sampled_from(["release_manager", "tech_lead", "viewer"])


@given(st.lists(st.tuples(ACTIONS, PEOPLE), max_size=5), ACTIONS, PEOPLE, ROLES)
def test_what_nobody_objects_to_counts_and_what_is_objected_to_releases_nothing(
    before: list[tuple[ApprovalAction, str]], action: ApprovalAction, by: str, role: str
) -> None:
    given_before: list[Approval] = []
    for place, (each, who) in enumerate(before):
        revokes = given_before[-1].id if each is REVOKE and given_before else None
        given_before.append(
            said(who, each, id=f"d{place}", revokes=revokes, approved_at=NOW + timedelta(minutes=place))
        )
    on_record = release(*given_before)
    revokes = given_before[-1].id if action is REVOKE and given_before else None
    made, found = would(on_record, action, by, role, revokes)
    after = foreseen(on_record, TWO, made)
    idle = {each.id for each in after.standing.uncounted}
    if found is None:
        assert "new" not in idle
    if found is not None and action is not REVOKE:
        # Sent all the same, it would not turn what is not released into a GO.
        was = release_verdict(TWO, stands(*given_before, decision=TWO))
        assert after.verdict is not GoNoGoDecision.GO or was is GoNoGoDecision.GO
