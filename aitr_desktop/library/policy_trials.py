"""What a draft of a policy would decide: about one report, and about all on record. Nothing is written.

Runs on worker threads, each time over a handle of its own, so that a long trial holds up nothing.
"""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING

from aitr_desktop.library.steady import steady, tidy

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aitr_desktop.library.synchronising import Watcher
    from aitr_desktop.library.workspace import Workspace
    from tsr_agent.backtest import Backtest
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.sections.policy_effect import PolicyEffect

MOST_FLIPS = 1_000
"""Decisions that would change and are listed; all are counted."""
TIDY_EVERY = 200
MOST_NAMES = 500
"""Of a report that completion is told."""
NOT_IN_FORCE = "Rules that begin on a later day count here as if it had come, as they do over all reports."


def effect_on(library: Path, report_id: str, policy: Policy, now: datetime) -> PolicyEffect:
    """What a policy makes of a report, at the moment of its decision and with its baseline of then.

    Args:
        library: The file.
        report_id: Which report.
        policy: The draft.
        now: When it is judged where no decision is on record.

    Raises:
        InputError: There is no such report.
        IntegrityError: It was altered, or what it is compared with was.
        StoreError: The library can't be read.
    """
    from tsr_agent.backtest import in_force
    from tsr_agent.gate.baseline import JudgedReport
    from tsr_agent.gate.evaluate import decide
    from tsr_agent.gate.evidence import of_document
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.policy_effect import policy_effect
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.history import Place, baseline_for
    from tsr_agent.store.repository import ReportRepository

    with open_library(library) as opened:
        document = ReportRepository(opened).document(report_id)
        report = codec.decode(document, TestSummaryReport, source=f"report {report_id}")
        record = ApprovalRepository(opened).on_record(report_id)
        old = record.decision if record else None
        moment = (old.evaluated_at if old is not None else now).astimezone(UTC)
        evidence = of_document(report)
        environment = old.environment if old is not None else evidence.environment
        judged = JudgedReport(
            evidence=evidence,
            environment=environment,
            created_at=report.created_at,
            digest=codec.digest(document),
            moment=moment,
        )
        draft = in_force(policy)
        baseline = baseline_for(opened, draft, Place.of(report, environment), moment, {})
        notes = (NOT_IN_FORCE,) if any(_begins_after(each, moment) for each in policy.rules) else ()
        return policy_effect(old, decide(judged, draft, None, baseline), notes)


def _begins_after(rule: object, moment: datetime) -> bool:
    day = getattr(rule, "effective_on", None)
    return day is not None and day > moment.date()


def try_on_all(library: Path, policy: Policy, watcher: Watcher) -> Backtest:
    """Judges every report on record by a policy, as ``tsr-agent policy backtest`` does.

    Args:
        library: The file.
        policy: The draft.
        watcher: Is told how far it is, and says when to end; what was judged by then is the answer.

    Raises:
        StoreError: The library can't be read.
    """
    from tsr_agent.backtest import BacktestRequest, backtest
    from tsr_agent.store.engine import open_library

    seen = _Seen(watcher)
    with open_library(library) as opened, steady():
        return backtest(
            opened,
            BacktestRequest(policy=policy, flips=MOST_FLIPS),
            started=seen.start,
            done=seen.one_more,
            stop=lambda: watcher.is_cancelled,
        )


class _Seen:
    """Counts, and says how fast it goes."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._began = time.monotonic()
        self._done = self._total = 0

    def start(self, total: int) -> None:
        self._total = total
        self._watcher.report(0, total, "reports")

    def one_more(self) -> None:
        self._done += 1
        passed = time.monotonic() - self._began
        rate = f"{self._done / passed:,.0f}/s" if passed > 0.5 else ""
        self._watcher.report(self._done, self._total, "reports", rate)
        if self._done % TIDY_EVERY == 0:
            tidy()


def policy_of_report(library: Path, report_id: str) -> tuple[str, str] | None:
    """Name and text of the policy that judged a report; None where this library does not have it.

    Raises:
        IntegrityError: One on record is not what was submitted.
        InputError: There is no such report.
        StoreError: The library can't be read.
    """
    from tsr_agent.gate.policies.builtin import ai_release, ai_release_bytes
    from tsr_agent.models import codec
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.engine import open_library
    from tsr_agent.store.policies import PolicyRepository

    with open_library(library) as opened:
        record = ApprovalRepository(opened).on_record(report_id)
        if record is None or record.decision is None:
            return None
        digest = record.decision.policy.digest
        if digest == ai_release().digest:
            return "ai-release", ai_release_bytes().decode()
        stored = PolicyRepository(opened)
        for newest in stored.all_newest():
            for each in stored.versions(newest.name):
                if codec.digest(each.submission.document.encode()) == digest:
                    return each.name, each.submission.document
    return None


def names_of(workspace: Workspace, report_id: str) -> dict[str, tuple[str, ...]]:
    """Names of a report that a policy may ask for, by the key that they are written for.

    Raises:
        TsrError: It can't be read.
    """
    opened = workspace.load(report_id)
    metrics = {name for each in opened.report.eval_iterations for name in each.metrics}
    ids = tuple(each.id for each in opened.decision.rules) if opened.decision is not None else ()
    return {
        "metric": tuple(sorted(metrics))[:MOST_NAMES],
        "rule": ids[:MOST_NAMES],
        "remove": ids[:MOST_NAMES],
    }
