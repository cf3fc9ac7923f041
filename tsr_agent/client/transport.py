"""One request to a server with all its tries: bounded in time, in number and in what is believed.

No session of requests is used, only its adapter: a session follows redirects, reads their bodies
without a bound, keeps cookies and asks the environment for passwords.
"""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from requests import Request, RequestException
from urllib3.exceptions import HTTPError

from tsr_agent import __version__
from tsr_agent.client.connection import Deadline, TimedAdapter
from tsr_agent.client.pace import Pace, SystemWaiting
from tsr_agent.client.proxies import Way
from tsr_agent.client.refusals import RefusedError, UnreachedError
from tsr_agent.client.replies import JSON_TYPE, BrokenAnswerError, Reply, read_reply
from tsr_agent.clock import SystemClock
from tsr_agent.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from requests import PreparedRequest

    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.credentials import Token
    from tsr_agent.client.pace import Waiting
    from tsr_agent.clock import Clock

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that say nothing of what was asked; a later try may succeed."""
_SMALL = 65_536
_ANSWER_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a server is asked. Whatever it is, asking it twice must do no more than asking it once."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str | int] = field(default_factory=dict)
    document: bytes | None = None
    """The JSON that goes with it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = _ANSWER_BYTES
    """Of the answer."""
    success: tuple[int, ...] = (200,)


class FailedTryError(Exception):
    """One try brought nothing, and the next may.

    Args:
        why: In a few words.
        wait: Seconds that the server asks to wait.
    """

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.wait = why, wait


