"""A policy as people read it who never saw its file: what it asks for and what happens otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.baseline import SameAs
from tsr_agent.gate.checks.registry import WITHOUT_EVIDENCE
from tsr_agent.gate.policies.names import EVERY_ENVIRONMENT, environment_key
from tsr_agent.gate.policies.policy import AttemptsCount
from tsr_agent.gate.rule import IgnoreMissing, MissingEvidence
from tsr_agent.gate.sentences import series
from tsr_agent.models.decision import BaselineSelect, RuleSeverity
from tsr_agent.sections.approval import approval_terms
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.rule import Rule

_FAILURE = {
    RuleSeverity.BLOCK: "stops the release",
    RuleSeverity.REVIEW: "a person has to look",
    RuleSeverity.WARN: "warns",
    RuleSeverity.INFO: "is only shown",
}
_DECIDING = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)
EVIDENCE_RULE = (
    "Before all rules the report itself is looked at: it must be whole, consistent and hold results, and its "
    "test runs must have ended as its results say. If not, that stops the release, and nothing excuses it."
)

UNNAMED = "The policy does not name this environment; what holds everywhere holds there."


class ParentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that this one extends."""

    source: str
    name: str
    """Name and revision."""
    digest: str


class PolicyRuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in words."""

    id: str
    asks: str
    """What must hold: one sentence."""
    description: str
    """What its author wrote about it; may be empty."""
    on_failure: str
    """``stops the release``, ``a person has to look``, ``warns`` or ``is only shown``."""
    on_missing: str
    """The same where its evidence is missing; ``nothing happens`` with the written reason; empty for a check
    that looks at none."""
    effective: str
    """From which day it decides; empty where it always does."""
    is_locked: bool
    origin: str
    """The policy that it comes from; empty for this policy's own."""
    fix: str


class ChangedRule(msgspec.Struct, frozen=True, kw_only=True):
    """What is different about a rule in one environment."""

    id: str
    changes: tuple[str, ...]
    """One sentence each."""


class EnvironmentSection(msgspec.Struct, frozen=True, kw_only=True):
    """What is different in one environment."""

    name: str
    rules: tuple[ChangedRule, ...]
    approval: str
    """Who has to approve there; empty where nobody has to."""


class QuarantineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One test whose failures are left out for a while."""

    test: str
    facts: str
    """Owner, ticket, last day and reason, or why the entry can't be used."""


class PolicySection(msgspec.Struct, frozen=True, kw_only=True):
    """A whole policy in words."""

    name: str
    revision: str
    digest: str
    description: str
    parents: tuple[ParentRow, ...]
    environment: str
    """The one environment that everything is said for; empty for all."""
    is_unnamed: bool
    """Whether nothing in the policy is about the one environment, as where its name was misspelt."""
    rules: tuple[PolicyRuleRow, ...]
    """As they hold in the one environment; of all environments, where nothing else is said of one."""
    environments: tuple[EnvironmentSection, ...]
    """Those that the policy names; empty where one environment was asked for."""
    approval: str
    """Who has to approve in the one environment, or in all that are not named."""
    baseline: str
    flaky: str
    quarantine: tuple[QuarantineRow, ...]


def explain(policy: Policy, environment: str = "", manual_approval: Sequence[str] = ()) -> PolicySection:
    """A policy in words.

    Args:
        policy: What to explain.
        environment: Only what holds there; empty for all environments.
        manual_approval: Environments for which the project's configuration asks for an approval, too;
            ``*`` for all.
    """
    asked_for = {environment_key(each) for each in manual_approval}
    parents = tuple(
        ParentRow(
            source=one_line(each.source), name=one_line(f"{each.name} {each.version}"), digest=each.digest
        )
        for each in policy.parents
    )
    return PolicySection(
        name=one_line(policy.name),
        revision=one_line(policy.version),
        digest=policy.digest,
        description=one_line(policy.description, 2000),
        parents=parents,
        environment=one_line(environment),
        is_unnamed=bool(environment)
        and environment_key(environment) not in {*policy.environment_rules, *policy.approvals, *asked_for},
        rules=tuple(_row(rule, policy) for rule in policy.rules_for(environment or EVERY_ENVIRONMENT)),
        environments=() if environment else _environments(policy, asked_for),
        approval=_approval(policy, environment or EVERY_ENVIRONMENT, asked_for),
        baseline=baseline_words(policy),
        flaky=_flaky(policy),
        quarantine=_quarantine(policy),
    )


def _row(rule: Rule, policy: Policy) -> PolicyRuleRow:
    return PolicyRuleRow(
        id=one_line(rule.id),
        asks=one_line(rule.asks(), 2000),
        description=one_line(rule.description, 2000),
        on_failure=_FAILURE[rule.severity],
        on_missing=_without_evidence(rule, policy),
        effective=_effective(rule),
        is_locked=rule.locked,
        origin=one_line(policy.origins.get(rule.id, "")),
        fix=one_line(rule.fix, 2000),
    )


