from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.ci_environments import (
    PATH_ONLY,
    azure_pull_request,
    buildkite,
    event_file,
    github,
    github_pull_request,
    gitlab_merged_results,
    jenkins_pull_request,
)
from tsr_agent.ingest.ci_build import CiBuild, read_build
from tsr_agent.ingest.limits import Limits
from tsr_agent.models import codec
from tsr_agent.models.manifest import BuildContext, PullRequest

if TYPE_CHECKING:
    from pathlib import Path

MERGE, HEAD = "e" * 40, "d" * 40


def built(environ: dict[str, str]) -> CiBuild:
    found = read_build(environ, Limits())
    assert found is not None
    return found


def test_outside_a_ci_system_there_is_no_build() -> None:
    assert read_build(PATH_ONLY, Limits()) is None
    assert read_build({"GITHUB_RUN_ID": "", "BUILD_URL": " ", "BUILDKITE": ""}, Limits()) is None


def test_github_push() -> None:
    found = built(github(GITHUB_SHA=HEAD))
    assert found.context == BuildContext(
        system="GitHub Actions",
        url="https://github.example/acme/bot/actions/runs/154666429",
        number="154666429",
        attempt="2",
        job="gate",
        event="push",
    )
    assert (found.commit, found.branch, found.remote) == (HEAD, "main", "https://github.example/acme/bot.git")


def test_github_tag() -> None:
    found = built(github(GITHUB_REF="refs/tags/main", GITHUB_REF_NAME="main", GITHUB_REF_TYPE="tag"))
    assert (found.context.tag, found.branch) == ("main", "")
    typed = built(github(GITHUB_REF="", GITHUB_REF_NAME="main", GITHUB_REF_TYPE="tag"))
    assert (typed.context.tag, typed.branch) == ("main", "")


def test_github_pull_request(tmp_path: Path) -> None:
    found = built(github_pull_request(event_file(tmp_path, HEAD), MERGE))
    assert found.context.pull_request == PullRequest(
        number="12", head_sha=HEAD, head_branch="topic", base_branch="main", from_fork=False
    )
    assert found.context.remarks == ()


def test_a_port_of_the_server_is_kept() -> None:
    found = built(github(GITHUB_SERVER_URL="https://github.example:8443"))
    assert found.remote == "https://github.example:8443/acme/bot.git"


def test_gitlab_merged_results() -> None:
    found = built(gitlab_merged_results(MERGE, HEAD))
    assert found.context == BuildContext(
        system="GitLab",
        url="https://gitlab.example/acme/bot/-/jobs/77",
        number="77",
        job="gate",
        event="merge_request_event",
        pull_request=PullRequest(
            number="5", head_sha=HEAD, head_branch="topic", base_branch="main", from_fork=False
        ),
    )
    assert found.remote == "https://gitlab.example:8443/acme/bot.git"


def test_gitlab_tag_is_no_branch() -> None:
    environ = {
        "CI_JOB_URL": "https://gitlab.example/j/1",
        "CI_COMMIT_REF_NAME": "main",
        "CI_COMMIT_TAG": "main",
    }
    assert (built(environ).branch, built(environ).context.tag) == ("", "main")


def test_jenkins_multibranch_pull_request() -> None:
    found = built(jenkins_pull_request(MERGE))
    assert found.context == BuildContext(
        system="Jenkins",
        url="https://jenkins.example/job/bot/job/PR-3/9/",
        number="9",
        job="bot/PR-3",
        pull_request=PullRequest(number="3", head_branch="topic", base_branch="main"),
    )
    assert found.remote == "https://forge.example/acme/bot.git"
    from_fork = built(jenkins_pull_request(MERGE, CHANGE_FORK="eve/bot")).pull_request
    assert from_fork is not None
    assert (from_fork.record.from_fork, from_fork.branch()) == (True, "eve/bot:topic")


@pytest.mark.parametrize(
    ("variables", "branch"),
    [
        ({"GIT_BRANCH": "origin/main"}, "main"),
        ({"GIT_BRANCH": "refs/remotes/origin/a/b"}, "a/b"),
        ({"GIT_BRANCH": "detached"}, ""),
        ({"BRANCH_NAME": "v1", "TAG_NAME": "v1", "GIT_BRANCH": "v1"}, ""),
        ({"GIT_LOCAL_BRANCH": "main", "GIT_BRANCH": "origin/other"}, "main"),
    ],
)
def test_jenkins_branches(variables: dict[str, str], branch: str) -> None:
    assert built({"BUILD_URL": "https://jenkins.example/9/"} | variables).branch == branch


def test_azure_builds_the_link_that_its_own_address_is_not() -> None:
    found = built(azure_pull_request(MERGE, HEAD))
    assert found.context == BuildContext(
        system="Azure Pipelines",
        url="https://dev.azure.example/acme/AI%20bots/_build/results?buildId=4711",
        number="20260304.1",
        attempt="1",
        job="Gate",
        event="PullRequest",
        pull_request=PullRequest(
            number="31", head_sha=HEAD, head_branch="topic", base_branch="main", from_fork=False
        ),
    )
    assert found.remote == "https://dev.azure.example/acme/AI%20bots/_git/bot"


