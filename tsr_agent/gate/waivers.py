"""Waivers: dated, owned exceptions to single rules.

A waiver that has expired, can't be read, has no owner or no scope never matches; it is listed with the
reason, so that nobody believes in it. What waives is always visible in the decision.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.evidence import Evidence
from tsr_agent.gate.judgement import Judgement
from tsr_agent.gate.policy_names import environment_key
from tsr_agent.gate.problem import refusal
from tsr_agent.gate.rule import RuleId
from tsr_agent.gate.source_tree import parse_source, read_source
from tsr_agent.gate.wording import plain, visible
from tsr_agent.models.base import LongText, Record, Sha, ShortText
from tsr_agent.models.codec import digest
from tsr_agent.models.decision import ExceptionStanding, RuleState, WaiverNote
from tsr_agent.models.form_problems import problems_of

if TYPE_CHECKING:
    from pathlib import Path

MAX_DAYS = 90
SOON_DAYS = 14
"""An exception that ends within so many days is marked."""

_WRITTEN_KEYS = ("id", "reason", "ticket", "owner", "approved_by")
_Written = Annotated[str, Meta(min_length=1, max_length=1_000, pattern=r"\S")]


class WaiverScope(Record, frozen=True, kw_only=True):
    """Where a waiver holds; every key that is given has to match."""

    environment: Annotated[ShortText | None, Meta(description="Where the release is to go.")] = None
    branch: Annotated[ShortText | None, Meta(description="The branch that was judged.")] = None
    sha: Annotated[Sha | None, Meta(description="Commit of the code base, whole.")] = None
    tests: Annotated[
        tuple[LongText, ...] | None,
        Meta(description="Ids of tests: the waiver matches only while no other test makes the rule fail."),
    ] = None


class Waiver(Record, frozen=True, kw_only=True):
    """One exception to one rule."""

    id: Annotated[_Written, Meta(description="What decisions call the waiver.")]
    rule: Annotated[RuleId, Meta(description="Id of the rule that it excuses.")]
    scope: Annotated[
        WaiverScope, Meta(description="Where it holds; at least one key, and all that are given must match.")
    ]
    reason: Annotated[_Written, Meta(description="Why the failure is accepted.")]
    ticket: Annotated[_Written, Meta(description="Where it is being mended.")]
    owner: Annotated[_Written, Meta(description="Who answers for it.")]
    approved_by: Annotated[_Written, Meta(description="Who approved it.")]
    expires: Annotated[
        date,
        Meta(description="Last day (UTC) on which it holds; at most 90 days ahead when a report is judged."),
    ]


class WaiverFile(Record, frozen=True, kw_only=True):
    """The whole of a waiver file. Entries are read one by one, so that one bad one hides no other."""

    version: Annotated[Literal[1], Meta(description="Version of the file format: 1.")]
    waivers: Annotated[
        tuple[Any, ...], Meta(max_length=1_000, description="Dated exceptions to single rules.")
    ] = ()


class Waivers(Record, frozen=True, kw_only=True):
    """A waiver file that was read."""

    digest: str
    """SHA-256 of the file's bytes."""
    waivers: tuple[Waiver, ...] = ()
    unusable: tuple[WaiverNote, ...] = ()
    """Entries that can't be read."""


def load_waivers(path: Path) -> Waivers:
    """Reads a waiver file.

    Raises:
        PolicyError: Absent, unreadable or not a waiver file at all. A single bad entry is listed instead.
    """
    return parse_waivers(read_source(path), str(path))


def parse_waivers(data: bytes, source: str) -> Waivers:
    """Reads waivers from the bytes of their file, YAML or JSON.

    Raises:
        PolicyError: As for ``load_waivers``.
    """
    document = parse_source(data, source)
    problems = problems_of(document.tree, WaiverFile)
    if problems:
        raise refusal(source, "waivers file", document.problems(problems))
    entries = msgspec.convert(document.tree, WaiverFile).waivers
    usable: list[Waiver] = []
    unusable: list[WaiverNote] = []
    for place, entry in enumerate(entries):
        path = f"$.waivers[{place}]"
        found = problems_of(entry, Waiver, path) or _unseen(entry, path)
        if found:
            unusable.append(_unusable(_name(entry, place), "; ".join(found)[:1_000]))
        else:
            usable.append(msgspec.convert(entry, Waiver))
    return Waivers(digest=digest(data), **_without_twins(entries, usable, unusable))


