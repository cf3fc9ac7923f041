"""What a folder of a commit holds, all paths of a commit, and what changed between two."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from aitr_desktop.code.tree_walk import FOLDER, LINK, MAX_NAMES, SUBMODULE, Walk, looked_up, shown_name
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.code.objects import Entry, ObjectStore
    from aitr_desktop.code.tree_walk import Change

MAX_PATHS = 200_000
MAX_CHANGED = 20_000
BATCH = 2_000
"""Paths that are handed on at once."""


class ListedKind(Enum):
    """What something in a folder is."""

    FOLDER = "folder"
    FILE = "file"
    LINK = "link"
    REPOSITORY = "another repository"


_KINDS = {FOLDER: ListedKind.FOLDER, LINK: ListedKind.LINK, SUBMODULE: ListedKind.REPOSITORY}


@dataclass(frozen=True, slots=True)
class Listed:
    """Something in a folder of a commit."""

    name: str
    path: str
    """From the top, with slashes: what a file is asked for with."""
    kind: ListedKind
    mode: str
    """As git writes it; ``100755`` can be run."""
    id: str
    """Of its bytes; of another repository the commit."""
    remark: str = ""
    """What is odd about it, a sentence; no checkout has such a name, or it is there twice."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths of files of a commit."""

    paths: tuple[str, ...]
    remark: str = ""
    """That there are more; empty where these are all."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed between two commits."""

    before: str
    after: str
    files: tuple[Change, ...]
    """By path; a file that moved with the same content is one of them."""
    remark: str = ""
    """That there are more; empty where these are all."""


def listed(objects: ObjectStore, root: str, path: str) -> tuple[Listed, ...]:
    """What a folder holds, folders first, by name.

    Raises:
        InputError: The commit has no such folder.
    """
    folder, parts = root, [each for each in path.split("/") if each]
    if parts:
        entry = looked_up(objects, root, parts)
        if entry is None or entry.mode != FOLDER:
            raise InputError(f"The commit has no folder {one_line(path, 200)}.")
        folder = entry.sha
    above = "".join(f"{each}/" for each in parts)
    found = objects.tree(folder)
    times = Counter(each.name for each in found)
    rows = [_listed(above, each, times[each.name]) for each in found]
    return tuple(
        sorted(rows, key=lambda row: (row.kind is not ListedKind.FOLDER, row.name.casefold(), row.name))
    )


def all_paths(objects: ObjectStore, root: str, most: int, on_batch: Callable[[Sequence[str]], None]) -> Paths:
    """The paths of all files of a commit.

    Args:
        objects: Where folders are read.
        root: Id of the top folder.
        most: How many at most.
        on_batch: Is handed some as they are found; what it raises ends the search.
    """
    walk = Walk(objects, root)
    found: list[str] = []
    batch: list[str] = []
    length, is_whole = 0, True
    for above, entry in walk.files():
        path = above + shown_name(entry.name)
        length += len(path)
        if len(found) >= most or length > MAX_NAMES:
            is_whole = False
            break
        found.append(path)
        batch.append(path)
        if len(batch) == BATCH:
            on_batch(batch)
            batch = []
    if batch:
        on_batch(batch)
    is_whole = is_whole and walk.is_whole
    return Paths(tuple(found), "" if is_whole else f"The commit has more files than these {len(found):,}.")


def _listed(above: str, entry: Entry, times: int) -> Listed:
    name = shown_name(entry.name)
    remark = ""
    if times > 1:
        remark = "The folder names it more than once; no honest git makes such a commit."
    elif "/" in name or name in (".", "..") or name.casefold() == ".git":
        remark = "No checkout has a file of this name; no honest git makes such a commit."
    kind = _KINDS.get(entry.mode, ListedKind.FILE)
    return Listed(name, above + name, kind, entry.mode, entry.sha, remark)
