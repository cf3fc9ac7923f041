"""A server with a release that waits for people, and people who answer it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.factories.decisions import decision_about
from tests.factories.reports import NOON, manifest, report
from tests.factories.servers import bearer
from tsr_agent.gate.approvals import basis_digest
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.access import Role
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.decision import Decision, GoNoGoDecision
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    import httpx

    from tests.factories.servers import InProcess

PENDING = GoNoGoDecision.PENDING_REVIEW
REPORT_ID = report().id
DECIDED_AT = NOON - timedelta(hours=1)
_ids = itertools.count(1)


def document(**changed: Any) -> bytes:
    """A report that a nightly build made of Eve's commit."""
    values = {"triggered_by": "nightly", "versions": manifest(codebase_author="Eve <eve@example.org>")}
    return codec.encode(report(**(values | changed)))


def waiting(of: bytes, **changed: Any) -> Decision:
    """The decision, by the policy in force, that a release manager has to approve it."""
    values: dict[str, Any] = {
        "decision": PENDING,
        "reason": "1 review",
        "manual_approval_required": True,
        "approval": ApprovalTerms(),
        "evaluated_at": DECIDED_AT,
        "policy": ai_release().reference,
    }
    return decision_about(of, **(values | changed))


@dataclass
class Release:
    """One report on record at a server, and what people may say about it."""

    server: InProcess
    document: bytes
    decision: Decision
    tokens: dict[tuple[str, Role], str] = field(default_factory=dict)

    @classmethod
    def on_record(cls, server: InProcess, of: bytes | None = None, **decided: Any) -> Release:
        """Files the report and what was decided about it."""
        of = of or document()
        release = cls(server, of, waiting(of, **decided))
        release.decide(release.decision)
        return release

    def decide(self, decision: Decision) -> None:
        """Takes a decision, again if there is one."""
        self.decision = decision
        ReportRepository(self.server.library).add(
            self.document, decision, supersede=True, received_at=decision.evaluated_at
        )

    def headers(self, who: str, role: Role = Role.RELEASE_MANAGER) -> dict[str, str]:
        """The token of a person."""
        if (who, role) not in self.tokens:
            self.tokens[who, role] = self.server.token(role, subject=who)
        return bearer(self.tokens[who, role])

    def request(self, **changed: Any) -> dict[str, Any]:
        """What a person sends who has looked at what is on record."""
        values = {
            "report_digest": codec.digest(self.document),
            "basis_digest": basis_digest(self.decision),
            "id": f"approval-{next(_ids):04d}",
        }
        return {name: value for name, value in (values | changed).items() if value is not None}

    def say(
        self, verb: str, who: str, role: Role = Role.RELEASE_MANAGER, *, report_id: str = "", **changed: Any
    ) -> httpx.Response:
        """Approves, rejects or revokes over the API."""
        return self.server.client.post(
            f"/api/tsr/{report_id or REPORT_ID}/{verb}",
            json=self.request(**changed),
            headers=self.headers(who, role),
        )

    def history(self, who: str = "Olga", role: Role = Role.AUDITOR) -> Any:
        """What everybody said."""
        answer = self.server.client.get(f"/api/tsr/{REPORT_ID}/approvals", headers=self.headers(who, role))
        assert answer.status_code == 200, answer.text
        return answer.json()
