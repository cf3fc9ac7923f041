"""Commits and folders of any bytes through every door: an answer or a fault that is named, nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitr_desktop.code.clones import Clone
from tests.desktop.code.test_clone_attacks import DOORS
from tests.factories.hostile_repositories import PATH, attacked, write_object
from tests.factories.repositories import git
from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from pathlib import Path

MODES = st.sampled_from(
    [b"100644", b"100755", b"100664", b"120000", b"160000", b"40000", b"040000", b"0", b"777777", b"1", b"x"]
)
NAMES = st.one_of(
    st.sampled_from(
        [b"src", b"bot.py", b"..", b".git", b"a/b", b"src/bot.py", b"\xff", b" ", b"\xed\xa0\x80"]
    ),
    st.binary(min_size=1, max_size=5).filter(lambda name: b"\0" not in name),
)
TIMES = st.one_of(
    st.integers(-(10**13), 10**13).map(lambda value: b"%d" % value),
    st.sampled_from([b"", b"x", b"1e9", b"-"]),
)
ZONES = st.sampled_from([b"+0000", b"-0730", b"+9999", b"-9999", b"0000", b"", b"+00:00", b"\xff"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("fuzz") / "clone"
    attacked(made)
    return made


@pytest.fixture(scope="module")
def ids(folder: Path) -> list[str]:
    """What the repository has, of each kind, and what it has not."""
    named = ("HEAD", "HEAD~1", "HEAD^{tree}", "HEAD:src", f"HEAD:{PATH}")
    return [*(git(folder, "rev-parse", each) for each in named), "a" * 40, "0" * 40]


def ask_all(folder: Path, before: str, after: str) -> None:
    kept = Clone(folder, os.environ, keeps=True)
    try:
        for door in DOORS.values():
            for commits in ((before, after), (after, before), (after, after)):
                try:
                    door(kept, *commits)
                except TsrError as error:
                    assert error.message
    finally:
        kept.close()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_folder_is_answered_for(folder: Path, ids: list[str], data: st.DataObject) -> None:
    known = st.sampled_from(ids).map(bytes.fromhex)
    line = st.tuples(MODES, NAMES, known).map(lambda each: each[0] + b" " + each[1] + b"\0" + each[2])
    lines = data.draw(st.lists(st.one_of(line, line, line, st.binary(max_size=30)), max_size=5))
    top = write_object(folder, "tree", b"".join(lines))
    sha = write_object(folder, "commit", f"tree {top}\n\nx".encode())
    ask_all(folder, ids[0], sha)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_commit_is_answered_for(folder: Path, ids: list[str], data: st.DataObject) -> None:
    known = st.sampled_from(ids).map(str.encode)
    person = st.tuples(st.binary(max_size=6), TIMES, ZONES).map(
        lambda each: each[0] + b" <a@b> " + each[1] + b" " + each[2]
    )
    line = st.one_of(
        st.tuples(st.sampled_from([b"tree ", b"parent "]), known),
        st.tuples(st.sampled_from([b"author ", b"committer "]), person),
        st.tuples(
            st.just(b"encoding "), st.sampled_from([b"UTF-7", b"latin-1", b"idna", b"\xff", b"x" * 99])
        ),
        st.tuples(st.sampled_from([b"tree ", b"parent ", b" ", b"", b"gpgsig "]), st.binary(max_size=20)),
    ).map(b"".join)
    head = data.draw(st.lists(line, max_size=7))
    body = data.draw(st.binary(max_size=20))
    first = [b"tree " + ids[2].encode()] if data.draw(st.booleans()) else []
    sha = write_object(folder, "commit", b"\n".join([*first, *head, b"", body]))
    ask_all(folder, ids[0], sha)
