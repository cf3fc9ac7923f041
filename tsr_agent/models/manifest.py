"""What was judged: the commits of code, tests and prompts, and the build that ran them."""

from __future__ import annotations

from tsr_agent.models.base import Digest, LongText, Record, Sha, ShortText


class VersionManifest(Record, frozen=True, kw_only=True):
    """The git commits of every versioned component of the release.

    Source: SEED.md phase 7; ``dirty`` and what follows are additions.
    """

    codebase_sha: Sha
    codebase_branch: ShortText = ""
    """Branch that was built; empty for a detached head that no CI system names."""
    codebase_repo: ShortText = ""
    """Address of the repository without credentials; empty where none is known."""
    codebase_author: ShortText = ""
    """Author of ``codebase_sha`` as the commit itself names them, ``Name <email>``; empty where not known.
    Whoever makes a commit writes any name into it."""
    testbase_sha: Sha
    """Last commit that touched the test paths."""
    prompts_sha: Sha
    """Last commit that touched the prompt paths."""
    prompts_version: ShortText | None = None
    """Semantic version of the prompts such as ``v2.1.0``."""
    checked_out_sha: Sha | None = None
    """The commit that was checked out and tested, where ``codebase_sha`` is another: the merge commit of a
    pull request, or any commit where ``codebase_sha`` was stated."""
    dirty: bool | None = None
    """The working tree held changes that no commit has; None where that is not known, which it also is
    where nothing ties the commit checked out to a stated ``codebase_sha``."""
    dirty_digest: Digest | None = None
    """SHA-256 of the difference to the commit, untracked files included, when dirty."""
    shallow: bool = False
    """The clone was shallow: the test and prompt commits may be older than it shows."""


class PullRequest(Record, frozen=True, kw_only=True):
    """The pull or merge request that a build was about, as the CI system states it."""

    number: ShortText = ""
    head_sha: Sha | None = None
    """The author's newest commit as stated; git bears it out where it is ``codebase_sha``."""
    head_branch: ShortText = ""
    base_branch: ShortText = ""
    from_fork: bool | None = None
    """The branch lies in another repository; None where nothing says so or not."""


class BuildContext(Record, frozen=True, kw_only=True):
    """The CI run that made the report, as the environment states it: nothing here is proved by git."""

    system: ShortText
    """Name of the CI system such as ``GitHub Actions``."""
    url: LongText = ""
    """Page of the run: http or https, without credentials."""
    number: ShortText = ""
    attempt: ShortText = ""
    """Which try of the run or job this was."""
    job: ShortText = ""
    actor: ShortText = ""
    """Who started the run, as the system names them."""
    event: ShortText = ""
    """What started the run, in the system's own word such as ``pull_request``."""
    tag: ShortText = ""
    pull_request: PullRequest | None = None
    merge_sha: Sha | None = None
    """The merge commit that was tested, where ``codebase_sha`` is a pull request's head and git bears out
    that the one is a merge of the other."""
    remarks: tuple[ShortText, ...] = ()
    """What the environment states and git does not bear out, and what could not be read; a sentence each."""


def tested_sha(versions: VersionManifest, build: BuildContext | None) -> str | None:
    """The commit whose files were tested, if it is the one that a report is about or the merge of it.

    Returns:
        ``codebase_sha`` or ``build.merge_sha``; None where another commit was checked out than the
        report is about and nothing ties the one to the other.
    """
    named, tested = versions.codebase_sha, versions.checked_out_sha
    if tested is None or tested == named:
        return named
    request = build.pull_request if build is not None else None
    if build is None or request is None or (build.merge_sha, request.head_sha) != (tested, named):
        return None
    return tested
