"""An open library and a server in step: synchronising, and what is known of it without a network."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aitr_desktop.library.contradictions import Contradiction
    from aitr_desktop.library.servers import Connection, Servers
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.clock import Clock
    from tsr_agent.sync.results import Progress, SyncResult

LOCK_SECONDS = 10.0
"""How long to wait for whoever else is writing into the library."""


class Watcher(Protocol):
    """Who watches long work; ``tasks.Progress`` is one."""

    def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
        """Says how far it is."""

    @property
    def is_cancelled(self) -> bool:
        """Whether it should end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDocument:
    """One document of the outbox that the server does not have yet."""

    name: str
    """Of its file in the outbox."""
    is_report: bool
    """Or else what a person said about one."""
    what: str
    report_id: str
    since: datetime
    tries: int
    last_at: datetime | None
    outcome: str
    """Of the last try; empty before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDocument:
    """One document that the server does not want."""

    name: str
    """Of its file in the outbox."""
    what: str
    report_id: str
    since: datetime
    refused_at: datetime | None
    status: int | None
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """What waits for a server."""

    waiting: tuple[WaitingDocument, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()
    aside: tuple[str, ...] = ()
    """One line for each file that is no whole entry."""
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """How many wait for which other server."""
    folder: str = ""
    trouble: str = ""
    """Why the outbox can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncState:
    """What is known of a library and a server, read without a network."""

    url: str
    synced_at: datetime | None
    """When changes were last followed; None where never."""
    cursor: int
    """Changes of the server that were followed."""
    project: str | None
    outbox: OutboxState
    contradictions: tuple[Contradiction, ...]
    trouble: str = ""
    """Why the contradictions can't be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """What came of a synchronisation."""

    result: SyncResult
    cancelled: bool
    error: TsrError | None
    """What ended it before its end; None where it was cancelled or came to its end."""
    other_history: bool
    """The server's history is not the one that was followed; it may be accepted."""


def synchronise(
    path: Path,
    servers: Servers,
    connection: Connection,
    clock: Clock,
    watcher: Watcher,
    *,
    accept_new_history: bool = False,
) -> SyncOutcome:
    """Sends what waits, then fetches what is new. Blocks; what is done is on disk whatever ends it.

    Args:
        path: The library's file; a handle of its own is opened, so that reading goes on.
        servers: The way to the server.
        connection: The server.
        clock: Says when.
        watcher: Is told how far it is, and says when to end.
        accept_new_history: Follow the server's history from now on, though it is not the one before.

    Raises:
        StoreError: The library can't be opened or written.
        UsageError: The proxy or the certificates that a variable names can't be used.
    """
    from aitr_desktop.library.servers import explained
    from tsr_agent.client.delivery import Delivery
    from tsr_agent.client.pace import SystemWaiting
    from tsr_agent.store.engine import open_library
    from tsr_agent.sync.feed import OtherHistoryError
    from tsr_agent.sync.pull import Terms
    from tsr_agent.sync.push import push
    from tsr_agent.sync.synchronise import synchronise as run

    def is_cancelled() -> bool:
        return watcher.is_cancelled

    told = _Told(watcher)
    sender = servers.api(connection, is_cancelled)
    delivery = Delivery(sender, outbox_of(servers, clock), SystemWaiting())
    terms = Terms(
        clock=clock, accept_new_history=accept_new_history, progress=told.tell, cancelled=is_cancelled
    )
    try:
        with open_library(path, busy_timeout=LOCK_SECONDS) as library:
            result = run(
                library,
                connection.address.url,
                lambda: servers.api(connection, is_cancelled),
                terms,
                send=lambda: push(delivery, told.tell),
            )
    finally:
        sender.close()
    cancelled = watcher.is_cancelled and not isinstance(result.ended_by, OtherHistoryError)
    error = None if cancelled or result.ended_by is None else explained(result.ended_by)
    return SyncOutcome(
        result=result,
        cancelled=cancelled,
        error=error,
        other_history=isinstance(result.ended_by, OtherHistoryError),
    )


