"""Objects of a git repository, each read by its whole id and held against it.

The repository may be anybody's. Git is asked one thing only, ``cat-file --batch`` with ids on standard
input: no path, no name of a branch and no option of a stranger reaches it, and that command runs no
program that a repository could name. What it answers is hashed: bytes that are not those of the id are
refused. Nothing is fetched, and a git that hangs is ended.
"""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from aitr_desktop.code.git_process import end, kill, no_git, start
from tsr_agent.errors import InputError, IntegrityError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TIMEOUT_S = 5.0
MAX_BLOB = 64 * 1024 * 1024
"""Bytes of a file; longer ones are not shown."""
MAX_OBJECT = 8 * 1024 * 1024
"""Bytes of a commit or of a folder's list."""
MAX_CONFIG = 256 * 1024
AHEAD = 48
"""Ids that are asked for at once. All of them fit the smallest pipe, so that nobody waits for ever."""
MAX_KEPT = 100_000
"""Lines of folders' lists that are remembered."""
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ENTRIES = {
    size: re.compile(rb"([0-7]{5,7}) ([^\0]+)\0(.{%d})" % size, re.DOTALL)
    for size in (20, 32)
}  # fmt: skip


class NotHereError(InputError):
    """The repository does not hold the object."""


class TooLargeError(InputError):
    """The object has more bytes than are read."""


class NoAnswerError(InputError):
    """Git ended without an answer. A partial clone does so before git 2.44 for what it lacks."""


class Entry(NamedTuple):
    """One line of a folder's list."""

    mode: str
    """As git writes it: ``40000`` a folder, ``120000`` a link, ``160000`` another repository, else a file."""
    name: bytes
    sha: str


