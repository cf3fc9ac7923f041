"""The form of a token."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.models import tokens
from tsr_agent.models.access import Role

TOKEN = tokens.make(Role.AGENT)


@pytest.mark.parametrize("role", Role)
def test_a_made_token_is_read_back(role: Role) -> None:
    text = tokens.make(role)
    token = tokens.parse(text)
    assert token is not None
    assert text.split("_")[2].startswith(token.id)
    assert token.hash == hashlib.sha256(text.encode()).hexdigest()
    assert text[17:] not in repr(token)


def test_no_two_are_alike() -> None:
    made = {tokens.make(Role.ADMIN) for _ in range(500)}
    assert len(made) == len({each[9:17] for each in made}) == 500


def test_the_checksum_is_that_of_the_form() -> None:
    """A token that was issued must be one for ever: this one was made by hand."""
    assert tokens.parse("aitr_ci_" + "0" * 40 + "1wNwtz") is not None


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_one_changed_sign_is_noticed(place: int, sign: str) -> None:
    changed = TOKEN[:place] + sign + TOKEN[place + 1 :]
    assert (tokens.parse(changed) is not None) == (changed == TOKEN)


@given(st.text())
def test_any_text_is_a_token_or_none(text: str) -> None:
    assert tokens.parse(text) is None
    assert tokens.parse(TOKEN + text) is None or not text


def test_hashes_are_compared_whole() -> None:
    token = tokens.parse(TOKEN)
    assert token is not None
    assert token.is_hashed(token.hash)
    assert not token.is_hashed(token.hash[:-1] + ("0" if token.hash[-1] != "0" else "1"))
    assert not token.is_hashed("")
