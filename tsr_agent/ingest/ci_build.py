"""The CI run as its environment variables state it.

Names, addresses and numbers of builds come from the package ci-environment, which knows fifteen
systems. What it lacks is here: Buildkite, links for Azure, branches, pull requests, and care with
values that are empty, odd or too long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tsr_agent.ingest.ci_branch import branch_name, ci_branch
from tsr_agent.ingest.ci_event import SHA
from tsr_agent.ingest.ci_pull_request import stated_pull_request, text
from tsr_agent.ingest.repository_url import web_address, without_credentials
from tsr_agent.models.manifest import BuildContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tsr_agent.ingest.ci_pull_request import StatedPullRequest
    from tsr_agent.ingest.limits import Limits

_MAX_VALUE = 4_000
# What each system sets in every job, whatever else is set.
_MARKS = {
    "Buildkite": "BUILDKITE",
    "Azure Pipelines": "TF_BUILD",
    "GitHub Actions": "GITHUB_ACTIONS",
    "GitLab": "GITLAB_CI",
    "Jenkins": "JENKINS_URL",
}
# What ci-environment gets to see of a marked system: a stray CI_BUILD_URL makes no other one of it.
_SEEN = {
    "Azure Pipelines": ("BUILD_BUILD", "BUILD_REPOSITORY_", "BUILD_SOURCE"),
    "GitHub Actions": ("GITHUB_",),
    "GitLab": ("CI_JOB_", "CI_COMMIT_", "CI_REPOSITORY_"),
    "Jenkins": ("BUILD_URL", "BUILD_NUMBER", "GIT_"),
}
_NUMBERS = {
    "Buildkite": "BUILDKITE_BUILD_NUMBER",
    "Azure Pipelines": "BUILD_BUILDNUMBER",
    "GitHub Actions": "GITHUB_RUN_ID",
    "GitLab": "CI_JOB_ID",
    "Jenkins": "BUILD_NUMBER",
}
_ATTEMPTS = {"GitHub Actions": "GITHUB_RUN_ATTEMPT", "Azure Pipelines": "SYSTEM_JOBATTEMPT"}
_JOBS = {
    "Buildkite": "BUILDKITE_LABEL",
    "Azure Pipelines": "SYSTEM_JOBDISPLAYNAME",
    "GitHub Actions": "GITHUB_JOB",
    "GitLab": "CI_JOB_NAME",
    "Jenkins": "JOB_NAME",
}
_EVENTS = {
    "Buildkite": "BUILDKITE_SOURCE",
    "Azure Pipelines": "BUILD_REASON",
    "GitHub Actions": "GITHUB_EVENT_NAME",
    "GitLab": "CI_PIPELINE_SOURCE",
}
# Whoever runs a build of somebody else's again is named apart on GitHub.
_ACTORS = {
    "Buildkite": ("BUILDKITE_BUILD_CREATOR",),
    "Azure Pipelines": ("BUILD_REQUESTEDFOR",),
    "GitHub Actions": ("GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"),
    "GitLab": ("GITLAB_USER_LOGIN",),
    "Jenkins": ("BUILD_USER_ID",),
}
_TAGS = {"Buildkite": "BUILDKITE_TAG", "GitLab": "CI_COMMIT_TAG", "Jenkins": "TAG_NAME"}
_COMMITS = {
    "Buildkite": "BUILDKITE_COMMIT",
    "Azure Pipelines": "BUILD_SOURCEVERSION",
    "GitHub Actions": "GITHUB_SHA",
    "GitLab": "CI_COMMIT_SHA",
    "Jenkins": "GIT_COMMIT",
}
_REMOTES = {
    "Buildkite": "BUILDKITE_REPO",
    "Azure Pipelines": "BUILD_REPOSITORY_URI",
    "GitLab": "CI_REPOSITORY_URL",
    "Jenkins": "GIT_URL",
}


@dataclass(frozen=True, kw_only=True)
class CiBuild:
    """What the environment states about the build; git decides what of it is believed."""

    context: BuildContext
    revision: str = ""
    """The commit that the system says it checked out, as written."""
    remote: str = ""
    """Address of the repository without credentials."""
    branch: str = ""
    """Branch of the commit above; on a pull request see there."""
    branch_variable: str = ""
    pull_request: StatedPullRequest | None = None

    @property
    def commit(self) -> str:
        """The stated commit where it is a whole id that can be compared; else empty."""
        sha = self.revision.lower()
        return sha if SHA.fullmatch(sha) else ""


def read_build(environ: Mapping[str, str], limits: Limits) -> CiBuild | None:
    """The build that this process is part of; None outside a CI system.

    Args:
        environ: Environment variables.
        limits: Bounds for the event file of GitHub Actions.
    """
    found = _detected(environ)
    if found is None:
        return None
    system, git = found["name"], found.get("git", {})
    pull_request = stated_pull_request(system, environ, limits)
    url = web_address(found["url"]) or (_azure_link(environ) if system == "Azure Pipelines" else "")
    remarks = [*_other_systems(system, environ), *(pull_request.remarks if pull_request else ())]
    if found["url"] and not url:
        remarks.append("The address of the build is none that a browser can follow and was left out.")
    branch, variable = _branch(system, environ, git, pull_request)
    return CiBuild(
        context=BuildContext(
            system=system,
            url=url,
            number=_bounded(found["buildNumber"] or ""),
            attempt=_attempt(system, environ),
            job=_of(system, _JOBS, environ),
            actor=text(environ, *_ACTORS.get(system, ())),
            event=_of(system, _EVENTS, environ),
            tag=_tag(system, environ, git),
            pull_request=pull_request.record if pull_request else None,
            remarks=tuple(_bounded(each) for each in remarks),
        ),
        revision=_revision(system, environ, git),
        remote=_remote(system, environ, git),
        branch=branch,
        branch_variable=variable,
        pull_request=pull_request,
    )


def _detected(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Name, address and number of the build, and what ci-environment knows about its commit."""
    # An empty variable says as much as none; a value beyond all measure is no address and no number.
    usable = {
        name: value
        for name, value in environ.items()
        if value.strip() and len(value) <= _MAX_VALUE and value.isprintable()
    }
    # Without this variable ci-environment opens no event file; ours is read with bounds.
    usable.pop("GITHUB_EVENT_NAME", None)
    if "BUILDKITE" in usable or "BUILDKITE_BUILD_URL" in usable:
        return _plain("Buildkite", usable, usable.get("BUILDKITE_BUILD_URL", ""))
    from ci_environment import detect_ci_environment  # type: ignore[import-untyped]

    marked = next((system for system, mark in _MARKS.items() if mark in usable), None)
    if marked is not None:
        seen = {name: value for name, value in usable.items() if name.startswith(_SEEN[marked])}
        return detect_ci_environment(seen) or _plain(marked, usable, "")
    found: dict[str, Any] | None = detect_ci_environment(usable)
    return found


