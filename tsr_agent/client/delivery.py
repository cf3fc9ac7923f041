"""Sending what waits: done and removed, kept for another time, or refused and put where it is seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tsr_agent.client import entries
from tsr_agent.client.entries import EntryKind
from tsr_agent.client.refusals import RefusedError
from tsr_agent.errors import DocumentError, ServiceError, TsrError
from tsr_agent.models.api import RevokeRequest
from tsr_agent.models.approval import ApprovalAction

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.client.api import ServerApi
    from tsr_agent.client.entries import Entry
    from tsr_agent.client.outbox import Outbox
    from tsr_agent.client.pace import Waiting
    from tsr_agent.models.api import ApprovalAnswer, Problem, Received

_FINAL = {
    EntryKind.REPORT: frozenset({400, 409, 413, 415, 422}),
    EntryKind.APPROVAL: frozenset({400, 403, 409, 412, 413, 415, 422}),
}
"""Refusals of the document itself. Any other is of the token or the address, which can be put right."""
_LEAST = 1.0
"""Seconds below which nothing further is begun."""


@dataclass(frozen=True)
class RefusedEntry:
    """An entry that the server does not want, out of the queue."""

    entry: Entry
    problem: Problem
    path: Path


@dataclass
class Drained:
    """What became of everything that waited."""

    sent: list[tuple[Entry, Received | ApprovalAnswer]] = field(default_factory=list)
    refused: list[RefusedEntry] = field(default_factory=list)
    failed: list[tuple[Entry, TsrError]] = field(default_factory=list)
    """Tried, and kept."""
    left: int = 0
    """How many wait on, those that failed among them."""
    aside: tuple[str, ...] = ()
    elsewhere: dict[str, int] = field(default_factory=dict)
    is_busy: bool = False
    """Another process is sending; nothing was done here."""


class Delivery:
    """Takes entries of an outbox to their server.

    Args:
        api: The server.
        outbox: Where they wait.
        waiting: The time that passes.
    """

    def __init__(self, api: ServerApi, outbox: Outbox, waiting: Waiting) -> None:
        self._api, self._outbox, self._waiting = api, outbox, waiting

    def send(self, entry: Entry, *, budget: float | None = None) -> Received | ApprovalAnswer | None:
        """Sends one entry; sending what another process sends at the same time does no harm.

        Returns:
            The server's answer, the entry being removed; None where another process removed it.

        Raises:
            RefusedError: It is in ``refused`` now where the refusal is final, and waits on otherwise;
                ``kept`` says which.
            TsrError: It waits on, or was damaged and is set aside.
        """
        document = self._outbox.document(entry)
        if document is None:
            return None
        self._outbox.check(entry, document)
        try:
            answer = self._sent(entry, document, budget)
        except RefusedError as refused:
            if refused.status not in _FINAL[entry.head.kind]:
                raise self._kept(entry, refused) from refused
            refused.kept = f"{entry.what}: {self._outbox.refused(entry, refused.problem)}."
            raise
        except TsrError as error:
            raise self._kept(entry, error) from error
        except KeyboardInterrupt:
            self._outbox.failed(entry, "interrupted")
            raise
        self._outbox.done(entry)
        return answer

    def drain(self, *, budget: float, but: Entry | None = None) -> Drained:
        """Sends all that waits for this server, the oldest first.

        Args:
            budget: Seconds for all of it.
            but: Is left where it is.
        """
        with self._outbox.lock() as is_ours:
            if not is_ours:
                return Drained(is_busy=True)
            found = self._outbox.look(self._api.address)
            drained = Drained(aside=found.aside, elsewhere=found.elsewhere)
            queue = [each for each in found.entries if but is None or each.name != but.name]
            end = self._waiting.monotonic() + budget
            drained.left = len(queue)
            for entry in queue:
                left = end - self._waiting.monotonic()
                if left < _LEAST or not self._drained(entry, left, drained):
                    break
        return drained

    def _drained(self, entry: Entry, budget: float, drained: Drained) -> bool:
        """Sends one entry of many; whether it is worth going on."""
        try:
            answer = self.send(entry, budget=budget)
        except RefusedError as refused:
            if refused.status in _FINAL[entry.head.kind]:
                path = self._outbox.folder / "refused" / entry.name
                drained.refused.append(RefusedEntry(entry, refused.problem, path))
                drained.left -= 1
                return True
            drained.failed.append((entry, refused))
            return refused.status != 401
        except DocumentError as error:
            drained.aside = (*drained.aside, f"{error.message} It was set aside and not sent.")
            drained.left -= 1
        except TsrError as error:
            drained.failed.append((entry, error))
            return not isinstance(error, ServiceError)
        else:
            drained.left -= 1
            if answer is not None:
                drained.sent.append((entry, answer))
        return True

    def _sent(self, entry: Entry, document: bytes, budget: float | None) -> Received | ApprovalAnswer:
        head = entry.head
        if head.kind is EntryKind.REPORT:
            return self._api.upload(document, budget=budget)
        request = entries.request_of(head, document)
        if isinstance(request, RevokeRequest):
            return self._api.revoke(head.report_id, request, budget=budget)
        say = self._api.approve if head.action is ApprovalAction.APPROVE else self._api.reject
        return say(head.report_id, request, budget=budget)

    def _kept(self, entry: Entry, error: TsrError) -> TsrError:
        """The error, which says that the entry waits on."""
        self._outbox.failed(entry, error.message)
        error.kept = f"{entry.what}, in the outbox {self._outbox.folder}."
        return error