@pytest.mark.parametrize(
    "changes",
    [
        {"SYSTEM_COLLECTIONURI": None},
        {"SYSTEM_COLLECTIONURI": "vstfs:///x"},
        {"SYSTEM_COLLECTIONURI": "javascript:alert(1)//"},
        {"SYSTEM_TEAMPROJECT": None},
        {"BUILD_BUILDID": "4711&view=x"},
        {"BUILD_BUILDID": "x#y"},
    ],
)
def test_azure_without_the_parts_of_a_link_has_none_and_says_so(changes: dict[str, str | None]) -> None:
    context = built(azure_pull_request(MERGE, HEAD, **changes)).context
    assert context.url == ""
    assert "no" in context.remarks[0]
    assert "left out" in context.remarks[0]


def test_azure_outside_a_pull_request() -> None:
    environ = {"TF_BUILD": "True", "BUILD_BUILDURI": "vstfs:///1", "BUILD_SOURCEBRANCH": "refs/tags/main"}
    assert (built(environ).branch, built(environ).context.tag) == ("", "main")
    environ["BUILD_SOURCEBRANCH"] = "refs/heads/release/2"
    assert built(environ).branch == "release/2"
    environ["BUILD_SOURCEBRANCH"] = "refs/pull/3/merge"
    assert built(environ).branch == ""


def test_buildkite() -> None:
    found = built(buildkite(HEAD))
    assert found.context == BuildContext(
        system="Buildkite",
        url="https://buildkite.example/acme/bot/builds/41",
        number="41",
        attempt="2",
        job=":robot_face: gate",
        event="webhook",
    )
    assert (found.branch, found.commit, found.remote) == ("main", HEAD, "github.example:acme/bot.git")


def test_buildkite_pull_requests() -> None:
    own = built(
        buildkite(
            HEAD,
            BUILDKITE_PULL_REQUEST="8",
            BUILDKITE_PULL_REQUEST_REPO="https://github.example/Acme/bot.git",
            BUILDKITE_PULL_REQUEST_BASE_BRANCH="main",
            BUILDKITE_BRANCH="topic",
        )
    ).context.pull_request
    assert own == PullRequest(
        number="8", head_sha=HEAD, head_branch="topic", base_branch="main", from_fork=False
    )
    fork = built(
        buildkite(
            HEAD,
            BUILDKITE_PULL_REQUEST="8",
            BUILDKITE_PULL_REQUEST_REPO="git://github.example/eve/bot.git",
        )
    ).pull_request
    assert fork is not None
    assert (fork.record.from_fork, fork.branch()) == (True, "eve/bot:main")


def test_a_commit_that_is_no_whole_id_is_not_compared() -> None:
    assert built(buildkite("HEAD")).commit == ""


