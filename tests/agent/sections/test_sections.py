from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.evals import Dataset, EvalIterationSummary, IterationOutcome, MetricValue
from tsr_agent.models.findings import Finding, FindingLevel, StaticAnalysis
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.models.report import InputFile, InputStatus
from tsr_agent.models.requirements import CoverageStatus, RequirementCoverage, VerificationStatus
from tsr_agent.models.results import CaseStatus, HeaderDifference, TestType, TestTypeResult
from tsr_agent.sections.checklist import checklist
from tsr_agent.sections.evals import evals
from tsr_agent.sections.exceptions import exceptions
from tsr_agent.sections.failure_modes import failure_mode_registry
from tsr_agent.sections.figures import key_figures
from tsr_agent.sections.inputs import code_coverage, inputs, scans
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.overview import overview, repository_name, verdict_sentence
from tsr_agent.sections.requirements import requirements
from tsr_agent.sections.rules import rules
from tsr_agent.sections.targets import Target
from tsr_agent.sections.tests import CaseRow
from tsr_agent.sections.tests import tests as drawn_tests
from tsr_agent.sections.versions import judged_by, tools, versions

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_overview_says_verdict_and_why() -> None:
    head = overview(reports.report(), reports.decision(), BERLIN)
    assert str(head.verdict) == "■ NO-GO"
    assert head.sentence == (
        "2 blocking: Accuracy 0.812 on 250 cases is below 0.85 · 1 critical failure mode is open: FM-1"
    )
    assert head.subject == "support-bot · main · staging"
    assert head.created.local == "2026-11-20 14:05 CET"
    assert (head.release, head.release_whole) == ("3fa9c1e", reports.SHA)
    assert head.policy == "ai-release 1"


def test_without_a_decision_the_reports_own_claim_is_not_shown() -> None:
    claimed = msgspec.structs.replace(reports.report(), go_no_go_decision=GoNoGoDecision.GO)
    head = overview(claimed, None)
    assert head.verdict.word == "NOT JUDGED"
    assert "GO" not in head.sentence


def test_go_counts_rules_and_owns_up_to_waivers_and_warnings() -> None:
    decision = reports.decision(
        GoNoGoDecision.GO,
        rules=(reports.rule("a"), reports.rule("b", RuleState.WAIVED)),
        warnings=("Grounding score 0.88 is below 0.9",),
        decision_without_waivers=GoNoGoDecision.NO_GO,
    )
    assert verdict_sentence(decision) == (
        "1 of 2 rules passed · 1 waived · 1 warning · without waivers it is NO-GO"
    )


def test_pending_says_what_to_review_and_falls_back_to_the_reason() -> None:
    assert verdict_sentence(reports.decision(GoNoGoDecision.PENDING_REVIEW)) == (
        "1 to review: Performance tests: no data"
    )
    bare = reports.decision(GoNoGoDecision.PENDING_REVIEW, review_issues=(), reason="Approval required.")
    assert verdict_sentence(bare) == "Approval required."


def test_many_reasons_are_cut_with_a_count() -> None:
    issues = tuple(f"issue {number}" for number in range(12))
    sentence = verdict_sentence(reports.decision(blocking_issues=issues))
    assert sentence.startswith("12 blocking: issue 0 · ")
    assert sentence.endswith("and 9 more")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://host/team/bot.git", "bot"),
        ("git@host:team/bot.git", "bot"),
        ("git@host:bot", "bot"),
        ("", ""),
        ("https://host/bot/", "bot"),
    ],
)
def test_repository_names(address: str, name: str) -> None:
    assert repository_name(address) == name


def test_rules_are_all_there_and_what_blocked_comes_first() -> None:
    decision = reports.decision(
        rules=(
            reports.rule("passed"),
            reports.rule("waived", RuleState.WAIVED, waiver="W-1"),
            reports.rule("warned", RuleState.FAIL, effect=RuleEffect.WARNS),
            reports.rule("missing", RuleState.NOT_EVALUATED, n=None),
            reports.rule("blocked", RuleState.FAIL),
        )
    )
    rows = rules(decision)
    assert [row.id for row in rows] == ["blocked", "missing", "warned", "waived", "passed"]
    assert [row.is_open for row in rows] == [True, True, True, True, False]
    assert rows[1].n == ""
    assert rows[3].note == "waiver W-1"


