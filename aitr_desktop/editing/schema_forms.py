"""What a JSON Schema allows at a place, with references and conditions followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aitr_desktop.editing.places import Holder

Form = dict[str, Any]
MOST_DEEP = 40
"""References and conditions within one another that are followed."""
_CONSTANTS = {"true": True, "false": False, "null": None}


def forms_at(schema: Form, holders: Sequence[Holder]) -> list[Form]:
    """The forms that what is written has to have.

    Args:
        schema: The whole schema.
        holders: What holds it, from the top; their members decide conditions.
    """
    forms = [schema]
    for holder in holders:
        step = holder.step
        if step is None:
            break
        found: list[Form] = []
        for form in _flat(forms, schema, holder.members if holder.is_mapping else {}):
            below = _below(form, step)
            if isinstance(below, dict) and below not in found:
                found.append(below)
        forms = found
    last = holders[-1] if holders else None
    members = last.members if last is not None and last.is_mapping and last.step is None else {}
    return list(_flat(forms, schema, members))


def _below(form: Form, step: str | int) -> object:
    """What a form says of one of its members."""
    if isinstance(step, int):
        return form.get("items")
    if step in form.get("properties", {}):
        return form["properties"][step]
    return form.get("additionalProperties")


def _flat(forms: Sequence[Form], schema: Form, members: Mapping[str, str]) -> Iterator[Form]:
    """Each form, and those that it refers to or that its conditions lead to."""
    waiting = [(form, 0) for form in reversed(forms)]
    seen: set[int] = set()
    while waiting:
        form, deep = waiting.pop()
        if id(form) in seen or deep > MOST_DEEP or not isinstance(form, dict):
            continue
        seen.add(id(form))
        yield form
        further = [*form.get("allOf", ()), *form.get("anyOf", ()), *form.get("oneOf", ())]
        if cases := [each for each in form.get("allOf", ()) if "if" in each]:
            further += [] if any(_holds(each["if"], members) for each in cases) else [_shared(cases, schema)]
        if "$ref" in form:
            further.append(schema["$defs"][form["$ref"].rpartition("/")[2]])
        if "if" in form:
            further.append(form.get("then" if _holds(form["if"], members) else "else"))
        waiting += [(each, deep + 1) for each in reversed(further) if isinstance(each, dict)]


def _shared(cases: Sequence[Form], schema: Form) -> Form:
    """What is allowed whichever of several cases it will be."""
    forms = [schema["$defs"][each["then"]["$ref"].rpartition("/")[2]] for each in cases if "then" in each]
    first, *others = (each.get("properties", {}) for each in forms)
    shared = {key: value for key, value in first.items() if all(key in other for other in others)}
    required = [key for key in forms[0].get("required", ()) if all(key in each["required"] for each in forms)]
    return {"properties": shared, "required": required}


def _holds(condition: Form, members: Mapping[str, str]) -> bool:
    """Whether a condition on the keys and single values of a mapping holds."""
    if not all(key in members for key in condition.get("required", ())):
        return False
    for key, wanted in condition.get("properties", {}).items():
        if key in members and "const" in wanted and _value(members[key]) != wanted["const"]:
            return False
    if "not" in condition and _holds(condition["not"], members):
        return False
    return "anyOf" not in condition or any(_holds(each, members) for each in condition["anyOf"])


def _value(written: str) -> object:
    """A single value of YAML or JSON as far as conditions ask for it."""
    text = written.partition(" #")[0].strip().strip("\"'")
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if text.isdigit() and len(text) < 10 else text
