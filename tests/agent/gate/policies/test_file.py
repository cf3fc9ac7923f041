"""Policy files: what is read, and what is refused with line and column."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import ai_release, ai_release_bytes
from tsr_agent.gate.policies.file import load_policy, parse_policy
from tsr_agent.gate.schemas import policy_schema
from tsr_agent.gate.source.tree import MAX_BYTES
from tsr_agent.models.decision import RuleSeverity

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
# What support-bot must show
version: 1
name: support-bot
revision: 2.1.0
on_missing: review
approvals:
  Production: {reason: four eyes}
rules:
  - id: unit
    check: tests
    where: {type: unit}
    require:
      failed: 0
      max_skipped_ratio: 0.05
    severity: block
    fix: Run pytest tests/unit and hand in the XML.
    effective_on: 2026-11-01
    on_missing: {ignore: not every branch has them}
  - id: accuracy
    check: eval_metric
    where: {metric: accuracy}
    require: {at_least: 0.85, min_samples: 200}
    environments:
      Staging:
        require: {min_samples: 50}
        severity: review
"""


def refused(text: str | bytes) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text.encode() if isinstance(text, str) else text, "p.yaml")
    return caught.value


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def one_rule(**fields: Any) -> dict[str, Any]:
    rule = {"id": "a", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}
    return {"version": 1, "name": "n", "rules": [{**rule, **fields}]}


def metric_rule(metric: str, require: dict[str, Any], **where: Any) -> str:
    return json.dumps(one_rule(check="eval_metric", where={"metric": metric, **where}, require=require))


def test_a_good_policy() -> None:
    policy = parse_policy(GOOD.encode(), "p.yaml")
    assert (policy.name, policy.version) == ("support-bot", "2.1.0")
    assert policy.digest == hashlib.sha256(GOOD.encode()).hexdigest()
    assert [rule.id for rule in policy.rules] == ["unit", "accuracy"]
    assert policy.rules[1].severity is RuleSeverity.BLOCK


def test_environments_differ_and_their_spelling_does_not_matter() -> None:
    policy = parse_policy(GOOD.encode(), "p.yaml")
    for name in ("Staging", "staging", " STAGING "):
        rule = policy.rules_for(name)[1]
        assert (rule.severity, rule.require.min_samples, rule.require.at_least) == (  # type: ignore[attr-defined]  # of its own form
            RuleSeverity.REVIEW,
            50,
            0.85,
        )
    assert policy.rules_for("elsewhere") == policy.rules
    assert policy.approval_for("production") is not None
    assert policy.approval_for("staging") is None


def test_json_reads_as_yaml_does(tmp_path: Path) -> None:
    yaml_policy = parse_policy(GOOD.encode(), "p.yaml")
    import yaml

    tree = yaml.safe_load(GOOD)
    tree["rules"][0]["effective_on"] = "2026-11-01"
    path = tmp_path / "p.json"
    path.write_text(json.dumps(tree, indent="\t"))
    assert load_policy(path).rules == yaml_policy.rules


def test_the_built_in_policy_is_its_file() -> None:
    data = ai_release_bytes()
    assert ai_release() == parse_policy(data, "ai_release.json")
    assert ai_release().digest == hashlib.sha256(data).hexdigest()


