"""What can be written at the cursor, from the JSON Schema of the file: keys, and listed values."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitr_desktop.editing.checking import FileKind
from aitr_desktop.editing.places import place_of
from aitr_desktop.editing.schema_forms import forms_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aitr_desktop.editing.places import CursorPlace
    from aitr_desktop.editing.schema_forms import Form

MOST_OFFERED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One thing that can be written."""

    text: str
    """What stands in the list: a key, or a value."""
    insert: str
    """What is written in place of what was begun."""
    description: str
    """What it is for; where it has to be there, and what it is when left out."""
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """All that can be written at a place."""

    offers: tuple[Offer, ...] = ()
    """What has to be there first, then as the schema has them."""
    begun: str = ""
    """What stands before the cursor of it, which an offer replaces."""


_NEEDS_LIST: Form = {
    "properties": {
        "schema_version": {"description": "The format of the file: 1.", "enum": [1]},
        "requirements": {
            "description": "All requirements.",
            "items": {
                "properties": {
                    "id": {"description": "What tests and rules call it."},
                    "text": {"description": "What is required."},
                    "tests": {
                        "description": "Ids of the tests that verify it, or patterns such as tests/login/*."
                    },
                },
                "required": ["id"],
            },
        },
    },
    "required": ["requirements"],
}
"""Requirements have no published schema; this is what their reader takes."""
_ALWAYS_KNOWN = {"extends": ("builtin:ai-release",), "$schema": ("policy.schema.json",)}
_KNOWN_AS = {
    "extends": "The policy that is built in.",
    "metric": "A metric of the report on screen.",
    "rule": "A rule that judged the report on screen.",
    "remove": "A rule that judged the report on screen.",
    "environments": "An environment of the library.",
}


def complete(
    text: str, offset: int, kind: FileKind, known: Mapping[str, Sequence[str]] | None = None
) -> Offers:
    """What can be written at the cursor.

    Args:
        text: The whole text, half-written or not.
        offset: Characters before the cursor.
        kind: What it is meant to be.
        known: Names that no schema lists, by the key that they are written for, such as ``metric``.
    """
    place = place_of(text, offset) if kind is not FileKind.DRAFT else None
    if place is None:
        return Offers()
    forms = forms_at(schema_of(kind), place.holders)
    begun = place.prefix.lstrip("\"'")
    found = [*_values(forms, place)] if place.is_value else [*_keys(forms, place)]
    if not place.is_value and place.holders[:-1] and not place.holders[-2].is_mapping:
        # An entry of a list may be a single value as well as a mapping.
        found += _values(forms, place)
    if place.is_value and place.path:
        key = place.path[-1] if place.path[-1] != 0 else place.path[-2:][0]
        names = (*_ALWAYS_KNOWN.get(str(key), ()), *(known or {}).get(str(key), ()))
        found += [_value_offer(each, _KNOWN_AS.get(str(key), ""), place) for each in names]
    low = begun.lower()
    shown = {each.text: each for each in found if low in each.text.lower()}.values()
    ordered = sorted(shown, key=lambda each: (not each.text.lower().startswith(low), not each.is_required))
    if [each.text for each in ordered] == [begun]:
        ordered = []
    return Offers(offers=tuple(ordered[:MOST_OFFERED]), begun=place.prefix)


@functools.cache
def schema_of(kind: FileKind) -> Form:
    """The schema that completes a kind of file."""
    if kind is FileKind.REQUIREMENTS:
        return _NEEDS_LIST
    from tsr_agent.gate import schemas

    made: dict[FileKind, Any] = {
        FileKind.POLICY: schemas.policy_schema,
        FileKind.WAIVERS: schemas.waivers_schema,
        FileKind.QUARANTINE: schemas.quarantine_schema,
        FileKind.CASES: schemas.policy_cases_schema,
    }
    schema: Form = made[kind]()
    return schema


def _keys(forms: list[Form], place: CursorPlace) -> Iterator[Offer]:
    here = place.holders[-1].members if place.holders else {}
    required = {key for form in forms for key in form.get("required", ())}
    for form in forms:
        for key, value in form.get("properties", {}).items():
            if key not in here and isinstance(value, dict):
                insert = json.dumps(key, ensure_ascii=False) + ": " if place.is_json else f"{key}: "
                if not place.in_flow and _holds_more(value):
                    insert = insert.rstrip()
                said = _description(value, key in required)
                yield Offer(text=key, insert=insert, description=said, is_required=key in required)


def _holds_more(form: Form) -> bool:
    """Whether what is written for a key stands on the lines below it."""
    return form.get("type") in ("array", "object") or (
        "$ref" in form and form.get("type") is None and ("Require" in form["$ref"] or "Scope" in form["$ref"])
    )


def _values(forms: list[Form], place: CursorPlace) -> Iterator[Offer]:
    for form in forms:
        said = str(form.get("description", ""))
        listed = [*form.get("enum", ()), *([form["const"]] if "const" in form else ())]
        if form.get("type") == "boolean":
            listed += [True, False]
        if form.get("type") == "null":
            listed.append(None)
        for value in listed:
            if isinstance(value, str | bool | int) or value is None:
                yield _value_offer(value, said, place)


def _value_offer(value: str | bool | int | None, said: str, place: CursorPlace) -> Offer:
    text = value if isinstance(value, str) else json.dumps(value)
    insert = (
        json.dumps(value, ensure_ascii=False)
        if place.is_json
        else _written(text, is_text=isinstance(value, str))
    )
    return Offer(text=text, insert=insert, description=said)


def _written(text: str, *, is_text: bool) -> str:
    """A value as YAML reads it as what it is."""
    if not is_text or (
        text and text.replace("-", "").replace("_", "").replace(".", "").isalnum() and not text[0].isdigit()
    ):
        return text
    return json.dumps(text, ensure_ascii=False)


def _description(form: Form, is_required: bool) -> str:
    parts = ["Has to be there."] if is_required else []
    parts.append(str(form.get("description", "")))
    default = form.get("default")
    if not is_required and isinstance(default, str | bool | int | float) and default != "":
        parts.append(f"Left out: {json.dumps(default)}.")
    return " ".join(filter(None, parts))
