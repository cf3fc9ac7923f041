"""Who is let in: one header, one form of token, one answer to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.servers import bearer
from tsr_agent.models.access import Role

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
