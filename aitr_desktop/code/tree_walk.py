"""Walks through the folders of commits: finds a path, finds files by their end, lists, tells what changed.

What a commit holds is anybody's: folders nested without end, one folder listed a million times in itself,
names that no checkout can have. Each walk is bounded in folders, in depth and in what it finds, and tells
whether that was all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.code.objects import AHEAD
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aitr_desktop.code.objects import Entry, ObjectStore

MAX_CHANGES = 300
MAX_FOLDERS = 100_000
"""Folders that are read in a search; the largest repositories that we know have fewer."""
MAX_FOUND = 5
MAX_DEPTH = 64
MAX_NAMES = 32 * 1024 * 1024
"""Characters of all paths that a walk gives."""
FOLDER, LINK, SUBMODULE = "40000", "120000", "160000"


@dataclass(frozen=True, slots=True)
class Change:
    """A file that differs between two folders."""

    sign: str
    """``+`` added, ``–`` removed, ``±`` changed, ``→`` moved with the same content."""
    path: str
    """In the newer one; of a removed file in the older one."""
    old_path: str = ""
    """In the older one; empty for an added file."""
    old: str = ""
    """Its id there; of a repository inside this one the commit. Empty for an added file."""
    new: str = ""
    old_mode: str = ""
    new_mode: str = ""


def looked_up(objects: ObjectStore, root: str, parts: Sequence[str]) -> Entry | None:
    """What is at a path; None where there is nothing.

    Raises:
        InputError: A folder names it twice, so that nobody knows which is meant.
    """
    folder = root
    for place, name in enumerate(parts):
        # A name with a slash in it, which no honest git writes, reads like a path through folders.
        names = {_bytes(name), _bytes("/".join(parts[place:]))}
        found = [each for each in objects.tree(folder) if each.name in names]
        if len(found) > 1:
            raise InputError(
                f"This commit names {one_line('/'.join(parts[: place + 1]), 200)} twice in one folder, "
                "so nobody knows which is meant.",
                next_step="No honest git makes such a commit: look into where it is from.",
            )
        if not found or place == len(parts) - 1 or found[0].name != _bytes(name):
            return found[0] if found else None
        if found[0].mode != FOLDER:
            return None
        folder = found[0].sha
    return None


def found_below(
    objects: ObjectStore, root: str, parts: Sequence[str]
) -> tuple[list[tuple[str, Entry]], bool]:
    """The first files whose paths end with the names given, and whether the whole commit was searched."""
    found: list[tuple[str, Entry]] = []
    wanted = "/" + "/".join(parts)
    walk = Walk(objects, root)
    for above, entry in walk.files():
        name = shown_name(entry.name)
        if name == parts[-1] and f"/{above}{name}".endswith(wanted):
            found.append((f"{above}{name}", entry))
            if len(found) == MAX_FOUND:
                break
    return found, walk.is_whole


class Walk:
    """The files of a folder and of all below it.

    Args:
        objects: Where folders are read.
        root: Id of the folder.
    """

    def __init__(self, objects: ObjectStore, root: str) -> None:
        self._objects = objects
        self._root = root
        self.is_whole = True
        """Whether nothing was left out; known at the end."""

    def files(self) -> Iterator[tuple[str, Entry]]:
        """Each with the path of its folder, which ends with a slash or is empty."""
        waiting, read = [("", self._root, 0)], 0
        while waiting:
            if read >= MAX_FOLDERS:
                self.is_whole = False
                return
            taken = waiting[-AHEAD:]
            del waiting[-AHEAD:]
            read += len(taken)
            below = []
            for (above, _, depth), folder in zip(
                taken, self._objects.trees([sha for _, sha, _ in taken]), strict=True
            ):
                for entry in folder:
                    if entry.mode != FOLDER:
                        yield above, entry
                    elif depth < MAX_DEPTH:
                        below.append((f"{above}{shown_name(entry.name)}/", entry.sha, depth + 1))
                    else:
                        self.is_whole = False
            waiting += reversed(below)
            # A folder that holds itself a thousand times is a list a thousand times as long at each depth.
            if len(waiting) > MAX_FOLDERS:
                del waiting[:-MAX_FOLDERS]
                self.is_whole = False


def changes(
    objects: ObjectStore, before: str, after: str, most: int | None = None
) -> tuple[tuple[Change, ...], bool]:
    """What differs between two folders, by path, and whether that is all.

    Args:
        objects: Where they are read.
        before: Id of the one; empty for none.
        after: Id of the other.
        most: How many are looked for.
    """
    most = MAX_CHANGES if most is None else most
    found: list[Change] = []
    waiting, read, is_whole = [("", before, after, 0)], 0, True
    while waiting and read < MAX_FOLDERS and len(found) <= most:
        taken = waiting[-AHEAD // 2 :]
        del waiting[-AHEAD // 2 :]
        read += len(taken)
        shas = [sha for _, old, new, _ in taken for sha in (old, new) if sha]
        folders = dict(zip(shas, objects.trees(shas), strict=True))
        for above, old, new, depth in taken:
            one = {each.name: each for each in folders.get(old, ())}
            other = {each.name: each for each in folders.get(new, ())}
            for name in sorted(one.keys() | other.keys()):
                left, right = one.get(name), other.get(name)
                if left == right:
                    continue
                place = f"{above}{shown_name(name)}"
                below = _folder(left), _folder(right)
                if any(below) and depth < MAX_DEPTH:
                    waiting.append((f"{place}/", *below, depth + 1))
                is_whole = is_whole and (depth < MAX_DEPTH or not any(below))
                found += _change(place, left, right)
    is_whole = is_whole and not waiting and len(found) <= most
    return tuple(sorted(found, key=lambda each: each.path)[:most]), is_whole


def with_moves(found: Sequence[Change]) -> tuple[Change, ...]:
    """The same with each removed and added file of one content as one that moved.

    Of several with the same content those with the same name are taken together first, then by path.
    """
    left: dict[tuple[str, ...], dict[str, Change]] = defaultdict(dict)
    for each in found:
        if each.sign == "–" and each.old_mode != SUBMODULE:
            for key in _contents(each.old, each.old_mode, each.path):
                left[key][each.path] = each
    moved: dict[str, Change] = {}
    for turn in (0, 1):
        for each in found:
            if each.sign != "+" or each.path in moved:
                continue
            there = left.get(_contents(each.new, each.new_mode, each.path)[turn])
            if there:
                one = moved[each.path] = next(iter(there.values()))
                for key in _contents(one.old, one.old_mode, one.path):
                    del left[key][one.path]
    gone = {one.path for one in moved.values()}
    return tuple(
        replace(
            each, sign="→", old_path=moved[each.path].path, old=each.new, old_mode=moved[each.path].old_mode
        )
        if each.sign == "+" and each.path in moved
        else each
        for each in found
        if each.sign != "–" or each.path not in gone
    )


def _contents(sha: str, mode: str, path: str) -> tuple[tuple[str, ...], ...]:
    """What a file that moved has in common with what it was: its name too, or its content alone."""
    return (sha, mode, path.rpartition("/")[2]), (sha, mode)


def shown_name(name: bytes) -> str:
    """A name as text, from which its bytes can be had again."""
    return name.decode("utf-8", "surrogateescape")


def _change(path: str, left: Entry | None, right: Entry | None) -> list[Change]:
    old = None if left is None or left.mode == FOLDER else left
    new = None if right is None or right.mode == FOLDER else right
    if old is not None and new is not None:
        return [Change("±", path, path, old.sha, new.sha, old.mode, new.mode)]
    if old is not None:
        return [Change("–", path, path, old=old.sha, old_mode=old.mode)]
    return [Change("+", path, new=new.sha, new_mode=new.mode)] if new is not None else []


def _folder(entry: Entry | None) -> str:
    return entry.sha if entry is not None and entry.mode == FOLDER else ""


def _bytes(name: str) -> bytes:
    """A name as git has it; what can't be one is something that no folder holds."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"\0"
