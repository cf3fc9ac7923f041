"""One synchronisation from its beginning to its end: what waits is sent, then what is new is fetched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tsr_agent.errors import TsrError
from tsr_agent.models.api import ChangeKind
from tsr_agent.sync.conflicts import conflicts_with
from tsr_agent.sync.pull import Pull, Terms
from tsr_agent.sync.push import Pushed
from tsr_agent.sync.results import SyncResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tsr_agent.store.engine import Library
    from tsr_agent.sync.remote import Remote
    from tsr_agent.sync.results import Conflict

_MOST_NAMED = 20


def synchronise(
    library: Library,
    url: str,
    connect: Callable[[], Remote],
    terms: Terms,
    *,
    send: Callable[[], Pushed] | None = None,
) -> SyncResult:
    """Brings a library and a server into step.

    Args:
        library: Open for writing; stays the caller's to close.
        url: The server's address, by which the library remembers it.
        connect: Makes a connection to it; called on several threads.
        terms: How.
        send: Sends what waits, see ``push``; None where nothing may. It goes first, so that what was sent
            comes back with the server's word on it.

    Returns:
        What was done. Where something ended it before its end, ``ended_by`` says what, and everything
        else says what was done until then.
    """
    begun = terms.clock.now()
    pushed = Pushed()
    ended_by: TsrError | None = None
    pull: Pull | None = None
    remote = connect()
    try:
        pushed = send() if send is not None else pushed
        pull = Pull(library, url, remote, connect, terms)
        if not terms.cancelled() and pushed.ended_by is None:
            pull.run()
    except TsrError as error:
        ended_by = error
    finally:
        remote.close()
    return _result(library, url, pushed, pull, ended_by or pushed.ended_by, terms, begun)


def _result(  # noqa: PLR0917  (the parts of one whole)
    library: Library,
    url: str,
    pushed: Pushed,
    pull: Pull | None,
    ended_by: TsrError | None,
    terms: Terms,
    begun: datetime,
) -> SyncResult:
    conflicts: tuple[Conflict, ...] = ()
    try:
        conflicts = conflicts_with(library, url)
    except TsrError as error:
        ended_by = ended_by or error
    done = SyncResult(
        url=url,
        sent=pushed.sent,
        refused=pushed.refused,
        failed=pushed.failed,
        waiting=pushed.waiting,
        damaged=pushed.damaged,
        conflicts=conflicts,
        seconds=(terms.clock.now() - begun).total_seconds(),
        cancelled=terms.cancelled() and ended_by is None,
        ended_by=ended_by,
    )
    if pull is None:
        return done
    return replace(
        done,
        epoch=pull.place.epoch,
        cursor=pull.place.cursor,
        head=pull.head,
        reports=pull.new[ChangeKind.REPORT],
        decisions=pull.new[ChangeKind.DECISION],
        approvals=pull.new[ChangeKind.APPROVAL],
        policies=pull.new[ChangeKind.POLICY],
        bytes=pull.bytes,
        only_here=tuple(pull.only_here[:_MOST_NAMED]),
        only_here_count=len(pull.only_here),
    )
