"""Reading a bounded file as a whole, for formats that can't be streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import beyond

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from tsr_agent.ingest.limits import Limits
    from tsr_agent.models.strict_json import Shape


def read_whole(stream: BinaryIO, path: str, limits: Limits, bound: str) -> bytes:
    """All bytes of a stream.

    Args:
        stream: The file at its start.
        path: What to call it in messages.
        limits: The bounds in force.
        bound: The name of the one that holds for this format, in bytes.

    Raises:
        InputError: The file is empty or larger than the bound.
    """
    most = getattr(limits, bound)
    document = stream.read(most + 1)
    if len(document) > most:
        raise beyond(limits, bound, path)
    if not document.strip():
        raise InputError(f"{path}: the file is empty.")
    return document


def read_json(stream: BinaryIO, path: str, limits: Limits) -> Any:
    """A strict JSON file as plain dicts, lists, strings and numbers.

    Args:
        stream: The file at its start.
        path: What to call it in messages.
        limits: The bounds in force.

    Raises:
        InputError: Empty, beyond a bound, or not strict JSON.
    """
    return json_tree(read_whole(stream, path, limits, "json_bytes"), path, limits)


def json_tree(document: bytes, path: str, limits: Limits, *, non_finite: bool = False) -> Any:
    """The same of bytes that were read already; NaN and infinities may be allowed, and become None."""
    from tsr_agent.models import strict_json

    shape = json_shape(document, path, limits)
    return strict_json.load_tree(document, source=path, non_finite=non_finite, shape=shape)


def json_shape(document: bytes, path: str, limits: Limits) -> Shape:
    """How much a JSON document holds.

    Raises:
        InputError: More values or levels than are read.
    """
    from tsr_agent.models import strict_json

    shape = strict_json.shape_of(document, limits.json_values)
    if shape.values > limits.json_values:
        raise beyond(limits, "json_values", path)
    if shape.depth > limits.json_depth:
        raise beyond(limits, "json_depth", path)
    return shape
