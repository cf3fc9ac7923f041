"""Code that was judged is not edited: a copy of it is, and it is saved elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from aitr_desktop.editing.checking import FileKind, kind_of_text
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aitr_desktop.editing.text_files import TextFile

MAX_NAMED = 5_000
"""Bytes of a file that names a folder."""


class CopiedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft is a copy of."""

    folder: str
    """Of the clone."""
    path: str
    """In the repository."""
    sha: str
    """The commit, whole; empty for the working tree."""
    placeholders: tuple[str, ...] = ()
    """Names that the text has in braces."""

    def title(self) -> str:
        """What it is, on one line."""
        return f"{one_line(self.path, 120)} @ {self.sha[:12]}" if self.sha else one_line(self.path, 120)


def refuse_audited(file: TextFile, text: str, clones: Iterable[str]) -> None:
    """Refuses to save a draft into a clone. Policies and requirements of one's own may lie in one.

    Args:
        file: Where it goes, and what it is a copy of.
        text: What is to be saved.
        clones: Folders of the clones that are known.

    Raises:
        InputError: It would go there; it says what to do.
    """
    inside = audited_around(file, text, clones)
    if inside is not None:
        raise InputError(
            f"{one_line(str(file.path), 300)} lies in the clone {one_line(str(inside), 300)}: "
            "what is audited is not edited.",
            kept="the text in the editor, and the clone as it was.",
            next_step="Save it into another folder, with Save as.",
        )


def audited_around(file: TextFile, text: str, clones: Iterable[str]) -> Path | None:
    """The clone into which a draft would be saved; None where it would not.

    Args:
        file: Where it goes, and what it is a copy of.
        text: What is to be saved.
        clones: Folders of the clones that are known.
    """
    copied, data = file.copied, text.encode("utf-8", "surrogatepass")
    if copied is None and kind_of_text(data, file.path) is not FileKind.DRAFT:
        return None
    folders = dict.fromkeys([*([copied.folder] if copied is not None else ()), *clones])
    return clone_around(file.path, map(Path, folders))


def clone_around(path: Path, clones: Iterable[Path]) -> Path | None:
    """The clone in which a path lies, through whatever links; None where it lies in none of them.

    Another working tree of the same repository is that clone, too: what is written there is committed to it.
    """
    try:
        above = path.resolve().parents
        tops = [_top(each) for each in clones]
        kept = {common for each in tops if (common := _common(each)) is not None}
        own = next((each for each in above if (each / ".git").exists()), None)
        is_other_tree = own is not None and _common(own) in kept
    except (OSError, RuntimeError, ValueError):
        # A name that can't be looked at can't be written to either.
        return None
    around = next((top for top in tops if any(_is_same(each, top) for each in above)), None)
    return around or (own if is_other_tree else None)


def _top(folder: Path) -> Path:
    real = folder.resolve()
    return next((each for each in (real, *real.parents) if (each / ".git").exists()), real)


def _common(top: Path) -> Path | None:
    """The folder in which a repository keeps what all its working trees share; None where none is named."""
    git = top / ".git"
    if git.is_file():
        named = _first_line(git)
        # A path to another machine is not so much as looked at.
        if not named.startswith("gitdir: ") or named[8:].startswith(("//", "\\\\")):
            return None
        git = top / named[8:]
    elif not git.is_dir():
        return None
    shared = _first_line(git / "commondir")
    return (git / shared).resolve() if not shared.startswith(("//", "\\\\")) else None


def _first_line(file: Path) -> str:
    """The one line of a small file; nothing where there is no such file, or it can't be read."""
    try:
        if file.is_file():
            with file.open("rb") as stream:
                return os.fsdecode(stream.read(MAX_NAMED).partition(b"\n")[0].rstrip(b"\r"))
    except OSError:
        pass
    return ""


def _is_same(one: Path, other: Path) -> bool:
    """Whether two folders are one, also where the disk takes capitals and small letters for the same."""
    if one == other:
        return True
    try:
        return one.samefile(other)
    except OSError:
        return False
