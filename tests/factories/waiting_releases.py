"""A real server with releases that wait for people, and the people who answer them by its API."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests
from sqlalchemy import update

from tests.factories.reports import report
from tests.factories.servers import bearer, new_token, running_server
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.store.engine import open_library
from tsr_agent.store.service_tables import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.factories.servers import RunningServer

RITA, SAM = "Rita Release", "Sam Steward"
_ids = itertools.count(1)


def policy(count: int = 1, roles: str = "release_manager", revision: int = 1) -> str:
    """A policy by which production waits for people."""
    return (
        f'version: 1\nname: support-bot\nrevision: "{revision}"\nextends: builtin:ai-release\napprovals:\n'
        f"  production: {{count: {count}, roles: [{roles}], reason: every release is signed off}}\n"
    )


@dataclass
class Office:
    """A server, and whoever works with it."""

    server: RunningServer
    database: Path
    _tokens: dict[tuple[str, Role], str] = field(default_factory=dict)

    def token(self, subject: str, role: Role = Role.RELEASE_MANAGER) -> str:
        """The token of a person."""
        if (subject, role) not in self._tokens:
            with open_library(self.database) as library:
                made = new_token(library, role, now=datetime.now(UTC), subject=subject)
            self._tokens[subject, role] = made
        return self._tokens[subject, role]

    def end_tokens(self) -> None:
        """Has every token end a minute ago."""
        ended = datetime.now(UTC) - timedelta(minutes=1)
        with open_library(self.database) as library, library.write() as connection:
            connection.execute(update(tokens).values(expires_at=ended))
        self._tokens.clear()

    def submit(self, text: str) -> None:
        """Has a tech lead put a policy in force."""
        answer = self._ask(
            "PUT",
            "/api/policies/support-bot",
            self.token("Tess", Role.TECH_LEAD),
            json={"document": text, "note": "Production is signed off."},
        )
        assert answer.status_code in (200, 201), answer.text

    def upload(self, name: str, **changed: Any) -> str:
        """Has a CI job hand a report in."""
        values = {"environment": "production", "triggered_by": "Dana Developer"} | changed
        document = codec.encode(report(id=name, **values))
        with open_library(self.database) as library:
            token = new_token(library, Role.AGENT, now=datetime.now(UTC), project=None)
        answer = self._ask(
            "POST",
            "/api/tsr",
            token,
            data=document,
            headers={"Content-Type": "application/json", "Idempotency-Key": codec.digest(document)},
        )
        assert answer.status_code in (200, 201), answer.text
        return name

    def say(self, verb: str, name: str, who: str, note: str = "", **more: Any) -> Any:
        """Has a person approve, reject or revoke by the API."""
        token = self.token(who)
        seen = self._ask("GET", f"/api/tsr/{name}/go-no-go", token).json()
        answer = self._ask(
            "POST",
            f"/api/tsr/{name}/{verb}",
            token,
            json={
                "report_digest": seen["report_digest"],
                "basis_digest": seen["basis_digest"],
                "id": f"{verb}-by-hand-{next(_ids)}",
                "note": note,
                **more,
            },
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    def history(self, name: str) -> list[dict[str, Any]]:
        """What people said about a report, as the server has it."""
        answer = self._ask("GET", f"/api/tsr/{name}/approvals", self.token("Vic", Role.VIEWER))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def verdict(self, name: str) -> str:
        """What the gate is told."""
        answer = self._ask("GET", f"/api/tsr/{name}/go-no-go", self.token("Vic", Role.VIEWER))
        return str(answer.json()["decision"])

    def _ask(self, method: str, path: str, token: str, **more: Any) -> requests.Response:
        headers = bearer(token) | more.pop("headers", {})
        return requests.request(method, f"{self.server.url}{path}", headers=headers, timeout=30, **more)


@contextmanager
def office(folder: Path, *, port: int = 0) -> Iterator[Office]:
    """A server of its own over a file of the folder, which may be there already."""
    database = folder / "server.db"
    with running_server(database, folder, port=port) as server:
        yield Office(server, database)
