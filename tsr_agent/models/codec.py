"""JSON in and out: strict where it comes in, deterministic where it goes out, and the digest.

Strict means: UTF-8, no NaN or infinity, no number too large for a double, no key twice in one
object, nesting and size bounded, no unknown keys, and every problem named with its path.
"""

from __future__ import annotations

import hashlib
from typing import Any, NoReturn, TypeVar

import msgspec

from tsr_agent.errors import DocumentError
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.forms import ready

MAX_DOCUMENT_BYTES = 512 * 1024 * 1024
"""A report of a million test cases with ordinary names has 300 MB."""
MAX_PROBLEMS = 20

T = TypeVar("T")


def encode(document: msgspec.Struct) -> bytes:
    """The document as deterministic JSON: fields in declared order, mapping keys sorted, a final newline."""
    return msgspec.json.encode(document, order="deterministic") + b"\n"


def digest(document: bytes) -> str:
    """SHA-256 over a document's bytes exactly as written, as 64 hexadecimal digits."""
    return hashlib.sha256(document).hexdigest()


def decode(
    document: bytes, document_type: type[T], *, source: str = "document", just_encoded: bool = False
) -> T:
    """Reads strict JSON into one of the models.

    Args:
        document: The bytes as they came.
        document_type: The model to fill.
        source: What to call it in messages, usually the file's path.
        just_encoded: The bytes come from ``encode`` a moment ago, so that no key can stand twice.

    Raises:
        DocumentError: Malformed, too large, too deep, a duplicate key, or not of the form; ``details``
            has one line a problem with the path to it.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise DocumentError(
            f"{source}: {len(document):,} bytes; a document may have at most {MAX_DOCUMENT_BYTES:,}."
        )
    try:
        decoded = msgspec.json.decode(document, type=ready(document_type))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # msgspec stops at the first problem; a second, slower pass finds them all.
        _explain(document, document_type, source, error)
    if not just_encoded and not _is_our_own_writing(document, decoded):
        _refuse_duplicates(document, source)
    return decoded


def _is_our_own_writing(document: bytes, decoded: object) -> bool:
    """Bytes equal to our own encoding can't hold a key twice; that spares large reports a second parse."""
    return isinstance(decoded, msgspec.Struct) and encode(decoded) == document


def _explain(document: bytes, document_type: type[Any], source: str, error: Exception) -> NoReturn:
    from tsr_agent.models.form_problems import problems_of
    from tsr_agent.models.strict_json import load_tree

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
    from tsr_agent.models.strict_json import load_tree

    load_tree(document, source=source)
