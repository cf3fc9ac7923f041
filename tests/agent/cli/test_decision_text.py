"""The decision in a terminal: a developer understands a NO-GO from it alone."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision, full_rules, waiver
from tsr_agent.cli.decision_text import decision_lines
from tsr_agent.cli.layout import cells
from tsr_agent.models.decision import (
    Decision,
    EvidenceRef,
    ExceptionStanding,
    GoNoGoDecision,
    RuleEffect,
    RuleState,
)
from tsr_agent.models.results import CaseStatus, TestType, TestTypeResult

SAID = """\
■ NO-GO  2 blocking: Accuracy 0.812 on 250 cases is below 0.85 · 3 of 43 unit
  tests did not pass (1 failed, 1 error, 1 flaky); none may
  support-bot · main · staging · 3fa9c1e · ai-release 1

Stops the release
  ✕ accuracy
    Accuracy 0.812 on 250 cases is below 0.85
    expected accuracy ≥ 0.85, n ≥ 200 · actual 0.812 · n 250 ·
      95 % interval 0.759 to 0.84996
    Remark: The 95 % interval reaches up to the bound; about 40 more cases would
            settle it
    Fix: Look at the failed eval cases of the latest iteration.
  ✕ unit-tests
    3 of 43 unit tests did not pass (1 failed, 1 error, 1 flaky); none may
    expected 0 failed, 0 errors, at least 1 executed ·
      actual 1 failed, 1 error, 1 flaky of 43 executed, 1 skipped · n 43
      ✕ tests/test_bot.py::test_refuses_medical_advice  tests/test_bot.py:41
        AssertionError: answer names a dose
      ✕ tests/test_bot.py::test_index_loads
        FileNotFoundError: index.json
      ▲ tests/test_bot.py::test_retry
        timed out
      and 1 more
    1 test in quarantine left out: tests/test_bot.py::test_clock
    Fix: Mend what the failing tests show.

A person has to look
  ✕ no-critical-open
    1 unresolved critical failure mode in 3 iterations: FM-1
    expected no unresolved critical failure mode · actual 1 · n 1
      – FM-1  critical, open: Invented citations
  ▲ The policy asks for a manual approval in staging: two people look at
    production
    2 different people have to approve, each a release manager or tech lead, but
    nobody who started the run or wrote the commit.

Warns
  ✕ requirements
    Verified share 0.5 of 2 requirements is below 0.95; not verified: REQ-3 (in
    force from 2027-01-01)
    expected verified share ≥ 0.95 · actual 0.5 · n 2
      – REQ-3  Medical advice is refused.
  – line-coverage
    Line coverage 0.823 of 1,000 lines is below 0.9; waived until 2026-12-15 by
    W-7 (ana)
    expected line coverage ≥ 0.9 · actual 0.823 · n 1,000
      – coverage.xml

  Compared with TSR-2026-11-13-77e1b30 of 2026-11-13, the last one that was
    released.

