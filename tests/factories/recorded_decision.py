"""A decision taken again from its documents alone, as a process of its own.

``python -m tests.factories.recorded_decision FOLDER [SEED]`` prints the decision document. With a seed,
everything whose order says nothing comes in another order.
"""

from __future__ import annotations

import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.exceptions.waivers import load_waivers
from tsr_agent.gate.policies.file import load_policy
from tsr_agent.models import codec
from tsr_agent.models.decision import BaselineSelect
from tsr_agent.models.report import TestSummaryReport

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy

MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENVIRONMENT = "production"


def decision_document(folder: Path, seed: int | None = None) -> bytes:
    """The bytes of the decision about the report in a folder, by the other documents there."""
    document = (folder / "report.json").read_bytes()
    earlier = (folder / "baseline.json").read_bytes()
    report = codec.decode(document, TestSummaryReport)
    baseline = codec.decode(earlier, TestSummaryReport)
    policy = load_policy(folder / "policy.yaml")
    if seed is not None:
        order = random.Random(seed)
        report, baseline, policy = (
            _reordered(report, order),
            _reordered(baseline, order),
            _mixed(policy, order),
        )
    decision = evaluate(
        report,
        policy,
        load_waivers(folder / "waivers.yaml"),
        Baseline(report=baseline, digest=codec.digest(earlier), select=BaselineSelect.LAST_APPROVED),
        MOMENT,
        environment=ENVIRONMENT,
        report_digest=codec.digest(document),
    )
    return codec.encode(decision)


def _reordered(report: TestSummaryReport, order: random.Random) -> TestSummaryReport:
    iterations = tuple(
        replace(each, metrics=_mixed_up(each.metrics, order)) for each in report.eval_iterations
    )
    return replace(report, eval_iterations=iterations)


def _mixed(policy: Policy, order: random.Random) -> Policy:
    mappings = ("approvals", "environment_rules", "origins")
    return replace(policy, **{name: _mixed_up(getattr(policy, name), order) for name in mappings})


def _mixed_up(mapping: Any, order: random.Random) -> dict[Any, Any]:
    return dict(order.sample(list(mapping.items()), len(mapping)))


if __name__ == "__main__":
    sys.stdout.buffer.write(
        decision_document(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
    )
