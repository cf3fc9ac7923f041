"""What a synchronisation says of itself while it runs, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tsr_agent.errors import TsrError
    from tsr_agent.models.api import ChangeKind
    from tsr_agent.models.decision import GoNoGoDecision


class Phase(Enum):
    """What is being done."""

    PUSH = "push"
    """What waits here is sent."""
    PULL = "pull"
    """What is new there is fetched and filed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a synchronisation has come."""

    phase: Phase
    done: int
    """Documents sent; or changes followed since it began."""
    total: int
    """Documents that waited; or changes between where it began and the server's newest."""
    bytes: int = 0
    """Fetched since it began."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A document of the server whose id stands for other bytes here.

    Both are kept. Nothing is decided by the server's.
    """

    kind: ChangeKind
    id: str
    """Of the report, or of the approval; a policy's digest."""
    report_id: str | None
    digest_here: str | None
    """SHA-256 of the library's document; None where it has none of that id any more."""
    digest_there: str
    verdict_here: GoNoGoDecision | None
    """Approvals weighed in; None where it is about no report."""
    verdict_there: GoNoGoDecision | None
    others: int = 0
    """Further documents of the server that are about its report, and are held with it."""


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """Something that waited here and is not on the server."""

    what: str
    """A report, or an approval, rejection or withdrawal for one."""
    report_id: str
    is_report: bool
    reason: str
    """In the server's own words, where it refused."""
    status: int | None = None
    """Of the server's answer; None where there was none."""


@dataclass(frozen=True, kw_only=True)
class SyncResult:
    """What a synchronisation did. All that it counts is on disk."""

    url: str
    epoch: str | None = None
    """The history that is followed; None where the server named none."""
    cursor: int = 0
    """Where the next one goes on."""
    head: int = 0
    """The server's newest change, as far as was seen."""
    sent: int = 0
    """Documents that waited here and are on the server now."""
    refused: tuple[Unsent, ...] = ()
    """What the server refused: kept here, and not sent again by itself."""
    failed: tuple[Unsent, ...] = ()
    """What could not be sent this time."""
    waiting: int = 0
    """How many are sent again next time, those that failed among them."""
    damaged: tuple[str, ...] = ()
    """One line for each file of the outbox that is no whole entry, and was set aside."""
    reports: int = 0
    """New ones, and so below."""
    decisions: int = 0
    approvals: int = 0
    policies: int = 0
    bytes: int = 0
    """Of the documents that were fetched."""
    conflicts: tuple[Conflict, ...] = ()
    """All that there are, not only new ones."""
    only_here: tuple[str, ...] = ()
    """Documents that came from a server's history and that the one accepted now does not have."""
    only_here_count: int = 0
    """How many those are; ``only_here`` names the first of them."""
    seconds: float = 0.0
    cancelled: bool = False
    ended_by: TsrError | None = None
    """What ended it before its end; None where it came to its end or was cancelled."""

    @property
    def complete(self) -> bool:
        """Whether the library has all that the server had, with no contradiction left."""
        return self.ended_by is None and not self.cancelled and not self.conflicts
