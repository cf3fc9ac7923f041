"""The version manifest: what git says, with what a person states put over it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tsr_agent.errors import InputError, UsageError
from tsr_agent.ingest.ci_build import read_build
from tsr_agent.ingest.git import GitMissingError, Repository
from tsr_agent.ingest.limits import Limits
from tsr_agent.ingest.printable import printable
from tsr_agent.ingest.repository_url import without_credentials
from tsr_agent.ingest.tested_commit import TestedCommit, stated_branch, tested_commit
from tsr_agent.models.manifest import VersionManifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tsr_agent.ingest.ci_build import CiBuild
    from tsr_agent.ingest.git import WorkingTreeDifference
    from tsr_agent.models.manifest import BuildContext

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
    build: BuildContext | None = None
    """The CI run; None outside a CI system."""
    explanations: tuple[str, ...]
    changed: tuple[str, ...] = ()
    """Paths in the checkout that are not as the commit has them; the report keeps their digest only."""


def read_manifest(
    directory: Path,
    stated: StatedVersions,
    environ: Mapping[str, str],
    *,
    leave_out: Sequence[Path] = (),
    limits: Limits | None = None,
) -> Manifest:
    """The version manifest of the checkout that a directory lies in.

    Args:
        directory: A folder of the checkout.
        stated: What overrides git.
        environ: Environment variables, for git and for what the CI system says.
        leave_out: Untracked files and folders that do not make the tree dirty: the results themselves.
        limits: Bounds for the event file of GitHub Actions.

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
    around = _Surroundings(environ, read_build(environ, limits or Limits()))
    try:
        repository = Repository.find(directory, environ)
    except GitMissingError:
        return _stated_alone(shas, stated, around, "git is not installed")
    if repository is None:
        where = printable(str(directory.absolute()))
        return _stated_alone(shas, stated, around, f"{where} is not in a git repository")
    notes = [f"Stated: {name} {sha}." for name, sha in shas.items() if sha]
    head = repository.head()
    tested = tested_commit(around.build, repository, head)
    around = replace_fields(around, head=head, tested=tested)
    versions = _from_git(shas, stated, around, repository=repository, directory=directory, notes=notes)
    difference = _difference(repository, leave_out, notes)
    manifest = _manifest(_with_tree(versions, difference, around), around, notes)
    changed = difference.paths if difference is not None else ()
    return replace_fields(manifest, changed=tuple(map(printable, changed)))


def _from_git(
    shas: Mapping[str, str],
    stated: StatedVersions,
    around: _Surroundings,
    *,
    repository: Repository,
    directory: Path,
    notes: list[str],
) -> VersionManifest:
    codebase = shas["codebase_sha"] or around.tested.sha
    if around.merges(codebase):
        notes.append(
            f"Commit {codebase} is the head of the pull request; its merge {around.head} was tested."
        )
    elif codebase != around.head:
        notes.append(f"The stated codebase commit is not the one checked out, {around.head}.")
    testbase = shas["testbase_sha"] or _last_commit(repository, directory, stated.tests_paths, "tests", notes)
    prompts = shas["prompts_sha"] or _last_commit(
        repository, directory, stated.prompts_paths, "prompts", notes
    )
    shallow = repository.is_shallow()
    if shallow:
        notes.append("The clone is shallow: commits of tests and prompts may be older than it shows.")
    return VersionManifest(
        codebase_sha=codebase,
        codebase_branch=_branch(stated, repository, around, notes),
        codebase_repo=_address(stated, repository, around.build),
        # As it is: escapes in place of invisible signs would make another name of it.
        codebase_author=repository.author(codebase)[:_MAX_TEXT],
        testbase_sha=testbase,
        prompts_sha=prompts,
        prompts_version=_bounded(stated.prompts_version, "--prompts-version") or None,
        checked_out_sha=around.head if codebase != around.head else None,
        shallow=shallow,
    )


def _with_tree(
    versions: VersionManifest, difference: WorkingTreeDifference | None, around: _Surroundings
) -> VersionManifest:
    """The manifest with what the working tree holds.

    Without changes of its own the tree is that of the commit checked out. Of a commit that was only
    stated it says nothing; a merge, though, has the head of the pull request in it.
    """
    tied = versions.checked_out_sha is None or around.merges(versions.codebase_sha)
    known = tied or difference is not None
    return replace(
        versions,
        dirty=difference is not None if known else None,
        dirty_digest=difference.digest if difference is not None else None,
    )


