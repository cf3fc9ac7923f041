"""Thousands of requests made from the API's own description: no fault, and each answer as described.

Schemathesis makes them from ``/api/openapi.json``, of the form that is asked for and otherwise. Many of those
about one report, policy or document are about one that is there, so that more than refusals is tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

from tests.factories.generated_reports import consistent_report, dice
from tests.factories.reports import report
from tests.factories.served_in_thread import Served, served_in_thread
from tests.factories.servers import bearer
from tests.factories.uploads import JSON, STRICT
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.api import PROBLEM_TYPE, Problem
from tsr_agent.server.app import ROUTES
from tsr_agent.server.settings import ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.libraries import Databases

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]
SHARES = {"sqlite": (140, 3_000), "postgresql": (15, 300)}
"""Most requests of an operation, and how many they must be together."""
SLOWLY_MADE = {"upload": 3}
"""Of operations whose requests take long to make up there are so many times fewer."""
PATIENT = ServerSettings(port=0, failures_allowed=10**9)
BY_NAME = {route.handler_name: route for route in ROUTES}
ID = report().id
NEEDS_A_PERSON = STRICT.replace("approvals: {'*'", "approvals: {staging")


class Target:
    """A server with something on record, and what is asked of it counted.

    Args:
        served: That is asked.
    """

    def __init__(self, served: Served) -> None:
        self.served = served
        self.tokens = {role: served.token(role) for role in Role}
        self.session = requests.Session()
        self.session.hooks["response"].append(self._look)
        self.statuses: list[int] = []
        self.known: dict[str, list[str]] = {}

    def ask(self, method: str, path: str, role: Role, body: Any = None) -> Any:
        """One request that must be answered with a success."""
        content = body if isinstance(body, bytes) or body is None else msgspec.json.encode(body)
        answer = self.session.request(
            method, self.served.url + path, data=content, headers=bearer(self.tokens[role]) | JSON, timeout=60
        )
        assert answer.ok, answer.text
        return answer.json()

    def fill(self) -> None:
        """Reports in three standings, a policy with two versions, what people said, and a token to end."""
        self.ask("POST", "/api/tsr", Role.AGENT, codec.encode(report(id="decided-before", environment="dev")))
        self.ask("PUT", "/api/policies/strict", Role.TECH_LEAD, {"document": STRICT})
        self.ask("PUT", "/api/policies/strict", Role.TECH_LEAD, {"document": NEEDS_A_PERSON})
        for name in (ID, "approved", "rejected"):
            self.ask("POST", "/api/tsr", Role.AGENT, codec.encode(report(id=name)))
        self.ask("POST", "/api/tsr/approved/approve", Role.RELEASE_MANAGER, self._said("approved"))
        self.ask("POST", "/api/tsr/rejected/reject", Role.TECH_LEAD, self._said("rejected"))
        changes = self.ask("GET", "/api/changes", Role.VIEWER)
        made = self.ask("POST", "/api/tokens", Role.ADMIN, {"role": "agent"})
        self.known = {
            "report_id": [ID, "approved", "rejected", "decided-before"],
            "digest": [each["digest"] for each in changes["items"]],
            "name": ["strict", "another"],
            "token_id": [made["known"]["id"]],
        }

    def _said(self, report_id: str) -> dict[str, str]:
        seen = self.ask("GET", f"/api/tsr/{report_id}/go-no-go", Role.VIEWER)
        return {"report_digest": seen["report_digest"], "basis_digest": seen["basis_digest"]}

    def _look(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        """Every answer but a success is a problem of the one form, whatever the description says."""
        self.statuses.append(answer.status_code)
        assert answer.status_code < 500, answer.text
        if not answer.ok:
            assert answer.headers["content-type"] == PROBLEM_TYPE
            problem = msgspec.json.decode(answer.content, type=Problem)
            assert problem.status == answer.status_code
            assert problem.instance == answer.headers["x-request-id"]

    def try_operation(self, operation: Any, data: st.DataObject) -> None:
        """One request of an operation, and its answer held against the description."""
        mode = data.draw(st.sampled_from(GenerationMode))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        self._make_meaningful(case, data)
        roles = BY_NAME[operation.definition.raw["operationId"]].opt["roles"]
        fitting = sorted(roles, key=lambda role: role.value) or [Role.VIEWER]
        role = data.draw(st.sampled_from(fitting if data.draw(st.integers(0, 7)) else list(Role)))
        answer = case.call(
            base_url=self.served.url, session=self.session, headers=bearer(self.tokens[role]), timeout=60
        )
        case.validate_response(
            answer,
            checks=CHECKS,
            headers=bearer(self.tokens[role]),
            transport_kwargs={"base_url": self.served.url, "timeout": 60},
        )

    def _make_meaningful(self, case: Any, data: st.DataObject) -> None:
        """Puts what there is in the place of what was made up, most of the time."""
        for name, known in self.known.items():
            if name in (case.path_parameters or {}) and data.draw(st.integers(0, 3)):
                case.path_parameters = {name: data.draw(st.sampled_from(known))}
        if "digests" in (case.query or {}) and data.draw(st.booleans()):
            digests = data.draw(st.lists(st.sampled_from(self.known["digest"]), min_size=1))
            case.query = {"digests": ",".join(digests)}
        if not isinstance(case.body, dict) or not data.draw(st.integers(0, 2)):
            return
        if "report_digest" in case.body:
            report_id = case.path_parameters["report_id"]
            case.body = case.body | (self._said(report_id) if report_id in self.known["report_id"] else {})
        elif "document" in case.body and isinstance(case.body["document"], str):
            case.body = case.body | {"document": data.draw(st.sampled_from([STRICT, NEEDS_A_PERSON]))}
        elif "test_results" in case.body:
            made = msgspec.to_builtins(consistent_report(data.draw(dice)))
            case.body = made | {"id": data.draw(st.uuids()).hex}


@pytest.fixture(scope="module", params=SHARES)
def target(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Target]:
    with databases.library(request.param) as library, served_in_thread(library, PATIENT) as served:
        made = Target(served)
        made.fill()
        yield made
        made.session.close()


def test_of_many_requests_made_from_the_description_none_is_a_fault(target: Target) -> None:
    most, together = SHARES[target.served.library.dialect]
    described = target.ask("GET", "/api/openapi.json", Role.VIEWER)
    for operation in schemathesis.openapi.from_dict(described).get_all_operations():
        found = operation.ok()
        _try_often(target, found, most // SLOWLY_MADE.get(found.definition.raw["operationId"], 1))
    assert len(target.statuses) >= together
    assert max(target.statuses) < 500


def _try_often(target: Target, operation: Any, most: int) -> None:
    @settings(
        max_examples=most,
        derandomize=True,
        database=None,
        # What was filed stays filed: a request that is made again to shorten it is another one.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        target.try_operation(operation, data)

    tried()
