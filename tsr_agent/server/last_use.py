"""When tokens were last used: gathered while requests are answered, written now and then."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime, timedelta

    from tsr_agent.store.tokens import TokenRepository


class LastUse:
    """The last use of each token, written in one statement a while so that no request waits for it.

    Args:
        tokens: Where it is written.
        resolution: How often a token's is written at most.
    """

    def __init__(self, tokens: TokenRepository, resolution: timedelta) -> None:
        self._tokens = tokens
        self._resolution = resolution
        self._lock = threading.Lock()
        self._waiting: dict[str, datetime] = {}
        self._noted: dict[str, datetime] = {}

    def note(self, token_id: str, now: datetime) -> None:
        """A token was used. Costs nothing where that was noted a moment ago."""
        before = self._noted.get(token_id)
        if before is not None and now - before < self._resolution:
            return
        with self._lock:
            self._noted[token_id] = now
            self._waiting[token_id] = now

    def write(self) -> None:
        """Writes what was noted. Where the database does not take it, it is tried again the next time."""
        with self._lock:
            writing, self._waiting = self._waiting, {}
        if not writing:
            return
        try:
            self._tokens.record_use(writing)
        except StoreError:
            with self._lock:
                self._waiting = writing | self._waiting

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Writes once each while as long as the block runs, and at its end."""
        task = asyncio.create_task(self._keep_writing())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(self.write)

    async def _keep_writing(self) -> None:
        while True:
            await asyncio.sleep(self._resolution.total_seconds())
            await asyncio.to_thread(self.write)
