"""Requests that no honest client makes, on a real socket at every route: all answered, none a fault."""

from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.factories.hostile_values import MOMENTS, changed, instead_of, places
from tests.factories.raw_requests import RawAnswer, answers, asked, head, with_body
from tests.factories.reports import report
from tests.factories.served_in_thread import Served, served_in_thread
from tests.factories.servers import bearer
from tests.factories.uploads import STRICT
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.server.app import ROUTES
from tsr_agent.server.examples import example_json
from tsr_agent.server.parameters import query_fields
from tsr_agent.server.settings import BodySize, ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar.handlers import HTTPRouteHandler

    from tests.libraries import Databases

IMPATIENT = ServerSettings(port=0, failures_allowed=10**9, chunk_seconds=0.5)
DOCUMENT = codec.encode(report())
KNOWN = {
    "{report_id:str}": report().id,
    "{digest:str}": codec.digest(DOCUMENT),
    "{name:str}": "strict",
    "{token_id:str}": "absent00",
}
BY_LABEL = {
    f"{method} {path}": route
    for route in ROUTES
    for path in sorted(route.paths)
    for method in sorted(route.http_methods)
}
WITH_BODY = [label for label, route in BY_LABEL.items() if "body" in route.opt]
WITH_QUERY = [label for label, route in BY_LABEL.items() if query_fields(route)]
WITH_ID = [label for label in BY_LABEL if "{" in label]
_numbers = itertools.count()


class Attacked:
    """A server with a report and a policy, and a token a role.

    Args:
        served: That is asked.
    """

    def __init__(self, served: Served) -> None:
        self.served = served
        self._tokens = {role: bearer(served.token(role))["Authorization"] for role in Role}
        policy = json.dumps({"document": STRICT}).encode()
        assert self.ask("POST /api/tsr", body=DOCUMENT).status == 201
        assert self.ask("PUT /api/policies/{name:str}", body=policy).status == 201

    def credentials(self, route: HTTPRouteHandler) -> str:
        """The header of a role that the route lets in; people first."""
        roles: frozenset[Role] = route.opt["roles"] or frozenset({Role.VIEWER})
        fitting = sorted(roles, key=lambda role: (role is Role.AGENT, role.value))
        return f"Authorization: {self._tokens[fitting[0]]}"

    def ask(
        self, label: str, more: str = "", *headers: str | bytes, body: bytes | None = None, **parts: str
    ) -> RawAnswer:
        """Asks a route; ``more`` stands behind the path, ``known`` replaces its parts that vary."""
        method, _, template = label.partition(" ")
        target = addressed(template, **parts) + more
        authorization = self.credentials(BY_LABEL[label])
        if body is None:
            sent = head(method, target, authorization, *headers)
        else:
            sent = with_body(method, target, body, authorization, *headers)
        return asked(self.served.port, sent).hold(method)


def addressed(template: str, known: str | None = None) -> str:
    """A path with its parts that vary replaced."""
    for name, value in KNOWN.items():
        template = template.replace(name, value if known is None else known)
    return template


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def attacked(databases: Databases, request: pytest.FixtureRequest) -> Iterator[Attacked]:
    """A server that fails the module for any fault."""
    with databases.library(request.param) as library, served_in_thread(library, IMPATIENT) as served:
        yield Attacked(served)


@pytest.fixture(scope="module")
def attacked_file(databases: Databases) -> Iterator[Attacked]:
    """The same over a file, for what never reaches the database."""
    with databases.library("sqlite") as library, served_in_thread(library, IMPATIENT) as served:
        yield Attacked(served)


def example_of(label: str) -> bytes:
    """A body with every field of the form in it."""
    example = example_json(BY_LABEL[label].opt["body"])
    return example.replace(b"2026-11-23T09:30:00Z", b"2026-03-04T12:00:00Z")


@pytest.mark.parametrize("label", WITH_BODY)
def test_a_hostile_value_in_every_field(attacked: Attacked, label: str) -> None:
    tree = json.loads(example_of(label))
    taken = 0
    for path, value in places(tree):
        for hostile in instead_of(value):
            mutated = changed(tree, path, hostile)
            if label == "POST /api/tsr" and path != ("id",):
                mutated["id"] = f"hostile-{next(_numbers)}"
            answer = attacked.ask(label, body=json.dumps(mutated).encode())
            taken += answer.status == 201
            if answer.status == 201 and label == "POST /api/tsr":
                for part in ("", "/go-no-go", "/document", "/approvals"):
                    about = f"GET /api/tsr/{{report_id:str}}{part}"
                    assert attacked.ask(about, known=json.loads(answer.body)["id"]).status == 200
    assert taken or label not in ("POST /api/tsr", "POST /api/tokens")
    for listing in ("GET /api/tsr/query", "GET /api/tsr/latest", "GET /api/changes", "GET /api/policies"):
        assert attacked.ask(listing).status == 200
    assert attacked.ask("GET /api/tokens").status == 200


