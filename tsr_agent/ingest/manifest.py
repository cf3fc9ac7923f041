"""The version manifest: what git says, with what a person states put over it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError, UsageError
from tsr_agent.ingest.ci_branch import ci_branch
from tsr_agent.ingest.git import GitMissingError, Repository
from tsr_agent.ingest.printable import printable
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.models.manifest import VersionManifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.ingest.git import WorkingTreeDifference

_SHA = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_MAX_TEXT = 1_000


@dataclass(frozen=True, kw_only=True)
class StatedVersions:
    """What a person or a pipeline states about the versions; empty where git is to say it."""

    codebase_sha: str = ""
    codebase_branch: str = ""
    codebase_repo: str = ""
    testbase_sha: str = ""
    prompts_sha: str = ""
    prompts_version: str = ""
    tests_paths: tuple[Path, ...] = (Path("tests"),)
    """Paths of the tests, relative to the directory that the manifest is asked for."""
    prompts_paths: tuple[Path, ...] = (Path("prompts"),)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The manifest and where each part of it comes from, one sentence each."""

    versions: VersionManifest
    explanations: tuple[str, ...]


def read_manifest(
    directory: Path,
    stated: StatedVersions,
    environ: Mapping[str, str],
    *,
    leave_out: Sequence[Path] = (),
) -> Manifest:
    """The version manifest of the checkout that a directory lies in.

    Args:
        directory: A folder of the checkout.
        stated: What overrides git.
        environ: Environment variables, for git and for the CI system's branch.
        leave_out: Untracked files and folders that do not make the tree dirty: the results themselves.

    Raises:
        UsageError: A stated commit is no whole object id, or there is no repository and not every
            commit is stated.
        InputError: Git can't say which commit last touched the tests or the prompts.
    """
    shas = {
        "codebase_sha": _whole_sha(stated.codebase_sha, "--codebase-sha"),
        "testbase_sha": _whole_sha(stated.testbase_sha, "--testbase-sha"),
        "prompts_sha": _whole_sha(stated.prompts_sha, "--prompts-sha"),
    }
    try:
        repository = Repository.find(directory, environ)
    except GitMissingError:
        return _stated_alone(shas, stated, environ, "git is not installed")
    if repository is None:
        where = printable(str(directory.absolute()))
        return _stated_alone(shas, stated, environ, f"{where} is not in a git repository")
    notes = [f"Stated: {name} {sha}." for name, sha in shas.items() if sha]
    head = repository.head()
    elsewhere = bool(shas["codebase_sha"]) and shas["codebase_sha"] != head
    if elsewhere:
        notes.append(f"The stated codebase commit is not the one checked out, {head}.")
    testbase = shas["testbase_sha"] or _last_commit(repository, directory, stated.tests_paths, "tests", notes)
    prompts = shas["prompts_sha"] or _last_commit(
        repository, directory, stated.prompts_paths, "prompts", notes
    )
    difference = _difference(repository, leave_out, notes)
    shallow = repository.is_shallow()
    if shallow:
        notes.append("The clone is shallow: commits of tests and prompts may be older than it shows.")
    versions = VersionManifest(
        codebase_sha=shas["codebase_sha"] or head,
        codebase_branch=_branch(stated, repository, environ, notes),
        codebase_repo=_address(stated, repository),
        testbase_sha=testbase,
        prompts_sha=prompts,
        prompts_version=_bounded(stated.prompts_version, "--prompts-version") or None,
        checked_out_sha=head if elsewhere else None,
        # Without changes of its own the tree is that of the commit checked out, not of the one stated.
        dirty=None if elsewhere and difference is None else difference is not None,
        dirty_digest=difference.digest if difference is not None else None,
        shallow=shallow,
    )
    return Manifest(versions=versions, explanations=tuple(notes))


