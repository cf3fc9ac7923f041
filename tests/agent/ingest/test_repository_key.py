"""Addresses of one repository have one key, and those of two have two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsr_agent.ingest.repository_url import repository_key, same_repository


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


@pytest.mark.parametrize(
    ("address", "same"),
    [
        # A form of a sign that only folding makes a colon or a slash: in the name of a user it is neither.
        ("gi：t@forge.example:acme/app", "https://forge.example/acme/app"),
        ("／git@forge.example:acme/app", "https://forge.example/acme/app"),
        ("git﹕@[::1]:acme/app", "https://[::1]/acme/app"),
    ],
)
def test_the_same_place_never_has_two_keys(address: str, same: str) -> None:
    assert same_repository(address, same)
    assert repository_key(address) == repository_key(same)


_PIECES = st.sampled_from(
    [*"/:@;?#.[]% \\", "：", "／", "﹕", "；", "ß", "İ", "ﬁ", "%2f", "%2e", "//", "/..", ".git", "git@", "a"]
)
_FORMS = ("git@forge.example:acme/app", "https://forge.example/acme/app", "https://[::1]/acme/app")


@given(st.sampled_from(_FORMS), st.lists(st.tuples(st.integers(0, 40), _PIECES), max_size=4))
def test_no_spelling_parts_access_from_the_policy(form: str, changes: list[tuple[int, str]]) -> None:
    for place, piece in changes:
        form = form[:place] + piece + form[place:]
    key = repository_key(form)
    for each in _FORMS:
        assert not same_repository(each, form) or key == repository_key(each)


@pytest.mark.parametrize("address", ["https://[::1]@acm]/app", "https://[::x@]/acme/app"])
def test_brackets_in_the_name_of_a_user_are_no_address(address: str) -> None:
    assert not same_repository(address, address)
    assert isinstance(repository_key(address), str)
