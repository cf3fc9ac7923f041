"""The API's description: valid, complete, and true of the forms that it shows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import schemathesis

from tests.factories.servers import bearer
from tsr_agent.models import api, codec
from tsr_agent.models.access import Role
from tsr_agent.models.document_batch import BATCH_TYPE
from tsr_agent.server.access import ANYONE
from tsr_agent.server.app import ROUTES
from tsr_agent.server.description import described
from tsr_agent.server.examples import example_json, example_of
from tsr_agent.server.metrics import TEXT_FORMAT
from tsr_agent.server.problems import Kind

if TYPE_CHECKING:
    from tests.factories.servers import InProcess

FORMS = sorted(
    (
        each
        for each in vars(api).values()
        if isinstance(each, type) and issubclass(each, api.Record) and each is not api.Record
    ),
    key=lambda each: each.__name__,
)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return json.loads(json.dumps(described(ROUTES)))


def operations(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_another_tool_reads_every_operation(description: dict[str, Any]) -> None:
    read = schemathesis.openapi.from_dict(description)
    found = {each.ok().label for each in read.get_all_operations()}
    assert found == {label for label, _ in operations(description)}


def test_every_route_is_described(description: dict[str, Any]) -> None:
    names = {route.handler_name for route in ROUTES}
    assert {operation["operationId"] for _, operation in operations(description)} == names


def test_every_schema_is_one(description: dict[str, Any]) -> None:
    for name, schema in description["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema, name


def test_only_health_needs_no_token(description: dict[str, Any]) -> None:
    assert description["security"] == [{"token": []}]
    open_ones = {label for label, operation in operations(description) if operation.get("security") == []}
    assert open_ones == {"GET /healthz", "GET /readyz"}
    assert {path for route in ROUTES if route.opt["roles"] is ANYONE for path in route.paths} == {
        "/healthz",
        "/readyz",
    }


def test_every_operation_shows_what_is_sent_and_answered(description: dict[str, Any]) -> None:
    for label, operation in operations(description):
        assert operation["summary"].endswith("."), label
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is not None:
            holds(description, body["schema"], body["example"])
        for status, answer in operation["responses"].items():
            whole = resolved(description, answer)
            for media, content in whole.get("content", {}).items():
                assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9.-]+)*", media), label
                assert (int(status) >= 400) == (media == "application/problem+json"), label
                if "example" in content:
                    holds(description, content["schema"], content["example"])


def test_what_is_no_json_has_its_media_type(description: dict[str, Any]) -> None:
    given = {
        path: list(description["paths"][path]["get"]["responses"]["200"]["content"])
        for path in ("/healthz", "/metrics", "/api/documents")
    }
    assert given == {"/healthz": ["text/plain"], "/metrics": [TEXT_FORMAT], "/api/documents": [BATCH_TYPE]}


def resolved(description: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    for part in node["$ref"].removeprefix("#/").split("/"):
        description = description[part]
    return description


def holds(description: dict[str, Any], schema: dict[str, Any], example: Any) -> None:
    validator = jsonschema.Draft202012Validator({**schema, "components": description["components"]})
    validator.validate(example)


def test_every_kind_of_problem_is_described(description: dict[str, Any]) -> None:
    assert set(description["components"]["responses"]) == {kind.name for kind in Kind}
    assert len({kind.urn for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_an_example_is_of_its_form(form: type[api.Record]) -> None:
    assert example_of(form) == example_of(form)
    codec.decode(example_json(form), form)


def test_it_is_served(server: InProcess, description: dict[str, Any]) -> None:
    answer = server.client.get("/api/openapi.json", headers=bearer(server.token(Role.COLLECTOR)))
    assert answer.json() == description
    assert answer.headers["content-type"] == "application/json"
