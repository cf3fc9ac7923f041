"""Which waiver excuses which failed rule, and why the others excuse nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.evidence import Evidence
from tsr_agent.gate.exceptions.file import ends_soon, in_file_order, term
from tsr_agent.gate.exceptions.waivers import Waiver, WaiverScope
from tsr_agent.gate.identity import same_person
from tsr_agent.gate.judgement import Judgement
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.wording import counted, plain, visible
from tsr_agent.models.base import Record
from tsr_agent.models.decision import ExceptionStanding, RuleState, WaiverNote

if TYPE_CHECKING:
    from tsr_agent.gate.exceptions.waivers import Waivers


class WaiverCase(Record, frozen=True, kw_only=True):
    """Everything that decides whether waivers match, apart from the waivers."""

    evidence: Evidence
    environment: str
    today: date
    judgements: dict[str, Judgement]
    """By rule id."""
    may_be_missing: frozenset[str] = frozenset()
    """Ids of rules whose missing evidence does nothing."""
    left: dict[str, Judgement] = msgspec.field(default_factory=dict)
    """By id, rules that failed as they are judged without the tests in quarantine."""


class MatchedWaiver(Record, frozen=True, kw_only=True):
    """A waiver that excuses its rule."""

    waiver: Waiver
    beside_quarantine: bool
    """It covers only what the quarantine leaves of the failure."""


def match(waivers: Waivers, case: WaiverCase) -> tuple[dict[str, MatchedWaiver], tuple[WaiverNote, ...]]:
    """Finds the waiver of each failed rule.

    Returns:
        The first matching waiver by rule id, and a note for every waiver, in the order of the file.
    """
    matched: dict[str, MatchedWaiver] = {}
    notes = []
    for waiver in waivers.waivers:
        standing, reason = _standing(waiver, case)
        if standing is ExceptionStanding.APPLIED and waiver.rule in matched:
            first = plain(matched[waiver.rule].waiver.id)
            standing, reason = ExceptionStanding.UNMATCHED, f"its rule is already waived by {first}"
        elif standing is ExceptionStanding.APPLIED:
            matched[waiver.rule] = MatchedWaiver(
                waiver=waiver, beside_quarantine=bool(_uncovered(waiver, case.judgements[waiver.rule]))
            )
        notes.append(
            WaiverNote(
                id=plain(waiver.id),
                rule=waiver.rule,
                standing=standing,
                reason=reason,
                owner=plain(waiver.owner),
                expires=waiver.expires,
                expires_soon=ends_soon(standing, waiver.expires, case.today),
            )
        )
    return matched, in_file_order(notes, waivers.unusable, waivers.places)


def _standing(waiver: Waiver, case: WaiverCase) -> tuple[ExceptionStanding, str]:
    """What becomes of a waiver, and why where it excuses nothing."""
    ended = term(waiver.expires, case.today)
    if ended is not None:
        return ended
    if unusable := never_holds(waiver):
        return ExceptionStanding.UNUSABLE, unusable
    reason = _out_of_scope(waiver, case) or _nothing_to_waive(waiver, case)
    return (ExceptionStanding.UNMATCHED if reason else ExceptionStanding.APPLIED), reason


def never_holds(waiver: Waiver) -> str:
    """Why a waiver can match nothing on any day; empty where it can."""
    return _too_wide(waiver.scope) or _approved_by_its_owner(waiver)


def _approved_by_its_owner(waiver: Waiver) -> str:
    if not same_person(waiver.owner, waiver.approved_by):
        return ""
    return "its owner approved it; somebody else has to"


def _too_wide(scope: WaiverScope) -> str:
    if scope == WaiverScope():
        return "its scope is empty: it would hold everywhere"
    if empty := _empty_in(scope):
        return f"its scope is too wide: {empty} is empty"
    patterns = {"environment": scope.environment, "branch": scope.branch}
    for key, value in patterns.items():
        if value is not None and "*" in value:
            return f"its scope is too wide: {key} {plain(value)!r} is a pattern"
    # An id may hold an asterisk; one that is nothing else is meant for all.
    if any(set(visible(test)) == {"*"} for test in scope.tests or ()):
        return "its scope is too wide: '*' is no test"
    return ""


def _out_of_scope(waiver: Waiver, case: WaiverCase) -> str:
    scope = waiver.scope
    if scope.environment is not None and environment_key(scope.environment) != environment_key(
        case.environment
    ):
        return f"it is for environment {plain(scope.environment)}"
    if scope.branch is not None and (why_not := _other_branch(scope.branch, case.evidence)):
        return why_not
    if scope.sha is not None:
        return _other_commit(scope.sha, case.evidence)
    return ""


def _other_commit(sha: str, evidence: Evidence) -> str:
    """Why a report is not about a commit; empty where it is."""
    if evidence.versions is None or evidence.versions.codebase_sha != sha:
        return f"it is for commit {sha[:12]}"
    if not evidence.tested_what_it_names():
        return f"it is for commit {sha[:12]}, and another one was tested"
    return ""


def _other_branch(branch: str, evidence: Evidence) -> str:
    """Why a report is not about a branch of the repository; empty where it is."""
    if evidence.versions is None or evidence.versions.codebase_branch != branch:
        return f"it is for branch {plain(branch)}"
    request = evidence.build.pull_request if evidence.build is not None else None
    if request is not None and request.from_fork is not False:
        # The author of a fork gives its branches any name.
        return f"it is for branch {plain(branch)}, and the pull request may come from a fork"
    return ""


def _empty_in(scope: WaiverScope) -> str:
    """The first key of a scope that is given and names nothing; empty where there is none."""
    for key in ("environment", "branch"):
        value = getattr(scope, key)
        if value is not None and not visible(value):
            return key
    no_test = scope.tests is not None and not all(map(visible, scope.tests or ("",)))
    return "tests" if no_test else ""


def _nothing_to_waive(waiver: Waiver, case: WaiverCase) -> str:
    judgement = case.judgements.get(waiver.rule)
    if judgement is None:
        known = waiver.rule == RULE_ID
        return f"the rule {RULE_ID!r} can't be waived" if known else f"the policy has no rule {waiver.rule!r}"
    if judgement.state is RuleState.NOT_EVALUATED:
        return "its rule was not evaluated; missing evidence can't be waived"
    if judgement.state is not RuleState.FAIL:
        return "its rule did not fail"
    # Else a small failure beside it would excuse what is missing.
    if judgement.lacks_evidence and waiver.rule not in case.may_be_missing:
        return "some of its rule's evidence is missing, which can't be waived"
    return _uncovered_failure(waiver, judgement, case)


def _uncovered_failure(waiver: Waiver, judgement: Judgement, case: WaiverCase) -> str:
    """Why a waiver does not cover its rule's failure, or what the quarantine leaves of it."""
    left = case.left.get(waiver.rule)
    if left is not None and left.state is RuleState.PASS:
        return "the tests that make its rule fail are in quarantine"
    reason = _uncovered(waiver, judgement)
    if reason and left is not None and left.state is RuleState.FAIL:
        return _uncovered(waiver, left)
    return reason


def _uncovered(waiver: Waiver, judgement: Judgement) -> str:
    """Why a waiver does not cover all that makes its rule fail; empty where it does."""
    waived, failing = waiver.scope.tests, judgement.failing_tests
    if waived is None:
        return ""
    if not failing:
        return "what makes its rule fail is not a list of tests"
    others = len(set(failing) - set(waived))
    verb = "makes" if others == 1 else "make"
    return f"{counted(others, 'other test')} {verb} its rule fail" if others else ""
