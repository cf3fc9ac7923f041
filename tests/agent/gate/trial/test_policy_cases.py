"""The form of a file of policy cases: strict, placed, and never empty."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.errors import PolicyError
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.trial.policy_cases import RuleExpectation, parse_cases, unknown_rules
from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState

GOOD = """\
version: 1
policy: policy.yaml
cases:
  - name: goes out
    report: r.json
    set: {environment: production}
    tests: {unit-1: failed}
    environment: production
    at: 2026-11-22T12:00:00Z
    waivers: waivers.yaml
    baseline: before.json
    expect:
      decision: no_go
      without_waivers: go
      rules:
        unit-tests: fail
        accuracy: {state: pass, effect: none}
"""


def details(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        parse_cases(text.encode(), "c.yaml")
    return list(caught.value.details)


def test_every_key_is_read() -> None:
    (case,) = parse_cases(GOOD.encode(), "c.yaml").content.cases
    assert (case.changes, case.expect.decision) == ({"environment": "production"}, GoNoGoDecision.NO_GO)
    assert case.expect.rules == {
        "unit-tests": RuleState.FAIL,
        "accuracy": RuleExpectation(state=RuleState.PASS, effect=RuleEffect.NONE),
    }
    assert case.at is not None
    assert case.at.utcoffset() is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 2", "c.yaml:1:1: version:"),
        ("    expect:", "    expects:", "c.yaml:12:5: cases[0].expects: unknown key; did you mean 'expect'?"),
        (
            "decision: no_go",
            "decision: no-go",
            "c.yaml:13:7: cases[0].expect.decision: 'no-go' is not one of",
        ),
        (
            "accuracy: {state: pass, effect: none}",
            "accuracy: {}",
            "c.yaml:17:9: cases[0].expect.rules.accuracy: expects nothing; give state or effect",
        ),
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:00", "c.yaml:9:5: cases[0].at:"),
        ("unit-1: failed", "unit-1: broken", "c.yaml:7:13: cases[0].tests.unit-1: 'broken' is not one of"),
        ("name: goes out", 'name: "\\u200b"', "c.yaml:4:5: cases[0].name: has no visible sign"),
    ],
)
def test_a_fault_has_a_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    lines = details(GOOD.replace(old, new))
    assert any(line.startswith(said) for line in lines), lines


def test_a_case_that_expects_nothing_is_refused() -> None:
    text = GOOD[: GOOD.index("    expect:")] + "    expect: {}\n"
    assert details(text) == [
        "c.yaml:12:5: cases[0].expect: expects nothing; give decision, without_waivers or rules"
    ]


@pytest.mark.parametrize("cases", ["", " []", "\n  - {}"])
def test_a_file_without_a_case_is_refused(cases: str) -> None:
    assert details(f"version: 1\ncases:{cases}\n")


def test_two_cases_of_one_name_are_refused() -> None:
    text = "version: 1\ncases:\n" + "  - {name: a, report: r, expect: {decision: go}}\n" * 2
    assert details(text) == ["c.yaml:4:6: cases[1].name: the case 1 has this name, too"]


def test_a_rule_that_the_policy_lacks_is_named_with_the_nearest() -> None:
    (case,) = parse_cases(GOOD.replace("accuracy:", "acuracy:").encode(), "c.yaml").content.cases
    assert unknown_rules(case, "$.cases[0]", ai_release()) == [
        "$.cases[0].expect.rules.acuracy: the policy has no rule of this id; did you mean 'accuracy'?"
    ]


def test_the_rule_evidence_can_be_expected() -> None:
    (case,) = parse_cases(GOOD.replace("accuracy:", "evidence:").encode(), "c.yaml").content.cases
    assert unknown_rules(case, "$.cases[0]", ai_release()) == []


trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(st.binary(max_size=200) | trees.map(lambda tree: repr({"version": 1, "cases": tree}).encode()))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    try:
        read = parse_cases(data, "c.yaml")
    except PolicyError:
        return
    assert read.content.cases