def _difference(
    repository: Repository, leave_out: Sequence[Path], notes: list[str]
) -> WorkingTreeDifference | None:
    # A folder that holds the whole checkout is no folder of results, whatever it was called.
    left_out = [each for each in leave_out if not repository.root.is_relative_to(os.path.realpath(each))]
    difference = repository.difference(left_out)
    if difference is not None:
        shown = ", ".join(printable(path) for path in difference.paths[:5])
        notes.append(f"The working tree is dirty: {len(difference.paths):,} path(s), {shown}.")
    return difference


def _stated_alone(
    shas: Mapping[str, str], stated: StatedVersions, environ: Mapping[str, str], why: str
) -> Manifest:
    missing = [f"--{name.replace('_', '-')}" for name, sha in shas.items() if not sha]
    if missing:
        raise UsageError(
            f"{why}, so {', '.join(missing)} must be given.",
            next_step="Run inside the checkout, or state each commit as 40 or 64 hexadecimal digits.",
        )
    notes = [f"{why}: all commits are as stated, and whether the tree is dirty is not known."]
    versions = VersionManifest(
        codebase_branch=_branch(stated, None, environ, notes),
        codebase_repo=_address(stated, None),
        prompts_version=_bounded(stated.prompts_version, "--prompts-version") or None,
        codebase_sha=shas["codebase_sha"],
        testbase_sha=shas["testbase_sha"],
        prompts_sha=shas["prompts_sha"],
    )
    return Manifest(versions=versions, explanations=tuple(notes))


def _whole_sha(written: str, option: str) -> str:
    sha = written.strip().lower()
    if sha and _SHA.fullmatch(sha) is None:
        raise UsageError(
            f"{option} {printable(written[:80])}: not a whole commit id of 40 or 64 hexadecimal digits.",
            next_step="Print the whole id with: git rev-parse REVISION",
        )
    return sha


def _last_commit(
    repository: Repository, directory: Path, paths: Sequence[Path], what: str, notes: list[str]
) -> str:
    shown = ", ".join(printable(path.as_posix()) for path in paths) or "no path"
    inside = [_inside(repository, directory / path) for path in paths]
    found = repository.last_commit(inside) if inside else None
    if found is None:
        option = "testbase" if what == "tests" else what
        raise InputError(
            f"No commit touches the {what} at {shown}.",
            next_step=f"Set {what} under [paths] in aitr.toml, or state the commit with --{option}-sha.",
        )
    notes.append(f"Commit {found} is the last that touched the {what} at {shown}.")
    return found


def _inside(repository: Repository, path: Path) -> str:
    """A path relative to the root of the repository; its links are left alone, because git has them."""
    place = (
        Path(os.path.realpath(path.parent)) / path.name if path.name != ".." else Path(os.path.realpath(path))
    )
    if not place.is_relative_to(repository.root):
        raise InputError(
            f"{printable(str(path))} is not inside the repository at {printable(str(repository.root))}.",
            next_step="Set tests and prompts under [paths] in aitr.toml to paths of this repository.",
        )
    return place.relative_to(repository.root).as_posix()


def _branch(
    stated: StatedVersions, repository: Repository | None, environ: Mapping[str, str], notes: list[str]
) -> str:
    if stated.codebase_branch:
        return _bounded(stated.codebase_branch, "--codebase-branch")
    found = repository.branch() if repository is not None else ""
    if not found and (named := ci_branch(environ)) is not None:
        found, variable = named
        notes.append(f"The head is detached; the branch is as {variable} names it.")
    # A name from outside that is too long must not cost the report.
    return printable(found)[:_MAX_TEXT]


def _address(stated: StatedVersions, repository: Repository | None) -> str:
    written = stated.codebase_repo or (repository.remote_url() if repository is not None else "")
    return without_credentials(written)[:_MAX_TEXT]


def _bounded(text: str, option: str) -> str:
    if len(text) > _MAX_TEXT or not text.isprintable():
        raise UsageError(f"{option}: not a printable text of at most {_MAX_TEXT:,} characters.")
    return text
