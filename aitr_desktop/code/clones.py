"""A local clone: its commits, their files and folders and what changed between them.

Everything comes from objects by their ids. The working tree is one method, and only for whoever asks for it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.code import objects as stored
from aitr_desktop.code.code_file import CodeFile, Origin
from aitr_desktop.code.code_folder import MAX_CHANGED, MAX_PATHS, Changed, all_paths, listed
from aitr_desktop.code.commit_notes import parsed
from aitr_desktop.code.git_process import no_git
from aitr_desktop.code.locating import bytes_of, check_length, found_elsewhere, held_against, located
from aitr_desktop.code.objects import (
    TIMEOUT_S,
    NoAnswerError,
    NotHereError,
    ObjectStore,
    configured_remotes,
)
from aitr_desktop.code.readable_text import readable
from aitr_desktop.code.repository_folder import find_repository
from aitr_desktop.code.text_lines import TextLines
from aitr_desktop.code.tree_walk import changes, with_moves
from aitr_desktop.code.working_tree import read_working_file
from tsr_agent.errors import InputError
from tsr_agent.ingest.repository_url import repository_key, without_credentials
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from aitr_desktop.code.code_folder import Listed, Paths
    from aitr_desktop.code.commit_notes import ParsedCommit
    from aitr_desktop.code.histories import LastChange, Versions
    from aitr_desktop.code.tree_walk import Change

AROUND = 12
"""Lines that are shown before and after the marked ones."""
MAX_MARKED = 400
MAX_LINE = 2_000
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitNote:
    """What a commit says of itself and what it changed."""

    sha: str
    subject: str
    body: str
    author: str
    """``Name <address>``, as whoever made it wrote it."""
    when: datetime | None
    """When it was written, by the author's clock; None where that can't be read."""
    changes: tuple[Change, ...]
    """Against its first parent, by path."""
    remark: str = ""
    """What is to be known of the changes: a merge, a shallow clone, more than are listed."""
    parent: str = ""
    """The first commit before it, if the clone holds it; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Lines of a file at a commit."""

    sha: str
    path: str
    """In the commit."""
    lines: tuple[tuple[int, str], ...]
    first: int
    last: int
    """The marked ones."""
    total: int
    """Lines that the file has."""
    remark: str = ""
    """Where it was looked for under another path, or less is shown than was asked for."""


def _nobody(batch: Sequence[str]) -> None:
    """Nobody wants paths before all are there."""


class Clone:
    """A repository on this machine.

    Every question may take ``timeout_s`` and is answered whole or not at all; they can be asked from any
    thread, one after the other.

    Args:
        folder: Its top folder, one below it, or a bare repository.
        environ: The environment of this process.
        timeout_s: Seconds for everything that one answer needs.
        repository: Its address, for whoever knows it.
        keeps: Whether git stays for the next question, which spares its start; ``close`` ends it.

    Raises:
        InputError: There is no repository, or it leads somewhere that does not know it.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        timeout_s: float = TIMEOUT_S,
        *,
        repository: str = "",
        keeps: bool = False,
    ) -> None:
        self.place = folder
        """Where it was said to be."""
        self.repository = without_credentials(repository)
        self._environ = environ
        self._found = find_repository(folder)
        self._store = ObjectStore(self._found.git, environ, timeout_s, keeps=keeps)

    def close(self) -> None:
        """Ends what was kept, and whatever is being read. Nothing is answered afterwards."""
        self._store.close()

    def remotes(self) -> tuple[str, ...]:
        """The addresses of its remotes, without credentials.

        Raises:
            InputError: git can't be asked.
        """
        found = configured_remotes(self._found.git, self._environ)
        return tuple(dict.fromkeys(filter(None, map(without_credentials, found))))

    def is_of(self, repository: str) -> bool:
        """Whether one of its remotes is a repository, in whichever spelling.

        Raises:
            InputError: git can't be asked.
        """
        key = repository_key(repository)
        return bool(key) and key in {repository_key(each) for each in self.remotes()}

    def note(self, sha: str) -> CommitNote:
        """What a commit says of itself and what it changed.

        Raises:
            NotHereError: The clone does not hold it; it says what to fetch.
            InputError: No commit, or the clone can't be read.
            IntegrityError: The clone holds other bytes under that id.
        """
        with self._objects(sha) as objects:
            commit = parsed(objects.commit(sha))
            found, remark, parent = _changes(objects, commit)
        return CommitNote(
            sha=sha, subject=commit.subject, body=commit.body, author=commit.author, when=commit.when,
            changes=found, remark=remark, parent=parent,
        )  # fmt: skip

    def file(self, sha: str, path: str, *, as_text: bool = False) -> CodeFile:
        """A file at a commit.

        A path that the commit does not have is looked for by its end, because tools write paths from
        their own folder; what is shown instead is said.

        Args:
            sha: The commit.
            path: As somebody wrote it.
            as_text: Whether it is shown even if it is no text.

        Raises:
            NotTextError: It is no text, and nobody asked for it all the same.
            NotHereError: The clone does not hold the commit; it says what to fetch.
            InputError: No such file, or the clone can't be read.
            IntegrityError: The clone holds other bytes under an id.
        """
        check_length(path)
        with self._objects(sha) as objects:
            place, entry = located(objects, parsed(objects.commit(sha)).tree, path)
            content = bytes_of(objects, place, entry)
        said = readable(place, content, as_text=as_text)
        return CodeFile(
            repository=self.repository, folder=self.place, path=place, lines=TextLines(said.content),
            sha=sha, blob=entry.sha, encoding=said.encoding, size=len(content),
            remarks=(*found_elsewhere(path, place), *said.remarks),
        )  # fmt: skip

    def working_file(self, path: str, sha: str = "", *, as_text: bool = False) -> CodeFile:
        """A file of the working tree as it is now: never what was judged, and only for whoever asks.

        Args:
            path: From the top folder, with slashes.
            sha: The commit that it is held against; empty for none.
            as_text: As for ``file``.

        Raises:
            NotTextError: As for ``file``.
            NotHereError: The clone does not hold the commit.
            InputError: No such file, a link or no regular file, or a bare repository.
        """
        check_length(path)
        if self._found.top is None:
            raise InputError(f"{one_line(str(self.place), 300)} is a bare repository without working tree.")
        content = read_working_file(self._found.top, path, stored.MAX_BLOB)
        held = []
        if sha:
            with self._objects(sha) as objects:
                held.append(held_against(objects, sha, path, content))
        said = readable(path, content, as_text=as_text)
        return CodeFile(
            repository=self.repository, folder=self.place, path=path, lines=TextLines(said.content),
            origin=Origin.WORKING_TREE, encoding=said.encoding, size=len(content),
            remarks=(*held, *said.remarks),
        )  # fmt: skip

    def excerpt(self, sha: str, path: str, first: int, last: int, around: int = AROUND) -> Excerpt:
        """Lines of a file at a commit, with some around them.

        Raises:
            As ``file``, and InputError for a line that it does not have.
        """
        return _excerpt(self.file(sha, path), path, first, last, around)

    def folder(self, sha: str, path: str = "") -> tuple[Listed, ...]:
        """What a folder of a commit holds, folders first, by name; the top folder for an empty path.

        Raises:
            As ``file``.
        """
        check_length(path)
        with self._objects(sha) as objects:
            return listed(objects, parsed(objects.commit(sha)).tree, path)

    def paths(
        self, sha: str, most: int = MAX_PATHS, on_batch: Callable[[Sequence[str]], None] = _nobody
    ) -> Paths:
        """The paths of all files of a commit, for a search.

        Args:
            sha: The commit.
            most: How many at most.
            on_batch: Is handed some as they are found; what it raises ends the search.

        Raises:
            As ``file``.
        """
        with self._objects(sha) as objects:
            return all_paths(objects, parsed(objects.commit(sha)).tree, most, on_batch)

    def changed(self, before: str, after: str) -> Changed:
        """The files that differ between two commits.

        Raises:
            As ``file``; what is to be fetched is whichever of the two is not there.
        """
        with self._objects(before) as objects:
            old = parsed(objects.commit(before)).tree
        with self._objects(after) as objects:
            new = parsed(objects.commit(after)).tree
            found, is_whole = changes(objects, old, new, MAX_CHANGED)
        remark = "" if is_whole else f"There are more changes than these {len(found):,}."
        return Changed(before, after, with_moves(found), remark)

    def versions(self, sha: str, path: str) -> Versions:
        """The commits up to this one that changed a file, the newest first.

        Raises:
            As ``file``.
        """
        from aitr_desktop.code.histories import FileHistory

        with self._objects(sha) as objects:
            place, _ = located(objects, parsed(objects.commit(sha)).tree, path)
            return FileHistory(objects, sha, place).versions()

    def last_change(self, sha: str, path: str, first: int, last: int) -> LastChange:
        """The last commit, up to this one, that touched lines of a file.

        Raises:
            As ``file``.
        """
        from aitr_desktop.code.histories import FileHistory

        with self._objects(sha) as objects:
            place, _ = located(objects, parsed(objects.commit(sha)).tree, path)
            return FileHistory(objects, sha, place).last_change(first, last)

    @contextmanager
    def _objects(self, sha: str) -> Iterator[ObjectStore]:
        try:
            with self._store.question() as objects:
                yield objects
        except NotHereError as error:
            raise _not_here(self.place, sha, is_partial=self._found.is_partial()) from error
        except NoAnswerError as error:
            if self._found.is_partial():
                raise _not_here(self.place, sha, is_partial=True) from error
            raise
        except OSError as error:
            raise no_git(error) from error
        except (ValueError, KeyError, IndexError) as error:
            raise InputError(
                f"The clone in {one_line(str(self.place), 300)} holds something that is no commit or folder."
            ) from error


