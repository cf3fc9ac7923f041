"""A report that the codec has just read is taken as it is: the quick way finds what the long one does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.factories.generated_reports import WORSENINGS, consistent_report, dice
from tests.factories.judged_reports import NOW, iteration, releasable
from tsr_agent.errors import DocumentError
from tsr_agent.gate.baseline import JudgedReport
from tsr_agent.gate.evaluate import decide, evaluate
from tsr_agent.gate.evidence import admit, of_document
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.models import codec
from tsr_agent.models.report import TestSummaryReport


def both_ways(report: TestSummaryReport) -> None:
    """Whatever of a report survives its encoding is judged alike both ways."""
    document = codec.encode(report)
    try:
        decoded = codec.decode(document, TestSummaryReport)
    except DocumentError:
        return  # what the codec refuses never comes this way
    assert of_document(decoded) == admit(decoded)
    quick = JudgedReport(
        evidence=of_document(decoded),
        environment=decoded.environment,
        created_at=decoded.created_at,
        digest=codec.digest(document),
        moment=NOW,
    )
    whole = evaluate(
        decoded,
        ai_release(),
        None,
        None,
        NOW,
        environment=decoded.environment,
        report_digest=codec.digest(document),
    )
    assert decide(quick, ai_release(), None, None) == whole


@given(dice, st.lists(st.sampled_from(WORSENINGS), max_size=4))
def test_generated_reports_are_judged_alike_both_ways(roll: Any, worsenings: list[Any]) -> None:
    report = consistent_report(roll)
    for worsen in worsenings:
        report = worsen(report, roll)
    try:
        both_ways(report)
    except (TypeError, ValueError):
        with pytest.raises((TypeError, ValueError)):
            codec.encode(report)  # built in memory of what no document can hold


ODD: list[dict[str, Any]] = [
    {"environment": " "},
    {"environment": "\u200b"},
    {"schema_version": 2**53},
    {"schema_version": 2**60},
    {"eval_iterations": (iteration(2**53), iteration(1))},
    {"eval_iterations": (iteration(1, metrics={"accuracy": 10**18, "": -0.0}),)},
    {"environment": "a\ud7ff\ue000\0"},
    {"manual_approval_required": True},
    {"build": None, "inputs": (), "runs": ()},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda each: str(each)[:50])
def test_odd_reports_are_judged_alike_both_ways(odd: dict[str, Any]) -> None:
    report = replace(releasable(), **odd)
    codec.decode(codec.encode(report), TestSummaryReport)
    both_ways(report)
