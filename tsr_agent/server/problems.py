"""Everything that goes wrong, as RFC 9457 says it: ``application/problem+json`` of one form.

A problem names the request, so that whoever runs the server finds it in the log; it never holds a
path, a statement, a traceback or a secret.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.errors import InputError, IntegrityError, StoreError, TsrError
from tsr_agent.gate.wording import plain
from tsr_agent.models.api import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

URN = "urn:aitr:problem:"
RETRY_SECONDS = 5
"""What a client is asked to wait for a database that does not answer."""
_MOST_ERRORS = 50
_MOST_SIGNS = 2_000


class Kind(Enum):
    """One kind of problem: its name, its status and its title."""

    MALFORMED = ("malformed-request", 400, "The request is malformed")
    UNAUTHENTICATED = ("unauthenticated", 401, "A valid token is needed")
    FORBIDDEN = ("forbidden", 403, "The token does not allow this")
    FOREIGN_ORIGIN = ("foreign-origin", 403, "Pages of other origins are not served")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    METHOD = ("method-not-allowed", 405, "The method is not allowed here")
    TIMEOUT = ("too-slow", 408, "The request took too long to arrive")
    CONFLICT = ("conflict", 409, "The request contradicts what is on record")
    STALE = ("stale", 412, "What the request is based on has changed")
    TOO_LARGE = ("too-large", 413, "The body is too large")
    MEDIA_TYPE = ("media-type", 415, "The body is of another media type")
    WRONG_HOST = ("wrong-host", 421, "This server does not answer for that host")
    INVALID = ("invalid-document", 422, "The document is not of the form that is asked for")
    PARAMETER = ("invalid-parameter", 422, "A parameter is not of the form that is asked for")
    TOO_MANY_FAILURES = ("too-many-failures", 429, "Too many failed authentications")
    HEADERS = ("headers-too-large", 431, "The head of the request is too large")
    FAULT = ("fault", 500, "The server has a fault")
    UNAVAILABLE = ("unavailable", 503, "The server can't answer now")
    RECORD_ALTERED = ("record-altered", 503, "A record was altered or is damaged")

    @property
    def urn(self) -> str:
        """What ``type`` of the problem is."""
        return URN + self.value[0]

    @property
    def status(self) -> int:
        """Of the answer."""
        return self.value[1]

    @property
    def title(self) -> str:
        """The kind in words."""
        return self.value[2]


class RefusalError(TsrError):
    """A request that is refused for a reason that the client is told.

    Args:
        kind: Of the problem.
        detail: What happened this time, one sentence that may be shown to whoever asked.
        next_step: What they can do.
        errors: One line a problem with the path to it.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        next_step: str = "",
        errors: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, next_step=next_step, details=errors)
        self.kind = kind
        self.headers = dict(headers or {})


def not_found(what: str = "There is nothing at this address.") -> RefusalError:
    """The refusal for what there is not, and for what a token may not know of; both read the same."""
    return RefusalError(Kind.NOT_FOUND, what)


def busy() -> RefusalError:
    """The refusal of one request too many."""
    return RefusalError(
        Kind.UNAVAILABLE,
        "The server works on as many requests as it takes at once.",
        next_step="Try again in a moment.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def refusal_of(error: Exception) -> RefusalError:
    """What a client is told of an error; of one that nobody expected, only that there was one."""
    match error:
        case RefusalError():
            return error
        case StoreError():
            # The message may name the database's place, which is for the log only.
            return RefusalError(
                Kind.UNAVAILABLE,
                "The database does not answer now; nothing was recorded by this request.",
                next_step="Try again in a moment.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        case IntegrityError():
            return RefusalError(
                Kind.RECORD_ALTERED,
                "A record that this answer needs is not what was filed; it is not used.",
                next_step="Have the operator run: tsr-agent db check",
            )
        case InputError():
            return RefusalError(Kind.INVALID, error.message, next_step=error.next_step, errors=error.details)
    return RefusalError(
        Kind.FAULT,
        "The server failed on this request; no decision was taken.",
        next_step="Tell the operator the request's id.",
    )


def problem_of(refusal: RefusalError, request_id: str) -> Problem:
    """The body of the answer."""
    return Problem(
        type=refusal.kind.urn,
        title=refusal.kind.title,
        status=refusal.kind.status,
        detail=plain(refusal.message, _MOST_SIGNS),
        instance=request_id,
        next_step=plain(refusal.next_step, _MOST_SIGNS),
        errors=tuple(plain(each, _MOST_SIGNS) for each in refusal.details[:_MOST_ERRORS]),
    )


def problem_bytes(refusal: RefusalError, request_id: str) -> bytes:
    """The same as it is sent."""
    return msgspec.json.encode(problem_of(refusal, request_id))
