"""The branch that a CI system says it builds, for checkouts whose head is detached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# By system, the first that is set wins. On a pull request the source branch stands first.
_VARIABLES = (
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_COMMIT_BRANCH",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_REF_NAME",
    "CHANGE_BRANCH",
    "BRANCH_NAME",
    "GIT_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "BUILD_SOURCEBRANCH",
    "BUILDKITE_BRANCH",
)
_PREFIXES = ("refs/heads/", "origin/")


def ci_branch(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The branch and the variable that names it; None where no CI system names one.

    A tag is no branch: GitHub says which of the two a ref is.
    """
    for name in _VARIABLES:
        value = environ.get(name, "").strip()
        if not value or (name == "GITHUB_REF_NAME" and environ.get("GITHUB_REF_TYPE") == "tag"):
            continue
        if name == "BUILD_SOURCEBRANCH" and value.startswith("refs/tags/"):
            continue
        for prefix in _PREFIXES:
            value = value.removeprefix(prefix)
        return value, name
    return None
