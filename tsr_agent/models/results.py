"""Test results: cases with their attempts, their totals by test type, and the runs that made them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from tsr_agent.models.base import Count, LongText, Milliseconds, Record, ShortText, UtcTime

if TYPE_CHECKING:
    from collections.abc import Iterable


class TestType(Enum):
    """The kinds of test that a report keeps apart (SEED.md phase 7)."""

    __test__ = False

    UNIT = "unit"
    INTEGRATION = "integration"
    E2E = "e2e"
    ACCEPTANCE = "acceptance"
    EVALS = "evals"
    SECURITY = "security"
    PERFORMANCE = "performance"


class CaseStatus(Enum):
    """How a test case ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """It broke outside its assertions: set-up, tear-down, collection, crash, time limit."""
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    """It failed as its author expects."""
    XPASSED = "xpassed"
    """It passed although its author expects a failure."""


class Attempt(Record, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One execution of a case that ran more than once."""

    status: CaseStatus
    duration_ms: Milliseconds | None = None
    message: LongText = ""
    details: LongText = ""


class TestCase(Record, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One test case of a report. Keys that hold their default are left out of the document."""

    __test__ = False

    id: LongText
    """Identity within its test type: equal ids of two reports mean the same test."""
    name: LongText
    status: CaseStatus
    classname: LongText = ""
    suite: LongText = ""
    host: ShortText = ""
    file: LongText = ""
    """Source file as the tool wrote it; never opened without being resolved inside the clone."""
    line: Annotated[int, Meta(ge=1)] | None = None
    duration_ms: Milliseconds | None = None
    """Of the last attempt; None where the tool gave none or an impossible one."""
    message: LongText = ""
    details: LongText = ""
    output: LongText = ""
    """Captured standard output and error of a case that did not pass, cut in the middle when long."""
    attempts: tuple[Attempt, ...] = ()
    """Every execution in order, the last included; empty for a case that ran once."""
    flaky: bool = False
    """It passed only after an earlier attempt had failed. ``status`` is then ``passed``."""
    requirement_ids: tuple[ShortText, ...] = ()
    tags: tuple[ShortText, ...] = ()
    """Without the leading ``@``. One that is a requirement's id names that requirement, too."""


class FailureDetail(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What SEED.md's ``failure_details`` holds for a case that failed or broke; derived from the cases."""

    id: LongText
    status: CaseStatus
    message: LongText = ""
    file: LongText = ""
    line: Annotated[int, Meta(ge=1)] | None = None


class HeaderDifference(Record, frozen=True, kw_only=True):
    """A total in a results file that its own elements do not bear out."""

    path: LongText
    counter: ShortText
    """Name of the total: ``tests``, ``failures``, ``errors`` or ``skipped``."""
    header: int
    elements: Count

    @property
    def told(self) -> str:
        """Both numbers in a few words, without the file."""
        return f"{self.counter}: {self.header:,} by the header, {self.elements:,} by the elements"


class TestTypeResult(Record, frozen=True, kw_only=True):
    """Results of one test type.

    ``total = passed + failed + errors + skipped + xfailed + xpassed``. ``flaky`` counts those of
    ``passed`` that passed only after a failure; the gate does not take them for green.
    """

    __test__ = False

    test_type: TestType
    total: Count
    passed: Count
    failed: Count
    errors: Count = 0
    skipped: Count
    xfailed: Count = 0
    xpassed: Count = 0
    flaky: Count = 0
    duration_ms: Count
    """Sum over all cases and attempts, rounded."""
    failure_details: tuple[FailureDetail, ...] = ()
    test_cases: tuple[TestCase, ...] = ()
    header_differences: tuple[HeaderDifference, ...] = ()
    """Where a file's own totals disagree with its elements; the counts here come from the elements."""

    @property
    def executed(self) -> int:
        """Cases that ran to an outcome: all but the skipped ones."""
        return self.total - self.skipped

    @property
    def pass_rate(self) -> float | None:
        """Share of the executed cases that passed at once or failed as expected; None when nothing ran."""
        if self.executed <= 0:
            return None
        return (self.passed - self.flaky + self.xfailed) / self.executed

    @classmethod
    def from_cases(
        cls,
        test_type: TestType,
        cases: Iterable[TestCase],
        header_differences: Iterable[HeaderDifference] = (),
    ) -> TestTypeResult:
        """Totals and failure details computed from the cases."""
        kept = tuple(cases)
        statuses = [case.status for case in kept]
        duration = sum(attempt.duration_ms or 0.0 for case in kept for attempt in (case.attempts or (case,)))
        return cls(
            test_type=test_type,
            total=len(kept),
            passed=statuses.count(CaseStatus.PASSED),
            failed=statuses.count(CaseStatus.FAILED),
            errors=statuses.count(CaseStatus.ERROR),
            skipped=statuses.count(CaseStatus.SKIPPED),
            xfailed=statuses.count(CaseStatus.XFAILED),
            xpassed=statuses.count(CaseStatus.XPASSED),
            flaky=sum(case.flaky for case in kept),
            duration_ms=round(duration),
            failure_details=tuple(
                FailureDetail(
                    id=case.id, status=case.status, message=case.message, file=case.file, line=case.line
                )
                for case in kept
                if case.status in (CaseStatus.FAILED, CaseStatus.ERROR)
            ),
            test_cases=kept,
            header_differences=tuple(header_differences),
        )


class RunnerRun(Record, frozen=True, kw_only=True):
    """One execution of a test command, recorded by ``tsr-agent exec`` or stated with ``--exit-code``."""

    test_type: TestType
    exit_code: int
    """As the operating system gave it; negative for a signal, 124 where a time limit ended it."""
    command: tuple[LongText, ...] = ()
    """Arguments with secrets taken out; empty where only the exit code was stated."""
    started_at: UtcTime | None = None
    finished_at: UtcTime | None = None
    duration_ms: Count | None = None
    note: LongText = ""
