from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.ci_environments import event_file
from tsr_agent.errors import InputError
from tsr_agent.ingest.ci_event import PullRequestEvent, read_event
from tsr_agent.ingest.ci_pull_request import stated_pull_request
from tsr_agent.ingest.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "d" * 40


def test_reads_what_is_needed_and_nothing_else(tmp_path: Path) -> None:
    assert read_event(str(event_file(tmp_path, HEAD)), Limits()) == PullRequestEvent(
        number="12", head_sha=HEAD, head_branch="topic", base_branch="main", from_fork=False
    )


@pytest.mark.parametrize(
    ("repo", "from_fork", "fork"),
    [
        ({"full_name": "eve/bot"}, True, "eve/bot"),
        ({"full_name": "ACME/Bot"}, False, ""),
        (None, True, "deleted-fork"),
        ({}, None, ""),
        ({"full_name": 7}, None, ""),
        ("acme/bot", None, ""),
    ],
)
def test_a_fork_is_told_from_the_repository(
    tmp_path: Path, repo: Any, from_fork: bool | None, fork: str
) -> None:
    path = event_file(tmp_path, HEAD, head={"sha": HEAD, "ref": "main", "repo": repo})
    found = read_event(str(path), Limits())
    assert (found.from_fork, found.fork) == (from_fork, fork)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "no pull request"),
        (b"null", "no pull request"),
        (b'{"pull_request": []}', "no pull request"),
        (b'{"workflow_run": {"head_sha": "%s"}}' % (b"d" * 40), "no pull request"),
        (b'{"pull_request": {"head": {}}, "pull_request": {"head": {}}}', "stands twice"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[" * 100_000, "nested more than"),
        (b'{"pull_request": {"n": NaN}}', "not a JSON number"),
        (b'{"pull_request": {"head": {"sha": "\\ud800"}}}', "surrogate"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=why):
        read_event(str(path), Limits())


def test_a_file_beyond_the_bound_is_refused_at_once(tmp_path: Path) -> None:
    path = event_file(tmp_path, HEAD, body="x" * 10_000_000)
    with pytest.raises(InputError, match="more than 4,194,304 bytes of the event file of GitHub Actions"):
        read_event(str(path), Limits())
    assert read_event(str(path), Limits(event_bytes=11_000_000)).head_sha == HEAD


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (str(pipe), str(tmp_path), "/dev/zero"):
        with pytest.raises(InputError, match="no regular file"):
            read_event(path, Limits())
    for path in (str(tmp_path / "absent"), "", "a\0b"):
        with pytest.raises(InputError, match="can't be opened"):
            read_event(path, Limits())


@pytest.mark.parametrize("sha", ["d" * 39, "D" * 40, "main", "", None, 7, ["d" * 40], "d" * 40 + "\n"])
def test_half_a_commit_id_is_no_head(tmp_path: Path, sha: Any) -> None:
    event = event_file(tmp_path, HEAD, head={"sha": sha, "ref": "topic"})
    expected = HEAD if sha == "d" * 40 + "\n" else ""
    assert read_event(str(event), Limits()).head_sha == expected
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    found = stated_pull_request("GitHub Actions", environ, Limits())
    assert found is not None
    assert bool(found.remarks) is (expected == "")


def test_events_that_are_not_about_a_pull_request_open_no_file(tmp_path: Path) -> None:
    environ = {"GITHUB_EVENT_PATH": str(event_file(tmp_path, HEAD))}
    for name in ("push", "workflow_run", "schedule", "issue_comment", ""):
        assert stated_pull_request("GitHub Actions", environ | {"GITHUB_EVENT_NAME": name}, Limits()) is None


@pytest.mark.parametrize("path", ["", "absent.json"])
def test_a_missing_file_is_said(tmp_path: Path, path: str) -> None:
    where = str(tmp_path / path) if path else ""
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": where, "GITHUB_HEAD_REF": "topic"}
    found = stated_pull_request("GitHub Actions", environ, Limits())
    assert found is not None
    assert (found.record.head_sha, found.record.head_branch, found.record.from_fork) == (None, "topic", None)
    assert found.remarks[0].startswith("The head of the pull request is not known: ")


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["pull_request", "head", "base", "repo", "sha", "ref", "number", "full_name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(TREES)
def test_any_tree_gives_a_typed_answer(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    path = tmp_path_factory.mktemp("event") / "event.json"
    path.write_text(json.dumps({"pull_request": tree}))
    try:
        found = read_event(str(path), Limits())
    except InputError:
        return
    assert found.head_sha == "" or len(found.head_sha) in (40, 64)
    assert found.from_fork in (None, True, False)
