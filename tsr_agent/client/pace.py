"""How long to wait, how often to try, and who tells the time for it."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Protocol


class Waiting(Protocol):
    """Time that passes and chance; tests pass one in which a minute takes no time."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Waits."""

    def share(self) -> float:
        """A random number from 0 up to 1."""


class SystemWaiting:
    """The machine's own time, and its own chance: many jobs that failed together do not return together."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def monotonic(self) -> float:
        """Seconds since some moment; no change of the clock touches them."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits; an interruption ends it."""
        time.sleep(seconds)

    def share(self) -> float:
        """A random number from 0 up to 1."""
        return self._random.random()


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The bounds of one request with all its tries. Seconds and bytes."""

    tries: int = 5
    budget: float = 60.0
    """No try begins and no answer is waited for beyond it."""
    base: float = 0.5
    cap: float = 8.0
    """The longest pause of our own choice."""
    connect: float = 3.0
    read: float = 10.0
    """The longest silence of the server."""
    exchange: float = 30.0
    """The longest that one try may take, however lively the server trickles."""
    bytes_a_second: int = 262_144
    """What is sent or fetched at this rate at least adds to ``budget`` and ``exchange``."""

    def allowance(self, size: int) -> float:
        """Further seconds for so many bytes, where they are more than a second's worth."""
        return size / self.bytes_a_second if size > self.bytes_a_second else 0.0

    def pause(self, failures: int, share: float) -> float:
        """How long to wait after so many failures: anything up to a bound that doubles (full jitter)."""
        return share * min(self.cap, self.base * 2.0 ** min(failures - 1, 30))
