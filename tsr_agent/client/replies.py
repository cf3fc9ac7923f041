"""Reading what a server answered: within bounds of size, and never more than it is."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError

from tsr_agent.errors import DocumentError, ServiceError
from tsr_agent.models import codec
from tsr_agent.models.api import PROBLEM_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from requests import Response

    from tsr_agent.client.address import ServerAddress

JSON_TYPE = "application/json"
_PIECE = 65_536
_LONGEST_WAIT = 86_400.0
T = TypeVar("T")


class BrokenAnswerError(Exception):
    """The answer ended early or came too slowly; the next try may have more luck."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer, read to its end."""

    status: int
    media_type: str
    """Without its parameters, in lower case."""
    body: bytes
    retry_after: str
    location: str

    def decoded(self, form: type[T], address: ServerAddress) -> T:
        """The answer in the form that it must have.

        Raises:
            ServiceError: It has another.
        """
        if self.media_type != JSON_TYPE:
            raise ServiceError(
                f"{address} answered {self.status} with {self.media_type or 'no type'} where JSON was due.",
                next_step="Check the address: is it the server's own, or somebody's login page?",
            )
        try:
            return codec.decode(self.body, form, source=f"the answer of {address}")
        except DocumentError as error:
            raise ServiceError(
                f"{address} gave no usable answer: {error.message}",
                next_step="Check the address, and that server and agent are of versions that fit.",
                details=error.details,
            ) from error

    def problem(self) -> Problem | None:
        """The server's own word on why it refused; None where the answer is not one of ours."""
        if self.media_type != PROBLEM_TYPE:
            return None
        try:
            found = codec.decode(self.body, Problem)
        except DocumentError:
            return None
        return found if found.status == self.status else None

    def wait(self, now: Callable[[], datetime]) -> float:
        """Seconds that the server asks to wait; 0 where it says nothing that can be read."""
        text = self.retry_after.strip()
        if text.isascii() and text.isdigit():
            return min(float(text[:9]), _LONGEST_WAIT)
        try:
            asked = (parsedate_to_datetime(text) - now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return 0.0
        return min(max(asked, 0.0), _LONGEST_WAIT)

    def redirect_host(self) -> str:
        """The host that a redirect leads to, for a message."""
        try:
            return urlsplit(self.location).hostname or "the same host"
        except ValueError:
            return "an address that can't be read"


def read_reply(response: Response, most_bytes: int, address: ServerAddress) -> Reply:
    """Reads an answer to its end.

    Args:
        response: As requests opened it, its body unread.
        most_bytes: Of the body, after it was inflated.
        address: Of the server, for messages.

    Raises:
        BrokenAnswerError: The connection did not bring it to its end.
        ServiceError: It is too large, or written in a way that was not asked for.
    """
    headers = response.headers
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise ServiceError(f"{address} answered in the encoding {encoding[:40]!r}, which was not asked for.")
    if not _says_its_length(headers):
        # Broken off among its headers, it would pass for a whole answer with an empty body.
        raise BrokenAnswerError("it does not say how long it is")
    body = _Body(most_bytes, packed=encoding == "gzip")
    try:
        while piece := response.raw.read1(_PIECE, decode_content=False):
            body.add(piece)
        content = body.whole()
    except (HTTPError, OSError) as error:
        raise BrokenAnswerError(str(error)) from error
    except _TooLargeError:
        raise ServiceError(
            f"{address} answered with more than the {most_bytes:,} bytes that an answer here may have."
        ) from None
    except zlib.error as error:
        raise ServiceError(f"{address} answered with gzip data that is none: {error}.") from error
    return Reply(
        status=response.status_code,
        media_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
        body=content,
        retry_after=headers.get("Retry-After", ""),
        location=headers.get("Location", ""),
    )


def _says_its_length(headers: Mapping[str, str]) -> bool:
    length = headers.get("Content-Length", "").strip()
    return length.isdigit() or headers.get("Transfer-Encoding", "").strip().lower() == "chunked"


class _TooLargeError(Exception):
    """More than was bargained for."""


class _Body:
    """Collects a body and inflates it, one byte beyond the bound at most."""

    def __init__(self, most: int, *, packed: bool) -> None:
        self._left = most
        self._pieces: list[bytes] = []
        self._inflate = zlib.decompressobj(wbits=31) if packed else None

    def add(self, piece: bytes) -> None:
        if self._inflate is None:
            return self._take(piece)
        while piece:
            if self._inflate.eof:
                raise zlib.error("bytes behind its end")
            self._take(self._inflate.decompress(piece, _PIECE))
            piece = self._inflate.unconsumed_tail
        return None

    def whole(self) -> bytes:
        if self._inflate is not None and not self._inflate.eof:
            # What it still holds back is less than a piece.
            self._take(self._inflate.flush())
            if not self._inflate.eof:
                raise zlib.error("it ends early")
        if self._inflate is not None and self._inflate.unused_data:
            raise zlib.error("bytes behind its end")
        return b"".join(self._pieces)

    def _take(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise _TooLargeError
        self._pieces.append(piece)