def _not_here(place: Path, sha: str, *, is_partial: bool) -> NotHereError:
    said = "is a partial one and does" if is_partial else "does"
    options = " --refetch --no-filter" if is_partial else ""
    return NotHereError(
        f"The clone in {one_line(str(place), 300)} {said} not hold commit {sha[:12]}, or not all of it; "
        "nothing else is shown in its place.",
        next_step=f"Fetch it there: git fetch{options} origin {sha}",
    )


def _changes(objects: ObjectStore, commit: ParsedCommit) -> tuple[tuple[Change, ...], str, str]:
    parent = commit.parents[0] if commit.parents else ""
    try:
        before = parsed(objects.commit(parent)).tree if parent else ""
    except NotHereError:
        return (), "The clone is shallow and ends here, so what the commit changed is not known.", ""
    found, is_whole = changes(objects, before, commit.tree)
    remarks = ["A merge: these are the changes to its first parent."] if len(commit.parents) > 1 else []
    remarks += [] if is_whole else [f"There are more changes than these {len(found):,}."]
    return found, " ".join(remarks), parent


def _excerpt(file: CodeFile, asked: str, first: int, last: int, around: int) -> Excerpt:
    total = file.lines.count
    if first > total:
        raise InputError(
            f"{one_line(file.path, 200)} has {total:,} lines at this commit, and no line {first:,}."
        )
    shown_last = min(last, total, first + MAX_MARKED - 1)
    start = max(1, first - around)
    lines = file.lines.page(start, shown_last + around, MAX_LINE)
    cut = [f"The lines up to {last:,} were asked for."] if shown_last < last else []
    return Excerpt(
        sha=file.sha,
        path=file.path,
        lines=tuple(
            (start + place, line.text + ("…" if line.left_out else "")) for place, line in enumerate(lines)
        ),
        first=first,
        last=shown_last,
        total=total,
        remark=" ".join((*found_elsewhere(asked, file.path), *cut)),
    )
