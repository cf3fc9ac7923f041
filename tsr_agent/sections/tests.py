"""Test results by type, and each case that needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.results import CaseStatus, TestCase
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import NO_DATA, case_status, count, counted, duration, share, words

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.models.results import Attempt, RunnerRun, TestType, TestTypeResult

_LISTED = frozenset((CaseStatus.FAILED, CaseStatus.ERROR, CaseStatus.XPASSED))


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of several executions of a case."""

    mark: Mark
    duration: str
    message: str
    details: str


class CaseRow(msgspec.Struct, frozen=True):
    """One case. Its words are made when they are asked for: a report may have 200,000 of them."""

    case: TestCase
    kind: str
    """The test type's value, such as ``unit``."""

    @property
    def mark(self) -> Mark:
        """How it ended."""
        return case_status(self.case.status, flaky=self.case.flaky)

    @property
    def id(self) -> str:
        """On one line."""
        return one_line(self.case.id)

    @property
    def place(self) -> str:
        """``file:line`` as the tool wrote it; empty where it wrote none."""
        return one_line(source_place(self.case))

    @property
    def duration(self) -> str:
        """Of the last attempt; empty where the tool gave none."""
        return "" if self.case.duration_ms is None else duration(self.case.duration_ms)

    @property
    def message(self) -> str:
        """On one line."""
        return one_line(self.case.message)

    @property
    def details(self) -> str:
        """All lines: message, traceback, captured output."""
        return _details(self.case)

    @property
    def attempts(self) -> tuple[AttemptRow, ...]:
        """Every execution in order; empty for a case that ran once."""
        return tuple(_attempt_row(each) for each in self.case.attempts)

    @property
    def requirements(self) -> str:
        """The ids that the case itself names."""
        return ", ".join(one_line(each) for each in self.case.requirement_ids)

    @property
    def target(self) -> Target:
        """The case, within its type."""
        return Target(Kind.TEST, self.case.id, self.kind)


class CaseGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Cases of one type that need no look: those that passed, were skipped, or failed as expected."""

    mark: Mark
    """``✓ passed 1,204``."""
    rows: tuple[CaseRow, ...]
    note: str
    """How many of them the report does not hold; empty where it holds all."""


class TestTypeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of one test type, in words."""

    __test__ = False

    name: str
    kind: str
    """The type's value, such as ``unit``."""
    mark: Mark
    total: str
    executed: str
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
    failures: tuple[CaseRow, ...]
    """Cases that failed, broke, passed unexpectedly, or passed only at a later attempt."""
    others: tuple[CaseGroup, ...]
    """All other cases, by how they ended."""

    @property
    def target(self) -> Target:
        """The type."""
        return Target(Kind.TEST_TYPE, self.kind)


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


def type_name(kind: TestType) -> str:
    """A test type as people call it."""
    return "End to end" if kind.value == "e2e" else words(kind.value)


def _type_row(result: TestTypeResult) -> TestTypeRow:
    kind = result.test_type.value
    rows = [CaseRow(case, kind) for case in result.test_cases]
    return TestTypeRow(
        name=type_name(result.test_type),
        kind=kind,
        mark=_type_mark(result),
        total=count(result.total),
        executed=count(result.executed),
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
        failures=tuple(row for row in rows if needs_a_look(row.case)),
        others=_others(result, rows),
    )


def _others(result: TestTypeResult, rows: list[CaseRow]) -> tuple[CaseGroup, ...]:
    totals = (
        (CaseStatus.SKIPPED, result.skipped),
        (CaseStatus.XFAILED, result.xfailed),
        (CaseStatus.PASSED, result.passed - result.flaky),
    )
    quiet: dict[CaseStatus, list[CaseRow]] = {status: [] for status, _ in totals}
    for row in rows:
        if not needs_a_look(row.case):
            quiet[row.case.status].append(row)
    return tuple(_group(status, total, quiet[status]) for status, total in totals if total or quiet[status])


def _group(status: CaseStatus, total: int, rows: list[CaseRow]) -> CaseGroup:
    sign, word, tone = case_status(status)
    held = f"the report holds {len(rows):,} of them" if rows else "the report counts them and holds none"
    return CaseGroup(
        mark=Mark(sign, f"{word} {max(total, len(rows)):,}", tone),
        rows=tuple(rows),
        note=held if len(rows) != total else "",
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


def needs_a_look(case: TestCase) -> bool:
    """Whether a case did anything else than pass at once, be skipped, or fail as expected."""
    return case.flaky or case.status in _LISTED


def source_place(case: TestCase) -> str:
    """``file:line`` as the tool wrote it, in full; empty where it wrote none."""
    return f"{case.file}:{case.line}" if case.file and case.line else case.file


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
        name=type_name(run.test_type),
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
