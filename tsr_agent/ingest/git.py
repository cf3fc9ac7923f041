"""Git as evidence: asked in a clean environment, in which a repository can't run a program of its own.

The configuration of the machine and of the user is left out; a repository's own is read, but file
monitors, external differences, text conversions and content filters are switched off, and nothing is
fetched. Ownership is not asked for: in containers the checkout often belongs to another user, and
with programs switched off there is nothing left that the check protects from. That is why the root,
and only the root, is passed as ``safe.directory``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TIMEOUT_S = 60
_MAX_COMMIT_BYTES = 1024 * 1024
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "LC_ALL": "C",
    "LANGUAGE": "",
}
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "core.pager=cat",
    "diff.autoRefreshIndex=true",
    "protocol.allow=never",
)
_FILTER = re.compile(r"^(filter\..+)\.(?:clean|smudge|process|required)$", re.DOTALL)


class GitError(InputError):
    """Git can't be run, or did not answer."""


class GitMissingError(GitError):
    """Git is not installed."""


@dataclass(frozen=True, kw_only=True)
class WorkingTreeDifference:
    """What the working tree has that no commit has."""

    digest: str
    """SHA-256 over the changed and the untracked files, by name and content."""
    paths: tuple[str, ...]


class Repository:
    """A checkout with its working tree.

    Args:
        root: Its top folder; use ``find`` where it is not known.
        environ: The environment of this process, of which only what git needs is passed on.
    """

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self._environment = {
            name: environ[name] for name in ("PATH", "SYSTEMROOT") if name in environ
        } | _ENVIRONMENT
        self._settings: tuple[str, ...] = (*_SETTINGS, f"safe.directory={root}")
        self._settings += tuple(self._silenced_filters())

    @classmethod
    def find(cls, directory: Path, environ: Mapping[str, str]) -> Repository | None:
        """The repository that a directory lies in; None where it lies in none.

        Raises:
            GitError: There is a repository but git can't be run or refuses it.
        """
        place = Path(os.path.realpath(directory))
        for folder in (place, *place.parents):
            if (folder / ".git").exists():
                return cls(folder, environ)
        return None

    def head(self) -> str:
        """The commit that is checked out.

        Raises:
            GitError: There is no commit yet.
        """
        try:
            return self._line("rev-parse", "--verify", "--end-of-options", "HEAD^{commit}")
        except GitMissingError:
            raise
        except GitError as error:
            raise GitError(
                f"The repository at {self.root} has no commit that is checked out.",
                next_step="Commit something, or check a branch out.",
                details=[error.message],
            ) from error

    def parents(self, commit: str) -> tuple[str, ...]:
        """The parents that a commit names, whether or not the clone has them.

        They are read from the commit itself: grafts and the edge of a shallow clone hide parents from
        git's other commands.

        Args:
            commit: A whole object id.

        Returns:
            Object ids in their order; empty for a commit so large that it is not looked at.
        """
        lines = [line.decode("ascii", "replace") for line in self._commit_head(commit)]
        return tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent "))

    def author(self, commit: str) -> str:
        """Who wrote a commit, ``Name <email>`` as it stands in the commit; no ``.mailmap`` changes it.

        Args:
            commit: A whole object id.

        Returns:
            Empty where the clone lacks the commit, or the commit is so large that it is not looked at.
        """
        if self._run("cat-file", "-t", commit, allowed=(0, 1, 128)).strip() != b"commit":
            return ""
        for line in self._commit_head(commit):
            if line.startswith(b"author "):
                named, bracket, _moment = line.removeprefix(b"author ").rpartition(b">")
                return (named + bracket).decode("utf-8", "replace").strip()
        return ""

    def _commit_head(self, commit: str) -> list[bytes]:
        """What stands in a commit before its message; nothing for one that is not looked at."""
        if int(self._line("cat-file", "-s", commit)) > _MAX_COMMIT_BYTES:
            return []
        return self._run("cat-file", "commit", commit).partition(b"\n\n")[0].split(b"\n")

    def branch(self) -> str:
        """The branch that is checked out; empty when the head is detached."""
        return self._answer_or_empty("symbolic-ref", "--quiet", "--short", "HEAD")

    def last_commit(self, paths: Sequence[str]) -> str | None:
        """The last commit at or before HEAD that touched any of the paths; None where none did.

        Args:
            paths: Relative to the root, taken literally.
        """
        head = self.head()
        found = self._run("rev-list", "--max-count=1", "--end-of-options", head, "--", *paths)
        return found.decode("ascii").strip() or None

    def remote_url(self) -> str:
        """Address of ``origin``, or of the only remote, as configured; empty where there is none."""
        listed = self._answer_or_empty("config", "--local", "--get-regexp", r"^remote\..*\.url$")
        urls = dict(line.split(" ", 1) for line in listed.splitlines() if " " in line)
        if "remote.origin.url" in urls:
            return urls["remote.origin.url"]
        return next(iter(urls.values())) if len(urls) == 1 else ""

    def is_shallow(self) -> bool:
        """Whether history was cut off when the clone was made."""
        return self._line("rev-parse", "--is-shallow-repository") == "true"

    def difference(self, leave_out: Iterable[Path] = ()) -> WorkingTreeDifference | None:
        """What differs from HEAD, untracked files included and ignored ones not; None for a clean tree.

        Args:
            leave_out: Untracked files and folders that don't count: the results that the report reads.
        """
        out = tuple(Path(os.path.realpath(each)) for each in leave_out)
        entries = [*self._changed(), *self._untracked(out)]
        if not entries:
            return None
        sha = hashlib.sha256()
        for state, name in sorted(entries):
            content = self._content_digest(name)
            for piece in (state, name, content):
                sha.update(len(piece).to_bytes(8, "big") + piece)
        names = sorted({os.fsdecode(name) for _, name in entries})
        return WorkingTreeDifference(digest=sha.hexdigest(), paths=tuple(names))

    def _changed(self) -> list[tuple[bytes, bytes]]:
        """State and path of each tracked file that differs from HEAD, staged or not."""
        listed = self._run(
            "diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
            "--ignore-submodules=none", "--end-of-options", self.head(), "--",
        ).split(b"\0")  # fmt: skip
        # Raw entries are ":oldmode newmode oldsha newsha status" and the path; modes and status stay
        # the same however the index looks, the SHAs do not.
        found = []
        for about, name in zip(listed[0::2], listed[1::2], strict=False):
            old_mode, new_mode, old_sha, _new_sha, status = about.lstrip(b":").split(b" ")
            found.append((b" ".join((old_mode, new_mode, old_sha, status)), name))
        return found

    def _untracked(self, leave_out: tuple[Path, ...]) -> list[tuple[bytes, bytes]]:
        listed = self._run("ls-files", "--others", "--exclude-standard", "-z")
        names = [name for name in listed.split(b"\0") if name]
        return [
            (b"untracked", name)
            for name in names
            if not any((self.root / os.fsdecode(name)).is_relative_to(out) for out in leave_out)
        ]

    def _content_digest(self, name: bytes) -> bytes:
        """SHA-256 of a file in the working tree; a word for what is no file."""
        path = self.root / os.fsdecode(name)
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                return b"link to " + os.fsencode(path.readlink())
            if not stat.S_ISREG(mode):
                return b"folder" if stat.S_ISDIR(mode) else b"special file"
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return b"absent"
        except OSError as error:
            raise GitError(f"{os.fsdecode(name)}: can't be read: {error.strerror}.") from error
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()

    def _silenced_filters(self) -> list[str]:
        """Settings that turn every configured content filter into one that does nothing."""
        listed = self._answer_or_empty("config", "--name-only", "-z", "--get-regexp", r"^filter\.")
        drivers = {found[1] for key in listed.split("\0") if (found := _FILTER.match(key))}
        return [
            f"{driver}.{key}={value}"
            for driver in sorted(drivers)
            for key, value in (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
        ]

    def _line(self, *arguments: str) -> str:
        return self._run(*arguments).decode("utf-8", "replace").strip()

    def _answer_or_empty(self, *arguments: str) -> str:
        """The answer of a question to which git says no with exit code 1."""
        return self._run(*arguments, allowed=(0, 1)).decode("utf-8", "replace").strip("\n")

    def _run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> bytes:
        settings = [part for setting in self._settings for part in ("-c", setting)]
        command = ["git", "--no-pager", *settings, *arguments]
        try:
            # Arguments are ours or full SHAs; paths stand behind two hyphens and are literal.
            done = subprocess.run(  # noqa: S603
                command,
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise GitMissingError("git is not installed.", next_step="Install git.") from error
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} did not answer within {TIMEOUT_S} s.") from error
        if done.returncode not in allowed:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())[:500]
            raise GitError(f"git {arguments[0]} failed with exit code {done.returncode}: {said}")
        return done.stdout
