"""What a route can ask for by naming it: ``services``, ``principal`` and ``document``, with these types."""

from __future__ import annotations

from typing import Any, TypeAlias

from litestar import Request  # noqa: TC002  (the framework looks at the types of what it calls)
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from tsr_agent.server.access import Principal
from tsr_agent.server.services import Services

CurrentServices: TypeAlias = NamedDependency[SkipValidation[Services]]
"""Of a parameter named ``services``."""
CurrentPrincipal: TypeAlias = NamedDependency[SkipValidation[Principal]]
"""Of a parameter named ``principal``: who asks."""
BodyBytes: TypeAlias = NamedDependency[SkipValidation[bytes]]
"""Of a parameter named ``document``: the body, read within its limits and unpacked."""


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """Who asks."""
    principal: Principal = request.scope["state"]["principal"]
    return principal


def services_of(request: Request[Any, Any, Any]) -> Services:
    """What the routes work with."""
    services: Services = request.app.state.services
    return services
