"""Reports on their way to a server in this process, and policies that judge them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.factories.reports import report
from tests.factories.servers import bearer
from tsr_agent.models import codec
from tsr_agent.models.access import Role

if TYPE_CHECKING:
    import httpx

    from tests.factories.servers import InProcess

JSON = {"Content-Type": "application/json"}
STRICT = "version: 1\nname: strict\nextends: builtin:ai-release\napprovals: {'*': {reason: somebody looks}}\n"
"""As the built-in policy, and a person has to approve everywhere."""


class Site:
    """A server with one token a role, as a team has it."""

    def __init__(self, server: InProcess) -> None:
        self.server = server
        self._tokens: dict[tuple[Role, str | None], str] = {}

    def headers(self, role: Role, project: str | None = None) -> dict[str, str]:
        """The token of a role, of a project where one is named."""
        if (role, project) not in self._tokens:
            self._tokens[role, project] = self.server.token(role, project=project)
        return bearer(self._tokens[role, project])

    def upload(
        self, document: bytes | None = None, *, project: str | None = None, **headers: str
    ) -> httpx.Response:
        """Uploads bytes, those of a good report by default."""
        return self.server.client.post(
            "/api/tsr",
            content=codec.encode(report()) if document is None else document,
            headers=self.headers(Role.AGENT, project) | JSON | headers,
        )

    def get(
        self, path: str, role: Role = Role.AGENT, *, project: str | None = None, **headers: str
    ) -> httpx.Response:
        """Asks for something below ``/api/``."""
        return self.server.client.get(f"/api/{path}", headers=self.headers(role, project) | headers)

    def answer(self, report_id: str = "", query: str = "") -> Any:
        """What go-no-go says, which must be an answer."""
        found = self.get(f"tsr/{report_id or report().id}/go-no-go{query}")
        assert found.status_code == 200, found.text
        return found.json()

    def put_policy(self, document: str = STRICT, name: str = "strict", **fields: Any) -> httpx.Response:
        """Submits a policy."""
        return self.server.client.put(
            f"/api/policies/{name}",
            json={"document": document, **fields},
            headers=self.headers(Role.TECH_LEAD) | JSON,
        )

    def decide_again(self, report_id: str = "", role: Role = Role.AGENT) -> httpx.Response:
        """Asks for another decision."""
        return self.server.client.post(
            f"/api/tsr/{report_id or report().id}/decisions", headers=self.headers(role)
        )
