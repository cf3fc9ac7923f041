"""The only reader of the time. Everything else is told what time it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time; tests pass one that stands still."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""


class SystemClock:
    """The machine's clock, to the microsecond."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)
