"""Tokens over the API: made once, listed without themselves, ended at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.servers import bearer, in_process
from tsr_agent.models.access import Role
from tsr_agent.store.tokens import TokenRepository

if TYPE_CHECKING:
    from tests.factories.servers import InProcess
    from tsr_agent.store.engine import Library


@pytest.fixture
def admin(server: InProcess) -> dict[str, str]:
    return bearer(server.token(Role.ADMIN, subject="Grace Hopper"))


def asked(**fields: Any) -> dict[str, Any]:
    return {"role": "release_manager", "subject": "Ada Lovelace"} | fields


def test_a_made_token_lets_its_owner_in(server: InProcess, admin: dict[str, str]) -> None:
    made = server.client.post("/api/tokens", json=asked(), headers=admin)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    who = server.client.get("/api/whoami", headers=bearer(made.json()["token"])).json()
    assert (who["subject"], who["role"]) == ("Ada Lovelace", "release_manager")
    assert made.json()["known"]["created_by"] == "Grace Hopper"


def test_the_list_knows_everything_but_the_tokens(server: InProcess, admin: dict[str, str]) -> None:
    token = server.client.post("/api/tokens", json=asked(), headers=admin).json()["token"]
    listed = server.client.get("/api/tokens", headers=admin)
    assert {each["subject"] for each in listed.json()["items"]} == {"Grace Hopper", "Ada Lovelace"}
    assert token not in listed.text
    assert token[len("aitr_usr_") + 8 :] not in listed.text


def test_an_ended_token_is_none_at_the_next_request(server: InProcess, admin: dict[str, str]) -> None:
    token = server.token(Role.VIEWER)
    key = token[len("aitr_usr_") :][:8]
    assert server.client.get("/api/whoami", headers=bearer(token)).status_code == 200
    ended = server.client.delete(f"/api/tokens/{key}", headers=admin)
    assert ended.status_code == 200
    assert server.client.get("/api/whoami", headers=bearer(token)).status_code == 401
    server.clock.forward(timedelta(hours=1))
    again = server.client.delete(f"/api/tokens/{key}", headers=admin)
    assert again.json() == ended.json(), "when it ended does not move"


def test_there_is_no_ending_what_there_is_not(server: InProcess, admin: dict[str, str]) -> None:
    for key in ("nothing1", "a" * 300, "%00", "ü"):
        answer = server.client.delete(f"/api/tokens/{key}", headers=admin)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": None},
        {"subject": " "},
        {"subject": "Ada\nLovelace"},
        {"project": "https://git.example.org/a/b"},
        {"role": "agent", "project": "not an address"},
        {"role": "agent", "project": "/etc/passwd"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"expires_at": "2026-03-05T00:00:00"},
        {"role": "root"},
        {"created_by": "somebody else"},
    ],
)
def test_a_token_that_can_not_be_is_refused(
    server: InProcess, admin: dict[str, str], fields: dict[str, Any]
) -> None:
    answer = server.client.post("/api/tokens", json=asked(**fields), headers=admin)
    assert answer.status_code == 422
    assert len(server.client.get("/api/tokens", headers=admin).json()["items"]) == 1


def test_a_token_is_good_for_its_role_s_time(server: InProcess, admin: dict[str, str]) -> None:
    for role, days in (("release_manager", 30), ("agent", 90)):
        made = server.client.post("/api/tokens", json=asked(role=role), headers=admin).json()
        server.clock.forward(timedelta(days=days, microseconds=-1))
        assert server.client.get("/api/whoami", headers=bearer(made["token"])).status_code == 200
        server.clock.forward(timedelta(microseconds=1))
        assert server.client.get("/api/whoami", headers=bearer(made["token"])).status_code == 401
        server.clock.forward(-timedelta(days=days))


def test_the_last_use_is_written_once_a_minute_and_at_the_end(library: Library) -> None:
    tokens = TokenRepository(library)
    with in_process(library) as server:
        token = server.token(Role.VIEWER)
        first = server.clock.now()
        for _ in range(3):
            server.client.get("/api/whoami", headers=bearer(token))
            server.clock.forward(timedelta(seconds=20))
        assert tokens.all()[0].last_used_at is None, "no request writes"
    assert tokens.all()[0].last_used_at == first
    with in_process(library, clock=server.clock) as server:
        server.clock.forward(timedelta(seconds=41))
        server.client.get("/api/whoami", headers=bearer(token))
    assert tokens.all()[0].last_used_at == server.clock.now()


def test_making_and_ending_is_logged_without_the_token(server: InProcess, admin: dict[str, str]) -> None:
    token = server.client.post("/api/tokens", json=asked(), headers=admin).json()["token"]
    server.client.delete(f"/api/tokens/{token[9:17]}", headers=admin)
    events = [(each["event"], each.get("by")) for each in server.log_lines() if each["event"] != "request"]
    assert events == [("token-created", "Grace Hopper"), ("token-revoked", "Grace Hopper")]
    assert token[17:] not in server.log.getvalue()
