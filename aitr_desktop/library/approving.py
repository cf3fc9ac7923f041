"""Approving at the desk: held against the server, put on disk, sent, and what is still here of it.

What a person says is on disk under an id of its own before it is first sent, so that whatever is killed
loses nothing, and sending it again records it once. It names whom they were taken for: sent with the token
of somebody else, the server refuses it. Everything here blocks and is called on a worker thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from aitr_desktop.library.synchronising import outbox_of
from tsr_agent.errors import ServiceError, StoreError, TsrError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from aitr_desktop.library.servers import Servers
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.entries import Entry
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.clock import Clock
    from tsr_agent.models.api import ApprovalAnswer, ApprovalRequest
    from tsr_agent.models.approval import Approval, ApprovalAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says about a release, with all that they saw of it."""

    id: str
    """Of the document, made once: pressed again, it is still the same one."""
    action: ApprovalAction
    by: str
    """Whom the server takes them for."""
    report_id: str
    report_digest: str
    decision_digest: str
    basis_digest: str
    seen: frozenset[str]
    """Ids of everything on record that they saw."""
    note: str = ""
    revokes: str | None = None


class Whereabouts(Enum):
    """Where something is that a person said here."""

    WAITS = "waits"
    """In the outbox: the server does not have it, or nobody knows whether it does."""
    REFUSED = "refused"
    """In the outbox: the server does not want it."""
    RECORDED = "recorded"
    """At the server; the library does not have the document yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidHere:
    """Something that was said here and that the library has no document of: it does not count."""

    where: Whereabouts
    id: str
    """Of the document that it is to become."""
    action: ApprovalAction
    report_id: str
    by: str
    note: str
    since: datetime
    name: str = ""
    """Of its file in the outbox; empty where it is in none."""
    server: str = ""
    outcome: str = ""
    """Of the last try, the refusal, or what the server made of it; empty before the first."""
    next_step: str = ""


class Ending(Enum):
    """How handing something in ended."""

    RECORDED = "recorded"
    WAITS = "waits"
    """On disk, and not at the server as far as anybody knows."""
    REFUSED = "refused"
    """The server does not want it. Nothing is left here."""
    CHANGED = "changed"
    """On record is something else than what was seen. Nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What became of something that was said."""

    ending: Ending
    answer: ApprovalAnswer | None = None
    """The server's, where it is on record."""
    error: TsrError | None = None
    """Why it is not."""


class ChangedError(ServiceError):
    """The server has something else on record than what was seen."""


def hand_in(
    word: Word,
    servers: Servers,
    address: ServerAddress,
    clock: Clock,
    cancelled: Callable[[], bool],
) -> HandedIn:
    """Sends what a person says if it is about what is on record, and has it wait where the server is away.

    Args:
        word: What they say.
        servers: The way to servers, and to the outbox.
        address: The server.
        clock: Says when.
        cancelled: Whether the person waits no more. Before it is on disk, nothing is sent then.

    Raises:
        InterruptedQuestionError: The person waited no more, and nothing was kept or sent.
        StoreError: It can't be kept on disk, and was not sent.
    """
    from aitr_desktop.library.interruptible import InterruptedQuestionError

    try:
        api = servers.api(servers.connection(address), cancelled)
    except (UsageError, StoreError) as error:
        # No token, no way: that can be put right, and what was said must not be lost over it.
        return _kept(word, servers, address, clock, error)
    try:
        hold_against(word, api)
        if cancelled():
            # An answer can be faster than the look whether it is still waited for.
            raise InterruptedQuestionError
        return _sent(word, api, servers, clock)
    except (InterruptedQuestionError, StoreError):
        raise
    except TsrError as error:
        if _may_be_later(error):
            return _kept(word, servers, address, clock, _explained(error))
        ending = Ending.CHANGED if isinstance(error, ChangedError) else Ending.REFUSED
        return HandedIn(ending=ending, error=_explained(error))
    finally:
        api.close()


_LATER = frozenset({401, 408, 429})
"""Refusals of the moment or of the token."""
_FAULTS = 500
"""The first status by which a server says that it is at fault."""


