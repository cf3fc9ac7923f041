"""What people said, in order, whether it counts, and what is missing."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from tests.factories.approval_documents import (
    DIGEST,
    NOW,
    REJECT,
    pending,
    said,
    stands,
    withdrawn,
)
from tsr_agent.sections.approval_history import ApprovalHistory, approval_history
from tsr_agent.sections.targets import Kind, Target

if TYPE_CHECKING:
    from tsr_agent.models.approval import Approval

TWO = pending(count=2)


def history(*documents: Approval) -> ApprovalHistory:
    return approval_history(TWO, documents, stands(*documents, decision=TWO), UTC)


def test_documents_stand_in_the_order_of_their_moments_with_who_and_when() -> None:
    early = said("ben", approved_at=NOW + timedelta(minutes=5), note="Seen.\nAll of it.")
    made = history(said("ana"), early)
    assert [row.who for row in made.rows] == ["ben", "ana"]
    first = made.rows[0]
    assert (first.role, first.when.utc, first.note) == (
        "release manager", "2026-11-22 12:05:00 UTC", "Seen.\nAll of it.",
    )  # fmt: skip
    assert [row.counts for row in made.rows] == [True, True]
    assert str(made.standing) == "✓ approved"
    assert made.missing == ""


def test_what_does_not_count_says_why_and_what_is_missing_is_said() -> None:
    no = said("carl", REJECT)
    made = history(
        said("ana"),
        said("ben", role="administrator"),
        no,
        withdrawn(no, approved_at=NOW + timedelta(hours=2)),
        said("dora", policy_digest="0" * 64),
        said("nightly build"),
    )
    why = {(row.who, row.action.word): row.why_not for row in made.rows}
    assert why == {
        ("ana", "approved"): "",
        ("ben", "approved"): "Does not count: the role 'administrator' can't approve.",
        ("carl", "rejected"): "Does not count: it was withdrawn.",
        ("carl", "withdrew"): "",
        ("dora", "approved"): "Does not count: it was given under another policy.",
        ("nightly build", "approved"): (
            "Does not count: nightly build triggered the run: somebody else has to approve."
        ),
    }
    assert made.missing == "Still missing: 1 approval of 2."
    assert made.summary == "1 approval of 2 missing · 6 documents on record · 4 without effect"


def test_a_document_says_what_it_is_bound_to() -> None:
    (row,) = history(said("ana", basis_digest="0" * 64)).rows
    assert row.bound[0] == ("report", DIGEST, "the one on record")
    assert row.bound[2] == ("everything that decided", "0" * 64, "not the one on record")
    assert not row.counts


def test_a_withdrawal_leads_to_what_it_withdraws() -> None:
    yes = said("ana")
    rows = history(yes, withdrawn(yes, approved_at=NOW + timedelta(hours=2))).rows
    assert rows[1].withdraws == Target(Kind.APPROVAL, yes.id) == rows[0].target


def test_two_documents_of_one_id_both_do_nothing() -> None:
    rows = history(said("ana", id="same"), said("ben", id="same")).rows
    assert [row.counts for row in rows] == [False, False]


def test_nothing_on_record_says_what_the_policy_asks_for() -> None:
    made = history()
    assert made.rows == ()
    assert made.asked.startswith("The policy asks: 2 different people have to approve")
    assert made.missing == "Still missing: 2 approvals of 2."
    nobody = approval_history(None, (), None)
    assert nobody.standing is None
    assert nobody.asked == "No decision is on record, so nobody can say who has to approve."


def test_without_a_decision_no_approval_counts() -> None:
    (row,) = approval_history(None, (said("ana"),), None).rows
    assert not row.counts
