"""Every spelling of a repository's address that is on record is found, and no other repository's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.library_rows import header_row, put_rows
from tsr_agent.store.spellings import spellings

if TYPE_CHECKING:
    from tsr_agent.store.engine import Library

ADDRESSES = (
    "https://forge.example/acme/app",
    "https://forge.example/Acme/App.git",
    "git@forge.example:acme/app.git",
    "https://forge.example/acme/app2",
    "https://other.example/acme/app",
    "",
    "acme/app",
)


@pytest.fixture
def filled(library: Library) -> Library:
    """Three reports of each address."""
    put_rows(library, [header_row(n, codebase_repo=ADDRESSES[n % len(ADDRESSES)]) for n in range(21)])
    return library


@pytest.mark.parametrize("asked", ADDRESSES[:3])
def test_all_spellings_are_found_by_any_of_them(filled: Library, asked: str) -> None:
    assert spellings(filled, asked) == tuple(sorted(ADDRESSES[:3]))


def test_what_is_not_on_record_or_no_address_has_none(filled: Library, library: Library) -> None:
    assert spellings(filled, "https://forge.example/acme/other") == ()
    assert spellings(filled, "") == ()
    assert spellings(filled, "acme/app") == ("acme/app",)


def test_an_empty_library_has_none(library: Library) -> None:
    assert spellings(library, ADDRESSES[0]) == ()