BODIES = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "number": b"1e999",
    "nan": b'{"id":NaN}',
    "huge number": b'{"id":' + b"9" * 50_000 + b"}",
    "open": b"[" * 60_000,
    "deep": b'{"id":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "twice": b'{"id":"a","id":"b"}',
    "surrogate key": b'{"\\udfff":1}',
    "no UTF-8": b'{"id":"\xc3\x28"}',
    "overlong": b'{"id":"\xc0\x80"}',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-32": "{}".encode("utf-32"),
    "comment": b"{/**/}",
    "NUL": b"\0" * 100,
    "wide": b"{" + b",".join(b'"%d":0' % n for n in range(6_000)) + b"}",
}
GZIP = "Content-Encoding: gzip"


@pytest.mark.parametrize("label", WITH_BODY)
def test_a_body_that_is_no_document(attacked_file: Attacked, label: str) -> None:
    for name, body in BODIES.items():
        assert attacked_file.ask(label, body=body).status == 422, name
        assert attacked_file.ask(label, "", GZIP, body=gzip.compress(body)).status == 422, name
    packed = gzip.compress(example_of(label))
    for cut in (packed[:5], packed[:-1], packed[:-8], packed + b"\0", packed[:20] + packed[21:]):
        assert attacked_file.ask(label, "", GZIP, body=cut).status == 400


@pytest.mark.parametrize("label", WITH_BODY)
def test_a_body_that_is_too_large(attacked_file: Attacked, label: str) -> None:
    limit = IMPATIENT.body_limits[BY_LABEL[label].opt.get("size", BodySize.SMALL)]
    bomb = gzip.compress(b" " * (limit + 1), compresslevel=1)
    assert attacked_file.ask(label, "", GZIP, body=bomb).status == 413
    for size, statuses in ((limit + 1, {413}), (10**19, {413}), (10**30, {400})):
        sent = head(
            "POST" if label.startswith("POST") else "PUT",
            addressed(label.partition(" ")[2]),
            attacked_file.credentials(BY_LABEL[label]),
            "Content-Type: application/json",
            f"Content-Length: {size}",
        )
        assert asked(attacked_file.served.port, sent).hold().status in statuses
    if limit > 11 * 2**20:
        assert attacked_file.ask(label, body=b"[" + b" " * (11 * 2**20)).status == 422


@pytest.mark.parametrize("label", WITH_BODY)
def test_a_body_that_does_not_arrive(attacked_file: Attacked, label: str) -> None:
    method, _, template = label.partition(" ")
    begun = head(
        method,
        addressed(template),
        attacked_file.credentials(BY_LABEL[label]),
        "Content-Type: application/json",
        "Content-Length: 100",
    )
    assert asked(attacked_file.served.port, begun + b"{").hold().status == 408
    chunked = begun.replace(b"Content-Length: 100", b"Transfer-Encoding: chunked")
    for garbage in (
        b"zz\r\n",
        b"-1\r\n",
        b"ffffffffffffffffff\r\n",
        b"1\r\n{}",
        b"\r\n\r\n",
        b"1;a=b\r\n{\r\n",
    ):
        answer = asked(attacked_file.served.port, chunked + garbage).hold()
        assert answer.status in (400, 408, 413), garbage
    shorter = begun.replace(b"100", b"1") + b"{}"
    assert asked(attacked_file.served.port, shorter).hold().status == 422
    for encoding in (b"gzip, chunked", b"identity", b"chunked, chunked", b"\xff"):
        other = chunked.replace(b"chunked", encoding) + b"2\r\n{}\r\n0\r\n\r\n"
        assert asked(attacked_file.served.port, other).hold().status in (400, 422)


IDS = [
    "%00",
    f"{report().id}%00",
    f"%00{report().id}",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..",
    ".",
    "%2F",
    "a%2Fb",
    "%5c",
    "%0d%0aX-Injected:1",
    "%ff",
    "%ed%a0%80",
    "%",
    "%zz",
    "%25%30%30",
    "%F0%9F%92%A9",
    "%E2%80%AE",
    "latest%00",
    "a;b=c",
    "'%20OR%201=1--",
    "x" * 8_000,
    "%41" * 2_000,
    "0",
    str(2**64),
    "null",
    "*",
    "{report_id}",
]


