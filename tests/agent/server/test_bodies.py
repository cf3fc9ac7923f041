"""Bodies: strict JSON of one media type, within limits, packed or not."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.factories.servers import InProcess, bearer, in_process
from tsr_agent.models.access import Role
from tsr_agent.server.bodies import BodyBudget
from tsr_agent.server.problems import RefusalError
from tsr_agent.server.settings import BodySize, ServerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tsr_agent.store.engine import Library

GOOD = b'{"role":"viewer","subject":"Ada Lovelace"}'
LIMIT = 64 * 1024
JSON = {"Content-Type": "application/json"}
GZIP = JSON | {"Content-Encoding": "gzip"}


def post(server: InProcess, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    token = bearer(server.token(Role.ADMIN))
    return server.client.post(
        "/api/tokens", content=body, headers=token | (JSON if headers is None else headers)
    )


def of_size(size: int) -> bytes:
    return GOOD[:-1] + b" " * (size - len(GOOD)) + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        GOOD + b"x",
        GOOD + GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD[:-1] + b',"subject":"Somebody Else"}',
        GOOD[:-1] + b',"project":null,"project":null}',
        GOOD[:-1] + b',"unknown":1}',
        b'{"role":"viewer","subject":NaN}',
        b'{"role":"viewer","subject":1e999}',
        b'{"role":"viewer","subject":"\\ud800"}',
        b'{"role":"viewer","subject":"\xff"}',
        b'{"role":"viewer","subject":"a\x00b"}',
        b'{"role":"viewer","subject":' + b"[" * 60_000,
        b"[" * 60_000 + b"]" * 5_000,
        b'{"role":"viewer","subject":' + b"9" * 60_000 + b"}",
        b'{"role":{"role":"viewer"},"subject":"a"}',
    ],
    ids=range(20),
)
def test_what_is_no_strict_json_of_the_form_is_refused(server: InProcess, body: bytes) -> None:
    answer = post(server, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:aitr:problem:invalid-document"
    assert (
        len(server.client.get("/api/tokens", headers=bearer(server.token(Role.ADMIN))).json()["items"]) == 2
    )


def test_a_problem_names_every_place(server: InProcess) -> None:
    errors = post(server, b'{"role":"root","subject":7}').json()["errors"]
    assert len(errors) == 2
    assert any("role" in each for each in errors)
    assert any("subject" in each for each in errors)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "application/jsonx", "multipart/form-data"]
)
def test_another_media_type_is_refused(server: InProcess, kind: str) -> None:
    assert post(server, GOOD, {"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_is_taken(server: InProcess, kind: str) -> None:
    assert post(server, GOOD, {"Content-Type": kind}).status_code == 201


def test_a_body_may_be_as_large_as_its_limit(server: InProcess) -> None:
    assert post(server, of_size(LIMIT)).status_code == 201
    assert post(server, of_size(LIMIT + 1)).status_code == 413
    assert post(server, gzip.compress(of_size(LIMIT)), GZIP).status_code == 201
    assert post(server, gzip.compress(of_size(LIMIT + 1)), GZIP).status_code == 413


def test_a_length_that_is_not_announced_is_counted(server: InProcess) -> None:
    token = bearer(server.token(Role.ADMIN))

    def pieces(size: int) -> Iterator[bytes]:
        body = of_size(size)
        yield from (body[place : place + 1_000] for place in range(0, size, 1_000))

    for size, status in ((LIMIT, 201), (LIMIT + 1, 413)):
        answer = server.client.post("/api/tokens", content=pieces(size), headers=token | JSON)
        assert answer.status_code == status


def test_a_bomb_is_refused_before_it_goes_off(server: InProcess) -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    assert len(bomb) < LIMIT
    assert post(server, bomb, GZIP).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        b"",
        gzip.compress(GOOD)[:-1],
        gzip.compress(GOOD)[:-9],
        gzip.compress(GOOD) + b"x",
        gzip.compress(GOOD) + gzip.compress(b" "),
        zlib.compress(GOOD),
        gzip.compress(GOOD)[:-8] + b"\0" * 8,
    ],
    ids=range(8),
)
def test_what_is_not_one_whole_gzip_stream_is_refused(server: InProcess, body: bytes) -> None:
    answer = post(server, body, GZIP)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:aitr:problem:malformed-request")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "identity, gzip", "zstd"])
def test_other_packings_are_refused(server: InProcess, encoding: str) -> None:
    assert post(server, gzip.compress(GOOD), JSON | {"Content-Encoding": encoding}).status_code == 415


def test_each_size_of_body_has_its_limit() -> None:
    limits = ServerSettings().body_limits
    assert limits == {BodySize.REPORT: 64 * 2**20, BodySize.POLICY: 2 * 2**20, BodySize.SMALL: 2**16}


def test_all_bodies_together_have_a_limit_and_give_back_what_they_took(library: Library) -> None:
    with in_process(library, settings=replace(ServerSettings(), bodies_at_once=2_000)) as server:
        assert post(server, of_size(2_001)).status_code == 503
        for _ in range(3):
            assert post(server, of_size(2_000)).status_code == 201
    budget, one, other = BodyBudget(10), {}, {}
    budget.take(one, 6)
    with pytest.raises(RefusalError):
        budget.take(other, 5)
    budget.give_back(one)
    budget.give_back(one)
    budget.take(other, 10)


def test_a_refused_token_is_not_repeated_in_the_answer(server: InProcess) -> None:
    secret = server.token(Role.VIEWER)
    answer = post(server, json.dumps({"role": secret, secret: 1, "subject": "a"}).encode())
    assert answer.status_code == 422
