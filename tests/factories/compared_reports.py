"""Pairs of reports with their decisions, for tests of what compares them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tests.factories.judged_reports import judge
from tsr_agent.comparison.report import JudgedDocument, compare
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.decision import Decision
from tsr_agent.models.report import TestSummaryReport

if TYPE_CHECKING:
    from tsr_agent.comparison.report import Comparison

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "support-bot"


def scopes_of(policy: Any) -> dict[str, dict[str, Any]]:
    """By rule id what the rule looks at, as plain data."""
    return {rule.id: msgspec.to_builtins(rule.where) for rule in policy.rules if hasattr(rule, "where")}


def judged(report: TestSummaryReport, policy: Any = None, **options: Any) -> JudgedDocument:
    """The report as a document, judged by the built-in policy unless another is given."""
    digest = codec.digest(codec.encode(report))
    decision = judge(report, policy, report_digest=digest, **options)
    return JudgedDocument(report=report, digest=digest, decision=decision)


def compared(old: TestSummaryReport, new: TestSummaryReport, policy: Any = None) -> Comparison:
    """Both judged by the same policy and compared."""
    scopes = scopes_of(policy or ai_release())
    return compare(judged(old, policy), judged(new, policy), scopes)


def sample(name: str) -> JudgedDocument:
    """A release of the sample application with its decision, as they were written: released or broken."""
    document = (SAMPLE / f"{name}.json").read_bytes()
    decision = (SAMPLE / f"{name}.decision.json").read_bytes()
    return JudgedDocument(
        report=codec.decode(document, TestSummaryReport),
        digest=codec.digest(document),
        decision=codec.decode(decision, Decision),
    )
