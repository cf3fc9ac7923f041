"""Every route, every role, every state of a token: who is let in is what this table says, and no more.

The table stands by itself: it is not made from the sets that the routes use. A route without a row fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, manifest, report
from tests.factories.servers import InProcess, bearer, in_process
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.server.app import ROUTES
from tsr_agent.server.examples import example_json
from tsr_agent.server.settings import ServerSettings
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from litestar.handlers import HTTPRouteHandler

    from tests.libraries import Databases

AGENT, VIEWER, AUDITOR, LEAD, MANAGER, COLLECTOR, ADMIN = (
    "agent",
    "viewer",
    "auditor",
    "tech_lead",
    "release_manager",
    "collector",
    "admin",
)
ALL = {AGENT, VIEWER, AUDITOR, LEAD, MANAGER, COLLECTOR, ADMIN}
PEOPLE = {VIEWER, AUDITOR, LEAD, MANAGER}
NARROWED = {AGENT, COLLECTOR}
"""Roles whose tokens may be for one repository."""
OWN = "https://forge.example/acme/support-bot"
OTHER = "https://forge.example/acme/another-bot"
REPORT = report(id="tsr-of-the-support-bot", versions=manifest(codebase_repo=OWN))
DOCUMENT = codec.encode(REPORT)
SHA = REPORT.versions.codebase_sha
DIGEST = codec.digest(DOCUMENT)
SAID = f'{{"report_digest":"{DIGEST}","basis_digest":"{DIGEST}"}}'.encode()
"""About something that was decided otherwise: let in, and then refused for what it says."""


@dataclass(frozen=True)
class Row:
    """One route: whom it lets in, and how it is asked."""

    roles: set[str] = field(default_factory=set)
    anyone: bool = False
    about_a_report: bool = False
    """A token of another project is told that there is no such thing."""
    foreign: int = 404
    """The status that it is told so with."""
    query: str = ""
    body: bytes | None = None
    """None for an example of the form that the route takes."""


ROWS = {
    "GET /healthz": Row(anyone=True),
    "GET /readyz": Row(anyone=True),
    "GET /metrics": Row(PEOPLE | {ADMIN}),
    "GET /api/openapi.json": Row(ALL),
    "GET /api/whoami": Row(ALL),
    "GET /api/tokens": Row({ADMIN}),
    "POST /api/tokens": Row({ADMIN}),
    "DELETE /api/tokens/{token_id:str}": Row({ADMIN}),
    "POST /api/tsr": Row({AGENT}, about_a_report=True, foreign=403, body=DOCUMENT),
    "GET /api/tsr/latest": Row(PEOPLE | {AGENT}, about_a_report=True),
    "GET /api/tsr/query": Row(PEOPLE | {AGENT}),
    "GET /api/tsr/{report_id:str}": Row(PEOPLE | {AGENT}, about_a_report=True),
    "GET /api/tsr/{report_id:str}/document": Row(PEOPLE | {AGENT}, about_a_report=True),
    "GET /api/tsr/{report_id:str}/go-no-go": Row(PEOPLE | {AGENT}, about_a_report=True),
    "POST /api/tsr/{report_id:str}/decisions": Row({AGENT, LEAD, MANAGER}, about_a_report=True),
    "POST /api/tsr/{report_id:str}/approve": Row({LEAD, MANAGER}, body=SAID),
    "POST /api/tsr/{report_id:str}/reject": Row({LEAD, MANAGER}, body=SAID),
    "POST /api/tsr/{report_id:str}/revoke": Row({LEAD, MANAGER}, body=SAID[:-1] + b',"revokes":"nothing"}'),
    "GET /api/tsr/{report_id:str}/approvals": Row(PEOPLE | {AGENT}, about_a_report=True),
    "GET /api/changes": Row(PEOPLE),
    "GET /api/documents": Row(PEOPLE, query=f"digests={DIGEST}"),
    "GET /api/documents/{digest:str}": Row(PEOPLE),
    "GET /api/policies": Row(PEOPLE | {AGENT, ADMIN}),
    "GET /api/policies/{name:str}": Row(PEOPLE | {AGENT, ADMIN}),
    "PUT /api/policies/{name:str}": Row({LEAD}),
    "GET /api/policies/{name:str}/versions": Row(PEOPLE | {AGENT, ADMIN}),
}
VALUES = {
    "report_id:str": REPORT.id,
    "digest:str": DIGEST,
    "token_id:str": "absent00",
    "name:str": "absent",
}
LABELS = {
    f"{method} {path}": route for route in ROUTES for path in route.paths for method in route.http_methods
}


@dataclass(frozen=True)
class Site:
    """A server with a report of one project, and tokens of every role in every state."""

    server: InProcess
    good: dict[tuple[str, str | None], str]
    """By role and project."""
    bad: dict[str, dict[str, str]]
    """Headers that let nobody in, by what is wrong."""

    def ask(self, label: str, headers: dict[str, str]) -> httpx.Response:
        method, _, template = label.partition(" ")
        path = template
        for name, value in VALUES.items():
            path = path.replace(f"{{{name}}}", value)
        row, route = ROWS[label], LABELS[label]
        content = row.body
        if content is None and "body" in route.opt:
            content = example_json(route.opt["body"])
        if content is not None:
            headers = headers | {"Content-Type": "application/json"}
        return self.server.client.request(
            method, f"{path}?{row.query}" if row.query else path, content=content, headers=headers
        )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Site]:
    patient = ServerSettings(failures_allowed=10**9)
    with databases.library(request.param) as library, in_process(library, settings=patient) as server:
        ReportRepository(library).add(DOCUMENT, decision_about(DOCUMENT), received_at=NOON)
        soon = server.clock.now() + timedelta(minutes=1)
        bad = {"expired " + role.value: server.token(role, expires_at=soon) for role in Role}
        server.clock.forward(timedelta(minutes=2))
        good = {(role.value, None): server.token(role) for role in Role}
        for role in NARROWED:
            for project in (OWN, OTHER):
                good[role, project] = server.token(Role(role), project=project)
        bad |= {"revoked " + role.value: revoked(server, role) for role in Role}
        bad |= malformed(good["admin", None])
        yield Site(server, good, {name: bearer(token) for name, token in bad.items()} | elsewhere(good))


def revoked(server: InProcess, role: Role) -> str:
    token = server.token(role)
    admin = bearer(server.token(Role.ADMIN))
    assert server.client.delete(f"/api/tokens/{token.split('_')[2][:8]}", headers=admin).status_code == 200
    return token


def malformed(token: str) -> dict[str, str]:
    last = "0" if token[-1] != "0" else "1"
    return {
        "empty": "",
        "one sign changed": token[:-1] + last,
        "of another secret": token[:20] + ("0" if token[20] != "0" else "1") + token[21:],
        "cut": token[:-1],
        "longer": token + "0",
        "another prefix": token.replace("aitr_adm", "aitr_usr"),
        "its id only": token.split("_")[2][:8],
        "very long": "a" * 5_000,
    }


def elsewhere(good: dict[tuple[str, str | None], str]) -> dict[str, dict[str, str]]:
    """Good tokens in places where none is looked for."""
    token = good["admin", None]
    return {
        "no header": {},
        "basic": {"Authorization": f"Basic {token}"},
        "no scheme": {"Authorization": token},
        "cookie": {"Cookie": f"token={token}; Authorization=Bearer {token}"},
        "another header": {"X-Api-Key": token},
        "two schemes": {"Authorization": f"Bearer Bearer {token}"},
        "two tokens": {"Authorization": f"Bearer {token}, Bearer {token}"},
    }


def test_every_route_has_a_row() -> None:
    assert set(LABELS) == set(ROWS)


@pytest.mark.parametrize("label", sorted(LABELS))
def test_a_token_of_each_role_is_let_in_or_not(site: Site, label: str) -> None:
    row = ROWS[label]
    for (role, project), token in site.good.items():
        answer = site.ask(label, bearer(token))
        if not row.anyone and role not in row.roles:
            assert answer.status_code == 403, (role, project, answer.text)
            assert answer.json()["type"] == "urn:aitr:problem:forbidden"
            assert DIGEST not in answer.text
        elif row.about_a_report and project == OTHER:
            assert answer.status_code == row.foreign, (role, answer.text)
            assert SHA not in answer.text
        else:
            assert answer.status_code not in (401, 403, 500), (role, project, answer.text)
            assert not row.about_a_report or answer.status_code != 404, (role, project, answer.text)
        assert project != OTHER or SHA not in answer.text, "nothing of another project is shown"


@pytest.mark.parametrize("label", sorted(LABELS))
def test_whatever_is_no_valid_token_lets_nobody_in(site: Site, label: str) -> None:
    for name, headers in site.bad.items():
        answer = site.ask(label, headers)
        if ROWS[label].anyone:
            assert answer.status_code == 200
            continue
        assert answer.status_code == 401, (name, answer.text)
        assert uniform(answer) == uniform(site.ask(label, {})), name


def uniform(answer: httpx.Response) -> tuple[dict[str, Any], dict[str, str]]:
    """An answer without what differs between any two requests."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.json() | {"instance": ""}, headers


