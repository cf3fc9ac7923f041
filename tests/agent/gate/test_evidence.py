"""What of a report is judged: what does not fit is left out and named.

A report that the codec has just read is taken as it is: the quick way finds what the long one does.
"""

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
from tsr_agent.gate.wording import MAX_COUNT
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
    assert codec.decode(codec.encode(report), TestSummaryReport).id == report.id
    both_ways(report)


@pytest.mark.parametrize(("field", "longest"), [("id", 100), ("environment", 50)])
def test_a_name_is_a_text_of_some_signs(field: str, longest: int) -> None:
    fits = admit(replace(releasable(), **{field: "x" * longest}))
    assert (getattr(fits, "report_id" if field == "id" else field), fits.problems) == ("x" * longest, ())
    for odd in ("", " ", "\t\n", "x" * (longest + 1), None, 7):
        found = admit(replace(releasable(), **{field: odd}))
        assert found.problems == (f"{field} is not a text of 1 to {longest} characters",)
        assert len(getattr(found, "report_id" if field == "id" else field)) <= longest


@pytest.mark.parametrize("odd", [None, 7, "unit", {"unit": 1}, {1}])
@pytest.mark.parametrize("field", ["test_results", "eval_iterations", "inputs", "runs"])
def test_what_is_no_list_is_left_out_and_named(field: str, odd: Any) -> None:
    found = admit(replace(releasable(), **{field: odd}))
    assert getattr(found, field) == ()
    assert f"{field} is not a list" in found.problems


def test_an_iteration_number_that_not_every_reader_has_exactly_is_left_out_and_named() -> None:
    last = admit(replace(releasable(), eval_iterations=(iteration(1), iteration(MAX_COUNT))))
    assert ([each.iteration for each in last.eval_iterations], last.problems) == ([1, MAX_COUNT], ())
    beyond = replace(releasable(), eval_iterations=(iteration(MAX_COUNT + 1), iteration(1)))
    for found in (admit(beyond), of_document(beyond)):
        assert [each.iteration for each in found.eval_iterations] == [1]
        assert len(found.problems) == 1
        assert found.problems[0].startswith("eval_iterations")


def test_of_iterations_of_one_number_the_same_is_the_latest_wherever_it_is_listed() -> None:
    """The report contradicts itself and is not released; that it says so must not depend on the order."""
    twins = [iteration(2, version_name=name) for name in ("V2", "V10", "V1")]
    names = []
    for place in range(3):
        turned = (*twins[place:], iteration(1), *twins[:place])
        latest = admit(replace(releasable(), eval_iterations=turned)).latest_iteration()
        names.append(latest.version_name if latest is not None else "")
    assert names == ["V1"] * 3


def test_a_report_without_a_manifest_did_not_test_what_it_names() -> None:
    assert admit(releasable()).tested_what_it_names()
    assert not admit(replace(releasable(), versions=None)).tested_what_it_names()
