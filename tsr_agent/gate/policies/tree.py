"""From a policy's plain tree to its rules. Every problem is collected; one is enough to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.gate.baseline import BaselineSelection
from tsr_agent.gate.checks.registry import CHECKS, WITHOUT_EVIDENCE
from tsr_agent.gate.checks.tests import counting
from tsr_agent.gate.consistency import RULE_ID
from tsr_agent.gate.policies.names import EVERY_ENVIRONMENT, MAX_ENVIRONMENTS, environment_key
from tsr_agent.gate.policies.policy import MAX_RULES, FlakyPolicy, Policy, PolicyForm
from tsr_agent.gate.rule import MissingEvidence, Rule
from tsr_agent.models.decision import RuleSeverity
from tsr_agent.models.form_problems import nearest, problems_of
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.gate.rule import EnvironmentOverride
    from tsr_agent.models.approval import ApprovalTerms


def read_policy_tree(tree: dict[str, Any], policy_digest: str, problems: list[str]) -> Policy | None:
    """Reads a tree of version 1.

    Args:
        tree: The file's mapping.
        policy_digest: SHA-256 of the file's bytes.
        problems: Takes one line a problem, ``$.path: what is wrong``.

    Returns:
        The policy; None where anything is wrong with it.
    """
    version = tree.get("version")
    if "version" in tree and (version != 1 or isinstance(version, bool)):
        shown = repr(version[:40]) if isinstance(version, str) else str(version)[:40]
        hint = "; write version: 1, without quotes" if version == "1" else ""
        problems.append(f"$.version: {shown} is not a version that this build reads: 1 or 0{hint}")
        return None
    problems += _explained(problems_of(tree, PolicyForm), tree, "$")
    if not tree.get("rules") and not tree.get("extends"):
        problems.append("$.rules: missing; a policy has at least one rule")
    entries = tree.get("rules")
    read = [
        _rule(entry, f"$.rules[{place}]", problems)
        for place, entry in enumerate(_mappings(entries)[:MAX_RULES])
    ]
    _refuse_twins([rule for rule in read if rule is not None], problems)
    if problems:
        return None
    form = msgspec.convert(tree, ready(PolicyForm))
    rules = tuple(rule for rule in read if rule is not None)
    policy = Policy(
        name=form.name,
        version=form.revision,
        digest=policy_digest,
        description=form.description,
        on_missing=form.on_missing or MissingEvidence.REVIEW,
        rules=rules,
        environment_rules=_by_environment(rules, form.rules, problems),
        approvals={environment_key(name): need for name, need in form.approvals.items()},
        baseline=form.baseline or BaselineSelection(),
        flaky=form.flaky or FlakyPolicy(),
    )
    _refuse_unclear_names("$.approvals", list(form.approvals), problems)
    _refuse_repeated_terms(form.approvals, problems)
    _refuse_toothless(policy, problems)
    return None if problems else _with_attempts(policy)


def _with_attempts(policy: Policy) -> Policy:
    """The policy with its own treatment of flaky tests in every rule that names none."""
    attempts = policy.flaky.attempts
    return msgspec.structs.replace(
        policy,
        rules=tuple(counting(rule, attempts) for rule in policy.rules),
        environment_rules={
            name: tuple(counting(rule, attempts) for rule in rules)
            for name, rules in policy.environment_rules.items()
        },
    )


def _mappings(entries: object) -> list[object]:
    return entries if isinstance(entries, list) else []


def _rule(entry: object, path: str, problems: list[str]) -> Rule | None:
    if not isinstance(entry, dict):
        return None
    form = _form_of(entry, path, problems)
    if form is None:
        problems += _shared_problems(entry, path)
        return None
    found = _explained(problems_of(entry, form, path, above=(PolicyForm,)), entry, path)
    if not found:
        rule = msgspec.convert(entry, ready(form))
        found = [f"{path}.{where}: {what}" for where, what in rule.impossible()]
        if rule.id == RULE_ID:
            found.append(f"{path}.id: {RULE_ID!r} is the rule that every policy has; choose another id")
        _refuse_every_environment(f"{path}.environments", list(rule.environments), found)
        _refuse_unclear_names(f"{path}.environments", list(rule.environments), found)
    problems += found
    return None if found else rule


def _shared_problems(entry: dict[str, Any], path: str) -> list[str]:
    """What is wrong with a rule whose check is not known yet, in the keys that all rules have."""
    return [
        line
        for field in msgspec.structs.fields(Rule)
        if field.name != "check" and field.encode_name in entry
        for line in problems_of(entry[field.encode_name], field.type, f"{path}.{field.encode_name}")
    ]


def _form_of(entry: dict[str, Any], path: str, problems: list[str]) -> type[Rule] | None:
    check = entry.get("check")
    if isinstance(check, str) and check in CHECKS:
        return CHECKS[check]
    if check is None:
        misspelt = [f"{path}.{key}: unknown key; did you mean 'check'?" for key in entry if _like_check(key)]
        problems += misspelt or [f"{path}.check: missing; it is one of {', '.join(sorted(CHECKS))}"]
        return None
    import difflib

    close = difflib.get_close_matches(str(check), list(CHECKS), n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(CHECKS))}"
    problems.append(f"{path}.check: {str(check)[:80]!r} is not a check; {hint}")
    return None


def _like_check(key: object) -> bool:
    known = [field.encode_name for field in msgspec.structs.fields(Rule)]
    return key not in (*known, "where", "require") and nearest(str(key), ["check"]) != ""


def _explained(found: list[str], tree: dict[str, Any], path: str) -> list[str]:
    """Says what to write where the commonest slip gives a line that does not help."""
    found = _with_new_names(found, tree, path)
    if tree.get("on_missing") != "ignore":
        return found
    where = f"{path}.on_missing"
    line = f"{where}: 'ignore' needs a written reason: on_missing: {{ignore: why it may be missing}}"
    return [line if each.startswith(f"{where}:") else each for each in found]


def _with_new_names(found: list[str], tree: dict[str, Any], path: str) -> list[str]:
    """What a key is called that had another name."""
    where, require = f"{path}.require.flaky", tree.get("require")
    given = require.get("flaky") if isinstance(require, dict) else None
    line = f"{where}: unknown key; write attempts: {'last' if given == 'passed' else 'worst'}"
    return [line if each.startswith(f"{where}: unknown key") else each for each in found]


def _refuse_twins(rules: list[Rule], problems: list[str]) -> None:
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.id in seen:
            problems.append(f"$.rules[{place}].id: the id {rule.id!r} stands twice")
        seen.add(rule.id)


def _refuse_every_environment(path: str, environments: list[str], problems: list[str]) -> None:
    problems += [
        f"{path}.{name}: '*' is not an environment here; the rule's own keys hold in every one"
        for name in environments
        if environment_key(name) == EVERY_ENVIRONMENT
    ]


def _refuse_unclear_names(path: str, environments: list[str], problems: list[str]) -> None:
    keys = [environment_key(name) for name in environments]
    if not all(keys):
        problems.append(f"{path}: an environment has no name")
    problems += [
        f"{path}.{name}: the environment is named twice in different spellings"
        for name, key in zip(environments, keys, strict=True)
        if keys.count(key) > 1
    ]


def _refuse_repeated_terms(approvals: Mapping[str, ApprovalTerms], problems: list[str]) -> None:
    """A role that stands twice reads as if two were needed."""
    for name, terms in approvals.items():
        for key, values in (("roles", terms.roles), ("distinct_from", terms.distinct_from)):
            problems += [
                f"$.approvals.{name}.{key}[{place}]: {value.value!r} stands twice"
                for place, value in enumerate(values)
                if value in values[:place]
            ]


def _refuse_toothless(policy: Policy, problems: list[str]) -> None:
    """A policy whose rules all but warn would release whatever was handed in."""
    wanted = "at least one rule must have severity block or review"
    if not any(_can_stop(rule) for rule in policy.rules):
        problems.append(f"$.rules: nothing in this policy can stop a release; {wanted}")
        return
    problems += [
        f"$.rules: nothing in this policy can stop a release to {name}; {wanted} there"
        for name, rules in policy.environment_rules.items()
        if not any(_can_stop(rule) for rule in rules)
    ]


def _can_stop(rule: Rule) -> bool:
    """Whether the rule can stop a release for what is in the report; a freeze ends by itself."""
    return rule.severity in (RuleSeverity.BLOCK, RuleSeverity.REVIEW) and rule.check not in WITHOUT_EVIDENCE


def _by_environment(
    rules: tuple[Rule, ...], entries: tuple[dict[str, Any], ...], problems: list[str]
) -> dict[str, tuple[Rule, ...]]:
    """The whole list of rules once for each environment that any of them names."""
    keys = {environment_key(name) for rule in rules for name in rule.environments}
    if len(keys) > MAX_ENVIRONMENTS:
        problems.append(
            f"$.rules: {len(keys):,} environments are named; at most {MAX_ENVIRONMENTS} are allowed"
        )
        return {}
    return {
        key: tuple(
            _in_environment(rule, entry, f"$.rules[{place}]", key, problems)
            for place, (rule, entry) in enumerate(zip(rules, entries, strict=True))
        )
        for key in sorted(keys)
    }


def _in_environment(rule: Rule, entry: dict[str, Any], path: str, key: str, problems: list[str]) -> Rule:
    name = next((each for each in rule.environments if environment_key(each) == key), None)
    if name is None:
        return rule
    override = rule.environments[name]
    where = f"{path}.environments.{name}"
    laid_over = _laid_over(entry, override)
    found = _explained(problems_of(laid_over, type(rule), where), laid_over, where)
    if not found:
        changed = msgspec.convert(laid_over, ready(type(rule)))
        found = [f"{where}.{below}: {what}" for below, what in changed.impossible()]
    problems += found
    return rule if found else changed


def _laid_over(entry: dict[str, Any], override: EnvironmentOverride) -> dict[str, Any]:
    changed = {key: value for key, value in entry.items() if key != "environments"}
    if override.require:
        changed["require"] = {**changed.get("require", {}), **override.require}
    if override.severity is not None:
        changed["severity"] = override.severity.value
    if override.on_missing is not None:
        changed["on_missing"] = msgspec.to_builtins(override.on_missing)
    return changed
