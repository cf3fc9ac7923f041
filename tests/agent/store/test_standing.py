"""Whatever order decisions and approvals arrive in, the list shows the fold over their documents."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from tests.factories.decisions import POLICY, decision_about
from tests.factories.recorded_approvals import LATER, approval_about, waiting
from tests.factories.reports import NOON, manifest, report
from tsr_agent.gate.approvals import ApprovalState, release_verdict, standing
from tsr_agent.models import codec
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.integrity import check
from tsr_agent.store.repository import ReportRepository
from tsr_agent.store.tables import reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.store.engine import Library

GO, NO_GO, PENDING = GoNoGoDecision.GO, GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW
AUTHOR, TRIGGERED_BY = "Eve Adams <eve@example.org>", "cy"
PEOPLE = ("ana", "ben", "cy", "eve@example.org", "Ana ", "")
_numbers = itertools.count()

terms = st.builds(
    ApprovalTerms,
    count=st.integers(1, 2),
    roles=st.sampled_from([(ApproverRole.RELEASE_MANAGER,), tuple(ApproverRole)]),
    distinct_from=st.sampled_from([(), (DistinctFrom.TRIGGERED_BY,), tuple(DistinctFrom)]),
)
decided = st.fixed_dictionaries(
    {
        "decision": st.sampled_from(GoNoGoDecision),
        "policy": st.sampled_from([POLICY, replace(POLICY, digest="cd" * 32)]),
        "approval": terms,
    }
)
said = st.fixed_dictionaries(
    {
        "by": st.sampled_from(PEOPLE),
        "action": st.sampled_from(ApprovalAction),
        "role": st.sampled_from(["release_manager", "tech_lead", "developer"]),
        "after": st.integers(-60, 60).map(lambda minutes: timedelta(minutes=minutes)),
        "environment": st.sampled_from(["staging", "staging", "production"]),
        "about": st.integers(0, 3),
        "revokes": st.integers(0, 5),
    }
)
arrivals = st.lists(st.one_of(decided, said), min_size=1, max_size=8)


class Told:
    """One report of the library, and the documents about it that were filed so far."""

    def __init__(self, library: Library) -> None:
        self.repository, self.approvals = ReportRepository(library), ApprovalRepository(library)
        self.id = f"r-{next(_numbers)}"
        versions = manifest(codebase_author=AUTHOR)
        self.document = codec.encode(report(id=self.id, versions=versions, triggered_by=TRIGGERED_BY))
        self.decisions: list[Decision] = []
        self.said: list[Approval] = []

    def arrive(self, what: dict[str, Any]) -> None:
        """Files one document."""
        if "by" in what:
            self._say(**what)
        else:
            self._decide(**what)

    def _decide(self, *, decision: GoNoGoDecision, policy: Any, approval: ApprovalTerms) -> None:
        make = waiting if decision is PENDING else decision_about
        extra = {"approval": approval} if decision is PENDING else {"decision": decision}
        made = make(self.document, policy=policy, **extra)
        added = self.repository.add(self.document, made, supersede=True, received_at=LATER)
        if added.decision_is_new:
            self.decisions.append(made)

    def _say(self, *, about: int, revokes: int, after: timedelta, **fields: Any) -> None:
        decision = self.decisions[about % len(self.decisions)]
        earlier = self.said[revokes % len(self.said)].id if self.said else "nothing"
        approval = approval_about(
            decision,
            id=f"{self.id}-{len(self.said)}",
            approved_at=NOON + timedelta(minutes=5) + after,
            revokes=earlier if fields["action"] is ApprovalAction.REVOKE else None,
            **fields,
        )
        assert self.approvals.take(codec.encode(approval), received_at=LATER)
        self.said.append(approval)

    def columns(self) -> tuple[Any, ...]:
        """What the list has."""
        names = ("go_no_go_decision", "standing", "approval_state", "approved_by", "approved_at")
        query = select(*(reports.c[each] for each in names)).where(reports.c.id == self.id)
        with self.repository.library.read() as connection:
            return tuple(connection.execute(query).one())

    def folded(self, documents: Sequence[Approval]) -> tuple[Any, ...]:
        """The same, from the documents."""
        newest = self.decisions[-1]
        stands = standing(newest, documents, author=AUTHOR, triggered_by=TRIGGERED_BY)
        approved = stands.state is ApprovalState.APPROVED
        by, at = (", ".join(stands.approved_by), stands.approved_at) if approved else (None, None)
        return newest.decision.value, release_verdict(newest, stands).value, stands.state.value, by, at


def walk(library: Library, order: list[dict[str, Any]]) -> None:
    told = Told(library)
    told.arrive({"decision": PENDING, "policy": POLICY, "approval": ApprovalTerms()})
    for each in order:
        told.arrive(each)
        columns = told.columns()
        assert columns == told.folded(told.said) == told.folded(told.said[::-1])
        assert not (columns[0] == "no_go" and columns[1] != "no_go")
        found = told.approvals.on_record(told.id)
        assert found is not None
        assert (found.decision, found.approvals) == (told.decisions[-1], tuple(told.said))
        assert found.released.value == columns[1]
        row = told.repository.row(told.id)
        assert row is not None
        assert (row.standing.value, row.approval_state.value) == columns[1:3]


few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(few, max_examples=120)


@many
@given(order=arrivals)
def test_the_list_shows_the_fold_in_whatever_order_things_arrive(
    library: Library, order: list[dict[str, Any]]
) -> None:
    walk(library, order)


@few
@given(order=st.permutations(["approve", "reject", "decide"]))
def test_people_who_disagree_leave_it_pending(library: Library, order: list[str]) -> None:
    told = Told(library)
    told.arrive({"decision": PENDING, "policy": POLICY, "approval": ApprovalTerms()})
    about = told.decisions[0]
    for each in order:
        if each == "decide":
            # Taken again by the same policy: the approval is of the same basis and goes on counting.
            again = replace(about, warnings=("slow",))
            told.repository.add(told.document, again, supersede=True, received_at=LATER)
            continue
        action = ApprovalAction(each)
        word = approval_about(about, each, action=action, id=f"{told.id}-{each}")
        told.approvals.take(codec.encode(word), received_at=LATER)
    assert told.columns()[:3] == ("pending_review", "pending_review", "pending")


def test_a_library_in_which_all_that_happened_is_sound(library: Library) -> None:
    for decision in GoNoGoDecision:
        told = Told(library)
        told.arrive({"decision": decision, "policy": POLICY, "approval": ApprovalTerms()})
        for action in ApprovalAction:
            told.arrive(
                {
                    "by": "ana",
                    "action": action,
                    "role": "release_manager",
                    "after": timedelta(),
                    "environment": "staging",
                    "about": 0,
                    "revokes": 0,
                }
            )
    assert check(library).damages == ()
