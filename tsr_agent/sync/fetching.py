"""Fetching documents ahead of those that are being filed: several at once, never more than a bound."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError, TsrError
from tsr_agent.models.document_batch import MAX_DOCUMENTS
from tsr_agent.store.replica import refuse_other_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from tsr_agent.models.api import Change
    from tsr_agent.sync.feed import Place
    from tsr_agent.sync.remote import Remote

CONNECTIONS = 4
MOST_TOGETHER = MAX_DOCUMENTS
"""Documents of one answer."""
MOST_BYTES_TOGETHER = 4 * 1024 * 1024
"""Of one answer; a larger document comes alone."""
MOST_BYTES_OF_A_BATCH = 16 * 1024 * 1024
"""Of the documents that are filed in one transaction; a larger one is filed alone."""
_AHEAD = 1


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Changes that are filed in one transaction."""

    changes: tuple[Change, ...]
    missing: tuple[Change, ...]
    """Those whose documents are not here yet."""
    after: Place
    head: int


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A batch with the documents that were missing, by their digests."""

    batch: Batch
    documents: dict[str, bytes]


class Fetching:
    """Connections that fetch in the background.

    Args:
        connect: Makes a connection to the server; each is used by one thread alone.
        connections: How many at most.
    """

    def __init__(self, connect: Callable[[], Remote], *, connections: int = CONNECTIONS) -> None:
        self._connect = connect
        self._own = threading.local()
        self._all: list[Remote] = []
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="fetch")
        self._stopped = threading.Event()

    def __enter__(self) -> Fetching:
        """Itself, with all its threads ended at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits for what is on its way and closes every connection."""
        self._stopped.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for each in self._all:
            each.close()

    def fetched(self, batches: Iterable[Batch]) -> Iterator[Fetched]:
        """Each batch with its documents, while those of the next are on their way.

        What was asked for before an error is given out before it is raised.

        Raises:
            IntegrityError: A document is not the one that was asked for.
            ServiceError: The server was not reached.
        """
        waiting: deque[tuple[Batch, list[Future[dict[str, bytes]]]]] = deque()
        source = iter(batches)
        ended: TsrError | None = None
        while True:
            batch = None
            if ended is None:
                try:
                    batch = next(source, None)
                except TsrError as error:
                    ended = error
            if batch is not None:
                jobs = [self._threads.submit(self._group, group) for group in grouped(batch.missing)]
                waiting.append((batch, jobs))
                if len(waiting) <= _AHEAD:
                    continue
            if not waiting:
                break
            yield _collected(*waiting.popleft())
        if ended is not None:
            raise ended

    def _group(self, group: Sequence[Change]) -> dict[str, bytes]:
        if self._stopped.is_set():
            return {}
        remote = self._remote()
        if len(group) == 1:
            found: Sequence[bytes] = [remote.document(group[0].digest)]
        else:
            found = remote.documents([each.digest for each in group])
        if len(found) != len(group):
            raise IntegrityError(
                f"The server answered with {len(found)} documents where {len(group)} were asked for.",
                kept="the library as it was.",
                next_step="Ask whoever runs the server.",
            )
        for change, document in zip(group, found, strict=True):
            refuse_other_bytes(change, document)
        return {change.digest: document for change, document in zip(group, found, strict=True)}

    def _remote(self) -> Remote:
        remote: Remote | None = getattr(self._own, "remote", None)
        if remote is None:
            remote = self._own.remote = self._connect()
            with self._lock:
                self._all.append(remote)
        return remote


def grouped(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes by the answers that their documents come in; none is asked for twice."""
    group: list[Change] = []
    size = 0
    for change in {each.digest: each for each in changes}.values():
        if group and (len(group) == MOST_TOGETHER or size + change.size > MOST_BYTES_TOGETHER):
            yield group
            group, size = [], 0
        group.append(change)
        size += change.size
    if group:
        yield group


def _collected(batch: Batch, jobs: Sequence[Future[dict[str, bytes]]]) -> Fetched:
    documents: dict[str, bytes] = {}
    try:
        for job in jobs:
            documents |= job.result()
    except BaseException:
        for job in jobs:
            job.cancel()
            # Its error is the same or comes of the same; whoever waits for the threads must not see it.
            with suppress(BaseException):
                job.exception(timeout=0)
        raise
    return Fetched(batch=batch, documents=documents)
