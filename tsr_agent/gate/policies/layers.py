"""Lays policies over each other: what one that extends others inherits, changes and does without."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.approval_terms import approvals_over, mapping_over
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.policies.policy import AttemptsCount, Policy
from tsr_agent.gate.policies.strictness import missing_rank
from tsr_agent.gate.rule import MissingEvidence, OnMissing, Rule
from tsr_agent.gate.source.tree import SourceTree
from tsr_agent.gate.wording import plain
from tsr_agent.models.base import Record
from tsr_agent.models.decision import PolicyParent
from tsr_agent.models.forms import ready

_RULE = re.compile(r"\$\.rules\[(\d+)\]")
_LAID_OVER = ("require", "where")
_SAID_ONCE = ("baseline", "flaky")
"""What a policy says once for all of its rules."""


class LayeredRule(Record, frozen=True, kw_only=True):
    """A rule as a policy hands it on to one that extends it."""

    entry: Mapping[str, Any]
    """As a tree of version 1, without what its policy fills in."""
    missing: OnMissing
    """What missing evidence counts as where the rule does not say it itself."""
    attempts: AttemptsCount
    """What a flaky test counts as where the rule does not say it itself."""
    origin: str | None
    """The policy that has brought it in, as a decision names it; None for the one that is being read."""
    document: SourceTree
    path: str
    """Where it stands in the document, or where it was last changed."""

    @property
    def place(self) -> str:
        """File, line and column."""
        return self.document.position(self.path)


class Layer(Record, frozen=True, kw_only=True):
    """A policy that was read, and what one that extends it needs besides."""

    policy: Policy
    rules: tuple[LayeredRule, ...]
    reference: PolicyParent
    quarantine_path: str
    """Of its quarantine file, relative to the folder of the first policy; empty without one."""
    given: frozenset[str]
    """Which of ``baseline`` and ``flaky`` it or a policy above it says something about."""


class Merged(Record, frozen=True, kw_only=True):
    """One tree out of a policy's own and those that it extends."""

    tree: dict[str, Any]
    rules: tuple[LayeredRule, ...]
    own: tuple[int | None, ...]
    """By place of the rule, the place of its entry in the policy's own file."""
    written: dict[str, Any]
    """The policy's own tree."""

    def of(self, problem: str) -> str:
        """The problem's line with the path of the policy's own file."""
        found = _RULE.match(problem)
        if found is None:
            return problem
        place = self.own[int(found[1])]
        if place is None:
            rule = self.rules[int(found[1])].entry.get("id")
            return f"$.extends: rule {plain(str(rule), 100)!r}: {problem.partition(': ')[2]}"
        return f"$.rules[{place}]{problem[found.end() :]}"


def merge(
    tree: dict[str, Any],
    parents: Sequence[Layer],
    document: SourceTree,
    paths: Sequence[str],
    problems: list[str],
) -> Merged:
    """Lays a policy of version 1 over those that it extends.

    Args:
        tree: The policy's own mapping.
        parents: What it extends, in its order.
        document: The policy's own file.
        paths: Where each rule stands in that file; empty where they stand as in the tree.
        problems: Takes one line a problem, with paths of the policy's own file.
    """
    inherited = _inherited(parents, problems)
    removed = _remove(inherited, tree.get("remove"), problems)
    given = _Given.by(tree)
    missing = given.missing or _strictest([each.policy.on_missing for each in parents])
    said = [each.policy.flaky.attempts for each in parents if "flaky" in each.given]
    attempts = given.attempts or (said[0] if said else AttemptsCount.WORST)
    rules: list[tuple[LayeredRule, int | None]] = [(given.over(rule), None) for rule in inherited.values()]
    changes = _Changes(rules, document, missing, attempts, removed)
    for place, entry in enumerate(_list(tree.get("rules"))):
        changes.take(entry, place, paths[place] if paths else f"$.rules[{place}]", problems)
    laid = _policy_wide(tree, parents, missing, problems) if parents else {}
    if parents and isinstance(tree.get("rules", []), list):
        laid["rules"] = [_filled_in(rule, missing, attempts) for rule, _ in rules]
    return Merged(
        tree={**tree, **laid},
        rules=tuple(rule for rule, _ in rules),
        own=tuple(place for _, place in rules),
        written=tree,
    )