def _may_be_later(error: TsrError) -> bool:
    """Whether what was said may be sent another time: nobody answered, or the refusal is of the moment.

    An answer about something else is none of these: there is nothing to be had from who gives it.
    """
    from tsr_agent.client.refusals import RefusedError

    if isinstance(error, RefusedError):
        return error.status in _LATER or error.status >= _FAULTS
    return isinstance(error, ServiceError) and not isinstance(error, ChangedError)


def hold_against(word: Word, api: ServerApi) -> None:
    """Looks whether the server has on record exactly what the person saw.

    Raises:
        ChangedError: It has something else.
        RefusedError: It has no such report, or does not show it.
        ServiceError: There is no usable answer.
    """
    me = api.identity()
    if me.subject != word.by:
        raise ChangedError(
            f"The server takes you for {_plain(me.subject)} now, not for {_plain(word.by)}.",
            kept="everything as it was; nothing was sent.",
            next_step="Connect to the server with your own token.",
        )
    now = api.go_no_go(word.report_id)
    there = {each.id for each in api.approvals(word.report_id).items} - {word.id}
    changes = (
        (now.report_digest != word.report_digest, "has other bytes under the id of this report"),
        (
            now.decision_digest != word.decision_digest or now.basis_digest != word.basis_digest,
            "has another decision about this release on record",
        ),
        (bool(there - word.seen), f"knows {len(there - word.seen):,} of people's words more than shown here"),
        (bool(word.seen - there), f"does not know {len(word.seen - there):,} of people's words shown here"),
    )
    changed = [words for differs, words in changes if differs]
    if changed:
        raise ChangedError(
            f"The server {' and '.join(changed)}.",
            kept="everything as it was; nothing was sent.",
            next_step="Synchronise, look at what is on record then, and decide about that.",
        )


def ask_about(word: Word, servers: Servers, address: ServerAddress, cancelled: Callable[[], bool]) -> None:
    """The same question with a connection of its own, for whoever only wants to know.

    Raises:
        TsrError: The server has something else, or can't be asked, with what to do.
    """
    api = servers.api(servers.connection(address), cancelled)
    try:
        hold_against(word, api)
    except TsrError as error:
        raise _explained(error) from error
    finally:
        api.close()


def _sent(word: Word, api: ServerApi, servers: Servers, clock: Clock) -> HandedIn:
    from tsr_agent.client.delivery import Delivery
    from tsr_agent.client.pace import SystemWaiting
    from tsr_agent.client.refusals import RefusedError
    from tsr_agent.models.api import ApprovalAnswer

    outbox = outbox_of(servers, clock)
    entry = _put(word, outbox, api.address, clock)
    try:
        answer = Delivery(api, outbox, SystemWaiting()).send(entry)
    except RefusedError as error:
        if not _is_waiting(outbox, api.address, entry):
            # The person is there and is told; their words are still in front of them.
            outbox.take_back(entry.name)
            return HandedIn(ending=Ending.REFUSED, error=_explained(error))
        return HandedIn(ending=Ending.WAITS, error=_explained(error))
    except TsrError as error:
        return HandedIn(ending=Ending.WAITS, error=_explained(error))
    return HandedIn(ending=Ending.RECORDED, answer=answer if isinstance(answer, ApprovalAnswer) else None)


def _kept(word: Word, servers: Servers, address: ServerAddress, clock: Clock, error: TsrError) -> HandedIn:
    outbox = outbox_of(servers, clock)
    outbox.failed(_put(word, outbox, address, clock), error.message)
    return HandedIn(ending=Ending.WAITS, error=error)


def _put(word: Word, outbox: Outbox, address: ServerAddress, clock: Clock) -> Entry:
    from tsr_agent.client.entries import approval_head
    from tsr_agent.models import codec

    document = codec.encode(_request(word))
    return outbox.put(
        approval_head(address.url, word.report_id, word.action, document, clock.now()), document
    )


