"""What approvals make of a decision: a pure fold over documents that are only ever added.

Whatever is doubtful does not release: an approval that is not about these very bytes, this policy and
this environment does not count, and a rejection stands until the one who made it withdraws it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tsr_agent.gate.identity import identity_key, names_somebody, same_person
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.wording import counted, listed, plain
from tsr_agent.models.approval import Approval, ApprovalAction, ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.base import SCHEMA_VERSION, Record, UtcTime
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.models.report import NOBODY_NAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from tsr_agent.models.decision import Decision

_ALL_NAMES = 1_000


class ApprovalState(Enum):
    """Where a release stands with the people who decide about it."""

    NOT_NEEDED = "not_needed"
    PENDING = "pending"
    """Not enough people have approved yet, it can't be told whether they may, or they disagree."""
    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_APPROVABLE = "not_approvable"
    """The decision is NO-GO. What blocks is mended, or waived by its own rules; nobody approves it away."""


class UncountedApproval(Record, frozen=True, kw_only=True):
    """A document that does nothing, and why."""

    id: str
    action: ApprovalAction
    approved_by: str
    reason: str


class ApprovalStanding(Record, frozen=True, kw_only=True):
    """What all approval documents together say about one decision."""

    state: ApprovalState
    needed: int
    """How many different people must approve; 0 where nobody has to."""
    missing: int
    """How many of them are missing."""
    approved_by: tuple[str, ...] = ()
    """People whose approval counts, one name each, the first to approve first."""
    approved_at: UtcTime | None = None
    """When the last of them approved; None without any."""
    rejected_by: tuple[str, ...] = ()
    reason: str
    """One sentence without its full stop."""
    uncounted: tuple[UncountedApproval, ...] = ()
    """In the order of their moments."""


def basis_digest(decision: Decision) -> str:
    """Stands for everything that a decision was taken by, the report apart.

    The policy's own digest says nothing of the policies that it extends, of the quarantine that it names, of
    the waivers and of the baseline. An approval is of what all of them made of the report.

    Returns:
        SHA-256 over their digests, each on a line of its own, ``-`` where there is none.
    """
    from tsr_agent.models.codec import digest

    policy, baseline = decision.policy, decision.baseline
    parts = [
        policy.digest,
        decision.quarantine_digest or "-",
        decision.waivers_digest or "-",
        baseline.digest if baseline is not None else "-",
        *(parent.digest for parent in policy.parents),
    ]
    return digest("".join(f"{part}\n" for part in parts).encode())


def standing(
    decision: Decision, approvals: Iterable[Approval], *, author: str, triggered_by: str
) -> ApprovalStanding:
    """Folds approval documents, in whatever order they come, into where a decision stands.

    Pure; never raises for documents that came through the codec.

    Args:
        decision: The verdict that people were asked about.
        approvals: All documents at hand; those about other reports are listed as not counting.
        author: Who wrote the judged commit, ``codebase_author`` of the report; empty where not known.
        triggered_by: Who started the run, as the report says.
    """
    documents = sorted(set(approvals), key=_order)
    fold = _Fold(decision, documents, author=author, triggered_by=triggered_by)
    rejections = [each for each in documents if fold.rejects(each)]
    approving = [each for each in documents if fold.approves(each)]
    people = _different_people([each.approved_by for each in approving])
    first = {name: each for each in reversed(approving) for name in people if each.approved_by == name}
    for each in approving:
        if first.get(each.approved_by) is not each:
            fold.uncounted[each] = "the same person has approved already"
    rejected_by = tuple(dict.fromkeys(plain(each.approved_by) for each in rejections))
    moment = max((each.approved_at for each in first.values()), default=None)
    return _verdict(fold, people, moment, rejected_by)


def release_verdict(decision: Decision, stands: ApprovalStanding) -> GoNoGoDecision:
    """The verdict with approvals weighed in. Whatever is neither released nor refused waits.

    Args:
        decision: The verdict that people were asked about.
        stands: What the fold over all documents made of it.
    """
    refused = (ApprovalState.REJECTED, ApprovalState.NOT_APPROVABLE)
    if decision.decision is GoNoGoDecision.NO_GO or stands.state in refused:
        return GoNoGoDecision.NO_GO
    if stands.state in (ApprovalState.NOT_NEEDED, ApprovalState.APPROVED):
        return GoNoGoDecision.GO
    return GoNoGoDecision.PENDING_REVIEW