def _plain(system: str, usable: Mapping[str, str], url: str) -> dict[str, Any]:
    return {"name": system, "url": url, "buildNumber": usable.get(_NUMBERS[system], "")}


def _other_systems(system: str, environ: Mapping[str, str]) -> list[str]:
    others = [name for name, mark in _MARKS.items() if name != system and environ.get(mark, "").strip()]
    if not others:
        return []
    return [f"Variables of {' and '.join(others)} are set, too; those of {system} were taken."]


def _branch(
    system: str, environ: Mapping[str, str], git: Mapping[str, str], pull_request: StatedPullRequest | None
) -> tuple[str, str]:
    """The branch and the variable that names it, as far as that is known."""
    if system not in _MARKS:
        # On a pull request these systems name the target, or a fork's branch like one of the repository.
        name = "" if pull_request else branch_name(git.get("branch", ""))
        return ("", "") if name == git.get("tag") else (_bounded(name), f"the environment of {system}")
    if pull_request is not None and not pull_request.tests_merge:
        # The commit built is the base's.
        environ = {name: value for name, value in environ.items() if name != "GITHUB_HEAD_REF"}
    found = ci_branch(environ, system)
    return (_bounded(found[0]), found[1]) if found else ("", "")


def _tag(system: str, environ: Mapping[str, str], git: Mapping[str, str]) -> str:
    ref = {"GitHub Actions": "GITHUB_REF", "Azure Pipelines": "BUILD_SOURCEBRANCH"}.get(system, "")
    value = text(environ, ref)
    if value.startswith("refs/tags/"):
        return value.removeprefix("refs/tags/")
    if system == "GitHub Actions" and environ.get("GITHUB_REF_TYPE") == "tag":
        return text(environ, "GITHUB_REF_NAME")
    return _of(system, _TAGS, environ) or _bounded(git.get("tag", ""))


def _attempt(system: str, environ: Mapping[str, str]) -> str:
    if system != "Buildkite":
        return _of(system, _ATTEMPTS, environ)
    retries = text(environ, "BUILDKITE_RETRY_COUNT")
    return str(int(retries) + 1) if retries.isascii() and retries.isdigit() and len(retries) < 9 else ""


def _revision(system: str, environ: Mapping[str, str], git: Mapping[str, str]) -> str:
    if system == "Buildkite" and environ.get("BUILDKITE_PULL_REQUEST_USING_MERGE_REFSPEC") == "true":
        # The variable has the head of the pull request, the checkout has a merge of it.
        return ""
    return _of(system, _COMMITS, environ) or _bounded(git.get("revision", ""))


def _remote(system: str, environ: Mapping[str, str], git: Mapping[str, str]) -> str:
    written = environ.get(_REMOTES.get(system, ""), "")
    if system == "GitHub Actions":
        server, name = text(environ, "GITHUB_SERVER_URL"), text(environ, "GITHUB_REPOSITORY")
        written = f"{server}/{name}.git" if server and name else ""
    return _bounded(without_credentials(written or git.get("remote", "")))


def _azure_link(environ: Mapping[str, str]) -> str:
    """The page of a build: ``BUILD_BUILDURI`` is an address that only Azure itself understands."""
    collection = text(environ, "SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")
    project, build = text(environ, "SYSTEM_TEAMPROJECT"), text(environ, "BUILD_BUILDID")
    if not (collection and project and build):
        return ""
    link = f"{web_address(collection).rstrip('/')}/{quote(project, safe='')}/_build/results?buildId={build}"
    cleaned = web_address(link)
    return cleaned if cleaned == link else ""


def _of(system: str, variables: Mapping[str, str], environ: Mapping[str, str]) -> str:
    return text(environ, variables[system]) if system in variables else ""


def _bounded(written: str) -> str:
    return text({"": written}, "")
