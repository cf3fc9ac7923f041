"""Problems of a policy's text: never an exception, always a place inside the text."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.gate.policies.test_file import GOOD
from tsr_agent.errors import PolicyError
from tsr_agent.gate.linting.policy_check import check_policy
from tsr_agent.gate.policies.builtin import ai_release_bytes
from tsr_agent.gate.policies.file import parse_policy
from tsr_agent.gate.source.lines import lines_of
from tsr_agent.gate.source.problem import PolicyProblem, ProblemSeverity

SIGNS = "{}[]:,-#&*!|>'\"%@` \n\tab1.?~\\\r\x85\u2028"
POLICIES = (GOOD, ai_release_bytes().decode(), json.dumps(json.loads(ai_release_bytes()), indent=1)[:3000])


def underlined(text: str, problem: PolicyProblem) -> str:
    line = lines_of(text)[problem.line - 1]
    return line[problem.column - 1 : problem.end_column - 1]


def errors(text: str | bytes) -> list[PolicyProblem]:
    return [each for each in check_policy(text, "p.yaml") if each.severity is ProblemSeverity.ERROR]


def assert_sound(text: str | bytes) -> None:
    """Positions lie in the text, and there is an error exactly where the policy is refused."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    found = check_policy(text, "p.yaml", today=date(2030, 1, 1))
    lines = lines_of(data.decode("utf-8-sig", "replace"))
    for each in found:
        assert 1 <= each.line <= each.end_line <= len(lines)
        assert 1 <= each.column <= len(lines[each.line - 1]) + 1
        assert 1 <= each.end_column <= len(lines[each.end_line - 1]) + 1
        assert (each.line, each.column) <= (each.end_line, each.end_column)
        assert each.message
    try:
        parse_policy(data, "p.yaml")
    except PolicyError:
        assert any(each.severity is ProblemSeverity.ERROR for each in found)
    else:
        assert all(each.severity is ProblemSeverity.WARNING for each in found)


def test_a_problem_knows_what_to_underline() -> None:
    text = GOOD.replace("failed: 0", "failed: many")
    (found,) = errors(text)
    assert underlined(text, found) == "failed: many"
    assert found.path == "$.rules[0].require.failed"
    text = GOOD.replace("severity: block", "severty: block")
    (found,) = errors(text)
    assert (found.message, found.hint) == ("unknown key", "did you mean 'severity'?")
    assert underlined(text, found) == "severty: block"


def test_what_is_missing_is_told_where_it_would_stand() -> None:
    text = GOOD.replace("    check: tests\n", "")
    (found,) = errors(text)
    assert underlined(text, found) == "id: unit"
    assert found.path == "$.rules[0].check"
    text = GOOD.replace(
        "    where: {metric: accuracy}\n", "    where:\n      scale: {minimum: 0, maximum: 1}\n"
    )
    (found,) = errors(text)
    assert underlined(text, found) == "where"


def test_a_half_written_rule_does_not_hide_the_others() -> None:
    text = GOOD.replace("require: {at_least: 0.85, min_samples: 200}", "require: {at_least: 85}")
    text += "  - id: new\n    check: code_coverage\n    requ:\n  - id:\n  -\n"
    assert [(each.line, each.path) for each in errors(text)] == [
        (22, "$.rules[1].require.at_least"),
        (27, "$.rules[2].require"),
        (29, "$.rules[2].requ"),
        (30, "$.rules[3].check"),
        (30, "$.rules[3].id"),
        (31, "$.rules[4]"),
    ]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("version: 1\n\tname: x", (2, 1), "a tab can't indent"),
        ("version: 1\nrules\nname: x", (2, 1), "a key needs ':' and a value behind it"),
        ("version: 1\nname: x: y", (2, 8), "a ':' where none can stand"),
        ("version: 1\nrules: [", (2, 9), "the parser's own words"),
        ("a: 1\nb: 2\na: 3", (3, 1), "the key 'a' stands twice"),
        ('{"a": 1,\n  "b": }', (2, 8), "not JSON at line 2, column 8: Expecting value"),
        ('{"version": 1,\n "name": "\ud800"}', (1, 1), "not UTF-8"),
        ("name: \x01", (1, 7), "not YAML: the sign U+0001 is not allowed"),
        ('name: "\\UFFFFFFFF"', (1, 1), "an escape behind here stands for no sign"),
        ("", (1, 1), "the file is empty"),
    ],
)
def test_a_text_that_is_no_yaml_has_one_problem_with_its_place(
    text: str, place: tuple[int, int], said: str
) -> None:
    (found,) = check_policy(text)
    if said != "the parser's own words":
        assert said in found.sentence
    if "\ud800" not in text:
        assert (found.line, found.column) == place


def test_bytes_that_are_no_text_are_placed() -> None:
    (found,) = check_policy(b"version: 1\nname: \xff")
    assert (found.line, found.column, found.message) == (2, 7, "not UTF-8")


def test_a_colon_in_a_key_does_not_lose_the_place() -> None:
    text = 'version: 1\nname: x\nrules:\n- id: a\n  "one: two": 3\n  check: tests\n'
    assert (5, "$.rules[0].one: two") in [(each.line, each.path) for each in errors(text)]


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nname: x\n" + "".join(f"key{place}: 1\n" for place in range(20_000)),
        "version: 1\nname: x\nrules:\n" + "- {id: a, check: tests, whre: 1}\n" * 5_000,
        GOOD + "".join(f"      e{place}: {{severity: review}}\n" for place in range(10_000)),
        GOOD.replace("rules:", "".join(f"  e{place}: {{}}\n" for place in range(10_000)) + "rules:"),
    ],
    ids=["keys", "rules", "environments", "approvals"],
)
def test_a_large_text_is_refused_in_time(text: str) -> None:
    """Each of them took minutes where work grew with the square of what the file names."""
    assert errors(text)


def test_rules_may_not_name_any_number_of_environments() -> None:
    many = "".join(
        f"  - {{id: a{place}, check: tests, where: {{type: unit}}, require: {{failed: 0}}, "
        f"environments: {{e{place}: {{}}}}}}\n"
        for place in range(101)
    )
    (found,) = errors("version: 1\nname: n\nrules:\n" + many)
    assert found.message == "101 environments are named"


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_cut_anywhere(policy: str) -> None:
    for end in range(len(policy)):
        assert_sound(policy[:end])


@settings(max_examples=500)
@given(st.data())
def test_a_policy_with_anything_in_it(data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(POLICIES))
    start = data.draw(st.integers(0, len(policy)))
    end = data.draw(st.integers(start, min(len(policy), start + 30)))
    signs = st.text(max_size=12) | st.text(
        alphabet="{}[]:,-#&*!|>'\"%@` \n\tab1.?~\\\r\x85\u2028", max_size=12
    )
    assert_sound(policy[:start] + data.draw(signs) + policy[end:])


@settings(max_examples=500)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_any_text(text: str | bytes) -> None:
    assert_sound(text)
