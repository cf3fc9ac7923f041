"""What CI systems put into the environment of a job, with any variable replaced by keyword."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

PATH_ONLY = {"PATH": os.environ.get("PATH", os.defpath)}


def _changed(values: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    merged: dict[str, str | None] = {**PATH_ONLY, **values, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def github(**changes: str | None) -> dict[str, str]:
    """A push to ``main`` on GitHub Actions; None takes a variable away."""
    values = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "acme/bot",
        "GITHUB_RUN_ID": "154666429",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_JOB": "gate",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REF_NAME": "main",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_HEAD_REF": "",
        "GITHUB_BASE_REF": "",
    }
    return _changed(values, changes)


def github_pull_request(event: Path, merge: str, **changes: str | None) -> dict[str, str]:
    """A pull request on GitHub Actions: the commit built is a merge, the event file tells of its head."""
    values = {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_REF_NAME": "12/merge",
        "GITHUB_HEAD_REF": "topic",
        "GITHUB_BASE_REF": "main",
        "GITHUB_SHA": merge,
    }
    return github(**(values | changes))


def event_file(place: Path, sha: str, /, **changes: Any) -> Path:
    """The event file of a pull request from a branch of the same repository, written to a folder."""
    head_side = {"sha": sha, "ref": "topic", "label": "acme:topic", "repo": {"full_name": "acme/bot"}}
    request: dict[str, Any] = {
        "number": 12,
        "title": "Be <b>polite</b>",
        "head": head_side,
        "base": {"sha": "b" * 40, "ref": "main", "repo": {"full_name": "acme/bot"}},
    }
    path = place / "event.json"
    path.write_text(json.dumps({"action": "opened", "number": 12, "pull_request": request | changes}))
    return path


def gitlab_merged_results(merge: str, head: str, **changes: str | None) -> dict[str, str]:
    """A GitLab pipeline for merged results: the commit built is a merge."""
    values = {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_JOB_URL": "https://gitlab.example/acme/bot/-/jobs/77",
        "CI_JOB_ID": "77",
        "CI_JOB_NAME": "gate",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_REPOSITORY_URL": "https://gitlab-ci-token:S3CRET@gitlab.example:8443/acme/bot.git",
        "CI_COMMIT_SHA": merge,
        "CI_COMMIT_REF_NAME": "topic",
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
        "CI_MERGE_REQUEST_PROJECT_PATH": "acme/bot",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/bot",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    }
    return _changed(values, changes)


def jenkins_pull_request(commit: str, **changes: str | None) -> dict[str, str]:
    """A pull request in a multibranch job of Jenkins."""
    values = {
        "JENKINS_URL": "https://jenkins.example/",
        "BUILD_URL": "https://jenkins.example/job/bot/job/PR-3/9/",
        "BUILD_NUMBER": "9",
        "JOB_NAME": "bot/PR-3",
        "BRANCH_NAME": "PR-3",
        "CHANGE_ID": "3",
        "CHANGE_BRANCH": "topic",
        "CHANGE_TARGET": "main",
        "GIT_URL": "https://ann:S3CRET@forge.example/acme/bot.git",
        "GIT_COMMIT": commit,
    }
    return _changed(values, changes)


def azure_pull_request(merge: str, head: str, **changes: str | None) -> dict[str, str]:
    """A pull request on Azure Pipelines, whose own address of the build is no link."""
    values = {
        "TF_BUILD": "True",
        "BUILD_BUILDURI": "vstfs:///Build/Build/4711",
        "BUILD_BUILDID": "4711",
        "BUILD_BUILDNUMBER": "20260304.1",
        "BUILD_REASON": "PullRequest",
        "BUILD_REPOSITORY_URI": "https://acme@dev.azure.example/acme/AI%20bots/_git/bot",
        "BUILD_SOURCEBRANCH": "refs/pull/31/merge",
        "BUILD_SOURCEVERSION": merge,
        "SYSTEM_COLLECTIONURI": "https://dev.azure.example/acme/",
        "SYSTEM_TEAMPROJECT": "AI bots",
        "SYSTEM_JOBATTEMPT": "1",
        "SYSTEM_JOBDISPLAYNAME": "Gate",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "31",
        "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/topic",
        "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": head,
        "SYSTEM_PULLREQUEST_ISFORK": "False",
    }
    return _changed(values, changes)


def buildkite(commit: str, **changes: str | None) -> dict[str, str]:
    """A build of ``main`` on Buildkite."""
    values = {
        "BUILDKITE": "true",
        "BUILDKITE_BUILD_URL": "https://buildkite.example/acme/bot/builds/41",
        "BUILDKITE_BUILD_NUMBER": "41",
        "BUILDKITE_LABEL": ":robot_face: gate",
        "BUILDKITE_SOURCE": "webhook",
        "BUILDKITE_RETRY_COUNT": "1",
        "BUILDKITE_BRANCH": "main",
        "BUILDKITE_TAG": "",
        "BUILDKITE_COMMIT": commit,
        "BUILDKITE_REPO": "git@github.example:acme/bot.git",
        "BUILDKITE_PULL_REQUEST": "false",
        "BUILDKITE_PULL_REQUEST_REPO": "",
    }
    return _changed(values, changes)
