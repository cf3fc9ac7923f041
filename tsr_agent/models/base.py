"""What all documents share: an immutable record that refuses unknown keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

SCHEMA_VERSION = 1
"""Version of the document format that this build writes, and the newest that it reads."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An immutable part of a document. A key it does not know is an error, never ignored."""


# ``$`` alone would let a final line feed pass in Python, though not in JSON Schema.
Sha = Annotated[
    str,
    Meta(
        pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$(?!\n)",
        description="A whole git object id: 40 or 64 lower-case hexadecimal digits.",
    ),
]
Digest = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{64}$(?!\n)",
        description="SHA-256 of the bytes, as 64 lower-case hexadecimal digits.",
    ),
]
UtcTime = Annotated[
    datetime, Meta(tz=True, description="A moment with its UTC offset; written by aitr in UTC with a Z.")
]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Share = Annotated[float, Meta(ge=0, le=1, description="A share between 0 and 1.")]
Milliseconds = Annotated[float, Meta(ge=0, description="A duration in milliseconds.")]
ShortText = Annotated[str, Meta(max_length=1_000)]
LongText = Annotated[str, Meta(max_length=65_536)]