def _request(word: Word) -> ApprovalRequest:
    from tsr_agent.models.api import ApprovalRequest, RevokeRequest

    if word.revokes is None:
        return ApprovalRequest(
            report_digest=word.report_digest,
            basis_digest=word.basis_digest,
            id=word.id,
            note=word.note,
            approved_by=word.by,
        )
    return RevokeRequest(
        report_digest=word.report_digest,
        basis_digest=word.basis_digest,
        id=word.id,
        note=word.note,
        approved_by=word.by,
        revokes=word.revokes,
    )


def _is_waiting(outbox: Outbox, address: ServerAddress, entry: Entry) -> bool:
    return any(each.name == entry.name for each in outbox.look(address).entries)


def _explained(error: TsrError) -> TsrError:
    """The error in words for whoever is at the desk; a refusal keeps the server's own."""
    from aitr_desktop.library.servers import explained
    from tsr_agent.client.refusals import RefusedError

    if isinstance(error, RefusedError) and error.status != 401:
        said = error.problem.detail or error.problem.title
        return ServiceError(said, kept=error.kept, next_step=error.next_step, details=error.details)
    return explained(error)


def said_here(
    servers: Servers, addresses: Iterable[ServerAddress], clock: Clock, report_id: str | None = None
) -> tuple[SaidHere, ...]:
    """What people said here that waits in the outbox or was refused, the oldest first.

    Args:
        servers: Which outbox.
        addresses: Of the servers that it is for.
        clock: Of the outbox.
        report_id: About this report only; None for all.

    Returns:
        Nothing where the outbox can't be read: the server's place says so.
    """
    outbox = outbox_of(servers, clock)
    found: list[SaidHere] = []
    try:
        for address in addresses:
            found += [
                each
                for each in (*_waiting(outbox, address), *_refused(outbox, address))
                if report_id is None or each.report_id == report_id
            ]
    except TsrError:
        return ()
    return tuple(sorted(found, key=lambda each: each.since))


def recorded(word: Word, found: HandedIn, now: datetime) -> SaidHere:
    """What the server has on record and the library is yet to get."""
    answer = found.answer
    return SaidHere(
        where=Whereabouts.RECORDED,
        id=word.id,
        action=word.action,
        report_id=word.report_id,
        by=word.by,
        note=word.note,
        since=answer.approval.approved_at if answer is not None else now,
        outcome=answer.standing.reason if answer is not None else "",
    )


def not_on_record(said: Iterable[SaidHere], approvals: Iterable[Approval]) -> tuple[SaidHere, ...]:
    """What of it the library has no document of."""
    known = {each.id for each in approvals}
    return tuple(each for each in said if each.id not in known)


def _waiting(outbox: Outbox, address: ServerAddress) -> Iterable[SaidHere]:
    from tsr_agent.client.entries import EntryKind

    for entry in outbox.look(address).entries:
        if entry.head.kind is EntryKind.APPROVAL:
            document = outbox.document(entry)
            if document is not None:
                yield _said(entry, document, Whereabouts.WAITS, outbox.tries(entry).outcome)


def _refused(outbox: Outbox, address: ServerAddress) -> Iterable[SaidHere]:
    from tsr_agent.client.entries import EntryKind

    for entry, refusal in outbox.refusals(address):
        if entry.head.kind is EntryKind.APPROVAL:
            problem = refusal.problem if refusal is not None else None
            yield _said(
                entry,
                outbox.refused_document(entry),
                Whereabouts.REFUSED,
                (problem.detail or problem.title) if problem else "",
                problem.next_step if problem else "",
            )


def _said(
    entry: Entry, document: bytes | None, where: Whereabouts, outcome: str, next_step: str = ""
) -> SaidHere:
    from tsr_agent.client.entries import request_of
    from tsr_agent.models.approval import ApprovalAction

    head = entry.head
    request = request_of(head, document) if document is not None else None
    return SaidHere(
        where=where,
        id=(request.id or "") if request else "",
        action=head.action or ApprovalAction.APPROVE,
        report_id=head.report_id,
        by=(request.approved_by or "") if request else "",
        note=request.note if request else "",
        since=head.made_at,
        name=entry.name,
        server=head.server,
        outcome=outcome,
        next_step=next_step,
    )


def _plain(name: str) -> str:
    from tsr_agent.gate.wording import plain

    return plain(name)
