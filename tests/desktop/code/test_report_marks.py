from __future__ import annotations

import time
from typing import Any

import pytest

from aitr_desktop.code.commit_paths import CommitPaths
from aitr_desktop.code.definitions import line_defining, placed_by_name
from aitr_desktop.code.failing_lines import defined_place
from aitr_desktop.code.line_marks import MarkKind
from aitr_desktop.code.report_marks import ReportMarks
from aitr_desktop.code.text_lines import TextLines
from tests.factories import reports
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.models.coverage import CodeCoverage, FileCoverage
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.results import Attempt, CaseStatus, TestCase, TestType, TestTypeResult
from tsr_agent.sections.targets import Kind, Target

PATHS = CommitPaths(("src/bot.py", "tests/test_bot.py", "a/twice.py", "b/twice.py", "go/rag/rag_test.go"))


def case(number: int = 1, status: CaseStatus = CaseStatus.FAILED, **changed: Any) -> TestCase:
    return TestCase(id=f"t::{number}", name=str(number), status=status, **changed)


def marks(
    *cases: TestCase,
    findings: tuple[Finding, ...] = (),
    missing: tuple[FileCoverage, ...] = (),
    paths: CommitPaths | None = PATHS,
    **changed: Any,
) -> ReportMarks:
    scan = StaticAnalysis(path="scan.sarif", tool="ruff", executed=True, findings=findings)
    coverage = CodeCoverage(path="cov.xml", tool="coverage.py", files=missing)
    report = reports.report(
        test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),),
        static_analysis=(scan,),
        code_coverage=(coverage,),
        **changed,
    )
    return ReportMarks(report, paths)


def told(found: ReportMarks, path: str) -> list[tuple[MarkKind, int, int, str]]:
    return [(each.kind, each.first, each.last, each.words) for each in found.of(path).marks]


def test_a_failing_test_is_marked_at_its_line_and_at_those_its_failure_names() -> None:
    found = marks(
        case(
            file="/builds/bot/tests/test_bot.py",
            line=3,
            message="assert 1 == 2\nmore",
            details="/builds/bot/tests/test_bot.py:3: in t\nsrc/bot.py:7: Error\n/usr/lib/x.py:1: in",
        )
    )
    assert told(found, "tests/test_bot.py") == [(MarkKind.FAILED_TEST, 3, 3, "t::1: assert 1 == 2")]
    assert told(found, "src/bot.py") == [
        (MarkKind.FAILED_TEST, 7, 7, "Named by the failure of t::1: assert 1 == 2")
    ]
    assert found.of("src/bot.py").marks[0].target == Target(Kind.TEST, "t::1", "unit")


def test_broken_flaky_and_skipped_tests_have_their_kinds_and_passed_ones_none() -> None:
    failed = Attempt(status=CaseStatus.FAILED, message="once", details="src/bot.py:2: in x")
    found = marks(
        case(1, CaseStatus.ERROR, file="src/bot.py", line=1),
        case(2, CaseStatus.PASSED, file="src/bot.py", line=2, flaky=True, attempts=(failed,)),
        case(3, CaseStatus.SKIPPED, file="src/bot.py", line=3),
        case(4, CaseStatus.PASSED, file="src/bot.py", line=4),
        case(5, CaseStatus.XFAILED, file="src/bot.py", line=5),
    )
    assert [(kind, first) for kind, first, _, _ in told(found, "src/bot.py")] == [
        (MarkKind.FAILED_TEST, 1),
        (MarkKind.FLAKY_TEST, 2),
        (MarkKind.SKIPPED_TEST, 3),
    ]
    assert found.of("src/bot.py").marks[1].words == "t::2: once"


def test_findings_are_marked_by_level_and_uncovered_lines_as_ranges() -> None:
    levels = (FindingLevel.NOTE, FindingLevel.ERROR, FindingLevel.WARNING, FindingLevel.NONE)
    found = marks(
        findings=tuple(
            Finding(rule_id="R1", level=level, message="bad", file="bot.py", line=5) for level in levels
        ),
        missing=(FileCoverage(path="src/bot.py", missing_lines=(9, 2, 3, 4, 3, 10)),),
    )
    assert [(kind, first, last) for kind, first, last, _ in told(found, "src/bot.py")] == [
        (MarkKind.UNCOVERED, 2, 4),
        (MarkKind.FINDING_ERROR, 5, 5),
        (MarkKind.FINDING_WARNING, 5, 5),
        (MarkKind.FINDING_NOTE, 5, 5),
        (MarkKind.FINDING_NOTE, 5, 5),
        (MarkKind.UNCOVERED, 9, 10),
    ]
    words = [each.words for each in found.of("src/bot.py").marks]
    assert words[0] == "Lines 2–4 were not run, says cov.xml"
    assert words[1] == "R1 (ruff): bad"


