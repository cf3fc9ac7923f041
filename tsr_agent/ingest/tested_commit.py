"""Which commit a report is about, where a CI system and git may say different things.

The environment can be written by whoever writes the pipeline, the author of a pull request among
them. So git is asked about everything that the environment states: a commit counts as the head of
the pull request only if it is checked out, or if the commit checked out is a merge whose second
parent it is; the branch that the environment names counts only for the commit that it is stated for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.ingest.ci_branch import SOURCE_BRANCHES, ci_branch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.ingest.ci_build import CiBuild
    from tsr_agent.ingest.git import Repository


@dataclass(frozen=True, kw_only=True)
class TestedCommit:
    """The commit that the report is about, and the merge that was tested in its place."""

    __test__ = False

    sha: str
    merge_sha: str | None = None
    remarks: tuple[str, ...] = ()


def tested_commit(build: CiBuild | None, repository: Repository, head: str) -> TestedCommit:
    """The head of the pull request if git bears it out, else the commit checked out.

    Args:
        build: What the environment states.
        repository: The checkout, which may be shallow: parents are known though they are absent.
        head: The commit checked out.
    """
    if build is None:
        return TestedCommit(sha=head)
    system = build.context.system
    request = build.context.pull_request
    stated = request.head_sha if request is not None else None
    if stated is None or stated == head:
        remarks = [] if stated or build.commit in ("", head) else [_other_commit(build, head)]
        return TestedCommit(sha=head, remarks=tuple(remarks))
    if _is_merge(build, repository.parents(head), stated, head):
        return TestedCommit(sha=stated, merge_sha=head)
    remark = (
        f"{system} states {stated} as the head of the pull request, but the commit checked out, {head}, "
        "is not the merge of it that the system made; what is checked out counts."
    )
    return TestedCommit(sha=head, remarks=(remark,))


def _is_merge(build: CiBuild, parents: tuple[str, ...], stated: str, head: str) -> bool:
    made_by_the_system = build.pull_request is not None and build.pull_request.tests_merge
    return made_by_the_system and build.commit in ("", head) and len(parents) == 2 and parents[1] == stated


def _other_commit(build: CiBuild, head: str) -> str:
    return (
        f"{build.context.system} states that it checked out {build.commit}; "
        f"what is checked out is {head}, and the report is about that."
    )


def stated_branch(
    build: CiBuild | None, environ: Mapping[str, str], head: str, tested: str
) -> tuple[str, str]:
    """The branch that the environment names for the commit checked out.

    Args:
        build: What the environment states.
        environ: Environment variables, for a branch that is named outside any CI system.
        head: The commit checked out; empty where there is no checkout.
        tested: The commit that the report is about.

    Returns:
        The branch, empty where none can be believed, and where it is from or why there is none.
    """
    if build is None:
        return _unbuilt_branch(environ)
    request = build.pull_request
    builds_head = build.commit in ("", head)
    if request is not None and _is_of_the_request(request.record.head_sha, builds_head, build, tested):
        name = request.branch()
        return name, "the pull request" if name else ""
    if not build.branch:
        return "", ""
    if not builds_head:
        return "", f"{build.branch_variable} names a branch of {build.commit}, which is not checked out."
    return build.branch, build.branch_variable


def _is_of_the_request(head_sha: str | None, builds_head: bool, build: CiBuild, tested: str) -> bool:
    if head_sha is not None and head_sha == tested:
        return True
    return builds_head and build.pull_request is not None and build.pull_request.tests_merge


def _unbuilt_branch(environ: Mapping[str, str]) -> tuple[str, str]:
    found = ci_branch(environ)
    if found is None:
        return "", ""
    if found[1] in SOURCE_BRANCHES:
        return "", f"{found[1]} names a branch, but nothing says which CI system builds it for what."
    return found
