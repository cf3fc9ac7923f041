"""Readers over bytes in memory, as the tests of one format need them."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.ingest.reader import Parts, Reader


def read(reader: Reader, document: bytes | str, path: str = "the-file") -> Parts:
    """What a reader makes of a document."""
    raw = document.encode() if isinstance(document, str) else document
    return reader.read(io.BytesIO(raw), path)


def takes(reader: Reader, document: bytes | str, path: str) -> str | None:
    """Why a reader takes a document, None where it does not."""
    raw = document.encode() if isinstance(document, str) else document
    return reader.recognise(raw, PurePosixPath(path))
