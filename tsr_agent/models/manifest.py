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
    testbase_sha: Sha
    """Last commit that touched the test paths."""
    prompts_sha: Sha
    """Last commit that touched the prompt paths."""
    prompts_version: ShortText | None = None
    """Semantic version of the prompts such as ``v2.1.0``."""
    checked_out_sha: Sha | None = None
    """The commit that was checked out, where another was stated as ``codebase_sha``."""
    dirty: bool | None = None
    """The working tree held changes that no commit has; None where that is not known."""
    dirty_digest: Digest | None = None
    """SHA-256 of the difference to the commit, untracked files included, when dirty."""
    shallow: bool = False
    """The clone was shallow: the test and prompt commits may be older than it shows."""


class BuildContext(Record, frozen=True, kw_only=True):
    """The CI run that made the report."""

    system: ShortText
    """Name of the CI system such as ``GitHub Actions``."""
    url: LongText = ""
    number: ShortText = ""
    merge_sha: Sha | None = None
    """The merge commit that CI checked out, where the report is about a pull request's head."""
