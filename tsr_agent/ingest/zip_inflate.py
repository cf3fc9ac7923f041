"""Unpacking one member of a ZIP archive in pieces, so that what it grows to can be watched."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, Any

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Iterator

STORED, DEFLATED, ZSTANDARD = 0, 8, 93
ENCRYPTED = 1 | 1 << 6
"""The bits of a member's flags that say that it is encrypted."""


def inflated(method: int, flags: int, pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    """What a member unpacks to, in pieces of at most a mebibyte.

    Args:
        method: The number of the compression method.
        flags: The member's flags.
        pieces: The member as it is packed.
        place: What to call it in messages: file and member.

    Raises:
        InputError: Encrypted, packed in a way that can't be unpacked here, cut off, or damaged.
        zlib.error: Damaged.
    """
    if flags & ENCRYPTED:
        raise InputError(f"{place}: it is encrypted.")
    if method == STORED:
        return pieces
    if method == DEFLATED:
        return _deflated(pieces, place)
    if method == ZSTANDARD:
        return _zstandard(pieces, place)
    raise InputError(f"{place}: it is packed by method {method}; stored, Deflate and Zstandard are known.")


def _deflated(pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in pieces:
        rest = piece
        while not unpacker.eof:
            found = unpacker.decompress(rest, MEBIBYTE)
            rest = unpacker.unconsumed_tail
            yield found
            if not rest and len(found) < MEBIBYTE:
                break
    if not unpacker.eof:
        raise InputError(f"{place}: it is cut off.")


def _zstandard(pieces: Iterator[bytes], place: str) -> Iterator[bytes]:
    """Inspect AI begins a new frame every 200 MiB, so a member is a row of frames."""
    zstd = _zstandard_module(place)
    unpacker, begun = zstd.ZstdDecompressor(), False
    try:
        for piece in pieces:
            rest = piece
            while True:
                # A frame may ask for 128 MiB of memory at most: the library's own bound.
                yield unpacker.decompress(rest, MEBIBYTE)
                begun, rest = True, b""
                if unpacker.eof:
                    rest = unpacker.unused_data
                    unpacker, begun = zstd.ZstdDecompressor(), False
                    if rest:
                        continue
                if not begun or unpacker.needs_input:
                    break
    except zstd.ZstdError as error:
        raise InputError(f"{place}: it is damaged: {error}.") from error
    if begun:
        raise InputError(f"{place}: it is cut off.")


def _zstandard_module(place: str) -> Any:
    """Python's own module from 3.14 on, its twin from PyPI before."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:
        raise InputError(
            f"{place}: it is packed with Zstandard, which this installation can't unpack; "
            "install aitr[inspect]."
        ) from error
    return zstd