def test_test_types_carry_their_totals_and_the_cases_to_look_at() -> None:
    unit, security = drawn_tests(reports.report()).types
    assert (unit.total, unit.passed, unit.failed, unit.errors, unit.skipped, unit.flaky) == (
        "44", "41", "1", "1", "1", "1",
    )  # fmt: skip
    assert unit.pass_rate == "93.0 %"
    assert str(unit.mark) == "✕ 2 failures"
    assert [str(failure.mark) for failure in unit.failures] == ["✕ failed", "✕ error", "▲ flaky"]
    assert unit.failures[0].place == "tests/test_bot.py:41"
    assert "AssertionError: answer names a dose" in unit.failures[0].details
    assert [attempt.mark.word for attempt in unit.failures[2].attempts] == ["failed", "passed"]
    assert (security.pass_rate, security.mark.word) == ("100 %", "passed")


def test_a_message_that_the_traceback_repeats_stands_once() -> None:
    case = reports.case("t", CaseStatus.FAILED, message="boom", details="line 1\nE  boom", output="said so")
    result = TestTypeResult.from_cases(TestType.UNIT, [case])
    (row,) = drawn_tests(reports.report(test_results=(result,))).types
    assert row.failures[0].details == "line 1\nE  boom\n\nCaptured output\nsaid so"


def test_nothing_executed_is_no_data_and_never_green() -> None:
    empty = TestTypeResult.from_cases(TestType.UNIT, [])
    skipped = TestTypeResult.from_cases(TestType.SECURITY, [reports.case("s", CaseStatus.SKIPPED)])
    rows = drawn_tests(reports.report(test_results=(empty, skipped))).types
    assert [row.pass_rate for row in rows] == ["no data", "no data"]
    assert all(row.mark.tone is not Tone.GO for row in rows)


def test_a_header_that_disagrees_and_a_bad_exit_code_are_said() -> None:
    difference = HeaderDifference(path="a.xml", counter="tests", header=9, elements=8)
    result = TestTypeResult.from_cases(TestType.UNIT, [reports.case("t")], [difference])
    section = drawn_tests(reports.report(test_results=(result,)))
    assert section.types[0].remarks == ("a.xml: tests: 9 by the header, 8 by the elements.",)
    assert str(section.runs[0].mark) == "✕ exit code 1"


def test_evals_are_in_order_of_their_number_whatever_the_list_says() -> None:
    section = evals(reports.report(eval_iterations=tuple(reversed(reports.iterations()))))
    assert [row.number for row in section.iterations] == ["V1", "V2", "V3"]
    assert [row.is_latest for row in section.iterations] == [False, False, True]
    assert section.metric_names == ("Accuracy", "Grounding score", "Avg length")
    assert section.iterations[2].metrics == ("0.912", "0.95", "412.5")
    assert section.iterations[2].samples == "250"
    assert section.iterations[2].fixes == ("Cite retrieved passages only (FM-1)",)


@pytest.mark.parametrize(
    ("name", "label"),
    [("V3 RAG", "V3 RAG"), ("v3", "v3"), ("v3.1", "v3.1"), ("V30", "V3 V30"), ("qa", "V3 qa"), ("V3", "V3")],
)
def test_an_iteration_is_named_with_its_number_once(name: str, label: str) -> None:
    latest = msgspec.structs.replace(reports.iterations()[-1], iteration=3, version_name=name)
    assert evals(reports.report(eval_iterations=(latest,))).iterations[0].label == label


def test_a_metric_that_an_iteration_lacks_is_no_data() -> None:
    bare = EvalIterationSummary(
        iteration=4, version_name="V4", outcome=reports.iterations()[0].outcome, metrics={"toxicity": 0.1}
    )
    section = evals(reports.report(eval_iterations=(*reports.iterations(), bare)))
    assert section.iterations[3].metrics == ("no data", "no data", "no data", "0.1")
    assert section.iterations[3].samples == "no data"