def _without_evidence(rule: Rule, policy: Policy) -> str:
    if rule.check in WITHOUT_EVIDENCE:
        return ""
    missing = rule.on_missing if rule.on_missing is not None else policy.on_missing
    if isinstance(missing, IgnoreMissing):
        return f"nothing happens: {one_line(missing.ignore, 1000)}"
    if missing is MissingEvidence.REVIEW and rule.severity is RuleSeverity.BLOCK:
        return _FAILURE[RuleSeverity.REVIEW]
    return _FAILURE[rule.severity]


def _effective(rule: Rule) -> str:
    if rule.effective_on is None:
        return ""
    day = rule.effective_on.isoformat()
    if rule.severity in _DECIDING:
        return f"From {day} (UTC) on. Before that day it only warns."
    return f"From {day} (UTC) on, which changes nothing while it decides nothing."


def _environments(policy: Policy, asked_for: set[str]) -> tuple[EnvironmentSection, ...]:
    named = {*policy.environment_rules, *policy.approvals, *asked_for} - {EVERY_ENVIRONMENT}
    return tuple(
        EnvironmentSection(
            name=one_line(name),
            rules=_changed_rules(policy, name),
            approval=_approval(policy, name, asked_for),
        )
        for name in sorted(named)
    )


def _changed_rules(policy: Policy, environment: str) -> tuple[ChangedRule, ...]:
    common = {rule.id: _row(rule, policy) for rule in policy.rules}
    rows = (_row(rule, policy) for rule in policy.rules_for(environment))
    return tuple(
        ChangedRule(id=row.id, changes=_changes(row, common.get(row.id)))
        for row in rows
        if row != common.get(row.id)
    )


def _changes(row: PolicyRuleRow, common: PolicyRuleRow | None) -> tuple[str, ...]:
    """What is said of a rule in an environment where it differs from what is said of it elsewhere."""
    found = [row.asks] if common is None or row.asks != common.asks else []
    if common is None or row.on_failure != common.on_failure:
        found.append(f"If it fails: {row.on_failure}.")
    if row.on_missing and (common is None or row.on_missing != common.on_missing):
        found.append(f"Without evidence: {row.on_missing.rstrip('.')}.")
    return tuple(found)


def _approval(policy: Policy, environment: str, asked_for: set[str]) -> str:
    terms = policy.approval_for(environment)
    if terms is not None:
        return approval_terms(terms)
    if asked_for & {environment_key(environment), EVERY_ENVIRONMENT}:
        from tsr_agent.models.approval import ApprovalTerms

        return f"{approval_terms(ApprovalTerms())} The project's aitr.toml asks for it."
    return ""


def baseline_words(policy: Policy) -> str:
    """Which report a report is compared with, in sentences."""
    if not policy.compares:
        return "No rule compares a report with an earlier one."
    selection = policy.baseline
    which = {
        BaselineSelect.LAST_APPROVED: "the newest report on record that was released",
        BaselineSelect.PREVIOUS: "the newest report on record, whatever was decided about it",
        BaselineSelect.GIVEN: "the report that is named with --baseline",
    }[selection.select]
    branch = SameAs.BRANCH in selection.same and not selection.branch
    alike = [each.value for each in SameAs if each in selection.same and each is not SameAs.BRANCH]
    alike += ["branch"] if branch else []
    limits = [f"of the same {series(alike)}"] if alike else []
    limits += [f"of branch {one_line(selection.branch)}"] if selection.branch else []
    if selection.max_age_days is not None:
        limits.append(f"at most {counted(selection.max_age_days, 'day')} old")
    said = f"Rules that compare look at {', '.join([which, *limits])}."
    return f"{said} Without it they lack their evidence."


def _flaky(policy: Policy) -> str:
    late = {
        AttemptsCount.WORST: "counts as not passed",
        AttemptsCount.MAJORITY: "counts as passed if most of its attempts passed",
        AttemptsCount.LAST: "counts as passed",
    }[policy.flaky.attempts]
    said = f"A test that passes only after a failure {late}, where its rule says nothing else."
    if policy.quarantine is None:
        return said
    if not (policy.quarantine.tests or policy.quarantine.unusable):
        return f"{said} No test is in quarantine."
    return (
        f"{said} Tests in quarantine still run and are shown; a rule that only they make fail warns instead, "
        "up to and including the day (UTC) that is written beside them. A locked rule is not made milder so."
    )


def _quarantine(policy: Policy) -> tuple[QuarantineRow, ...]:
    if policy.quarantine is None:
        return ()
    usable = [
        QuarantineRow(
            test=one_line(each.test),
            facts=one_line(
                f"{each.type.value if each.type else 'all types'}, until {each.expires.isoformat()}, owner "
                f"{each.owner}, {each.ticket}: {each.reason}",
                2000,
            ),
        )
        for each in policy.quarantine.tests
    ]
    unusable = [
        QuarantineRow(test=one_line(each.test_id), facts=f"can't be used: {one_line(each.reason)}")
        for each in policy.quarantine.unusable
    ]
    return (*usable, *unusable)
