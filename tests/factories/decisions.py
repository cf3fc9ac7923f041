"""Decisions about documents, without a gate: for tests of what keeps and shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories.reports import NOON
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision, GoNoGoDecision, PolicyReference
from tsr_agent.models.report import TestSummaryReport

POLICY = PolicyReference(name="ai-release", version="1", digest="ab" * 32)


def decision_about(document: bytes, **changed: Any) -> Decision:
    """GO by no rule at all, bound to the document's bytes."""
    report = codec.decode(document, TestSummaryReport)
    values: dict[str, Any] = {
        "schema_version": 1,
        "report_id": report.id,
        "report_digest": codec.digest(document),
        "environment": report.environment,
        "evaluated_at": NOON + timedelta(minutes=5),
        "decision": GoNoGoDecision.GO,
        "decision_without_waivers": GoNoGoDecision.GO,
        "reason": "All 0 rules passed",
        "policy": POLICY,
        "rules": (),
    }
    return Decision(**(values | changed))
