"""What changed between two reports of a library, by the decisions on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from tsr_agent.comparison.report import JudgedDocument
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.sections.document.filed import FiledReport


def compared(
    one: FiledReport, other: FiledReport, now: datetime, zone: tzinfo | None = None
) -> ComparisonSection:
    """What changed from the older of two reports to the newer, and why the verdict did.

    The decisions are those on record. Where one of the reports has none, both are judged by the built-in
    policy, and the comparison says so.

    Args:
        one: A report.
        other: The other, in either order.
        now: When they are judged, where they have to be.
        zone: Where the reader is; None for the zone of this machine.
    """
    from tsr_agent.comparison.report import compare
    from tsr_agent.gate.policies.builtin import ai_release
    from tsr_agent.gate.side_by_side import scopes, without_baseline_rules
    from tsr_agent.sections.comparison import comparison

    old, new = sorted((one, other), key=lambda each: each.report.created_at)
    policy = ai_release()
    before, after = _on_record(old), _on_record(new)
    if before is not None and after is not None:
        digests = {before.decision.policy.digest, after.decision.policy.digest}
        looked_at = scopes(policy) if digests == {policy.digest} else {}
        return comparison(compare(before, after, looked_at), few=None, zone=zone)
    smaller, left_out = without_baseline_rules(policy)
    found = compare(_judged(old, smaller, now), _judged(new, smaller, now), scopes(smaller))
    return comparison(found, few=None, left_out=left_out, zone=zone, on_trial=True)


def _on_record(filed: FiledReport) -> JudgedDocument | None:
    from tsr_agent.comparison.report import JudgedDocument

    if filed.decision is None:
        return None
    return JudgedDocument(report=filed.report, digest=filed.digest, decision=filed.decision)


def _judged(filed: FiledReport, policy: Policy, now: datetime) -> JudgedDocument:
    from tsr_agent.comparison.report import JudgedDocument
    from tsr_agent.gate.evaluate import evaluate

    decision = evaluate(filed.report, policy, None, None, now, report_digest=filed.digest)
    return JudgedDocument(report=filed.report, digest=filed.digest, decision=decision)
