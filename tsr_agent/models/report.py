"""The Test Summary Report: the evidence of one release candidate, with the agent's own claim."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta

from tsr_agent.models.base import Count, Digest, LongText, Record, ShortText, UtcTime
from tsr_agent.models.coverage import CodeCoverage
from tsr_agent.models.decision import BaselineReference, GoNoGoDecision, PolicyReference, RuleResult
from tsr_agent.models.evals import EvalIterationSummary
from tsr_agent.models.findings import StaticAnalysis
from tsr_agent.models.manifest import BuildContext, VersionManifest
from tsr_agent.models.requirements import RequirementCoverage, UnknownRequirement
from tsr_agent.models.results import RunnerRun, TestType, TestTypeResult

MAX_TRIGGERED_BY = 100
NOBODY_NAMED = "manual"
"""What a report says of who triggered it where nobody said (SEED.md phase 7)."""


class OverallStatus(Enum):
    """What the tests of a report say together, before any policy."""

    PASSED = "passed"
    FAILED = "failed"
    NO_DATA = "no_data"
    """Nothing ran."""


class InputStatus(Enum):
    """What became of a file that was handed in."""

    READ = "read"
    NOT_TAKEN = "not_taken"
    """No reader knows the format."""
    UNREADABLE = "unreadable"
    """A reader took it and could not finish. The gate does not pass a report with one of these."""
    STALE = "stale"
    """It was last written before the run of its test type began. Nothing in it counts, and the gate does not
    pass a report with one of these."""


class InputFile(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One file that the agent looked at."""

    path: LongText
    """Relative to the results directory, or the base name of a file that was named by itself."""
    sha256: Digest | None = None
    """None only where the file could not be read at all."""
    size: Count
    """Bytes."""
    status: InputStatus
    reader: ShortText = ""
    test_type: TestType | None = None
    reason: LongText = ""
    """Why the reader took it, why none did, or where and why it is unreadable."""
    remarks: tuple[LongText, ...] = ()
    """What was reconciled or repaired while reading."""


class TestSummaryReport(Record, frozen=True, kw_only=True):
    """One release candidate's evidence (SEED.md phase 7 with SPEC.md section 1).

    The document's bytes as first written are the record. What follows ``overall_status`` is the
    agent's claim at the time it wrote the report; every later judge takes the decision again from
    the evidence and never from the claim.
    """

    __test__ = False

    schema_version: Annotated[int, Meta(ge=1)]
    id: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)")]
    created_at: UtcTime
    triggered_by: Annotated[str, Meta(max_length=MAX_TRIGGERED_BY)] = NOBODY_NAMED
    environment: Annotated[str, Meta(min_length=1, max_length=50)] = "test"

    versions: VersionManifest
    build: BuildContext | None = None
    test_results: tuple[TestTypeResult, ...] = ()
    eval_iterations: tuple[EvalIterationSummary, ...] = ()
    requirement_coverage: tuple[RequirementCoverage, ...] = ()
    unknown_requirements: tuple[UnknownRequirement, ...] = ()
    code_coverage: tuple[CodeCoverage, ...] = ()
    static_analysis: tuple[StaticAnalysis, ...] = ()
    runs: tuple[RunnerRun, ...] = ()
    inputs: tuple[InputFile, ...] = ()

    overall_status: OverallStatus = OverallStatus.NO_DATA
    go_no_go_decision: GoNoGoDecision = GoNoGoDecision.PENDING_REVIEW
    decision_reason: LongText = ""
    blocking_issues: tuple[LongText, ...] = ()
    warnings: tuple[LongText, ...] = ()
    policy: PolicyReference | None = None
    baseline: BaselineReference | None = None
    evaluated_at: UtcTime | None = None
    rule_results: tuple[RuleResult, ...] = ()

    manual_approval_required: bool = False
    approved_by: ShortText | None = None
    """Kept for SEED.md's readers and always empty: approvals are documents of their own."""
    approved_at: UtcTime | None = None

    def result_for(self, test_type: TestType) -> TestTypeResult | None:
        """The results of one test type; None where the report has none."""
        return next((each for each in self.test_results if each.test_type is test_type), None)


def overall_status(results: tuple[TestTypeResult, ...]) -> OverallStatus:
    """What all test results say together: failed if anything failed, no data if nothing ran."""
    if any(each.failed or each.errors for each in results):
        return OverallStatus.FAILED
    if any(each.executed > 0 for each in results):
        return OverallStatus.PASSED
    return OverallStatus.NO_DATA
