"""The application: routes behind the front door.

How a route is written, in a module of ``routes`` that ``ROUTES`` here lists::

    @post("/api/tsr/{report_id:str}/approve", status_code=201, sync_to_thread=True,
          opt={"roles": APPROVERS, "body": ApprovalRequest, "size": BodySize.SMALL})
    def approve(
        report_id: FromPath[str],
        document: BodyBytes,
        principal: CurrentPrincipal,
        services: CurrentServices,
    ) -> ApprovalAnswer:
        '''One line that says what it does: it becomes the summary in the API's description.'''
        request = bodies.decoded(document, ApprovalRequest)
        return services.approving.approve(report_id, request, principal, services.clock.now())

- ``opt["roles"]`` is a set of ``access``; a route without one stops the server from starting.
- ``opt["body"]`` is the model of the body, ``opt["size"]`` its limit; ``document`` is its bytes, read
  within the limits and unpacked. Decode in the handler: it runs in a thread.
- The types of these parameters are in ``injected``; their names have to be these.
- ``services`` has the settings, the library, the clock and every repository and service; a new one is
  a field of ``services.Services``.
- ``principal`` is who asks. ``principal.may_see(repository)`` is False for reports that do not exist
  for this token: raise ``problems.not_found()``.
- Query parameters are ``FromQuery[...]``; a parameter that the handler does not name is refused.
- Answers are forms of ``models.api``, or a ``Response`` of bytes. Errors are ``TsrError``s:
  ``problems.RefusalError`` with its ``Kind``, or what the store and the gate raise by themselves.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from tsr_agent.errors import TsrError
from tsr_agent.gate.wording import plain
from tsr_agent.models.api import PROBLEM_TYPE
from tsr_agent.server.access import ANYONE, Principal, refuse_routes_without_roles, require_role
from tsr_agent.server.authentication import Authenticator
from tsr_agent.server.bodies import read_document
from tsr_agent.server.front_door import FrontDoor
from tsr_agent.server.problems import Kind, RefusalError, problem_bytes, refusal_of
from tsr_agent.server.request_log import RequestLog
from tsr_agent.server.routes.approvals import approvals, approve, reject, revoke
from tsr_agent.server.routes.health import healthz, readyz
from tsr_agent.server.routes.identity import whoami
from tsr_agent.server.services import services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from litestar.handlers import HTTPRouteHandler

    from tsr_agent.clock import Clock
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.server.webhooks.worker import Worker
    from tsr_agent.store.engine import Library

ROUTES: tuple[HTTPRouteHandler, ...] = (
    healthz,
    readyz,
    whoami,
    approve,
    reject,
    revoke,
    approvals,
)
"""Every route there is."""

_BY_STATUS = {
    400: Kind.MALFORMED,
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD,
    413: Kind.TOO_LARGE,
    415: Kind.MEDIA_TYPE,
}


def build_app(
    settings: ServerSettings,
    library: Library,
    clock: Clock,
    *,
    log: RequestLog | None = None,
    routes: Sequence[HTTPRouteHandler] = ROUTES,
) -> Litestar:
    """The application over an open library.

    Args:
        settings: How it behaves.
        library: Open for writing; stays the caller's to close, after the application has ended.
        clock: The time.
        log: Where requests are written; None for standard error.
        routes: What it answers; tests may give others.

    Raises:
        TypeError: A route has no roles.
    """
    refuse_routes_without_roles(routes)
    log = log or RequestLog()
    made = services(settings, library, clock)
    answer_problem = _problem_answers(clock, log)
    app = Litestar(
        route_handlers=list(routes),
        dependencies={
            "services": Provide(lambda: made, sync_to_thread=False),
            "principal": Provide(_principal, sync_to_thread=False),
            "document": Provide(read_document),
        },
        guards=[require_role],
        exception_handlers={
            HTTPException: answer_problem,
            TsrError: answer_problem,
            Exception: answer_problem,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        state=State({"settings": settings}),
        lifespan=[lambda _: _telling(made.worker)],
    )
    app.asgi_handler = FrontDoor(
        app.asgi_handler,
        settings=settings,
        authenticator=Authenticator(settings, made.tokens),
        open_paths=_open_paths(routes),
        clock=clock,
        log=log,
        asks_in_thread=getattr(library, "dialect", "sqlite") != "sqlite",
    )
    return app


@asynccontextmanager
async def _telling(worker: Worker | None) -> AsyncIterator[None]:
    """Webhooks are told from start-up to shutdown, in a thread of their own."""
    if worker is None:
        yield
        return
    worker.start()
    try:
        yield
    finally:
        # A message that is being posted is finished; the time for it is bounded by the poster.
        await asyncio.to_thread(worker.stop)


def _principal(request: Request[Any, Any, Any]) -> Principal:
    principal: Principal = request.scope["state"]["principal"]
    return principal


def _open_paths(routes: Sequence[HTTPRouteHandler]) -> frozenset[str]:
    return frozenset(path for each in routes if each.opt["roles"] is ANYONE for path in each.paths)


def _problem_answers(clock: Clock, log: RequestLog) -> Any:
    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        request_id = request.scope["state"]["request_id"]
        refusal = _of_framework(error) if isinstance(error, HTTPException) else refusal_of(error)
        if refusal.kind.status >= 500:
            log.fault(at=clock.now(), request_id=request_id, error=error)
        return Response(
            problem_bytes(refusal, request_id),
            status_code=refusal.kind.status,
            media_type=PROBLEM_TYPE,
            headers=refusal.headers,
        )

    return answer


def _of_framework(error: HTTPException) -> RefusalError:
    """What the framework refuses by itself: addresses, methods and parameters."""
    kind = _BY_STATUS.get(error.status_code, Kind.FAULT if error.status_code >= 500 else Kind.MALFORMED)
    if kind is Kind.FAULT:
        return refusal_of(error)
    extra = error.extra if isinstance(error.extra, list) else []
    problems = [
        f"{plain(each.get('key', ''))}: {plain(each.get('message', ''))}"
        for each in extra
        if isinstance(each, dict)
    ]
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    detail = {
        Kind.NOT_FOUND: "There is nothing at this address.",
        Kind.METHOD: "This address is not asked with that method.",
    }.get(kind, "The request can't be read.")
    return RefusalError(kind, detail, errors=problems, headers=allow)