def test_what_a_tool_says_of_its_metrics_is_drawn_and_its_own_names_get_no_column() -> None:
    measured = EvalIterationSummary(
        iteration=3,
        version_name="V3",
        outcome=IterationOutcome.PASSED,
        tool="inspect_ai 0.3",
        dataset=Dataset(name="capitals", size=4),
        metrics={
            "accuracy": MetricValue(value=0.75, n=4, standard_error=0.25, minimum=0, maximum=1),
            "latency": MetricValue(value=7.5, n=3, lower_is_better=True, unit="ms"),
            "grounding_score": 0.9,
            "match/accuracy": MetricValue(value=0.5, n=4),
            "completeness": MetricValue(value=0.75, n=4, minimum=0, maximum=1, lower_is_better=False),
        },
    )
    section = evals(reports.report(eval_iterations=(measured,)))
    assert section.metric_names == ("Accuracy", "Latency", "Grounding score", "Completeness")
    (row,) = section.iterations
    assert row.metrics == ("0.75 ± 0.25", "7.5 ms", "0.9", "0.75")
    assert (row.tool, row.dataset, row.samples) == ("inspect_ai 0.3", "capitals, 4 cases", "3 to 4")
    assert row.details == (
        "Accuracy: 0.75; n 4; standard error 0.25; from 0 to 1",
        "Latency: 7.5 ms; n 3; lower is better",
        "match/accuracy: 0.5; n 4",
        "Completeness: 0.75; n 4; higher is better; from 0 to 1",
    )


def test_requirements_with_unknown_ids_and_missing_tests() -> None:
    section = requirements(reports.report())
    assert section.summary == "1 of 2 requirements verified (50.0 %)"
    assert [row.mark.word for row in section.rows] == ["verified", "failed"]
    assert section.rows[1].missing == ("tests/test_gone.py::*",)
    assert section.unknown[0].id == "REQ-99"
    assert requirements(reports.report(requirement_coverage=())).summary == "no data"


def test_inputs_list_what_no_reader_took_and_unreadable_ones_first() -> None:
    bad = InputFile(path="bad.xml", size=3, status=InputStatus.UNREADABLE, reason="line 1: no element")
    rows = inputs(reports.report(inputs=(*reports.report().inputs, bad)))
    assert [row.mark.word for row in rows] == ["unreadable", "read", "not taken"]
    assert (rows[1].size, rows[1].sha256) == ("18.2 kB", "ddddddd")
    assert rows[0].sha256 == ""


def test_coverage_and_scans() -> None:
    assert code_coverage(reports.report())[0].line == "82.3 % (823 of 1,000)"
    assert code_coverage(reports.report())[0].branch == "no data"
    absent = StaticAnalysis(path="a.sarif", tool="bandit", executed=False, reason="looked at no file")
    found = StaticAnalysis(
        path="b.sarif",
        tool="ruff",
        executed=True,
        findings=(Finding(rule_id="S1", level=FindingLevel.ERROR),),
    )
    rows = scans(reports.report(static_analysis=(absent, found)))
    assert [row.mark.word for row in rows] == ["not run", "errors found"]


def test_findings_that_the_report_does_not_hold_are_told() -> None:
    full = StaticAnalysis(path="a.sarif", tool="bandit", executed=True, left_out=3)
    assert scans(reports.report(static_analysis=(full,)))[0].reason == "3 further findings not held"


def test_versions_name_the_author_and_who_started_the_run() -> None:
    build = BuildContext(system="GitLab", actor="ben")
    report = reports.report(versions=reports.manifest(codebase_author="Ana <ana@example.org>"), build=build)
    shown = {field.label: field.value for field in versions(report)}
    assert (shown["Author"], shown["Started by"]) == ("Ana <ana@example.org>", "ben")


