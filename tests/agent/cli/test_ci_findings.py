"""Which findings a CI system is pointed at, in which order, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.factories import shown_reports
from tsr_agent.cli.ci_findings import Level, findings, repository_path, worst_cases
from tsr_agent.cli.ci_summary import BEGINNING, MOST_TESTS, summary
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from tsr_agent.models.report import TestSummaryReport


def failing(number: int, status: CaseStatus = CaseStatus.FAILED) -> TestSummaryReport:
    cases = [
        shown_reports.case(f"test_{each}", status, file="tests/test_a.py", line=each + 1, message="no")
        for each in range(number)
    ]
    return shown_reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))


def test_blocking_rules_come_first_and_then_failed_tests_with_their_place() -> None:
    found = findings(shown_reports.report(), shown_reports.decision(), "")
    errors = [each for each in found if each.level is Level.ERROR]
    assert [each.title for each in errors] == [
        "Rule accuracy",
        "Rule no-critical-open",
        "unit test: failed",
        "unit test: error",
    ]
    assert (errors[2].file, errors[2].line) == ("tests/test_bot.py", 41)
    assert "names a dose" in errors[2].message
    assert [each.title for each in found if each.level is Level.WARNING] == ["unit test: flaky"]


@pytest.mark.parametrize("number", [7, 8, 500])
def test_never_more_than_ten_of_a_level_and_the_rest_is_counted(number: int) -> None:
    found = findings(failing(number), shown_reports.decision(), "")
    assert len(found) == min(number + 2, 10)
    if number > 7:
        assert f"and {number + 2 - 9:,} more" in found[-1].message
    else:
        assert "more" not in found[-1].message


def test_many_rules_leave_room_for_tests_and_few_tests_leave_room_for_rules() -> None:
    rules = tuple(shown_reports.rule(f"r{each}", RuleState.FAIL) for each in range(30))
    decided = shown_reports.decision(rules=rules)
    titles = [each.title for each in findings(failing(30), decided, "")]
    assert [title.partition(" ")[0] for title in titles] == ["Rule"] * 4 + ["unit"] * 5 + ["tsr-agent"]
    titles = [each.title for each in findings(failing(1), decided, "")]
    assert [title.partition(" ")[0] for title in titles] == ["Rule"] * 8 + ["unit"] + ["tsr-agent"]


def test_a_release_that_goes_has_no_errors() -> None:
    found = findings(failing(3), shown_reports.decision(GoNoGoDecision.GO), "")
    assert {each.level for each in found} == {Level.WARNING}
    assert len(found) == 3


def test_what_waits_for_a_person_and_what_only_warns_are_warnings_and_waived_rules_are_none() -> None:
    rules = (
        shown_reports.rule("warns", RuleState.FAIL, effect=RuleEffect.WARNS),
        shown_reports.rule("waits", RuleState.NOT_EVALUATED),
        shown_reports.rule("waived", RuleState.WAIVED, effect=RuleEffect.WARNS),
    )
    decided = shown_reports.decision(GoNoGoDecision.PENDING_REVIEW, rules=rules)
    found = findings(failing(0), decided, "")
    assert [(each.level, each.title) for each in found] == [
        (Level.WARNING, "Rule waits"),
        (Level.WARNING, "Rule warns"),
    ]


@pytest.mark.parametrize(
    ("name", "root", "path"),
    [
        ("tests/test_a.py", "", "tests/test_a.py"),
        ("./tests/./test_a.py", "", "tests/test_a.py"),
        ("tests\\test_a.py", "", "tests/test_a.py"),
        ("/home/runner/work/x/tests/a.py", "/home/runner/work/x/", "tests/a.py"),
        ("D:\\a\\x\\tests\\a.py", "D:\\a\\x", "tests/a.py"),
        ("/home/runner/work/xy/a.py", "/home/runner/work/x", ""),
        ("/etc/passwd", "", ""),
        ("/etc/passwd", "/", ""),
        ("../a.py", "", ""),
        ("a/../../b.py", "", ""),
        ("C:/a.py", "", ""),
        ("file:///a.py", "", ""),
        ("//host/a.py", "", ""),
        ("a\nb.py", "", ""),
        ("a\u202eb.py", "", ""),
        ("", "", ""),
        ("a" * 501, "", ""),
    ],
)
def test_a_place_is_in_the_repository_or_not_named(name: str, root: str, path: str) -> None:
    assert repository_path(name, root) == path


def test_a_million_failures_are_counted_and_few_are_kept() -> None:
    found = worst_cases(failing(1000, CaseStatus.ERROR), 9)
    assert (len(found.cases), found.total) == (9, 1000)


def test_the_summary_says_the_verdict_first_and_why() -> None:
    page = summary(shown_reports.report(), shown_reports.decision(), 10**6)
    lines = page.splitlines()
    assert lines[0] == BEGINNING
    assert lines[1] == "## ■ NO-GO"
    assert "Accuracy 0.812" in lines[3]
    assert shown_reports.SHA in page
    assert page.index("accuracy") < page.index("### Tests to look at (3)")
    assert page.index("names a dose") < page.index("flaky")
    assert "tests/test&#95;bot.py&#58;41" in page


def test_the_summary_of_a_pull_request_names_its_merge() -> None:
    head = shown_reports.report()
    versions = msgspec.structs.replace(head.versions, checked_out_sha="e" * 40)
    merge = msgspec.structs.replace(head, versions=versions)
    assert f"| Checked out | <code>{'e' * 40}</code> |" in summary(merge, shown_reports.decision(), 10**6)
    assert "Checked out" not in summary(head, shown_reports.decision(), 10**6)


@pytest.mark.parametrize("budget", [2_000, 3_000, 10_000, 100_000])
def test_the_summary_keeps_within_its_bytes_and_counts_what_is_left_out(budget: int) -> None:
    page = summary(failing(2_000), shown_reports.decision(), budget)
    assert 0 < len(page.encode()) <= budget
    shown = page.count("test&#95;a.py&#58;")
    assert shown <= MOST_TESTS
    if shown:
        assert f"and {2_000 - shown:,} more" in page


@pytest.mark.parametrize("budget", [-5, 0, 500])
def test_a_summary_without_room_for_its_head_is_none(budget: int) -> None:
    assert summary(failing(1), shown_reports.decision(), budget) == ""