@pytest.mark.parametrize("label", WITH_ID)
def test_an_id_that_is_none(attacked: Attacked, label: str) -> None:
    body = b'{"document":""}' if "body" in BY_LABEL[label].opt else None
    for known in IDS:
        answer = attacked.ask(label, body=body, known=known)
        # A slash alone leads back to the list.
        assert 400 <= answer.status < 500 or known == "%2F", known
        assert "x-injected" not in answer.headers


VALUES = [
    "",
    "%20",
    "%00",
    "a%00",
    "%ff",
    "%ed%a0%80",
    "null",
    "NaN",
    "1e999",
    "-1",
    "0",
    str(2**53 + 1),
    str(2**63),
    str(2**64),
    "9" * 5_000,
    "%2b1",
    "0x10",
    "1_000",
    "%D9%A1",
    "true",
    "[]",
    "%25",
    "_",
    "%5c",
    "'",
    "x" * 14_000,
    *(each.replace("+", "%2b") for each in MOMENTS),
]


@pytest.mark.parametrize("label", WITH_QUERY)
def test_a_parameter_that_means_nothing(attacked: Attacked, label: str) -> None:
    for name in query_fields(BY_LABEL[label]):
        for value in VALUES:
            attacked.ask(label, f"?{name}={value}")
        assert attacked.ask(label, f"?{name}=1&{name}=1").status == 422
        assert attacked.ask(label, f"?{name}=1&{name}=2&{name}").status == 422


@pytest.mark.parametrize("label", BY_LABEL)
def test_a_query_that_means_nothing(attacked_file: Attacked, label: str) -> None:
    method, _, template = label.partition(" ")
    route = BY_LABEL[label]
    body = b"{}" if "body" in route.opt else None
    for query in ("?a=b", "?%00", "?=", "?%ff=%ff", "?" + "&".join(f"{n}=1" for n in range(1_000))):
        assert attacked_file.ask(label, query, body=body).status == 422, query
    for query in ("?", "?&&&", "#", "?#a=b"):
        attacked_file.ask(label, query, body=body)
    long = head(method, addressed(template) + "?" + "a" * 100_000, attacked_file.credentials(route))
    assert asked(attacked_file.served.port, long).hold().status in (400, 414, 422, 431)


