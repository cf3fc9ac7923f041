"""The decision on the pages of CI systems: the same as in the terminal, and bounded."""

from __future__ import annotations

import msgspec
import pytest

from tests.factories import shown_reports as reports
from tests.factories.full_decisions import full_decision, full_rules, waiver
from tsr_agent.cli.ci_summary import summary
from tsr_agent.models.decision import ExceptionStanding, GoNoGoDecision


def page(budget: int = 10**6, **changed: object) -> str:
    return summary(reports.report(), full_decision(**changed), budget)


@pytest.mark.parametrize(
    "said",
    [
        "| Approval | 2 different people have to approve, each a release manager or tech lead",
        "| Baseline | Compared with TSR-2026-11-13-77e1b30 of 2026-11-13",
        "Without waivers and quarantine: ■ NO-GO.",
        "0.812<br>95 % interval 0.759 to 0.84996",
        "<br>Remark: The 95 % interval reaches up to the bound",
        "<br>1 test in quarantine left out",
        "Remark on <code>security-tests</code>: 0 failures in 1 test still allow a rate of up to 95 %",
        "| – applied | Waiver <code>W-7</code> | line-coverage | ana | 2026-12-15 |  |",
        "Waiver <code>W-8</code> | unit-tests | ana | 2026-12-15 (ends soon) | its rule did not fail |",
        "| ✕ fail | <code>requirements</code> | warns |",
    ],
)  # fmt: skip
def test_it_says(said: str) -> None:
    assert said in page()


def test_a_waiver_with_nothing_to_do_is_no_news() -> None:
    assert "W-9" not in page()


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    said = summary(reports.report(), reports.decision(GoNoGoDecision.GO), 10**6)
    for word in ("Approval", "Baseline", "Exceptions", "Remark", "Without waivers"):
        assert word not in said


@pytest.mark.parametrize("budget", [0, 500, 1_500, 3_000, 20_000])
def test_it_stays_within_its_bytes_whatever_there_is_to_say(budget: int) -> None:
    crowd = tuple(
        waiver(f"W-{number}", ExceptionStanding.EXPIRED, reason="x" * 900) for number in range(1_000)
    )
    rules = tuple(
        msgspec.structs.replace(rule, remarks=("é" * 900,) * 50, quarantined=("q" * 900,) * 50)
        for rule in full_rules()
    )
    assert len(page(budget, waivers=crowd, rules=rules).encode()) <= budget
