"""No name of a type reaches a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from tsr_agent.models.base import Count, Share
from tsr_agent.models.form_words import in_words


@pytest.mark.parametrize(
    ("value", "expected", "said"),
    [
        ("x", float | None, "must be a number, not a text"),
        (1.5, int, "must be a whole number, not a number"),
        (1, str | bool, "must be true or false or a text, not a whole number"),
        (None, date, "must be a day such as 2027-01-31, not nothing"),
        ("soon", date, "is not a day such as 2027-01-31"),
        ("soon", datetime, "is not a moment such as 2027-01-31T12:00:00Z"),
        ([], dict[str, int], "must be a mapping, not a list"),
        ({}, tuple[int, ...], "must be a list, not a mapping"),
        (-1, Count, "must be at least 0"),
        (1.5, Share, "must be at most 1"),
        (0.0, Annotated[float, Meta(gt=0)], "must be above 0"),
        (7.0, Annotated[float, Meta(lt=7)], "must be below 7"),
        ("", Annotated[str, Meta(min_length=1)], "must not be empty"),
        ([], Annotated[tuple[int, ...], Meta(min_length=1)], "must not be empty"),
        ("xx", Annotated[str, Meta(max_length=1)], "must have at most 1 signs"),
        ([1, 2], Annotated[tuple[int, ...], Meta(max_length=1)], "must have at most 1 entries"),
        (" ", Annotated[str, Meta(pattern=r"\S")], "must not be blank"),
        ("x", Annotated[str, Meta(pattern="^a$")], "must have the form '^a$'"),
    ],
)
def test_in_words(value: object, expected: Any, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, expected)
    assert in_words(str(caught.value)) == said


def test_what_is_not_known_stays() -> None:
    for said in (
        "",
        "Expected `Frob`, got `str`",
        "Expected `frob`, got `str`",
        "Object contains unknown field `a`",
    ):
        assert in_words(said) == said
