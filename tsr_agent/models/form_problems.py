"""Every place where plain data is not of the form that a model asks for, not only the first."""

from __future__ import annotations

import types
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from tsr_agent.models.form_words import in_words, written_otherwise
from tsr_agent.models.forms import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HUNDRED_PER_CENT = 100
_BEYOND_A_SHARE = "Expected `float` <= 1.0"
_MOST_CHOICES = 12
_MOST_SIGNS = 80
_MOST_LISTED = 3
"""Unknown keys of one mapping that are answered with all the known ones."""
_MOST_HINTS = 50
"""Unknown keys of one mapping that are compared with the known ones, which takes time."""


def problems_of(
    tree: object, expected: Any, path: str = "$", *, above: tuple[type[msgspec.Struct], ...] = ()
) -> list[str]:
    """Every place where a plain tree is not of the form that a model asks for.

    Args:
        tree: Plain dicts, lists, strings and numbers.
        expected: The model or type form to hold it against.
        path: Where the tree stands, in JSONPath style.
        above: The models that the tree stands in, the outermost first: a key that is theirs is
            misplaced rather than unknown.

    Returns:
        One line a problem, ``PATH: what is wrong``; empty when the tree fits. What follows the last
        semicolon of a line is advice.
    """
    try:
        msgspec.convert(tree, type=ready(expected))
    except msgspec.ValidationError as error:
        found = _problems_inside(tree, _member_for(tree, expected), path, above)
        if found:
            return found
        what, _, where = str(error).partition(" - at `$")
        said = _in_other_words(what, tree, expected) if not where else in_words(what)
        return [f"{path}{where.rstrip('`')}: {said}"]
    return []


def meant_as_share(value: float) -> str:
    """Advice for a number given where a share from 0 to 1 is wanted; empty where there is none."""
    if not 1 < value <= _HUNDRED_PER_CENT:
        return ""
    return f"; did you mean {value / _HUNDRED_PER_CENT:.10g}?"


def nearest(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` for the nearest of some names; empty where none is near."""
    import difflib

    close = difflib.get_close_matches(name[:_MOST_SIGNS], list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _bare(expected: Any) -> Any:
    return _bare(get_args(expected)[0]) if get_origin(expected) is Annotated else expected


def _members(expected: Any) -> Iterator[Any]:
    """A type form without its annotations, or the members of a union one by one."""
    bare = _bare(expected)
    if get_origin(bare) in (Union, types.UnionType):
        for each in get_args(bare):
            yield from _members(each)
    else:
        yield bare


def _member_for(tree: object, expected: Any) -> Any:
    """What of a type form a mapping or list has to fit; None where nothing fits it."""
    for member in _members(expected):
        origin = get_origin(member) or member
        if isinstance(tree, dict) and isinstance(origin, type) and issubclass(origin, msgspec.Struct | dict):
            return member
        if isinstance(tree, list) and origin is tuple:
            return member
    return None


def _problems_inside(
    tree: object, form: Any, path: str, above: tuple[type[msgspec.Struct], ...]
) -> list[str]:
    if isinstance(tree, dict) and isinstance(form, type) and issubclass(form, msgspec.Struct):
        return _struct_problems(tree, form, path, above)
    inner = get_args(form)
    if isinstance(tree, list) and len(inner) == 2 and inner[1] is ...:
        return [
            line
            for place, each in enumerate(tree)
            for line in problems_of(each, inner[0], f"{path}[{place}]")
        ]
    if isinstance(tree, dict) and len(inner) == 2:
        return [line for key, each in tree.items() for line in problems_of(each, inner[1], f"{path}.{key}")]
    return []


def _struct_problems(
    tree: dict[str, Any], form: type[msgspec.Struct], path: str, above: tuple[type[msgspec.Struct], ...]
) -> list[str]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(form)}
    lines = []
    unknown = [key for key in tree if key not in fields]
    known = f"; known are {', '.join(fields)}" if 0 < len(fields) <= _MOST_CHOICES else ""
    for place, key in enumerate(unknown):
        hint = ""
        if place < _MOST_HINTS:
            hint = _belongs(key, form, path, above) or nearest(str(key), fields)
        lines.append(f"{path}.{key}: unknown key{hint or (known if place < _MOST_LISTED else '')}")
    for name, field in fields.items():
        if name in tree:
            lines += problems_of(tree[name], field.type, f"{path}.{name}", above=(*above, form))
        elif field.required:
            lines.append(f"{path}.{name}: missing{_to_write(name, field.type)}")
    return lines


def _to_write(name: str, expected: Any) -> str:
    """``; write where: {type: …}`` for a key that is missing; empty where there is no one way."""
    for member in _members(expected):
        if get_origin(member) is Literal and len(get_args(member)) == 1:
            return f"; write {name}: {get_args(member)[0]}"
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            needed = [each.encode_name for each in msgspec.structs.fields(member) if each.required]
            return f"; write {name}: {{{', '.join(f'{each}: …' for each in needed)}}}" if needed else ""
    return ""


def _belongs(key: str, form: type[msgspec.Struct], path: str, above: tuple[type[msgspec.Struct], ...]) -> str:
    """Where a misplaced key belongs: below a key of this model, or further up."""
    for field in msgspec.structs.fields(form):
        if any(key in _keys(member) for member in _members(field.type)):
            return f"; it belongs under '{field.encode_name}'"
    for place, outer in enumerate(reversed(above)):
        if key in _keys(outer):
            owner = path.rsplit(".", place + 1)[0].removeprefix("$").removeprefix(".")
            return f"; it belongs to {owner} itself" if owner else "; it belongs at the top level of the file"
    return ""


def _keys(form: Any) -> set[str]:
    if not (isinstance(form, type) and issubclass(form, msgspec.Struct)):
        return set()
    return {field.encode_name for field in msgspec.structs.fields(form)}


def _in_other_words(what: str, tree: object, expected: Any) -> str:
    """A sentence of msgspec's with what a person needs to mend it."""
    if isinstance(tree, int | float) and not isinstance(tree, bool) and what == _BEYOND_A_SHARE:
        return in_words(what) + meant_as_share(tree)
    choices = _choices(expected)
    if not choices or len(choices) > _MOST_CHOICES or not isinstance(tree, str | int | float):
        said = in_words(what, _description(expected))
        return said + written_otherwise(tree, said)
    shown = repr(tree if not isinstance(tree, str) else tree[:_MOST_SIGNS])
    wanted = f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
    return f"{shown} is not {wanted}{nearest(str(tree), choices)}"


def _description(expected: Any) -> str:
    """What the pattern of a type form asks for, in words; empty where there is none."""
    if get_origin(expected) is Annotated:
        metas = (each for each in get_args(expected)[1:] if isinstance(each, msgspec.Meta))
        said = (each.description for each in metas if each.pattern is not None)
        return next(filter(None, said), "") or _description(get_args(expected)[0])
    inner = get_args(expected) if get_origin(expected) in (Union, types.UnionType) else ()
    return next(filter(None, map(_description, inner)), "")


def _choices(expected: Any) -> list[str]:
    """The values that a form names one by one; empty where it takes others, too."""
    found: list[str] = []
    for member in _members(expected):
        if isinstance(member, type) and issubclass(member, Enum):
            found += [str(each.value) for each in member]
        elif get_origin(member) is Literal:
            found += [str(each) for each in get_args(member)]
        elif member in (str, int, float):
            return []
    return found