class Transport:
    """Asks one server.

    Args:
        address: Of the server.
        token: What it knows us by; None for the few questions that anybody may ask.
        way: Proxy and certificates.
        pace: Bounds of time and tries.
        waiting: The time that passes.
        clock: The time of day, for a server that names a moment to return at.
        told: Is told of each try that failed, in a line.
        progress: Is told of a large document how many of its bytes were sent, and how many it has as sent.
    """

    def __init__(
        self,
        address: ServerAddress,
        token: Token | None,
        *,
        way: Way | None = None,
        pace: Pace | None = None,
        waiting: Waiting | None = None,
        clock: Clock | None = None,
        told: Callable[[str], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.address = address
        self._token, self._way, self._pace = token, way or Way(), pace or Pace()
        self._waiting = waiting or SystemWaiting()
        self._clock = clock or SystemClock()
        self._told = told or (lambda _line: None)
        self._progress = progress
        self._sent, self._size = 0, 0
        self._deadline = Deadline(self._waiting, self._on_sent)
        self._adapter = TimedAdapter(self._deadline)

    def __enter__(self) -> Transport:
        """Itself, closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._adapter.close()

    def ask(self, question: Question, *, budget: float | None = None) -> Reply:
        """Asks until there is an answer, the tries are used up, or the time is.

        Args:
            question: What to ask.
            budget: Seconds for all tries together; the pace's own where None.

        Returns:
            An answer with one of the statuses that mean success.

        Raises:
            RefusedError: The server refused.
            UnreachedError: There was no answer within the time and the tries.
            ServiceError: What came was no usable answer.
        """
        request = self._prepared(question)
        size = len(request.body or b"")
        allowance = self._pace.allowance(max(size, 0))
        budget = (self._pace.budget if budget is None else budget) + allowance
        end = self._waiting.monotonic() + budget
        failures = 0
        while True:
            left = end - self._waiting.monotonic()
            try:
                return self._tried(question, request, min(self._pace.exchange + allowance, left))
            except FailedTryError as failed:
                failures += 1
                pause = max(failed.wait, self._pace.pause(failures, self._waiting.share()))
                left = end - self._waiting.monotonic()
                if failures >= self._pace.tries or pause >= left:
                    self._give_up(failed, failures)
                self._told(f"{self.address}: {failed.why}; trying again in {pause:.1f} s.")
            self._waiting.sleep(pause)

    def _prepared(self, question: Question) -> PreparedRequest:
        """The request as it is sent, a large document packed."""
        headers = {
            "Accept": f"{JSON_TYPE}, application/problem+json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"tsr-agent/{__version__}",
            **question.headers,
        }
        body = question.document
        if body is not None:
            headers["Content-Type"] = JSON_TYPE
            if len(body) > _SMALL:
                body = gzip.compress(body, compresslevel=6, mtime=0)
                headers["Content-Encoding"] = "gzip"
        return Request(
            question.method,
            self.address.of(*question.path),
            params={name: str(value) for name, value in question.query.items()},
            headers=headers,
            data=body,
            auth=self._token,
        ).prepare()

    def _tried(self, question: Question, request: PreparedRequest, seconds: float) -> Reply:
        """One try.

        Raises:
            FailedTryError: Nothing came of it; another may be made.
            ServiceError: Another would not help.
        """
        try:
            reply = self._exchanged(question, request, seconds)
        except Exception:
            raise
        except BaseException:
            self._give_locks_back()
            raise
        if reply.status in question.success:
            return reply
        if reply.status in PASSING:
            raise FailedTryError(f"it answered {reply.status}", reply.wait(self._clock.now))
        if 300 <= reply.status < 400:
            raise ServiceError(
                f"{self.address} answered with a redirect to {reply.redirect_host()}, which is not followed.",
                next_step="Give the address that the server itself has.",
            )
        problem = reply.problem()
        if problem is not None:
            why = problem.detail or problem.title
            raise RefusedError(f"{self.address} refused ({problem.status}): {why}", problem)
        raise ServiceError(
            f"{self.address} answered {reply.status}, and not in the way that a server of aitr does.",
            next_step="Check the address, and what stands between here and the server.",
        )

    def _give_locks_back(self) -> None:
        """Frees what Ctrl+C left taken.

        It may come between the taking of a pool's lock and what is done under it. Nobody would free that
        any more, and whoever closes the pool, the end of the process included, would wait for ever. The
        lock is ours: no other thread uses these connections.
        """
        for manager in (self._adapter.poolmanager, *self._adapter.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  (it is no mapping that can be walked)
                waiting = manager.pools[key].pool
                if waiting is not None and waiting.mutex.locked():
                    waiting.mutex.release()

    def _exchanged(self, question: Question, request: PreparedRequest, seconds: float) -> Reply:
        way, pace = self._way, self._pace
        self._deadline.begin(seconds, pace.read)
        self._sent, self._size = 0, len(request.body or b"")
        try:
            response = self._adapter.send(
                request,
                stream=True,
                timeout=(pace.connect, pace.read),
                verify=way.authorities or True,
                proxies={"https": way.proxy} if way.proxy else {},
            )
        except (RequestException, HTTPError, OSError) as error:
            raise self._unreached(error) from None
        try:
            reply = read_reply(response, question.most_bytes, self.address)
        except Exception as error:
            response.close()
            if isinstance(error, BrokenAnswerError):
                raise FailedTryError("its answer did not come to its end") from error
            raise
        response.close()
        return reply

    def _on_sent(self, count: int) -> None:
        self._sent += count
        if self._progress is not None and self._size > _SMALL:
            # The head of the request counts as well, so that it is more in the end.
            self._progress(min(self._sent, self._size), self._size)

    def _unreached(self, error: Exception) -> Exception:
        """What the failure of a connection means; its own text may repeat what was sent."""
        from requests import exceptions

        if isinstance(error, exceptions.SSLError):
            return ServiceError(
                f"{self.address}: its certificate can't be trusted, or it does not speak TLS.",
                details=[_tls_reason(error)],
                next_step="Name the certificates of your company in AITR_CA_BUNDLE, or correct the address.",
            )
        if isinstance(error, exceptions.ProxyError):
            return FailedTryError("its proxy was not reached or refused")
        if isinstance(error, exceptions.ConnectTimeout):
            return FailedTryError("it did not take the connection in time")
        if isinstance(error, (exceptions.Timeout, TimeoutError)):
            return FailedTryError("it did not answer in time")
        return FailedTryError(_connection_reason(error))

    def _give_up(self, failed: FailedTryError, tries: int) -> NoReturn:
        asked = f" and asks to return in {failed.wait:.0f} s" if failed.wait else ""
        times = "once" if tries == 1 else f"{tries} times"
        raise UnreachedError(
            f"{self.address} was not reached: {failed.why}{asked}. Tried {times}.",
            wait=failed.wait,
            next_step="Check the address and the network; the same command continues where this one ended.",
        )


def _connection_reason(error: BaseException) -> str:
    """Why there was no connection, in the system's own few words."""
    seen: BaseException | None = error
    for _ in range(8):
        if isinstance(seen, OSError) and isinstance(seen.errno, int) and seen.errno > 0:
            return f"no connection ({os.strerror(seen.errno).lower()})"
        inner = [each for each in getattr(seen, "args", ()) if isinstance(each, BaseException)]
        reason = getattr(seen, "reason", None)
        following = reason if isinstance(reason, BaseException) else (inner[-1] if inner else None)
        seen = following or (seen.__cause__ or seen.__context__ if seen is not None else None)
        if seen is None:
            break
    return "the connection broke"


def _tls_reason(error: BaseException) -> str:
    """What OpenSSL found, without the request that it happened to."""
    text = str(error)
    start = text.rfind("[SSL")
    return text[start : start + 200].partition(" (_ssl")[0] if start >= 0 else "TLS failed"
