"""Mending the one fault of XML that genuine test tools write: characters that XML does not allow."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from tsr_agent.ingest.limits import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN_REFERENCES = re.compile(
    rb"&#(?:x0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])"
    rb"|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
_LONGEST_REFERENCE = 32
_SHOWN_AS = "\ufffd".encode()


class Repair:
    """Gives a stream's chunks with each forbidden character replaced by U+FFFD.

    behave writes escape characters of a terminal raw into its attributes, for instance.
    """

    def __init__(self) -> None:
        self.replaced = 0
        """How many characters were replaced so far."""

    def chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        """The stream from its start, mended; a reference is not missed where two chunks meet."""
        stream.seek(0)
        held = b""
        while chunk := stream.read(MEBIBYTE):
            held, ready = _split(held + chunk)
            yield self._mend(ready)
        yield self._mend(held)

    def _mend(self, piece: bytes) -> bytes:
        piece, characters = _FORBIDDEN_BYTES.subn(_SHOWN_AS, piece)
        piece, references = _FORBIDDEN_REFERENCES.subn(_SHOWN_AS, piece)
        self.replaced += characters + references
        return piece


def can_be_mended(head: bytes) -> bool:
    """Whether the file is in an encoding whose bytes below 32 are control characters: not UTF-16."""
    return not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" not in head[:4]


def _split(piece: bytes) -> tuple[bytes, bytes]:
    """What must wait for the next chunk, and what is ready."""
    start = piece.rfind(b"&", max(0, len(piece) - _LONGEST_REFERENCE))
    if start < 0 or b";" in piece[start:]:
        return b"", piece
    return piece[start:], piece[:start]
