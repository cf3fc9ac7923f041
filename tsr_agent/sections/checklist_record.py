"""Items of the checklist that are about the decision itself: what was excused, which policy, and people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.gate.approvals import ApprovalState
from tsr_agent.models.decision import ExceptionStanding, RuleState
from tsr_agent.sections.checklist_items import ChecklistItem, Compliance, JudgedBy
from tsr_agent.sections.exceptions import exceptions_summary
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, counted, moment, verdict

if TYPE_CHECKING:
    from datetime import tzinfo

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision

NO_DECISION = "No decision is stored for this report, so no rule was judged."
_MOST = 3
_PEOPLE = {
    ApprovalState.NOT_NEEDED: Compliance.COMPLIANT,
    ApprovalState.APPROVED: Compliance.COMPLIANT,
    ApprovalState.PENDING: Compliance.NOT_DETERMINED,
    ApprovalState.REJECTED: Compliance.NON_COMPLIANT,
    ApprovalState.NOT_APPROVABLE: Compliance.NON_COMPLIANT,
}
_SECTION = Target(Kind.SECTION, "approvals")


def judged_by(
    decision: Decision | None, in_force: bool | None, recorded: Decision | None, zone: tzinfo | None
) -> JudgedBy:
    """Which decision the checklist is judged from, in words.

    Args:
        decision: What it is judged from.
        in_force: Whether its policy is in force for the report; None where that can't be told.
        recorded: The decision on record, where ``decision`` was taken again now; None where it is that one.
        zone: Where the viewer is; None for the zone of this machine.
    """
    if decision is None:
        return JudgedBy(
            policy="",
            digest="",
            environment="",
            when=None,
            is_again=False,
            in_force=None,
            sentence=NO_DECISION,
        )
    when, policy = moment(decision.evaluated_at, zone), _named(decision)
    about = f"{policy} for {one_line(decision.environment, 100)}, {when.local}"
    if recorded is not None:
        stays = f"The decision on record stays {verdict(recorded.decision)} by {_named(recorded)}."
        said = f"Judged again by the policy in force: {about}. {stays}"
    else:
        stands = {
            True: "That policy is in force.",
            False: "That policy is no longer in force: the release has to be decided again.",
            None: "Whether that policy is still in force can't be told here.",
        }[in_force]
        said = f"Judged by {about}. {stands}"
    return JudgedBy(
        policy=policy,
        digest=decision.policy.digest,
        environment=one_line(decision.environment),
        when=when,
        is_again=recorded is not None,
        in_force=in_force,
        sentence=said,
    )


def _named(decision: Decision) -> str:
    return one_line(f"{decision.policy.name} {decision.policy.version}", 200)


def policy_item(decision: Decision | None, by: JudgedBy) -> ChecklistItem:
    """Whether the policy that judged is the one that is in force. Not knowing is not determined."""
    why = {
        True: "That policy is in force for this report.",
        False: "Another policy has taken its place, and this one says nothing about that.",
        None: "Whether it is still in force can't be told here.",
    }[by.in_force]
    return ChecklistItem(
        key="policy",
        kind=EvidenceKind.POLICY,
        standing=Compliance.COMPLIANT if decision and by.in_force else Compliance.NOT_DETERMINED,
        title="Judged by the policy in force",
        expected="the policy in force",
        found=by.policy or NO_DATA,
        why=why if decision is not None else NO_DECISION,
        evidence=(Target(Kind.SECTION, "versions"),),
    )


def exceptions_item(decision: Decision | None) -> ChecklistItem:
    """Whether anything was let go: a waiver or the quarantine makes nothing hold."""
    standing, why, found = Compliance.NOT_DETERMINED, NO_DECISION, NO_DATA
    evidence: tuple[Target, ...] = ()
    if decision is not None:
        waivers = [each for each in decision.waivers if each.standing is ExceptionStanding.APPLIED]
        tests = [each for each in decision.quarantine if each.standing is ExceptionStanding.APPLIED]
        excused = [r for r in decision.rules if r.state is RuleState.WAIVED or r.waiver or r.quarantined]
        differs = decision.decision is not decision.decision_without_waivers
        is_clean = not (waivers or tests or excused or differs)
        standing = Compliance.COMPLIANT if is_clean else Compliance.NON_COMPLIANT
        found = exceptions_summary(decision) or ("none applied" if is_clean else "applied")
        why = "No rule was waived and no test was left out." if is_clean else _excuses(decision)
        evidence = tuple(
            dict.fromkeys(
                (
                    *(Target(Kind.RULE, each.id) for each in excused[:_MOST]),
                    *(Target(Kind.TEST, each.test_id, each.test_type) for each in tests[:_MOST]),
                )
            )
        )
    return ChecklistItem(
        key="exceptions",
        kind=EvidenceKind.EXCEPTIONS,
        standing=standing,
        title="Nothing was excused",
        expected="no waiver and no test in quarantine applied",
        found=found,
        why=why,
        evidence=evidence or (Target(Kind.SECTION, "compliance"),),
    )


def _excuses(decision: Decision) -> str:
    without = verdict(decision.decision_without_waivers)
    if decision.decision is decision.decision_without_waivers:
        return f"Exceptions were applied; without them the verdict would be {without}, too."
    return f"Exceptions were applied; without them the verdict would be {without}."


def approvals_item(
    decision: Decision | None, standing: ApprovalStanding | None, approvals: tuple[Approval, ...] = ()
) -> ChecklistItem:
    """Whether the people who have to have approved. Where nothing is known of any, nothing is determined."""
    found, expected, evidence = (
        NO_DATA,
        "",
        tuple(Target(Kind.APPROVAL, each.id) for each in approvals[-_MOST:]),
    )
    if decision is None:
        state, why = Compliance.NOT_DETERMINED, NO_DECISION
    elif standing is None:
        expected = "an approval" if decision.manual_approval_required else "nobody has to approve"
        state = Compliance.NOT_DETERMINED
        why = "Nothing is known here of what people said about it."
    else:
        state = _PEOPLE[standing.state]
        # About a NO-GO the standing counts an approval as needed, even where the policy asks for none.
        is_asked = (
            standing.state is not ApprovalState.NOT_APPROVABLE
            or decision.approval is not None
            or decision.manual_approval_required
        )
        needed = standing.needed if is_asked else 0
        expected = counted(needed, "approval") if needed else "nobody has to approve"
        found = counted(len(standing.approved_by), "approval")
        why = f"{one_line(standing.reason, 1000).rstrip('.')}."
    return ChecklistItem(
        key="approvals",
        kind=EvidenceKind.APPROVALS,
        standing=state,
        title="Approved by those who have to",
        expected=expected,
        found=found,
        why=why,
        evidence=(*evidence, _SECTION),
        is_evidence=standing is not None and standing.state is not ApprovalState.NOT_NEEDED,
    )
