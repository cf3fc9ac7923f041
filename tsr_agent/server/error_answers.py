"""Answers to whatever is raised while a request is worked on, the framework's own refusals included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from tsr_agent.gate.wording import plain
from tsr_agent.models.api import PROBLEM_TYPE
from tsr_agent.server.problems import Kind, RefusalError, problem_bytes, refusal_of

if TYPE_CHECKING:
    from tsr_agent.clock import Clock
    from tsr_agent.server.request_log import RequestLog

_BY_STATUS = {
    400: Kind.MALFORMED,
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD,
    413: Kind.TOO_LARGE,
    415: Kind.MEDIA_TYPE,
}
_DETAILS = {
    Kind.NOT_FOUND: "There is nothing at this address.",
    Kind.METHOD: "This address is not asked with that method.",
}


class ErrorAnswers:
    """Turns an error into the answer to its request.

    Args:
        clock: The time.
        log: Told the cause of what the client is not told the cause of.
    """

    def __init__(self, clock: Clock, log: RequestLog) -> None:
        self._clock = clock
        self._log = log

    def __call__(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """The answer, a problem of the one form."""
        request_id = request.scope["state"]["request_id"]
        refusal = refusal_of_framework(error) if isinstance(error, HTTPException) else refusal_of(error)
        if refusal.kind.status >= 500 and refusal is not error:
            self._log.fault(at=self._clock.now(), request_id=request_id, error=error)
        return Response(
            problem_bytes(refusal, request_id),
            status_code=refusal.kind.status,
            media_type=PROBLEM_TYPE,
            headers=refusal.headers,
        )


def refusal_of_framework(error: HTTPException) -> RefusalError:
    """What the framework refuses by itself: addresses, methods and parameters."""
    unknown = Kind.FAULT if error.status_code >= 500 else Kind.MALFORMED
    kind = _BY_STATUS.get(error.status_code, unknown)
    if kind is Kind.FAULT:
        return refusal_of(error)
    extra = error.extra if isinstance(error.extra, list) else []
    problems = [
        f"{plain(each.get('key', ''))}: {plain(each.get('message', ''))}"
        for each in extra
        if isinstance(each, dict)
    ]
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    detail = _DETAILS.get(kind, "The request can't be read.")
    return RefusalError(kind, detail, errors=problems, headers=allow)
