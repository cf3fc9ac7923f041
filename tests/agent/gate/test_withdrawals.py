"""Which approvals and rejections are withdrawn, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.factories.approval_documents import APPROVE, REJECT, REVOKE, said, stands, why_not, withdrawn
from tests.factories.judged_reports import NOW
from tsr_agent.gate.approvals import ApprovalState

APPROVED, PENDING, REJECTED = ApprovalState.APPROVED, ApprovalState.PENDING, ApprovalState.REJECTED


def test_whoever_approved_can_withdraw() -> None:
    assert why_not(said(), withdrawn(said())) == "it was withdrawn"
    assert stands(said(), withdrawn(said()), said("ben")).approved_by == ("ben",)


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "developer"},
        {"policy_digest": "8" * 64},
        {"approved_at": NOW - timedelta(days=1)},
        {"approved_by": "ANA\u200b"},
        {"schema_version": 2},
    ],
)
def test_in_doubt_an_approval_is_withdrawn_and_a_rejection_is_not(fields: dict[str, Any]) -> None:
    assert stands(said(), withdrawn(said(), **fields)).state is PENDING
    rejection = said("ana", REJECT)
    doubtful = {key: value for key, value in fields.items() if key not in ("policy_digest", "approved_by")}
    if doubtful:
        assert stands(rejection, withdrawn(rejection, **doubtful)).state is REJECTED


def test_what_never_counted_is_not_called_withdrawn() -> None:
    elsewhere = said(report_digest="8" * 64)
    assert why_not(elsewhere, withdrawn(elsewhere)) == "it is about another report"


def test_nobody_withdraws_for_somebody_else() -> None:
    found = stands(said(), withdrawn(said(), by="ben"))
    assert (found.state, found.uncounted[0].reason) == (
        APPROVED,
        "only whoever approved or rejected can withdraw it, and nothing else",
    )
    rejection = said("ana", REJECT)
    for by in ("ben", "Ana <ana@example.org>"):
        assert stands(rejection, withdrawn(rejection, by=by)).state is REJECTED


def test_whoever_rejected_can_withdraw() -> None:
    rejection = said("ben", REJECT)
    taken_back = withdrawn(rejection, approved_at=NOW + timedelta(hours=2))
    assert stands(rejection, taken_back).state is PENDING
    assert stands(said(), rejection, taken_back).state is APPROVED


def test_a_withdrawal_takes_back_the_document_that_it_names_and_no_other() -> None:
    """Somebody who approved three times and withdrew one of them has still approved."""
    approvals = [said(id=f"A-{number}") for number in (1, 2, 3)]
    found = stands(*approvals, withdrawn(approvals[1]))
    assert found.state is APPROVED
    assert [(each.id, each.reason) for each in found.uncounted] == [
        ("A-2", "it was withdrawn"),
        ("A-3", "the same person has approved already"),
    ]
    rejections = [said("ben", REJECT, id=f"R-{number}") for number in (1, 2, 3)]
    for kept in (rejections[:2], rejections[1:]):
        assert stands(*kept, withdrawn(rejections[1])).state is REJECTED
        assert stands(said(), *kept, withdrawn(rejections[1])).state is PENDING


def test_only_a_withdrawal_withdraws() -> None:
    """A document that approves or rejects takes nothing back, though it names another one."""
    twice = stands(said(), said("ana", id="again", revokes="approve-ana"))
    assert (twice.state, [each.reason for each in twice.uncounted]) == (
        APPROVED,
        ["the same person has approved already"],
    )
    rejection = said("ben", REJECT)
    both = stands(rejection, said("ben", approved_at=NOW + timedelta(hours=2), revokes=rejection.id))
    assert (both.state, both.rejected_by) == (PENDING, ("ben",))


def test_a_rejection_whose_id_stands_twice_is_not_taken_back() -> None:
    rejection = said("ben", REJECT, id="R-1")
    twin = said("cy", REJECT, id="R-1", role="developer")
    taken_back = withdrawn(rejection)
    assert stands(rejection, taken_back).state is PENDING
    assert stands(rejection, twin, taken_back).state is REJECTED
    assert stands(rejection, taken_back, replace(taken_back, note="once more")).state is REJECTED
    twice = replace(taken_back, note="once more")
    assert stands(rejection, twin, taken_back, twice).state is REJECTED


@pytest.mark.parametrize(
    ("by", "fields"),
    [
        ("ben", {"report_digest": "6" * 64}),
        ("ben", {"report_digest": "8" * 64}),
        ("ben", {"approved_at": NOW}),
        ("ana", {}),
        ("cy", {}),
    ],
)
def test_a_rejection_that_was_not_taken_back_stands_and_the_attempt_is_listed(
    by: str, fields: dict[str, Any]
) -> None:
    rejection = said("ben", REJECT)
    found = stands(rejection, withdrawn(rejection, by=by, **fields))
    assert found.state is REJECTED
    assert [(each.action, each.reason) for each in found.uncounted] == [
        (REVOKE, "only whoever approved or rejected can withdraw it, and nothing else")
    ]


def test_nobody_takes_back_what_nobody_signed() -> None:
    rejection = said("", REJECT)
    assert stands(rejection, withdrawn(rejection)).state is REJECTED


def test_a_withdrawal_that_does_something_is_not_listed_as_doing_nothing() -> None:
    assert [each.action for each in stands(said(), withdrawn(said())).uncounted] == [APPROVE]
    rejection = said("ben", REJECT)
    at_once = withdrawn(rejection, approved_at=rejection.approved_at)
    assert [each.action for each in stands(rejection, at_once).uncounted] == [REJECT]


def test_a_withdrawal_of_a_withdrawal_is_listed() -> None:
    first = withdrawn(said())
    listed = {each.id: each.reason for each in stands(said(), first, withdrawn(first, id="again")).uncounted}
    assert listed["again"] == "only whoever approved or rejected can withdraw it, and nothing else"


def test_a_withdrawal_is_not_withdrawn() -> None:
    first = withdrawn(said())
    second = withdrawn(first, id="again")
    assert stands(said(), first, second).state is PENDING


def test_a_withdrawal_of_nothing() -> None:
    found = stands(said("ana", REVOKE, revokes="gone"), said("ben", REVOKE))
    assert [each.reason for each in found.uncounted] == ["there is nothing of the id that it withdraws"] * 2
