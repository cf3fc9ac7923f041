"""What waits in the outbox, sent: done, to be tried again, or refused and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.client.entries import EntryKind
from tsr_agent.client.refusals import RefusedError
from tsr_agent.sync.results import Phase, Progress, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.client.delivery import Delivery, Drained
    from tsr_agent.client.entries import Entry
    from tsr_agent.errors import TsrError

SECONDS = 600.0
"""For all that waits together; the rest goes next time."""


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What became of the outbox."""

    sent: int = 0
    refused: tuple[Unsent, ...] = ()
    """The server does not want it; it lies beside its reason in the outbox and is not sent again."""
    failed: tuple[Unsent, ...] = ()
    """Tried, and kept for the next time."""
    waiting: int = 0
    """How many are sent again next time, those that failed among them."""
    damaged: tuple[str, ...] = ()
    """One line for each file of the outbox that is no whole entry and was set aside."""
    ended_by: TsrError | None = None
    """Why nothing more is worth trying with this server; None where it is."""


def push(delivery: Delivery, progress: Callable[[Progress], None], *, seconds: float = SECONDS) -> Pushed:
    """Sends what waits for a server, the oldest first.

    Args:
        delivery: The way there.
        progress: Told before and after.
        seconds: For all of it.

    Raises:
        StoreError: The outbox can't be read or written.
    """
    progress(Progress(phase=Phase.PUSH, done=0, total=0))
    drained = delivery.drain(budget=seconds)
    done = len(drained.sent) + len(drained.refused)
    progress(Progress(phase=Phase.PUSH, done=done, total=done + drained.left))
    return _pushed(drained)


def _pushed(drained: Drained) -> Pushed:
    refused = [
        _unsent(each.entry, each.problem.detail or each.problem.title, each.problem.status)
        for each in drained.refused
    ]
    failed = [
        _unsent(entry, error.message, error.status if isinstance(error, RefusedError) else None)
        for entry, error in drained.failed
    ]
    return Pushed(
        sent=len(drained.sent),
        refused=tuple(refused),
        failed=tuple(failed),
        waiting=drained.left,
        damaged=drained.aside,
        ended_by=next((error for _, error in drained.failed if _ends(error)), None),
    )


def _unsent(entry: Entry, reason: str, status: int | None) -> Unsent:
    return Unsent(
        what=entry.what,
        report_id=entry.head.report_id,
        is_report=entry.head.kind is EntryKind.REPORT,
        reason=reason,
        status=status,
    )


def _ends(error: TsrError) -> bool:
    """Whether an entry's failure says that the server is of no use, or not to be trusted, now.

    A server that refuses an entry for a reason that can be put right is there, and can be pulled from.
    """
    return not isinstance(error, RefusedError) or error.status == 401
