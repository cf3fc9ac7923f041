"""JSON Schemas of the policy and the waiver file, generated from the models that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policy import PolicyForm
from tsr_agent.gate.policy_v0 import CONDITIONS, PolicyForm0
from tsr_agent.gate.waivers import Waiver, WaiverFile
from tsr_agent.models.schemas import DIALECT, json_schema

_REF = "#/$defs/{name}"


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the policy file, both versions.

    What no schema can say, the reader still enforces: ids that differ, bounds on the metric's scale,
    a rule that asks for something.
    """
    rules, conditions = list(CHECKS.values()), list(dict.fromkeys(CONDITIONS.values()))
    forms, components = msgspec.json.schema_components(
        [PolicyForm, PolicyForm0, *rules, *conditions], ref_template=_REF
    )
    first_condition = 2 + len(rules)
    components["PolicyForm"]["properties"]["rules"]["items"] = {"anyOf": list(forms[2:first_condition])}
    for key in ("blocking_conditions", "warning_conditions"):
        components["PolicyForm0"]["properties"][key]["items"] = {"anyOf": list(forms[first_condition:])}
    components["PolicyForm"]["properties"]["rules"]["minItems"] = 1
    components["PolicyForm"]["anyOf"] = [{"required": ["rules"]}, {"required": ["extends"]}]
    for rule in rules:
        _type_the_overrides(components, rule.__name__)
    return {"$schema": DIALECT, "title": "aitr policy", "anyOf": list(forms[:2]), "$defs": components}


def _type_the_overrides(components: dict[str, Any], rule: str) -> None:
    """What one environment changes has the form of the rule's own ``require``, all keys optional."""
    properties = components[rule]["properties"]
    override = components["EnvironmentOverride"]
    require = properties.get("require", {"type": "object", "maxProperties": 0})
    require = {key: value for key, value in require.items() if key != "default"}
    own = {**override, "title": f"{rule}Override"}
    own["properties"] = {**override["properties"], "require": require}
    components[f"{rule}Override"] = own
    properties["environments"] = {
        **properties["environments"],
        "additionalProperties": {"$ref": _REF.format(name=f"{rule}Override")},
    }


def waivers_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the waiver file."""
    schema = json_schema(WaiverFile, "aitr waivers")
    (entry,), components = msgspec.json.schema_components([Waiver], ref_template=_REF)
    schema["$defs"].update(components)
    schema["$defs"]["WaiverFile"]["properties"]["waivers"]["items"] = entry
    return schema
