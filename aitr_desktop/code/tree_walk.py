"""Walks through the folders of commits: finds a path, finds files by their end, tells what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.objects import Entry, ObjectStore

MAX_CHANGES = 300
MAX_FOLDERS = 20_000
"""Folders that are read in a search; the largest repositories that we know have fewer."""
MAX_FOUND = 5
MAX_DEPTH = 64
FOLDER = "40000"


@dataclass(frozen=True, slots=True)
class Change:
    """A file that a commit changed."""

    sign: str
    """``+`` added, ``–`` removed, ``±`` changed."""
    path: str


def looked_up(objects: ObjectStore, root: str, parts: Sequence[str]) -> Entry | None:
    """What is at a path; None where there is nothing."""
    folder = root
    for place, name in enumerate(parts):
        wanted = name.encode("utf-8", "surrogateescape") if _encodes(name) else b"\0"
        entry = next((each for each in objects.tree(folder) if each.name == wanted), None)
        if entry is None or place == len(parts) - 1:
            return entry
        if entry.mode != FOLDER:
            return None
        folder = entry.sha
    return None


def found_below(objects: ObjectStore, root: str, parts: Sequence[str]) -> list[tuple[str, Entry]]:
    """The first files whose paths end with the names given."""
    found: list[tuple[str, Entry]] = []
    waiting, read = [("", root, 0)], 0
    while waiting and read < MAX_FOLDERS and len(found) < MAX_FOUND:
        above, sha, depth = waiting.pop()
        read += 1
        for entry in objects.tree(sha):
            name = _shown(entry.name)
            place = f"{above}{name}"
            if entry.mode == FOLDER and depth < MAX_DEPTH:
                waiting.append((f"{place}/", entry.sha, depth + 1))
            elif name == parts[-1] and f"/{place}".endswith("/" + "/".join(parts)):
                found.append((place, entry))
    return found


def changes(objects: ObjectStore, before: str, after: str) -> tuple[tuple[Change, ...], bool]:
    """What differs between two folders, and whether that is all.

    Args:
        objects: Where they are read.
        before: Id of the one; empty for none.
        after: Id of the other.
    """
    found: list[Change] = []
    waiting, read = [("", before, after, 0)], 0
    while waiting and read < MAX_FOLDERS and len(found) < MAX_CHANGES:
        above, old, new, depth = waiting.pop()
        read += 1
        one = {each.name: each for each in objects.tree(old)} if old else {}
        other = {each.name: each for each in objects.tree(new)} if new else {}
        for name in sorted(one.keys() | other.keys()):
            left, right = one.get(name), other.get(name)
            if left == right:
                continue
            place = f"{above}{_shown(name)}"
            folders = _folder(left), _folder(right)
            if any(folders) and depth < MAX_DEPTH:
                waiting.append((f"{place}/", *folders, depth + 1))
            left, right = _file(left), _file(right)
            if left or right:
                found.append(Change("+" if left is None else "–" if right is None else "±", place))
    is_whole = not waiting and len(found) <= MAX_CHANGES
    return tuple(sorted(found[:MAX_CHANGES], key=lambda each: each.path)), is_whole


def _folder(entry: Entry | None) -> str:
    return entry.sha if entry is not None and entry.mode == FOLDER else ""


def _file(entry: Entry | None) -> Entry | None:
    return None if entry is None or entry.mode == FOLDER else entry


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "replace")


def _encodes(name: str) -> bool:
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
