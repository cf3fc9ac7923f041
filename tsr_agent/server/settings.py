"""What a server is told when it starts, and then never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

_MIB = 1024 * 1024


class BodySize(Enum):
    """How large the body of a request may be; which one holds is said by its route."""

    REPORT = "report"
    POLICY = "policy"
    SMALL = "small"


def _body_limits() -> dict[BodySize, int]:
    return {BodySize.REPORT: 64 * _MIB, BodySize.POLICY: 2 * _MIB, BodySize.SMALL: 64 * 1024}


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How a server listens and what it puts up with."""

    host: str = "127.0.0.1"
    port: int = 8470
    behind_proxy: bool = False
    """A reverse proxy stands in front: it ends TLS, and the last hop of ``X-Forwarded-For`` is its word."""
    tls_cert: str | None = None
    tls_key: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    """Names that ``Host`` may have, without a port; empty for any."""
    webhooks: str | None = None
    """Path of the file that says whom to tell; None for nobody."""
    body_limits: dict[BodySize, int] = field(default_factory=_body_limits)
    """Most bytes of a body, as it comes and as it is unpacked."""
    bodies_at_once: int = 512 * _MIB
    """Most bytes of all the bodies that are being read or worked on."""
    body_seconds: float = 120.0
    """A body has to be there by then."""
    chunk_seconds: float = 15.0
    """Longest wait for the next piece of a body."""
    header_seconds: float = 10.0
    """Time for the head of a request, from the connection or the answer before it on."""
    answer_seconds: float = 60.0
    """Longest time that a client takes nothing of its answer."""
    header_bytes: int = 16 * 1024
    connections_at_once: int = 1_000
    requests_at_once: int = 200
    threads: int = 16
    """Requests that are worked on at the same time."""
    graceful_seconds: int = 30
    """Time that requests have to finish when the server is told to stop."""
    failures_allowed: int = 20
    """Failed authentications of one address within ``failure_window``."""
    failure_window: timedelta = timedelta(minutes=1)
    addresses_remembered: int = 10_000
    last_use_resolution: timedelta = timedelta(minutes=1)
    """How exactly the last use of a token is kept."""
