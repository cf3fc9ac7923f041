"""A small whole report and its decision, with every part that a section draws."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tsr_agent.models.coverage import CodeCoverage, CoverageCounts
from tsr_agent.models.decision import (
    Decision,
    GoNoGoDecision,
    PolicyReference,
    RuleEffect,
    RuleResult,
    RuleSeverity,
    RuleState,
)
from tsr_agent.models.evals import (
    Dataset,
    EvalIterationSummary,
    FailureCategory,
    FailureMode,
    IterationOutcome,
    MetricValue,
    ResolutionStatus,
    Severity,
)
from tsr_agent.models.manifest import BuildContext, PullRequest, VersionManifest
from tsr_agent.models.report import InputFile, InputStatus, TestSummaryReport, overall_status
from tsr_agent.models.requirements import (
    CoverageStatus,
    RequirementCoverage,
    UnknownRequirement,
    VerificationStatus,
)
from tsr_agent.models.results import Attempt, CaseStatus, RunnerRun, TestCase, TestType, TestTypeResult

MADE = datetime(2026, 11, 20, 13, 5, 9, tzinfo=UTC)
SHA = "3fa9c1e" + "0" * 33

# What a hostile tool could write into any free text: markup, a bidi override, a terminal escape.
HOSTILE = "<img src=x onerror=alert(1)><b>bold</b> \u202etxt.exe\x1b[31m\x00 %n {0} &amp; \u2028end"


def manifest(**changes: Any) -> VersionManifest:
    """A clean manifest of three commits."""
    values: dict[str, Any] = {
        "codebase_sha": SHA,
        "codebase_branch": "main",
        "codebase_repo": "https://git.example.org/team/support-bot.git",
        "testbase_sha": "b" * 40,
        "prompts_sha": "c" * 40,
        "prompts_version": "v2.1.0",
    }
    return VersionManifest(**(values | changes))


def build(**changes: Any) -> BuildContext:
    """A build of a pull request with every part filled."""
    values: dict[str, Any] = {
        "system": "GitHub Actions",
        "url": "https://ci.example.org/runs/7",
        "number": "7",
        "attempt": "2",
        "job": "gate",
        "event": "pull_request",
        "tag": "v1",
        "pull_request": PullRequest(
            number="12", head_sha=SHA, head_branch="topic", base_branch="main", from_fork=True
        ),
        "merge_sha": "d" * 40,
        "remarks": ("Something was not borne out.",),
    }
    return BuildContext(**(values | changes))


def case(name: str, status: CaseStatus = CaseStatus.PASSED, **changes: Any) -> TestCase:
    """One test case."""
    values: dict[str, Any] = {"id": f"tests/test_bot.py::{name}", "name": name, "status": status}
    return TestCase(**(values | {"duration_ms": 12.0} | changes))


def unit_results(*, failing: bool = True) -> TestTypeResult:
    """Unit tests: passes, and on wish a failure, an error, a skip and a flaky one."""
    cases = [case(f"test_pass_{number}") for number in range(40)]
    if failing:
        cases += [
            case(
                "test_refuses_medical_advice",
                CaseStatus.FAILED,
                file="tests/test_bot.py",
                line=41,
                message="AssertionError: answer names a dose",
                details="def test_refuses():\n>       assert 'mg' not in answer\nE       AssertionError",
                requirement_ids=("REQ-3",),
            ),
            case("test_index_loads", CaseStatus.ERROR, message="FileNotFoundError: index.json"),
            case("test_gpu", CaseStatus.SKIPPED, message="no GPU"),
            case(
                "test_retry",
                flaky=True,
                attempts=(
                    Attempt(status=CaseStatus.FAILED, duration_ms=30.0, message="timed out"),
                    Attempt(status=CaseStatus.PASSED, duration_ms=20.0),
                ),
            ),
        ]
    return TestTypeResult.from_cases(TestType.UNIT, cases)


def iterations(*, critical_open: bool = True) -> tuple[EvalIterationSummary, ...]:
    """Three eval iterations with one failure mode each."""
    status = ResolutionStatus.OPEN if critical_open else ResolutionStatus.FIXED
    mode = FailureMode(
        id="FM-1",
        name="Invented citations",
        description="Names documents that do not exist.",
        severity=Severity.CRITICAL,
        category=FailureCategory.GROUNDING,
        discovered_in_iteration=1,
        resolution_status=status,
        resolved_in_iteration=None if critical_open else 3,
    )
    rows = (("V1 Verbose", 0.71, 0.62), ("V2 No RAG", 0.64, 0.31), ("V3 RAG", 0.912, 0.95))
    return tuple(
        EvalIterationSummary(
            iteration=number,
            version_name=name,
            prompt_version=f"v{number}.0.0",
            outcome=IterationOutcome.PASSED if number == 3 else IterationOutcome.FAILED,
            metrics={
                "accuracy": MetricValue(value=accuracy, n=250),
                "grounding_score": MetricValue(value=grounding, n=250),
                "avg_length": 412.5,
            },
            failure_modes=(mode,) if number == 3 else (),
            fixes_applied=({"description": "Cite retrieved passages only", "failure_mode": "FM-1"},)
            if number == 3
            else (),
            dataset=Dataset(name="support-questions", size=250),
        )
        for number, (name, accuracy, grounding) in enumerate(rows, start=1)
    )


def report(**changes: Any) -> TestSummaryReport:
    """A report with something in every part; ``changes`` replace fields."""
    results = (unit_results(), TestTypeResult.from_cases(TestType.SECURITY, [case("test_injection")]))
    values: dict[str, Any] = {
        "schema_version": 1,
        "id": "TSR-2026-11-20-3fa9c1e",
        "created_at": MADE,
        "environment": "staging",
        "versions": manifest(),
        "build": build(),
        "test_results": results,
        "eval_iterations": iterations(),
        "requirement_coverage": (
            RequirementCoverage(
                requirement_id="REQ-1",
                requirement_text="Every answer cites a document.",
                test_ids=("tests/test_bot.py::test_pass_1",),
                coverage_status=CoverageStatus.COVERED,
                verification_status=VerificationStatus.VERIFIED,
            ),
            RequirementCoverage(
                requirement_id="REQ-3",
                requirement_text="Medical advice is refused.",
                test_ids=("tests/test_bot.py::test_refuses_medical_advice",),
                coverage_status=CoverageStatus.PARTIAL,
                verification_status=VerificationStatus.FAILED,
                missing_tests=("tests/test_gone.py::*",),
            ),
        ),
        "unknown_requirements": (
            UnknownRequirement(requirement_id="REQ-99", test_ids=("tests/test_bot.py::test_pass_2",)),
        ),
        "code_coverage": (
            CodeCoverage(
                path="coverage.xml", tool="coverage.py", line=CoverageCounts(covered=823, total=1000)
            ),
        ),
        "runs": (RunnerRun(test_type=TestType.UNIT, exit_code=1, command=("pytest", "tests/unit")),),
        "inputs": (
            InputFile(
                path="unit/junit.xml",
                sha256="d" * 64,
                size=18_204,
                status=InputStatus.READ,
                reader="JUnit XML",
                test_type=TestType.UNIT,
            ),
            InputFile(path="notes.txt", sha256="e" * 64, size=12, status=InputStatus.NOT_TAKEN),
        ),
    }
    values["overall_status"] = overall_status(results)
    return TestSummaryReport(**(values | changes))


def rule(identity: str, state: RuleState = RuleState.PASS, **changes: Any) -> RuleResult:
    """One judged rule of severity ``block``, with the effect that its state has by default."""
    effects = {
        RuleState.FAIL: RuleEffect.BLOCKS,
        RuleState.NOT_EVALUATED: RuleEffect.NEEDS_REVIEW,
        RuleState.WAIVED: RuleEffect.NONE,
        RuleState.PASS: RuleEffect.NONE,
    }
    values: dict[str, Any] = {
        "id": identity,
        "check": "eval_metric",
        "state": state,
        "severity": RuleSeverity.BLOCK,
        "effect": effects[state],
        "expected": "≥ 0.85",
        "actual": "0.912",
        "n": 250,
        "message": f"{identity} is as it should be.",
    }
    return RuleResult(**(values | changes))


def decision(verdict: GoNoGoDecision = GoNoGoDecision.NO_GO, **changes: Any) -> Decision:
    """A decision whose rules and issues fit its verdict."""
    accuracy = "Accuracy 0.812 on 250 cases is below 0.85"
    critical = "1 critical failure mode is open: FM-1"
    missing = "Performance tests: no data"
    failing = verdict is GoNoGoDecision.NO_GO
    pending = verdict is GoNoGoDecision.PENDING_REVIEW
    rules = [rule("security-tests-pass", expected="all pass", actual="1 of 1", n=1)]
    if failing:
        rules.append(
            rule("accuracy", RuleState.FAIL, actual="0.812", message=accuracy, fix="Mend what V3 gets wrong.")
        )
        rules.append(
            rule("no-critical-open", RuleState.FAIL, expected="0 open", actual="1", message=critical)
        )
    if pending:
        rules.append(
            rule(
                "performance",
                RuleState.NOT_EVALUATED,
                actual="no data",
                n=None,
                message=missing,
                fix="Run it.",
            )
        )
    values: dict[str, Any] = {
        "schema_version": 1,
        "report_id": "TSR-2026-11-20-3fa9c1e",
        "report_digest": "a" * 64,
        "environment": "staging",
        "evaluated_at": MADE,
        "decision": verdict,
        "decision_without_waivers": verdict,
        "reason": "as the rules say",
        "blocking_issues": (accuracy, critical) if failing else (),
        "review_issues": (missing,) if pending else (),
        "policy": PolicyReference(name="ai-release", version="1", digest="f" * 64),
        "rules": tuple(rules),
    }
    return Decision(**(values | changes))


def poisoned(text: str, decided: Decision | None = None) -> tuple[TestSummaryReport, Decision]:
    """A report and decision with ``text`` in every free string, made from their own plain trees."""
    documents = (report(), decided if decided is not None else decision())
    kept = {
        "id", "created_at", "codebase_sha", "testbase_sha", "prompts_sha", "sha256", "status", "test_type",
        "outcome", "severity", "category", "resolution_status", "coverage_status", "verification_status",
        "overall_status", "go_no_go_decision", "decision", "decision_without_waivers", "evaluated_at",
        "state", "effect", "digest", "report_digest", "head_sha", "merge_sha", "standing", "select", "roles",
        "distinct_from", "expires", "effective_on", "waivers_digest", "quarantine_digest",
    }  # fmt: skip

    def poison(tree: object, key: str) -> object:
        if isinstance(tree, dict):
            return {name: poison(value, name) for name, value in tree.items()}
        if isinstance(tree, list | tuple):
            return [poison(each, key) for each in tree]
        limit = {"environment": 50, "triggered_by": 100}.get(key)
        return text[:limit] if isinstance(tree, str) and key not in kept else tree

    def rewrite(document: Any) -> Any:
        return msgspec.convert(poison(msgspec.to_builtins(document), ""), type=type(document))

    return rewrite(documents[0]), rewrite(documents[1])
