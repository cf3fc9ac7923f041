"""One policy for two reports that are held against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tsr_agent.comparison.approvals import ApprovalsOnRecord
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision


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
