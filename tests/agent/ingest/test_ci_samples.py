"""The environments that ci-environment is tested with, read by us: the same answers where git is silent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories.ci_environments import PATH_ONLY
from tests.factories.repositories import git, repository
from tsr_agent.ingest.ci_build import read_build
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.manifest import StatedVersions, read_manifest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.samples

SYSTEMS = [
    "AzurePipelines",
    "Bamboo",
    "CircleCI",
    "GitHubActions",
    "GitHubActionsPullRequestOpened",
    "GitLab",
    "Jenkins",
    "NoGit",
    "Semaphore",
]


def sample(samples_dir: Path, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The variables of a sample, and what is expected of them."""
    folder = samples_dir / "ci-env"
    lines = (folder / f"{name}.txt").read_text().splitlines()
    environ = PATH_ONLY | dict(line.split("=", 1) for line in lines if line)
    if "GITHUB_EVENT_PATH" in environ:
        environ["GITHUB_EVENT_PATH"] = str(folder / "_github_workflow" / "opened_event.json")
    return environ, json.loads((folder / f"{name}.txt.json").read_text())


def test_every_sample_is_tried(samples_dir: Path) -> None:
    assert sorted(path.stem for path in (samples_dir / "ci-env").glob("*.txt")) == SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_build_is_read_as_expected(samples_dir: Path, name: str) -> None:
    environ, expected = sample(samples_dir, name)
    build = read_build(environ, Limits())
    assert build is not None
    context = build.context
    assert (context.system, context.url, context.number) == (
        expected["name"],
        expected["url"],
        expected["buildNumber"],
    )
    expected_git = expected.get("git", {})
    stated_head = context.pull_request.head_sha if context.pull_request else None
    assert (stated_head or build.revision) == expected_git.get("revision", "")
    assert build.remote == expected_git.get("remote", "")
    assert build.branch == expected_git.get("branch", "")
    assert context.tag == expected_git.get("tag", "")


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_detached_checkout_takes_branch_and_address_from_it(
    samples_dir: Path, tmp_path: Path, name: str
) -> None:
    head = repository(tmp_path / "r")["code"]
    git(tmp_path / "r", "checkout", "--quiet", "--detach")
    environ, expected = sample(samples_dir, name)
    if "GITHUB_SHA" in environ:
        environ["GITHUB_SHA"] = head
    if len(environ.get("CIRCLE_SHA1", environ.get("bamboo_planRepository_revision", ""))) == 40:
        environ |= {"CIRCLE_SHA1": head, "bamboo_planRepository_revision": head}
    found = read_manifest(tmp_path / "r", StatedVersions(), environ)
    expected_git = expected.get("git", {})
    assert found.versions.codebase_sha == head
    assert found.versions.codebase_branch == expected_git.get("branch", "")
    assert found.versions.codebase_repo == expected_git.get("remote", "")
    assert found.build is not None
    assert found.build.merge_sha is None
    assert "thisIsAVerySensitiveInformation" not in str(found)


@pytest.mark.parametrize("name", SYSTEMS)
def test_git_itself_comes_first(samples_dir: Path, tmp_path: Path, name: str) -> None:
    head = repository(tmp_path / "r")["code"]
    git(tmp_path / "r", "branch", "--move", "stable")
    git(tmp_path / "r", "remote", "add", "origin", "https://token@forge.example/a/b.git")
    environ, _ = sample(samples_dir, name)
    found = read_manifest(tmp_path / "r", StatedVersions(), environ).versions
    assert (found.codebase_sha, found.codebase_branch, found.codebase_repo) == (
        head,
        "stable",
        "https://forge.example/a/b.git",
    )
