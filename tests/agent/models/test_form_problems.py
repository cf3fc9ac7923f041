"""Problems in plain data: all of them, each with what a person needs to mend it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta

from tsr_agent.models.base import Record, Share
from tsr_agent.models.form_problems import meant_as_share, problems_of


class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Reason(Record, frozen=True, kw_only=True):
    why: str


class Leaf(Record, frozen=True, kw_only=True):
    share: Annotated[Share | None, Meta(description="A share.")] = None
    colour: Annotated[Colour | Reason | None, Meta(description="A colour or a reason.")] = None


class Branch(Record, frozen=True, kw_only=True):
    leaves: Annotated[tuple[Leaf, ...], Meta(max_length=3)] = ()
    named: Annotated[dict[str, Leaf] | None, Meta(description="By name.")] = None
    best: Annotated[Leaf | None, Meta(description="One of them.")] = None
    version: Literal[1] = 1


@pytest.mark.parametrize(
    ("tree", "lines"),
    [
        (
            {"best": {"colour": "gren"}},
            ["$.best.colour: 'gren' is not one of red, green; did you mean 'green'?"],
        ),
        ({"best": {"colour": 7}}, ["$.best.colour: 7 is not one of red, green"]),
        ({"best": {"colour": {}}}, ["$.best.colour.why: missing"]),
        ({"best": {"share": 85}}, ["$.best.share: must be at most 1; did you mean 0.85?"]),
        ({"best": {"share": 850}}, ["$.best.share: must be at most 1"]),
        ({"version": 2}, ["$.version: 2 is not 1"]),
        ({"share": 1}, ["$.share: unknown key; it belongs under 'best'"]),
        ({"best": {"named": {}}}, ["$.best.named: unknown key; it belongs at the top level of the file"]),
        (
            {"best": {"colour": {"why": "x", "share": 1}}},
            ["$.best.colour.share: unknown key; it belongs to best itself"],
        ),
        (
            {"leaves": [{"shar": 1}, {}, {"colour": "x" * 200}], "named": {"a": {"share": "1"}, "b": 1}},
            [
                "$.leaves[0].shar: unknown key; did you mean 'share'?",
                f"$.leaves[2].colour: {'x' * 80!r} is not one of red, green",
                "$.named.a.share: must be a number, not a text; write 1 without quotes",
                "$.named.b: must be a mapping, not a whole number",
            ],
        ),
        ({"leaves": [{}] * 4}, ["$.leaves: must have at most 3 entries"]),
        ({}, []),
    ],
)
def test_each_problem_has_a_line(tree: dict[str, Any], lines: list[str]) -> None:
    assert problems_of(tree, Branch) == lines


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (85, "; did you mean 0.85?"),
        (0.9, ""),
        (1, ""),
        (100, "; did you mean 1?"),
        (float("nan"), ""),
        (1e9, ""),
    ],
)
def test_a_number_in_per_cent(value: float, said: str) -> None:
    assert meant_as_share(value) == said


class Kinds(Record, frozen=True, kw_only=True):
    text: str = ""
    number: float = 0
    whole: int = 0
    flag: bool = False
    several: tuple[Colour, ...] = ()
    name: Annotated[str | None, Meta(description="What it is called.")] = None
    code: Annotated[str, Meta(pattern="^[a-z]+$", description="Lower-case letters. Others refer to it.")] = (
        "a"
    )
    bare: Annotated[str, Meta(pattern="^[a-z]+$")] = "a"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("text", 3, 'must be a text, not a whole number; write "3"'),
        ("text", True, 'must be a text, not true or false; write "true"'),
        ("text", ["a", "b"], "must be a text, not a list; write a single value"),
        ("number", "0.9", "must be a number, not a text; write 0.9 without quotes"),
        ("number", "90%", "must be a number, not a text; write 0.9"),
        ("number", "90 %", "must be a number, not a text; write 0.9"),
        ("number", "many", "must be a number, not a text"),
        ("number", "9" * 1_000, "must be a number, not a text"),
        ("whole", "30", "must be a whole number, not a text; write 30 without quotes"),
        ("whole", "30%", "must be a whole number, not a text"),
        ("whole", "30d", "must be a whole number, not a text"),
        ("flag", "no", "must be true or false, not a text; write false"),
        ("flag", "Yes", "must be true or false, not a text; write true"),
        ("flag", "perhaps", "must be true or false, not a text"),
        ("several", "red", "must be a list, not a text; write [red]"),
        ("several", "red, green", "must be a list, not a text"),
        ("code", "A", "must be lower-case letters"),
        ("bare", "A", "must have the form '^[a-z]+$'"),
        ("other", 1, "unknown key; known are text, number, whole, flag, several, name, code, bare"),
    ],
)
def test_what_to_write_instead(key: str, value: object, said: str) -> None:
    assert problems_of({key: value}, Kinds) == [f"$.{key}: {said}"]


class Needs(Record, frozen=True, kw_only=True):
    version: Literal[1]
    where: Reason
    best: Leaf
    name: str


def test_what_is_missing_is_said_with_what_to_write() -> None:
    assert problems_of({}, Needs) == [
        "$.version: missing; write version: 1",
        "$.where: missing; write where: {why: …}",
        "$.best: missing",
        "$.name: missing",
    ]


def test_all_keys_are_listed_for_the_first_slips_alone() -> None:
    lines = problems_of(dict.fromkeys("abcde"), Reason)
    assert [each.endswith("; known are why") for each in lines[:5]] == [True, True, True, False, False]
