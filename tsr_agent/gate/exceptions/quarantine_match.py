"""What the quarantine excuses: failed rules that hold without the tests that are known to be unreliable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.exceptions.file import ends_soon, in_file_order, term
from tsr_agent.gate.exceptions.quarantine import QuarantinedTest
from tsr_agent.gate.judgement import Judgement
from tsr_agent.gate.wording import plain, untrusted_id
from tsr_agent.models.base import Record
from tsr_agent.models.decision import ExceptionStanding, QuarantineNote, RuleState
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence, Set
    from datetime import date

    from tsr_agent.gate.evidence import Evidence
    from tsr_agent.gate.exceptions.quarantine import Quarantine
    from tsr_agent.gate.facts import Facts
    from tsr_agent.gate.rule import Rule
    from tsr_agent.models.results import TestCase, TestTypeResult

TestKey = tuple[TestType, str]
"""Type and id of a test."""
Entries = Mapping[tuple[TestType | None, str], QuarantinedTest]
"""By type, or None for all, and id."""

_FAILED = (CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED)
_TOTALS = {
    CaseStatus.PASSED: "passed",
    CaseStatus.FAILED: "failed",
    CaseStatus.ERROR: "errors",
    CaseStatus.SKIPPED: "skipped",
    CaseStatus.XFAILED: "xfailed",
    CaseStatus.XPASSED: "xpassed",
}
_UNPASSED = "it did not pass"
_OTHER_OUTCOMES = {
    CaseStatus.PASSED: "it passed",
    CaseStatus.SKIPPED: "it was skipped",
    CaseStatus.XFAILED: "it failed as expected",
}
_COULD_HAVE_FAILED = ("passed", "failed", "errors", "xpassed")


class LeftOut(Record, frozen=True, kw_only=True):
    """A rule that failed and looks at tests in quarantine that did not pass."""

    tests: frozenset[TestKey]
    """The tests in quarantine that did not pass."""
    judgement: Judgement | None
    """Of the rule without them; None where it is not judged without them."""
    reason: str = ""
    """Why it is not judged without them."""

    @property
    def excused(self) -> bool:
        """Whether the rule holds without them."""
        return self.judgement is not None and self.judgement.state is RuleState.PASS


def left_out(
    quarantine: Quarantine, facts: Facts, rules: Iterable[Rule], judgements: Mapping[str, Judgement]
) -> dict[str, LeftOut]:
    """Judges failed rules again without the tests in quarantine that did not pass.

    Pure; never raises.

    Args:
        quarantine: As it was read.
        facts: What the rules were judged on.
        rules: As they hold in the environment.
        judgements: What came of each of them, by id.

    Returns:
        By id, each failed rule that looks at such a test.
    """
    failed, unsteady = _not_passed(in_force(quarantine, facts.moment.date()), facts.evidence)
    found = {}
    for rule in rules:
        types = rule.quarantined_types()
        if judgements[rule.id].state is not RuleState.FAIL:
            continue
        broken = frozenset(test for test in failed if test[0] in types)
        spoilt = broken | {test for test in unsteady if test[0] in types}
        if rule.locked and spoilt:
            found[rule.id] = LeftOut(tests=spoilt, judgement=None, reason="the rule is locked")
        elif spoilt:
            found[rule.id] = _least(rule, facts, broken, spoilt)
    return found


def in_force(quarantine: Quarantine, today: date) -> Entries:
    """The entries that hold on a day."""
    holding = [each for each in quarantine.tests if term(each.expires, today) is None]
    return {(each.type, each.test): each for each in holding}


def entry_of(test: TestKey, entries: Entries) -> QuarantinedTest | None:
    """The entry that puts a test into quarantine."""
    return entries.get(test, entries.get((None, test[1])))


def _not_passed(entries: Entries, evidence: Evidence) -> tuple[set[TestKey], set[TestKey]]:
    """The tests in quarantine that failed, and those that passed only after a failure."""
    failed: set[TestKey] = set()
    unsteady: set[TestKey] = set()
    if not entries:
        return failed, unsteady
    for result in evidence.test_results:
        for case in result.test_cases:
            if not _did_not_pass(case):
                continue
            test = (result.test_type, case.id)
            if entry_of(test, entries) is not None:
                (unsteady if case.status is CaseStatus.PASSED else failed).add(test)
    return failed, unsteady


def _least(rule: Rule, facts: Facts, broken: frozenset[TestKey], spoilt: frozenset[TestKey]) -> LeftOut:
    """The rule without what failed; where it does not hold then, also without what passed late.

    Some policies take a late pass for a pass, and then such a test is one of those that ran.
    """
    judgement: Judgement | None = None
    for tests in dict.fromkeys((broken, spoilt)):
        if not tests:
            continue
        remaining = without(facts, tests)
        if not _anything_decides(remaining.evidence, {test_type for test_type, _ in tests}):
            continue
        judgement = rule.judge(remaining)
        if judgement.state is RuleState.PASS:
            return LeftOut(tests=tests, judgement=judgement)
    reason = "no other test ran" if judgement is None else ""
    return LeftOut(tests=spoilt, judgement=judgement, reason=reason)


def _anything_decides(evidence: Evidence, types: Set[TestType]) -> bool:
    """Whether of each of these types a case is left that could have told a fault."""
    return all(
        any(getattr(result, name) > 0 for result in evidence.results_of(each) for name in _COULD_HAVE_FAILED)
        for each in types
    )


def quarantine_notes(
    quarantine: Quarantine, facts: Facts, left: Mapping[str, LeftOut], excused: Set[TestKey]
) -> tuple[QuarantineNote, ...]:
    """What became of every entry, in the order of the file.

    Args:
        quarantine: As it was read.
        facts: What the rules were judged on.
        left: The failed rules that look at tests in quarantine, by id.
        excused: The tests that were left out of a rule that then held.
    """
    today = facts.moment.date()
    outcomes = _outcomes({each.test for each in quarantine.tests}, facts.evidence)
    notes = []
    for entry in quarantine.tests:
        standing, reason = _standing(entry, today, outcomes, left, excused)
        notes.append(
            QuarantineNote(
                test_id=untrusted_id(entry.test),
                test_type=entry.type.value if entry.type is not None else "",
                standing=standing,
                reason=reason,
                owner=plain(entry.owner),
                ticket=plain(entry.ticket),
                expires=entry.expires,
                expires_soon=ends_soon(standing, entry.expires, today),
            )
        )
    return in_file_order(notes, quarantine.unusable, quarantine.places)


def _standing(
    entry: QuarantinedTest,
    today: date,
    outcomes: Mapping[TestKey, str],
    left: Mapping[str, LeftOut],
    excused: Set[TestKey],
) -> tuple[ExceptionStanding, str]:
    ended = term(entry.expires, today)
    if ended is not None:
        return ended
    meant = {
        test: outcome
        for test, outcome in outcomes.items()
        if test[1] == entry.test and entry.type in (None, test[0])
    }
    if any(test in excused for test in meant):
        return ExceptionStanding.APPLIED, ""
    if not meant:
        return ExceptionStanding.UNMATCHED, "the report has no such test"
    if any(outcome == _UNPASSED for outcome in meant.values()):
        return ExceptionStanding.UNMATCHED, _in_vain(meant, left)
    return ExceptionStanding.UNMATCHED, " and ".join(sorted(set(meant.values())))


def _outcomes(names: Set[str], evidence: Evidence) -> dict[TestKey, str]:
    """What became of the tests of these ids; the worst where an id stands for several."""
    found: dict[TestKey, str] = {}
    if not names:
        return found
    for result in evidence.test_results:
        for case in result.test_cases:
            if case.id not in names:
                continue
            test = (result.test_type, case.id)
            outcome = _UNPASSED if _did_not_pass(case) else _OTHER_OUTCOMES[case.status]
            if found.get(test) != _UNPASSED:
                found[test] = outcome
    return found


def _in_vain(meant: Iterable[TestKey], left: Mapping[str, LeftOut]) -> str:
    """Why a test in quarantine that did not pass excused no rule."""
    tests = set(meant)
    for rule_id, each in left.items():
        if tests & each.tests:
            return f"{_UNPASSED}; {rule_id}: {each.reason or 'other tests make it fail, too'}"
    if left:
        return f"{_UNPASSED}, and no rule needed it left out"
    return f"{_UNPASSED}, and no rule that looks at it failed"


def without(facts: Facts, tests: Set[TestKey]) -> Facts:
    """The facts as if these tests had not been run, where they did not pass, and never had been before."""
    baseline = facts.baseline
    if baseline is not None:
        baseline = _reduced(baseline, tests, lambda _: True)
    return msgspec.structs.replace(
        facts, evidence=_reduced(facts.evidence, tests, _did_not_pass), baseline=baseline
    )


def _did_not_pass(case: TestCase) -> bool:
    return case.flaky or (case.status is not CaseStatus.PASSED and case.status in _FAILED)


def _reduced(evidence: Evidence, tests: Set[TestKey], gone: Callable[[TestCase], bool]) -> Evidence:
    types = {test_type for test_type, _ in tests}
    results = tuple(
        _less(each, [case for case in each.test_cases if (each.test_type, case.id) in tests and gone(case)])
        if each.test_type in types
        else each
        for each in evidence.test_results
    )
    return msgspec.structs.replace(evidence, test_results=results)


def _less(result: TestTypeResult, gone: Sequence[TestCase]) -> TestTypeResult:
    """The results without some of their cases.

    Counts are taken down and not made anew: cases that are counted and not listed still count. Where
    fewer are counted than listed the results contradict themselves, and nothing is taken from them.
    """
    if not gone:
        return result
    fewer = {name: getattr(result, name) for name in ("total", "flaky", *_TOTALS.values())}
    for case in gone:
        fewer["total"] -= 1
        fewer["flaky"] -= case.flaky
        fewer[_TOTALS[case.status]] -= 1
    if min(fewer.values()) < 0:
        return result
    # By identity: an equal case may stand beside one that is gone.
    dropped = {id(case) for case in gone}
    kept = tuple(case for case in result.test_cases if id(case) not in dropped)
    return msgspec.structs.replace(result, **fewer, test_cases=kept, failure_details=())
