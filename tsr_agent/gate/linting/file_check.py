"""What is wrong with any of the files that decide: policies, waivers, quarantines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tsr_agent.errors import PolicyError
from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.exceptions.file import SOON_DAYS, term
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waiver_match import never_holds
from tsr_agent.gate.exceptions.waivers import Waiver, parse_waivers
from tsr_agent.gate.linting.policy_check import check_policy, problems_of_error
from tsr_agent.gate.source.problem import PolicyProblem, ProblemSeverity
from tsr_agent.gate.source.tree import parse_source
from tsr_agent.gate.trial.policy_cases import parse_cases
from tsr_agent.gate.wording import counted, plain
from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.models.form_problems import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.gate.policies.sources import Parents

_LISTS = {"waivers": "waivers", "quarantine": "tests"}
"""Kinds of files of exceptions and the key under which each has its entries."""
_CASES = "policy-cases"
_POLICY_KEYS = frozenset(("name", "extends", "schema_version"))
"""Keys that no list of exceptions has."""
_NEXT_LINE = re.compile(r"; (?=\$\.)")


class _Finding(NamedTuple):
    line: str
    id: str = ""
    """Of a warning; empty for an error."""


def kind_of(data: bytes) -> str:
    """``policy``, ``waivers``, ``quarantine`` or ``policy-cases``, by its keys; a policy where none tells."""
    try:
        tree = parse_source(data, "file").tree
    except PolicyError:
        return "policy"
    if not isinstance(tree, dict) or "rules" in tree:
        return "policy"
    if "cases" in tree:
        return _CASES
    found = next((kind for kind, key in _LISTS.items() if key in tree), "")
    if found or not _POLICY_KEYS.isdisjoint(tree):
        return found or "policy"
    # A key that is misspelt still tells what its author means.
    return next(
        (kind for kind, key in _LISTS.items() if any(nearest(str(each), [key]) for each in tree)), "policy"
    )


def check_file(
    data: bytes,
    source: str,
    kind: str,
    today: date,
    *,
    parents: Parents | None = None,
    policy: Policy | None = None,
) -> tuple[PolicyProblem, ...]:
    """Errors and warnings of a file, in the order of its text. Never raises, whatever the bytes.

    An exception that can't be used is an error here, although the file is read without it: it excuses
    nothing, and its author thinks that it does.

    Args:
        data: The file's bytes.
        source: What to call it in messages.
        kind: As ``kind_of`` says.
        today: The day (UTC) that dates are held against.
        parents: Finds the policies that a policy extends; None: the built-in ones alone.
        policy: The one that waivers are for, so that a rule it does not have is asked about; None: any.
    """
    if kind == "policy":
        return check_policy(data, source, parents=parents, today=today)
    try:
        if kind == _CASES:
            parse_cases(data, source)
            return ()
        return _check_exceptions(data, source, kind, today, policy)
    except PolicyError as error:
        return problems_of_error(error, source)


def _check_exceptions(
    data: bytes, source: str, kind: str, today: date, policy: Policy | None
) -> tuple[PolicyProblem, ...]:
    document, key = parse_source(data, source), _LISTS[kind]
    read: Any = parse_waivers(data, source) if kind == "waivers" else parse_quarantine(data, source)
    entries = read.waivers if kind == "waivers" else read.tests
    found: list[_Finding] = []
    for place, note in zip(read.places, read.unusable, strict=True):
        found += _unusable(note.reason, f"$.{key}[{place}]")
    usable = (place for place in range(len(entries) + len(read.places)) if place not in set(read.places))
    for place, entry in zip(usable, entries, strict=True):
        found += _of_entry(entry, f"$.{key}[{place}]", today)
        if isinstance(entry, Waiver):
            found += _of_rule(entry.rule, f"$.{key}[{place}].rule", policy)
    placed = document.placed([each.line for each in found])
    problems = [_as_found(each, problem) for each, problem in zip(found, placed, strict=True)]
    return tuple(sorted(problems, key=lambda each: (each.line, each.column)))


def _as_found(finding: _Finding, problem: PolicyProblem) -> PolicyProblem:
    if not finding.id:
        return problem
    return msgspec.structs.replace(problem, severity=ProblemSeverity.WARNING, id=finding.id)


def _unusable(reason: str, path: str) -> Iterator[_Finding]:
    """The lines of a note, which may have places of their own inside the entry."""
    for line in _NEXT_LINE.split(reason):
        yield _Finding(line if line.startswith(path) else f"{path}: {line}")


def _of_rule(rule: str, path: str, policy: Policy | None) -> Iterator[_Finding]:
    """What is to be said about the rule that a waiver is for."""
    if rule == RULE_ID:
        yield _Finding(f"{path}: the rule {RULE_ID!r} can't be waived")
    elif policy is not None and rule not in (known := [each.id for each in policy.rules]):
        said = (
            f"the policy {plain(policy.name, 100)!r} has no rule {plain(rule, 100)!r}{nearest(rule, known)}"
        )
        yield _Finding(f"{path}: {said}", "unknown-rule")


def _of_entry(entry: Any, path: str, today: date) -> Iterator[_Finding]:
    """What is to be said about an exception that was read."""
    if isinstance(entry, Waiver) and (why_not := never_holds(entry)):
        yield _Finding(f"{path}: {why_not}")
    where = f"{path}.expires"
    ended = term(entry.expires, today)
    days = (entry.expires - today).days
    if ended is not None and ended[0] is ExceptionStanding.EXPIRED:
        yield _Finding(f"{where}: {ended[1]}; remove the entry", "expired")
    elif ended is not None:
        yield _Finding(f"{where}: {ended[1]}")
    elif days <= SOON_DAYS:
        left = f"in {counted(days, 'day')}" if days else "today"
        yield _Finding(f"{where}: expires {left}", "expires-soon")