def layer_of(policy: Policy, merged: Merged, parents: Sequence[Layer], origin: str) -> Layer:
    """The policy with its ancestors and where its rules come from.

    Args:
        policy: As read from the merged tree.
        merged: What it was read from.
        parents: What it extends.
        origin: What a decision calls the policy itself; empty for the first one.
    """
    above = [each for parent in parents for each in (*parent.policy.parents, parent.reference)]
    rules = tuple(
        msgspec.structs.replace(rule, origin=origin) if rule.origin is None else rule for rule in merged.rules
    )
    origins = {
        read.id: rule.origin
        for read, rule in zip(policy.rules, rules, strict=True)
        if rule.origin is not None and rule.origin != origin
    }
    whole = msgspec.structs.replace(
        policy,
        parents=tuple({each.source: each for each in above}.values()),
        origins=origins,
    )
    given = {key for key in _SAID_ONCE if merged.tree.get(key) is not None}
    return Layer(
        policy=whole,
        rules=rules,
        reference=PolicyParent(
            source=plain(origin, 1_000),
            name=plain(policy.name, 1_000),
            version=plain(policy.version, 1_000),
            digest=policy.digest,
        ),
        quarantine_path=_quarantine_path(policy, merged, origin),
        given=frozenset(given.union(*(parent.given for parent in parents))),
    )


class _Changes:
    """Puts a policy's own entries over the inherited rules and behind them, in place."""

    def __init__(
        self,
        rules: list[tuple[LayeredRule, int | None]],
        document: SourceTree,
        missing: OnMissing,
        attempts: AttemptsCount,
        removed: Collection[str],
    ) -> None:
        self._removed = removed
        self._rules = rules
        self._document = document
        self._missing = missing
        self._attempts = attempts
        self._inherited = {str(rule.entry.get("id")): at for at, (rule, _) in enumerate(rules)}

    def take(self, entry: Any, place: int, path: str, problems: list[str]) -> None:
        """An entry and its place in the policy's own list."""
        name = entry.get("id") if isinstance(entry, dict) else None
        at = self._inherited.get(name) if isinstance(name, str) else None
        if at is None:
            self._append(place, entry, path, problems)
            return
        rule, taken = self._rules[at]
        if taken is not None:
            problems.append(f"{path}.id: the id {name!r} stands twice")
            return
        changed = lay_over(rule.entry, entry, path, problems)
        laid = msgspec.structs.replace(rule, entry=changed, document=self._document, path=path)
        self._rules[at] = (laid, place)

    def _append(self, place: int, entry: Any, path: str, problems: list[str]) -> None:
        if isinstance(entry, dict) and "check" not in entry:
            name = str(entry.get("id"))
            if name in self._removed:
                said = "'remove' drops the extended policy's rule of this id; take it out there to change it"
                problems.append(f"{path}.id: {said}")
                return
            hint = _close(name, self._inherited)
            if hint:
                problems.append(f"{path}.id: no extended policy has a rule {plain(name, 100)!r}{hint}")
                return
        own = LayeredRule(
            entry=entry,
            missing=self._missing,
            attempts=self._attempts,
            origin=None,
            document=self._document,
            path=path,
        )
        self._rules.append((own, place))


def lay_over(
    below: Mapping[str, Any], entry: Mapping[str, Any], path: str, problems: list[str]
) -> dict[str, Any]:
    """A rule's entry over the one of the same id: key by key, and inside ``require`` and the like too."""
    if "check" in entry and entry["check"] != below.get("check"):
        problems.append(
            f"{path}.check: the inherited rule of this id makes the check {str(below.get('check'))!r}; "
            "a rule with another check needs another id"
        )
    changed = {**below, **entry, "check": below.get("check")}
    for key in _LAID_OVER:
        if key in below and key in entry:
            changed[key] = mapping_over(below[key], entry[key])
    if "environments" in below and "environments" in entry:
        changed["environments"] = _environments_over(below["environments"], entry["environments"])
    return changed


