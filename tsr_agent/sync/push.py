"""What waits in the outbox, sent: done, to be tried again, or refused and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError
    from tsr_agent.sync.results import Unsent


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What became of the outbox."""

    sent: int = 0
    refused: tuple[Unsent, ...] = ()
    waiting: tuple[Unsent, ...] = ()
    ended_by: TsrError | None = None
    """Why the rest was not tried; None where it was."""