@dataclass(frozen=True)
class _Surroundings:
    """What the environment says, and the commits that it is held against."""

    environ: Mapping[str, str]
    build: CiBuild | None
    head: str = ""
    """The commit checked out."""
    tested: TestedCommit = field(default_factory=lambda: TestedCommit(sha=""))

    def merges(self, codebase: str) -> bool:
        """Whether the commit checked out is the merge of a pull request with that head."""
        return self.tested.merge_sha is not None and self.tested.sha == codebase


def _manifest(versions: VersionManifest, around: _Surroundings, notes: Sequence[str]) -> Manifest:
    build = around.build
    if build is None:
        return Manifest(versions=versions, explanations=tuple(notes))
    context = build.context
    remarks = (*context.remarks, *around.tested.remarks)
    merge_sha = around.tested.merge_sha if around.merges(versions.codebase_sha) else None
    shown = f"{context.system} {context.number}".strip()
    return Manifest(
        versions=versions,
        build=replace(context, merge_sha=merge_sha, remarks=remarks),
        explanations=(*notes, f"Built by {shown}, as the environment says.", *remarks),
    )


def _difference(
    repository: Repository, leave_out: Sequence[Path], notes: list[str]
) -> WorkingTreeDifference | None:
    # A folder that holds the whole checkout is no folder of results, whatever it was called.
    left_out = [each for each in leave_out if not repository.root.is_relative_to(os.path.realpath(each))]
    difference = repository.difference(left_out)
    if difference is not None:
        shown = ", ".join(printable(path) for path in difference.paths[:5])
        more = f" and {len(difference.paths) - 5:,} more" if len(difference.paths) > 5 else ""
        notes.append(f"The checkout holds changes that no commit has: {shown}{more}.")
    return difference


def _stated_alone(
    shas: Mapping[str, str], stated: StatedVersions, around: _Surroundings, why: str
) -> Manifest:
    missing = [f"--{name.replace('_', '-')}" for name, sha in shas.items() if not sha]
    if missing:
        raise UsageError(
            f"{why}, so {', '.join(missing)} must be given.",
            next_step="Run inside the checkout, or state each commit as 40 or 64 hexadecimal digits.",
        )
    notes = [f"{why}: all commits are as stated, and whether the tree is dirty is not known."]
    sha = shas["codebase_sha"]
    remark = "There is no checkout to hold it against: what the environment states is not verified."
    around = replace_fields(around, head=sha, tested=TestedCommit(sha=sha, remarks=(remark,)))
    versions = VersionManifest(
        codebase_branch=_branch(stated, None, around, notes),
        codebase_repo=_address(stated, None, around.build),
        prompts_version=_bounded(stated.prompts_version, "--prompts-version") or None,
        codebase_sha=sha,
        testbase_sha=shas["testbase_sha"],
        prompts_sha=shas["prompts_sha"],
    )
    return _manifest(versions, around, notes)


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
    stated: StatedVersions, repository: Repository | None, around: _Surroundings, notes: list[str]
) -> str:
    if stated.codebase_branch:
        return _bounded(stated.codebase_branch, "--codebase-branch")
    found = repository.branch() if repository is not None else ""
    if not found:
        found, source = stated_branch(around.build, around.environ, around.head, around.tested.sha)
        if found:
            notes.append(f"The head is detached; the branch is as {source} names it.")
        elif source:
            notes.append(f"The head is detached and no branch is known: {source}")
    # A name from outside that is too long must not cost the report.
    return printable(found)[:_MAX_TEXT]


def _address(stated: StatedVersions, repository: Repository | None, build: CiBuild | None) -> str:
    if stated.codebase_repo:
        return without_credentials(stated.codebase_repo)[:_MAX_TEXT]
    found = without_credentials(repository.remote_url() if repository is not None else "")
    return (found or (build.remote if build is not None else ""))[:_MAX_TEXT]


def _bounded(text: str, option: str) -> str:
    if len(text) > _MAX_TEXT or not text.isprintable():
        raise UsageError(f"{option}: not a printable text of at most {_MAX_TEXT:,} characters.")
    return text