def test_a_report_of_another_project_reads_as_none(site: Site) -> None:
    token = bearer(site.good["agent", OTHER])
    paths = [label for label, row in ROWS.items() if row.about_a_report and label.startswith("GET")]
    for label in paths:
        template = label.partition(" ")[2]
        if label not in LABELS or "{report_id:str}" not in template:
            continue
        theirs, none = (
            site.server.client.get(template.replace("{report_id:str}", key), headers=token)
            for key in (REPORT.id, "x" * len(REPORT.id))
        )
        assert theirs.text.count(REPORT.id) == none.text.count("x" * len(REPORT.id))
        shown, expected = uniform(theirs), uniform(none)
        assert shown[0] | {"detail": ""} == expected[0] | {"detail": ""}
        assert shown[1] == expected[1]


def test_the_address_of_nothing_is_behind_the_door_as_well(site: Site) -> None:
    for path in (
        "/",
        "/api",
        "/api/nothing",
        "/api/tsr/a/b/c",
        "/docs",
        "/schema",
        "/healthz/",
        "/.git/config",
    ):
        assert site.server.client.get(path).status_code == 401
        answer = site.server.client.get(path, headers=bearer(site.good["admin", None]))
        assert answer.status_code in (200, 404) if path == "/healthz/" else answer.status_code == 404


def test_a_route_without_roles_stops_the_server(site: Site) -> None:
    from litestar import get

    nonsense: list[dict[str, Any]] = [
        {},
        {"roles": set()},
        {"roles": frozenset()},
        {"roles": frozenset({"admin"})},
        {"roles": None},
    ]
    for opt in nonsense:
        handler: HTTPRouteHandler = get("/api/new", opt=opt, sync_to_thread=False)(_nothing)
        with (
            pytest.raises(TypeError, match="has no roles"),
            in_process(site.server.library, routes=[handler]),
        ):
            pass


def _nothing() -> None:
    """A handler that nobody gave roles."""


def test_the_forms_that_routes_take_have_examples() -> None:
    for label, route in LABELS.items():
        if "body" in route.opt:
            assert msgspec.json.decode(example_json(route.opt["body"])), label
