"""A first policy, drafted from a report: bounds that it meets today, for a person to tighten.

Every rule is tried on the report by the real check before it is kept, so that the draft passes the
report that it was made from. What no bound can be found for is named with the reason.
"""

from __future__ import annotations

from datetime import UTC
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.errors import InputError
from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.consistency import judge_evidence
from tsr_agent.gate.drafting.measures import draft_iterations, draft_metrics
from tsr_agent.gate.drafting.parts import DraftedRule, LeftOut, Part
from tsr_agent.gate.drafting.results import (
    draft_coverage,
    draft_failure_modes,
    draft_findings,
    draft_requirements,
    draft_tests,
    draft_tree,
)
from tsr_agent.gate.evidence import admit
from tsr_agent.gate.facts import Facts
from tsr_agent.gate.wording import plain
from tsr_agent.models.base import Record
from tsr_agent.models.decision import RuleSeverity, RuleState
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.models.report import TestSummaryReport

_FAMILIES: tuple[Callable[[Evidence], Iterator[Part]], ...] = (
    draft_tests,
    draft_metrics,
    draft_iterations,
    draft_failure_modes,
    draft_requirements,
    draft_coverage,
    draft_findings,
    draft_tree,
)
_DECIDING = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)


class DraftedPolicy(Record, frozen=True, kw_only=True):
    """Rules that a report passes, and what of the report has none."""

    report_id: str
    day: str
    """The day (UTC) on which the report was made, such as 2026-11-22."""
    rules: tuple[DraftedRule, ...]
    left_out: tuple[LeftOut, ...]


def draft_policy(report: TestSummaryReport) -> DraftedPolicy:
    """Rules that the report passes. Pure; the same report gives the same rules.

    Raises:
        InputError: Nothing can be built on the report: its evidence is not sound, or holds nothing that a
            rule could stop a release for.
    """
    evidence = admit(report)
    sound = judge_evidence(evidence)
    if sound.state is RuleState.FAIL:
        raise InputError(
            "No policy can be drafted from a report whose evidence is not sound.",
            details=[sound.message],
            next_step="Make the report again from whole results, and draft from that.",
        )
    facts = Facts(evidence=evidence, moment=report.created_at)
    rules, left_out = _tried(chain.from_iterable(each(evidence) for each in _FAMILIES), facts)
    if not any(each.severity in _DECIDING for each in rules):
        raise InputError(
            "No policy can be drafted: there is nothing in the report that a release could be stopped for.",
            details=[f"{each.what}: {each.why}" for each in left_out[:20]],
            next_step="Draft from a report with tests that ran or eval iterations.",
        )
    return DraftedPolicy(
        report_id=evidence.report_id,
        day=_day(report.created_at),
        rules=tuple(rules),
        left_out=tuple(left_out),
    )


def _day(moment: datetime) -> str:
    """The day in UTC; a moment at the end of time has none, and keeps its own."""
    try:
        return moment.astimezone(UTC).date().isoformat()
    except OverflowError:
        return moment.date().isoformat()


def _tried(parts: Iterable[Part], facts: Facts) -> tuple[list[DraftedRule], list[LeftOut]]:
    """The rules that the report passes, each with an id of its own, and what is left out."""
    rules: list[DraftedRule] = []
    left_out: list[LeftOut] = []
    taken: set[str] = set()
    for part in parts:
        if isinstance(part, LeftOut):
            left_out.append(part)
        elif why_not := _why_not(part, facts):
            left_out.append(LeftOut(what=part.about, why=why_not))
        else:
            rule_id = _free(part.id, taken)
            taken.add(rule_id)
            rules.append(msgspec.structs.replace(part, id=rule_id))
    return rules, left_out


def _why_not(part: DraftedRule, facts: Facts) -> str:
    """Why a rule can't be kept; empty where the report passes it."""
    try:
        rule = msgspec.convert(part.entry(), ready(CHECKS[part.check]))
    except msgspec.ValidationError as error:
        return plain(str(error))
    if slips := rule.impossible():
        return slips[0][1]
    judgement = rule.judge(facts)
    return "" if judgement.state is RuleState.PASS else judgement.message


def _free(wanted: str, taken: set[str]) -> str:
    """The id, with a number behind it where it is taken."""
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def as_tree(policy: DraftedPolicy, name: str) -> dict[str, Any]:
    """The policy as the plain tree that its file holds."""
    return {
        "version": 1,
        "name": name,
        "revision": "1",
        "description": f"Drafted from the report {policy.report_id} of {policy.day}; to be tightened.",
        "on_missing": "fail",
        "rules": [rule.entry() for rule in policy.rules],
    }