def test_a_line_is_kept_wherever_it_is_and_one_below_1_is_left_out_with_a_word() -> None:
    found = marks(
        findings=(Finding(rule_id="R", level=FindingLevel.ERROR, file="src/bot.py", line=10**9),),
        missing=(FileCoverage(path="src/bot.py", missing_lines=(-3, 0, 10**9)),),
    )
    assert [each.first for each in found.of("src/bot.py").marks] == [10**9, 10**9]
    assert "2 lines below 1 in the coverage are left out." in found.remarks


def test_what_is_known_of_a_file_and_of_no_line_of_it_is_kept_apart() -> None:
    found = marks(case(file="tests/test_bot.py"), case(2, classname="tests.test_bot.TestBot")).of(
        "tests/test_bot.py"
    )
    assert found.marks == ()
    assert [each.words for each in found.whole_file] == ["t::1", "t::2"]


def test_a_go_test_names_its_file_without_a_folder() -> None:
    found = marks(case(classname="example.test/go/rag", details="    rag_test.go:17: bad"))
    assert [first for _, first, _, _ in told(found, "go/rag/rag_test.go")] == [17]


def test_a_path_of_several_files_or_of_none_is_said_and_marks_no_file() -> None:
    found = marks(case(file="twice.py", line=1), case(2, file="gone.py", line=2))
    listed = [(each.path, each.is_found, each.total) for each in found.files()]
    assert listed == [("gone.py", False, 1), ("twice.py", False, 1)]
    assert found.files()[0].why_not == "No file of the commit has this path."
    assert found.files()[1].why_not == "Several files of the commit end so: a/twice.py, b/twice.py."
    assert found.of("a/twice.py").marks == ()


def test_a_file_of_which_another_one_ends_alike_says_so_and_so_does_the_other() -> None:
    paths = CommitPaths(("bot.py", "src/bot.py"))
    found = marks(case(file="bot.py", line=1, details="bot.py:7: x"), paths=paths)
    assert [first for _, first, _, _ in told(found, "bot.py")] == [1, 7]
    assert "with which other files end, too: src/bot.py" in found.of("bot.py").remarks[0]
    assert "it may mean this file" in found.of("src/bot.py").remarks[0]


def test_without_a_clone_the_paths_stay_as_the_tools_wrote_them() -> None:
    found = marks(case(file="./src/bot.py", line=4, details="other.py:1: x"), paths=None)
    assert [(each.path, each.is_found) for each in found.files()] == [("src/bot.py", True)]
    assert [first for _, first, _, _ in told(found, "src/bot.py")] == [4]


def test_files_with_the_heaviest_marks_come_first() -> None:
    found = marks(
        case(file="tests/test_bot.py", line=1),
        missing=(FileCoverage(path="src/bot.py", missing_lines=(1,)),),
    )
    assert [each.path for each in found.files()] == ["tests/test_bot.py", "src/bot.py"]
    assert found.count("src/bot.py") == 1
    assert found.count("none.py") == 0


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"dirty": True}, "changes that no commit has"),
        ({"dirty": None}, "Nothing says whether the tests ran on this commit"),
        ({"checked_out_sha": "e" * 40}, "nothing ties the one to the other"),
    ],
)
def test_lines_that_may_be_others_are_said_to_be(versions: dict[str, Any], said: str) -> None:
    found = marks(case(file="src/bot.py", line=1), versions=reports.manifest(**versions))
    assert said in " ".join(found.of("src/bot.py").remarks)


