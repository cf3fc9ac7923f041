"""Bodies of requests: read within limits of size and time, unpacked with a cap, and strict JSON.

A route with a body says so in ``opt``: ``"body"`` is its model and ``"size"`` its ``BodySize``. It
takes ``document: BodyBytes``, and ``decoded`` makes the model of it, in its own thread.
"""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

from litestar import Request  # noqa: TC002  (the framework reads the annotations)

from tsr_agent.models import codec
from tsr_agent.server.problems import Kind, RefusalError, busy
from tsr_agent.server.settings import BodySize

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tsr_agent.server.settings import ServerSettings

T = TypeVar("T")
_JSON = "application/json"


def decoded(document: bytes, model: type[T]) -> T:
    """A body as strict JSON in one of the models.

    Raises:
        DocumentError: It is not of that form; every problem is named.
    """
    return codec.decode(document, model, source="The body")


async def read_document(request: Request[Any, Any, Any]) -> bytes:
    """The body of a request as the route asks for it, unpacked.

    Raises:
        RefusalError: Of another media type or encoding, too large, too slow, cut off, or no valid gzip.
    """
    settings: ServerSettings = request.app.state.settings
    limit = settings.body_limits[request.route_handler.opt.get("size", BodySize.SMALL)]
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise RefusalError(Kind.MEDIA_TYPE, f"The body has to be sent as Content-Type: {_JSON}.")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise RefusalError(Kind.MEDIA_TYPE, "The body may be packed with gzip or not at all.")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced[:20]) > limit:
        raise _too_large(limit)
    unpacked = _Unpacked(limit, packed=encoding == "gzip")
    budget: BodyBudget = request.app.state.budget
    try:
        async with asyncio.timeout(settings.body_seconds):
            async for chunk in _chunks(request, settings.chunk_seconds):
                budget.take(request.scope["state"], unpacked.add(chunk))
    except TimeoutError:
        raise RefusalError(Kind.TIMEOUT, "The body did not arrive in time.", headers=_CLOSE) from None
    return unpacked.whole()


_CLOSE = {"Connection": "close"}


async def _chunks(request: Request[Any, Any, Any], seconds: float) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(seconds):
            message = await request.receive()
        if message["type"] != "http.request":
            raise RefusalError(Kind.MALFORMED, "The body ended before it was whole.")
        yield message["body"]
        if not message["more_body"]:
            return


class BodyBudget:
    """How many bytes all bodies together may have that are in memory at once; for one event loop."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0

    def take(self, state: dict[str, Any], size: int) -> None:
        """Counts bytes to a request.

        Raises:
            RefusalError: There are too many in memory already.
        """
        if self._taken + size > self._limit:
            raise busy()
        self._taken += size
        state["body_bytes"] = state.get("body_bytes", 0) + size

    def give_back(self, state: dict[str, Any]) -> None:
        """The request is answered."""
        self._taken -= state.pop("body_bytes", 0)


class _Unpacked:
    """A body as it comes in, never longer than its limit."""

    def __init__(self, limit: int, *, packed: bool) -> None:
        self._limit = limit
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if packed else None
        self._chunks: list[bytes] = []
        self._size = 0
        self._came = 0

    def add(self, chunk: bytes) -> int:
        """Takes the next piece; returns how much longer the unpacked body is with it."""
        self._came += len(chunk)
        if self._came > self._limit:
            raise _too_large(self._limit)
        if self._stream is not None:
            chunk = self._inflated(chunk, self._stream)
        self._size += len(chunk)
        if self._size > self._limit:
            raise _too_large(self._limit)
        self._chunks.append(chunk)
        return len(chunk)

    def _inflated(self, chunk: bytes, stream: Any) -> bytes:
        if stream.eof and chunk:
            raise _bad_gzip()
        try:
            plain: bytes = stream.decompress(chunk, self._limit - self._size + 1)
        except zlib.error:
            raise _bad_gzip() from None
        if stream.unused_data:
            raise _bad_gzip()
        return plain

    def whole(self) -> bytes:
        if self._stream is not None and not self._stream.eof:
            raise _bad_gzip()
        return b"".join(self._chunks)


def _bad_gzip() -> RefusalError:
    return RefusalError(Kind.MALFORMED, "The body is not one whole gzip stream.")


def _too_large(limit: int) -> RefusalError:
    return RefusalError(Kind.TOO_LARGE, f"The body may have at most {limit:,} bytes, unpacked as well.")