def _environments_over(below: Any, above: Any) -> Any:
    """By environment, however it is spelt. What stands above gives the spelling."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    inherited = {environment_key(name): change for name, change in below.items()}
    named = {environment_key(name) for name in above}
    kept = {name: change for name, change in below.items() if environment_key(name) not in named}
    laid = {name: _change_over(inherited.get(environment_key(name)), new) for name, new in above.items()}
    return {**kept, **laid}


def _change_over(below: Any, above: Any) -> Any:
    merged = mapping_over(below, above)
    if isinstance(below, dict) and isinstance(above, dict) and "require" in below and "require" in above:
        merged["require"] = mapping_over(below["require"], above["require"])
    return merged


def _inherited(parents: Sequence[Layer], problems: list[str]) -> dict[str, LayeredRule]:
    """The rules of all parents, in order. Two of one id must be the same."""
    found: dict[str, tuple[LayeredRule, Rule]] = {}
    for parent in parents:
        for layered, rule in zip(parent.rules, parent.policy.rules, strict=True):
            same = msgspec.structs.replace(rule, on_missing=rule.on_missing or parent.policy.on_missing)
            other = found.setdefault(rule.id, (layered, same))
            if other[1] != same:
                problems.append(
                    f"$.extends: the rule {rule.id!r} is not the same at {other[0].place} and at "
                    f"{layered.place}; only one of the two policies can be extended"
                )
    return {name: layered for name, (layered, _) in found.items()}


def _remove(inherited: dict[str, LayeredRule], names: Any, problems: list[str]) -> set[str]:
    """Takes the named rules out of the inherited ones and gives their ids."""
    before = set(inherited)
    for place, name in enumerate(_list(names)):
        if not isinstance(name, str):
            continue
        path, shown = f"$.remove[{place}]", plain(name, 100)
        rule = inherited.get(name)
        if rule is None:
            problems.append(f"{path}: no extended policy has a rule {shown!r}{_close(name, inherited)}")
        elif rule.entry.get("locked") is True:
            problems.append(f"{path}: the rule {shown!r} is locked at {rule.place}; it can't be left out")
        else:
            del inherited[name]
    return before - set(inherited)


def _close(name: str, known: Mapping[str, object]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


class _Given(NamedTuple):
    """What a policy's own file says for all of its rules; None where it says nothing that can be read."""

    missing: OnMissing | None
    attempts: AttemptsCount | None

    @classmethod
    def by(cls, tree: Mapping[str, Any]) -> _Given:
        flaky = tree.get("flaky")
        attempts = flaky.get("attempts") if isinstance(flaky, dict) else None
        return cls(_read(tree.get("on_missing"), OnMissing | None), _read(attempts, AttemptsCount | None))

    def over(self, rule: LayeredRule) -> LayeredRule:
        """What is said here wins, but does not make a locked rule milder."""
        missing, attempts = self.missing or rule.missing, self.attempts or rule.attempts
        if rule.entry.get("locked") is True:
            missing, attempts = _strictest([rule.missing, missing]), _stricter(rule.attempts, attempts)
        return msgspec.structs.replace(rule, missing=missing, attempts=attempts)


def _read(value: object, form: Any) -> Any:
    try:
        return msgspec.convert(value, ready(form))
    except msgspec.ValidationError:
        return None


def _strictest(treatments: Sequence[OnMissing]) -> OnMissing:
    return max(treatments, key=missing_rank, default=MissingEvidence.REVIEW)


def _stricter(one: AttemptsCount, other: AttemptsCount) -> AttemptsCount:
    return min(one, other, key=list(AttemptsCount).index)


def _counts_attempts(check: object) -> bool:
    form = CHECKS.get(check) if isinstance(check, str) else None
    fields = {field.name: field.type for field in msgspec.structs.fields(form)} if form is not None else {}
    require = fields.get("require")
    return "attempts" in getattr(require, "directions", {})


def _filled_in(rule: LayeredRule, own_missing: OnMissing, own_attempts: AttemptsCount) -> Any:
    """The entry with what it inherits, where the policy itself would fill in something else."""
    entry = rule.entry
    if not isinstance(entry, dict):
        return entry
    if entry.get("on_missing") is None and rule.missing != own_missing:
        entry = {**entry, "on_missing": msgspec.to_builtins(rule.missing)}
    require = entry.get("require", {})
    if not isinstance(require, dict) or require.get("attempts") is not None:
        return entry
    if rule.attempts is not own_attempts and _counts_attempts(entry.get("check")):
        entry = {**entry, "require": {**require, "attempts": rule.attempts.value}}
    return entry


def _policy_wide(
    tree: Mapping[str, Any], parents: Sequence[Layer], own_missing: OnMissing, problems: list[str]
) -> dict[str, Any]:
    """What holds for all rules: the own keys over the inherited ones."""
    policies = [each.policy for each in parents]
    wide: dict[str, Any] = {"approvals": approvals_over(tree.get("approvals"), policies, problems)}
    if tree.get("on_missing") is None:
        wide["on_missing"] = msgspec.to_builtins(own_missing)
    for key in _SAID_ONCE:
        own, said = tree.get(key), [_said(key, each) for each in parents if key in each.given]
        agree = all(each == said[0] for each in said)
        if not agree and own is None:
            problems.append(f"$.extends: the extended policies differ in {key!r}; say here what holds")
        elif said and agree:
            inherited = msgspec.to_builtins(said[0])
            wide[key] = inherited if own is None else mapping_over(inherited, own)
    return wide


def _said(key: str, parent: Layer) -> Any:
    """What a parent says. Its quarantine file is named so that it is the same one from the first policy."""
    if key == "flaky":
        return msgspec.structs.replace(parent.policy.flaky, quarantine_file=parent.quarantine_path)
    return getattr(parent.policy, key)


def _quarantine_path(policy: Policy, merged: Merged, origin: str) -> str:
    flaky = merged.written.get("flaky")
    name = policy.flaky.quarantine_file
    if name and isinstance(flaky, dict) and "quarantine_file" in flaky:
        return posixpath.normpath(posixpath.join(posixpath.dirname(origin), name))
    return name


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
