"""The compliance checklist (SEED.md phase 10), judged from the rules of a decision.

An item is compliant only where a rule of the policy passed *and* the report's own figures bear it out. What
no rule looked at, what has no data, and what a waiver or the quarantine let go, is never compliant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleSeverity, RuleState
from tsr_agent.models.results import TestType
from tsr_agent.sections.checklist_facts import Fact, all_passed, as_asked, fact_of, unresolved_critical
from tsr_agent.sections.checklist_items import (
    MARKS,
    Checklist,
    ChecklistItem,
    Compliance,
    JudgedBy,
    together,
)
from tsr_agent.sections.checklist_record import (
    NO_DECISION,
    approvals_item,
    exceptions_item,
    judged_by,
    policy_item,
)
from tsr_agent.sections.checklist_rules import kind_of, test_type_of
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision, EvidenceRef, RuleResult
    from tsr_agent.models.report import TestSummaryReport

__all__ = [
    "MARKS", "Checklist", "ChecklistItem", "Compliance", "JudgedBy", "checklist", "unresolved_critical",
]  # fmt: skip

MOST_REFERENCES = 5
"""Tests, failure modes and requirements that an item names of what its rules refer to."""
_NAMED_RULES = 3
_DECIDING = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)
_COUNTING = (RuleEffect.BLOCKS, RuleEffect.NEEDS_REVIEW)
_BY_NAME = {
    EvidenceKind.UNIT_TESTS: "All unit tests pass",
    EvidenceKind.SECURITY_TESTS: "All security tests pass",
    EvidenceKind.EVAL_ACCURACY: "Eval accuracy reaches its bound",
    EvidenceKind.CRITICAL_FAILURE_MODES: "All critical failure modes are resolved",
    EvidenceKind.REQUIREMENTS: "Requirements are verified",
}
"""The five items of every checklist, whether a rule looks at them or not."""
_OTHERS = {
    EvidenceKind.EVIDENCE: "The evidence is whole and free of contradictions",
    EvidenceKind.EVAL_METRICS: "Other eval metrics reach their bounds",
    EvidenceKind.EVAL_RECORD: "Evals are complete and documented",
    EvidenceKind.FAILURE_MODES: "Other failure modes stay within their bounds",
    EvidenceKind.CODE_COVERAGE: "Code coverage reaches its bounds",
    EvidenceKind.STATIC_ANALYSIS: "Static analysis finds no more than allowed",
    EvidenceKind.CHANGES: "Nothing got worse since the baseline",
    EvidenceKind.CLEAN_TREE: "What was tested is what the commit has",
    EvidenceKind.CALENDAR: "Decided on a day without a freeze",
    EvidenceKind.OTHER_RULES: "Other binding rules of the policy",
}
"""Items that only a checklist has whose policy has binding rules of their kind."""
_TYPE_TITLES = {
    "integration": "Integration tests are as the policy asks",
    "e2e": "End-to-end tests are as the policy asks",
    "acceptance": "Acceptance tests are as the policy asks",
    "evals": "Eval tests are as the policy asks",
    "performance": "Performance tests are as the policy asks",
    "unit": "Unit tests are as the policy asks",
    "security": "Security tests are as the policy asks",
}


def checklist(
    report: TestSummaryReport,
    decision: Decision | None,
    standing: ApprovalStanding | None = None,
    *,
    approvals: tuple[Approval, ...] = (),
    digest: str | None = None,
    in_force: bool | None = None,
    recorded: Decision | None = None,
    zone: tzinfo | None = None,
) -> Checklist:
    """The checklist of a report.

    Args:
        report: The evidence.
        decision: The decision that it is judged from; without one nothing is determined.
        standing: What people's approvals come to; None where nothing is known of any.
        approvals: The documents on record, to lead to the newest.
        digest: SHA-256 of the report's bytes; a decision about other bytes determines nothing. None does not
            look.
        in_force: Whether the decision's policy is in force for the report; None where that can't be told,
            and then the checklist as a whole is not compliant.
        recorded: The decision on record, where ``decision`` was taken again now by the policy in force;
            None where ``decision`` is the one on record.
        zone: Where the viewer is; None for the zone of this machine.
    """
    remarks = []
    if decision is not None and not _is_about(decision, report, digest):
        remarks.append("The decision at hand is about another report; nothing is judged from it.")
        decision, standing = None, None
    rules = decision.rules if decision is not None else ()
    by = judged_by(decision, in_force, recorded, zone)
    items = [
        *(_named(kind, report, decision, rules) for kind in _BY_NAME),
        *_others(report, decision, rules),
        exceptions_item(decision),
        policy_item(decision, by),
        approvals_item(decision, standing, approvals),
    ]
    whole = _whole(items, decision)
    if whole is Compliance.NON_COMPLIANT and all(each.standing is not whole for each in items):
        remarks.append("The verdict is NO-GO, so the whole is not compliant, whatever the items come to.")
    return Checklist(
        standing=whole,
        items=tuple(items),
        judged_by=by,
        remarks=(*remarks, *_not_binding(rules)),
    )


def _is_about(decision: Decision, report: TestSummaryReport, digest: str | None) -> bool:
    if decision.report_id != report.id:
        return False
    return digest is None or decision.report_digest in (None, digest)


def _whole(items: Sequence[ChecklistItem], decision: Decision | None) -> Compliance:
    """The items together; never better than a verdict that stops the release."""
    if decision is not None and decision.decision is GoNoGoDecision.NO_GO:
        return Compliance.NON_COMPLIANT
    return together(each.standing for each in items)


def _named(
    kind: EvidenceKind, report: TestSummaryReport, decision: Decision | None, rules: Sequence[RuleResult]
) -> ChecklistItem:
    """One of the five items; every rule that looks at it counts, whatever a failure would do."""
    mine = [rule for rule in rules if kind_of(rule) is kind]
    types = {EvidenceKind.UNIT_TESTS: TestType.UNIT, EvidenceKind.SECURITY_TESTS: TestType.SECURITY}
    fact = all_passed(report, types[kind]) if kind in types else fact_of(kind, report, decision, mine)
    return _item(kind, kind.value, _BY_NAME[kind], fact, mine, is_judged=decision is not None)


def _others(
    report: TestSummaryReport, decision: Decision | None, rules: Sequence[RuleResult]
) -> list[ChecklistItem]:
    """The policy's other binding rules: one item a test type, and one a kind of evidence."""
    binding = [rule for rule in rules if _is_binding(rule)]
    tests = [rule for rule in binding if kind_of(rule) is EvidenceKind.OTHER_TESTS]
    found = []
    for test_type in TestType:
        mine = [rule for rule in tests if test_type_of(rule) == test_type.value]
        if mine:
            key = f"{EvidenceKind.OTHER_TESTS.value}:{test_type.value}"
            fact, title = as_asked(report, test_type), _TYPE_TITLES[test_type.value]
            found.append(_item(EvidenceKind.OTHER_TESTS, key, title, fact, mine))
    known = {each.value for each in TestType}
    untold = [rule for rule in tests if test_type_of(rule) not in known]
    for kind, title in _OTHERS.items():
        mine = [rule for rule in binding if kind_of(rule) is kind]
        mine += untold if kind is EvidenceKind.OTHER_RULES else []
        if mine:
            found.append(_item(kind, kind.value, title, fact_of(kind, report, decision, mine), mine))
    return found


