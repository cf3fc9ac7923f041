"""Answers whose bytes never change: sent once to whoever keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from litestar import Request

JSON = "application/json"
_MOST_TAGS = 10_000


def answer_once(request: Request[Any, Any, Any], digest: str, read: Callable[[], bytes]) -> Response[bytes]:
    """The bytes of a digest, or 304 for whoever names it in ``If-None-Match``.

    Args:
        request: That asks for them.
        digest: Their SHA-256.
        read: Gets them.
    """
    headers = {"ETag": f'"{digest}"'}
    tags = request.headers.get("if-none-match", "")[:_MOST_TAGS].split(",")
    named = {each.strip().removeprefix("W/") for each in tags}
    if "*" in named or f'"{digest}"' in named:
        return Response(b"", status_code=304, headers=headers)
    return Response(read(), media_type=JSON, headers=headers)
