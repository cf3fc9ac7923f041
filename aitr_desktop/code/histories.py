"""The history of one file: the commits that changed it, and the last one that touched some of its lines.

Only ids are compared until two differ, so most commits cost one folder. Time and commits are bounded; what
is told says how far was looked, and where the clone ends.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.code.commit_notes import parsed
from aitr_desktop.code.differing import equal_lines
from aitr_desktop.code.objects import NotHereError, TooLargeError
from aitr_desktop.code.readable_text import readable
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.code.tree_walk import FOLDER, SUBMODULE, changes, looked_up, with_moves
from tsr_agent.errors import InputError
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    from aitr_desktop.code.commit_notes import ParsedCommit
    from aitr_desktop.code.objects import ObjectStore

MAX_VERSIONS = 500
MAX_COMMITS = 20_000
WITHIN_S = 3.0
"""Seconds that a walk may take."""
MAX_COMPARED = 4 * 1024 * 1024
"""Bytes of a file whose lines are followed."""
MAX_SAID = 500
"""Characters of a subject or of a name."""
LINE_STEPS = 400_000
"""Budget of the comparison of two versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A commit that changed a file."""

    sha: str
    path: str
    """Of the file in this commit."""
    blob: str
    """Id of its bytes; empty where the commit removed it."""
    subject: str
    author: str
    when: datetime | None
    sign: str
    """``+`` added, ``–`` removed, ``±`` changed, ``→`` moved here with the same content; ``?`` where the
    clone does not hold what was before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """The commits that changed a file."""

    found: tuple[Version, ...]
    """The newest first."""
    commits: int
    """Commits that were looked at."""
    remark: str = ""
    """Why there may be more; empty where these are all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastChange:
    """The last commit that touched some lines of a file."""

    version: Version | None
    """None where it was not found."""
    first: int
    """The lines as that commit has them."""
    last: int
    commits: int
    """Commits that were looked at."""
    is_certain: bool
    remark: str = ""
    """What is not certain, or why none was found."""


class FileHistory:
    """Walks from a commit to those before it.

    Args:
        objects: Where they are read.
        sha: The commit to begin with.
        path: Of the file in it.
    """

    def __init__(self, objects: ObjectStore, sha: str, path: str) -> None:
        self._objects = objects
        self._sha = sha
        self._path = path
        self._until = time.monotonic() + WITHIN_S
        self._commits: dict[str, ParsedCommit] = {}
        self._ends: list[str] = []
        """Why the walk did not go on, a sentence each."""

    def versions(self, most: int = MAX_VERSIONS) -> Versions:
        """The commits that changed the file; of a merge the side that it came from is followed."""
        found: list[Version] = []
        waiting = [(0, 0, self._sha, self._path)]
        seen = {(self._sha, self._path)}
        turn = 0
        while waiting and len(found) < most and not self._is_over():
            _, _, sha, path = heapq.heappop(waiting)
            change, before = self._step(sha, path)
            if change is not None:
                found.append(change)
            for parent, place in before:
                if (parent, place) not in seen:
                    seen.add((parent, place))
                    turn += 1
                    heapq.heappush(waiting, (-self._commits[parent].seconds, turn, parent, place))
        if waiting and len(found) >= most:
            self._ends.append(f"There are more than these {len(found):,}.")
        return Versions(found=tuple(found), commits=len(seen), remark=" ".join(dict.fromkeys(self._ends)))

    def last_change(self, first: int, last: int) -> LastChange:
        """The last commit that touched lines, followed through every version while they stay the same.

        Raises:
            InputError: The file has no such lines, or is too large to be followed.
        """
        sha, path, count = self._sha, self._path, 0
        self._check_lines(first, last)
        while not self._is_over():
            count += 1
            change, before = self._step(sha, path)
            if change is None:
                sha, path = before[0]
                continue
            followed, is_certain = None, not self._ends
            for parent, place in before:
                followed, is_sure = self._followed(change.blob, parent, place, first, last)
                is_certain = is_certain and is_sure
                if followed is not None:
                    first, last = followed
                    sha, path = parent, place
                    break
            if followed is None:
                said = [*dict.fromkeys(self._ends)]
                said += [] if is_certain else ["The lines may be older than this commit."]
                return LastChange(
                    version=change, first=first, last=last, commits=count,
                    is_certain=is_certain, remark=" ".join(said),
                )  # fmt: skip
        said = [*dict.fromkeys(self._ends), "The last change to these lines is older."]
        return LastChange(
            version=None, first=first, last=last, commits=count, is_certain=False, remark=" ".join(said)
        )

    def _check_lines(self, first: int, last: int) -> None:
        blob = self._blob(self._commit(self._sha), self._path)
        try:
            total = self._lines(blob).count
        except TooLargeError as error:
            name = one_line(self._path, 200)
            raise InputError(f"{name} is too large for its lines to be followed.") from error
        if not 1 <= first <= last <= total:
            raise InputError(
                f"{one_line(self._path, 200)} has {total:,} lines at this commit, "
                f"and no lines {first:,} to {last:,}."
            )

    def _followed(
        self, blob: str, parent: str, path: str, first: int, last: int
    ) -> tuple[tuple[int, int] | None, bool]:
        """Where the lines stood before, if nothing touched them; and whether that is certain."""
        old = self._blob(self._commit(parent), path)
        if old == blob:
            return (first, last), True
        try:
            matches, is_whole = equal_lines(self._lines(old), self._lines(blob), LINE_STEPS)
        except TooLargeError:
            return None, False
        for match in matches:
            if match.new < first and last <= match.new + match.length:
                moved = match.old - match.new
                return (first + moved, last + moved), True
        return None, is_whole

    def _lines(self, blob: str) -> TextLines:
        content = self._objects.blob(blob, MAX_COMPARED)
        return TextLines(readable(self._path, content, as_text=True).content)

    def _step(self, sha: str, path: str) -> tuple[Version | None, list[tuple[str, str]]]:
        """What a commit did to the file, and in which commits before it, under which path, it goes on."""
        commit = self._commit(sha)
        blob = self._blob(commit, path)
        before: list[tuple[str, str, str]] = []
        is_cut = False
        for parent in commit.parents:
            try:
                old = self._blob(self._commit(parent), path)
            except NotHereError:
                is_cut = True
                continue
            if old == blob:
                return None, [(parent, path)]
            before.append((parent, path, old))
        if is_cut:
            self._ends.append(f"The clone does not hold what is before {sha[:12]}.")
        having = [(parent, place) for parent, place, old in before if old]
        sign = "–" if not blob else "±" if having else "?" if is_cut else "+"
        if sign == "+" and before:
            moved = self._moved(before[0][0], commit.tree, path)
            if moved:
                sign, having = "→", [(before[0][0], moved)]
        return self._version(sha, path, blob, sign), having

    def _moved(self, parent: str, tree: str, path: str) -> str:
        """The path from which the file was moved with the same content; empty where it was not."""
        found, _ = changes(self._objects, self._commit(parent).tree, tree)
        return next(
            (each.old_path for each in with_moves(found) if each.path == path and each.sign == "→"), ""
        )

    def _version(self, sha: str, path: str, blob: str, sign: str) -> Version:
        commit = self._commits[sha]
        return Version(
            sha=sha, path=path, blob=blob, sign=sign,
            subject=commit.subject, author=commit.author, when=commit.when,
        )  # fmt: skip

    def _blob(self, commit: ParsedCommit, path: str) -> str:
        unknown = [sha for sha in commit.parents if sha not in self._commits]
        for sha, content in self._objects.tree_and_commits(commit.tree, unknown).items():
            self._commits[sha] = _kept(content)
        entry = looked_up(self._objects, commit.tree, path.split("/"))
        return entry.sha if entry is not None and entry.mode not in (FOLDER, SUBMODULE) else ""

    def _commit(self, sha: str) -> ParsedCommit:
        if sha not in self._commits:
            self._commits[sha] = _kept(self._objects.commit(sha))
        return self._commits[sha]

    def _is_over(self) -> bool:
        if time.monotonic() > self._until:
            self._ends.append(f"The search ended at its time limit, after {len(self._commits):,} commits.")
        elif len(self._commits) > MAX_COMMITS:
            self._ends.append(f"The search ended after {MAX_COMMITS:,} commits.")
        else:
            return False
        return True


def _kept(content: bytes) -> ParsedCommit:
    """A commit without what a long history can't hold in memory for all of them."""
    commit = parsed(content)
    return replace(commit, subject=commit.subject[:MAX_SAID], author=commit.author[:MAX_SAID], body="")
