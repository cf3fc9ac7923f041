"""Who asks, and whether they may: the roles of the routes and the guard that reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tsr_agent.ingest.repository_url import repository_key
from tsr_agent.models.access import Role
from tsr_agent.server.problems import Kind, RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler


class _Anyone(frozenset[Role]):
    """Not the empty set, of which there is only one and which anybody may write by mistake."""


ANYONE = _Anyone()
"""Of a route that needs no token."""
EVERY_ROLE = frozenset(Role)
UPLOADERS = frozenset({Role.AGENT})
FOLLOWERS = frozenset({Role.VIEWER, Role.AUDITOR, Role.TECH_LEAD, Role.RELEASE_MANAGER})
"""Who reads across all projects: the change feed and documents by digest."""
READERS = FOLLOWERS | {Role.AGENT}
APPROVERS = frozenset({Role.TECH_LEAD, Role.RELEASE_MANAGER})
DECIDERS = APPROVERS | {Role.AGENT}
POLICY_READERS = READERS | {Role.ADMIN}
POLICY_WRITERS = frozenset({Role.TECH_LEAD})
TOKEN_KEEPERS = frozenset({Role.ADMIN})
WATCHERS = FOLLOWERS | {Role.ADMIN}


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Whom the token of a request belongs to."""

    token_id: str
    """Public part of the token."""
    subject: str
    role: Role
    project: str | None
    """Address of the only repository that the token is good for; None for all."""
    expires_at: datetime

    def may_see(self, repository: str) -> bool:
        """Whether the token is good for a report's ``codebase_repo``; where not, it is not found.

        The policy is chosen by the same key: whoever may speak for a repository is judged by its policy.
        """
        if self.project is None:
            return True
        ours = repository_key(self.project)
        return bool(ours) and repository_key(repository) == ours


async def require_role(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route: the principal's role must be one of ``opt["roles"]``.

    Raises:
        RefusalError: It is not, or nobody is there.
    """
    roles: frozenset[Role] = handler.opt["roles"]
    if roles is ANYONE:
        return
    principal = connection.scope["state"].get("principal")
    if not isinstance(principal, Principal) or principal.role not in roles:
        raise RefusalError(
            Kind.FORBIDDEN,
            "The role of this token does not allow this request.",
            next_step="Use a token of a role that does; docs/api.md lists them.",
        )


def refuse_routes_without_roles(handlers: Iterable[BaseRouteHandler]) -> None:
    """A route that nobody gave roles is refused when the server starts, not found open later.

    Raises:
        TypeError: One has none; its name is in the message.
    """
    for handler in handlers:
        roles = handler.opt.get("roles")
        known = isinstance(roles, frozenset) and all(isinstance(each, Role) for each in roles)
        if not known or (not roles and roles is not ANYONE):
            raise TypeError(f'The route {handler.handler_name} has no roles: set opt={{"roles": …}}.')