def test_versions_shorten_commits_and_tell_a_dirty_tree() -> None:
    report = reports.report(versions=reports.manifest(dirty=True, dirty_digest="9" * 64, codebase_repo=""))
    rows = {row.label: row for row in versions(report, BERLIN)}
    assert (rows["Code"].value, rows["Code"].whole) == ("3fa9c1e", reports.SHA)
    assert rows["Working tree"].tone is Tone.PENDING
    assert rows["Repository"].value == "no data"
    assert rows["Made"].value == "2026-11-20 14:05 CET"


def test_versions_tell_what_built_the_report_and_what_is_doubtful_about_it() -> None:
    rows = {row.label: row for row in versions(reports.report(), BERLIN)}
    assert rows["Built by"].value == "GitHub Actions 7, attempt 2"
    assert rows["Build"].value == "https://ci.example.org/runs/7"
    assert rows["Pull request"].value == "#12 from topic into main"
    assert (rows["Stated head"].whole, rows["Merge commit"].whole) == (reports.SHA, "d" * 40)
    assert (rows["Fork"].value, rows["Fork"].tone) == ("it comes from another repository", Tone.PENDING)
    assert (rows["Remark"].value, rows["Remark"].tone) == ("Something was not borne out.", Tone.PENDING)
    unknown = reports.build(pull_request=PullRequest(), number="", attempt="", remarks=(), merge_sha=None)
    rows = {row.label: row for row in versions(reports.report(build=unknown), BERLIN)}
    assert (rows["Built by"].value, rows["Pull request"].value) == ("GitHub Actions", "without a number")
    assert rows["Fork"].value == "not known whether it comes from one"
    assert not {"Remark", "Stated head", "Merge commit"} & set(rows)
    assert "Built by" not in {row.label for row in versions(reports.report(build=None), BERLIN)}


NEVER_DRAWN = {"tests_as_written", "failed", "case"}
"""Ids and cases as the report has them, for finding again what a row is about."""
OF_A_CASE = ("mark", "id", "place", "duration", "message", "details", "attempts", "requirements")


def every_text(part: object) -> list[str]:
    if isinstance(part, Target):
        return []
    if isinstance(part, CaseRow):
        return [text for name in OF_A_CASE for text in every_text(getattr(part, name))]
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple):
        return [text for each in part for text in every_text(each)]
    if isinstance(part, msgspec.Struct):
        names = [name for name in part.__struct_fields__ if name not in NEVER_DRAWN]
        return [text for name in names for text in every_text(getattr(part, name))]
    return []


@given(
    st.sampled_from(["\u202e", "\x1b", "\x00", "\u2028", "\ufeff", "\U000e0041", "\x9b"]),
    st.text(max_size=20),
)
def test_no_section_lets_a_hidden_character_through(hidden: str, around: str) -> None:
    report, decision = reports.poisoned(around + hidden + around, full_decision())
    drawn = (
        overview(report, decision), rules(decision, report, 50), exceptions(decision),
        versions(report), drawn_tests(report), evals(report),
        requirements(report), inputs(report), code_coverage(report), scans(report),
        checklist(report, decision), key_figures(report, decision), failure_mode_registry(report),
        judged_by(decision), tools(report),
    )  # fmt: skip
    assert not [text for text in every_text(drawn) if hidden in text]


def test_hostile_markup_stays_as_it_was_written() -> None:
    report, decision = reports.poisoned(reports.HOSTILE)
    assert "<img src=x onerror=alert(1)>" in drawn_tests(report).types[0].failures[0].message
    assert "⟨U+202E⟩" in overview(report, decision).sentence


def test_requirements_without_a_test_and_loose_ends() -> None:
    bare = RequirementCoverage(
        requirement_id="REQ-5",
        coverage_status=CoverageStatus.UNCOVERED,
        verification_status=VerificationStatus.NOT_RUN,
    )
    report = reports.report()
    section = requirements(reports.report(requirement_coverage=(*report.requirement_coverage, bare)))
    assert [(row.untested, row.is_verified) for row in section.rows] == [
        (False, True),
        (False, False),
        (True, False),
    ]
    assert section.loose_ends == "1 without any test, 1 with missing tests, 1 unknown id named by tests"
    met = reports.report(requirement_coverage=report.requirement_coverage[:1], unknown_requirements=())
    assert requirements(met).loose_ends == ""
