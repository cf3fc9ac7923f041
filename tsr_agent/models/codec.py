"""JSON in and out: strict where it comes in, deterministic where it goes out, and the digest.

Strict means: UTF-8, no NaN or infinity, no number too large for a double, no key twice in one
object, nesting and size bounded, no unknown keys, and every problem named with its path.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from tsr_agent.errors import DocumentError
from tsr_agent.models.base import SCHEMA_VERSION

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 64
MAX_PROBLEMS = 20

T = TypeVar("T")

_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


def encode(document: msgspec.Struct) -> bytes:
    """The document as deterministic JSON: fields in declared order, mapping keys sorted, a final newline."""
    return msgspec.json.encode(document, order="deterministic") + b"\n"


def digest(document: bytes) -> str:
    """SHA-256 over a document's bytes exactly as written, as 64 hexadecimal digits."""
    return hashlib.sha256(document).hexdigest()


def decode(document: bytes, document_type: type[T], *, source: str = "document") -> T:
    """Reads strict JSON into one of the models.

    Args:
        document: The bytes as they came.
        document_type: The model to fill.
        source: What to call it in messages, usually the file's path.

    Raises:
        DocumentError: Malformed, too large, too deep, a duplicate key, or not of the form; ``details``
            has one line a problem with the path to it.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise DocumentError(
            f"{source}: {len(document):,} bytes; a document may have at most {MAX_DOCUMENT_BYTES:,}."
        )
    try:
        decoded = msgspec.json.decode(document, type=document_type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # msgspec stops at the first problem; a second, slower pass finds them all.
        _explain(document, document_type, source, error)
    if not _is_our_own_writing(document, decoded):
        _refuse_duplicates(document, source)
    return decoded


def _is_our_own_writing(document: bytes, decoded: object) -> bool:
    """Bytes equal to our own encoding can't hold a key twice; that spares large reports a second parse."""
    return isinstance(decoded, msgspec.Struct) and encode(decoded) == document


def _explain(document: bytes, document_type: type[Any], source: str, error: Exception) -> NoReturn:
    tree = load_tree(document, source=source)
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise DocumentError(
            f"{source}: written in format {version}; this build reads up to {SCHEMA_VERSION}.",
            next_step="Upgrade aitr on this machine.",
        ) from error
    problems = problems_of(tree, document_type) or [str(error)]
    raise DocumentError(
        f"{source}: not a valid {_name_of(document_type)}, {len(problems)} problem(s).",
        details=problems[:MAX_PROBLEMS]
        + ([f"and {len(problems) - MAX_PROBLEMS} more"] if len(problems) > MAX_PROBLEMS else []),
    ) from error


def _name_of(document_type: type[Any]) -> str:
    return getattr(document_type, "__name__", str(document_type))


def _refuse_duplicates(document: bytes, source: str) -> None:
    load_tree(document, source=source)


def load_tree(document: bytes, *, source: str = "document") -> Any:
    """Strict JSON as plain dicts, lists, strings and numbers, for files that have no model yet.

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
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
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
            parse_constant=refuse_constant,
            parse_float=finite,
            parse_int=bounded_int,
        )
        _refuse_lone_surrogates(text, tree, source)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    return tree


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
