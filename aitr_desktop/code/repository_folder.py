"""Where a repository keeps its objects, and that they are its own.

A repository of a stranger can say that they are somewhere else: by the file or link ``.git``, by
``commondir``, by a list of alternates. What leads out of the chosen folder is followed only where the other
side says the same (a second working tree, a submodule); everything else is refused with a word.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

MAX_LISTED = 64 * 1024
"""Bytes of a file that names other folders."""
MAX_CHAIN = 5
"""Alternates of alternates that git follows."""
_GITDIR = re.compile(rb"gitdir: ([^\n\0]{1,4000})\n?")


@dataclass(frozen=True, slots=True)
class RepositoryFolder:
    """A repository on this machine."""

    git: Path
    """What git is told: the folder of HEAD, which of a second working tree is its own."""
    top: Path | None
    """Top folder of the working tree; None for a bare repository."""
    common: Path
    """The folder that holds ``objects``, the same for all working trees."""

    def is_partial(self) -> bool:
        """Whether it was cloned without some objects, which git would fetch when they are wanted."""
        return any((self.common / "objects" / "pack").glob("*.promisor"))


def find_repository(folder: Path) -> RepositoryFolder:
    """The repository that a folder is, or lies in.

    Raises:
        InputError: There is none, or it leads somewhere that does not know it.
    """
    try:
        git, top = _found(folder)
        found = RepositoryFolder(git, top, _common(git))
        _check(found)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"{_shown(folder)} can't be looked into.") from error
    return found


def read_small(path: Path, most: int = MAX_LISTED) -> bytes:
    """The bytes of a small regular file; none where there is no such file. Never waits for a pipe.

    Raises:
        OSError: It can't be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return b""
    with os.fdopen(handle, "rb") as stream:
        return stream.read(most) if stat.S_ISREG(os.fstat(handle).st_mode) else b""


def _found(folder: Path) -> tuple[Path, Path | None]:
    """The folder of HEAD, and the top of the working tree."""
    for place in (folder.absolute(), *folder.absolute().parents):
        inside = place / ".git"
        if inside.is_dir():
            if not _is_inside(inside, place):
                raise _strange(inside, inside.resolve())
            return inside, place
        if inside.is_file():
            return _linked(place, inside), place
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            return place, None
    raise InputError(
        f"{_shown(folder)} is not a git repository and lies in none.",
        next_step="Choose the folder into which the repository was cloned.",
    )


def _linked(place: Path, file: Path) -> Path:
    """Where the file of a submodule or of a second working tree leads, if that place knows of it."""
    found = _GITDIR.fullmatch(read_small(file, 5_000))
    if found is None:
        raise InputError(f"{_shown(file)} names no repository.")
    git = place / _local(file, found[1])
    if not git.is_dir():
        raise InputError(f"{_shown(file)} leads to {_shown(git)}, which is not there.")
    back = read_small(git / "gitdir", 5_000).rstrip(b"\n")
    knows = bool(back) and (git / _local(git, back)).resolve() == file.resolve()
    if not (knows or _is_inside(git, place) or _is_submodule(git, place)):
        raise _strange(file, git)
    return git


def _is_submodule(git: Path, place: Path) -> bool:
    """Whether a repository around the folder keeps the objects, as it does for its submodules."""
    for above in place.parents:
        if (above / ".git").exists():
            return _is_inside(git, _found(above)[0])
    return False


def _common(git: Path) -> Path:
    """The folder that holds the objects, which a second working tree shares with the first."""
    named = read_small(git / "commondir", 5_000).rstrip(b"\n")
    if not named:
        return git
    common = git / _local(git, named)
    if not _is_inside(git, common):
        raise _strange(git / "commondir", common)
    return common


def _check(found: RepositoryFolder) -> None:
    """Refuses objects that are kept outside."""
    common = found.common
    around = [common.resolve()]
    around += [common.resolve().parent] if common.resolve().name == ".git" else []
    around += [found.top.resolve()] if found.top is not None else []
    objects = common / "objects"
    for each in (objects, objects / "pack"):
        if not any(_is_inside(each, place) for place in around):
            raise _strange(each, each.resolve())
    _check_alternates(objects, around, MAX_CHAIN)


def _check_alternates(objects: Path, around: list[Path], more: int) -> None:
    listed = objects / "info" / "alternates"
    for line in read_small(listed).split(b"\n"):
        if not line or line.startswith(b"#"):
            continue
        other = objects / _local(listed, line)
        # A name in quotes is written with escapes, which nobody writes for a folder of the same clone.
        if line.startswith(b'"') or not more or not any(_is_inside(other, place) for place in around):
            raise InputError(
                f"This clone borrows objects from {_shown(other)}, outside of it, so it is not read.",
                next_step=f"Make it whole: git repack -a -d, then remove {_shown(listed)}",
            )
        _check_alternates(other, around, more - 1)


def _local(named_by: Path, path: bytes) -> Path:
    """A path that a repository names. One to another machine is not so much as looked at."""
    if path.startswith((b"//", b"\\\\")):
        raise InputError(f"{_shown(named_by)} leads to another machine.")
    return Path(path.decode("utf-8", "surrogateescape"))


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _strange(named_by: Path, place: Path) -> InputError:
    return InputError(
        f"{_shown(named_by)} leads to {_shown(place)}, which does not know of it, so it is not followed.",
        next_step="If you trust it, choose the folder that it leads to.",
    )


def _shown(path: Path) -> str:
    return one_line(str(path), 300)
