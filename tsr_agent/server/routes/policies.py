"""Policies: read by everybody who judges or is judged, and put in force by a tech lead."""

from __future__ import annotations

from litestar import Response, get, put
from litestar.params import FromPath

from tsr_agent.models.api import PolicyList, PolicySubmission, PolicyVersion
from tsr_agent.server.access import POLICY_READERS, POLICY_WRITERS
from tsr_agent.server.bodies import decoded
from tsr_agent.server.injected import BodyBytes, CurrentPrincipal, CurrentServices
from tsr_agent.server.problems import Kind
from tsr_agent.server.settings import BodySize


@get("/api/policies", sync_to_thread=True, opt={"roles": POLICY_READERS})
def policies(services: CurrentServices) -> PolicyList:
    """The newest version of every policy, without its text."""
    return services.policies.all_newest()


@get("/api/policies/{name:str}", sync_to_thread=True, opt={"roles": POLICY_READERS})
def policy(name: FromPath[str], services: CurrentServices) -> PolicyVersion:
    """The newest version of a policy, with its text and the files that came with it."""
    return services.policies.newest(name)


@put(
    "/api/policies/{name:str}",
    status_code=201,
    sync_to_thread=True,
    opt={
        "roles": POLICY_WRITERS,
        "body": PolicySubmission,
        "size": BodySize.POLICY,
        "statuses": (200,),
        "problems": (Kind.CONFLICT,),
    },
)
def put_policy(
    name: FromPath[str], document: BodyBytes, principal: CurrentPrincipal, services: CurrentServices
) -> Response[PolicyVersion]:
    """Puts a new version of a policy in force; 200 where it is the newest one already."""
    submission = decoded(document, PolicySubmission)
    submitted = services.policies.submit(name, submission, by=principal.subject, now=services.clock.now())
    return Response(submitted.version, status_code=201 if submitted.is_new else 200)


@get("/api/policies/{name:str}/versions", sync_to_thread=True, opt={"roles": POLICY_READERS})
def policy_versions(name: FromPath[str], services: CurrentServices) -> PolicyList:
    """Every version of a policy, the newest first, without their text."""
    return services.policies.versions(name)
