"""Policies that extend others: what is inherited, and what may change."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.judged_reports import judge, releasable, without_type
from tests.factories.layered_policies import BASE, HEAD, by_id, child, load, refused
from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import MAX_DEPTH, MAX_POLICIES, load_policy, parse_policy
from tsr_agent.gate.policies.policy import MAX_RULES
from tsr_agent.gate.rule import MissingEvidence
from tsr_agent.gate.source.tree import MAX_BYTES
from tsr_agent.models.decision import GoNoGoDecision, RuleSeverity
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def test_everything_is_inherited(folder: Path) -> None:
    base, team = load_policy(folder / "base.yaml"), load(folder, HEAD)
    assert [(rule.id, rule.severity) for rule in team.rules] == [
        (rule.id, rule.severity) for rule in base.rules
    ]
    assert (team.on_missing, team.approvals, team.baseline) == (
        base.on_missing,
        base.approvals,
        base.baseline,
    )
    assert (team.name, team.version) == ("team", "1")
    (parent,) = team.reference.parents
    assert (parent.source, parent.name, parent.version, parent.digest) == (
        "base.yaml",
        "organisation",
        "7",
        base.digest,
    )
    assert team.origins == dict.fromkeys(("unit", "accuracy", "coverage"), "base.yaml")
    assert judge(releasable(), team).policy.parents == (parent,)


def test_an_entry_is_laid_over_the_inherited_one_key_by_key(folder: Path) -> None:
    team = load(
        folder,
        HEAD + "remove: [coverage]\n"
        "rules:\n"
        "  - id: own\n    check: clean_tree\n    severity: warn\n"
        "  - id: accuracy\n    require: {min_samples: 50}\n    where: {scale: {minimum: 0, maximum: 1}}\n"
        "  - id: unit\n    environments: {staging: {require: {min_executed: 4}}}\n",
    )
    assert [rule.id for rule in team.rules] == ["unit", "accuracy", "own"]
    accuracy = by_id(team)["accuracy"]
    assert (accuracy.require.at_least, accuracy.require.min_samples) == (0.85, 50)
    assert (accuracy.where.metric, accuracy.where.scale.maximum) == ("accuracy", 1)
    unit = by_id(team, "STAGING")["unit"]
    assert (unit.require.failed, unit.require.min_executed) == (3, 4)
    assert by_id(team)["unit"].require.min_executed == 3
    assert team.origins == {"unit": "base.yaml", "accuracy": "base.yaml"}


def test_the_built_in_policy_can_be_extended_by_a_text_and_files_can_not() -> None:
    text = {"version": 1, "name": "mine", "extends": "builtin:ai-release", "remove": ["line-coverage"]}
    policy = parse_policy(json.dumps(text).encode(), "editor")
    assert [rule.id for rule in policy.rules] == [
        rule.id for rule in ai_release().rules if rule.id != "line-coverage"
    ]
    assert policy.parents[0].digest == ai_release().digest
    with pytest.raises(PolicyError) as caught:
        parse_policy(json.dumps({**text, "extends": ["base.yaml"]}).encode(), "editor")
    assert caught.value.details == (
        (
            "editor:1:44: extends[0]: 'base.yaml' is a file, and only built-in policies can be extended "
            "here; known are builtin:ai-release"
        ),
    )


def test_paths_are_relative_to_the_file_that_names_them(folder: Path) -> None:
    load(folder, HEAD.replace("base.yaml", "../base.yaml").replace("team", "unit"), "units/bot.yaml")
    team = load(folder, HEAD.replace("base.yaml", "../../units/bot.yaml"), "teams/a/team.yaml")
    assert [(parent.source, parent.name) for parent in team.parents] == [
        ("../../base.yaml", "organisation"),
        ("../../units/bot.yaml", "unit"),
    ]
    assert team.origins["unit"] == "../../base.yaml"


def test_a_parent_may_be_of_version_0(folder: Path) -> None:
    table = {"blocking_conditions": [{"type": "test_type_all_fail", "test_type": "unit"}]}
    (folder / "table.json").write_text(json.dumps(table))
    team = load(folder, child(extends="table.json", rules=[{"id": "unit-tests", "severity": "review"}]))
    (rule,) = team.rules
    assert (rule.severity, team.on_missing) == (RuleSeverity.REVIEW, MissingEvidence.FAIL)
    assert refused(folder, child(extends="table.json", rules=[{"id": "unit-test"}])) == [
        "team.yaml:1:68: rules[0].id: no extended policy has a rule 'unit-test'; did you mean 'unit-tests'?"
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            HEAD + "remove: [accurcy]\n",
            "4:10: remove[0]: no extended policy has a rule 'accurcy'; did you mean ",
        ),
        (
            HEAD + "rules: [{id: acuracy}]\n",
            "4:10: rules[0].id: no extended policy has a rule 'acuracy'; did",
        ),
        (
            HEAD + "remove: [accuracy]\nrules: [{id: accuracy, severity: warn}]\n",
            "5:10: rules[0].id: 'remove' drops the extended policy's rule of this id; take it out there",
        ),
        (HEAD + "rules: [{id: zzz}]\n", "4:9: rules[0].check: missing; it is one of"),
        (
            HEAD + "rules: [{id: accuracy, check: tests}]\n",
            "4:24: rules[0].check: the inherited rule of this id makes the check 'eval_metric'; a rule",
        ),
        (
            HEAD + "rules: [{id: accuracy}, {id: accuracy}]\n",
            "4:26: rules[1].id: the id 'accuracy' stands twice",
        ),
        (
            HEAD + "rules:\n  - id: unit\n    require: {fialed: 0}\n",
            "6:15: rules[0].require.fialed: unknown key",
        ),
        (
            HEAD + "rules:\n  - id: accuracy\n    require: {at_least: 85}\n",
            "6:15: rules[0].require.at_least: 85 ",
        ),
        (HEAD + "rules: {}\n", "4:1: rules: must be"),
        (HEAD + "rules: [7]\n", "4:9: rules[0]: must be"),
        (HEAD + "remove: unit\n", "4:1: remove: must be"),
        (HEAD + "approvals: 7\n", "4:1: approvals: must be"),
        (HEAD + "on_missing: never\n", "4:1: on_missing: "),
        (
            HEAD + "remove: [accuracy, coverage]\nrules: [{id: unit, severity: warn}]\n",
            "5:1: rules: nothing in this policy can stop",
        ),
        (HEAD.replace("base", "nope"), "3:1: extends: 'nope.yaml' can't be read: No such file or directory"),
        (
            HEAD.replace("base.yaml", "/base.yaml"),
            "3:1: extends: '/base.yaml' is not a path relative to this",
        ),
        (HEAD.replace("base.yaml", "'C:base.yaml'"), "3:1: extends: 'C:base.yaml' is not a path relative to"),
        (HEAD.replace("base.yaml", r"..\base.yaml"), r"3:1: extends: '..\\base.yaml' is not a path relative"),
        (HEAD.replace("base.yaml", "'  '"), "3:1: extends: the name of a policy is blank or holds signs"),
        (HEAD.replace("base.yaml", "."), "3:1: extends: '.' is not a file"),
        (
            HEAD.replace("base.yaml", "builtin:ai-relase"),
            "3:1: extends: 'builtin:ai-relase' is not built in; did",
        ),
        (
            HEAD.replace("base.yaml", "ai-release"),
            "3:1: extends: 'ai-release' can't be read: No such file or dir",
        ),
        (HEAD.replace("base.yaml", "[base.yaml, base.yaml]"), "3:22: extends[1]: 'base.yaml' is named twice"),
        (
            HEAD.replace("base.yaml", "[base.yaml, ./base.yaml]"),
            "3:22: extends[1]: './base.yaml' is named twice",
        ),
        (
            HEAD.replace("base.yaml", "[" + "base.yaml, " * 21 + "]"),
            "3:1: extends: ",
        ),
        (HEAD.replace("base.yaml", "[base.yaml, 7]"), "3:22: extends[1]: must be"),
        (HEAD.replace("base.yaml", "{}"), "3:1: extends: must be"),
        (
            HEAD.replace("extends: base.yaml", "remove: [unit]"),
            "3:10: remove[0]: no extended policy has a rule",
        ),
    ],
)
def test_refused_with_line_and_column(folder: Path, text: str, line: str) -> None:
    assert any(each.startswith(f"team.yaml:{line}") for each in refused(folder, text)), refused(folder, text)


def test_a_fault_in_a_parent_is_named_in_its_own_file(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE.replace("failed: 2", "fialed: 2"))
    assert refused(folder, HEAD) == [
        "base.yaml:11:15: rules[0].require.fialed: unknown key; did you mean 'failed'?",
        "team.yaml:3:1: extends: 'base.yaml' is not valid, as said above",
    ]
    (folder / "base.yaml").write_text("rules: [\n")
    with pytest.raises(PolicyError, match=r"base\.yaml:2:1: not YAML"):
        load(folder, HEAD)
    (folder / "base.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(PolicyError, match=r"base\.yaml: more than 524,288 bytes"):
        load(folder, HEAD)


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert refused(folder, HEAD.replace("base", "pipe")) == [
        "team.yaml:3:1: extends: 'pipe.yaml' is not a file"
    ]


def test_a_circle_is_named(folder: Path) -> None:
    load(folder, BASE, "b.yaml")
    (folder / "b.yaml").write_text(HEAD.replace("base", "c"))
    assert refused(folder, HEAD.replace("base", "./b"), "c.yaml")[0] == (
        "b.yaml:3:1: extends: a policy can't extend itself: c.yaml extends b.yaml extends c.yaml"
    )
    assert "can't extend itself" in refused(folder, HEAD.replace("base", "team"))[0]


def test_depth_is_bounded(folder: Path) -> None:
    (folder / "0.yaml").write_text(BASE)
    for number in range(1, MAX_DEPTH + 1):
        load(folder, HEAD.replace("base", f"{number - 1}"), f"{number}.yaml")
    deepest = load_policy(folder / f"{MAX_DEPTH}.yaml")
    assert [parent.source for parent in deepest.parents] == [f"{n}.yaml" for n in range(MAX_DEPTH)]
    lines = refused(folder, HEAD.replace("base", f"{MAX_DEPTH}"))
    assert lines[0] == "1.yaml:3:1: extends: more than 8 policies extend one another"


def test_the_number_of_policies_and_of_rules_is_bounded(folder: Path) -> None:
    names = []
    for group in range(4):
        inner = [f"{group}-{number}.yaml" for number in range(15)]
        for name in inner:
            rule = {"id": name, "check": "clean_tree"}
            (folder / name).write_text(json.dumps({"version": 1, "name": name, "rules": [rule]}))
        names.append(f"{group}.yaml")
        (folder / names[-1]).write_text(child(extends=inner))
    assert f"more than {MAX_POLICIES} policies are extended" in refused(folder, child(extends=names))[0]
    rules = [{"id": f"r{number}", "check": "clean_tree"} for number in range(MAX_RULES)]
    (folder / "many.yaml").write_text(json.dumps({"version": 1, "name": "many", "rules": rules}))
    lines = refused(folder, child(extends=["base.yaml", "many.yaml"]))
    assert lines == ["team.yaml:1:1: rules: must have at most 1,000 entries"]


def test_two_parents_may_share_a_rule_only_if_it_is_the_same(folder: Path) -> None:
    load(folder, HEAD.replace("team", "one"), "one.yaml")
    load(folder, HEAD.replace("team", "two"), "two.yaml")
    both = HEAD.replace("base.yaml", "[one.yaml, two.yaml]")
    team = load(folder, both)
    assert [rule.id for rule in team.rules] == ["unit", "accuracy", "coverage"]
    assert [parent.source for parent in team.parents] == ["base.yaml", "one.yaml", "two.yaml"]
    load(folder, HEAD + "rules: [{id: unit, require: {failed: 1}}]\n", "two.yaml")
    assert refused(folder, both)[0] == (
        "team.yaml:3:1: extends: the rule 'unit' is not the same at base.yaml:8:5 and at two.yaml:4:9; "
        "only one of the two policies can be extended"
    )


def test_a_rule_that_is_the_same_but_for_missing_evidence_is_not_the_same(folder: Path) -> None:
    load(folder, HEAD + "on_missing: review\n", "one.yaml")
    lines = refused(folder, HEAD.replace("base.yaml", "[one.yaml, base.yaml]"))
    assert [line.partition("rule ")[2][:10] for line in lines] == ["'accuracy'", "'coverage'"]


def test_inherited_rules_keep_what_missing_evidence_does(folder: Path) -> None:
    (folder / "lax.yaml").write_text(
        "version: 1\nname: lax\non_missing: {ignore: as it was}\nrules: [{id: tree, check: clean_tree}]\n"
    )
    both = {"extends": ["base.yaml", "lax.yaml"]}
    policy = load(folder, child(**both, rules=[{"id": "own", "check": "latest_iteration"}]))
    rules = by_id(policy)
    treated = {name: rule.on_missing or policy.on_missing for name, rule in rules.items()}
    assert treated["coverage"] is treated["own"] is MissingEvidence.FAIL
    assert getattr(treated["tree"], "ignore", "") == "as it was"
    policy = load(folder, child(**both, on_missing="review"))
    treated = {rule.id: rule.on_missing or policy.on_missing for rule in policy.rules}
    assert treated == {
        "unit": MissingEvidence.FAIL,  # it is locked
        "accuracy": MissingEvidence.REVIEW,
        "coverage": MissingEvidence.REVIEW,
        "tree": MissingEvidence.REVIEW,
    }


def test_a_milder_treatment_of_missing_evidence_does_not_reach_a_locked_rule(folder: Path) -> None:
    team = load(folder, HEAD + "on_missing: {ignore: no tests yet}\n")
    assert judge(without_type(TestType.UNIT), team).decision is GoNoGoDecision.NO_GO


def test_what_is_said_once_is_inherited_or_must_be_said_here(folder: Path) -> None:
    def parent(name: str, **fields: Any) -> None:
        entry = {"id": name, "check": "clean_tree"}
        (folder / f"{name}.yaml").write_text(
            json.dumps({"version": 1, "name": name, "rules": [entry], **fields})
        )

    parent("one", baseline={"branch": "main"})
    parent("two", baseline={"branch": "trunk"})
    parent("none")
    assert load(folder, child(extends=["one.yaml", "none.yaml"])).baseline.branch == "main"
    both = ["one.yaml", "two.yaml"]
    assert refused(folder, child(extends=both)) == [
        "team.yaml:1:32: extends: the extended policies differ in 'baseline'; say here what holds"
    ]
    assert load(folder, child(extends=both, baseline={"branch": "x"})).baseline.branch == "x"
    merged = load(folder, child(extends="one.yaml", baseline={"max_age_days": 3})).baseline
    assert (merged.branch, merged.max_age_days) == ("main", 3)


def test_a_quarantine_file_lies_beside_the_policy_that_names_it(folder: Path) -> None:
    entry = {"test": "t", "reason": "slow", "ticket": "B-1", "owner": "ana", "expires": "2027-01-15"}
    quarantine = json.dumps({"version": 1, "tests": [entry]})
    (folder / "org").mkdir()
    (folder / "org" / "q.json").write_text(quarantine)
    load(folder, BASE + "flaky: {quarantine_file: q.json}\n", "org/base.yaml")
    load(folder, HEAD.replace("base.yaml", "org/base.yaml"), "mid.yaml")
    team = load(folder, HEAD.replace("base.yaml", "../mid.yaml"), "team/team.yaml")
    assert team.flaky.quarantine_file == "../org/q.json"
    assert team.quarantine is not None
    assert [each.test for each in team.quarantine.tests] == ["t"]
    (folder / "q.json").write_text(quarantine.replace("ana", "ben"))
    load(folder, BASE + "flaky: {quarantine_file: q.json}\n", "base.yaml")
    both = HEAD.replace("base.yaml", "[base.yaml, org/base.yaml]")
    assert "the extended policies differ in 'flaky'" in refused(folder, both)[0]
    without = load(folder, child(flaky={"quarantine_file": ""}))
    assert (without.quarantine, without.flaky.quarantine_file) == (None, "")


def test_the_digest_is_of_the_own_file_and_says_nothing_of_the_parent(folder: Path) -> None:
    before = load(folder, HEAD)
    (folder / "base.yaml").write_text(BASE.replace("0.85", "0.9"))
    after = load(folder, HEAD)
    assert before.digest == after.digest
    assert before.parents[0].digest != after.parents[0].digest
