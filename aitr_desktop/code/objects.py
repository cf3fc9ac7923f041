"""Objects of a git repository, each read by its whole id and held against it.

The repository may be anybody's. Git is asked one thing only, ``cat-file --batch`` with ids on standard
input: no path, no name of a branch and no option of a stranger reaches it, and that command runs no
program that a repository could name. What it answers is hashed: bytes that are not those of the id are
refused. Nothing is fetched, and a git that hangs is ended.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import InputError, IntegrityError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

TIMEOUT_S = 5.0
MAX_BLOB = 5 * 1024 * 1024
"""Bytes of a file; longer ones are not shown."""
MAX_OBJECT = 8 * 1024 * 1024
"""Bytes of a commit or of a folder's list."""
MAX_CONFIG = 256 * 1024
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    # Before git 2.44 an object that a partial clone lacks is fetched. This list overrides a repository's own
    # permission for any protocol, of which some run a program.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "LC_ALL": "C",
}
_SETTINGS = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "protocol.allow=never")


class NotHereError(InputError):
    """The repository does not hold the object."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a folder's list."""

    mode: str
    """As git writes it: ``40000`` a folder, ``120000`` a link, ``160000`` another repository, else a file."""
    name: bytes
    sha: str


class ObjectStore:
    """Reads objects; made by ``objects_of``.

    Args:
        git: Answers ids on its standard input.
        fault: What to raise where it does not answer.
    """

    def __init__(self, git: subprocess.Popen[bytes], fault: Callable[[], InputError]) -> None:
        self._git = git
        self._fault = fault

    def commit(self, sha: str) -> bytes:
        """The bytes of a commit.

        Raises:
            NotHereError: It is not in the repository.
            InputError: Another kind of object, or git can't be asked.
            IntegrityError: The bytes are not those of the id.
        """
        return self._read(sha, "commit", MAX_OBJECT)

    def blob(self, sha: str) -> bytes:
        """The bytes of a file.

        Raises:
            As ``commit``.
        """
        return self._read(sha, "blob", MAX_BLOB)

    def tree(self, sha: str) -> list[Entry]:
        """What a folder holds.

        Raises:
            As ``commit``.
        """
        return list(_entries(self._read(sha, "tree", MAX_OBJECT), len(sha) // 2))

    def _read(self, sha: str, wanted: str, most: int) -> bytes:
        if not _SHA.fullmatch(sha):
            raise InputError(f"{one_line(sha, 80)} is not the whole SHA of a commit.")
        header = self._ask(sha).split()
        if header[1:] == [b"missing"]:
            raise NotHereError(f"The clone does not hold {sha[:12]}.")
        if len(header) != 3 or header[0].decode("ascii", "replace") != sha or not header[2].isdigit():
            raise self._fault()
        kind, size = header[1].decode("ascii", "replace"), int(header[2])
        if kind != wanted:
            raise InputError(f"{sha[:12]} is no {wanted} in this clone but a {one_line(kind, 20)}.")
        if size > most:
            raise InputError(f"It has {size:,} bytes; at most {most:,} are shown.")
        content = self._take(size + 1)[:-1]
        _verify(sha, kind, content)
        return content

    def _ask(self, sha: str) -> bytes:
        asked, answers = self._git.stdin, self._git.stdout
        if asked is None or answers is None:
            raise self._fault()
        try:
            asked.write(sha.encode("ascii") + b"\n")
            asked.flush()
        except OSError:
            raise self._fault() from None
        header = answers.readline(1_000)
        if not header.endswith(b"\n"):
            raise self._fault()
        return header

    def _take(self, size: int) -> bytes:
        content = self._git.stdout.read(size) if self._git.stdout is not None else b""
        if len(content) != size:
            raise self._fault()
        return content


@contextmanager
def objects_of(
    git_folder: Path, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S
) -> Iterator[ObjectStore]:
    """The objects of a repository, for as long as the ``with`` statement.

    Args:
        git_folder: The folder that holds ``objects``.
        environ: The environment of this process, of which only where programs are is passed on.
        timeout_s: Seconds for everything that is read.

    Raises:
        OSError: git can't be started.
    """
    late = threading.Event()
    with _bounded(git_folder, environ, ("cat-file", "--batch"), timeout_s, late) as git:

        def fault() -> InputError:
            if late.is_set():
                return InputError(f"Reading the clone took longer than {timeout_s:g} s.")
            return InputError(
                "git can't read this clone.", next_step=f"See what “git -C {git_folder} fsck” says."
            )

        yield ObjectStore(git, fault)


@contextmanager
def _bounded(
    git_folder: Path,
    environ: Mapping[str, str],
    arguments: tuple[str, ...],
    timeout_s: float,
    late: threading.Event,
) -> Iterator[subprocess.Popen[bytes]]:
    """A git that is ended with the ``with`` statement, or when its time is over."""
    git = subprocess.Popen(  # noqa: S603  (fixed arguments; ids go in by standard input)
        command(git_folder, *arguments),
        env=environment(environ),
        cwd=git_folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )

    def end() -> None:
        late.set()
        git.kill()

    watchdog = threading.Timer(timeout_s, end)
    watchdog.start()
    try:
        yield git
    finally:
        watchdog.cancel()
        watchdog.join()
        git.kill()
        # Closes the pipes too; what git still wrote is dropped.
        git.communicate()


def command(git_folder: Path, *arguments: str) -> list[str]:
    """A call of git on a repository named to it: it looks for none, and asks nobody's configuration."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    return ["git", "--no-pager", f"--git-dir={git_folder}", *settings, *arguments]


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What git is told of this process: where programs are, and nothing else."""
    return {name: environ[name] for name in ("PATH", "SYSTEMROOT") if name in environ} | _ENVIRONMENT


def configured_remotes(git_folder: Path, environ: Mapping[str, str]) -> list[str]:
    """The addresses of a repository's remotes as its own file has them; included files are left out.

    Raises:
        InputError: git can't be asked.
    """
    asked = ("config", "--local", "--no-includes", "-z", "--get-regexp", r"^remote\..*\.url$")
    try:
        with _bounded(git_folder, environ, asked, TIMEOUT_S, threading.Event()) as git:
            said = git.stdout.read(MAX_CONFIG) if git.stdout is not None else b""
    except OSError as error:
        raise no_git(error) from error
    values = (each.partition(b"\n")[2] for each in said.split(b"\0"))
    return [value.decode("utf-8", "replace") for value in values if value]


def no_git(error: OSError) -> InputError:
    """Git could not be started."""
    if isinstance(error, FileNotFoundError):
        return InputError("git is not installed, so no clone can be read.", next_step="Install git.")
    return InputError(f"git can't be started: {error.strerror or error}.")


def _verify(sha: str, kind: str, content: bytes) -> None:
    digest = hashlib.sha256() if len(sha) == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(f"{kind} {len(content)}\0".encode())
    digest.update(content)
    if digest.hexdigest() != sha:
        raise IntegrityError(
            f"The clone holds other bytes than those of {sha[:12]}, so nothing of it is shown.",
            next_step="The clone is damaged or was altered: make a new one.",
        )


def _entries(content: bytes, id_bytes: int) -> Iterator[Entry]:
    place = 0
    while place < len(content):
        space = content.index(b" ", place)
        end = content.index(b"\0", space)
        after = end + 1 + id_bytes
        yield Entry(
            content[place:space].decode("ascii"), content[space + 1 : end], content[end + 1 : after].hex()
        )
        place = after
