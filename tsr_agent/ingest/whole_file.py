"""Reading a bounded file as a whole, for formats that can't be streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from typing import BinaryIO


def read_bounded(stream: BinaryIO, path: str, limit: int) -> bytes:
    """All bytes of a stream.

    Args:
        stream: The file at its start.
        path: What to call it in messages.
        limit: Most bytes that are taken.

    Raises:
        InputError: The file is empty or larger than the limit.
    """
    document = stream.read(limit + 1)
    if len(document) > limit:
        raise InputError(f"{path}: larger than {limit:,} bytes, the most that is read of this format.")
    if not document.strip():
        raise InputError(f"{path}: the file is empty.")
    return document
