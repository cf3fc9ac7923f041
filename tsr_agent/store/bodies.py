"""Document bytes at rest: compressed, and shown only when they are what their digest says."""

from __future__ import annotations

import zlib
from typing import Any

from tsr_agent.errors import IntegrityError
from tsr_agent.models import codec

_LEVEL = 1
"""The fastest: reports repeat themselves so much that higher levels gain little (measured)."""


def pack(document: bytes) -> bytes:
    """The bytes for the ``body`` column."""
    return zlib.compress(document, _LEVEL)


def unpack(body: Any, *, size: Any, digest: Any, name: str) -> bytes:
    """The document again, exactly as it came.

    Args:
        body: The bytes as stored; in a damaged file anything at all.
        size: Length of the document in bytes. Nothing longer is ever unpacked.
        digest: SHA-256 that the document had when it was filed, as hexadecimal digits.
        name: What to call it in messages.

    Raises:
        IntegrityError: Anything about it is not as it was filed.
    """
    if not isinstance(size, int) or not 0 <= size <= codec.MAX_DOCUMENT_BYTES:
        raise altered(name, f"it claims a length of {size!r} bytes")
    inflater = zlib.decompressobj()
    try:
        document = inflater.decompress(body, size + 1)
    except (zlib.error, TypeError) as error:
        raise altered(name, "its stored bytes can't be unpacked") from error
    if not inflater.eof or inflater.unused_data or len(document) != size:
        raise altered(name, "its stored bytes are not of the length they had")
    if codec.digest(document) != digest:
        raise altered(name, "its bytes are not those of its digest")
    return document


def altered(name: str, how: str) -> IntegrityError:
    """The error for something in the library that is not what was filed."""
    return IntegrityError(
        f"{name} was altered or damaged in the library: {how}.",
        kept="the library as it is; nothing of this document is used.",
        next_step="Restore a backup of the library, or file the original document in a new one.",
    )
