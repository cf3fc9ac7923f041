"""What approvals make of a decision, and which of them never count."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.approval_documents import (
    APPROVE,
    BOTH,
    DIGEST,
    REJECT,
    REVOKE,
    WAITS,
    pending,
    said,
    stands,
    why_not,
)
from tests.factories.judged_reports import NOW, judge, line_coverage, releasable
from tsr_agent.gate.approvals import ApprovalState, basis_digest
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import BaselineReference, Decision, GoNoGoDecision, PolicyParent

APPROVED, PENDING, REJECTED = ApprovalState.APPROVED, ApprovalState.PENDING, ApprovalState.REJECTED
BLOCKED = judge(releasable(code_coverage=(line_coverage(1, 100),)), report_digest=DIGEST)
GREEN = judge(releasable(), report_digest=DIGEST)


def test_nobody_has_said_anything() -> None:
    found = stands()
    assert (found.state, found.needed, found.missing, found.reason) == (
        PENDING,
        1,
        1,
        "1 approval of 1 missing",
    )


def test_one_approval_of_one() -> None:
    found = stands(said())
    assert (found.state, found.approved_by, found.missing) == (APPROVED, ("ana",), 0)
    assert (found.reason, found.uncounted) == ("Approved by ana", ())


def test_two_of_two_different_people() -> None:
    two = pending(count=2)
    assert stands(said(), decision=two).reason == "1 approval of 2 missing"
    later = said("ben", approved_at=NOW + timedelta(hours=2))
    found = stands(later, said(), decision=two)
    assert (found.state, found.approved_by, found.uncounted) == (APPROVED, ("ana", "ben"), ())
    third = stands(later, said(), said("cy"), decision=two)
    assert (third.state, third.missing) == (APPROVED, 0)


def test_whoever_approved_first_is_named_first() -> None:
    later = said("ana", approved_at=NOW + timedelta(hours=2))
    found = stands(later, said("ben"))
    assert (found.approved_by, found.uncounted) == (("ben", "ana"), ())


@pytest.mark.parametrize("name", ["ana", "ANA", " ana\u200b", "\uff41na", "Ana <ana@example.org>"])
def test_one_person_counts_once_however_the_name_is_written(name: str) -> None:
    found = stands(
        said(), said(name, id="second", approved_at=NOW + timedelta(hours=2)), decision=pending(count=2)
    )
    assert (found.state, found.missing) == (PENDING, 1)
    assert [(each.id, each.reason) for each in found.uncounted] == [
        ("second", "the same person has approved already")
    ]


def test_names_that_a_third_one_ties_together_are_one_person() -> None:
    ties = (said("ben bee"), said("ben@example.org"), said("Ben Bee <ben@example.org>"))
    assert stands(*ties[:2], decision=pending(count=2)).state is APPROVED
    assert stands(*ties, decision=pending(count=2)).state is PENDING
    tie_comes_last = replace(ties[2], approved_at=NOW + timedelta(hours=2))
    assert stands(*ties[:2], tie_comes_last, decision=pending(count=2)).state is PENDING


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"report_digest": "8" * 64}, "it is about another report"),
        ({"report_id": "tsr-2"}, "it is about another report"),
        ({"policy_digest": "0" * 64}, "it was given under another policy"),
        ({"policy_digest": "f" * 64}, "it was given under another policy"),
        ({"environment": "production"}, "it is for environment production"),
        ({"environment": "test"}, "it is for environment test"),
        ({"environment": ""}, "it is for environment (none)"),
        ({"approved_at": NOW - timedelta(microseconds=1)}, "it was given before the decision"),
        ({"role": "developer"}, "the role 'developer' can't approve"),
        ({"role": "tech_lead"}, "the role 'tech_lead' can't approve"),
        ({"role": "Release_Manager"}, "the role 'Release_Manager' can't approve"),
        ({"role": ""}, "the role '' can't approve"),
        ({"approved_by": " \u200b"}, "it names nobody"),
        ({"schema_version": 2}, "it is written in a newer format"),
    ],
)
def test_never_counts(fields: dict[str, Any], reason: str) -> None:
    assert why_not(said(**fields)) == reason


def test_at_the_moment_of_the_decision_counts() -> None:
    assert stands(said(approved_at=NOW)).state is APPROVED


def test_the_roles_are_those_that_the_policy_names() -> None:
    leads = pending(roles=(ApproverRole.TECH_LEAD,))
    assert stands(said(role="tech_lead"), decision=leads).state is APPROVED
    assert why_not(said(), decision=leads) == "the role 'release_manager' can't approve"


@pytest.mark.parametrize("name", ["nightly build", "Nightly\u00a0BUILD", "night\u200bly build"])
def test_whoever_triggered_the_run_does_not_approve(name: str) -> None:
    assert why_not(said(name)) == f"{name} triggered the run: somebody else has to approve"


@pytest.mark.parametrize("name", ["eve", "EVE@example.org", "Eve  Adams", "Eve Adams <else@example.net>"])
def test_the_author_does_not_approve(name: str) -> None:
    decision = pending(distinct_from=BOTH)
    assert "wrote the commit" in why_not(said(name), decision=decision)
    assert stands(said(), decision=decision).state is APPROVED
    assert stands(said(name)).state is APPROVED


@pytest.mark.parametrize("author", ["", " \u200b", "<>"])
def test_without_a_known_author_nobody_can_be_told_from_them(author: str) -> None:
    found = stands(said(), decision=pending(distinct_from=BOTH), author=author)
    assert (found.state, found.missing) == (PENDING, 1)
    assert (
        found.reason == "The report does not say who wrote the commit, so nobody can be told from its author"
    )
    assert found.uncounted[0].reason == found.reason
    assert stands(said(), author=author).state is APPROVED


@pytest.mark.parametrize("triggered_by", ["", "manual", " Manual"])
def test_without_a_known_trigger_nobody_can_be_told_from_them(triggered_by: str) -> None:
    found = stands(said(), triggered_by=triggered_by)
    assert found.state is PENDING
    assert "who triggered the run" in found.reason
    assert stands(said(), decision=pending(distinct_from=()), triggered_by=triggered_by).state is APPROVED


@pytest.mark.parametrize("triggered_by", ["cron", "nightly", "zoe"])
def test_any_name_but_the_one_for_nobody_is_somebodys(triggered_by: str) -> None:
    assert stands(said(), triggered_by=triggered_by).state is APPROVED


def test_a_no_go_is_never_approved() -> None:
    assert BLOCKED.decision is GoNoGoDecision.NO_GO
    found = stands(said(), said("ben"), decision=BLOCKED)
    assert (found.state, found.approved_by) == (ApprovalState.NOT_APPROVABLE, ())
    assert {each.reason for each in found.uncounted} == {"the decision is NO-GO, which nobody can approve"}


def test_a_go_needs_nobody_and_a_rejection_stands_all_the_same() -> None:
    found = stands(decision=GREEN)
    assert (found.state, found.needed, found.missing) == (ApprovalState.NOT_NEEDED, 0, 0)
    assert stands(said("ben", REJECT), said(), decision=GREEN).state is REJECTED


def test_a_go_that_asks_for_people_all_the_same_waits_for_them() -> None:
    """The gate writes no such decision; one that says so is not released without them."""
    for changed in ({"approval": ApprovalTerms()}, {"manual_approval_required": True}):
        found = stands(decision=replace(GREEN, **changed))
        assert (found.state, found.needed, found.missing) == (PENDING, 1, 1)


def test_a_review_that_no_policy_asked_people_for_takes_one_release_manager() -> None:
    by_rule = replace(WAITS, approval=None, manual_approval_required=False)
    assert stands(decision=by_rule).missing == 1
    assert stands(said(), decision=by_rule).state is APPROVED


def test_a_report_that_is_not_yet_written_is_not_approved() -> None:
    unwritten = replace(WAITS, report_digest=None)
    assert why_not(said(), decision=unwritten) == "the decision is about a report that is not yet written"


def test_a_rejection() -> None:
    found = stands(said("ben", REJECT))
    assert (found.state, found.rejected_by, found.reason) == (REJECTED, ("ben",), "Rejected by ben")


def test_people_who_disagree_leave_it_pending() -> None:
    for by in ("ben", "ana"):
        found = stands(said(), said(by, REJECT))
        assert (found.state, found.missing) == (PENDING, 0)
        assert (
            found.reason == f"People disagree: approved by ana and rejected by {by}; one side has to withdraw"
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"policy_digest": "8" * 64},
        {"environment": "production"},
        {"approved_at": NOW - timedelta(days=9)},
        {"role": "tech_lead"},
        {"role": " Tech_Lead\u200b"},
        {"schema_version": 2},
        {"id": "approve-ana"},
        {"approved_by": "eve"},
        {"approved_by": ""},
    ],
)
def test_a_rejection_is_not_shaken_off(fields: dict[str, Any]) -> None:
    rejection = replace(said("ben", REJECT), **fields)
    assert stands(rejection, decision=pending(distinct_from=BOTH)).state is REJECTED
    assert stands(said(), rejection).state is not APPROVED


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"report_digest": "6" * 64}, "it is about another report"),
        ({"report_digest": "8" * 64}, "it is about another report"),
        ({"role": "developer"}, "the role 'developer' can't reject"),
    ],
)
def test_a_rejection_that_is_none(fields: dict[str, Any], reason: str) -> None:
    found = stands(replace(said("ben", REJECT), **fields), said())
    assert (found.state, [each.reason for each in found.uncounted]) == (APPROVED, [reason])


@pytest.mark.parametrize(
    "changed",
    [
        {"waivers_digest": "7" * 64},
        {"quarantine_digest": "7" * 64},
        {"baseline": BaselineReference(report_id="old", digest="7" * 64)},
        {
            "policy": replace(
                WAITS.policy,
                parents=(PolicyParent(source="org.yaml", name="org", version="1", digest="7" * 64),),
            )
        },
    ],
    ids=["waivers", "quarantine", "baseline", "an extended policy"],
)
def test_an_approval_is_of_all_that_the_decision_was_taken_by(changed: dict[str, Any]) -> None:
    other = replace(WAITS, **changed)
    assert "has changed" in why_not(said(), decision=other)
    assert stands(said(basis_digest=basis_digest(other)), decision=other).state is APPROVED


def test_each_part_of_the_basis_has_its_place() -> None:
    """A digest that moves from one part to another makes another basis."""
    moved = [
        replace(WAITS, waivers_digest="7" * 64),
        replace(WAITS, quarantine_digest="7" * 64),
        replace(WAITS, baseline=BaselineReference(report_id="old", digest="7" * 64)),
        replace(WAITS, policy=replace(WAITS.policy, digest="7" * 64)),
    ]
    assert len({basis_digest(each) for each in (WAITS, *moved)}) == 5


@pytest.mark.parametrize("part", ["waivers_digest", "quarantine_digest"])
def test_two_files_of_one_kind_are_two_bases(part: str) -> None:
    digests = ("6" * 64, "7" * 64, None)
    assert len({basis_digest(replace(WAITS, **{part: digest})) for digest in digests}) == 3


def test_anybody_can_work_out_the_basis() -> None:
    parent = PolicyParent(source="org.yaml", name="org", version="1", digest="9" * 64)
    full = replace(
        WAITS, quarantine_digest="6" * 64, policy=replace(WAITS.policy, digest="5" * 64, parents=(parent,))
    )
    lines = f"{'5' * 64}\n{'6' * 64}\n-\n-\n{'9' * 64}\n"
    assert basis_digest(full) == hashlib.sha256(lines.encode()).hexdigest()
    waived = replace(full, quarantine_digest=None, waivers_digest="7" * 64)
    lines = f"{'5' * 64}\n-\n{'7' * 64}\n-\n{'9' * 64}\n"
    assert basis_digest(waived) == hashlib.sha256(lines.encode()).hexdigest()


def test_two_documents_of_one_id() -> None:
    assert why_not(said(), said("ben", id="approve-ana")) == "another document has its id"
    assert stands(said(), said()).state is APPROVED


NAMES = ("ana", "ANA ", "ben", "cy", "eve", "nightly build", "Ben Bee <ben@example.org>", "")
documents = st.builds(
    lambda by, action, about, policy, hours, role, number, revokes, where: said(
        by,
        action,
        id=f"A-{number}",
        report_digest=about,
        policy_digest=policy,
        approved_at=NOW + timedelta(hours=hours),
        role=role,
        revokes=f"A-{revokes}" if action is REVOKE else None,
        environment=where,
    ),
    st.sampled_from(NAMES),
    st.sampled_from(ApprovalAction),
    st.sampled_from((DIGEST, DIGEST, "8" * 64)),
    st.sampled_from((WAITS.policy.digest, WAITS.policy.digest, "8" * 64)),
    st.integers(-1, 3),
    st.sampled_from(("release_manager", "release_manager", "tech_lead", "developer")),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from(("staging", "staging", "production")),
)
many = st.lists(documents, max_size=9)
decisions = st.sampled_from(
    (
        WAITS,
        pending(count=2),
        pending(distinct_from=BOTH, roles=tuple(ApproverRole)),
        pending(distinct_from=()),
        BLOCKED,
        GREEN,
    )
)
RELEASED = (APPROVED, ApprovalState.NOT_NEEDED)


@given(many, decisions, st.randoms(use_true_random=False))
def test_order_free(found: list[Approval], decision: Decision, random: Any) -> None:
    shuffled = [*found, *found[:2]]
    random.shuffle(shuffled)
    assert stands(*shuffled, decision=decision) == stands(*found, decision=decision)


@given(many, decisions, documents)
def test_an_added_rejection_never_helps(found: list[Approval], decision: Decision, one: Approval) -> None:
    rejection = replace(one, action=REJECT, revokes=None)
    before = stands(*found, decision=decision)
    after = stands(*found, rejection, decision=decision)
    if after.state in RELEASED:
        assert before.state in RELEASED
        assert after.missing >= before.missing


@given(many, decisions)
def test_approvals_of_another_report_never_count(found: list[Approval], decision: Decision) -> None:
    elsewhere = [replace(each, report_digest="8" * 64) for each in found]
    without, with_them = stands(decision=decision), stands(*elsewhere, decision=decision)
    assert (with_them.state, with_them.missing, with_them.approved_by, with_them.rejected_by) == (
        without.state,
        without.missing,
        without.approved_by,
        without.rejected_by,
    )
    listed = [each for each in with_them.uncounted if each.action is not REVOKE]
    assert len(listed) == len({each for each in elsewhere if each.action is not REVOKE})


@given(many, decisions)
def test_whoever_is_counted_may_be(found: list[Approval], decision: Decision) -> None:
    after = stands(*found, decision=decision)
    assert (after.state is APPROVED) <= (len(after.approved_by) >= after.needed)
    assert decision is not BLOCKED or after.state is ApprovalState.NOT_APPROVABLE
    terms = decision.approval or ApprovalTerms()
    if DistinctFrom.AUTHOR in terms.distinct_from:
        assert "eve" not in after.approved_by
    uncounted = {each.id for each in after.uncounted}
    for name in after.approved_by:
        assert any(
            each.approved_by == name and each.report_digest == DIGEST and each.action is APPROVE
            for each in found
            if each.id not in uncounted or [other.id for other in found].count(each.id) > 1
        )
