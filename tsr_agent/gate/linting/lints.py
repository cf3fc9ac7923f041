"""What an experienced tech lead would ask about a policy that is valid.

A lint never refuses anything: each is a warning with an id of its own. Pure: the day is passed in.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tsr_agent.gate.baseline import BaselineSelection
from tsr_agent.gate.policies.environment_names import look_alikes
from tsr_agent.gate.policies.names import environment_key
from tsr_agent.gate.policies.policy import Policy
from tsr_agent.gate.policies.strictness import loosenings, missing_rank
from tsr_agent.gate.rule import IgnoreMissing, MissingEvidence
from tsr_agent.gate.wording import counted, exact, plain
from tsr_agent.models.base import Record
from tsr_agent.models.decision import BaselineSelect, RuleSeverity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tsr_agent.gate.rule import Rule

LONG_DAYS = 90
_DECIDING = (RuleSeverity.BLOCK, RuleSeverity.REVIEW)
_FEW = 20
"""Samples in the example of what chance does to a small number of them."""
_WORSE_BY = 0.03
_MOST_RIVALS = 10
"""Rules on the same thing that a rule is held against: more of them would make an editor wait."""
_MOST_COMPARED = 20_000
"""Pairs of rules in an environment that are held against each other in all, for the same reason."""


class Lint(NamedTuple):
    """One thing to ask about."""

    id: str
    path: str
    """``$.rules[2].require`` and the like."""
    said: str
    """What is wrong; behind the last semicolon, what to do."""


class LintedPolicy(Record, frozen=True, kw_only=True):
    """A policy and what its file says beyond it."""

    policy: Policy
    tree: dict[str, Any]
    """The file's mapping, of version 1."""
    today: date | None = None
    """The day (UTC) that dates are held against; without one they are not looked at."""

    def own_rules(self) -> list[tuple[str, Rule]]:
        """The rules that stand in this file, each with its path."""
        by_id = {rule.id: rule for rule in self.policy.rules}
        entries = enumerate(self.tree.get("rules") or ())
        return [(f"$.rules[{place}]", by_id[each["id"]]) for place, each in entries if each["id"] in by_id]


def lints(linted: LintedPolicy) -> list[Lint]:
    """Everything there is to ask about a valid policy of version 1, rule by rule."""
    rules = linted.own_rules()
    found = [lint for path, rule in rules for each in _OF_A_RULE for lint in each(path, rule, linted)]
    for each in _OF_A_POLICY:
        found += each(linted)
    return found


def _few_samples(path: str, rule: Rule, _linted: LintedPolicy) -> Iterator[Lint]:
    require: Any = getattr(rule, "require", None)
    if rule.check != "eval_metric" or rule.severity not in _DECIDING:
        return
    if getattr(require, "min_samples", None) or getattr(require, "confidence", None):
        return
    metric = plain(rule.where.metric, 60)  # type: ignore[attr-defined]  # of this check
    what = f"{metric} is judged by its value alone, on however few samples"
    yield Lint(
        "few-samples",
        f"{path}.require",
        f"{what}{_by_chance(metric, require)}; give min_samples or confidence",
    )


def _by_chance(metric: str, require: Any) -> str:
    """How often a system that is worse than the bound passes all the same; empty for what is no share."""
    low, high = require.at_least, require.at_most
    if low is not None and _WORSE_BY < low <= 1:
        bound, true = low, low - _WORSE_BY
        passing = range(math.ceil(low * _FEW - 1e-9), _FEW + 1)
    elif high is not None and 0 < high < 1 - _WORSE_BY:
        bound, true = high, high + _WORSE_BY
        passing = range(math.floor(high * _FEW + 1e-9) + 1)
    else:
        return ""
    chance = sum(math.comb(_FEW, hits) * true**hits * (1 - true) ** (_FEW - hits) for hits in passing)
    return (
        f": at {exact(bound)} on {_FEW} of them, a system whose true {metric} is {true:.3g} passes "
        f"{chance * 100:.0f} % of the time"
    )


def _ignored_evidence(path: str, rule: Rule, linted: LintedPolicy) -> Iterator[Lint]:
    if rule.severity is not RuleSeverity.BLOCK:
        return
    if isinstance(rule.on_missing, IgnoreMissing):
        said = "the rule blocks, and whoever leaves its evidence out gets past it; write review or fail"
        yield Lint("ignored-evidence", f"{path}.on_missing", said)
    elif rule.on_missing is None and isinstance(linted.policy.on_missing, IgnoreMissing):
        said = "the rule blocks, and the policy ignores missing evidence; give the rule its own on_missing"
        yield Lint("ignored-evidence", path, said)


def _no_fix(path: str, rule: Rule, _linted: LintedPolicy) -> Iterator[Lint]:
    if rule.severity is RuleSeverity.BLOCK and not rule.fix.strip():
        yield Lint("no-fix", path, "the rule blocks and does not say what to do when it fails; add fix")


def _dates(path: str, rule: Rule, linted: LintedPolicy) -> Iterator[Lint]:
    today, starts = linted.today, rule.effective_on
    if today is None or starts is None:
        return
    where = f"{path}.effective_on"
    if starts < today - timedelta(days=LONG_DAYS):
        yield Lint("long-effective", where, f"in effect since {starts.isoformat()}; the key can go")
    elif starts > today + timedelta(days=LONG_DAYS) and rule.severity in _DECIDING:
        days = counted((starts - today).days, "day")
        yield Lint("far-ahead", where, f"the rule only warns for another {days}; choose an earlier day")


