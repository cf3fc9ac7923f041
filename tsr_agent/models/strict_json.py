"""Strict JSON without a model: for files of other tools, and to say what is wrong with one of ours."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from tsr_agent.errors import DocumentError

MAX_DEPTH = 64

# A string that does not end is one token up to the end: it is not tried again from each quote in it.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def load_tree(document: bytes, *, source: str = "document", non_finite: bool = False) -> Any:
    """Strict JSON as plain dicts, lists, strings and numbers, for files that have no model yet.

    Args:
        document: The bytes as they came.
        source: What to call it in messages, usually the file's path.
        non_finite: Whether NaN and infinities, which many tools write in spite of JSON, are allowed;
            they become None, so that no sum or comparison ever meets one.

    Raises:
        DocumentError: Malformed, a duplicate key, NaN or infinity, or nested too deeply.
    """
    try:
        text = document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{source}: not UTF-8 at byte {error.start:,}.") from error
    _refuse_deep_nesting(document, source)

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
        if len(digits) > 320:
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
        _refuse_lone_surrogates(text, tree, source)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
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


def _refuse_deep_nesting(document: bytes, source: str) -> None:
    """Counts brackets outside strings, so that no parser has to recurse to find out."""
    if document.count(b"[") + document.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(document):
        first = document[token.start()]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise DocumentError(f"{source}: nested more than {MAX_DEPTH} levels deep.")
