"""Addresses of one repository have one key, and those of two have two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.repository_url import repository_key


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/app",
        "https://github.com/acme/app/",
        "https://GitHub.com/Acme/App.git",
        "https://user:secret@github.com:443/acme/app?x=1#y",
        "git@github.com:acme/app.git",
        "git@github.com:/acme/app",
        "ssh://git@github.com:22/acme/app.git/",
        "github.com/acme/app",
        "https://github.com/acme//app",
        "https://github.com/acme/./x/../%61pp",
        "https://github.com/acme/app\u200b",
        "ｈttps://github.com/acme/app",
    ],
)
def test_every_spelling_of_a_repository_has_its_key(address: str) -> None:
    assert repository_key(address) == "github.com/acme/app"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/app2",
        "https://github.com/acme",
        "https://github.example/acme/app",
        "https://evil.example/github.com/acme/app",
        "acme/app",
        "",
    ],
)
def test_another_repository_has_another_key(address: str) -> None:
    assert repository_key(address) != "github.com/acme/app"


@pytest.mark.parametrize("address", ["", " ", "/", "///", "\u200b", "/.."])
def test_what_names_nothing_has_no_key(address: str) -> None:
    assert not repository_key(address)


@given(st.text(alphabet=st.sampled_from("aB/:@.%20-#?;[]git\u200b\\é")) | st.text())
def test_whatever_a_report_says_has_a_key_that_is_clean(address: str) -> None:
    key = repository_key(address)
    assert key == key.strip("/").casefold()
