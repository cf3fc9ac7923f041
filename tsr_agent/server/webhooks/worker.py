"""The worker that tells webhooks what waits for them, in a thread of each server process.

Any number of workers share one database: a delivery is claimed before it is posted, and again by another
worker only when the claim has run out. So a message arrives at least once, and twice only where a process was
killed, or stood still for longer than a claim, between the answer and its note of it.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from tsr_agent.errors import TsrError
from tsr_agent.store.deliveries import Delivery, DeliveryRepository, Patience

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tsr_agent.clock import Clock
    from tsr_agent.server.webhooks.posting import Answer, Poster
    from tsr_agent.server.webhooks.targets import Webhook

_log = logging.getLogger(__name__)


class Chance(Protocol):
    """Where the jitter comes from; ``random.Random`` is one."""

    def uniform(self, a: float, b: float) -> float:
        """A number between the two."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often is tried, and how long is waited."""

    attempts: int = 8
    first_wait: timedelta = timedelta(seconds=5)
    """Longest wait before the second try; each further one is ``factor`` times as long."""
    factor: float = 5.0
    longest_wait: timedelta = timedelta(hours=2)
    too_old: timedelta = timedelta(hours=24)
    """After this nobody wants to hear it any more."""
    claim: timedelta = timedelta(minutes=2)
    """Far longer than a try takes."""
    target_pause: timedelta = timedelta(minutes=1)
    """Longest time that a target which failed is told nothing else."""
    poll: timedelta = timedelta(seconds=2)
    """How soon is seen that there is something to tell."""

    def longest(self, attempts: int) -> timedelta:
        """The longest wait after so many tries; the wait itself is anything from nothing to it."""
        return min(self.longest_wait, self.first_wait * self.factor ** min(attempts - 1, 20))


class Worker:
    """Posts what is due. ``start`` gives it a thread; tests call ``deliver_one`` themselves.

    Args:
        webhooks: Whom it tells.
        deliveries: Of the server's database.
        poster: What posts.
        clock: What time it is.
        chance: Where the jitter comes from.
        pace: How often and how long.
    """

    def __init__(
        self,
        webhooks: Sequence[Webhook],
        deliveries: DeliveryRepository,
        poster: Poster,
        *,
        clock: Clock,
        chance: Chance,
        pace: Pace | None = None,
    ) -> None:
        self._webhooks = {each.name: each for each in webhooks}
        self._deliveries = deliveries
        self._poster = poster
        self._clock = clock
        self._chance = chance
        self._pace = pace or Pace()
        self._paused: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to work in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="aitr-webhooks", daemon=True)
        self._thread.start()

    def stop(self, timeout: float | None = None) -> bool:
        """Ends the work after the message that is being posted.

        Args:
            timeout: Longest wait for that, in seconds; None for as long as it takes.

        Returns:
            Whether the thread has ended. What it left is told by another worker, or after the next start.
        """
        self._stopping.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def deliver_one(self) -> bool:
        """Posts the delivery that has been due for longest.

        Returns:
            Whether there was one.

        Raises:
            StoreError: The database can't be read or written.
        """
        now = self._clock.now()
        delivery = self._deliveries.claim(
            self._open_targets(now),
            now=now,
            until=now + self._pace.claim,
            patience=Patience(attempts=self._pace.attempts, since=now - self._pace.too_old),
        )
        if delivery is None:
            return False
        address = self._webhooks[delivery.target].address
        answer = self._poster.post(address, delivery.body.encode("utf-8"), now=now)
        self._note(delivery, answer, self._clock.now())
        return True

    def _open_targets(self, now: datetime) -> list[str]:
        return [name for name in self._webhooks if name not in self._paused or self._paused[name] <= now]

    def _note(self, delivery: Delivery, answer: Answer, now: datetime) -> None:
        self._paused.pop(delivery.target, None)
        if answer.delivered:
            self._deliveries.delivered(delivery, now=now)
            return
        if not answer.again or delivery.attempts >= self._pace.attempts:
            self._deliveries.give_up(delivery, now=now, error=answer.what)
            _log.warning(
                "webhook %s: gave up telling %s of report %s: %s",
                delivery.target,
                delivery.event,
                delivery.report_id,
                answer.what,
            )
        else:
            longest = self._pace.longest(delivery.attempts)
            jitter = timedelta(seconds=self._chance.uniform(0, longest.total_seconds()))
            asked = answer.retry_after or timedelta(0)
            self._deliveries.postpone(delivery, due_at=now + max(jitter, asked), error=answer.what)
        if answer.again:
            # One target that does not answer must not hold up the others, nor be asked for each message.
            pause = min(self._pace.longest(delivery.attempts), self._pace.target_pause)
            self._paused[delivery.target] = now + max(pause, answer.retry_after or timedelta(0))

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self.deliver_one():
                    pass
            except TsrError as error:
                # The database is away; what waits in it waits on.
                _log.warning("webhooks: %s", error.message)
            except Exception:  # noqa: BLE001  (see below)
                # A fault of ours must not end the thread in silence, and with it every message to come.
                _log.exception("webhooks: a delivery failed for a reason that nobody thought of")
            self._stopping.wait(self._pace.poll.total_seconds())