def _is_binding(rule: RuleResult) -> bool:
    return rule.severity in _DECIDING or rule.effect in _COUNTING


def _not_binding(rules: Sequence[RuleResult]) -> list[str]:
    """Rules that bind nothing and did not pass: they are in no item, and are not kept from the reader."""
    left = [
        rule
        for rule in rules
        if not _is_binding(rule) and kind_of(rule) not in _BY_NAME and _says_something(rule)
    ]
    if not left:
        return []
    names = ", ".join(one_line(each.id, 100) for each in left[:_NAMED_RULES])
    more = f" and {len(left) - _NAMED_RULES:,} more" if len(left) > _NAMED_RULES else ""
    does = "that only warns or informs" if len(left) == 1 else "that only warn or inform"
    return [f"{counted(len(left), 'rule')} {does} did not pass: {names}{more}."]


def _says_something(rule: RuleResult) -> bool:
    """Whether it did not pass; what has no evidence and may lack it says nothing."""
    return rule.state in (RuleState.FAIL, RuleState.WAIVED) or rule.effect is not RuleEffect.NONE


def _item(
    kind: EvidenceKind,
    key: str,
    title: str,
    fact: Fact,
    rules: Sequence[RuleResult],
    *,
    is_judged: bool = True,
) -> ChecklistItem:
    standing, why = _judged(kind, fact, rules)
    return ChecklistItem(
        key=key,
        kind=kind,
        standing=standing,
        title=title,
        expected="; ".join(dict.fromkeys(one_line(each.expected, 300) for each in rules)),
        found=fact.found,
        why=why if is_judged else NO_DECISION,
        evidence=_evidence(fact, rules),
    )