HEADERS: list[tuple[str | bytes, ...]] = [
    (b"Authorization: Bearer \xff\xfe",),
    (b"Authorization: \xff",),
    ("Authorization: Bearer",),
    ("Authorization:",),
    (b"Host: \xff",),
    (b"Origin: \xff",),
    ("Origin: null",),
    ("Origin: http://[",),
    (b"Content-Type: \xff/\xff; charset=\xff",),
    ("Content-Type: application/json; charset=utf-16",),
    ("Content-Type: ;",),
    ("Content-Type: multipart/form-data; boundary=",),
    (b"Content-Encoding: \xff",),
    (b"Idempotency-Key: \xff",),
    ("Idempotency-Key: " + "a" * 9_000,),
    ("If-None-Match: " + "," * 9_000,),
    (b"If-None-Match: \xff",),
    ("If-None-Match: *",),
    (b"Accept-Encoding: \xff",),
    ("Accept: nothing/at-all;q=-7",),
    ("Cookie: a=b; c; =; \x01",),
    (b"Cookie: \xff=\xff",),
    ("X-Forwarded-For: '", "X-Forwarded-Proto: gopher", "Forwarded: for=_"),
    ("X-HTTP-Method-Override: DELETE",),
    ("Expect: 100-continue",),
    ("Expect: 200-ok",),
    ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGVzdA==", "Sec-WebSocket-Version: 13"),
    ("Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    ("Range: bytes=0-0,-1",),
    ("If-Modified-Since: yesterday",),
    ("TE: trailers", "Trailer: X"),
    ("Connection: close, X, \t",),
    tuple(f"X-{n}: {n}" for n in range(500)),
    ("X: \tfolded",),
    ("X: a\x00b",),
    ("X : space",),
    (": nameless",),
]


@pytest.mark.parametrize("label", BY_LABEL)
def test_a_header_that_means_nothing(attacked_file: Attacked, label: str) -> None:
    method, _, template = label.partition(" ")
    route, port = BY_LABEL[label], attacked_file.served.port
    right = attacked_file.credentials(route)
    for headers in HEADERS:
        for given in (headers, (right, *headers), (*headers, right)):
            asked(port, head(method, addressed(template), *given)).hold(method)
            if "body" in route.opt:
                sent = head(method, addressed(template), *given, "Content-Length: 2") + b"{}"
                asked(port, sent).hold(method)
    if route.opt["roles"]:
        for twice in ((right, right), (right, "Authorization: Basic YTpi"), ("Authorization: x", right)):
            assert asked(port, head(method, addressed(template), *twice)).hold(method).status == 401


METHODS = [
    "TRACE",
    "PROPFIND",
    "CONNECT",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "get",
    "G",
    "QUERY",
    "PRI",
    "A" * 3_000,
]


@pytest.mark.parametrize("label", BY_LABEL)
def test_a_method_that_nobody_has(attacked_file: Attacked, label: str) -> None:
    path = addressed(label.partition(" ")[2])
    port, right = attacked_file.served.port, attacked_file.credentials(BY_LABEL[label])
    for method in METHODS:
        assert 400 <= asked(port, head(method, path, right)).hold(method).status < 500, method
        with_one = with_body(method, path, b"{}", right)
        assert 400 <= asked(port, with_one).hold(method).status < 500, method
    for method in ("GET", "POST", "PUT", "DELETE"):
        asked(port, with_body(method, path, b"{}", right)).hold(method)


def test_a_target_that_is_no_path(attacked_file: Attacked) -> None:
    port = attacked_file.served.port
    right = attacked_file.credentials(BY_LABEL["GET /api/whoami"])
    for target in (
        "http://127.0.0.1/api/whoami",
        "http://elsewhere.example/api/whoami",
        "https://user:pass@[::1/api/whoami",
        "//api/whoami",
        "/api//whoami",
        "/api/../api/whoami",
        "/api/whoami/",
        "/%61pi/whoami",
        "/api/whoami%00",
        "/api/whoami;x",
        "*",
        "whoami",
        "127.0.0.1:80",
        "/" + "a/" * 4_000,
        "/" + "%2e%2e/" * 500,
        b"/\x80",
        b"/api/who\x7fami",
    ):
        asked(port, head("GET", target, right)).hold()
        asked(port, head("OPTIONS", target, right)).hold("OPTIONS")


def test_another_version_of_http(attacked_file: Attacked) -> None:
    port = attacked_file.served.port
    right = attacked_file.credentials(BY_LABEL["GET /api/whoami"])
    old = asked(port, head("GET", "/api/whoami", right, version="HTTP/1.0")).hold()
    assert (old.status, old.headers["connection"]) == (200, "close")
    for version in ("HTTP/2.0", "HTTP/1.9", "HTTP/0.9", "HTTP/11", "ICY", "http/1.1"):
        asked(port, head("GET", "/api/whoami", right, version=version)).hold()
    chunked = head("POST", "/api/tokens", right, "Transfer-Encoding: chunked", version="HTTP/1.0")
    asked(port, chunked + b"0\r\n\r\n").hold()


def test_requests_that_come_together_are_answered_one_by_one(attacked_file: Attacked) -> None:
    right = attacked_file.credentials(BY_LABEL["POST /api/tokens"])
    sent = [
        head("GET", "/api/whoami", right),
        with_body("POST", "/api/tokens", b"null", right),
        head("HEAD", "/api/whoami", right),
        with_body("POST", "/api/tokens", b"[" * 50_000, right),
        head("GET", "/nowhere", right),
        with_body("GET", "/api/whoami", b"{}" * 5_000, right),
        head("GET", "/healthz"),
    ]
    methods = [each[: each.index(b" ")].decode() for each in sent]
    found = answers(attacked_file.served.port, b"".join(sent), methods)
    assert [each.hold(method).status for each, method in zip(found, methods, strict=True)] == [
        200,
        422,
        405,
        422,
        404,
        200,
        200,
    ]


def test_a_cut_request_is_no_fault(attacked_file: Attacked) -> None:
    right = attacked_file.credentials(BY_LABEL["POST /api/tokens"])
    sent = with_body("POST", "/api/tokens", b'{"role":"agent"}', right)
    for end in (*range(1, 40, 7), len(sent) - 17, len(sent) - 16, len(sent) - 1):
        with pytest.raises((ConnectionError, AssertionError)):
            assert asked(attacked_file.served.port, sent[:end], finished=True).hold().status == 201


def test_the_limits_of_a_small_server_are_problems_too(databases: Databases) -> None:
    small = replace(IMPATIENT, requests_at_once=1, header_bytes=2_000)
    with databases.library("sqlite") as library, served_in_thread(library, small) as served:
        answer = asked(served.port, head("GET", "/healthz", "X: " + "a" * 1_990))
        assert answer.hold().status == 431