def sync_state(path: Path, servers: Servers, address: ServerAddress, clock: Clock) -> SyncState:
    """What is known of a library and a server. Asks no network.

    Raises:
        StoreError: The library can't be opened.
    """
    from aitr_desktop.library.contradictions import contradictions
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.following import SourceRepository

    found: tuple[Contradiction, ...] = ()
    trouble = ""
    with open_library(path) as library:
        followed = SourceRepository(library).followed(address.url)
        try:
            found = contradictions(library, address.url)
        except TsrError as error:
            trouble = error.message
    return SyncState(
        url=address.url,
        synced_at=followed.synced_at if followed else None,
        cursor=followed.cursor if followed else 0,
        project=followed.project if followed else None,
        outbox=outbox_state(servers, address, clock),
        contradictions=found,
        trouble=trouble,
    )


def outbox_state(servers: Servers, address: ServerAddress, clock: Clock) -> OutboxState:
    """What waits for a server, and what it refused."""
    try:
        outbox = outbox_of(servers, clock)
        found = outbox.look(address)
        refused = outbox.refusals(address)
        tries = [outbox.tries(each) for each in found.entries]
    except TsrError as error:
        return OutboxState(trouble=error.message)
    waiting = tuple(
        WaitingDocument(
            name=each.name,
            is_report=each.head.action is None,
            what=each.what,
            report_id=each.head.report_id,
            since=each.head.made_at,
            tries=tried.count,
            last_at=tried.last_at,
            outcome=tried.outcome,
        )
        for each, tried in zip(found.entries, tries, strict=True)
    )
    return OutboxState(
        waiting=waiting,
        refused=tuple(
            RefusedDocument(
                name=each.name,
                what=each.what,
                report_id=each.head.report_id,
                since=each.head.made_at,
                refused_at=refusal.refused_at if refusal else None,
                status=refusal.problem.status if refusal else None,
                reason=(refusal.problem.detail or refusal.problem.title) if refusal else "",
                next_step=refusal.problem.next_step if refusal else "",
            )
            for each, refusal in refused
        ),
        aside=found.aside,
        elsewhere=found.elsewhere,
        folder=str(outbox.folder),
    )


def send_again(servers: Servers, name: str, clock: Clock) -> None:
    """Puts a refused document back among those that wait.

    Raises:
        StoreError: It stays where it is.
    """
    outbox_of(servers, clock).put_back(name)


def take_back(servers: Servers, name: str, clock: Clock) -> None:
    """Removes from the outbox what a person does not want sent any more, be it waiting or refused.

    Raises:
        StoreError: It is just being sent, or is gone already.
    """
    outbox_of(servers, clock).take_back(name)


def outbox_of(servers: Servers, clock: Clock) -> Outbox:
    """The outbox of this account, or the one that ``AITR_OUTBOX`` names.

    Raises:
        StoreError: The account has no place for it.
    """
    from tsr_agent.client.outbox import Outbox, default_folder

    named = servers.environ.get("AITR_OUTBOX", "").strip()
    return Outbox(Path(named) if named else default_folder(servers.environ), clock)


class _Told:
    """Turns what a synchronisation says into words for whoever watches."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._since: float | None = None

    def tell(self, progress: Progress) -> None:
        from tsr_agent.sections.wording import size
        from tsr_agent.sync.results import Phase

        if progress.phase is Phase.PUSH:
            self._watcher.report(progress.done, progress.total, "documents sent")
            return
        if self._since is None:
            self._since = time.monotonic()
        passed = time.monotonic() - self._since
        rate = size(progress.bytes)
        if passed > 1:
            rate += f" · {progress.done / passed:,.0f}/s"
        self._watcher.report(progress.done, progress.total, "changes", rate)
