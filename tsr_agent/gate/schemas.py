"""JSON Schemas of policy, its cases, waivers and quarantine, generated from the models that read them.

An editor completes and complains by them, so each rule is held against the form of its own check alone.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.exceptions.quarantine import QuarantinedTest, QuarantineFile
from tsr_agent.gate.exceptions.waivers import Waiver, WaiverFile
from tsr_agent.gate.policies.policy import PolicyForm
from tsr_agent.gate.policies.version_0 import CONDITIONS, KEYS, PolicyForm0
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.trial.policy_cases import PolicyCases
from tsr_agent.models.schemas import DIALECT, json_schema

_REF = "#/$defs/{name}"


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the policy file, both versions.

    What no schema can say, the reader still enforces: ids that differ, bounds on the metric's scale,
    a rule that asks for something.
    """
    models = [PolicyForm, PolicyForm0, Rule, *CHECKS.values(), *dict.fromkeys(CONDITIONS.values())]
    _, defs = msgspec.json.schema_components(models, ref_template=_REF)
    for form in CHECKS.values():
        _type_the_overrides(defs, form.__name__)
        defs[f"{form.__name__}Change"] = _change_of(defs, form.__name__)
    rules = {check: form.__name__ for check, form in CHECKS.items()}
    changes = {check: f"{name}Change" for check, name in rules.items()}
    defs["AnyRule"] = _by(defs["Rule"], "check", rules)
    defs["AnyRuleChange"] = _by(defs["Rule"], "check", changes)
    defs["AnyRuleChange"]["required"] = ["id"]
    defs["AnyRuleChange"]["allOf"].append(
        {"if": {"not": {"required": ["check"]}}, "then": _ref("UnnamedRuleChange")}
    )
    defs["UnnamedRuleChange"] = _unnamed_change(defs["Rule"])
    del defs["Rule"]
    _take_rules(defs["PolicyForm"])
    conditions = {name: form.__name__ for name, form in CONDITIONS.items()}
    defs["AnyCondition"] = _by({"properties": {"type": {}}}, "type", conditions)
    defs["AnyCondition"]["description"] = "What must not be, as in version 0 of the file."
    for key in ("blocking_conditions", "warning_conditions"):
        defs["PolicyForm0"]["properties"][key]["items"] = _ref("AnyCondition")
    return {
        "$schema": DIALECT,
        "title": "aitr policy",
        "type": "object",
        "if": _is_version_0(),
        "then": _ref("PolicyForm0"),
        "else": _ref("PolicyForm"),
        "$defs": dict(sorted(defs.items())),
    }


def waivers_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the waiver file."""
    return _of_entries(json_schema(WaiverFile, "aitr waivers"), "WaiverFile", "waivers", Waiver)


def quarantine_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the quarantine file."""
    frame = json_schema(QuarantineFile, "aitr quarantine")
    return _of_entries(frame, "QuarantineFile", "tests", QuarantinedTest)


def policy_cases_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file of policy cases."""
    schema = json_schema(PolicyCases, "aitr policy cases")
    for form in ("Expectation", "RuleExpectation"):
        schema["$defs"][form]["minProperties"] = 1
    return schema


def _of_entries(schema: dict[str, Any], frame: str, key: str, form: type[Any]) -> dict[str, Any]:
    """A schema whose entries, which are read one by one, have their form."""
    (entry,), components = msgspec.json.schema_components([form], ref_template=_REF)
    schema["$defs"].update(components)
    schema["$defs"][frame]["properties"][key]["items"] = entry
    return schema


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(name=name)}


def _is_version_0() -> dict[str, Any]:
    """A file without a version is of version 0 where it has one of that version's keys."""
    said = {"properties": {"version": {"const": 0}}, "required": ["version"]}
    has_a_key = {"anyOf": [{"required": [key]} for key in sorted(KEYS)]}
    return {"anyOf": [said, {"not": {"required": ["version"]}, **has_a_key}]}


def _by(form: dict[str, Any], key: str, forms: dict[str, str]) -> dict[str, Any]:
    """What has the form that the value of one of its keys says, so that no other form complains."""
    tag = {**form["properties"][key], "type": "string", "enum": list(forms)}
    tag.setdefault("description", "Which one it is.")
    tag.pop("maxLength", None)
    cases = [
        {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": _ref(name)}
        for value, name in forms.items()
    ]
    said = {name: form[name] for name in ("description",) if name in form}
    return {**said, "type": "object", "properties": {key: tag}, "required": [key], "allOf": cases}


def _take_rules(form: dict[str, Any]) -> None:
    """A policy that extends another may only change the rules it inherits."""
    del form["properties"]["rules"]["items"]
    form["if"] = {"required": ["extends"]}
    form["then"] = {"properties": {"rules": {"items": _ref("AnyRuleChange")}}}
    form["else"] = {"properties": {"rules": {"minItems": 1, "items": _ref("AnyRule")}}, "required": ["rules"]}


def _type_the_overrides(defs: dict[str, Any], rule: str) -> None:
    """What one environment changes has the form of the rule's own ``require``, all keys optional."""
    properties = defs[rule]["properties"]
    override = defs["EnvironmentOverride"]
    require = _part(defs, properties["require"]) if "require" in properties else _NOTHING
    own = {**override, "title": f"{rule}Override"}
    own["properties"] = {
        **override["properties"],
        "require": {**require, "description": override["properties"]["require"]["description"]},
    }
    defs[f"{rule}Override"] = own
    properties["environments"] = {
        **properties["environments"],
        "additionalProperties": _ref(f"{rule}Override"),
    }


_NOTHING: dict[str, Any] = {"type": "object", "maxProperties": 0}


def _part(defs: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """The same form, of which nothing has to be given."""
    whole = value["$ref"].rpartition("/")[2]
    name = f"{whole}Part"
    if name not in defs:
        defs[name] = {**{key: each for key, each in defs[whole].items() if key != "required"}, "title": name}
    return {**{key: each for key, each in value.items() if key != "default"}, **_ref(name)}


def _change_of(defs: dict[str, Any], rule: str) -> dict[str, Any]:
    """A rule that may be laid over an inherited one: only its id has to be given."""
    properties = {
        key: _part(defs, value) if key in ("where", "require") else value
        for key, value in defs[rule]["properties"].items()
    }
    return {**defs[rule], "title": f"{rule}Change", "properties": properties, "required": ["id"]}


def _unnamed_change(rule: dict[str, Any]) -> dict[str, Any]:
    """A change to an inherited rule that does not repeat its check."""
    properties = {key: value for key, value in rule["properties"].items() if key != "check"}
    for key, said in (("where", "What is looked at."), ("require", "What must hold.")):
        properties[key] = {
            "type": "object",
            "description": f"{said} Laid over the inherited rule's, key by key.",
        }
    return {
        **rule,
        "title": "UnnamedRuleChange",
        "description": "A change to a rule of an extended policy.",
        "properties": properties,
        "required": ["id"],
    }