class ObjectStore:
    """Reads objects of one repository, one question at a time.

    Args:
        git_folder: The folder that holds ``objects``.
        environ: The environment of this process, of which only where programs are is passed on.
        timeout_s: Seconds for one question.
        keeps: Whether git stays for the next question; ``close`` ends it.
    """

    def __init__(
        self,
        git_folder: Path,
        environ: Mapping[str, str],
        timeout_s: float = TIMEOUT_S,
        *,
        keeps: bool = False,
    ) -> None:
        self._git_folder = git_folder
        self._environ = environ
        self._timeout_s = timeout_s
        self._keeps = keeps
        self._turn = threading.Lock()
        self._git: subprocess.Popen[bytes] | None = None
        self._owed = 0
        """Answers that git was asked for and that are not read to their end."""
        self._late = False
        self._closed = False
        self._folders: dict[str, tuple[Entry, ...]] = {}
        self._kept = 0

    @contextmanager
    def question(self) -> Iterator[ObjectStore]:
        """The time in which one question is answered; whoever else has one waits.

        Raises:
            OSError: git can't be started.
        """
        with self._turn:
            self._late = False
            watchdog = threading.Timer(self._timeout_s, self._end_late)
            watchdog.daemon = True
            watchdog.start()
            try:
                yield self
            finally:
                watchdog.cancel()
                watchdog.join()
                if self._owed or self._late or self._closed or not self._keeps:
                    self._end()

    def close(self) -> None:
        """Ends git, in the middle of a question too, which then fails. Waits for no question."""
        self._closed = True
        git = self._git
        if git is not None:
            kill(git)
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def commit(self, sha: str) -> bytes:
        """The bytes of a commit.

        Raises:
            NotHereError: It is not in the repository.
            InputError: Another kind of object, or git can't be asked.
            IntegrityError: The bytes are not those of the id.
        """
        return self._read(sha, "commit", MAX_OBJECT)

    def blob(self, sha: str, most: int = MAX_BLOB) -> bytes:
        """The bytes of a file.

        Raises:
            As ``commit``.
        """
        return self._read(sha, "blob", most)

    def tree(self, sha: str) -> tuple[Entry, ...]:
        """What a folder holds.

        Raises:
            As ``commit``.
            ValueError: It is no folder's list.
        """
        return next(self.trees((sha,)))

    def trees(self, shas: Sequence[str]) -> Iterator[tuple[Entry, ...]]:
        """What folders hold, in the order asked for; much quicker than one after the other.

        Raises:
            As ``tree``.
        """
        for start_at in range(0, len(shas), AHEAD):
            wanted = shas[start_at : start_at + AHEAD]
            missing = list(dict.fromkeys(sha for sha in wanted if sha not in self._folders))
            if missing:
                self._ask(missing)
            read = {sha: self._listed(sha) for sha in missing}
            found = [read[sha] if sha in read else self._folders[sha] for sha in wanted]
            self._keep(read)
            yield from found

    def tree_and_commits(self, tree: str, commits: Sequence[str]) -> dict[str, bytes]:
        """Remembers a folder, and gives the bytes of commits, those left out that are not in the repository.

        A history is read in one step a commit with it, and not in two.

        Raises:
            As ``tree``.
        """
        commits = commits[: AHEAD - 1]
        is_known = tree in self._folders
        if not commits and is_known:
            return {}
        self._ask(commits if is_known else (tree, *commits))
        if not is_known:
            self._keep({tree: self._listed(tree)})
        found = {}
        for sha in commits:
            try:
                found[sha] = self._answer(sha, "commit", MAX_OBJECT)
            except NotHereError:
                continue
        return found

    def _listed(self, sha: str) -> tuple[Entry, ...]:
        return entries(self._answer(sha, "tree", MAX_OBJECT), len(sha) // 2)

    def _keep(self, read: Mapping[str, tuple[Entry, ...]]) -> None:
        self._kept += sum(map(len, read.values()))
        if self._kept > MAX_KEPT:
            self._folders.clear()
            self._kept = sum(map(len, read.values()))
        if self._kept <= MAX_KEPT:
            self._folders.update(read)

    def _read(self, sha: str, wanted: str, most: int) -> bytes:
        self._ask((sha,))
        return self._answer(sha, wanted, most)

    def _ask(self, shas: Sequence[str]) -> None:
        for sha in shas:
            if not _SHA.fullmatch(sha):
                raise InputError(f"{one_line(sha, 80)} is not the whole SHA of a commit.")
        if self._owed:
            self._end()
        self._go_on()
        if self._git is None:
            self._git = start(self._git_folder, self._environ, "cat-file", "--batch")
            # Whoever ended the question while git was being started saw none to end.
            self._go_on()
        asked = self._git.stdin
        try:
            if asked is not None:
                self._owed += len(shas)
                asked.write(b"".join(sha.encode("ascii") + b"\n" for sha in shas))
                asked.flush()
        except OSError:
            raise self._fault() from None

    def _go_on(self) -> None:
        if self._late or self._closed:
            raise self._fault()

    def _answer(self, sha: str, wanted: str, most: int) -> bytes:
        header = self._header().split()
        if header[1:] == [b"missing"]:
            self._owed -= 1
            raise NotHereError(f"The clone does not hold {sha[:12]}.")
        if len(header) != 3 or not header[2].isdigit():
            raise self._fault()
        named = header[0].decode("ascii", "replace")
        if len(named) != len(sha) and _SHA.fullmatch(named):
            # Git takes an id of the other length for the beginning of one, or for the name of a branch.
            raise NotHereError(f"The clone has ids of {len(named)} digits, so it can't hold {sha[:12]}.")
        if named != sha:
            raise self._fault()
        kind, size = header[1].decode("ascii", "replace"), int(header[2])
        if kind != wanted:
            raise InputError(f"{sha[:12]} is no {wanted} in this clone but a {one_line(kind, 20)}.")
        if size > most:
            raise TooLargeError(f"It has {size:,} bytes; at most {most:,} are shown.")
        content = self._take(size)
        self._owed -= 1
        verify(sha, kind, content)
        return content

    def _header(self) -> bytes:
        answers = self._git.stdout if self._git is not None else None
        header = answers.readline(1_000) if answers is not None else b""
        if not header and not self._late and not self._closed:
            raise NoAnswerError(self._fault().message, next_step=self._fault().next_step)
        if not header.endswith(b"\n"):
            raise self._fault()
        return header

    def _take(self, size: int) -> bytes:
        answers = self._git.stdout if self._git is not None else None
        content = answers.read(size) if answers is not None else b""
        if answers is None or len(content) != size or answers.read(1) != b"\n":
            raise self._fault()
        return content

    def _fault(self) -> InputError:
        if self._closed:
            return InputError("Reading the clone was left.")
        if self._late:
            return InputError(
                f"Reading the clone took longer than {self._timeout_s:g} s.",
                next_step="Try again: what was read once comes sooner the next time.",
            )
        return InputError(
            "git can't read this clone.",
            # No command of git is named: in a clone of a stranger's any of them may run what that one likes.
            next_step="It is damaged, or made by a newer git than the one that is installed: make a new one.",
        )

    def _end_late(self) -> None:
        self._late = True
        git = self._git
        if git is not None:
            kill(git)

    def _end(self) -> None:
        git, self._git, self._owed = self._git, None, 0
        if git is not None:
            end(git)


def configured_remotes(
    git_folder: Path, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S
) -> list[str]:
    """The addresses of a repository's remotes as its own file has them; included files are left out.

    Raises:
        InputError: git can't be asked.
    """
    asked = ("config", "--local", "--no-includes", "-z", "--get-regexp", r"^remote\..*\.url$")
    try:
        git = start(git_folder, environ, *asked)
    except OSError as error:
        raise no_git(error) from error
    watchdog = threading.Timer(timeout_s, kill, (git,))
    watchdog.daemon = True
    watchdog.start()
    try:
        said = git.stdout.read(MAX_CONFIG) if git.stdout is not None else b""
    finally:
        watchdog.cancel()
        watchdog.join()
        end(git)
    values = (each.partition(b"\n")[2] for each in said.split(b"\0"))
    return [value.decode("utf-8", "replace") for value in values if value]


def entries(content: bytes, id_bytes: int) -> tuple[Entry, ...]:
    """The lines of a folder's list.

    Raises:
        ValueError: It is none.
    """
    found = _ENTRIES[id_bytes].findall(content)
    # What matches nothing is stepped over by the search; the lengths tell.
    if sum(len(mode) + len(name) for mode, name, _ in found) + (2 + id_bytes) * len(found) != len(content):
        raise ValueError("no list of a folder")
    return tuple([Entry(mode.decode("ascii").lstrip("0"), name, sha.hex()) for mode, name, sha in found])


def verify(sha: str, kind: str, content: bytes) -> None:
    """Holds an object's bytes against its id.

    Raises:
        IntegrityError: They are others.
    """
    if object_id(kind, content, len(sha)) != sha:
        raise IntegrityError(
            f"The clone holds other bytes than those of {sha[:12]}, so nothing of it is shown.",
            next_step="The clone is damaged or was altered: make a new one.",
        )


def object_id(kind: str, content: bytes, digits: int) -> str:
    """The id that git gives an object, of 40 or 64 digits."""
    digest = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(f"{kind} {len(content)}\0".encode())
    digest.update(content)
    return digest.hexdigest()
