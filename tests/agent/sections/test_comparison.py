"""A comparison in words: a golden text of the sample's two releases, and hostile text in every field."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from tests.factories.compared_reports import SAMPLE, compared, judged, sample, scopes_of
from tests.factories.generated_reports import Dice, consistent_report, dice
from tests.factories.judged_reports import case, iteration, releasable, requirement
from tsr_agent.cli.comparison_markdown import comparison_page
from tsr_agent.cli.comparison_text import comparison_lines
from tsr_agent.cli.console import harmless
from tsr_agent.cli.layout import cells
from tsr_agent.comparison.report import compare
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models.evals import FailureCategory, FailureMode, MetricValue, Severity
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.requirements import VerificationStatus
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult
from tsr_agent.sections.comparison import comparison

if TYPE_CHECKING:
    from tsr_agent.comparison.report import Comparison
    from tsr_agent.models.report import TestSummaryReport

PASSED, FAILED, SKIPPED = CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.SKIPPED


def of_the_sample(old: str, new: str) -> Comparison:
    return compare(sample(old), sample(new), scopes_of(ai_release()))


def text(found: Comparison, **options: Any) -> str:
    section = comparison(found, zone=UTC, **options)
    return "\n".join(comparison_lines(section, 80)) + "\n"


def flat(found: Comparison, **options: Any) -> str:
    """On one line, wherever the terminal broke it."""
    return " ".join(text(found, **options).split())


def of_type(kind: TestType, *cases: Any) -> tuple[TestTypeResult, ...]:
    return (TestTypeResult.from_cases(kind, cases),)


def test_the_samples_text_is_as_it_was_read_and_found_good() -> None:
    found = of_the_sample("released", "broken")
    assert text(found) == (SAMPLE / "comparison.txt").read_text(encoding="utf-8")


def test_the_samples_markdown_is_as_it_was_read_and_found_good() -> None:
    page = comparison_page(comparison(of_the_sample("released", "broken"), zone=UTC))
    assert "\n".join(page) + "\n" == (SAMPLE / "comparison.md").read_text(encoding="utf-8")


def test_the_documentation_shows_the_beginning_of_it(project_dir: Any) -> None:
    page = (project_dir / "docs" / "comparison.md").read_text(encoding="utf-8")
    shown = page.split("```\n")[1]
    assert (SAMPLE / "comparison.txt").read_text(encoding="utf-8").startswith(shown)


def test_equal_documents_say_so() -> None:
    said = text(of_the_sample("broken", "broken"))
    assert said.startswith("■ NO-GO → ■ NO-GO  A and B are the same document: nothing changed\n")
    assert "Also changed" not in said


def test_a_report_that_only_has_another_id_says_that_nothing_changed() -> None:
    said = text(compared(releasable(), releasable(id="tsr-2")))
    assert "nothing changed but when the reports were made" in said


def test_other_repository_environment_and_time_stand_above_the_rules() -> None:
    old = releasable()
    new = replace(
        old,
        id="tsr-2",
        environment="production",
        created_at=old.created_at - timedelta(days=1),
        versions=replace(old.versions, codebase_repo="https://forge.example/other"),
    )
    head = text(compared(old, new)).split("\n\n")[0]
    assert "/support-bot and https://forge.example/other." in " ".join(head.split())
    assert "For different environments: staging and production." in head
    assert "B was made before A." in head


def test_one_report_with_two_contents_is_told() -> None:
    old = releasable()
    head = flat(compared(old, replace(old, triggered_by="ana")))
    assert "Both have the same report id and are not the same document: one was altered." in head


def test_an_approval_alone_explains_the_verdict() -> None:
    found = compared(releasable(), releasable(id="tsr-2", manual_approval_required=True))
    said = flat(found)
    assert said.startswith("● GO → ▲ PENDING REVIEW no rule changed; what people have to approve did")
    assert "A person has to approve B, and not A." in said


def test_rules_that_were_not_judged_are_named() -> None:
    assert "look at a baseline: no-vanished." in flat(
        compared(releasable(), releasable(id="b")), left_out=("no-vanished",)
    )


@pytest.mark.parametrize("count", [1, 40])
def test_vanished_and_newly_skipped_tests_are_never_hidden(count: int) -> None:
    """Whether a rule looks at them or not, with or without room for all."""
    kinds = [TestType.UNIT, TestType.E2E]
    old = releasable(
        test_results=tuple(
            TestTypeResult.from_cases(
                kind, [case(f"{word}-{n}") for word in ("gone", "kept", "stays") for n in range(count)]
            )
            for kind in kinds
        )
    )
    new = releasable(
        id="tsr-2",
        test_results=tuple(
            TestTypeResult.from_cases(
                kind,
                [case(f"kept-{n}", SKIPPED) for n in range(count)]
                + [case(f"stays-{n}") for n in range(count)],
            )
            for kind in kinds
        ),
    )
    said = flat(compared(old, new))
    gone = re.findall(r"(\d+) (?:unit |end-to-end )?tests? (?:is|are) gone", said)
    skipped = re.findall(r"(\d+) (?:unit |end-to-end )?tests? (?:is|are) skipped now and ran before", said)
    assert sum(map(int, gone)) == 2 * count
    assert sum(map(int, skipped)) == 2 * count


def test_all_lists_what_is_cut_otherwise() -> None:
    new = releasable(id="b", test_results=of_type(TestType.UNIT, *(case(f"t-{n}", FAILED) for n in range(9))))
    found = compared(releasable(), new)
    assert "t-7" not in text(found)
    assert "and 4 more (--all lists them)" in text(found)
    assert "t-7" in text(found, few=None)
    assert "(--all" not in text(found, few=None)


HOSTILE = "\x1b[2J\u202e::error::\n##vso[task]<img src=x onerror=1>|`*[a](javascript:1)@all" + "\u0301" * 9


def hostile(name: str, status: CaseStatus) -> TestSummaryReport:
    """A report with text that means mischief wherever a text can stand, some of it ending in the name."""
    found, mine = releasable(), HOSTILE + name
    mode = FailureMode(
        id=mine,
        name=HOSTILE,
        severity=Severity.CRITICAL,
        category=FailureCategory.SAFETY,
        discovered_in_iteration=1,
    )
    metrics = {HOSTILE: MetricValue(value=len(name), unit=HOSTILE), mine: 1.0}
    finding = Finding(rule_id=HOSTILE, level=FindingLevel.ERROR, message=HOSTILE, file=HOSTILE)
    failed = VerificationStatus.FAILED
    return replace(
        found,
        id=name,
        triggered_by=HOSTILE[:50] + name,
        environment=HOSTILE[:40] + name,
        versions=replace(found.versions, codebase_branch=mine, codebase_repo=mine, prompts_version=mine),
        test_results=of_type(
            TestType.UNIT,
            case(HOSTILE, status, message=HOSTILE, file=HOSTILE, line=3),
            case(mine, FAILED, message=HOSTILE),
        ),
        eval_iterations=(iteration(1, version_name=mine, metrics=metrics, failure_modes=(mode,)),),
        requirement_coverage=(
            requirement(mine, requirement_text=HOSTILE, verification_status=failed, missing_tests=(HOSTILE,)),
        ),
        static_analysis=(StaticAnalysis(path=HOSTILE, tool=mine, executed=True, findings=(finding,)),),
        inputs=(
            InputFile(path=mine, size=1, status=InputStatus.READ, reader=mine),
            InputFile(path=mine + "2", size=1, status=InputStatus.UNREADABLE, reason=HOSTILE),
        ),
    )


def hostile_pair() -> tuple[TestSummaryReport, TestSummaryReport]:
    return hostile("a", PASSED), hostile("bb", FAILED)


def test_hostile_text_stays_text_in_the_terminal() -> None:
    said = text(compared(*hostile_pair()), few=None)
    assert [sign for sign in said if unicodedata.category(sign) in ("Cc", "Cf") and sign != "\n"] == []
    for line in said.splitlines():
        shown = harmless(line)
        assert not shown.lstrip().startswith("::")
        assert "##vso[" not in shown


def test_hostile_text_stays_text_in_markdown() -> None:
    page = "\n".join(comparison_page(comparison(compared(*hostile_pair()), few=None, zone=UTC)))
    for mischief in ("<img", "](", "\x1b", "\u202e", "##vso[", "@all"):
        assert mischief not in page


@given(dice)
def test_it_reads_at_80_columns_whatever_is_compared(roll: Dice) -> None:
    found = compared(consistent_report(roll), replace(consistent_report(roll), id="tsr-2"))
    lines = text(found).splitlines()
    assert [line for line in lines if cells(line) > 80] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_sample_reads_at_80_columns_but_for_ids_that_are_longer() -> None:
    lines = text(of_the_sample("released", "broken"), few=None).splitlines()
    assert [line for line in lines if cells(line) > 80 and " " in line.strip()] == []


def test_another_policy_is_told() -> None:
    old, new = judged(releasable()), judged(releasable(id="tsr-2"))
    policy = replace(new.decision.policy, name="strict", digest="e" * 64)
    other = replace(new, decision=replace(new.decision, policy=policy))
    assert "Judged by different policies: ai-release 1 (" in flat(compare(old, other))
