"""Links to lines lead back to the same lines, or are not handed out and it is said why."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitr_desktop.code.code_file import CodeFile, Origin
from aitr_desktop.code.forges import UnknownForgeError
from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.deep_link import LineLink, parse
from aitr_desktop.windows.code.line_links import forge_page, share_link
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tsr_agent.errors import InputError

SHA = "3fa9c1e" + "0" * 33
LINES = TextLines(b"line\n" * 30)


def a_file(
    path: str = "src/bot.py", repository: str = "https://github.com/acme/app", sha: str = SHA
) -> CodeFile:
    return CodeFile(
        repository=repository,
        folder=Path("clone"),
        path=path,
        lines=LINES,
        sha=sha,
        origin=Origin.COMMIT if sha else Origin.WORKING_TREE,
    )


def test_a_link_names_file_lines_commit_and_repository() -> None:
    link = share_link(a_file(), LineSelection(9, 3))
    assert link == (f"aitr://open?file=src/bot.py&L=3-9&ref={SHA}&repo=https%3A//github.com/acme/app")
    assert (
        share_link(a_file(repository=""), LineSelection(3, 3)) == f"aitr://open?file=src/bot.py&L=3&ref={SHA}"
    )


@given(st.text(max_size=60), st.integers(-9, 10**20), st.integers(-9, 10**20))
def test_a_link_that_is_handed_out_leads_back(path: str, anchor: int, cursor: int) -> None:
    try:
        link = share_link(a_file(path), LineSelection(anchor, cursor))
    except InputError as error:
        assert "its name has signs that no link carries" in error.message
        return
    found = parse(link)
    assert isinstance(found, LineLink)
    assert (found.file, found.ref) == (path, SHA)
    assert 1 <= found.first <= found.last <= LINES.count


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_names_and_repositories_make_no_link_that_is_refused_later(text: str) -> None:
    for file in (a_file(path=text), a_file(repository=text)):
        try:
            parse(share_link(file, LineSelection(1, 2)))
        except InputError as error:
            assert len(error.message) < 400


def test_credentials_never_stand_in_a_link() -> None:
    repository = "https://ann:s3cret@github.com/acme/app.git"
    for link in (
        share_link(a_file(repository=repository), LineSelection(1, 2)),
        forge_page(a_file(repository=repository), LineSelection(1, 2), ()),
    ):
        assert "s3cret" not in link


def test_the_working_tree_has_no_link_and_it_is_said_what_to_do() -> None:
    file = a_file(sha="")
    for make in (
        lambda: share_link(file, LineSelection(1, 1)),
        lambda: forge_page(file, LineSelection(1, 1), ()),
    ):
        with pytest.raises(InputError) as refused:
            make()
        assert "working tree" in refused.value.message
        assert refused.value.next_step == "Show the file of the commit, and copy the link again."


def test_a_forge_that_nobody_knows_and_no_repository_at_all_are_said() -> None:
    with pytest.raises(UnknownForgeError):
        forge_page(a_file(repository="https://git.example.org/a/b"), LineSelection(1, 1), ())
    page = forge_page(
        a_file(repository="https://git.example.org/a/b"), LineSelection(3, 9), ("gitea:git.example.org",)
    )
    assert page == f"https://git.example.org/a/b/src/commit/{SHA}/src/bot.py#L3-L9"
    with pytest.raises(InputError, match="Neither the report nor the clone names a repository"):
        forge_page(a_file(repository=""), LineSelection(1, 1), ())
