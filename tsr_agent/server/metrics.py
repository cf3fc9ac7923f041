"""What the server counts, in Prometheus' text format. Each process counts for itself."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tsr_agent.models.decision import GoNoGoDecision

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds that requests are sorted by."""


class _Gauge(NamedTuple):
    name: str
    text: str
    read: Callable[[], float]


class Metrics:
    """Counts of one process. May be used from several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()
        self._uploads: Counter[str] = Counter()
        self._claims = 0
        self._failures = 0
        self._gauges: list[_Gauge] = []

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request that was answered; the route is its template, so that there are only so many."""
        with self._lock:
            self._requests[method, route, status] += 1
            buckets = self._seconds.setdefault(route, [0] * (len(BOUNDS) + 1))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            # Whole microseconds, because a Counter keeps whole numbers.
            self._sums[route] += round(seconds * 1e6)

    def upload(self, verdict: GoNoGoDecision, *, claim_differs: bool) -> None:
        """One report that is new, by the server's own verdict, and whether it claims another one."""
        with self._lock:
            self._uploads[verdict.value] += 1
            self._claims += claim_differs

    def authentication_failed(self) -> None:
        """One request without a valid token."""
        with self._lock:
            self._failures += 1

    def add_gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """A number that is looked up when somebody asks; left out where it can't be."""
        self._gauges.append(_Gauge(name, text, read))

    def exposition(self) -> str:
        """All of it as text."""
        with self._lock:
            requests = sorted(self._requests.items())
            seconds = sorted((route, list(buckets)) for route, buckets in self._seconds.items())
            sums = dict(self._sums)
            uploads = sorted(self._uploads.items())
            claims, failures = self._claims, self._failures
        lines = _head("aitr_requests_total", "counter", "Requests that were answered.")
        lines += [
            _line("aitr_requests_total", {"method": method, "route": route, "status": str(status)}, count)
            for (method, route, status), count in requests
        ]
        lines += _head("aitr_request_seconds", "histogram", "Time from a request's head to its answer.")
        for route, buckets in seconds:
            lines += _histogram(route, buckets, sums[route] / 1e6)
        lines += _head("aitr_uploads_total", "counter", "New reports by the server's verdict.")
        lines += [_line("aitr_uploads_total", {"verdict": verdict}, count) for verdict, count in uploads]
        lines += _head("aitr_claims_differing_total", "counter", "New reports that claim another verdict.")
        lines.append(_line("aitr_claims_differing_total", {}, claims))
        lines += _head("aitr_authentication_failures_total", "counter", "Requests without a valid token.")
        lines.append(_line("aitr_authentication_failures_total", {}, failures))
        lines += self._gauge_lines()
        return "\n".join(lines) + "\n"

    def _gauge_lines(self) -> list[str]:
        lines = []
        for gauge in self._gauges:
            try:
                value = gauge.read()
            except TsrError:
                continue
            lines += [*_head(gauge.name, "gauge", gauge.text), _line(gauge.name, {}, value)]
        return lines


def _head(name: str, kind: str, text: str) -> list[str]:
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: dict[str, str], value: float) -> str:
    shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _histogram(route: str, buckets: Iterable[int], total: float) -> list[str]:
    lines, count = [], 0
    for bound, here in zip([*map(str, BOUNDS), "+Inf"], buckets, strict=True):
        count += here
        lines.append(_line("aitr_request_seconds_bucket", {"route": route, "le": bound}, count))
    lines.append(_line("aitr_request_seconds_sum", {"route": route}, total))
    lines.append(_line("aitr_request_seconds_count", {"route": route}, count))
    return lines