SLIPS = (
    ("on_missing: review", "on_mising: review", "5:1: on_mising: unknown key; did you mean 'on_missing'?"),
    ("failed: 0", "fialed: 0", "13:7: rules[0].require.fialed: unknown key; did you mean 'failed'?"),
    ("failed: 0", "failed: -1", "13:7: rules[0].require.failed: must be at least 0"),
    ("version: 1", "version: 2", "2:1: version: 2 is not a version that this build reads: 1 or 0"),
    ("version: 1\n", "", "2:1: version: missing; write version: 1"),
    (
        "version: 1",
        "version: '1'",
        "2:1: version: '1' is not a version that this build reads: 1 or 0; write version: 1, without quotes",
    ),
    ("check: eval_metric", "chek: eval_metric", "20:5: rules[1].chek: unknown key; did you mean 'check'?"),
    (
        "id: accuracy",
        "id: Accuracy 1",
        (
            "19:5: rules[1].id: must be lower-case letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit"
        ),
    ),
    (
        "at_least: 0.85",
        "at_least: 85%",
        "22:15: rules[1].require.at_least: must be a number, not a text; write 0.85",
    ),
    (
        "check: eval_metric",
        "check: eval_metrics",
        "20:5: rules[1].check: 'eval_metrics' is not a check; did you mean 'eval_metric'?",
    ),
    ("id: accuracy", "id: unit", "19:5: rules[1].id: the id 'unit' stands twice"),
    (
        "id: accuracy",
        "id: evidence",
        "19:5: rules[1].id: 'evidence' is the rule that every policy has; choose another id",
    ),
    (
        "at_least: 0.85",
        "at_least: 85",
        "22:15: rules[1].require.at_least: 85 is outside the scale 0 to 1; did you mean 0.85?",
    ),
    ("at_least: 0.85", "at_least: -1", "22:15: rules[1].require.at_least: -1 is outside the scale 0 to 1"),
    (
        "at_least: 0.85",
        "at_least: .nan",
        "22:15: rules[1].require.at_least: must be a number, not a text",
    ),
    (
        "ratio: 0.05",
        "ratio: 5",
        "14:7: rules[0].require.max_skipped_ratio: must be at most 1; did you mean 0.05?",
    ),
    (
        "{ignore: not every branch has them}",
        "ignore",
        (
            "18:5: rules[0].on_missing: 'ignore' needs a written reason: "
            "on_missing: {ignore: why it may be missing}"
        ),
    ),
    (
        "severity: block",
        "severity: blok",
        "15:5: rules[0].severity: 'blok' is not one of block, review, warn, info; did you mean 'block'?",
    ),
    (
        "where: {type: unit}",
        "where: {type: units}",
        (
            "11:13: rules[0].where.type: 'units' is not one of unit, integration, e2e, acceptance, evals, "
            "security, performance; did you mean 'unit'?"
        ),
    ),
    ("severity: block", "failed: 0", "15:5: rules[0].failed: unknown key; it belongs under 'require'"),
    (
        "      failed: 0",
        "      fix: x",
        "13:7: rules[0].require.fix: unknown key; it belongs to rules[0] itself",
    ),
    (
        "severity: block",
        "approvals: {}",
        "15:5: rules[0].approvals: unknown key; it belongs at the top level of the file",
    ),
    (
        "on_missing: review",
        "on_missing: reveiw",
        "5:1: on_missing: 'reveiw' is not one of fail, review; did you mean 'review'?",
    ),
    (
        "min_samples: 50",
        "min_sample: 50",
        "25:19: rules[1].environments.Staging.require.min_sample: unknown key; did you mean 'min_samples'?",
    ),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema_version":1,"id":"r"}', "a document that aitr wrote, such as a report, is no policy"),
        ("version: 1\ncases: []", "policy cases are no policy; 'tsr-agent policy test' reads them"),
        ("version: 1\nwaivers: []", "a waiver file is no policy; give it with --waivers"),
        (
            "version: 1\ntests: []",
            "a quarantine file is no policy; name it in a policy as flaky.quarantine_file",
        ),
    ],
)
def test_another_file_is_told_what_it_is(text: str, said: str) -> None:
    assert refused(text).message == f"p.yaml: {said}."


def test_a_key_of_another_file_does_not_hide_what_is_wrong_with_a_policy() -> None:
    assert "name: missing" in refused("version: 1\nrules: []\ncases: []").details[0]


@pytest.mark.parametrize(("old", "new", "line"), SLIPS)
def test_refused_with_line_and_column(old: str, new: str, line: str) -> None:
    assert refused(changed(old, new)).details == (f"p.yaml:{line}",)


