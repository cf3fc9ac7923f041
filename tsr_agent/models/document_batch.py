"""Several documents in one answer: before each a line that names it, then its bytes exactly as they are.

Documents differ in a single space and are other documents then, so that they can't be members of a JSON
text; their lengths and digests in front of them let whoever reads them know each before using it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.errors import DocumentError
from tsr_agent.models import codec
from tsr_agent.models.base import Count, Digest, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH_TYPE = "application/vnd.aitr.documents"
MAX_DOCUMENTS = 64
"""Of one answer."""
MAX_BATCH_BYTES = 16 * 1024 * 1024
"""Of the documents of one answer together; a larger document is asked for alone."""
_LONGEST_LINE = 200


class _Named(Record, frozen=True, kw_only=True):
    """The line before a document."""

    digest: Digest
    size: Count


def batch_of(documents: Iterable[bytes]) -> bytes:
    """The documents as one answer."""
    pieces: list[bytes] = []
    for document in documents:
        named = _Named(digest=codec.digest(document), size=len(document))
        pieces += [codec.encode(named), document]
    return b"".join(pieces)


def documents_in(batch: bytes) -> list[bytes]:
    """The documents of an answer, each shown to be the one of its digest.

    Raises:
        DocumentError: It is cut, or a document is not the one that is named.
    """
    found: list[bytes] = []
    place = 0
    while place < len(batch):
        end = batch.find(b"\n", place, place + _LONGEST_LINE)
        if end < 0:
            raise DocumentError("The documents of an answer are cut or mixed up.")
        named = codec.decode(batch[place : end + 1], _Named, source="the answer")
        place = end + 1 + named.size
        document = batch[end + 1 : place]
        if len(document) != named.size or codec.digest(document) != named.digest:
            raise DocumentError(f"The document {named.digest} of an answer is cut or is another one.")
        found.append(document)
    return found
