"""What a rule asks for, in the words of people who never saw the policy's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.gate.checks.registry import CHECKS
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.gate.sentences import per_cent

if TYPE_CHECKING:
    from tsr_agent.gate.rule import Rule

CANDIDATES: tuple[Any, ...] = (
    *(
        0.9,
        0.8,
        3,
        4,
        "unit",
        "e2e",
        "branch",
        "improved",
        "passed",
        "last",
        "lower",
        "auto",
        "something",
        "other",
    ),
    *(["critical"], ["open"], ["error"], ["mon"], ["2026-12-24"], ["something"], "+02:00", True),
    {"minimum": 1, "maximum": 5},
    [{"first": "2026-12-20", "last": "2027-01-03", "reason": "holidays"}],
)
"""Values of which each key takes one; a key of another kind adds its own here."""


def part_of(check: str, part: str) -> Any:
    """The form of ``where`` or ``require``; None for a check that has none."""
    return next((each.type for each in msgspec.structs.fields(CHECKS[check]) if each.name == part), None)


def keys_of(check: str, part: str) -> tuple[msgspec.structs.FieldInfo, ...]:
    form = part_of(check, part)
    return () if form is None else msgspec.structs.fields(form)


KEYS = [
    pytest.param(check, part, field, id=f"{check}.{part}.{field.encode_name}")
    for check in CHECKS
    for part in ("where", "require")
    for field in keys_of(check, part)
]


def asks(check: str, require: dict[str, Any], where: dict[str, Any]) -> str:
    entry: dict[str, Any] = {"id": "a-rule", "check": check}
    entry |= {"where": where} if part_of(check, "where") is not None else {}
    entry |= {"require": require} if part_of(check, "require") is not None else {}
    return msgspec.convert(entry, CHECKS[check]).asks()


def values(field: msgspec.structs.FieldInfo) -> list[Any]:
    """What the key takes, its default left out."""
    default = None if field.default is msgspec.NODEFAULT else msgspec.to_builtins(field.default)
    return [each for each in CANDIDATES if each != default and fits(each, field.type)]


def fits(value: Any, form: Any) -> bool:
    try:
        msgspec.convert(value, form)
    except msgspec.ValidationError:
        return False
    return True


def needed(check: str, part: str) -> dict[str, Any]:
    """The least that this part has to hold."""
    return {field.encode_name: values(field)[0] for field in keys_of(check, part) if field.required}


@pytest.mark.parametrize(("check", "part", "field"), KEYS)
def test_every_key_changes_the_sentence(check: str, part: str, field: msgspec.structs.FieldInfo) -> None:
    """A key that is silent in the sentence would bind the release behind the auditor's back."""
    found = values(field)
    assert found, f"no candidate fits {field.type}; add one to CANDIDATES"
    least = {each: needed(check, each) for each in ("where", "require")}
    changed = least | {part: least[part] | {field.encode_name: found[-1]}}
    assert asks(check, **changed) != asks(check, **least)


@pytest.mark.parametrize("check", list(CHECKS))
def test_every_check_says_one_sentence(check: str) -> None:
    said = asks(check, needed(check, "require"), needed(check, "where"))
    assert said[0].isupper()
    assert said.endswith(".")
    assert "\n" not in said
    assert ". " not in said


@pytest.mark.parametrize("rule", ai_release().rules, ids=lambda rule: rule.id)
def test_the_built_in_rules_say_what_they_ask_for(rule: Rule) -> None:
    assert len(rule.asks()) > 20


@pytest.mark.parametrize(
    ("check", "where", "require", "said"),
    [
        (
            "tests",
            {"type": "unit"},
            {"failed": 0, "max_skipped_ratio": 0.05},
            "Every unit test must pass; at least 1 must run, and at most 5 % may be skipped.",
        ),
        (
            "tests",
            {"type": "e2e"},
            {"failed": 2, "errors": 1, "min_executed": 40},
            "At most 2 end-to-end tests may fail, and at most 1 may end in an error; at least 40 must run.",
        ),
        (
            "tests",
            {"type": "unit"},
            {"errors": 1},
            "No unit test may fail, and at most 1 may end in an error; at least 1 must run.",
        ),
        (
            "tests",
            {"type": "performance"},
            {"max_failure_rate": 0.07},
            "At most 7 % of the performance tests that run may fail or end in an error; at least 1 must run.",
        ),
        (
            "eval_metric",
            {"metric": "accuracy"},
            {"at_least": 0.85, "min_samples": 200},
            "Accuracy in the latest eval iteration must be at least 0.85, on at least 200 cases.",
        ),
        (
            "eval_metric",
            {"metric": "helpfulness", "scale": {"minimum": 1, "maximum": 5}},
            {"at_least": 4},
            "Helpfulness in the latest eval iteration, on a scale from 1 to 5, must be at least 4.",
        ),
        (
            "failure_modes",
            {"severity": ["major", "critical"], "status": ["open"]},
            {"max_count": 0},
            "No critical or major failure mode may be open; all eval iterations count.",
        ),
        (
            "requirement_coverage",
            {},
            {"max_unknown_ids": 0},
            "Tests may name no requirement id that no requirements file has.",
        ),
        (
            "code_coverage",
            {"measure": "branch"},
            {"at_least": 0.8},
            "At least 80 % of the branches must be covered by tests, in each coverage file.",
        ),
        ("eval_completeness", {}, {}, "Every sample of the latest eval iteration must be scored."),
    ],
)
def test_sentences_as_they_read(
    check: str, where: dict[str, Any], require: dict[str, Any], said: str
) -> None:
    assert asks(check, require, where) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.07, "7 %"), (0.05, "5 %"), (1, "100 %"), (0, "0 %"), (0.001, "0.1 %"), (5e-324, "5E-322 %")],
)
def test_a_share_is_written_as_its_author_means_it(share: float, said: str) -> None:
    assert per_cent(share) == said


@given(st.floats(0, 1))
def test_no_share_is_rounded(share: float) -> None:
    from decimal import Decimal

    assert Decimal(per_cent(share).removesuffix(" %")) == Decimal(repr(share)) * 100


def test_a_hostile_metric_name_stays_within_its_sentence() -> None:
    said = asks("eval_metric", {"at_least": 0.5}, {"metric": "x" * 200})
    assert len(said) < 200
