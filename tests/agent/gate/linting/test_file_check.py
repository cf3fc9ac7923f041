"""What is wrong with waivers and quarantines, each entry with its place."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.gate.policies.test_file import GOOD
from tsr_agent.errors import PolicyError
from tsr_agent.gate.exceptions.quarantine_file import parse_quarantine
from tsr_agent.gate.exceptions.waivers import parse_waivers
from tsr_agent.gate.linting.file_check import check_file, kind_of
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.source.lines import lines_of
from tsr_agent.gate.source.problem import ProblemSeverity

TODAY = date(2026, 11, 23)
WAIVER = {
    "id": "W-7",
    "rule": "unit",
    "scope": {"branch": "main"},
    "reason": "mended next week",
    "ticket": "BOT-71",
    "owner": "ana",
    "approved_by": "ben",
    "expires": "2027-01-15",
}
TEST = {"test": "t::a", "reason": "slow", "ticket": "B-1", "owner": "ana", "expires": "2027-01-15"}
READERS: dict[str, Any] = {"waivers": parse_waivers, "quarantine": parse_quarantine}


def said(kind: str, *entries: object) -> list[tuple[str, str, str]]:
    tree = {"version": 1, {"waivers": "waivers", "quarantine": "tests"}[kind]: entries}
    data = json.dumps(tree, indent=1).encode()
    assert kind_of(data) == kind
    return [(each.id, each.path, each.sentence) for each in check_file(data, "f", kind, TODAY)]


def test_sound_ones() -> None:
    assert said("waivers", WAIVER) == []
    assert said("quarantine", TEST) == []


@pytest.mark.parametrize(
    ("kind", "entry", "key"), [("waivers", WAIVER, "waivers"), ("quarantine", TEST, "tests")]
)
def test_days(kind: str, entry: dict[str, Any], key: str) -> None:
    dated = [
        {**entry, "id": f"W-{place}", "test": f"t{place}", "expires": each}
        for place, each in enumerate(("2026-11-22", "2026-11-23", "2026-12-07", "2026-12-08", "2027-02-22"))
    ]
    for each in dated:
        del each["test" if kind == "waivers" else "id"]
    assert said(kind, *dated) == [
        ("expired", f"$.{key}[0].expires", "expired on 2026-11-22; remove the entry"),
        ("expires-soon", f"$.{key}[1].expires", "expires today"),
        ("expires-soon", f"$.{key}[2].expires", "expires in 14 days"),
        ("", f"$.{key}[4].expires", "expires in 91 days; at most 90 are allowed"),
    ]


@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        ({"owner": " "}, "$.waivers[0].owner", "must not be blank"),
        ({"ownr": "x"}, "$.waivers[0].ownr", "unknown key; did you mean 'owner'?"),
        ({"rule": "unit-*"}, "$.waivers[0].rule", "'unit-*' is a pattern; a waiver is for one rule"),
        ({"rule": "evidence"}, "$.waivers[0].rule", "the rule 'evidence' can't be waived"),
        (
            {"scope": {"sha": "abc"}},
            "$.waivers[0].scope.sha",
            "must be a whole git object id: 40 or 64 lower-case hexadecimal digits",
        ),
        ({"scope": {}}, "$.waivers[0]", "its scope is empty: it would hold everywhere"),
        ({"approved_by": "ANA"}, "$.waivers[0]", "its owner approved it; somebody else has to"),
        ({"expires": "soon"}, "$.waivers[0].expires", "is not a day such as 2027-01-31"),
    ],
)
def test_a_waiver_that_can_not_be_used(change: dict[str, Any], path: str, what: str) -> None:
    (found,) = said("waivers", {**WAIVER, **change})
    assert found[:2] == ("", path)
    assert found[2].startswith(what)


def test_a_waiver_for_a_rule_that_the_policy_does_not_have() -> None:
    data = json.dumps({"version": 1, "waivers": [{**WAIVER, "rule": "unit-test"}]}).encode()
    (found,) = check_file(data, "f", "waivers", TODAY, policy=ai_release())
    assert (found.severity, found.id) == (ProblemSeverity.WARNING, "unknown-rule")
    assert found.sentence == "the policy 'ai-release' has no rule 'unit-test'; did you mean 'unit-tests'?"
    assert (
        check_file(data.replace(b"unit-test", b"accuracy"), "f", "waivers", TODAY, policy=ai_release()) == ()
    )
    assert check_file(data, "f", "waivers", TODAY) == ()


def test_twins_and_what_is_no_entry() -> None:
    assert [each[1] for each in said("waivers", WAIVER, None, WAIVER)] == [
        f"$.waivers[{n}]" for n in range(3)
    ]


def test_the_kind_of_a_file() -> None:
    assert kind_of(GOOD.encode()) == "policy"
    assert kind_of(b"waivers: []") == "waivers"
    assert kind_of(b"tests: []") == "quarantine"
    assert kind_of(b"version: 1\nwaiver: []") == "waivers"
    assert kind_of(b"name: x\ntest: []") == "policy"
    assert {kind_of(each) for each in (b"", b"\xff", b"a: [", b"- waivers", b"rules: []\ntests: []")} == {
        "policy"
    }


@settings(max_examples=300)
@given(st.data())
def test_any_file_is_told_about(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(READERS)))
    entry = WAIVER if kind == "waivers" else TEST
    text = json.dumps({"version": 1, "waivers" if kind == "waivers" else "tests": [entry, entry]}, indent=1)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    document = (text[:start] + data.draw(st.text(max_size=8)) + text[end:]).encode("utf-8", "surrogatepass")
    found = check_file(document, "f", kind, TODAY)
    lines = lines_of(document.decode("utf-8-sig", "replace"))
    assert all(1 <= each.line <= len(lines) for each in found)
    assert all(1 <= each.column <= len(lines[each.line - 1]) + 1 for each in found)
    errors = [each for each in found if each.severity is ProblemSeverity.ERROR]
    try:
        unusable = READERS[kind](document, "f").unusable
    except PolicyError:
        assert errors
    else:
        assert errors or not unusable