@pytest.mark.parametrize(
    "variables",
    [
        {"TRAVIS_BUILD_WEB_URL": "https://ci.example/1", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST": "4"},
        {
            "SEMAPHORE_ORGANIZATION_URL": "https://ci.example",
            "SEMAPHORE_JOB_ID": "1",
            "SEMAPHORE_GIT_BRANCH": "main",
            "SEMAPHORE_GIT_SHA": HEAD,
            "SEMAPHORE_GIT_URL": "https://forge.example/a",
            "SEMAPHORE_GIT_PR_NUMBER": "4",
        },
        {
            "CIRCLE_BUILD_URL": "https://ci.example/1",
            "CIRCLE_BRANCH": "main",
            "CIRCLE_SHA1": HEAD,
            "CIRCLE_REPOSITORY_URL": "https://forge.example/a",
            "CIRCLE_PR_NUMBER": "4",
        },
    ],
)
def test_pull_requests_of_other_systems_are_none_of_the_branch_they_name(variables: dict[str, str]) -> None:
    found = built(variables)
    assert found.branch == ""
    assert found.context.pull_request == PullRequest(number="4")


def test_no_pull_request_is_not_taken_for_one() -> None:
    environ = {"TRAVIS_BUILD_WEB_URL": "https://ci.example/1", "TRAVIS_PULL_REQUEST": "false"}
    assert built(environ).context.pull_request is None


@pytest.mark.parametrize("mark", ["GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "BUILDKITE"])
def test_the_mark_of_a_system_is_enough(mark: str) -> None:
    context = built({mark: "true"}).context
    assert context.system in {"GitHub Actions", "GitLab", "Azure Pipelines", "Jenkins", "Buildkite"}
    assert (context.url, context.number, context.remarks) == ("", "", ())


def test_variables_of_two_systems_are_told() -> None:
    nested = github() | {"JENKINS_URL": "https://jenkins.example/", "BRANCH_NAME": "production"}
    found = built(nested)
    assert (found.context.system, found.branch) == ("GitHub Actions", "main")
    assert found.context.remarks == (
        "Variables of Jenkins are set, too; those of GitHub Actions were taken.",
    )


@pytest.mark.parametrize(
    "stray",
    [
        {"CI_BUILD_URL": "https://x.example/", "CI_BRANCH": "production"},
        {"bamboo_buildResultsUrl": "https://x.example/", "bamboo_planRepository_branch": "production"},
        {"BUILD_URL": "https://x.example/", "GIT_BRANCH": "production"},
        {"BUILD_BUILDURI": "https://x.example/", "BUILD_SOURCEBRANCH": "refs/heads/production"},
    ],
)
def test_stray_variables_make_no_other_system_of_a_marked_one(stray: dict[str, str]) -> None:
    assert built(github() | stray) == built(github())
    merged = gitlab_merged_results(MERGE, HEAD)
    assert built(merged | stray) == built(merged)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ann:S3CRET@ci.example/1", "https://ci.example/1"),
        ("https://S3CRET@ci.example/1?private_token=S3CRET#S3CRET", "https://ci.example/1"),
        ("https://ci.example/1;token=S3CRET/2", "https://ci.example/1/2"),
        ("https://ci.example/1?buildId=7", "https://ci.example/1?buildId=7"),
        ("https://ci.example/1?buildId=7&token=S3CRET", "https://ci.example/1"),
        ("https://ci.example/https://S3CRET@inner.example/", ""),
        ("https://ci.example\\@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("ssh://ci.example/1", ""),
        ("https://", ""),
    ],
)
def test_the_address_of_a_build_is_a_page_without_secrets(url: str, shown: str) -> None:
    context = built({"BUILD_URL": url}).context
    assert context.url == shown
    assert bool(context.remarks) is (shown == "")


def test_empty_odd_and_endless_values_cost_nothing() -> None:
    environ = github(
        GITHUB_JOB="\x1b[31m\u202egate",
        GITHUB_RUN_ATTEMPT="",
        GITHUB_EVENT_NAME="x" * 100_000,
        GITHUB_REF_NAME="m" * 5_000,
        GITHUB_REF="",
        CIRCLE_BUILD_URL="https://" + "/commit" * 50_000,
    )
    context = built(environ).context
    assert context.job == "\\x1b[31m\\u202egate"
    assert context.attempt == ""
    assert len(context.event) == 1_000


NAMES = sorted(
    {
        name
        for environ in (
            github(),
            gitlab_merged_results(MERGE, HEAD),
            azure_pull_request(MERGE, HEAD),
            jenkins_pull_request(MERGE, CHANGE_FORK="x"),
            buildkite(HEAD),
        )
        for name in environ
        if name != "PATH"
    }
)
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["true", "refs/heads/main", "https://u:S3CRET@h/x", "\udcff", "\x00", HEAD, "vstfs:///1", "/dev/zero"]
    ),
)


@given(st.dictionaries(st.sampled_from([*NAMES, "GITHUB_EVENT_PATH"]), VALUES, max_size=30))
def test_no_environment_makes_a_build_that_a_report_cannot_hold(environ: dict[str, str]) -> None:
    found = read_build(environ, Limits())
    if found is not None:
        document = codec.encode(found.context)
        assert codec.decode(document, BuildContext) == found.context
        assert (found.context.url + found.context.number).isprintable()
        assert found.context.url.startswith(("https://", "http://")) or not found.context.url
        assert "S3CRET" not in found.context.url + found.remote


@pytest.mark.parametrize(
    ("environ", "actor"),
    [
        (github() | {"GITHUB_ACTOR": "ana"}, "ana"),
        (github() | {"GITHUB_ACTOR": "ana", "GITHUB_TRIGGERING_ACTOR": "ben"}, "ben"),
        (github() | {"GITHUB_ACTOR": "", "GITHUB_TRIGGERING_ACTOR": " "}, ""),
        ({"GITLAB_CI": "true", "CI_JOB_URL": "https://ci.example/1"} | {"GITLAB_USER_LOGIN": "ana"}, "ana"),
        (
            {"JENKINS_URL": "https://ci.example/", "BUILD_URL": "https://ci.example/1"}
            | {"BUILD_USER_ID": "ana", "GITHUB_ACTOR": "ben"},
            "ana",
        ),
        ({"TF_BUILD": "True"} | {"BUILD_REQUESTEDFOR": "Ana Bee"}, "Ana Bee"),
        (buildkite("a" * 40) | {"BUILDKITE_BUILD_CREATOR": "Ana Bee"}, "Ana Bee"),
    ],
)
def test_who_started_the_run(environ: dict[str, str], actor: str) -> None:
    """Whoever runs somebody else's build again started that run."""
    assert built(environ).context.actor == actor
