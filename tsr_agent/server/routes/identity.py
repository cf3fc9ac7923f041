"""Whom a token belongs to."""

from __future__ import annotations

from litestar import get

from tsr_agent import __version__
from tsr_agent.models.api import Identity
from tsr_agent.server.access import EVERY_ROLE
from tsr_agent.server.injected import CurrentPrincipal, CurrentServices


@get("/api/whoami", opt={"roles": EVERY_ROLE}, sync_to_thread=True)
def whoami(principal: CurrentPrincipal, services: CurrentServices) -> Identity:
    """Whom the token belongs to and what it may do, and which server this is."""
    return Identity(
        subject=principal.subject,
        role=principal.role,
        project=principal.project,
        expires_at=principal.expires_at,
        epoch=services.changes.epoch(),
        version=__version__,
        time=services.clock.now(),
    )
