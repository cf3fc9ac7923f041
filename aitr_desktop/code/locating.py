"""Which file of a commit is meant by a path, and its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code import objects as stored
from aitr_desktop.code.commit_notes import parsed
from aitr_desktop.code.objects import object_id
from aitr_desktop.code.tree_walk import FOLDER, LINK, MAX_FOLDERS, SUBMODULE, found_below, looked_up
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from aitr_desktop.code.objects import Entry, ObjectStore

MAX_PATH = 4_096
"""Characters of a path that is looked for; no system has longer ones."""


def check_length(path: str) -> None:
    """Refuses what no path can be.

    Raises:
        InputError: It is too long.
    """
    if len(path) > MAX_PATH:
        raise InputError(f"{one_line(path, 200)} is no path: it has {len(path):,} characters.")


def located(objects: ObjectStore, root: str, path: str) -> tuple[str, Entry]:
    """The path in the commit that is meant, and what is there.

    What the commit has under just that name is meant before all else. Then the names are looked for without
    folders before them, and then at the end of longer paths, for tools write them from their own folder.

    Raises:
        InputError: There is no such file, or several end so.
    """
    exact = path.split("/")
    if not {"", ".", ".."} & set(exact):
        entry = looked_up(objects, root, exact)
        if entry is not None:
            return path, entry
    parts = [each for each in path.replace("\\", "/").split("/") if each not in ("", ".", "..")]
    for start in range(len(parts)):
        entry = looked_up(objects, root, parts[start:])
        if entry is not None:
            return "/".join(parts[start:]), entry
    below, is_whole = found_below(objects, root, parts) if parts else ([], True)
    if len(below) > 1:
        raise InputError(
            f"Several files of this commit end with {one_line(path, 200)}.",
            details=[one_line(place, 300) for place, _ in below],
        )
    if not is_whole:
        raise InputError(
            f"The commit has no file {one_line(path, 200)} at its top, and too many folders to search: "
            f"{MAX_FOLDERS:,} were."
        )
    if not below:
        raise InputError(f"The commit has no file {one_line(path, 200)}.")
    return below[0]


def bytes_of(objects: ObjectStore, place: str, entry: Entry) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: It is something else, which is said and not followed.
    """
    name = one_line(place, 200)
    if entry.mode == SUBMODULE:
        raise InputError(f"{name} is another repository inside this one, at {entry.sha[:12]}.")
    if entry.mode == FOLDER:
        raise InputError(f"{name} is a folder.")
    content = objects.blob(entry.sha, stored.MAX_BLOB)
    if entry.mode == LINK:
        raise InputError(
            f"{name} is a link to {one_line(content.decode('utf-8', 'replace'), 200)}; it is not followed."
        )
    return content


def found_elsewhere(asked: str, place: str) -> tuple[str, ...]:
    """That a file was found under another path, a sentence; nothing where it was not."""
    if asked.removeprefix("./") == place:
        return ()
    return (f"Asked for was {one_line(asked, 200)}; this is the file of the commit that ends so.",)


def held_against(objects: ObjectStore, sha: str, path: str, content: bytes) -> str:
    """What a file of the working tree is to that of a commit, a sentence."""
    entry = looked_up(objects, parsed(objects.commit(sha)).tree, path.split("/"))
    if entry is None or entry.mode in (FOLDER, LINK, SUBMODULE):
        return f"Commit {sha[:12]} has no such file."
    if object_id("blob", content, len(entry.sha)) == entry.sha:
        return f"It is the same, byte for byte, as in commit {sha[:12]}."
    if object_id("blob", content.replace(b"\r\n", b"\n"), len(entry.sha)) == entry.sha:
        return f"It differs from commit {sha[:12]} in its line ends only."
    return f"It differs from commit {sha[:12]}."
