"""Reports for tests: valid ones by default, with any part replaced by keyword."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome, MetricValue
from tsr_agent.models.manifest import VersionManifest
from tsr_agent.models.report import OverallStatus, TestSummaryReport
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, TestCase, TestType, TestTypeResult

CODE_SHA = "3fa9c1e0" * 5
TEST_SHA = "7b2d40aa" * 5
PROMPT_SHA = "c0ffee11" * 5
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def manifest(**changed: Any) -> VersionManifest:
    """A clean tree on ``main``."""
    values: dict[str, Any] = {
        "codebase_sha": CODE_SHA,
        "codebase_branch": "main",
        "codebase_repo": "https://forge.example/acme/support-bot",
        "testbase_sha": TEST_SHA,
        "prompts_sha": PROMPT_SHA,
        "prompts_version": "v3.0.0",
        "dirty": False,
    }
    return VersionManifest(**(values | changed))


def cases(*statuses: CaseStatus, prefix: str = "test") -> tuple[TestCase, ...]:
    """One case a status, named ``prefix_0``, ``prefix_1`` …"""
    return tuple(
        TestCase(id=f"suite::{prefix}_{place}", name=f"{prefix}_{place}", classname="suite", status=status)
        for place, status in enumerate(statuses)
    )


def results(test_type: TestType, *statuses: CaseStatus) -> TestTypeResult:
    """Results of one type with one case a status."""
    return TestTypeResult.from_cases(test_type, cases(*statuses, prefix=test_type.value))


def iteration(number: int = 3, **changed: Any) -> EvalIterationSummary:
    """A passed iteration with good metrics."""
    values: dict[str, Any] = {
        "iteration": number,
        "version_name": f"V{number}",
        "prompt_version": f"v{number}.0.0",
        "outcome": IterationOutcome.PASSED,
        "metrics": {
            "accuracy": MetricValue(value=0.92, n=250),
            "grounding_score": MetricValue(value=0.95, n=250),
        },
    }
    return EvalIterationSummary(**(values | changed))


def report(**changed: Any) -> TestSummaryReport:
    """A report that the built-in policy judges GO."""
    passed = CaseStatus.PASSED
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": "0d3c9f3a-6f0e-4c5e-9f5e-0a1b2c3d4e5f",
        "created_at": NOON,
        "triggered_by": "ci",
        "environment": "staging",
        "versions": manifest(),
        "test_results": tuple(
            results(each, passed, passed, passed)
            for each in (TestType.UNIT, TestType.SECURITY, TestType.PERFORMANCE)
        ),
        "eval_iterations": (iteration(3),),
        "requirement_coverage": (
            RequirementCoverage(
                requirement_id="REQ-1",
                requirement_text="Answers from the help pages",
                test_ids=("suite::unit_0",),
                coverage_status=CoverageStatus.COVERED,
                verification_status=VerificationStatus.VERIFIED,
            ),
        ),
        "code_coverage": (
            CodeCoverage(
                path="coverage.json", tool="coverage.py", line=CoverageCounts(covered=91, total=100)
            ),
        ),
        "overall_status": OverallStatus.PASSED,
    }
    return TestSummaryReport(**(values | changed))
