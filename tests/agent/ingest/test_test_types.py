from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.test_types import TestTypes, TypeRule
from tsr_agent.models.results import TestType


def rule(test_type: TestType, pattern: str) -> TypeRule:
    return TypeRule(test_type=test_type, pattern=pattern)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("unit.xml", TestType.UNIT),
        ("TEST-unit.xml", TestType.UNIT),
        ("integration-tests.xml", TestType.INTEGRATION),
        ("junit_e2e.xml", TestType.E2E),
        ("security/junit.xml", TestType.SECURITY),
        ("Security/deep/er/junit.xml", TestType.SECURITY),
        ("ci.performance.run/junit.xml", TestType.PERFORMANCE),
        ("unit/unit.xml", TestType.UNIT),
        ("junit.xml", None),
        ("TEST-demo.SecurityTest.xml", None),
        ("community.xml", None),
        ("unit-and-integration.xml", None),
        ("integration/unit.xml", None),
        ("evals.xml", TestType.EVALS),
        ("eval.xml", None),
    ],
)
def test_a_word_of_the_path_says_the_type_and_two_say_none(path: str, expected: TestType | None) -> None:
    found = TestTypes().of(path)
    assert found.test_type is expected
    assert (expected is not None) or "--type" in found.reason


def test_options_come_before_the_file_and_the_file_before_the_name() -> None:
    types = TestTypes(
        options=(rule(TestType.E2E, "unit-browser.xml"),),
        configured=(rule(TestType.SECURITY, "unit-*.xml"), rule(TestType.SECURITY, "scans/**")),
    )
    assert types.of("unit-browser.xml").test_type is TestType.E2E
    assert types.of("unit-other.xml").test_type is TestType.SECURITY
    assert types.of("scans/a/unit.xml").test_type is TestType.SECURITY
    assert types.of("unit.xml").test_type is TestType.UNIT


def test_two_rules_that_disagree_say_nothing() -> None:
    types = TestTypes(options=(rule(TestType.UNIT, "*.xml"), rule(TestType.E2E, "a*")))
    found = types.of("a.xml")
    assert found.test_type is None
    assert "both" in found.reason
    assert types.of("b.xml").test_type is TestType.UNIT


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.xml", "deep/er/a.xml", True),
        ("deep/*.xml", "deep/a.xml", True),
        ("deep/*.xml", "deep/er/a.xml", False),
        ("deep/**/*.xml", "deep/a.xml", True),
        ("deep/**/*.xml", "deep/er/est/a.xml", True),
        ("deep/**", "deep/er/a.xml", True),
        ("**/a.xml", "a.xml", True),
        ("results/a.xml", "a.xml", True),
        ("./a?.xml", "ab.xml", True),
        ("a?.xml", "ab.xml", True),
        ("a[bc].xml", "ab.xml", False),
        ("a[bc].xml", "a[bc].xml", True),
        ("*.xml", "a.xml.txt", False),
    ],
)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    types = TestTypes(options=(rule(TestType.UNIT, pattern),), root="results")
    assert (types.of(path).test_type is TestType.UNIT) is matches


def test_a_rule_that_matches_nothing_is_told() -> None:
    types = TestTypes(options=(rule(TestType.UNIT, "units.xml"), rule(TestType.E2E, "r/x.xml")), root="r")
    assert [each.pattern for each in types.unused(["unit.xml", "x.xml"])] == ["units.xml"]


@given(st.text(), st.text())
def test_any_pattern_and_any_path_have_an_answer(pattern: str, path: str) -> None:
    assert TestTypes(options=(rule(TestType.UNIT, pattern),)).of(path) is not None
