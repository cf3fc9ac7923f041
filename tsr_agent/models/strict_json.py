"""Strict JSON without a model: for files of other tools, and to say what is wrong with one of ours."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any, NamedTuple, NoReturn

import msgspec

from tsr_agent.errors import DocumentError

MAX_DEPTH = 64
_MAX_DIGITS = 320
_MAX_BITS = 1_064
"""Of a whole number with that many digits."""

# A string that does not end is one token up to the end: it is not tried again from each quote in it.
_A_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_STRING = re.compile(_A_STRING, re.DOTALL)
_BLOCK = re.compile(rb'(?:[^"]*+' + _A_STRING + rb"){1,20000}+", re.DOTALL)
"""A piece of a document up to the end of a string."""
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")


class Shape(NamedTuple):
    """How much a document holds, found without parsing it."""

    values: int
    """Values, lists and objects, give or take the empty ones."""
    depth: int
    """Levels of lists and objects."""
    keys: int


def shape_of(document: bytes, most_values: int | None = None) -> Shape:
    """Counts what stands outside strings, so that no parser has to recurse or fill the memory to find out.

    Args:
        document: JSON, perhaps malformed.
        most_values: Nothing more is looked at in a document with more values; its depth and keys are 0.
    """
    values = strings = keys = level = deepest = start = 0
    while start < len(document):
        block = _BLOCK.match(document, start)
        end = block.end() if block else len(document)
        rest, more = _STRING.subn(b"", document[start:end])
        start, strings, keys = end, strings + more, keys + rest.count(b":")
        values += rest.count(b",") + rest.count(b"[") + rest.count(b"{")
        # A string is a value or the key of one.
        if most_values is not None and max(values, strings // 2) > most_values:
            return Shape(max(values, strings // 2), 0, 0)
        for bracket in rest.translate(None, _NO_BRACKETS):
            if bracket in b"[{":
                level += 1
                deepest = max(deepest, level)
            else:
                level -= 1
    return Shape(values, deepest, keys)


def load_tree(
    document: bytes, *, source: str = "document", non_finite: bool = False, shape: Shape | None = None
) -> Any:
    """Strict JSON as plain dicts, lists, strings and numbers, for files that have no model yet.

    Args:
        document: The bytes as they came.
        source: What to call it in messages, usually the file's path.
        non_finite: Whether NaN and infinities, which many tools write in spite of JSON, are allowed;
            they become None, so that no sum or comparison ever meets one.
        shape: What was counted in it already, and found to be within bounds.

    Raises:
        DocumentError: Malformed, a duplicate key, NaN or infinity, or nested too deeply.
    """
    if shape is None:
        shape = shape_of(document)
        if shape.depth > MAX_DEPTH:
            raise DocumentError(f"{source}: nested more than {MAX_DEPTH} levels deep.")
    try:
        tree = msgspec.json.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        tree = _with_constants(document) if non_finite else None
        if tree is None:
            return _load_slowly(document, source, non_finite)
    # It keeps the last of equal keys; then there are fewer of them than colons.
    if _keys(tree) == shape.keys:
        return tree
    del tree  # it takes as much room as the second one will
    return _load_slowly(document, source, non_finite)


def _keys(tree: object) -> int:
    """How many keys all objects have together; -1 where a number is too long or too large to be one."""
    count = 0
    left = [tree]
    while left:
        each = left.pop()
        if type(each) is dict:
            count += len(each)
            left.extend(each.values())
        elif type(each) is list:
            left.extend(each)
        elif (type(each) is int and each.bit_length() > _MAX_BITS) or (type(each) is float and isinf(each)):
            return -1
    return count


def _with_constants(document: bytes) -> Any:
    """A tree with None for NaN and infinities, unchecked; None where there is something else to say.

    A hook for each object and each number would make this five times as slow.
    """
    if b"\\u" in document:  # perhaps half of a surrogate pair
        return None
    try:
        return json.loads(document.decode("utf-8"), parse_constant=_none)
    except (ValueError, RecursionError):
        return None


def _load_slowly(document: bytes, source: str, non_finite: bool) -> Any:
    """The same with the standard library's parser, which says what is wrong and where."""
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{source}: not UTF-8 at byte {error.start:,}.") from error

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = _first_repeated([key for key, _ in pairs])
            raise DocumentError(f"{source}: the key {twice!r} stands twice in one object.")
        return found

    def refuse_constant(name: str) -> NoReturn:
        raise DocumentError(f"{source}: {name} is not a JSON number.")

    def finite(digits: str) -> float:
        number = float(digits)
        if number in (float("inf"), float("-inf")):
            raise DocumentError(f"{source}: the number {digits[:40]} is out of range.")
        return number

    def bounded_int(digits: str) -> int:
        if len(digits) > _MAX_DIGITS:
            raise DocumentError(f"{source}: the number {digits[:40]}… is out of range.")
        return int(digits)

    try:
        tree = json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=_none if non_finite else refuse_constant,
            parse_float=finite,
            parse_int=bounded_int,
        )
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    _refuse_lone_surrogates(text, tree, source)
    return tree


def _none(_name: str) -> None:
    """What stands for NaN and infinities where they are allowed."""


def _first_repeated(keys: list[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            break
        seen.add(key)
    return key


def _refuse_lone_surrogates(text: str, tree: object, source: str) -> None:
    if "\\u" not in text:
        return
    try:
        json.dumps(tree, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(f"{source}: a string holds half of a surrogate pair.") from error
