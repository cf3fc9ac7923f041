"""Waivers: what matches, and what never does."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from msgspec.structs import replace

from tests.factories import judged_reports
from tests.factories.judged_reports import (
    NOW,
    case,
    iteration,
    judge,
    line_coverage,
    releasable,
    results,
    rule,
    with_results,
    without_type,
)
from tsr_agent.errors import PolicyError
from tsr_agent.gate.evidence import admit
from tsr_agent.gate.exceptions.waivers import Waivers, load_waivers, parse_waivers
from tsr_agent.gate.schemas import waivers_schema
from tsr_agent.models.decision import Decision, GoNoGoDecision, RuleState
from tsr_agent.models.manifest import BuildContext, PullRequest
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.models.report import TestSummaryReport


def day(ahead: int) -> str:
    return (NOW + timedelta(days=ahead)).date().isoformat()


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "id": "W-1",
        "rule": "line-coverage",
        "scope": {"environment": "staging"},
        "reason": "generated parser is excluded next week",
        "ticket": "BOT-7",
        "owner": "ana",
        "approved_by": "ben",
        "expires": day(30),
    } | fields


def waivers(*entries: Any) -> Waivers:
    return parse_waivers(json.dumps({"version": 1, "waivers": entries}).encode(), "w.json")


UNCOVERED = releasable(code_coverage=(line_coverage(10, 100),))
FAILING = with_results(results(TestType.SECURITY, CaseStatus.PASSED, CaseStatus.FAILED, CaseStatus.ERROR))


def judged(*entries: Any, report: TestSummaryReport = UNCOVERED, **options: Any) -> Decision:
    return judge(report, waivers=waivers(*entries), **options)


def unused(decision: Decision) -> str:
    """Why no waiver matched; the verdict stands."""
    assert decision.decision is GoNoGoDecision.NO_GO
    (reason,) = {note.reason for note in judged_reports.unused(decision)}
    return reason


def test_a_waiver_that_matches_is_seen() -> None:
    decision = judged(entry())
    assert decision.decision is GoNoGoDecision.GO
    assert decision.decision_without_waivers is GoNoGoDecision.NO_GO
    assert (rule(decision, "line-coverage").state, rule(decision, "line-coverage").waiver) == (
        RuleState.WAIVED,
        "W-1",
    )
    assert decision.warnings == (
        f"Line coverage 0.1 of 100 lines is below 0.8; waived until {day(30)} by W-1 (ana)",
    )
    assert judged_reports.unused(decision) == ()


@pytest.mark.parametrize(("ahead", "holds"), [(-1, False), (0, True), (90, True), (91, False)])
def test_the_days_on_which_it_holds(ahead: int, holds: bool) -> None:
    decision = judged(entry(expires=day(ahead)))
    assert (decision.decision is GoNoGoDecision.GO) is holds


def test_expiry_is_counted_in_utc() -> None:
    from datetime import timezone

    # 23:00 on the waiver's last day at UTC-2 is one o'clock of the day after in UTC.
    late = NOW.replace(hour=23, tzinfo=timezone(timedelta(hours=-2)))
    assert unused(judged(entry(expires=day(0)), now=late)) == f"expired on {day(0)}"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expires": day(-1)}, f"expired on {day(-1)}"),
        ({"expires": day(365)}, "expires in 365 days; at most 90 are allowed"),
        ({"expires": "soon"}, "$.waivers[0].expires: is not a day such as 2027-01-31"),
        ({"expires": None}, "$.waivers[0].expires: must be a day such as 2027-01-31, not nothing"),
        ({"owner": ""}, "$.waivers[0].owner: must not be empty"),
        ({"owner": "  "}, "$.waivers[0].owner: must not be blank"),
        ({"approved_by": ""}, "$.waivers[0].approved_by: must not be empty"),
        ({"scope": {}}, "its scope is empty: it would hold everywhere"),
        ({"scope": {"environment": "production"}}, "it is for environment production"),
        ({"scope": {"environment": "test"}}, "it is for environment test"),
        ({"scope": {"branch": "release"}}, "it is for branch release"),
        ({"scope": {"sha": "f" * 40}}, "it is for commit ffffffffffff"),
        ({"scope": {"sha": "0" * 40}}, "it is for commit 000000000000"),
        ({"scope": {"sha": "aaaa"}}, None),
        ({"scope": {"enviroment": "staging"}}, None),
        ({"rule": "*"}, "$.waivers[0].rule: '*' is a pattern; a waiver is for one rule"),
        ({"rule": "line-*"}, "$.waivers[0].rule: 'line-*' is a pattern; a waiver is for one rule"),
        ({"scope": {"environment": "*"}}, "its scope is too wide: environment '*' is a pattern"),
        ({"scope": {"environment": "\u200b*"}}, "its scope is too wide: environment '\\u200b*' is a pattern"),
        ({"scope": {"branch": "release/*"}}, "its scope is too wide: branch 'release/*' is a pattern"),
        ({"scope": {"tests": ["unit-0", " *"]}}, "its scope is too wide: '*' is no test"),
        ({"owner": "ben"}, "its owner approved it; somebody else has to"),
        ({"owner": " B\u200bEN"}, "its owner approved it; somebody else has to"),
        ({"owner": "Ben Bee <ben@example.org>"}, "its owner approved it; somebody else has to"),
        ({"rule": "no-such-rule"}, "the policy has no rule 'no-such-rule'"),
        ({"rule": "another-rule"}, "the policy has no rule 'another-rule'"),
        ({"rule": "unit-tests"}, "its rule did not fail"),
        ({"rule": "evidence"}, "the rule 'evidence' can't be waived"),
        ({"scope": {"tests": ["unit-0"]}}, "what makes its rule fail is not a list of tests"),
        ({"scope": {"branch": ""}}, "its scope is too wide: branch is empty"),
        ({"scope": {"branch": " \u200b"}}, "its scope is too wide: branch is empty"),
        ({"scope": {"environment": "", "branch": "main"}}, "its scope is too wide: environment is empty"),
        ({"scope": {"environment": "staging", "tests": []}}, "its scope is too wide: tests is empty"),
        ({"scope": {"tests": ["unit-0", ""]}}, "its scope is too wide: tests is empty"),
        ({"ticket": 7}, '$.waivers[0].ticket: must be a text, not a whole number; write "7"'),
        (
            {"extra": 1},
            (
                "$.waivers[0].extra: unknown key; "
                "known are id, rule, scope, reason, ticket, owner, approved_by, expires"
            ),
        ),
    ],
)
def test_never_matches_and_is_listed(fields: dict[str, Any], reason: str | None) -> None:
    found = unused(judged(entry(**fields)))
    assert reason is None or found == reason


@pytest.mark.parametrize(
    "missing", ["id", "rule", "scope", "reason", "ticket", "owner", "approved_by", "expires"]
)
def test_every_field_is_mandatory(missing: str) -> None:
    fields = entry()
    del fields[missing]
    assert unused(judged(fields)) == f"$.waivers[0].{missing}: missing"


@pytest.mark.parametrize("key", ["id", "reason", "ticket", "owner", "approved_by"])
@pytest.mark.parametrize("text", ["\u200b", "\u2060\ufeff", "\u3164 \u00ad", "\u2800", "\u0000"])
def test_text_that_nobody_can_see_counts_as_missing(key: str, text: str) -> None:
    assert unused(judged(entry(**{key: text}))) == f"$.waivers[0].{key}: missing; it has no visible sign"


def test_a_build_without_a_branch_is_not_waived_by_an_empty_one() -> None:
    detached = replace(releasable().versions, codebase_branch="")
    report = releasable(code_coverage=(line_coverage(10, 100),), versions=detached)
    assert unused(judged(entry(scope={"branch": ""}), report=report)) == (
        "its scope is too wide: branch is empty"
    )


def test_a_waiver_for_a_commit_holds_for_none_that_was_only_stated() -> None:
    waiver = entry(scope={"sha": "a" * 40})
    assert judged(waiver).decision is GoNoGoDecision.GO
    elsewhere = replace(UNCOVERED, versions=replace(UNCOVERED.versions, checked_out_sha="e" * 40))
    assert unused(judged(waiver, report=elsewhere)) == (
        f"it is for commit {'a' * 12}, and another one was tested"
    )
    request = PullRequest(head_sha="a" * 40, from_fork=False)
    build = BuildContext(system="CI", merge_sha="e" * 40, pull_request=request)
    assert judged(waiver, report=replace(elsewhere, build=build)).decision is GoNoGoDecision.GO


@pytest.mark.parametrize(
    ("from_fork", "decision"),
    [(False, GoNoGoDecision.GO), (True, GoNoGoDecision.NO_GO), (None, GoNoGoDecision.NO_GO)],
)
def test_a_waiver_for_a_branch_holds_for_no_fork_with_a_branch_of_that_name(
    from_fork: bool | None, decision: GoNoGoDecision
) -> None:
    build = BuildContext(system="CI", pull_request=PullRequest(from_fork=from_fork))
    report = replace(UNCOVERED, build=build)
    found = judged(entry(scope={"branch": "main"}), report=report)
    assert found.decision is decision
    if decision is GoNoGoDecision.NO_GO:
        assert unused(found) == "it is for branch main, and the pull request may come from a fork"


@pytest.mark.parametrize("value", [None, "all", 7, []])
def test_an_entry_that_is_no_waiver_hides_no_other(value: Any) -> None:
    decision = judged(value, entry())
    assert decision.decision is GoNoGoDecision.GO
    assert [note.id for note in judged_reports.unused(decision)] == ["(entry 1)"]


def test_two_of_one_id_are_both_unused() -> None:
    assert unused(judged(entry(), entry(rule="unit-tests"))) == "the id stands twice"


@pytest.mark.parametrize(
    "twin", [{"expires": "soon"}, {"owner": ""}, {"rule": "*"}, {"id": "W-1\u200b"}, {"id": " W-1"}]
)
def test_an_id_that_stands_twice_is_unused_though_its_twin_is_unusable(twin: dict[str, Any]) -> None:
    for entries in ((entry(), entry(**twin)), (entry(**twin), entry())):
        decision = judged(*entries)
        assert decision.decision is GoNoGoDecision.NO_GO
        assert ("W-1", "the id stands twice") in [(e.id, e.reason) for e in judged_reports.unused(decision)]


def test_of_two_that_match_the_first_is_applied_and_the_other_says_so() -> None:
    decision = judged(entry(), entry(id="W-2"))
    assert rule(decision, "line-coverage").waiver == "W-1"
    assert [(note.standing.value, note.reason) for note in decision.waivers] == [
        ("applied", ""),
        ("unmatched", "its rule is already waived by W-1"),
    ]
    other_way_round = judged(entry(id="W-2"), entry())
    assert rule(other_way_round, "line-coverage").waiver == "W-2"


def test_every_waiver_is_listed_in_the_order_of_the_file() -> None:
    entries = (
        None,
        entry(id="A"),
        entry(id="B", owner=""),
        entry(id="C", expires=day(-3)),
        entry(id="D", rule="unit-tests"),
        entry(id="E", expires=day(100)),
        entry(id="F"),
        entry(id="F"),
        entry(id="G", expires="soon"),
    )
    found = [(note.id, note.standing.value) for note in judged(*entries).waivers]
    assert found == [
        ("(entry 1)", "unusable"),
        ("A", "applied"),
        ("B", "unusable"),
        ("C", "expired"),
        ("D", "unmatched"),
        ("E", "unusable"),
        ("F", "unusable"),
        ("F", "unusable"),
        ("G", "unusable"),
    ]


def test_what_an_unusable_waiver_says_of_itself_is_kept() -> None:
    (note,) = judged(entry(reason="")).waivers
    assert (note.rule, note.owner, note.expires.isoformat() if note.expires else "") == (
        "line-coverage",
        "ana",
        day(30),
    )


@pytest.mark.parametrize(
    ("fields", "soon"),
    [
        ({"expires": day(14)}, True),
        ({"expires": day(15)}, False),
        ({"expires": day(0), "rule": "unit-tests"}, True),
        ({"expires": day(-1)}, False),
        ({"expires": day(3), "scope": {}}, False),
        ({"expires": day(3), "owner": ""}, False),
    ],
)
def test_what_holds_and_ends_within_two_weeks_is_marked(fields: dict[str, Any], soon: bool) -> None:
    (note,) = judged(entry(**fields)).waivers
    assert note.expires_soon is soon


def test_a_waiver_for_tests_never_matches_a_failure_that_no_test_explains() -> None:
    from tsr_agent.gate.exceptions.waiver_match import WaiverCase, match
    from tsr_agent.gate.judgement import Judgement

    judgement = Judgement(state=RuleState.FAIL, expected="", actual="", message="", failing_tests=())
    weighed = WaiverCase(
        evidence=admit(FAILING),
        environment="staging",
        today=NOW.date(),
        judgements={"security-tests": judgement},
    )
    waiver = waivers(entry(rule="security-tests", scope={"tests": ["security-1"]}))
    matched, notes = match(waiver, weighed)
    assert (matched, notes[0].reason) == ({}, "what makes its rule fail is not a list of tests")


def test_an_id_with_and_without_quotes_stands_twice() -> None:
    assert judged(entry(id="7"), entry(id=7)).decision is GoNoGoDecision.NO_GO


def test_false_evidence_cannot_be_waived() -> None:
    report = releasable(code_coverage=(line_coverage(200, 100),))
    assert unused(judged(entry(rule="evidence"), report=report)) == "the rule 'evidence' can't be waived"


def test_missing_evidence_cannot_be_waived() -> None:
    decision = judged(entry(rule="security-tests"), report=without_type(TestType.SECURITY))
    assert unused(decision) == "its rule was not evaluated; missing evidence can't be waived"


def test_tests_are_waived_only_while_no_other_fails() -> None:
    scope = {"tests": ["security-1", "security-2"]}
    both = judged(entry(rule="security-tests", scope=scope), report=FAILING)
    assert both.decision is GoNoGoDecision.GO
    one = judged(entry(rule="security-tests", scope={"tests": ["security-1"]}), report=FAILING)
    assert unused(one) == "1 other test makes its rule fail"


def test_it_is_said_how_many_other_tests_fail() -> None:
    """So that nobody writes the waiver anew for each of them."""
    report = with_results(results(TestType.SECURITY, CaseStatus.PASSED, *[CaseStatus.FAILED] * 3))
    one = judged(entry(rule="security-tests", scope={"tests": ["security-1"]}), report=report)
    assert unused(one) == "2 other tests make its rule fail"


@pytest.mark.parametrize("name", ["sums[2*3]", "reads_*", "**kwargs"])
def test_an_id_with_an_asterisk_is_one_test(name: str) -> None:
    failing = [case("security-0"), case(name, CaseStatus.FAILED)]
    report = with_results(TestTypeResult.from_cases(TestType.SECURITY, failing))
    held = entry(rule="security-tests", scope={"tests": [name]})
    assert judged(held, report=report).decision is GoNoGoDecision.GO
    assert unused(judged(held, report=FAILING)) == "2 other tests make its rule fail"


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ({"sha": "a" * 40}, f"it is for commit {'a' * 12}"),
        ({"branch": "main"}, "it is for branch main"),
    ],
)
def test_a_report_that_does_not_say_what_it_is_about_is_waived_by_no_commit_and_no_branch(
    scope: dict[str, str], reason: str
) -> None:
    assert unused(judged(entry(scope=scope), report=replace(UNCOVERED, versions=None))) == reason


def test_all_keys_of_a_scope_must_match() -> None:
    scope = {"environment": " Staging", "branch": "main", "sha": "a" * 40}
    assert judged(entry(scope=scope)).decision is GoNoGoDecision.GO
    assert unused(judged(entry(scope={**scope, "branch": "dev"}))) == "it is for branch dev"


def test_a_waiver_does_not_spare_a_manual_approval() -> None:
    report = releasable(code_coverage=(line_coverage(10, 100),), manual_approval_required=True)
    assert judged(entry(), report=report).decision is GoNoGoDecision.PENDING_REVIEW


def test_two_failures_need_two_waivers() -> None:
    report = releasable(
        code_coverage=(line_coverage(10, 100),),
        eval_iterations=(iteration(1, metrics={"accuracy": 0.1, "grounding_score": 0.95}),),
    )
    decision = judged(entry(), report=report)
    assert decision.blocking_issues == ("Accuracy 0.1 is below 0.85",)


def test_yaml_file_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yml"
    lines = "\n".join(f"    {key}: {json.dumps(value)}" for key, value in entry().items())
    path.write_text(f"version: 1\nwaivers:\n  -\n{lines}\n")
    loaded = load_waivers(path)
    assert loaded.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert judge(UNCOVERED, waivers=loaded).waivers_digest == loaded.digest
    assert judge(UNCOVERED, waivers=loaded).decision is GoNoGoDecision.GO


@pytest.mark.parametrize(
    "text", ["[]", "version: 2\nwaivers: []", "waivers: []", "version: 1\nwaiver: []", "]"]
)
def test_a_file_that_is_no_waiver_file_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_waivers(text.encode(), "w.yaml")


def test_schema() -> None:
    validator = jsonschema.Draft202012Validator(waivers_schema())
    assert validator.is_valid({"version": 1, "waivers": [entry()]})
    assert not validator.is_valid({"version": 1, "waivers": [entry(owner=None)]})
