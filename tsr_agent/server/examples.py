"""Examples of the API's forms, made from the forms themselves, so that none is ever out of date."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import inspect

MOMENT = "2026-11-23T09:30:00Z"
_SHA = "3f786850e387550fdab836ed7e6dc881de23001b"
_DAY = "2026-11-23"
_WORDS = {
    "id": "tsr-20261123-093000-3f786850",
    "report_id": "tsr-20261123-093000-3f786850",
    "codebase_repo": "https://git.example.org/team/app",
    "project": "https://git.example.org/team/app",
    "repository": "https://git.example.org/team/app",
    "repositories": "https://git.example.org/team/app",
    "codebase_branch": "main",
    "environment": "production",
    "triggered_by": "ada",
    "subject": "Ada Lovelace",
    "created_by": "Grace Hopper",
    "submitted_by": "Ada Lovelace",
    "approved_by": "Ada Lovelace",
    "role": "agent",
    "decision": "go",
    "go_no_go_decision": "go",
    "decided": "go",
    "claimed_decision": "go",
    "name": "ai-release",
    "version": "0.1.0",
    "type": "urn:aitr:problem:not-found",
    "title": "There is no such thing",
    "detail": "There is nothing at this address.",
    "token": "aitr_ci_…",
    "token_id": "9vz7yQpQ",
    "next": "43",
    "reason": "every rule passed",
    "note": "Looked at the failures by hand.",
}
_NUMBERS = {"status": 404, "seq": 42, "next": 42, "head": 42, "number": 1, "schema_version": 1}
_NOT_SHOWN = {"next_step": "", "submission": None}


def example_of(form: Any) -> Any:
    """One value of a form, as it is in JSON.

    Args:
        form: A model, an enumeration or a plain type.
    """
    return _made(inspect.type_info(form), "")


def example_of_name(name: str) -> str:
    """What stands in a path under a name."""
    return _WORDS.get(name) or hashlib.sha256(name.encode()).hexdigest()


def _made(kind: inspect.Type, name: str) -> Any:  # noqa: PLR0911  (one a kind of type)
    match kind:
        case inspect.Metadata():
            return _made(kind.type, name)
        case inspect.UnionType():
            return _made(_likeliest(kind), name)
        case inspect.StructType():
            return {each.encode_name: _field(each) for each in kind.fields}
        case inspect.VarTupleType() | inspect.ListType() | inspect.SetType() | inspect.FrozenSetType():
            return [_made(kind.item_type, name)]
        case inspect.TupleType():
            return [_made(each, name) for each in kind.item_types]
        case inspect.DictType():
            return {_made(kind.key_type, "key"): _made(kind.value_type, name)}
    return _single(kind, name)


def _single(kind: inspect.Type, name: str) -> Any:  # noqa: PLR0911  (one a kind of type)
    """A value that is not made of others."""
    match kind:
        case inspect.EnumType():
            values = [each.value for each in kind.cls]
            return _WORDS[name] if _WORDS.get(name) in values else values[0]
        case inspect.LiteralType():
            return kind.values[0]
        case inspect.DateTimeType():
            return MOMENT
        case inspect.DateType():
            return _DAY
        case inspect.StrType():
            return _text(kind, name)
        case inspect.IntType() | inspect.FloatType():
            return _number(kind, name)
        case inspect.BoolType():
            return name not in ("claim_differs", "manual_approval_required")
    return None


def _likeliest(kind: inspect.UnionType) -> inspect.Type:
    return next((each for each in kind.types if not isinstance(each, inspect.NoneType)), kind.types[0])


def _field(field: inspect.Field) -> Any:
    if field.encode_name in _NOT_SHOWN and not field.required:
        return _NOT_SHOWN[field.encode_name]
    return _made(field.type, field.encode_name)


def _text(kind: inspect.StrType, name: str) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()
    shown = name.replace("_", " ") or "text"
    for text in (_WORDS.get(name, shown), _SHA, digest, MOMENT, "example-1"):
        if _fits(kind, text):
            return text
    return shown[: kind.max_length]


def _fits(kind: inspect.StrType, text: str) -> bool:
    import re

    if not (kind.min_length or 0) <= len(text) <= (kind.max_length or 65_536):
        return False
    return kind.pattern is None or re.search(kind.pattern, text) is not None


def _number(kind: inspect.IntType | inspect.FloatType, name: str) -> float:
    wanted = _NUMBERS.get(name, 1)
    if kind.ge is not None and wanted < kind.ge:
        wanted = int(kind.ge)
    return min(wanted, int(kind.le)) if kind.le is not None else wanted


def example_json(form: Any) -> bytes:
    """The same as bytes."""
    return msgspec.json.encode(example_of(form))
