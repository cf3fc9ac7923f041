"""Whether the server lives and can answer; anybody may ask."""

from __future__ import annotations

from litestar import MediaType, get

from tsr_agent.server.access import ANYONE
from tsr_agent.server.injected import CurrentServices


@get("/healthz", opt={"roles": ANYONE}, media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """The process answers. Says nothing of the database, so that a restart is not tried for its sake."""
    return "ok\n"


@get("/readyz", opt={"roles": ANYONE}, media_type=MediaType.TEXT, sync_to_thread=True)
def readyz(services: CurrentServices) -> str:
    """The database answers; where it does not, 503 sends the requests to another instance."""
    services.tokens.find("")
    return "ready\n"
