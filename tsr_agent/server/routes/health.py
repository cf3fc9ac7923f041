"""Whether the server lives and can answer, which anybody may ask, and what it counts."""

from __future__ import annotations

from litestar import MediaType, Response, get

from tsr_agent.server.access import ANYONE, WATCHERS
from tsr_agent.server.injected import CurrentServices
from tsr_agent.server.metrics import TEXT_FORMAT


@get("/healthz", opt={"roles": ANYONE}, media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """The process answers; that says nothing of the database, so that no restart is tried for its sake."""
    return "ok\n"


@get("/readyz", opt={"roles": ANYONE}, media_type=MediaType.TEXT, sync_to_thread=True)
def readyz(services: CurrentServices) -> str:
    """The database answers; 503 sends requests to another instance."""
    services.changes.head()
    return "ready\n"


@get("/metrics", opt={"roles": WATCHERS}, media_type=TEXT_FORMAT, sync_to_thread=True)
def metrics(services: CurrentServices) -> Response[str]:
    """Counts of this process for Prometheus."""
    return Response(services.metrics.exposition(), media_type=TEXT_FORMAT)
