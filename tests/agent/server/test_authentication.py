"""Who is let in: one header, one form of token, one answer to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.servers import bearer
from tsr_agent.models import tokens as token_form
from tsr_agent.models.access import Role
from tsr_agent.server.authentication import bearer as token_in

if TYPE_CHECKING:
    from tests.factories.servers import InProcess


@pytest.mark.parametrize("role", Role)
def test_a_token_says_whose_it_is(server: InProcess, role: Role) -> None:
    answer = server.client.get("/api/whoami", headers=bearer(server.token(role)))
    assert answer.status_code == 200
    assert answer.json()["role"] == role.value


def test_nobody_else_is_answered(server: InProcess) -> None:
    answer = server.client.get("/api/whoami")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="aitr"'


def test_the_id_of_a_token_and_a_right_checksum_are_not_the_token(server: InProcess) -> None:
    good = server.token(Role.ADMIN)
    body = good[: len("aitr_adm_") + 8] + "0" * 32
    forged = body + token_form._checksum(body)
    parsed = token_form.parse(forged)
    assert parsed is not None
    assert parsed.id == good.split("_")[2][:8]
    assert server.client.get("/api/whoami", headers=bearer(forged)).status_code == 401
    assert server.client.get("/api/whoami", headers=bearer(good)).status_code == 200


def test_two_headers_are_none() -> None:
    """A proxy may look at the one and the server at the other. (Clients in tests join them into one.)"""
    good = (b"authorization", f"Bearer {token_form.make(Role.ADMIN)}".encode())
    assert token_in([good]) is not None
    for other in (good, (b"authorization", b"Bearer x"), (b"authorization", b"")):
        assert token_in([good, other]) is None
        assert token_in([other, good]) is None
