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
import contextlib
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from tsr_agent.errors import TsrError
from tsr_agent.server.access import ANYONE, refuse_routes_without_roles, require_role
from tsr_agent.server.authentication import Authenticator
from tsr_agent.server.bodies import BodyBudget, read_document
from tsr_agent.server.error_answers import ErrorAnswers
from tsr_agent.server.front_door import FrontDoor
from tsr_agent.server.injected import principal_of
from tsr_agent.server.last_use import LastUse
from tsr_agent.server.parameters import ParameterGuard
from tsr_agent.server.request_log import RequestLog
from tsr_agent.server.routes.approvals import approvals, approve, reject, revoke
from tsr_agent.server.routes.changes import changes, document_of
from tsr_agent.server.routes.description import openapi
from tsr_agent.server.routes.documents import documents
from tsr_agent.server.routes.health import healthz, metrics, readyz
from tsr_agent.server.routes.identity import whoami
from tsr_agent.server.routes.policies import policies, policy, policy_versions, put_policy
from tsr_agent.server.routes.reports import decide_again, document, go_no_go, latest, query, report, upload
from tsr_agent.server.routes.tokens import create_token, list_tokens, revoke_token
from tsr_agent.server.services import services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

    from tsr_agent.clock import Clock
    from tsr_agent.server.services import Services
    from tsr_agent.server.settings import ServerSettings
    from tsr_agent.server.webhooks.worker import Worker
    from tsr_agent.store.engine import Library

ROUTES: tuple[HTTPRouteHandler, ...] = (
    openapi,
    healthz,
    readyz,
    metrics,
    whoami,
    documents,
    upload,
    latest,
    query,
    report,
    document,
    go_no_go,
    decide_again,
    approve,
    reject,
    revoke,
    approvals,
    list_tokens,
    create_token,
    revoke_token,
    changes,
    document_of,
    policies,
    policy,
    put_policy,
    policy_versions,
)
"""Every route there is."""


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
    made = services(settings, library, clock, log or RequestLog())
    last_use = LastUse(made.tokens, settings.last_use_resolution)
    budget = BodyBudget(settings.bodies_at_once)
    app = _application(made, routes, budget, _lifespan(settings, last_use))
    app.asgi_handler = FrontDoor(
        app.asgi_handler,
        settings=settings,
        authenticator=Authenticator(settings, made.tokens, last_use),
        open_paths=_open_paths(routes),
        clock=clock,
        log=made.log,
        metrics=made.metrics,
        budget=budget,
        asks_in_thread=library.dialect != "sqlite",
    )
    return app


def _application(
    made: Services,
    routes: Sequence[HTTPRouteHandler],
    budget: BodyBudget,
    lifespan: Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]],
) -> Litestar:
    """The routes with what they are given, without the front door."""
    answers = ErrorAnswers(made.clock, made.log)
    return Litestar(
        route_handlers=list(routes),
        dependencies={
            "services": Provide(lambda: made, sync_to_thread=False),
            "principal": Provide(principal_of, sync_to_thread=False),
            "document": Provide(read_document),
        },
        guards=[_guard()],
        exception_handlers={HTTPException: answers, TsrError: answers, Exception: answers},
        lifespan=[lifespan, lambda _: _telling(made.worker)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
        state=State(
            {
                "services": made,
                "settings": made.settings,
                "budget": budget,
                "description": _description(routes),
            }
        ),
    )


def _guard() -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """What every request passes once it is known which route it is for: the role, then the parameters.

    One guard, because the framework copies the route for each.
    """
    parameters = ParameterGuard()

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        await require_role(connection, handler)
        await parameters(connection, handler)

    return guard


def _lifespan(
    settings: ServerSettings, last_use: LastUse
) -> Callable[[Litestar], contextlib.AbstractAsyncContextManager[None]]:
    """What runs beside the requests."""

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        # The loop ends them with itself.
        workers = ThreadPoolExecutor(settings.threads, thread_name_prefix="aitr")
        asyncio.get_running_loop().set_default_executor(workers)
        async with last_use.writing():
            yield

    return running


def _description(routes: Sequence[HTTPRouteHandler]) -> Callable[[], bytes]:
    """Makes the description when somebody asks for it, once."""

    @functools.cache
    def made() -> bytes:
        from tsr_agent.server.description import described

        return msgspec.json.encode(described(routes))

    return made


@contextlib.asynccontextmanager
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


def _open_paths(routes: Sequence[HTTPRouteHandler]) -> frozenset[str]:
    return frozenset(path for each in routes if each.opt["roles"] is ANYONE for path in each.paths)
