"""Parameters in the query of a request: only those that the route knows, each once, none of them empty.

``go-no-go?enviroment=production`` must not be answered as if no environment had been asked for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from litestar.typing import FieldDefinition

from tsr_agent.gate.wording import plain
from tsr_agent.models.forms import ready
from tsr_agent.server.problems import Kind, RefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar import Request
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler

F = TypeVar("F", bound=msgspec.Struct)

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,30}")
INJECTED = frozenset({"services", "principal", "document", "request"})
"""Names that a handler gets from the application and not from the request."""


def path_names(handler: BaseRouteHandler) -> frozenset[str]:
    """Names of the parts of the path that vary."""
    parts = (part for path in handler.paths for part in path.split("/"))
    return frozenset(part[1:-1].partition(":")[0] for part in parts if part.startswith("{"))


def query_fields(handler: BaseRouteHandler) -> dict[str, FieldDefinition]:
    """The parameters that a handler takes from the query, under the names that they have there.

    ``opt["query"]`` is the form of a route that reads them with ``asked``.
    """
    form = handler.opt.get("query")
    if form is not None:
        return {
            field.name: FieldDefinition.from_annotation(field.type, name=field.name, default=field.default)
            for field in msgspec.structs.fields(form)
        }
    elsewhere = INJECTED | path_names(handler)
    found = {}
    for name, field in handler.parsed_fn_signature.parameters.items():
        if name not in elsewhere:
            found[getattr(field.kwarg_definition, "query", None) or name] = field
    return found


class ParameterGuard:
    """The guard of every route against parameters that would be ignored."""

    def __init__(self) -> None:
        self._known: dict[Any, frozenset[str]] = {}

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        """Looks at the query of one request.

        Raises:
            RefusalError: A parameter is unknown, empty, or given twice.
        """
        if not connection.scope["query_string"]:
            return
        known = self._known.get(handler.fn)
        if known is None:
            known = self._known[handler.fn] = frozenset(query_fields(handler))
        problems = odd_parameters(list(connection.query_params.multi_items()), known)
        if problems:
            raise _refusal(problems)


def asked(request: Request[Any, Any, Any], form: type[F]) -> F:
    """The query of a request in its form.

    Raises:
        RefusalError: A value is not of the form; every problem is named.
    """
    if not request.scope["query_string"]:
        return form()
    values: dict[str, Any] = {}
    problems = []
    given = dict(request.query_params.multi_items())
    for name, kind in _types(form):
        if name not in given:
            continue
        try:
            values[name] = _value(given[name], kind)
        except msgspec.ValidationError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise _refusal(problems)
    return form(**values)


@cache
def _types(form: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """Names and types of a form, of which there are only so many."""
    return tuple((field.name, field.type) for field in msgspec.structs.fields(form))


def _value(text: str, of: Any) -> Any:
    """The value that a text stands for.

    Not by msgspec's own lenient reading: there ``null`` is None, which would be asking nothing.

    Raises:
        msgspec.ValidationError: It stands for none.
    """
    try:
        return msgspec.convert(text, ready(of))
    except msgspec.ValidationError:
        if not _WHOLE_NUMBER.fullmatch(text):
            raise
        return msgspec.convert(int(text), ready(of))


def _refusal(problems: Sequence[str]) -> RefusalError:
    return RefusalError(Kind.PARAMETER, "A parameter of this request has no meaning here.", errors=problems)


def odd_parameters(given: Sequence[tuple[str, str]], known: frozenset[str]) -> list[str]:
    """What is wrong with the parameters of a query, one line each."""
    names = [name for name, _ in given]
    problems = [f"{plain(name, 100)}: not known here" for name in names if name not in known]
    problems += [f"{name}: given more than once" for name in sorted(known) if names.count(name) > 1]
    problems += [
        f"{plain(name, 100)}: empty; is a variable not set?" for name, value in given if not value.strip()
    ]
    return problems
