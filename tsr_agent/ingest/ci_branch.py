"""The branch that a CI system says it builds, for checkouts whose head is detached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# By system, the first that is set wins. On a pull request the source branch stands first.
_VARIABLES = {
    "GitHub Actions": ("GITHUB_HEAD_REF", "GITHUB_REF_NAME"),
    "GitLab": ("CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
    "Jenkins": ("CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH", "GIT_BRANCH"),
    "Azure Pipelines": ("SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"),
    "Buildkite": ("BUILDKITE_BRANCH",),
}
# What a variable has before the name. Elsewhere these letters are part of the name: a branch of a
# fork may be called origin/main.
_PREFIXES = {
    "SYSTEM_PULLREQUEST_SOURCEBRANCH": ("refs/heads/",),
    "BUILD_SOURCEBRANCH": ("refs/heads/",),
    "GIT_BRANCH": ("refs/heads/", "refs/remotes/origin/", "origin/"),
}
SOURCE_BRANCHES = frozenset(
    [
        "GITHUB_HEAD_REF",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        "CHANGE_BRANCH",
        "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    ]
)
"""Variables that name the branch of a pull request, which may lie in a fork."""
_TAGS = ("CI_COMMIT_TAG", "TAG_NAME", "BUILDKITE_TAG")


def ci_branch(environ: Mapping[str, str], system: str = "") -> tuple[str, str] | None:
    """The branch and the variable that names it; None where no CI system names one.

    A tag is no branch, and neither is any other ref: systems put both into the same variables.

    Args:
        environ: Environment variables.
        system: Only the variables of this CI system, by its name; all where it is empty.
    """
    names = _VARIABLES.get(system, ()) if system else [each for row in _VARIABLES.values() for each in row]
    tags = {environ.get(name, "").strip() for name in _TAGS}
    if environ.get("GITHUB_REF_TYPE") == "tag":
        tags.add(environ.get("GITHUB_REF_NAME", "").strip())
    of_a_pull_request = environ.get("GITHUB_REF", "").startswith("refs/pull/")
    for name in names:
        if name == "GITHUB_REF_NAME" and of_a_pull_request:
            continue
        value = branch_name(environ.get(name, ""), _PREFIXES.get(name, ()))
        if value and value not in tags:
            return value, name
    return None


def branch_name(written: str, prefixes: tuple[str, ...] = ("refs/heads/",)) -> str:
    """The name of a branch without what a variable writes before it; empty for what is no branch."""
    value = written.strip()
    prefix = next((each for each in prefixes if value.startswith(each)), "")
    value = value.removeprefix(prefix)
    # "detached" and "HEAD" are what Jenkins and git say where there is none.
    is_other_ref = not prefix and value.startswith("refs/")
    return "" if is_other_ref or value in ("HEAD", "detached") else value
