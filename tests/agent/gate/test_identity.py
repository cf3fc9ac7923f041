"""Whether two names mean one person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.gate.identity import identity_key, names_somebody, same_person


@pytest.mark.parametrize(
    "other",
    [
        "ana gil",
        "ANA  GIL",
        " Ana\u00a0Gil\n",
        "Ana\u200bGil",
        "A\u00adn\u2060a Gil",
        "Ana\U000e0041 Gil",
        "Ana\ufe0f Gil",
        "\uff21na Gil",
        "Ana\u3164Gil",
        "ana@example.org",
        "Ana Gil <other@example.net>",
        "Somebody <ANA@EXAMPLE.ORG>",
        "ana",
        "1234567+ana@users.noreply.example",
        "ana+work@example.net",
        "@ana",
        "Ana Gil (lead)",
        "ana-gil",
        "ana.",
        "\u0430na",
        "\u0391\u039d\u0391",
        "\u0410na G\u0456l",
    ],
)
def test_one_person(other: str) -> None:
    assert same_person("Ana Gil <ana@example.org>", other)
    assert same_person(other, "Ana Gil <ana@example.org>")


@pytest.mark.parametrize(
    "other", ["ben", "Ben Bee <ben@example.org>", "anna", "example.org", "gil", "", "<>"]
)
def test_another_person(other: str) -> None:
    assert not same_person("Ana Gil <ana@example.org>", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0930\u093e\u092e", "\u0930\u092e\u093e"),
        ("\u0420\u0438\u0442\u0430", "\u0420\u0438\u043c\u0430"),
        ("\u674e", "\u5f20"),
    ],
)
def test_names_in_other_scripts_are_told_apart(one: str, other: str) -> None:
    """Rama is not Ram: vowels that are marks belong to the name."""
    assert not same_person(one, other)


@pytest.mark.parametrize("name", ["", " ", "\u200b", "<>", "\u3164 \u00ad", "-", " <@>"])
def test_nobody(name: str) -> None:
    assert not names_somebody(name)


def test_a_number_that_a_forge_gave_ties_nobody_together() -> None:
    assert not same_person("7+ana@users.noreply.example", "7+ben@users.noreply.example")


@given(st.text(), st.sampled_from(["\u200b", "\u00ad", " ", "\u2060", "\u00a0", "\t", "\ufeff"]), st.data())
def test_case_blanks_and_invisible_signs_never_make_another_person(
    name: str, sign: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(name)))
    assert identity_key(identity_key(name)) == identity_key(name)
    assert identity_key(name[:at] + sign + name[at:]) == identity_key(name)
    assert identity_key(name.casefold()) == identity_key(name)
    if names_somebody(name):
        assert same_person(name, name)
