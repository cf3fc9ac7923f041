"""The API's description of itself."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from tsr_agent.server.access import EVERY_ROLE


@get("/api/openapi.json", opt={"roles": EVERY_ROLE, "answer": dict}, sync_to_thread=True)
def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """This description, as OpenAPI 3.1."""
    return Response(request.app.state.description(), media_type="application/json")
