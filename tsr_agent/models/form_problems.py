"""Every place where plain data is not of the form that a model asks for, not only the first."""

from __future__ import annotations

from typing import Any

import msgspec


def problems_of(tree: object, expected: Any, path: str = "$") -> list[str]:
    """Every place where a plain tree is not of the form that a model asks for.

    Args:
        tree: Plain dicts, lists, strings and numbers.
        expected: The model or type form to hold it against.
        path: Where the tree stands, in JSONPath style.

    Returns:
        One line a problem, ``PATH: what is wrong``; empty when the tree fits.
    """
    try:
        msgspec.convert(tree, type=expected)
    except msgspec.ValidationError as error:
        found = _problems_inside(tree, expected, path)
        if found:
            return found
        what, _, where = str(error).partition(" - at `$")
        return [f"{path}{where.rstrip('`')}: {what}"]
    return []


def _problems_inside(tree: object, expected: Any, path: str) -> list[str]:
    form = msgspec.inspect.type_info(expected)
    if isinstance(form, msgspec.inspect.StructType) and isinstance(tree, dict):
        return _struct_problems(tree, form, path)
    if isinstance(form, msgspec.inspect.VarTupleType) and isinstance(tree, list):
        item = expected.__args__[0]
        return [
            line for place, each in enumerate(tree) for line in problems_of(each, item, f"{path}[{place}]")
        ]
    if isinstance(form, msgspec.inspect.DictType) and isinstance(tree, dict):
        value = expected.__args__[1]
        return [line for key, each in tree.items() for line in problems_of(each, value, f"{path}.{key}")]
    return []


def _struct_problems(tree: dict[str, Any], form: msgspec.inspect.StructType, path: str) -> list[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(form.cls)}
    lines = [f"{path}.{key}: unknown key" + _nearest(key, fields) for key in tree if key not in fields]
    for name, field in fields.items():
        if name in tree:
            lines += problems_of(tree[name], field.type, f"{path}.{name}")
        elif field.required:
            lines.append(f"{path}.{name}: missing")
    return lines


def _nearest(key: str, known: dict[str, Any]) -> str:
    import difflib

    close = difflib.get_close_matches(key, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