def test_marks_are_of_the_commit_that_was_tested_and_of_no_other() -> None:
    found = marks(case(file="src/bot.py", line=1))
    other = found.elsewhere("src/bot.py", "d" * 40)
    assert other.marks == ()
    assert "1 mark for this file at commit 3fa9c1e" in other.remarks[0]
    assert "the file as it is now" in found.elsewhere("src/bot.py", "").remarks[0]
    assert found.elsewhere("none.py", "").remarks == ()


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_hostile_words_stay_words_and_bounded(text: str) -> None:
    text = text[:60_000]
    hostile = TestCase(
        id=text, name=text, status=CaseStatus.FAILED, file="src/bot.py", line=1, message=text, details=text
    )
    finding = Finding(rule_id=text[:900], level=FindingLevel.ERROR, message=text, file="src/bot.py", line=1)
    found = marks(hostile, findings=(finding,), missing=(FileCoverage(path=text, missing_lines=(1,)),))
    for each in (*found.of("src/bot.py").marks, *found.of("src/bot.py").whole_file):
        assert len(each.words) < 1_000
        assert "\n" not in each.words
        assert "\u202e" not in each.words
        assert "\0" not in each.words
    assert all(len(each.path) <= 500 and "\n" not in each.path for each in found.files())


def test_a_test_without_a_line_stands_where_the_file_defines_its_name() -> None:
    names = ("test_a", "test_b[x-1]", "test_twice", "test_gone", "it works")
    cases = [
        TestCase(
            id=f"tests.test_bot::{name}", name=name, status=CaseStatus.FAILED, classname="tests.test_bot"
        )
        for name in names
    ]
    source = b"def test_a():\n  x\n\n  async def  test_b (\ndef test_twice(): ...\ndef test_twice(): ...\n"
    found = placed_by_name(marks(*cases).of("tests/test_bot.py"), TextLines(source))
    assert [(each.words.rpartition("::")[2], each.first) for each in found.marks] == [
        ("test_a", 1),
        ("test_b[x-1]", 4),
    ]
    assert len(found.whole_file) == 3
    assert "where the file defines them" in found.remarks[-1]


def test_a_report_of_the_largest_size_is_ready_in_seconds_and_a_file_in_milliseconds() -> None:
    commit = CommitPaths(f"src/pkg{number % 50}/mod{number}.py" for number in range(10_000))
    details = (
        "Traceback (most recent call last):\n" + '  File "/builds/x/src/pkg7/mod7.py", line 3, in x\n' * 5
    )
    cases = [
        case(number, file=f"pkg{number % 50}/mod{number % 10_000}.py", line=number % 900 + 1, details=details)
        for number in range(100_000)
    ]
    missing = tuple(
        FileCoverage(path=f"src/pkg{number % 50}/mod{number}.py", missing_lines=tuple(range(1, 400, 2)))
        for number in range(1_000)
    )
    started = time.process_time()
    found = marks(*cases, missing=missing, paths=commit)
    built = time.process_time() - started
    started = time.process_time()
    assert len(found.of("src/pkg3/mod53.py").marks) == 210
    asked = time.process_time() - started
    print(f"built in {built:.2f} s, one file in {asked * 1000:.1f} ms")
    assert built < 15
    assert asked < 0.1


@pytest.mark.parametrize(
    ("classname", "name", "place"),
    [
        ("tests.evals.test_release", "test_is_right", "tests/evals/test_release.py::test_is_right"),
        ("tests.bot_test.TestBot.TestDeep", "test_is_right[a::b]", "tests/bot_test.py::test_is_right"),
        ("com.acme.FooTest", "answers", ""),
        ("tests.test_bot", "two words", ""),
        ("", "test_is_right", ""),
    ],
)
def test_a_test_of_pytest_is_defined_in_its_module(classname: str, name: str, place: str) -> None:
    found = TestCase(id=f"{classname}::{name}", name=name, classname=classname, status=CaseStatus.FAILED)
    assert defined_place(found) == place


def test_a_name_leads_to_the_one_line_that_defines_it() -> None:
    lines = TextLines(
        b"def test_a():\n    pass\n\n\nasync def test_b():\n    def twice(): ...\n    def twice(): ...\n"
    )
    assert [line_defining("t.py", lines, name) for name in ("test_a", "test_b", "twice", "gone")] == [
        1,
        5,
        0,
        0,
    ]
    assert line_defining("t.txt", lines, "test_a") == 0
