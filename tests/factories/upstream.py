"""The real application behind a raw server, so that a test decides what becomes of each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.raw_server import answer
from tsr_agent.models.access import Role
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from tests.factories.raw_server import Asked
    from tests.factories.servers import InProcess


class Upstream:
    """The real application, asked in this process."""

    def __init__(self, server: InProcess) -> None:
        self.server = server
        self.token = server.token(Role.AGENT)

    def forward(self, asked: Asked) -> bytes:
        """What the application answers, as bytes on the wire."""
        headers = {name: value for name, value in asked.headers.items() if name != "host"}
        found = self.server.client.request(
            asked.method, asked.target, content=asked.body, headers=headers, follow_redirects=False
        )
        more = [f"{name}: {found.headers[name]}" for name in ("retry-after",) if name in found.headers]
        return answer(found.status_code, found.content, found.headers.get("content-type"), *more)

    def rows(self, report_id: str) -> list[bytes]:
        """The documents on record under an id."""
        repository = ReportRepository(self.server.library)
        return [repository.document(report_id)] if repository.row(report_id) is not None else []