def _judged(kind: EvidenceKind, fact: Fact, rules: Sequence[RuleResult]) -> tuple[Compliance, str]:
    """What rules and the report's own figures come to; whichever is worse counts."""
    if not rules:
        return Compliance.NOT_DETERMINED, "No rule of the policy looks at it."
    failed = next((each for each in rules if each.state in (RuleState.FAIL, RuleState.WAIVED)), None)
    if failed is not None:
        waived = "; it was waived, which does not make it hold" if failed.state is RuleState.WAIVED else ""
        return Compliance.NON_COMPLIANT, _sentence(failed.message) + waived + "."
    missing = next((each for each in rules if each.state is RuleState.NOT_EVALUATED), None)
    if missing is not None:
        return Compliance.NOT_DETERMINED, f"{_sentence(missing.message)}."
    odd = next((each for each in rules if each.effect in _COUNTING), None)
    if odd is not None:
        said = f"Rule {one_line(odd.id, 100)} passed, yet counts against the release"
        return Compliance.NOT_DETERMINED, f"{said}: the decision contradicts itself."
    if kind is EvidenceKind.OTHER_RULES:
        return Compliance.NOT_DETERMINED, "This version of aitr does not know what the rule looks at."
    return _borne_out(fact, rules)


def _borne_out(fact: Fact, rules: Sequence[RuleResult]) -> tuple[Compliance, str]:
    """What the report's own figures make of rules that passed."""
    passed = "The rule passed" if len(rules) == 1 else "The rules passed"
    if fact.holds is None:
        return Compliance.NOT_DETERMINED, f"{passed}, but the report has no data to bear it out."
    if not fact.holds:
        return Compliance.NON_COMPLIANT, f"{passed}, yet the report has {fact.found}."
    left_out = [name for each in rules for name in each.quarantined]
    if left_out:
        told = f"{counted(len(left_out), 'test')} in quarantine did not pass and "
        return Compliance.NON_COMPLIANT, f"{told}{'was' if len(left_out) == 1 else 'were'} left out."
    if len(rules) > 1:
        return Compliance.COMPLIANT, f"Each of {len(rules):,} rules passed."
    return Compliance.COMPLIANT, f"{_sentence(rules[0].message)}."


def _sentence(text: str) -> str:
    return one_line(text, 1000).rstrip(".")


def _evidence(fact: Fact, rules: Sequence[RuleResult]) -> tuple[Target, ...]:
    """The rules, what those that did not pass refer to, and where the report has the figure."""
    named = [Target(Kind.RULE, each.id) for each in rules]
    referred = [
        target
        for rule in rules
        if rule.state is not RuleState.PASS
        for reference in rule.evidence
        if (target := _referred(reference)) is not None
    ]
    kept = tuple(dict.fromkeys(referred))[:MOST_REFERENCES]
    return tuple(dict.fromkeys((*named, *kept, *fact.evidence)))


def _referred(reference: EvidenceRef) -> Target | None:
    if reference.test_id:
        return Target(Kind.TEST, reference.test_id, reference.test_type)
    if reference.failure_mode:
        return Target(Kind.FAILURE_MODE, reference.failure_mode)
    if reference.requirement_id:
        return Target(Kind.REQUIREMENT, reference.requirement_id)
    if reference.path:
        return Target(Kind.INPUT, reference.path)
    return None