def test_json_is_refused_with_line_and_column_too() -> None:
    text = json.dumps(one_rule(severty="warn"), indent="\t")
    assert refused(text).details == ("p.yaml:14:4: rules[0].severty: unknown key; did you mean 'severity'?",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n  b: 1\n  b: 2", "p.yaml:3:3: the key 'b' stands twice; the first is in line 2."),
        ('{"name": 1,\n "name": 1}', "p.yaml:2:2: the key 'name' stands twice; the first is in line 1."),
        ("version: &a 1\nname: *a", "p.yaml:1:10: anchors and aliases are not allowed."),
        ("version: !!python/object/apply:os.system [x]", "p.yaml:1:10: tags are not allowed."),
        ("a: 1\n---\nb: 2", "p.yaml:2:1: a second document is not allowed."),
        ("[" * 40, "p.yaml:1:33: nested more than 32 levels deep."),
        ("? [a]\n: 1", "p.yaml:1:3: a key must be a text."),
        ("version: 1e999", "p.yaml:1:10: the number 1e999 is out of range."),
        ("", "p.yaml: the file is empty."),
        ("- a", "p.yaml: a policy is a mapping with version, name and rules."),
        (b"\xff\xfe", "p.yaml: not UTF-8 at byte 0."),
        ('{"version": NaN}', "p.yaml: NaN is not a JSON number."),
        ("{" * 100, "p.yaml: nested more than 64 levels deep."),
        (b" " * (MAX_BYTES + 1), "p.yaml: more than 524,288 bytes, the most that such a file may have."),
    ],
)  # fmt: skip
def test_refused_before_it_means_anything(text: str | bytes, message: str) -> None:
    assert refused(text).message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n\u00a0 c: 1\n  d: 2", "p.yaml:3:1: not YAML: the blank U+00A0 can't indent; use spaces."),
        (
            "a: {b: 1\nc: 2",
            (
                "p.yaml:2:2: not YAML: "
                "a mapping in braces that begins in line 1 is not closed; write ',' or '}'."
            ),
        ),
        ("a: {b: 1 c: 2}", "p.yaml:1:11: not YAML: a mapping in braces is not closed; write ',' or '}'."),
    ],
)
def test_not_yaml_says_where_the_slip_is(text: str, message: str) -> None:
    assert refused(text).message == message


def test_not_yaml_names_the_place() -> None:
    assert refused("a: [1\nb: }").message.startswith("p.yaml:2:")


@pytest.mark.parametrize(
    ("require", "what"),
    [
        ({}, "require: asks for nothing; give at_least or at_most"),
        ({"at_least": 0.9, "at_most": 0.8}, "require: at_least is above at_most; no value can meet both"),
        ({"min_samples": 5}, "require: asks for nothing; give at_least or at_most"),
    ],
)
def test_bounds_that_no_value_can_meet(require: dict[str, Any], what: str) -> None:
    assert refused(metric_rule("accuracy", require)).details[0].endswith(what)


def test_a_scale_of_its_own() -> None:
    scale = {"minimum": 1, "maximum": 5}
    assert parse_policy(metric_rule("stars", {"at_least": 4}, scale=scale).encode(), "p").rules
    outside = refused(metric_rule("stars", {"at_least": 6}, scale=scale))
    assert outside.details[0].endswith("6 is outside the scale 1 to 5")
    upside_down = refused(metric_rule("stars", {"at_least": 6}, scale={"minimum": 5, "maximum": 1}))
    assert upside_down.details[0].endswith("minimum must be below maximum, and both finite")


@pytest.mark.parametrize(
    "tree",
    [
        one_rule(require={}),
        one_rule(require={"failed": 0, "min_executed": 0}),
        one_rule(check="failure_modes", where={"severity": []}, require={}),
        one_rule(check="clean_tree"),
        one_rule(check=None),
        one_rule(id="Upper"),
        one_rule(where={"type": "smoke"}),
        one_rule(environments={"prod": {"require": {"failed": "x"}}}),
        one_rule(environments={"prod": {}, "PROD": {}}),
        {**one_rule(), "approvals": {"prod": {}, "PROD": {}}},
        {**one_rule(), "rules": []},
        {**one_rule(), "rules": "all"},
        {**one_rule(), "rules": [None]},
        {**one_rule(), "version": True},
        {**one_rule(), "version": "1"},
        {**one_rule(), "on_missing": "pass"},
        {"name": "nothing else"},
    ],
)
def test_other_mistakes(tree: dict[str, Any]) -> None:
    assert refused(json.dumps(tree)).details


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"require": {"max_failure_rate": 1}},
            "require.max_failure_rate: 1 would let a run pass in which every test failed",
        ),
        (
            {"check": "code_coverage", "where": {}, "require": {"at_least": 0}},
            "require.at_least: 0 asks for nothing",
        ),
        (
            {"check": "eval_metric", "where": {"metric": "accuracy"}, "require": {"at_least": 0}},
            (
                "require.at_least: 0 is met by every value on the scale 0 to 1; "
                "give where.scale if the metric has another"
            ),
        ),
        (
            {"check": "eval_metric", "where": {"metric": "latency_s"}, "require": {"at_most": 1}},
            (
                "require.at_most: 1 is met by every value on the scale 0 to 1; "
                "give where.scale if the metric has another"
            ),
        ),
        (
            {
                "check": "eval_metric",
                "where": {"metric": "stars", "scale": {"minimum": 1, "maximum": 5}},
                "require": {"at_least": 1},
            },
            "require.at_least: 1 is met by every value on the scale 1 to 5",
        ),
        (
            {"environments": {"dev": {"require": {"max_failure_rate": 1}}}},
            "environments.dev.require.max_failure_rate: 1 would let a run pass in which every test failed",
        ),
    ],
)
def test_a_threshold_that_everything_meets_is_refused(fields: dict[str, Any], line: str) -> None:
    (found,) = refused(json.dumps(one_rule(**fields), indent=1)).details
    place, _, what = found.partition(": rules[0].")
    assert what == line
    assert place.rsplit(":", maxsplit=2)[1] != "1"