def _order(document: Approval) -> tuple[str, ...]:
    """By moment; documents of one moment always in the same order."""
    return (_moment(document.approved_at), document.id, document.action.value, repr(document))


def _moment(moment: datetime) -> str:
    from datetime import UTC

    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class _Fold:
    """The documents held against the decision, with the reason for each that does not count."""

    def __init__(
        self, decision: Decision, documents: Sequence[Approval], *, author: str, triggered_by: str
    ) -> None:
        self.decision = decision
        self.terms = decision.approval or ApprovalTerms()
        self.uncounted: dict[Approval, str] = {}
        self.documents = documents
        self._ids = [each.id for each in documents]
        self._not_by = {DistinctFrom.AUTHOR: author, DistinctFrom.TRIGGERED_BY: triggered_by}

    def unknown(self) -> str:
        """Whose name is missing without which nobody's approval can be told from their own."""
        author = self._not_by[DistinctFrom.AUTHOR]
        if DistinctFrom.AUTHOR in self.terms.distinct_from and not names_somebody(author):
            return "The report does not say who wrote the commit, so nobody can be told from its author"
        by = self._not_by[DistinctFrom.TRIGGERED_BY]
        nobody = not names_somebody(by) or identity_key(by) == NOBODY_NAMED
        if DistinctFrom.TRIGGERED_BY in self.terms.distinct_from and nobody:
            return "The report does not say who triggered the run, so nobody can be told from them"
        return ""

    def approves(self, document: Approval) -> bool:
        """Whether a document is an approval that counts; a second one of a person is still among them."""
        if document.action is not ApprovalAction.APPROVE:
            return False
        why_not = self._not_about_this(document) or self._may_not_approve(document)
        if not why_not and any(self._withdraws(each, document) for each in self.documents):
            why_not = "it was withdrawn"
        if why_not:
            self.uncounted[document] = why_not
        return not why_not

    def rejects(self, document: Approval) -> bool:
        """Whether a document is a rejection that stands.

        It stands under every policy and in every environment, whenever it was written: whoever
        decides anew or asks for another place does not get rid of it.
        """
        if document.action is ApprovalAction.REVOKE:
            self._weigh(document)
        if document.action is not ApprovalAction.REJECT:
            return False
        why_not = ""
        if document.report_digest != self.decision.report_digest:
            why_not = "it is about another report"
        elif not _may_reject(document):
            why_not = f"the role {plain(document.role)!r} can't reject"
        elif any(self._takes_back(each, document) for each in self.documents):
            why_not = "it was withdrawn"
        if why_not:
            self.uncounted[document] = why_not
        return not why_not

    def _not_about_this(self, document: Approval) -> str:
        decision = self.decision
        report = (document.report_digest, document.report_id)
        elsewhere = environment_key(document.environment) != environment_key(decision.environment)
        objections = (
            (decision.decision is GoNoGoDecision.NO_GO, "the decision is NO-GO, which nobody can approve"),
            (decision.report_digest is None, "the decision is about a report that is not yet written"),
            (report != (decision.report_digest, decision.report_id), "it is about another report"),
            (document.policy_digest != decision.policy.digest, "it was given under another policy"),
            (
                document.basis_digest != basis_digest(decision),
                "what decided has changed: an extended policy, an exception or the baseline",
            ),
            (elsewhere, f"it is for environment {plain(document.environment) or '(none)'}"),
            (document.approved_at < decision.evaluated_at, "it was given before the decision"),
        )
        return next((why for holds, why in objections if holds), "")

    def _may_not_approve(self, document: Approval) -> str:
        if document.schema_version > SCHEMA_VERSION:
            return "it is written in a newer format"
        if self._ids.count(document.id) > 1:
            return "another document has its id"
        if not names_somebody(document.approved_by):
            return "it names nobody"
        if document.role not in {each.value for each in self.terms.roles}:
            return f"the role {plain(document.role)!r} can't approve"
        return self.unknown() or self._own_release(document.approved_by)

    def _own_release(self, name: str) -> str:
        own = {DistinctFrom.AUTHOR: "wrote the commit", DistinctFrom.TRIGGERED_BY: "triggered the run"}
        for each in self.terms.distinct_from:
            if same_person(name, self._not_by[each]):
                return f"{plain(name)} {own[each]}: somebody else has to approve"
        return ""

    def _withdraws(self, document: Approval, approval: Approval) -> bool:
        """Whether a document withdraws an approval; in doubt it does."""
        refers = document.action is ApprovalAction.REVOKE and document.revokes == approval.id
        return refers and same_person(document.approved_by, approval.approved_by)

    def _takes_back(self, document: Approval, rejection: Approval) -> bool:
        """Whether a document withdraws a rejection; in doubt it does not."""
        return (
            document.action is ApprovalAction.REVOKE
            and document.revokes == rejection.id
            and self._ids.count(rejection.id) == self._ids.count(document.id) == 1
            and document.schema_version <= SCHEMA_VERSION
            and document.report_digest == rejection.report_digest
            and document.approved_at >= rejection.approved_at
            and _may_reject(document)
            and names_somebody(document.approved_by)
            and identity_key(document.approved_by) == identity_key(rejection.approved_by)
        )

    def _weigh(self, document: Approval) -> None:
        """Lists a withdrawal that withdraws nothing."""
        meant = [each for each in self.documents if each.id == document.revokes]
        if not meant:
            self.uncounted[document] = "there is nothing of the id that it withdraws"
        elif not any(
            (each.action is ApprovalAction.APPROVE and self._withdraws(document, each))
            or (each.action is ApprovalAction.REJECT and self._takes_back(document, each))
            for each in meant
        ):
            self.uncounted[document] = "only whoever approved or rejected can withdraw it, and nothing else"


