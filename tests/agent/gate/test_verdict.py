"""From rule results to the verdict: severity, missing evidence, environments, approvals, dates."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.factories.judged_reports import (
    NOW,
    judge,
    line_coverage,
    passing,
    releasable,
    results,
    rule,
    with_results,
    without_type,
)
from tsr_agent.gate.baseline import Baseline
from tsr_agent.gate.evaluate import evaluate
from tsr_agent.gate.judgement import Judgement
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.rule import Rule
from tsr_agent.gate.wording import MAX_COUNT
from tsr_agent.models.approval import ApprovalTerms
from tsr_agent.models.base import SCHEMA_VERSION
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleSeverity, RuleState
from tsr_agent.models.results import CaseStatus, TestType

if TYPE_CHECKING:
    from tsr_agent.gate.facts import Facts
    from tsr_agent.gate.policies.policy import Policy

GO, NO_GO, PENDING = GoNoGoDecision.GO, GoNoGoDecision.NO_GO, GoNoGoDecision.PENDING_REVIEW
FAILED = with_results(results(TestType.INTEGRATION, CaseStatus.FAILED, CaseStatus.PASSED))
ABSENT = without_type(TestType.INTEGRATION)
PASSED = with_results(passing(TestType.INTEGRATION, 2))
UNIT = {"id": "unit", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}


def policy(default_on_missing: Any = "review", /, **fields: Any) -> Policy:
    """Unit tests must pass, and integration tests as the fields say."""
    integration = {
        "id": "integration",
        "check": "tests",
        "where": {"type": "integration"},
        "require": {"failed": 0},
    }
    tree = {
        "version": 1,
        "name": "p",
        "on_missing": default_on_missing,
        "rules": [UNIT, integration | fields],
    }
    return parse_policy(json.dumps(tree).encode(), "p.json")


@pytest.mark.parametrize(
    ("severity", "on_failure"), [("block", NO_GO), ("review", PENDING), ("warn", GO), ("info", GO)]
)
def test_severity_of_a_failed_rule(severity: str, on_failure: GoNoGoDecision) -> None:
    rules = policy(severity=severity)
    assert judge(FAILED, rules).decision is on_failure
    assert judge(PASSED, rules).decision is GO


@pytest.mark.parametrize(
    ("severity", "on_missing", "verdict", "effect"),
    [
        ("block", "fail", NO_GO, RuleEffect.BLOCKS),
        ("block", "review", PENDING, RuleEffect.NEEDS_REVIEW),
        ("block", {"ignore": "not here"}, GO, RuleEffect.NONE),
        ("review", "fail", PENDING, RuleEffect.NEEDS_REVIEW),
        ("review", "review", PENDING, RuleEffect.NEEDS_REVIEW),
        ("warn", "fail", GO, RuleEffect.WARNS),
        ("warn", "review", GO, RuleEffect.WARNS),
        ("warn", {"ignore": "not here"}, GO, RuleEffect.NONE),
        ("info", "fail", GO, RuleEffect.NONE),
        ("info", "review", GO, RuleEffect.NONE),
    ],
)
def test_missing_evidence(
    severity: str, on_missing: Any, verdict: GoNoGoDecision, effect: RuleEffect
) -> None:
    for rules in (
        policy(on_missing, severity=severity),
        policy("fail" if on_missing != "fail" else "review", severity=severity, on_missing=on_missing),
    ):
        decision = judge(ABSENT, rules)
        assert decision.decision is verdict
        assert rule(decision, "integration").state is RuleState.NOT_EVALUATED
        assert rule(decision, "integration").effect is effect


def test_ignoring_says_why() -> None:
    decision = judge(ABSENT, policy(on_missing={"ignore": "no services yet"}))
    assert (
        rule(decision, "integration").message
        == "No integration tests were reported; ignored: no services yet"
    )
    for judged in (FAILED, PASSED):
        message = rule(judge(judged, policy(on_missing={"ignore": "no services yet"})), "integration").message
        assert "ignored" not in message


def test_ignoring_everything_is_no_way_to_go() -> None:
    rules = policy({"ignore": "we are in a hurry"})
    nothing_asked_for = msgspec.structs.replace(ABSENT, test_results=(passing(TestType.E2E, 3),))
    report = msgspec.structs.replace(nothing_asked_for, requirement_coverage=())
    decision = judge(report, rules)
    assert decision.decision is PENDING
    assert decision.review_issues == ("No rule that decides could be judged",)


def mild(missing: Any, *, unit: str, integration: str) -> Policy:
    """Two rules of these severities, on unit and on integration tests."""
    rules = policy(missing, severity=integration).rules
    return msgspec.structs.replace(
        policy(missing), rules=(msgspec.structs.replace(rules[0], severity=RuleSeverity(unit)), rules[1])
    )


NO_UNIT = msgspec.structs.replace(without_type(TestType.UNIT), requirement_coverage=())


def test_a_warning_that_could_be_judged_does_not_make_up_for_what_decides() -> None:
    """The one rule that can stop a release has no evidence, so nothing that decides was judged."""
    decision = judge(ABSENT, mild({"ignore": "no services"}, unit="warn", integration="block"))
    assert rule(decision, "unit").state is RuleState.PASS
    assert (decision.decision, decision.review_issues) == (PENDING, ("No rule that decides could be judged",))


def test_a_policy_of_warnings_alone_releases_what_it_could_judge() -> None:
    rules = mild("review", unit="warn", integration="info")
    assert judge(FAILED, rules).decision is GO
    assert judge(ABSENT, rules).decision is GO


def test_a_policy_of_warnings_alone_does_not_release_what_it_could_not_judge() -> None:
    neither = msgspec.structs.replace(NO_UNIT, test_results=(passing(TestType.E2E, 3),))
    decision = judge(neither, mild("review", unit="warn", integration="info"))
    assert (decision.decision, decision.review_issues) == (PENDING, ("No rule that decides could be judged",))


@pytest.mark.parametrize(("ahead", "verdict"), [(1, GO), (0, NO_GO), (-1, NO_GO)])
def test_a_new_rule_warns_until_its_day(ahead: int, verdict: GoNoGoDecision) -> None:
    day = (NOW + timedelta(days=ahead)).date()
    decision = judge(FAILED, policy(effective_on=day.isoformat()))
    assert decision.decision is verdict
    assert rule(decision, "integration").effective_on == day
    assert bool(decision.warnings) is (verdict is GO)


def test_a_new_rule_only_warns_of_missing_evidence_too() -> None:
    assert judge(ABSENT, policy("fail", effective_on="2999-01-01")).decision is GO


@pytest.mark.parametrize("severity", ["warn", "info"])
def test_a_day_to_come_makes_no_mild_rule_stricter(severity: str) -> None:
    until = judge(FAILED, policy(severity=severity, effective_on="2999-01-01"))
    at_once = judge(FAILED, policy(severity=severity))
    assert rule(until, "integration").effect is rule(at_once, "integration").effect
    assert until.warnings == at_once.warnings


def test_the_day_is_counted_in_utc() -> None:
    rules = policy(effective_on="2026-11-23")
    still_the_22nd_here = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert judge(FAILED, rules, now=still_the_22nd_here).decision is NO_GO


def test_environments_change_rules() -> None:
    rules = policy(
        environments={
            "dev": {"severity": "warn"},
            "production": {"require": {"failed": 1}},
            "pre": {"on_missing": "fail"},
        }
    )
    assert judge(FAILED, rules, environment="dev").decision is GO
    assert judge(FAILED, rules, environment="Production ").decision is GO
    assert judge(FAILED, rules, environment="other").decision is NO_GO
    assert judge(ABSENT, rules, environment="pre").decision is NO_GO
    assert judge(ABSENT, rules, environment="other").decision is PENDING


def test_the_reports_own_environment_counts_where_none_is_given() -> None:
    rules = policy(environments={"dev": {"severity": "warn"}})
    assert judge(msgspec.structs.replace(FAILED, environment="dev"), rules).decision is GO
    assert judge(msgspec.structs.replace(FAILED, environment="dev"), rules, environment="x").decision is NO_GO


def test_the_policy_asks_for_approval() -> None:
    tree = {"version": 1, "name": "p", "rules": [UNIT], "approvals": {"production": {"reason": "four eyes"}}}
    rules = parse_policy(json.dumps(tree).encode(), "p.json")
    decision = judge(releasable(), rules, environment="PRODUCTION")
    assert (decision.decision, decision.manual_approval_required) == (PENDING, True)
    assert decision.review_issues == ("The policy asks for a manual approval in PRODUCTION: four eyes",)
    assert judge(releasable(), rules, environment="staging").decision is GO


def _approved(approvals: dict[str, Any]) -> Policy:
    tree = {"version": 1, "name": "p", "rules": [UNIT], "approvals": approvals}
    return parse_policy(json.dumps(tree).encode(), "p.json")


@pytest.mark.parametrize("environment", ["production", "staging", " ", "*", None])
def test_an_approval_everywhere_is_asked_for_in_every_environment(environment: str | None) -> None:
    decision = judge(releasable(), _approved({"*": {"reason": "four eyes"}}), environment=environment)
    assert (decision.decision, decision.manual_approval_required) == (PENDING, True)


def test_an_environment_of_its_own_gives_its_own_reason_for_the_approval() -> None:
    rules = _approved({"*": {"reason": "four eyes"}, "production": {"reason": "six eyes"}})
    for environment, reason in (("Production", "six eyes"), ("staging", "four eyes")):
        (issue,) = judge(releasable(), rules, environment=environment).review_issues
        assert issue.endswith(reason)


@pytest.mark.parametrize(
    "name",
    ["production\u200b", "\ufeffPRODUCTION", "pro\u00adduction", "\u2060production \u3164", "production\0"],
)
def test_signs_that_nobody_sees_do_not_make_another_environment(name: str) -> None:
    assert judge(releasable(), _approved({"production": {}}), environment=name).decision is PENDING
    softened = policy(environments={"dev": {"severity": "warn"}, name: {"on_missing": "fail"}})
    assert judge(ABSENT, softened, environment="production").decision is NO_GO


def test_approval_does_not_soften_a_no_go() -> None:
    assert judge(msgspec.structs.replace(FAILED, manual_approval_required=True), policy()).decision is NO_GO


def test_a_report_that_asks_for_approval_itself_gets_the_usual_terms() -> None:
    """Without terms on record, nobody could say later how many people had to approve."""
    decision = judge(msgspec.structs.replace(PASSED, manual_approval_required=True), policy())
    assert (decision.decision, decision.approval) == (PENDING, ApprovalTerms())
    assert judge(PASSED, policy()).approval is None


def test_warnings_are_kept_in_every_verdict() -> None:
    dirty = msgspec.structs.replace(releasable().versions, dirty=True)
    warning = f"The working tree held changes that commit {'a' * 12} does not have"
    for report in (
        releasable(versions=dirty),
        releasable(versions=dirty, manual_approval_required=True),
        releasable(versions=dirty, code_coverage=()),
    ):
        assert judge(report).warnings == (warning,)
    assert {judge(r).decision for r in (releasable(versions=dirty),)} == {GO}


def test_a_report_without_manifest_is_not_released() -> None:
    decision = judge(releasable(versions=None))
    assert decision.decision is NO_GO
    assert rule(decision, "clean-tree").state is RuleState.NOT_EVALUATED


def test_rules_come_in_the_policys_order_after_the_evidence() -> None:
    assert [each.id for each in judge(releasable()).rules] == [
        "evidence",
        *(each.id for each in ai_release().rules),
    ]


def test_what_the_decision_is_bound_to() -> None:
    baseline = Baseline(report=releasable(id="old"), digest="b" * 64)
    moment = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    decision = evaluate(releasable(), ai_release(), None, baseline, moment, report_digest="c" * 64)
    assert decision.schema_version == SCHEMA_VERSION
    assert (decision.report_id, decision.report_digest) == ("tsr-1", "c" * 64)
    assert decision.evaluated_at.isoformat() == "2026-11-22T12:00:00+00:00"
    assert decision.policy == ai_release().reference
    # No rule of this policy compares, so nothing was compared with it.
    assert (decision.baseline, decision.no_baseline) == (None, "")


def test_a_moment_without_offset_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        evaluate(releasable(), ai_release(), None, None, NOW.replace(tzinfo=None))


def test_reasons() -> None:
    assert judge(releasable()).reason == "12 of 17 rules passed, 5 without evidence that may be missing"
    assert judge(releasable(code_coverage=(line_coverage(1, 100),))).reason == (
        "1 blocking: Line coverage 0.01 of 100 lines is below 0.8"
    )
    assert judge(releasable(manual_approval_required=True)).reason == (
        "1 to review: The report asks for a manual approval"
    )


def test_the_reason_of_a_release_counts_its_warnings_apart_from_what_may_be_missing() -> None:
    assert judge(PASSED, policy()).reason == "3 of 3 rules passed"
    assert judge(FAILED, policy(severity="warn")).reason == "2 of 3 rules passed, 1 warning"
    assert judge(ABSENT, policy(severity="warn")).reason == "2 of 3 rules passed, 1 warning"
    ignored = judge(ABSENT, policy(severity="warn", on_missing={"ignore": "no services"}))
    assert ignored.reason == "2 of 3 rules passed, 1 without evidence that may be missing"


@pytest.mark.parametrize(("failing", "more"), [(1, ""), (2, ""), (3, ""), (4, " · …"), (5, " · …")])
def test_the_reason_names_three_causes_and_says_that_there_are_more(failing: int, more: str) -> None:
    rules = policy().rules[1:]
    many = tuple(msgspec.structs.replace(rules[0], id=f"rule-{place}") for place in range(failing))
    decision = judge(FAILED, msgspec.structs.replace(policy(), rules=many))
    causes = " · ".join(decision.blocking_issues[:3])
    assert len(decision.blocking_issues) == failing
    assert decision.reason == f"{failing} blocking: {causes}{more}"


@pytest.mark.parametrize(("counted", "kept"), [(MAX_COUNT, MAX_COUNT), (MAX_COUNT + 1, None)])
def test_a_count_that_no_reader_of_json_has_exactly_is_left_out(counted: int, kept: int | None) -> None:
    class Counting(Rule, frozen=True, kw_only=True):
        def judge(self, facts: Facts) -> Judgement:
            return Judgement(state=RuleState.PASS, expected="", actual="", message="", n=counted)

        def asks(self) -> str:
            return ""

    decision = judge(PASSED, msgspec.structs.replace(policy(), rules=(Counting(id="it", check="tests"),)))
    assert rule(decision, "it").n == kept


def test_a_small_report_is_judged_without_heavy_imports() -> None:
    code = (
        "import sys\n"
        "from tsr_agent.gate.policies.builtin import ai_release\n"
        "from tsr_agent.gate.evaluate import evaluate\n"
        "ai_release()\n"
        # msgspec itself takes typing_extensions where it is installed.
        "known = {'msgspec', 'tsr_agent', 'typing_extensions', 'sitecustomize', 'usercustomize'}\n"
        "known |= set(sys.stdlib_module_names)\n"
        "strangers = {name.split('.')[0] for name in sys.modules} - known\n"
        "heavy = {'yaml', 'dataclasses', 'difflib', 'asyncio'} & set(sys.modules)\n"
        "print(sorted(each for each in strangers if not each.startswith('__')), sorted(heavy))\n"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[] []"


def _with_path(code: str) -> str:
    """``-S`` keeps start-up files of the environment out of the count."""
    return f"import sys\nsys.path[:0] = {sys.path!r}\n{code}"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=5))),
        datetime(1, 1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
    ],
)
def test_a_moment_outside_the_calendar_is_a_mistake_of_the_caller(moment: datetime) -> None:
    with pytest.raises(ValueError, match="no moment of the calendar"):
        evaluate(releasable(), ai_release(), None, None, moment)