def test_a_share_of_no_requirement_is_refused() -> None:
    tree = one_rule(check="requirement_coverage", require={"verified": 0, "max_unknown_ids": 0})
    del tree["rules"][0]["where"]
    assert refused(json.dumps(tree)).details[0].endswith("require.verified: 0 asks for nothing")


@pytest.mark.parametrize("severity", ["warn", "info"])
def test_a_policy_that_can_stop_nothing_is_refused(severity: str) -> None:
    wanted = "at least one rule must have severity block or review"
    (line,) = refused(json.dumps(one_rule(severity=severity), indent=1)).details
    assert line == f"p.yaml:4:2: rules: nothing in this policy can stop a release; {wanted}"
    (line,) = refused(json.dumps(one_rule(environments={"Live": {"severity": severity}}))).details
    assert line.endswith(f"rules: nothing in this policy can stop a release to live; {wanted} there")
    assert parse_policy(json.dumps(one_rule(severity="review")).encode(), "p.yaml").rules


def test_every_environment_is_no_environment_of_a_rule() -> None:
    (line,) = refused(json.dumps(one_rule(environments={"*": {"severity": "warn"}}))).details
    assert line.endswith(
        "environments.*: '*' is not an environment here; the rule's own keys hold in every one"
    )


@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_an_environment_needs_a_name(name: str) -> None:
    for tree in (one_rule(environments={name: {}}), {**one_rule(), "approvals": {name: {}}}):
        assert refused(json.dumps(tree)).details[0].endswith(": an environment has no name")


@pytest.mark.parametrize(
    "name", ["ai-release", " AI-Release", "ai\u200b-release", "AI Release", "ai_release"]
)
def test_the_name_of_the_built_in_policy_is_reserved(name: str) -> None:
    (line,) = refused(json.dumps({**one_rule(), "name": name}, indent=1)).details
    assert line == "p.yaml:3:2: name: 'ai-release' is the name of the built-in policy; choose another name"
    version_0 = {"name": name, "required_coverage": {"code": 0.8}}
    assert "choose another name" in refused(json.dumps(version_0)).details[0]
    near = {**one_rule(), "name": f"{name}-strict"}
    assert parse_policy(json.dumps(near).encode(), "p.yaml").name == f"{name}-strict"


def test_a_copy_of_the_built_in_policy_keeps_its_name() -> None:
    assert parse_policy(ai_release_bytes(), "copy.json").reference == ai_release().reference
    with pytest.raises(PolicyError):
        parse_policy(ai_release_bytes() + b" ", "copy.json")


def test_many_problems_are_all_named_up_to_a_bound() -> None:
    rules = [{"id": f"r{n}", "check": "nothing"} for n in range(30)]
    details = refused(json.dumps({"version": 1, "name": "n", "rules": rules})).details
    assert len(details) == 21
    assert details[-1] == "and 10 more"


def test_absent_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(PolicyError, match="can't be read"):
            load_policy(path)


def test_the_schema_takes_what_the_reader_takes() -> None:
    validator = jsonschema.Draft202012Validator(policy_schema())
    jsonschema.Draft202012Validator.check_schema(policy_schema())
    assert validator.is_valid(json.loads(ai_release_bytes()))
    assert validator.is_valid(one_rule(environments={"prod": {"require": {"failed": 1}}}))
    for wrong in (
        one_rule(severty="warn"),
        one_rule(where={"type": "smoke"}),
        one_rule(environments={"prod": {"require": {"fialed": 1}}}),
        {**one_rule(), "rules": []},
    ):
        assert not validator.is_valid(wrong)


@settings(max_examples=300)
@given(st.text(alphabet="{}[]:,-#&*!|>'\"%@` \n\tab1.?~\\", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_policy(text.encode(), "p.yaml")
    except PolicyError as error:
        assert error.message.startswith("p.yaml")


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_policy(b"version: 1\n" + data, "p.yaml")
    except PolicyError as error:
        assert error.message.startswith("p.yaml")