Exceptions
  Without them: ■ NO-GO as well
  – Waiver W-7 for line-coverage: applied; owner ana, until 2026-12-15
  ✕ Waiver W-3 for line-coverage: expired on 2026-11-01; owner ana
  ✕ Waiver (entry 5): unusable, $.waivers[4].owner: missing
  ▲ Waiver W-8 for unit-tests: did not match, its rule did not fail; owner ana,
    until 2026-12-15 (ends soon)
  – Quarantined test tests/test_bot.py::test_clock for unit tests: applied;
    owner ben, until 2026-11-25 (ends soon)
  ○ Waiver W-9 for line-coverage: did not match, it is for branch release; owner
    ana, until 2026-12-15

  ○ nothing to judge: performance

  1 rule passed (--all lists them)
  Remark on security-tests: 0 failures in 1 test still allow a rate of up to
    95 %"""


def lines(decision: Decision, width: int = 80, **options: Any) -> list[str]:
    return decision_lines(reports.report(), decision, width=width, **options)


def test_it_reads_like_this() -> None:
    assert "\n".join(lines(full_decision())) == SAID


@pytest.mark.parametrize("width", [80, 100, 120])
def test_it_fits(width: int) -> None:
    assert [line for line in lines(full_decision(), width, show_all=True) if cells(line) > width] == []


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    go = reports.decision(GoNoGoDecision.GO)
    assert lines(go) == [
        "● GO  1 of 1 rule passed",
        "  support-bot · main · staging · 3fa9c1e · ai-release 1",
        "",
        "  1 rule passed (--all lists them)",
    ]


def test_what_stops_comes_first_whatever_the_order_of_the_policy() -> None:
    backwards = full_decision(rules=tuple(reversed(full_rules())))
    headings = [line for line in lines(backwards) if line and not line.startswith(" ")]
    assert headings[1:] == ["Stops the release", "A person has to look", "Warns", "Exceptions"]


def test_a_rule_is_listed_under_what_it_did_and_not_under_what_it_could_do() -> None:
    """A blocking rule without evidence that a person has to look at did not stop the release."""
    missing = reports.rule("unit", RuleState.NOT_EVALUATED, actual="no data", n=None, message="No unit tests")
    said = lines(
        reports.decision(GoNoGoDecision.PENDING_REVIEW, rules=(missing,), review_issues=("No unit tests",))
    )
    assert "Stops the release" not in said
    assert said[said.index("A person has to look") + 1] == "  ○ unit"


def test_all_lists_what_is_cut_without_it() -> None:
    said = "\n".join(lines(full_decision(), show_all=True))
    assert "○ tests/test_bot.py::test_gone  not in this report" in said
    assert "and 1 more" not in said
    assert "  ✓ security-tests  security-tests is as it should be." in said
    assert "performance: No performance tests were reported; ignored: not measured" in said


def test_a_crowd_of_idle_waivers_is_counted() -> None:
    idle = tuple(
        waiver(f"W-{number}", ExceptionStanding.UNMATCHED, reason="its rule did not fail")
        for number in range(40)
    )
    expired = waiver("W-old", ExceptionStanding.EXPIRED, reason="expired on 2026-11-01")
    said = lines(reports.decision(waivers=(*idle, expired)))
    assert sum("did not match," in line for line in said) == 5
    assert any("W-old" in line for line in said)
    assert "  and 35 more that did not match (--all lists them)" in said
    everything = lines(reports.decision(waivers=(*idle, expired)), show_all=True)
    assert sum("did not match," in line for line in everything) == 40


def test_both_verdicts_are_said_where_they_differ() -> None:
    waived = reports.decision(GoNoGoDecision.GO, decision_without_waivers=GoNoGoDecision.NO_GO)
    assert "  Without them: ■ NO-GO" in lines(waived)


def test_why_there_is_no_baseline_is_said() -> None:
    said = lines(reports.decision(no_baseline="No baseline was given to compare with"))
    assert "  Not compared: no baseline was given to compare with." in said


def test_why_there_is_no_baseline_is_said_once() -> None:
    why_not = "No baseline was given to compare with"
    rule = reports.rule("worse", RuleState.NOT_EVALUATED, message=why_not)
    said = "\n".join(lines(reports.decision(no_baseline=why_not, rules=(rule,))))
    assert said.lower().count(why_not.lower()) == 1
    ignored = reports.rule("worse", RuleState.NOT_EVALUATED, effect=RuleEffect.NONE, message=why_not)
    said = "\n".join(lines(reports.decision(no_baseline=why_not, rules=(ignored,))))
    assert said.count("Not compared: ") == 1


def test_a_failing_test_is_found_among_many_and_of_equal_ids_the_one_that_failed() -> None:
    cases = [reports.case(f"test_{number}") for number in range(2_000)]
    cases.append(reports.case("test_7", CaseStatus.FAILED, file="a.py", line=3, message="first\nsecond"))
    report = reports.report(test_results=(TestTypeResult.from_cases(TestType.UNIT, cases),))
    refs = (EvidenceRef(test_type="unit", test_id="tests/test_bot.py::test_7"),)
    rule = reports.rule("unit-tests", RuleState.FAIL, evidence=refs)
    said = decision_lines(report, reports.decision(rules=(rule,)), width=80)
    place = said.index("      ✕ tests/test_bot.py::test_7  a.py:3")
    assert said[place + 1] == "        first"


def test_what_the_sentence_says_already_is_not_said_again() -> None:
    refs = tuple(EvidenceRef(requirement_id=each) for each in ("REQ-7", "REQ-8", "REQ-9", "REQ-10"))
    rule = reports.rule("r", RuleState.FAIL, message="Not verified: REQ-7, REQ-8, REQ-9", evidence=refs)
    said = lines(reports.decision(rules=(rule,)))
    assert not any("– REQ" in line or "more" in line for line in said)


def test_a_sign_stands_beside_what_it_marks_however_long_that_is() -> None:
    refs = (EvidenceRef(test_type="unit", test_id="x" * 200),)
    said = lines(reports.decision(rules=(reports.rule("u", RuleState.FAIL, evidence=refs),)))
    assert f"      ○ {'x' * 200}" in said


def test_many_references_are_said_to_be_perhaps_more() -> None:
    refs = tuple(EvidenceRef(test_type="unit", test_id=f"t{number}") for number in range(50))
    said = lines(reports.decision(rules=(reports.rule("u", RuleState.FAIL, evidence=refs),)))
    assert "      and at least 47 more" in said


def test_hostile_text_is_written_out() -> None:
    report, decision = reports.poisoned(reports.HOSTILE, full_decision())
    said = "\n".join(decision_lines(report, decision, width=80, show_all=True))
    assert "<img" in said
    assert [sign for sign in said if unicodedata.category(sign) in ("Cc", "Cf") and sign != "\n"] == []


@given(st.text(max_size=80), st.sampled_from([80, 97, 120]))
def test_no_text_breaks_it(text: str, width: int) -> None:
    changed = tuple(
        msgspec.structs.replace(each, message=text, remarks=(text,), fix=text, expected=text, actual=text)
        for each in full_rules()
    )
    said = lines(full_decision(rules=changed, no_baseline=text, baseline=None), width, show_all=True)
    assert [rule.id for rule in changed if not any(rule.id in line for line in said)] == []
    assert said[0].startswith("■ NO-GO")
    assert not any("\n" in line or "\x00" in line or "\x1b" in line for line in said)


@pytest.mark.parametrize("effect", list(RuleEffect))
def test_no_rule_that_did_not_pass_is_hidden(effect: RuleEffect) -> None:
    rule = reports.rule("odd-one", RuleState.FAIL, effect=effect)
    assert "  ✕ odd-one" in lines(reports.decision(rules=(rule,)))
