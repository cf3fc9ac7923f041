"""Test results by type, and each case that needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.results import CaseStatus
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import NO_DATA, case_status, count, counted, duration, share, words

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import Attempt, RunnerRun, TestCase, TestTypeResult

_LISTED = frozenset((CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED))


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of several executions of a case."""

    mark: Mark
    duration: str
    message: str
    details: str


class FailureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case that failed, broke, passed unexpectedly, or passed only at a later attempt."""

    mark: Mark
    id: str
    place: str
    """``file:line`` as the tool wrote it; empty where it wrote none."""
    duration: str
    message: str
    """One line."""
    details: str
    """All lines: message, traceback, captured output."""
    attempts: tuple[AttemptRow, ...]
    requirements: str


class TestTypeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of one test type, in words."""

    __test__ = False

    name: str
    mark: Mark
    total: str
    passed: str
    failed: str
    errors: str
    skipped: str
    xfailed: str
    xpassed: str
    flaky: str
    duration: str
    pass_rate: str
    remarks: tuple[str, ...]
    failures: tuple[FailureRow, ...]


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """One test command and how it ended."""

    mark: Mark
    name: str
    exit_code: str
    duration: str
    command: str
    note: str


class TestsSection(msgspec.Struct, frozen=True, kw_only=True):
    """All test types of a report and the commands that ran them."""

    __test__ = False

    types: tuple[TestTypeRow, ...]
    runs: tuple[RunRow, ...]


def tests(report: TestSummaryReport) -> TestsSection:
    """Test results as they are drawn; a report without any gives no rows."""
    return TestsSection(
        types=tuple(_type_row(each) for each in report.test_results),
        runs=tuple(_run_row(each) for each in report.runs),
    )


def _type_row(result: TestTypeResult) -> TestTypeRow:
    return TestTypeRow(
        name=words(result.test_type.value) if result.test_type.value != "e2e" else "End to end",
        mark=_type_mark(result),
        total=count(result.total),
        passed=count(result.passed),
        failed=count(result.failed),
        errors=count(result.errors),
        skipped=count(result.skipped),
        xfailed=count(result.xfailed),
        xpassed=count(result.xpassed),
        flaky=count(result.flaky),
        duration=duration(result.duration_ms),
        pass_rate=share(result.pass_rate),
        remarks=tuple(f"{one_line(each.path)}: {one_line(each.told)}." for each in result.header_differences),
        failures=tuple(_failure_row(case) for case in result.test_cases if _needs_a_look(case)),
    )


def _type_mark(result: TestTypeResult) -> Mark:
    if result.failed or result.errors:
        return Mark("✕", counted(result.failed + result.errors, "failure"), Tone.NO_GO)
    if result.executed <= 0:
        return Mark("○", NO_DATA, Tone.MUTED)
    if result.flaky:
        return Mark("▲", f"{result.flaky:,} flaky", Tone.PENDING)
    if result.xpassed:
        return Mark("✕", f"{result.xpassed:,} passed unexpectedly", Tone.PENDING)
    return Mark("✓", "passed", Tone.GO)


def _needs_a_look(case: TestCase) -> bool:
    return case.flaky or case.status in _LISTED


def _failure_row(case: TestCase) -> FailureRow:
    return FailureRow(
        mark=case_status(case.status, flaky=case.flaky),
        id=one_line(case.id),
        place=_place(case),
        duration="" if case.duration_ms is None else duration(case.duration_ms),
        message=one_line(case.message),
        details=_details(case),
        attempts=tuple(_attempt_row(each) for each in case.attempts),
        requirements=", ".join(one_line(each) for each in case.requirement_ids),
    )


def _place(case: TestCase) -> str:
    if not case.file:
        return ""
    return one_line(case.file) + (f":{case.line}" if case.line else "")


def _details(case: TestCase) -> str:
    # Many tools repeat the message as the first lines of the traceback; once is enough.
    message = "" if case.message.strip() in case.details else case.message
    parts = [visible(part.strip("\n")) for part in (message, case.details) if part.strip()]
    if case.output.strip():
        parts.append("Captured output\n" + visible(case.output.strip("\n")))
    return "\n\n".join(parts)


def _attempt_row(attempt: Attempt) -> AttemptRow:
    return AttemptRow(
        mark=case_status(attempt.status),
        duration="" if attempt.duration_ms is None else duration(attempt.duration_ms),
        message=one_line(attempt.message),
        details=visible(attempt.details),
    )


def _run_row(run: RunnerRun) -> RunRow:
    is_clean = run.exit_code == 0
    return RunRow(
        mark=Mark("✓", "exit code 0", Tone.GO)
        if is_clean
        else Mark("✕", f"exit code {run.exit_code}", Tone.NO_GO),
        name=words(run.test_type.value) if run.test_type.value != "e2e" else "End to end",
        exit_code=str(run.exit_code),
        duration=duration(run.duration_ms),
        command=one_line(_command(run.command), 1000),
        note=one_line(run.note),
    )


def _command(arguments: tuple[str, ...]) -> str:
    """The command line with its program by name: where it is installed says nothing about the run."""
    if not arguments:
        return ""
    return " ".join((arguments[0].replace("\\", "/").rpartition("/")[2], *arguments[1:]))
