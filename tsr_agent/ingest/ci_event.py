"""The event file of GitHub Actions: what the webhook said about a pull request.

Most of the file is text that anyone can write, the pull request's title among it. It is read strictly
and within a bound, and of it only what is named here.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import Any

from tsr_agent.errors import InputError
from tsr_agent.ingest.limits import Limits, beyond
from tsr_agent.models.strict_json import load_tree

EVENTS = frozenset(
    ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]
)
"""Events whose file has a pull request in it. Others, such as ``workflow_run``, tell of no checkout."""
SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class PullRequestEvent:
    """What the event says; empty where it says nothing of the right form."""

    number: str = ""
    head_sha: str = ""
    head_branch: str = ""
    base_branch: str = ""
    fork: str = ""
    """The repository that the branch lies in, where that is another."""
    from_fork: bool | None = None


def read_event(path: str, limits: Limits) -> PullRequestEvent:
    """The pull request in an event file.

    Args:
        path: As ``GITHUB_EVENT_PATH`` has it.
        limits: ``event_bytes`` bounds the file.

    Raises:
        InputError: It is missing, no regular file, too large, no strict JSON, or has no pull request.
    """
    tree = load_tree(_content(path, limits), source="the event file")
    pull_request = _table(tree, "pull_request")
    if not pull_request:
        raise InputError("the event file has no pull request in it")
    head, base = _table(pull_request, "head"), _table(pull_request, "base")
    sha = _string(head, "sha")
    number = pull_request.get("number")
    from_fork, fork = _fork(head, base)
    return PullRequestEvent(
        number=str(number) if type(number) is int and 0 < number < 2**53 else "",
        head_sha=sha if SHA.fullmatch(sha) else "",
        head_branch=_string(head, "ref"),
        base_branch=_string(base, "ref"),
        from_fork=from_fork,
        fork=fork,
    )


def _content(path: str, limits: Limits) -> bytes:
    try:
        # A pipe must not block; the runner makes a regular file.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path has a zero byte in it"
        raise InputError(f"the event file can't be opened: {why}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError("the event file is no regular file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            document = file.read(limits.event_bytes + 1)
        except OSError as error:
            raise InputError(f"the event file can't be read: {error.strerror}") from error
    if len(document) > limits.event_bytes:
        raise beyond(limits, "event_bytes", "the event file")
    return document


def _fork(head: dict[str, Any], base: dict[str, Any]) -> tuple[bool | None, str]:
    """Whether the branch lies in another repository, and in which."""
    if "repo" in head and head["repo"] is None:
        return True, "deleted-fork"
    theirs, ours = (_string(_table(side, "repo"), "full_name") for side in (head, base))
    if not theirs or not ours:
        return None, ""
    from_fork = theirs.casefold() != ours.casefold()
    return from_fork, theirs if from_fork else ""


def _table(tree: Any, key: str) -> dict[str, Any]:
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, dict) else {}


def _string(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""
