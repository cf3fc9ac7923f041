"""What every request passes before it is routed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.servers import InProcess, bearer, in_process
from tsr_agent.models.access import Role
from tsr_agent.server.authentication import Failures
from tsr_agent.server.settings import ServerSettings

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library

WHOAMI = "/api/whoami"


def problem(answer: Any, status: int, name: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["type"]) == (status, f"urn:aitr:problem:{name}"), answer.text
    assert found["instance"] == answer.headers["x-request-id"]
    return found


def test_twenty_failures_a_minute_are_enough(server: InProcess) -> None:
    good = bearer(server.token(Role.VIEWER))
    for _ in range(20):
        problem(server.client.get(WHOAMI), 401, "unauthenticated")
    server.clock.forward(timedelta(seconds=15.5))
    answer = server.client.get(WHOAMI)
    problem(answer, 429, "too-many-failures")
    assert answer.headers["retry-after"] == "45"
    assert server.client.get(WHOAMI, headers=good).status_code == 200, "whoever shares the address"
    server.clock.forward(timedelta(seconds=44.5))
    problem(server.client.get(WHOAMI), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "counted_apart"),
    [(True, "{other}, {mine}", True), (True, "{mine}, 10.0.0.1", False), (False, "{mine}", False)],
)
def test_only_a_proxy_says_whose_request_it_is(
    library: Library, *, behind_proxy: bool, forwarded: str, counted_apart: bool
) -> None:
    with in_process(library, settings=ServerSettings(behind_proxy=behind_proxy)) as server:
        for place in range(25):
            address = {"mine": f"192.0.2.{place}", "other": "198.51.100.7"}
            answer = server.client.get(WHOAMI, headers={"X-Forwarded-For": forwarded.format(**address)})
        assert answer.status_code == (401 if counted_apart else 429)


def test_failures_are_remembered_of_so_many_addresses_only(server: InProcess) -> None:
    failures, now = Failures(2, timedelta(minutes=1), 100), server.clock.now()
    for place in range(10_000):
        failures.add(f"2001:db8::{place:x}", now)
        failures.add("the one that goes on", now)
    assert failures.seconds_to_wait("the one that goes on", now) == 60
    assert failures.seconds_to_wait("2001:db8::0", now) == 0
    assert len(failures._moments) == 100


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "", "http://127.0.0.1.evil"]
)
def test_a_page_of_another_origin_gets_nothing(server: InProcess, origin: str) -> None:
    headers = bearer(server.token(Role.ADMIN)) | {"Origin": origin}
    for method in ("GET", "OPTIONS", "POST"):
        answer = server.client.request(method, WHOAMI, headers=headers)
        problem(answer, 403, "foreign-origin")
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert server.client.get("/healthz", headers={"Origin": origin}).status_code == 403


def test_the_server_s_own_origin_is_no_foreign_one(server: InProcess) -> None:
    headers = bearer(server.token(Role.ADMIN)) | {"Origin": "http://127.0.0.1"}
    assert server.client.get(WHOAMI, headers=headers).status_code == 200


def test_only_allowed_hosts_are_answered_for(library: Library) -> None:
    settings = ServerSettings(allowed_hosts=("aitr.example", "::1"))
    with in_process(library, settings=settings) as server:
        for host in ("aitr.example", "AITR.example:8470", "[::1]:8470"):
            assert server.client.get("/healthz", headers={"Host": host}).status_code == 200
        for host in ("evil.example", "aitr.example.evil.example", "127.0.0.1", "", "[", "a@aitr.example@b"):
            problem(server.client.get("/healthz", headers={"Host": host}), 421, "wrong-host")


def test_every_answer_has_the_headers_that_keep_browsers_out(server: InProcess) -> None:
    good = bearer(server.token(Role.ADMIN))
    answers = [
        server.client.get("/healthz"),
        server.client.get(WHOAMI),
        server.client.get(WHOAMI, headers=good),
        server.client.get("/nothing", headers=good),
        server.client.post("/api/tokens", headers=good),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert len(answer.headers["x-request-id"]) == 16
        assert "server" not in answer.headers


def test_nothing_is_said_without_a_token(server: InProcess) -> None:
    from tsr_agent import __version__

    for path in ("/healthz", "/readyz", "/", WHOAMI, "/api/openapi.json"):
        assert __version__ not in server.client.get(path).text
    assert server.client.get("/healthz").text == "ok\n"
    assert server.client.get("/readyz").text == "ready\n"


def test_only_so_much_is_taken_at_once(library: Library) -> None:
    small = replace(ServerSettings(), header_bytes=600, requests_at_once=0)
    with in_process(library, settings=small) as server:
        answer = server.client.get("/healthz")
        problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "5"
    with in_process(library, settings=replace(small, requests_at_once=1)) as server:
        assert server.client.get("/healthz").status_code == 200
        problem(server.client.get("/healthz", headers={"X-Long": "a" * 600}), 431, "headers-too-large")


def test_the_framework_refuses_in_the_same_form(server: InProcess) -> None:
    good = bearer(server.token(Role.ADMIN))
    problem(server.client.get("/api/nothing", headers=good), 404, "not-found")
    problem(server.client.patch(WHOAMI, headers=good), 405, "method-not-allowed")
    problem(server.client.request("BREW", WHOAMI, headers=good), 405, "method-not-allowed")
    problem(server.client.options(WHOAMI, headers=good), 405, "method-not-allowed")
    viewer = bearer(server.token(Role.VIEWER))
    problem(server.client.get("/api/documents", headers=viewer), 400, "malformed-request")


@pytest.mark.parametrize("query", ["x=1", "role=", "a=1&a=2", "%ff=%ff", "=", "x", "a" * 5_000, "x=%00"])
def test_parameters_that_would_be_ignored_are_refused(server: InProcess, query: str) -> None:
    good = bearer(server.token(Role.ADMIN))
    answer = server.client.get(f"{WHOAMI}?{query}", headers=good)
    assert problem(answer, 422, "invalid-parameter")["errors"]


def test_a_parameter_is_given_once_and_is_not_empty(server: InProcess) -> None:
    good = bearer(server.token(Role.VIEWER))
    digest = "0" * 64
    assert server.client.get(f"/api/documents?digests={digest}", headers=good).status_code == 404
    for query in (f"digests={digest}&digests={digest}", "digests=", "digests=%20", f"Digests={digest}"):
        problem(server.client.get(f"/api/documents?{query}", headers=good), 422, "invalid-parameter")


def test_each_request_is_one_line_without_secrets(server: InProcess) -> None:
    token = server.token(Role.TECH_LEAD, subject='Ève" {"event":"fault"}')
    path = "/api/tsr/a%0A%7B%22event%22:1%7D%1b[31m"
    answers = [
        server.client.get(WHOAMI, headers=bearer(token) | {"User-Agent": "curl\x1b[2J", "X-A": token}),
        server.client.get(path, headers=bearer(token)),
        server.client.get(f"/api/nothing?token={token}"),
        server.client.get(WHOAMI, headers={"Authorization": f"Basic {token}"}),
    ]
    lines = server.log_lines()
    assert [each["request"] for each in lines] == [each.headers["x-request-id"] for each in answers]
    assert [each["status"] for each in lines] == [200, 404, 401, 401]
    assert lines[1]["route"] == "/api/tsr/{report_id}"
    assert all(each["ms"] >= 0 for each in lines)
    written = server.log.getvalue()
    assert token[17:] not in written
    assert written.isascii()
    assert "\x1b" not in written


def test_what_nobody_expected_is_logged_and_not_told(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_process(library, faults_allowed=True) as server:
        token = server.token(Role.ADMIN)
        secret = "a statement with /a/path in it"

        def fail(*_: object) -> None:
            raise RuntimeError(secret)

        monkeypatch.setattr("tsr_agent.store.tokens.TokenRepository.all", fail)
        answer = server.client.get("/api/tokens", headers=bearer(token))
        found = problem(answer, 500, "fault")
        assert secret not in answer.text
        (fault,) = server.faults()
        assert fault["request"] == found["instance"]
        assert secret in fault["traceback"]
        monkeypatch.setattr("tsr_agent.store.tokens.TokenRepository.find", fail)
        problem(server.client.get(WHOAMI, headers=bearer(token)), 500, "fault")
        assert len(server.faults()) == 2


def test_a_database_that_is_away_is_no_verdict(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    from tsr_agent.errors import IntegrityError, StoreError

    def away(*_: object) -> None:
        raise StoreError("The library /srv/secret/aitr.db can't be read.")

    def altered(*_: object) -> None:
        raise IntegrityError("Report 1 is not what was filed.")

    with in_process(library, faults_allowed=True) as server:
        token = bearer(server.token(Role.ADMIN))
        for place, error, name in (
            ("find", away, "unavailable"),
            ("all", away, "unavailable"),
            ("all", altered, "record-altered"),
        ):
            with monkeypatch.context() as patch:
                patch.setattr(f"tsr_agent.store.tokens.TokenRepository.{place}", error)
                answer = server.client.get("/api/tokens", headers=token)
            problem(answer, 503, name)
            assert "/srv/secret" not in answer.text
            assert ("retry-after" in answer.headers) == (name == "unavailable")
        monkeypatch.setattr("tsr_agent.store.feed.ChangeFeed.head", away)
        problem(server.client.get("/readyz"), 503, "unavailable")
        assert server.client.get("/healthz").status_code == 200
