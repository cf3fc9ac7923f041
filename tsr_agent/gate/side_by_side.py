"""Two reports held against each other: by the decisions on record, or by one policy for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from tsr_agent.comparison.approvals import ApprovalsOnRecord
    from tsr_agent.comparison.policies import PolicyChanges
    from tsr_agent.comparison.report import Comparison, JudgedDocument
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport


class OnRecord(Protocol):
    """A report with what was decided and said about it."""

    @property
    def report(self) -> TestSummaryReport:
        """What was read from verified bytes."""

    @property
    def digest(self) -> str:
        """SHA-256 of those bytes."""

    @property
    def decision(self) -> Decision | None:
        """The one on record; None where there is none."""

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Every document about the report."""

    @property
    def standing(self) -> ApprovalStanding | None:
        """What those come to; None where there is no decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """Two reports that were held against each other."""

    found: Comparison
    left: JudgedDocument
    right: JudgedDocument
    left_out: tuple[str, ...] = ()
    """Ids of rules that were not judged, because they look at a baseline."""
    on_trial: bool = False
    """Whether both were judged here, by the built-in policy, because one of them never was."""


def side_by_side(
    left: OnRecord,
    right: OnRecord,
    now: datetime,
    policies: Callable[[Decision, Decision], PolicyChanges | None] | None = None,
) -> SideBySide:
    """What changed from one report to another, by the decisions on record with what people said.

    So no verdict stands in a comparison that a list does not show. Where one of the reports has no
    decision, both are judged by the built-in policy.

    Args:
        left: A.
        right: B.
        now: When they are judged, where they have to be.
        policies: Says how the policies of two decisions differ, from their texts on record.
    """
    from tsr_agent.comparison.report import compare
    from tsr_agent.gate.policies.builtin import ai_release

    policy = ai_release()
    one, other = _on_record(left), _on_record(right)
    if one is not None and other is not None:
        digests = {one.decision.policy.digest, other.decision.policy.digest}
        known = scopes(policy) if digests == {policy.digest} else {}
        difference = policies(one.decision, other.decision) if policies is not None else None
        return SideBySide(found=compare(one, other, known, difference), left=one, right=other)
    smaller, left_out = without_baseline_rules(policy)
    one, other = _judged(left, smaller, now), _judged(right, smaller, now)
    found = compare(one, other, scopes(smaller))
    return SideBySide(found=found, left=one, right=other, left_out=left_out, on_trial=True)


def _on_record(side: OnRecord) -> JudgedDocument | None:
    from tsr_agent.comparison.report import JudgedDocument

    decision, stands = side.decision, side.standing
    if decision is None:
        return None
    return JudgedDocument(
        report=side.report,
        digest=side.digest,
        decision=decision,
        approvals=None if stands is None else approvals_on_record(decision, side.approvals, stands),
    )


def _judged(side: OnRecord, policy: Policy, now: datetime) -> JudgedDocument:
    from tsr_agent.comparison.report import JudgedDocument
    from tsr_agent.gate.evaluate import evaluate

    decision = evaluate(side.report, policy, None, None, now, report_digest=side.digest)
    return JudgedDocument(report=side.report, digest=side.digest, decision=decision)


def without_baseline_rules(policy: Policy) -> tuple[Policy, tuple[str, ...]]:
    """The policy without the rules that look at a baseline, and their ids.

    Each of the two reports would need a baseline of its own; without one they would all be missing
    evidence, and the verdicts would be about that.
    """
    left_out = tuple(rule.id for rule in policy.rules if rule.compares())
    if not policy.compares:
        return policy, left_out
    import msgspec

    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if not rule.compares())

    environments = {name: kept(rules) for name, rules in policy.environment_rules.items()}
    smaller = msgspec.structs.replace(policy, rules=kept(policy.rules), environment_rules=environments)
    return smaller, left_out


def scopes(policy: Policy) -> Mapping[str, Mapping[str, Any]]:
    """By rule id what the rule looks at, as plain data."""
    import msgspec

    found = {}
    for rule in policy.rules:
        where = getattr(rule, "where", None)
        found[rule.id] = msgspec.to_builtins(where) if isinstance(where, msgspec.Struct) else {}
    return found


def approvals_on_record(
    decision: Decision, approvals: Iterable[Approval], stands: ApprovalStanding
) -> ApprovalsOnRecord:
    """What people have said about a decision, with why any of it does nothing.

    Args:
        decision: The one on record.
        approvals: Every document about the report.
        stands: The fold over them.
    """
    from tsr_agent.comparison.approvals import ApprovalsOnRecord, SaidByPerson
    from tsr_agent.gate.approvals import release_verdict
    from tsr_agent.gate.wording import plain
    from tsr_agent.models.api import ApprovalStateName

    idle: dict[tuple[object, ...], list[str]] = {}
    for each in stands.uncounted:
        idle.setdefault((each.id, each.action, each.approved_by), []).append(each.reason)
    documents = []
    for said in sorted(approvals, key=lambda each: (each.approved_at, each.id)):
        reasons = idle.get((plain(said.id), said.action, plain(said.approved_by)), [])
        why_not = reasons[0] if len(reasons) == 1 else reasons.pop(0) if reasons else ""
        documents.append(
            SaidByPerson(
                id=said.id,
                action=said.action,
                approved_by=said.approved_by,
                approved_at=said.approved_at,
                note=said.note,
                why_not=why_not,
            )
        )
    return ApprovalsOnRecord(
        released=release_verdict(decision, stands),
        state=ApprovalStateName(stands.state.value),
        reason=stands.reason,
        documents=tuple(documents),
    )
