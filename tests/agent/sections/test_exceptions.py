"""What was excused, what was not, and what a verdict says of it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from tests.factories.full_decisions import BASELINE, TERMS, full_decision, waiver
from tests.factories.shown_reports import decision, report, rule
from tsr_agent.models.decision import (
    BaselineSelect,
    ExceptionStanding,
    GoNoGoDecision,
    QuarantineNote,
    RuleState,
)
from tsr_agent.sections.exceptions import exceptions, exceptions_summary
from tsr_agent.sections.overview import overview
from tsr_agent.sections.rules import rules


def test_what_was_applied_comes_first_and_what_was_idle_last() -> None:
    standings = (ExceptionStanding.UNMATCHED, ExceptionStanding.UNUSABLE, ExceptionStanding.EXPIRED)
    notes = tuple(waiver(each.value, each) for each in (*standings, ExceptionStanding.APPLIED))
    rows = exceptions(decision(waivers=notes))
    assert [row.id for row in rows] == ["applied", "expired", "unusable", "unmatched"]
    assert [row.is_idle for row in rows] == [False, False, False, True]


def test_an_idle_waiver_that_ends_soon_is_worth_a_look() -> None:
    (row,) = exceptions(
        decision(waivers=(waiver("W-1", ExceptionStanding.UNMATCHED, reason="no need", expires_soon=True),))
    )
    assert not row.is_idle
    assert row.sentence == (
        "Waiver W-1 for line-coverage: did not match, no need; owner ana, until 2026-12-15 (ends soon)"
    )


def test_an_entry_that_says_nothing_of_itself() -> None:
    note = QuarantineNote(test_id="t", standing=ExceptionStanding.UNUSABLE, reason="no owner")
    (row,) = exceptions(decision(quarantine=(note,)))
    assert row.sentence == "Quarantined test t: unusable, no owner"


def test_the_summary_counts_what_a_reader_of_the_verdict_has_to_know() -> None:
    assert exceptions_summary(full_decision()) == (
        "1 waiver applied, 1 test in quarantine left out, 2 expire soon, 1 exception expired, "
        "1 exception unusable"
    )
    idle = decision(waivers=(waiver("W-1", ExceptionStanding.UNMATCHED, reason="no need"),))
    assert exceptions_summary(idle) == ""


def test_the_verdict_without_exceptions_is_there_where_one_was_applied_or_it_differs() -> None:
    assert overview(report(), decision()).without_exceptions is None
    same = overview(report(), full_decision())
    assert str(same.without_exceptions) == "■ NO-GO"
    waived = decision(GoNoGoDecision.GO, decision_without_waivers=GoNoGoDecision.PENDING_REVIEW)
    assert str(overview(report(), waived).without_exceptions) == "▲ PENDING REVIEW"


@pytest.mark.parametrize(
    ("select", "words"),
    [
        (BaselineSelect.LAST_APPROVED, "the last one that was released"),
        (BaselineSelect.PREVIOUS, "the one before it on record"),
        (BaselineSelect.GIVEN, "which whoever judged named"),
    ],
)
def test_what_it_was_compared_with(select: BaselineSelect, words: str) -> None:
    reference = msgspec.structs.replace(
        BASELINE, select=select, created_at=datetime(2026, 11, 13, 12, tzinfo=UTC)
    )
    head = overview(report(), decision(baseline=reference), UTC)
    assert head.comparison == f"Compared with TSR-2026-11-13-77e1b30 of 2026-11-13, {words}."
    old = msgspec.structs.replace(reference, created_at=None)
    assert " of 2026" not in overview(report(), decision(baseline=old), UTC).comparison


def test_who_has_to_approve_is_in_the_head() -> None:
    assert overview(report(), decision(approval=TERMS)).approval == (
        "2 different people have to approve, each a release manager or tech lead, but nobody who started the "
        "run or wrote the commit."
    )
    assert overview(report(), decision()).approval == ""


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((0.2053, 0.4093), "95 % interval 0.205 to 0.409"),
        ((0.84996, 0.90004), "95 % interval 0.84996 to 0.90004"),
        ((0.0, 1.0), "95 % interval 0 to 1"),
        ((0.375031, 0.5), "95 % interval 0.375 to 0.5"),
        ((812.3456, 1204.5), "95 % interval 812.35 to 1,204.5"),
    ],
)
def test_an_interval_never_rounds_onto_a_rounder_bound(interval: tuple[float, float], said: str) -> None:
    (row,) = rules(decision(rules=(rule("a", RuleState.FAIL, interval=interval, confidence=0.95),)))
    assert row.interval == said


def test_quarantined_tests_are_named_once() -> None:
    named = rule(
        "a", RuleState.WAIVED, message="in quarantine: t1 (until 2026-12-20, ana)", quarantined=("t1",)
    )
    silent = rule(
        "b", RuleState.WAIVED, message="1 failed", quarantined=tuple(f"t{each}" for each in range(5))
    )
    rows = rules(decision(rules=(named, silent)))
    assert [row.quarantined for row in rows] == ["", "5 tests in quarantine left out: t0, t1, t2 and 2 more"]


@pytest.mark.parametrize(("confidence", "said"), [(0.999, "99.9 %"), (0.975, "97.5 %"), (0.8, "80 %")])
def test_the_confidence_as_it_is_known(confidence: float, said: str) -> None:
    (row,) = rules(decision(rules=(rule("a", RuleState.FAIL, interval=(0.1, 0.2), confidence=confidence),)))
    assert row.interval == f"{said} interval 0.1 to 0.2"


def test_an_interval_without_its_confidence_claims_none() -> None:
    (row,) = rules(decision(rules=(rule("a", RuleState.FAIL, interval=(0.2053, 0.4093)),)))
    assert row.interval == "interval 0.205 to 0.409"
