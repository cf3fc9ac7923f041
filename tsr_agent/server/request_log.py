"""One JSON line a request, and one for each fault: what operators search, and no secret in it."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import msgspec

from tsr_agent.gate.wording import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tsr_agent.clock import Clock


class RequestLog:
    """Writes lines to a stream, whole ones even from several threads.

    JSON escapes line ends and control signs, so that no name in a request can forge a line.

    Args:
        stream: Where to; None for standard error.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def request(
        self,
        *,
        at: datetime,
        request_id: str,
        method: str,
        route: str,
        status: int,
        milliseconds: float,
        subject: str | None,
        token_id: str | None,
    ) -> None:
        """One request that was answered. ``route`` is the template, never the address that was asked for."""
        self._write(
            {
                "at": at,
                "event": "request",
                "request": request_id,
                "method": plain(method, 20),
                "route": route,
                "status": status,
                "ms": round(milliseconds, 3),
                "subject": None if subject is None else plain(subject),
                "token": token_id,
            }
        )

    def fault(self, *, at: datetime, request_id: str, error: BaseException) -> None:
        """An error whose cause the client is not told."""
        self._write(
            {
                "at": at,
                "event": "fault",
                "request": request_id,
                "error": f"{type(error).__name__}: {plain(str(error), 2_000)}",
                "traceback": plain("".join(traceback.format_exception(error)), 20_000),
            }
        )

    def note(self, *, at: datetime, event: str, **facts: object) -> None:
        """Anything else worth a line."""
        self._write({"at": at, "event": event, **facts})

    def _write(self, entry: dict[str, object]) -> None:
        line = ascii_json(entry)
        stream = self._stream if self._stream is not None else sys.stderr
        with self._lock:
            stream.write(line + "\n")
            stream.flush()


class _Forwarding(logging.Handler):
    def __init__(self, log: RequestLog, clock: Clock) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._clock = clock

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, object] = {"logger": record.name, "message": plain(record.getMessage(), 2_000)}
        if record.exc_info is not None and record.exc_info[1] is not None:
            facts["traceback"] = plain("".join(traceback.format_exception(record.exc_info[1])), 20_000)
        self._log.note(at=self._clock.now(), event="fault" if "traceback" in facts else "warning", **facts)


@contextmanager
def forwarded(log: RequestLog, clock: Clock) -> Iterator[None]:
    """What libraries and workers warn of goes to the log as well, as long as the block runs."""
    handler = _Forwarding(log, clock)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def ascii_json(entry: object) -> str:
    """JSON in ASCII: what prints nothing or turns a line around stands as its escape."""
    import json

    return json.dumps(msgspec.to_builtins(entry), ensure_ascii=True)
