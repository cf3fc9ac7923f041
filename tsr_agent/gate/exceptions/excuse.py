"""Exceptions to rules: what the waivers and the quarantine excuse of what failed, and what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.exceptions.quarantine_match import entry_of, in_force, left_out, quarantine_notes
from tsr_agent.gate.exceptions.waiver_match import WaiverCase, match
from tsr_agent.gate.rule import IgnoreMissing
from tsr_agent.gate.wording import counted, plain, untrusted_id, whole
from tsr_agent.models.base import Record
from tsr_agent.models.decision import QuarantineNote, RuleEffect, RuleResult, RuleState, WaiverNote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tsr_agent.gate.exceptions.quarantine_match import Entries, LeftOut, TestKey
    from tsr_agent.gate.exceptions.waiver_match import MatchedWaiver
    from tsr_agent.gate.exceptions.waivers import Waiver, Waivers
    from tsr_agent.gate.facts import Facts
    from tsr_agent.gate.judgement import Judgement
    from tsr_agent.gate.policies.policy import Policy

_MAX_TEXT = 60_000
_NAMED = 3


class Excused(Record, frozen=True, kw_only=True):
    """The rules' results after the exceptions, and what became of every exception."""

    results: tuple[RuleResult, ...]
    waivers: tuple[WaiverNote, ...] = ()
    quarantine: tuple[QuarantineNote, ...] = ()


def excuse(
    results: Iterable[RuleResult],
    judgements: Mapping[str, Judgement],
    facts: Facts,
    *,
    policy: Policy,
    waivers: Waivers | None,
    environment: str,
) -> Excused:
    """Applies the quarantine, then the waivers. Pure; never raises.

    A rule that failed and holds without the tests in quarantine is waived. What is left of the others is
    up to the waivers. Neither ever excuses the rule ``evidence`` or missing evidence.

    Args:
        results: Of every rule, without exceptions.
        judgements: What the policy's rules found, by id.
        facts: What they were judged on.
        policy: With its quarantine.
        waivers: None for none.
        environment: Where the release is to go.
    """
    quarantine, today = policy.quarantine, facts.moment.date()
    left: dict[str, LeftOut] = {}
    entries: Entries = {}
    if quarantine is not None:
        entries = in_force(quarantine, today)
        left = left_out(quarantine, facts, policy.rules_for(environment), judgements)
    matched: dict[str, MatchedWaiver] = {}
    notes: tuple[WaiverNote, ...] = ()
    if waivers is not None:
        case = WaiverCase(
            evidence=facts.evidence,
            environment=environment,
            today=today,
            judgements=dict(judgements),
            may_be_missing=_may_be_missing(policy, environment),
            left={name: each.judgement for name, each in left.items() if each.judgement is not None},
        )
        matched, notes = match(waivers, case)
    excused: set[TestKey] = set()
    after = []
    for result in results:
        found, waiver = left.get(result.id), matched.get(result.id)
        weighed = result
        if found is not None:
            weighed = _without_quarantined(result, found, waiver, judgements[result.id], entries)
            excused |= found.tests if weighed.quarantined else frozenset()
        after.append(weighed if waiver is None else _waived(weighed, waiver.waiver))
    return Excused(
        results=tuple(after),
        waivers=notes,
        quarantine=quarantine_notes(quarantine, facts, left, excused) if quarantine is not None else (),
    )


def _may_be_missing(policy: Policy, environment: str) -> frozenset[str]:
    """The rules whose missing evidence does nothing to the verdict."""
    rules = policy.rules_for(environment)
    return frozenset(
        each.id for each in rules if isinstance(each.on_missing or policy.on_missing, IgnoreMissing)
    )


def _waived(result: RuleResult, waiver: Waiver) -> RuleResult:
    until = f"waived until {waiver.expires.isoformat()} by {plain(waiver.id)} ({plain(waiver.owner)})"
    return msgspec.structs.replace(
        result,
        state=RuleState.WAIVED,
        effect=RuleEffect.WARNS,
        message=f"{result.message}; {until}",
        waiver=plain(waiver.id),
    )


def _without_quarantined(
    result: RuleResult,
    found: LeftOut,
    waiver: MatchedWaiver | None,
    judgement: Judgement,
    entries: Entries,
) -> RuleResult:
    """A failed rule with what the quarantine makes of it; waived only where nothing else is wrong."""
    remark = _remark(found, judgement)
    covered = waiver is not None and waiver.beside_quarantine
    if not (found.excused or covered):
        return msgspec.structs.replace(result, remarks=(*result.remarks, remark))
    tests = sorted(found.tests, key=lambda test: (test[1], test[0].value))
    named = [_named(test, entries) for test in tests[:_NAMED]]
    more = f" and {len(tests) - _NAMED:,} more" if len(tests) > _NAMED else ""
    replaced = msgspec.structs.replace(
        result,
        message=plain(f"{result.message}; in quarantine: {', '.join(named)}{more}", _MAX_TEXT),
        quarantined=tuple(dict.fromkeys(untrusted_id(test_id) for _, test_id in tests)),
        remarks=(*result.remarks, remark),
    )
    if not found.excused:
        return replaced
    return msgspec.structs.replace(replaced, state=RuleState.WAIVED, effect=RuleEffect.WARNS)


def _named(test: TestKey, entries: Entries) -> str:
    entry = entry_of(test, entries)
    if entry is None:
        return plain(test[1], 80)
    return f"{plain(test[1], 80)} (until {entry.expires.isoformat()}, {plain(entry.owner, 80)})"


def _remark(found: LeftOut, judgement: Judgement) -> str:
    """How much of a failure the quarantine explains, and what the rule says without it."""
    ids = {test_id for _, test_id in found.tests}
    failing = judgement.failing_tests
    all_of_them = len(set(failing)) if failing is not None and ids <= set(failing) else None
    share = f"{_share(len(ids), all_of_them)} in quarantine"
    if found.judgement is None:
        return f"{share}, which excuses nothing here: {found.reason}"
    return plain(f"{share}; without: {found.judgement.message}", _MAX_TEXT)


def _share(quarantined: int, failing: int | None) -> str:
    """How many of the tests that make a rule fail; None where those can't be named one by one."""
    verb = "is" if quarantined == 1 else "are"
    if failing is None:
        return f"{counted(quarantined, 'test')} that did not pass {verb}"
    if quarantined < failing:
        return f"{whole(quarantined)} of the {whole(failing)} tests that make it fail {verb}"
    return (
        f"All {whole(failing)} tests that make it fail are"
        if failing > 1
        else "The test that makes it fail is"
    )
