"""Which changes of a rule ask for less."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.strictness import Stricter, as_text, loosenings, milder_terms, missing_rank
from tsr_agent.gate.rule import IgnoreMissing, MissingEvidence
from tsr_agent.models.approval import ApprovalTerms, ApproverRole, DistinctFrom
from tsr_agent.models.coverage import CoverageMeasure

if TYPE_CHECKING:
    from tsr_agent.gate.rule import Rule

TESTS = {"id": "a", "check": "tests", "where": {"type": "unit"}, "require": {"failed": 0}}
METRIC = {"id": "a", "check": "eval_metric", "where": {"metric": "bleu"}, "require": {"at_least": 2}}


def rule(entry: dict[str, Any], **changed: Any) -> Rule:
    return msgspec.convert({**entry, **changed}, CHECKS[entry["check"]])


def looser(entry: dict[str, Any], **changed: Any) -> list[str]:
    return [each.key for each in loosenings(rule(entry), rule(entry, **changed))]


@pytest.mark.parametrize("check", list(CHECKS))
def test_every_required_value_declares_which_direction_is_stricter(check: str) -> None:
    """One without a direction can't change in a locked rule, not even to the better."""
    fields = {field.name: field.type for field in msgspec.structs.fields(CHECKS[check])}
    require: Any = fields.get("require")
    if require is not None:
        names = {field.name for field in msgspec.structs.fields(require)}
        assert set(require.directions) == names


@pytest.mark.parametrize(
    ("changed", "keys"),
    [
        ({}, []),
        ({"severity": "review"}, ["severity"]),
        ({"severity": "info"}, ["severity"]),
        ({"effective_on": "2027-01-01"}, ["effective_on"]),
        ({"locked": True}, []),
        ({"where": {"type": "e2e"}}, ["where.type"]),
        ({"require": {"failed": 1}}, ["require.failed"]),
        ({"require": {"failed": 0, "errors": 1}}, ["require.errors"]),
        ({"require": {"failed": 0, "errors": 0}}, []),
        ({"require": {"max_failure_rate": 0}}, ["require.failed"]),
        ({"require": {"failed": 0, "min_executed": 5, "max_skipped_ratio": 0.5}}, []),
        ({"check": "clean_tree"}, ["check"]),
    ],
)
def test_a_rule_on_tests(changed: dict[str, Any], keys: list[str]) -> None:
    entry = {**TESTS, **changed}
    if entry["check"] == "clean_tree":
        del entry["where"], entry["require"]
    found = loosenings(rule(TESTS), rule(entry))
    assert [each.key for each in found] == keys


def test_another_check_is_another_rule_in_both_directions() -> None:
    clean = rule({"id": "a", "check": "clean_tree"})
    for parent, child in ((clean, rule(TESTS)), (rule(TESTS), clean)):
        (found,) = loosenings(parent, child)
        assert (found.key, found.was, found.now) == ("check", parent.check, child.check)


def test_a_later_day_is_looser_and_an_earlier_one_is_not() -> None:
    dated = {**TESTS, "effective_on": date(2027, 1, 1)}
    assert looser(dated, effective_on="2027-01-02") == ["effective_on"]
    assert looser(dated, effective_on="2026-12-31") == looser(dated, effective_on=None) == []
    assert looser(dated, effective_on="2027-01-01") == []


def test_a_day_is_told_beside_the_one_that_it_takes_the_place_of() -> None:
    later = rule(TESTS, effective_on="2027-01-02")
    (from_a_day,) = loosenings(rule(TESTS, effective_on="2027-01-01"), later)
    assert (from_a_day.was, from_a_day.now) == ("2027-01-01", "2027-01-02")
    (from_none,) = loosenings(rule(TESTS), later)
    assert (from_none.was, from_none.now) == ("at once", "2027-01-02")


def test_a_locked_rule_stays_locked() -> None:
    assert looser({**TESTS, "locked": True}, locked=False) == ["locked"]


