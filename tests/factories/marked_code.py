"""A repository and a report about its commit that names lines of it in every way there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.factories.reports import manifest, report
from tests.factories.repositories import commit, git, repository
from tsr_agent.models.coverage import CodeCoverage, CoverageCounts, FileCoverage
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.models.report import TestSummaryReport

REPOSITORY = "https://forge.example/acme/support-bot"
REPORT = "marked-1"
BOT = '''"""Answers questions of customers from the help pages."""

from __future__ import annotations

import re

SECRET = "sk-live-0000"
_WORD = re.compile(r"[a-z]+")


def answer(question: str, pages: list[str]) -> str:
    """The page that has most words of the question."""
    words = set(_WORD.findall(question.lower()))
    scored = [(len(words & set(_WORD.findall(page))), page) for page in pages]
    if not scored:
        return "I do not know."
    best = max(scored)
    if best[0] == 0:
        return "I do not know."
    return best[1]


def redacted(text: str) -> str:
    """The text without numbers that look like cards."""
    return re.sub(r"\\d{16}", "[card]", text)
'''
TESTS = """from bot import answer, redacted


def test_knows_the_hours():
    assert answer("When do you open?", ["we open at nine"]) == "we open at nine"


def test_does_not_invent():
    assert answer("Who is the king?", []) == "I don't know."


def test_hides_cards():
    assert redacted("4111 1111 1111 1111") == "[card]"


def test_is_slow():
    ...
"""


@dataclass(frozen=True)
class MarkedCode:
    """What was made."""

    folder: Path
    sha: str
    report: TestSummaryReport


def marked_code(folder: Path, **changed: Any) -> MarkedCode:
    """Makes a clone with a remote, and a report about its newest commit."""
    repository(folder)
    git(folder, "remote", "add", "origin", REPOSITORY)
    sha = commit(folder, {"src/bot.py": BOT, "tests/test_bot.py": TESTS}, "Answer from pages")
    return MarkedCode(folder, sha, marked_report(sha, **changed))


def marked_report(sha: str, **changed: Any) -> TestSummaryReport:
    """A report about that commit: tests that failed, were flaky and skipped, findings, uncovered lines."""
    values: dict[str, Any] = {
        "id": REPORT,
        "versions": manifest(codebase_sha=sha, codebase_repo=REPOSITORY, dirty=False),
        "test_results": (TestTypeResult.from_cases(TestType.UNIT, _cases()),),
        "static_analysis": (_scan(),),
        "code_coverage": (_coverage(),),
        "inputs": tuple(
            InputFile(path=path, sha256="a" * 64, size=10, status=InputStatus.READ, reader=reader, **more)
            for path, reader, more in (
                ("junit.xml", "JUnit XML", {"test_type": TestType.UNIT}),
                ("ruff.sarif", "SARIF", {}),
                ("coverage.xml", "Cobertura", {}),
            )
        ),
    }
    return report(**(values | changed))


def _cases() -> tuple[TestCase, ...]:
    passed, failed = CaseStatus.PASSED, CaseStatus.FAILED
    return (
        _case("test_knows_the_hours", passed),
        _case(
            "test_does_not_invent",
            failed,
            file="/builds/acme/support-bot/tests/test_bot.py",
            line=8,
            message="AssertionError: assert 'I do not know.' == \"I don't know.\"",
            details="tests/test_bot.py:9: in test_does_not_invent\nsrc/bot.py:15: AssertionError",
        ),
        _case("test_hides_cards", failed, message="assert '4111 1111 1111 1111' == '[card]'"),
        _case(
            "test_is_slow",
            passed,
            flaky=True,
            file="tests/test_bot.py",
            line=16,
            attempts=(Attempt(status=failed, message="took 31 s"), Attempt(status=passed)),
        ),
    )


def _case(name: str, status: CaseStatus, **more: Any) -> TestCase:
    classname = "tests.test_bot"
    return TestCase(id=f"{classname}::{name}", name=name, classname=classname, status=status, **more)


def _scan() -> StaticAnalysis:
    return StaticAnalysis(
        path="ruff.sarif",
        tool="Ruff",
        executed=True,
        findings=(
            Finding(
                rule_id="S105",
                level=FindingLevel.ERROR,
                message="Possible hardcoded password assigned to: SECRET",
                file="/builds/acme/support-bot/src/bot.py",
                line=7,
            ),
            Finding(
                rule_id="PLR2004",
                level=FindingLevel.WARNING,
                message="Magic value used in comparison",
                file="src/bot.py",
                line=18,
            ),
            Finding(rule_id="E902", level=FindingLevel.NOTE, message="Gone", file="src/gone.py", line=1),
        ),
    )


def _coverage() -> CodeCoverage:
    lines = CoverageCounts(covered=9, total=12)
    bot = FileCoverage(path="src/bot.py", line=lines, missing_lines=(15, 16, 19))
    return CodeCoverage(path="coverage.xml", tool="coverage.py", line=lines, files=(bot,))