def _unusable(name: str, reason: str) -> WaiverNote:
    return WaiverNote(id=name, standing=ExceptionStanding.UNUSABLE, reason=reason)


def _name(entry: object, place: int) -> str:
    found = entry.get("id") if isinstance(entry, dict) else None
    return plain(found) if isinstance(found, str) and found.strip() else f"(entry {place + 1})"


def _unseen(entry: dict[str, Any], path: str) -> list[str]:
    """The keys of a waiver under which nothing stands that a reader could see."""
    return [
        f"{path}.{key}: missing; it has no visible sign" for key in _WRITTEN_KEYS if not visible(entry[key])
    ]


def _without_twins(
    entries: tuple[Any, ...], usable: list[Waiver], unusable: list[WaiverNote]
) -> dict[str, Any]:
    """Two waivers of one id leave open which of them was approved, so neither is used.

    An entry that can't be used counts too: it may be the one that was approved.
    """
    times = Counter(_id_key(each.get("id")) for each in entries if isinstance(each, dict))
    twins = {each.id for each in usable if times[_id_key(each.id)] > 1}
    notes = [_unusable(plain(name), "the id stands twice") for name in sorted(twins)]
    return {
        "waivers": tuple(each for each in usable if each.id not in twins),
        "unusable": tuple(unusable + notes),
    }


def _id_key(found: object) -> str:
    """An id as a reader sees it, whether or not it was put in quotes."""
    return visible(str(found)) if isinstance(found, str | int | float) else ""


class WaiverCase(Record, frozen=True, kw_only=True):
    """Everything that decides whether waivers match, apart from the waivers."""

    evidence: Evidence
    environment: str
    today: date
    judgements: dict[str, Judgement]
    """By rule id."""


def match(waivers: Waivers, case: WaiverCase) -> tuple[dict[str, Waiver], tuple[WaiverNote, ...]]:
    """Finds the waiver of each failed rule.

    Returns:
        The first matching waiver by rule id, and a note for every waiver.
    """
    matched: dict[str, Waiver] = {}
    notes = list(waivers.unusable)
    for waiver in waivers.waivers:
        standing, reason = _standing(waiver, case)
        if standing is ExceptionStanding.APPLIED:
            matched.setdefault(waiver.rule, waiver)
        days_left = (waiver.expires - case.today).days
        notes.append(
            WaiverNote(
                id=plain(waiver.id),
                rule=waiver.rule,
                standing=standing,
                reason=reason,
                owner=plain(waiver.owner),
                expires=waiver.expires,
                expires_soon=0 <= days_left <= SOON_DAYS,
            )
        )
    return matched, tuple(notes)


def _standing(waiver: Waiver, case: WaiverCase) -> tuple[ExceptionStanding, str]:
    """What becomes of a waiver, and why where it excuses nothing."""
    days = (waiver.expires - case.today).days
    if days < 0:
        return ExceptionStanding.EXPIRED, f"expired on {waiver.expires.isoformat()}"
    if days > MAX_DAYS:
        reason = f"expires in {days:,} days; at most {MAX_DAYS} are allowed"
        return ExceptionStanding.UNUSABLE, reason
    if too_wide := _too_wide(waiver.scope):
        return ExceptionStanding.UNUSABLE, too_wide
    reason = _out_of_scope(waiver, case) or _nothing_to_waive(waiver, case)
    return (ExceptionStanding.UNMATCHED if reason else ExceptionStanding.APPLIED), reason


def _too_wide(scope: WaiverScope) -> str:
    if scope == WaiverScope():
        return "its scope is empty: it would hold everywhere"
    empty = _empty_in(scope)
    return f"its scope is too wide: {empty} is empty" if empty else ""


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
    if waiver.rule == RULE_ID:
        return f"the rule {RULE_ID!r} can't be waived"
    judgement = case.judgements.get(waiver.rule)
    if judgement is None:
        return f"the policy has no rule {waiver.rule!r}"
    if judgement.state is RuleState.NOT_EVALUATED:
        return "its rule was not evaluated; missing evidence can't be waived"
    if judgement.state is not RuleState.FAIL:
        return "its rule did not fail"
    return _other_tests(waiver.scope.tests, judgement.failing_tests)


def _other_tests(waived: tuple[str, ...] | None, failing: tuple[str, ...] | None) -> str:
    if waived is None:
        return ""
    if failing is None:
        return "what makes its rule fail is not a list of tests"
    others = sum(name not in waived for name in failing)
    return f"{others:,} other tests make its rule fail" if others else ""
