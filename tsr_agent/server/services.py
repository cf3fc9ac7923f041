"""What the routes work with: one object, made once when the application is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from tsr_agent.clock import Clock
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.store.engine import Library


@dataclass(frozen=True, kw_only=True)
class Services:
    """Repositories and services over one library. A new one is a field here and a line in ``services``."""

    settings: ServerSettings
    library: Library
    clock: Clock
    tokens: TokenRepository

    def epoch(self) -> str:
        """Names the history that this server keeps."""
        return ""


def services(settings: ServerSettings, library: Library, clock: Clock) -> Services:
    """All of them over an open library, which stays the caller's to close."""
    return Services(settings=settings, library=library, clock=clock, tokens=TokenRepository(library))