def _may_reject(document: Approval) -> bool:
    """Every role that any policy may let approve can reject, whichever this policy names."""
    return identity_key(document.role) in {each.value for each in ApproverRole}


def _different_people(names: Sequence[str]) -> tuple[str, ...]:
    """The first name of each person. Two names that a third one ties together are one person."""
    people: list[list[str]] = []
    for name in names:
        same = [each for each in people if any(same_person(name, other) for other in each)]
        people = [each for each in people if each not in same]
        people.append([*(other for each in same for other in each), name])
    firsts = {min(each, key=names.index) for each in people}
    return tuple(name for name in dict.fromkeys(names) if name in firsts)


def _verdict(
    fold: _Fold, people: tuple[str, ...], approved_at: datetime | None, rejected_by: tuple[str, ...]
) -> ApprovalStanding:
    decision = fold.decision
    approved_by = tuple(plain(name) for name in people)
    state, reason = ApprovalState.APPROVED, f"Approved by {listed(approved_by, _ALL_NAMES)}"
    asked = decision.decision is not GoNoGoDecision.GO or decision.approval is not None
    asked = asked or decision.manual_approval_required
    missing = max(0, fold.terms.count - len(people)) if asked else 0
    if decision.decision is GoNoGoDecision.NO_GO:
        state, reason = ApprovalState.NOT_APPROVABLE, "The decision is NO-GO, which nobody can approve"
    elif rejected_by and not (asked and people):
        state, reason = ApprovalState.REJECTED, f"Rejected by {listed(rejected_by, _ALL_NAMES)}"
    elif rejected_by:
        both = f"approved by {listed(approved_by)} and rejected by {listed(rejected_by)}"
        state, reason = ApprovalState.PENDING, f"People disagree: {both}; one side has to withdraw"
    elif not asked:
        state, reason = ApprovalState.NOT_NEEDED, "Nobody has to approve"
    elif missing:
        state = ApprovalState.PENDING
        reason = fold.unknown() or f"{counted(missing, 'approval')} of {fold.terms.count} missing"
    return ApprovalStanding(
        state=state,
        needed=fold.terms.count if asked else 0,
        missing=missing,
        approved_by=approved_by,
        approved_at=approved_at,
        rejected_by=rejected_by,
        reason=reason,
        uncounted=tuple(
            UncountedApproval(
                id=plain(each.id),
                action=each.action,
                approved_by=plain(each.approved_by),
                reason=fold.uncounted[each],
            )
            for each in fold.documents
            if each in fold.uncounted
        ),
    )
