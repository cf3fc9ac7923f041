"""A report that the built-in policy releases, and ways to change one thing about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tsr_agent.gate.evaluate import evaluate
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.models.evals import EvalIterationSummary, IterationOutcome, MetricValue
from tsr_agent.models.manifest import VersionManifest
from tsr_agent.models.report import InputFile, InputStatus, TestSummaryReport
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, RunnerRun, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision, RuleResult, WaiverNote

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def case(test_id: str, status: CaseStatus = CaseStatus.PASSED, **fields: Any) -> TestCase:
    return TestCase(id=test_id, name=test_id, status=status, **fields)


def results(test_type: TestType, *statuses: CaseStatus) -> TestTypeResult:
    """One case a status, with ids such as ``unit-0``."""
    cases = [case(f"{test_type.value}-{place}", status) for place, status in enumerate(statuses)]
    return TestTypeResult.from_cases(test_type, cases)


def passing(test_type: TestType, count: int) -> TestTypeResult:
    return results(test_type, *[CaseStatus.PASSED] * count)


def iteration(number: int, **fields: Any) -> EvalIterationSummary:
    values: dict[str, Any] = {
        "iteration": number,
        "version_name": f"V{number}",
        "outcome": IterationOutcome.PASSED,
        "metrics": {
            "accuracy": MetricValue(value=0.9, n=250),
            "grounding_score": MetricValue(value=0.95, n=250),
        },
    }
    return EvalIterationSummary(**(values | fields))


def requirement(name: str, *test_ids: str, **fields: Any) -> RequirementCoverage:
    values: dict[str, Any] = {
        "requirement_id": name,
        "test_ids": test_ids,
        "coverage_status": CoverageStatus.COVERED,
        "verification_status": VerificationStatus.VERIFIED,
    }
    return RequirementCoverage(**(values | fields))


def line_coverage(covered: int, total: int, path: str = "coverage.xml") -> CodeCoverage:
    return CodeCoverage(path=path, tool="coverage.py", line=CoverageCounts(covered=covered, total=total))


def releasable(**changed: Any) -> TestSummaryReport:
    """Every rule of the built-in policy has its evidence and passes."""
    values: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "id": "tsr-1",
        "created_at": NOW,
        "environment": "staging",
        "versions": VersionManifest(
            codebase_sha="a" * 40,
            codebase_branch="main",
            codebase_repo="https://git.example/support-bot",
            testbase_sha="b" * 40,
            prompts_sha="c" * 40,
            dirty=False,
        ),
        "test_results": (
            passing(TestType.UNIT, 8),
            passing(TestType.SECURITY, 4),
            passing(TestType.PERFORMANCE, 3),
        ),
        "eval_iterations": (iteration(1, outcome=IterationOutcome.IMPROVED), iteration(2)),
        "requirement_coverage": tuple(requirement(f"REQ-{place}", f"unit-{place}") for place in range(4)),
        "code_coverage": (line_coverage(90, 100),),
        "runs": (RunnerRun(test_type=TestType.UNIT, exit_code=0),),
        "inputs": (InputFile(path="unit.xml", size=10, status=InputStatus.READ, sha256="d" * 64),),
    }
    return TestSummaryReport(**(values | changed))


def with_results(*changed: TestTypeResult) -> TestSummaryReport:
    """The releasable report with the results of some types in place of its own.

    Requirements are left out of the change: they name passing unit tests of the releasable report.
    """
    report = releasable()
    types = {each.test_type for each in changed}
    kept = tuple(each for each in report.test_results if each.test_type not in types)
    return msgspec.structs.replace(report, test_results=kept + changed)


def without_type(test_type: TestType) -> TestSummaryReport:
    report = releasable()
    kept = tuple(each for each in report.test_results if each.test_type is not test_type)
    return msgspec.structs.replace(report, test_results=kept)


def judge(report: TestSummaryReport, policy: Any = None, waivers: Any = None, **options: Any) -> Decision:
    """Judged by the built-in policy unless another is given."""
    from tsr_agent.gate.policies.builtin import ai_release

    now, baseline = options.pop("now", NOW), options.pop("baseline", None)
    return evaluate(report, policy or ai_release(), waivers, baseline, now, **options)


def policy_of(check: str, **fields: Any) -> Policy:
    """A policy of one rule, ``it``."""
    import json

    from tsr_agent.gate.policies.file import parse_policy

    tree = {"version": 1, "name": "p", "rules": [{"id": "it", "check": check, **fields}]}
    return parse_policy(json.dumps(tree).encode(), "p.json")


def rule(decision: Decision, rule_id: str) -> RuleResult:
    return next(each for each in decision.rules if each.id == rule_id)


def unused(decision: Decision) -> tuple[WaiverNote, ...]:
    """The waivers that excused nothing."""
    return tuple(each for each in decision.waivers if each.standing is not ExceptionStanding.APPLIED)