def _freeze_over(path: str, rule: Rule, linted: LintedPolicy) -> Iterator[Lint]:
    require: Any = getattr(rule, "require", None)
    if rule.check != "calendar" or linted.today is None or require.not_on_weekdays:
        return
    ends = [*require.not_on_dates, *(each.last for each in require.not_between)]
    if ends and max(ends) < linted.today:
        said = f"the last day of this freeze was {max(ends).isoformat()}; give new dates"
        yield Lint("freeze-over", f"{path}.require", said)


def _locked_info(path: str, rule: Rule, _linted: LintedPolicy) -> Iterator[Lint]:
    if rule.locked and rule.severity is RuleSeverity.INFO:
        said = "the rule is locked and can't do anything; give it a severity that counts"
        yield Lint("locked-info", f"{path}.locked", said)


def _alike(linted: LintedPolicy) -> Iterator[Lint]:
    """Rules that look at the same thing with the same check: equal ones, and ones that add nothing."""
    versions = _versions(linted.policy)
    groups: dict[tuple[str, bytes], list[tuple[str, Rule]]] = {}
    left = _MOST_COMPARED
    for path, rule in linted.own_rules():
        group = groups.setdefault((rule.check, msgspec.json.encode(getattr(rule, "where", None))), [])
        for other_path, other in group[-_MOST_RIVALS:]:
            left -= len(versions[rule.id].keys() | versions[other.id].keys())
            if left < 0:
                return
            found = _pair(path, versions[rule.id], other_path, versions[other.id], linted.policy)
            if found is not None:
                yield found
                break
        group.append((path, rule))


_Versions = dict[str, "Rule"]
"""A rule as it holds everywhere, under the empty name, and in the environments that it names."""


def _versions(policy: Policy) -> dict[str, _Versions]:
    found: dict[str, _Versions] = {rule.id: {"": rule} for rule in policy.rules}
    for place, rule in enumerate(policy.rules):
        for name in map(environment_key, rule.environments):
            found[rule.id][name] = policy.environment_rules[name][place]
    return found


def _pair(path: str, rule: _Versions, other_path: str, other: _Versions, policy: Policy) -> Lint | None:
    covered, covers = _covers(other, rule, policy), _covers(rule, other, policy)
    nothing = "asks nothing that the rule {!r} does not ask; drop it"
    if covered and covers:
        return Lint("same-rule", path, f"asks the same as the rule {other[''].id!r}; drop one of them")
    if covered:
        return Lint("pointless-rule", path, nothing.format(other[""].id))
    return Lint("pointless-rule", other_path, nothing.format(rule[""].id)) if covers else None


def _covers(one: _Versions, other: _Versions, policy: Policy) -> bool:
    """Whether one rule asks in every environment at least what another one asks."""
    for name in one.keys() | other.keys():
        strict, mild = one.get(name, one[""]), other.get(name, other[""])
        if loosenings(msgspec.structs.replace(mild, locked=False), strict):
            return False
        if _missing(strict, policy) < _missing(mild, policy):
            return False
    return True


def _missing(rule: Rule, policy: Policy) -> int:
    return missing_rank(rule.on_missing or policy.on_missing)


def _spelling(linted: LintedPolicy) -> Iterator[Lint]:
    """Environments that are perhaps one: the rarer name is the one to look at."""
    named: dict[str, list[str]] = {}
    for path, rule in linted.own_rules():
        for name in rule.environments:
            named.setdefault(environment_key(name), []).append(f"{path}.environments.{name}")
    for name in linted.tree.get("approvals") or ():
        named.setdefault(environment_key(name), []).append(f"$.approvals.{name}")
    for pair in look_alikes(named):
        rare, usual = sorted(pair, key=lambda name: (len(named[name]), len(name)))
        names = f"the environment {plain(rare, 60)!r} looks like {plain(usual, 60)!r}"
        said = f"{names}; write one name if they are the same"
        yield Lint("environment-name", named[rare][-1], said)


def _no_baseline(linted: LintedPolicy) -> Iterator[Lint]:
    own = [path for path, rule in linted.own_rules() if rule.compares()]
    if own and "baseline" not in linted.tree and linted.policy.baseline == BaselineSelection():
        said = (
            "the rule compares with a baseline, and the policy does not say which; add the section baseline"
        )
        yield Lint("no-baseline", own[0], said)


def _first_release(path: str, rule: Rule, linted: LintedPolicy) -> Iterator[Lint]:
    """Nothing is released before the first release, so that a rule that needs one would stop it for ever."""
    missing = rule.on_missing or linted.policy.on_missing
    if not rule.compares() or rule.severity is not RuleSeverity.BLOCK or missing is not MissingEvidence.FAIL:
        return
    if linted.policy.baseline.select is BaselineSelect.LAST_APPROVED:
        said = "without an earlier release the rule blocks, so that the first one never gets out"
        yield Lint("first-release", path, f"{said}; write on_missing: review")


def _old_description(linted: LintedPolicy) -> Iterator[Lint]:
    """An inherited description with a figure, over another bound."""
    entries = linted.tree.get("rules") or ()
    for (path, rule), entry in zip(linted.own_rules(), entries, strict=False):
        inherited = linted.policy.origins.get(rule.id) and "description" not in entry
        if inherited and "require" in entry and any(map(str.isdigit, rule.description)):
            said = (
                f"the inherited description {plain(rule.description, 60)!r} may not fit what is required here"
            )
            yield Lint("old-description", f"{path}.require", f"{said}; write one")


_OF_A_RULE: tuple[Callable[[str, Rule, LintedPolicy], Iterator[Lint]], ...] = (
    _few_samples,
    _ignored_evidence,
    _no_fix,
    _dates,
    _freeze_over,
    _locked_info,
    _first_release,
)
_OF_A_POLICY: tuple[Callable[[LintedPolicy], Iterator[Lint]], ...] = (
    _alike,
    _spelling,
    _no_baseline,
    _old_description,
)