def test_a_list_in_another_order_is_the_same_scope() -> None:
    modes = {"id": "a", "check": "failure_modes", "where": {"severity": ["major", "critical"]}}
    assert looser(modes, where={"severity": ["critical", "major"]}) == []
    assert looser(modes, where={"severity": ["critical"]}) == ["where.severity"]
    assert looser(modes, where={"severity": ["critical", "major", "minor"]}) == ["where.severity"]


@pytest.mark.parametrize(
    ("was", "now", "keys"),
    [
        ({"at_least": 2}, {"at_least": 1.5}, ["require.at_least"]),
        ({"at_least": 2}, {"at_least": 3, "min_samples": 5}, []),
        ({"at_least": 2, "at_most": 9}, {"at_least": 2}, ["require.at_most"]),
        ({"at_least": 2, "at_most": 9}, {"at_least": 3, "at_most": 8}, []),
        # A metric that says "lower is better" fails a bound from below alone, and not one from both sides.
        ({"at_least": 2}, {"at_least": 2, "at_most": 9}, ["require.at_most"]),
        ({"at_most": 2}, {"at_least": 1.5, "at_most": 2}, ["require.at_least"]),
        # A bound up to 1 says that the metric is a share, and 85 then fails.
        ({"at_least": 0.5}, {"at_least": 2}, ["where.scale"]),
        ({"at_least": -1}, {"at_least": 0.5}, []),
        # A share can be shown from its cases; another metric takes a standard error.
        ({"at_most": 9, "confidence": 0.95}, {"at_most": 0.5, "confidence": 0.95}, ["where.scale"]),
    ],
)
def test_a_rule_on_a_metric(was: dict[str, float], now: dict[str, float], keys: list[str]) -> None:
    assert looser({**METRIC, "require": was}, require=now) == keys


def test_a_loosening_has_both_values_as_text() -> None:
    (found,) = loosenings(rule(METRIC), rule(METRIC, require={"at_least": 1.25}))
    assert (found.key, found.was, found.now) == ("require.at_least", "2", "1.25")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (12_345, "12,345"),
        (0.05, "0.05"),
        (CoverageMeasure.LINE, "line"),
        ((), "nothing"),
        ((CoverageMeasure.LINE, "b\u202e"), "line, b"),
        (date(2027, 1, 1), "2027-01-01"),
        (IgnoreMissing(ignore="why not"), '{"ignore":"why not"}'),
    ],
)
def test_values_as_text(value: object, text: str) -> None:
    assert as_text(value).startswith(text)


def test_missing_evidence_from_the_mildest_to_the_strictest() -> None:
    treatments = (IgnoreMissing(ignore="why not"), MissingEvidence.REVIEW, MissingEvidence.FAIL)
    assert [missing_rank(each) for each in treatments] == [0, 1, 2]


def test_approvals() -> None:
    both = ApprovalTerms(count=2, roles=tuple(ApproverRole), distinct_from=tuple(DistinctFrom))
    one = ApprovalTerms(count=1, roles=(ApproverRole.TECH_LEAD,), distinct_from=())
    assert [each.key for each in milder_terms(both, one)] == ["count", "distinct_from"]
    assert [each.key for each in milder_terms(one, both)] == ["roles"]
    assert milder_terms(both, both) == []


def test_no_direction_means_no_change() -> None:
    class Require(msgspec.Struct):
        odd: int

    class Odd(CHECKS["clean_tree"]):  # type: ignore[misc]  # a check of its own
        require: Require

    parent = Odd(id="a", check="clean_tree", require=Require(odd=1))
    for changed in (0, 2):
        child = Odd(id="a", check="clean_tree", require=Require(odd=changed))
        assert [each.key for each in loosenings(parent, child)] == ["require.odd"]
    assert loosenings(parent, Odd(id="a", check="clean_tree", require=Require(odd=1))) == []
    assert Stricter.UNCHANGED in Stricter
