"""Two reports of a library side by side. Runs on a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.library.workspace import OpenedReport, Workspace
    from tsr_agent.comparison.report import JudgedDocument
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.sections.comparison import ComparisonSection


def compared(workspace: Workspace, ids: tuple[str, str], now: datetime) -> ComparisonSection:
    """What changed from the older of two reports to the newer, and why the verdict did.

    The decisions are those on record, so that no verdict stands here that the list does not show. Where
    one of the reports has none, both are judged by the built-in policy, and the comparison says so.

    Args:
        workspace: Has both.
        ids: Of the two, in either order.
        now: When they are judged, where they have to be.

    Raises:
        InputError: One is not there.
        IntegrityError: One was altered.
        StoreError: The library can't be read.
    """
    from tsr_agent.comparison.report import compare
    from tsr_agent.gate.policies.builtin import ai_release
    from tsr_agent.gate.side_by_side import scopes, without_baseline_rules
    from tsr_agent.sections.comparison import comparison

    old, new = sorted((workspace.load(each) for each in ids), key=lambda each: each.report.created_at)
    policy = ai_release()
    one, other = _on_record(old), _on_record(new)
    if one is not None and other is not None:
        digests = {one.decision.policy.digest, other.decision.policy.digest}
        return comparison(compare(one, other, scopes(policy) if digests == {policy.digest} else {}), few=None)
    smaller, left_out = without_baseline_rules(policy)
    found = compare(_judged(old, smaller, now), _judged(new, smaller, now), scopes(smaller))
    return comparison(found, few=None, left_out=left_out, on_trial=True)


def _on_record(opened: OpenedReport) -> JudgedDocument | None:
    from tsr_agent.comparison.report import JudgedDocument

    if opened.decision is None:
        return None
    return JudgedDocument(report=opened.report, digest=opened.digest, decision=opened.decision)


def _judged(opened: OpenedReport, policy: Policy, now: datetime) -> JudgedDocument:
    from tsr_agent.comparison.report import JudgedDocument
    from tsr_agent.gate.evaluate import evaluate

    decision = evaluate(opened.report, policy, None, None, now, report_digest=opened.digest)
    return JudgedDocument(report=opened.report, digest=opened.digest, decision=decision)
