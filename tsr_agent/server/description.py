"""The API described by itself: OpenAPI 3.1, made from the routes and the forms that they take and give.

What it says of an operation is in its handler: the first line of its docstring, its parameters, what it
returns, and ``opt``: ``roles``, ``body`` and ``size``; ``answer`` where a handler returns bytes, ``media``
where they are no JSON, ``statuses`` for further successes, ``problems`` for problems that others have not.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import MediaType, Response

from tsr_agent import __version__
from tsr_agent.models.api import PROBLEM_TYPE, Problem
from tsr_agent.server.access import ANYONE
from tsr_agent.server.examples import example_of, example_of_name
from tsr_agent.server.parameters import INJECTED
from tsr_agent.server.problems import Kind, RefusalError, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from litestar.handlers import HTTPRouteHandler

JSON = "application/json"
_UNCHANGED = 304
_AS_BEFORE = {"description": "The document that If-None-Match names is the one there is."}
_COMPONENTS = "#/components/schemas/{name}"
_EVERYWHERE = (Kind.MALFORMED, Kind.PARAMETER, Kind.UNAVAILABLE)
_WITH_TOKEN = (
    Kind.UNAUTHENTICATED,
    Kind.FORBIDDEN,
    Kind.FOREIGN_ORIGIN,
    Kind.WRONG_HOST,
    Kind.TOO_MANY_FAILURES,
    Kind.HEADERS,
    Kind.RECORD_ALTERED,
)
_WITH_BODY = (Kind.TIMEOUT, Kind.TOO_LARGE, Kind.MEDIA_TYPE, Kind.INVALID)


def described(routes: Sequence[HTTPRouteHandler]) -> dict[str, Any]:
    """The description of these routes."""
    forms = _Forms()
    operations = [
        (_path(path), method.lower(), _operation(route, path, forms))
        for route in routes
        for path in sorted(route.paths)
        for method in sorted(route.http_methods)
    ]
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in sorted(operations, key=lambda each: each[:2]):
        paths.setdefault(path, {})[method] = operation
    return forms.filled_in(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "aitr",
                "version": __version__,
                "summary": "Takes in Test Summary Reports and approvals, and says what may be released.",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "paths": paths,
            "components": {
                "securitySchemes": {
                    "token": {
                        "type": "http",
                        "scheme": "bearer",
                        "bearerFormat": "aitr_…",
                        "description": "Made with tsr-agent token create; in this header and nowhere else.",
                    }
                },
                "responses": {kind.name: _problem(kind) for kind in Kind},
            },
            "security": [{"token": []}],
        }
    )


class _Forms:
    """The forms that a description speaks of. A form stands as a placeholder until all are known."""

    def __init__(self) -> None:
        self._types: list[Any] = [Problem]

    def reference(self, form: Any) -> dict[str, Any]:
        self._types.append(form)
        return {"x-form": len(self._types) - 1}

    def filled_in(self, description: dict[str, Any]) -> dict[str, Any]:
        schemas, components = msgspec.json.schema_components(self._types, ref_template=_COMPONENTS)
        description["components"]["schemas"] = dict(sorted(components.items()))
        filled: dict[str, Any] = _replaced(description, schemas)
        return filled


def _replaced(node: Any, schemas: Sequence[dict[str, Any]]) -> Any:
    if isinstance(node, dict):
        if "x-form" in node:
            return schemas[node["x-form"]]
        return {key: _replaced(value, schemas) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(each, schemas) for each in node]
    return node


def _path(path: str) -> str:
    """``/api/tsr/{report_id:str}`` as OpenAPI writes it."""
    parts = (part.partition(":")[0] + "}" if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def _operation(route: HTTPRouteHandler, path: str, forms: _Forms) -> dict[str, Any]:
    function = original(route)
    summary, _, more = (inspect.getdoc(function) or "").partition("\n")
    roles = sorted(each.value for each in route.opt["roles"])
    operation: dict[str, Any] = {
        "operationId": route.handler_name.rpartition(".")[2],
        "summary": summary,
        "description": (more.strip() + "\n\n" if more.strip() else "")
        + (f"Roles: {', '.join(roles)}." if roles else "Needs no token."),
        "tags": [path.strip("/").split("/")[1 if path.startswith("/api/") else 0]],
        "parameters": [*_path_parameters(path), *_query_parameters(route, function, path, forms)],
        "responses": _responses(route, function, path, forms),
    }
    if route.opt["roles"] is ANYONE:
        operation["security"] = []
    if "body" in route.opt:
        body = route.opt["body"]
        content = {"schema": forms.reference(body), "example": example_of(body)}
        operation["requestBody"] = {"required": True, "content": {JSON: content}}
    return operation


def original(route: HTTPRouteHandler) -> Callable[..., Any]:
    """The function as it was written; the framework may have wrapped it for a thread."""
    function: Any = route.fn
    while hasattr(function, "func") and not inspect.isfunction(function):
        function = function.func
    written: Callable[..., Any] = inspect.unwrap(function)
    return written


def _names_in_path(path: str) -> list[str]:
    return [part[1:].partition(":")[0].rstrip("}") for part in path.split("/") if part.startswith("{")]


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in _names_in_path(path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
            "example": example_of_name(name),
        }


def _query_parameters(
    route: HTTPRouteHandler, function: Callable[..., Any], path: str, forms: _Forms
) -> Iterable[dict[str, Any]]:
    """Those of the form that ``opt["query"]`` names, or else those that the handler takes by itself."""
    if "query" in route.opt:
        for field in msgspec.structs.fields(route.opt["query"]):
            yield _in_query(field.encode_name, forms.reference(field.type), required=field.required)
        return
    hints = get_type_hints(function, include_extras=True)
    elsewhere = INJECTED | set(_names_in_path(path))
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in elsewhere:
            required = parameter.default is inspect.Parameter.empty
            yield _in_query(name, forms.reference(hints[name]), required=required)


def _in_query(name: str, schema: dict[str, Any], *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _responses(
    route: HTTPRouteHandler, function: Callable[..., Any], path: str, forms: _Forms
) -> dict[str, Any]:
    answer = _answer(route, function, forms)
    statuses = {route.status_code, *route.opt.get("statuses", ())}
    found = {str(status): answer if status != _UNCHANGED else _AS_BEFORE for status in sorted(statuses)}
    by_status: dict[int, list[Kind]] = {}
    for kind in _problems(route, path):
        by_status.setdefault(kind.status, []).append(kind)
    for status, kinds in sorted(by_status.items()):
        found[str(status)] = (
            {"$ref": f"#/components/responses/{kinds[0].name}"} if len(kinds) == 1 else _one_of(kinds)
        )
    return found


def _problems(route: HTTPRouteHandler, path: str) -> list[Kind]:
    kinds = list(_EVERYWHERE)
    if route.opt["roles"] is not ANYONE:
        kinds += _WITH_TOKEN
    if "body" in route.opt:
        kinds += _WITH_BODY
    if "{" in path:
        kinds.append(Kind.NOT_FOUND)
    return [*kinds, *(each for each in route.opt.get("problems", ()) if each not in kinds)]


def _answer(route: HTTPRouteHandler, function: Callable[..., Any], forms: _Forms) -> dict[str, Any]:
    form = route.opt.get("answer") or get_type_hints(function)["return"]
    if get_origin(form) is Response:
        (form,) = get_args(form)
    media = route.opt.get("media") or (JSON if _is_model(form) else _written(route.media_type))
    description = {"description": "Done." if media == JSON else "The text."}
    if not _is_model(form):
        kind = {"type": "string"} if form is str else {}
        return description | {"content": {media: {"schema": kind}}}
    return description | {"content": {media: {"schema": forms.reference(form), "example": example_of(form)}}}


def _written(media: MediaType | str) -> str:
    return str(media.value if isinstance(media, MediaType) else media) or JSON


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and issubclass(form, msgspec.Struct)


def _problem(kind: Kind) -> dict[str, Any]:
    return {
        "description": kind.title,
        "content": {
            PROBLEM_TYPE: {
                "schema": {"$ref": _COMPONENTS.format(name="Problem")},
                "example": msgspec.to_builtins(_example(kind)),
            }
        },
    }


def _one_of(kinds: Sequence[Kind]) -> dict[str, Any]:
    examples = {kind.name: {"value": msgspec.to_builtins(_example(kind))} for kind in kinds}
    return {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {
            PROBLEM_TYPE: {"schema": {"$ref": _COMPONENTS.format(name="Problem")}, "examples": examples}
        },
    }


def _example(kind: Kind) -> Problem:
    return problem_of(RefusalError(kind, f"{kind.title}."), "9c1185a5c5e9fc54")
