"""The page on evidence strength says what the gate does: each of its numbers is computed here."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from math import comb
from typing import TYPE_CHECKING

import pytest

from tests.factories.judged_reports import iteration, judge, passing, releasable, rule
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.models.decision import GoNoGoDecision, RuleState
from tsr_agent.models.evals import MetricValue
from tsr_agent.models.results import TestType

if TYPE_CHECKING:
    from pathlib import Path

    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision

SIZES = (20, 50, 100, 200, 400)
VERDICTS = (GoNoGoDecision.GO, GoNoGoDecision.PENDING_REVIEW, GoNoGoDecision.NO_GO)


@pytest.fixture(scope="module")
def page(project_dir: Path) -> str:
    return (project_dir / "docs" / "evidence-strength.md").read_text("utf-8")


@pytest.fixture(scope="module")
def policies(page: str) -> dict[str, Policy]:
    texts = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    read = [parse_policy(text.encode(), "evidence-strength.md") for text in texts]
    return {each.name: each for each in read}


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    section = page.split(f"## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def decided(policy: Policy, share: float, n: int) -> Decision:
    """What the gate makes of a report with that accuracy on so many cases."""
    metrics: dict[str, float | MetricValue] = {"accuracy": MetricValue(value=share, n=n)}
    return judge(releasable(eval_iterations=(iteration(1, metrics=metrics),)), policy)


def shows(policy: Policy, share: float, n: int) -> bool:
    return rule(decided(policy, share, n), "by-interval").state is RuleState.PASS


def chance(true_share: str, right: int, n: int) -> Fraction:
    """Of so many right answers of n, exactly."""
    p = Fraction(true_share)
    return comb(n, right) * p**right * (1 - p) ** (n - right)


def in_per_cent(found: Fraction) -> str:
    return f"{float(round(found * 100, 1)):.1f} %"


def test_the_chance_to_pass(page: str, policies: dict[str, Policy]) -> None:
    passes = cache(
        lambda rule_id, right, n: (
            rule(decided(policies["two-ways"], right / n, n), rule_id).state is RuleState.PASS
        )
    )
    computed = [
        [f"`{name}`", true_share]
        + [
            in_per_cent(
                sum(
                    (chance(true_share, right, n) for right in range(n + 1) if passes(name, right, n)),
                    Fraction(0),
                )
            )
            for n in SIZES
        ]
        for name in ("by-value", "by-interval")
        for true_share in ("0.82", "0.85", "0.88", "0.92")
    ]
    assert table(page, "Two ways to ask") == computed


def test_twenty_of_twenty(page: str, policies: dict[str, Policy]) -> None:
    found = rule(decided(policies["two-ways"], 1.0, 20), "by-interval")
    assert found.state is RuleState.FAIL
    assert found.interval is not None
    assert f"show {found.interval[0]:.3f}" in page


def test_how_many_cases_it_takes(page: str, policies: dict[str, Policy]) -> None:
    policy = policies["two-ways"]
    for share, cases, whole_cases in table(page, "How many cases it takes"):
        fewest = int(cases.replace(",", ""))
        assert shows(policy, float(share), fewest)
        assert not shows(policy, float(share), fewest - 1)
        step = Fraction(share).denominator
        several = range(step, int(whole_cases.replace(",", "")) + 1, step)
        assert [n for n in several if shows(policy, float(Fraction(share)), n)] == [several[-1]]


def test_the_remark_it_quotes(page: str, policies: dict[str, Policy]) -> None:
    remarks = rule(decided(policies["two-ways"], 0.88, 200), "by-interval").remarks
    assert len(remarks) == 1
    assert f'"{remarks[0]}"' in page


def test_what_no_failure_still_allows(page: str) -> None:
    policy = parse_policy(
        b"version: 1\nname: p\nrules:\n"
        b"  - {id: e, check: tests, where: {type: evals}, require: {failed: 0}}\n",
        "p.yaml",
    )
    for cases, rate in table(page, "No failure is not never"):
        n = int(cases.replace(",", ""))
        report = releasable(test_results=(passing(TestType.EVALS, n),), requirement_coverage=(), runs=())
        (remark,) = rule(judge(report, policy), "e").remarks
        assert f"up to {rate} " in remark


def test_both_together(page: str, policies: dict[str, Policy]) -> None:
    n = 200
    verdicts = [decided(policies["both"], right / n, n).decision for right in range(n + 1)]
    computed = [
        [true_share]
        + [
            in_per_cent(
                sum(
                    (chance(true_share, right, n) for right, each in enumerate(verdicts) if each is verdict),
                    Fraction(0),
                )
            )
            for verdict in VERDICTS
        ]
        for true_share in ("0.82", "0.88", "0.92")
    ]
    assert table(page, "Which to use") == computed
