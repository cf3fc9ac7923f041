"""A local clone: what a commit is and changed, and lines of a file at a commit. Never the working tree."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.code.objects import TIMEOUT_S, NotHereError, configured_remotes, no_git, objects_of
from aitr_desktop.code.tree_walk import changes, found_below, looked_up
from tsr_agent.errors import InputError
from tsr_agent.ingest.repository_url import repository_key, without_credentials
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aitr_desktop.code.objects import Entry, ObjectStore
    from aitr_desktop.code.tree_walk import Change

AROUND = 12
"""Lines that are shown before and after the marked ones."""
MAX_MARKED = 400
MAX_PATH = 4_096
"""Characters of a path that is looked for; no system has longer ones."""
MAX_LINE = 2_000
"""Characters of a line that are shown."""
_GITDIR = re.compile(rb"gitdir: ([^\n\0]{1,4000})\n?")
_PERSON = re.compile(
    r"(?P<name>.*?)\s*<(?P<address>[^<>]*)> (?P<seconds>-?\d{1,12}) (?P<zone>[+-]\d{4})", re.DOTALL
)


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


class Clone:
    """A repository on this machine.

    Args:
        folder: Its top folder, one below it, or a bare repository.
        environ: The environment of this process.
        timeout_s: Seconds for everything that one answer needs.

    Raises:
        InputError: There is no repository.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        self.folder = folder
        self._environ = environ
        self._timeout_s = timeout_s
        self._git_folder = _git_folder(folder)

    def remotes(self) -> tuple[str, ...]:
        """The addresses of its remotes, without credentials.

        Raises:
            InputError: git can't be asked.
        """
        found = configured_remotes(self._git_folder, self._environ)
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
            head, _, message = objects.commit(sha).partition(b"\n\n")
            headers = _headers(head)
            said = message.decode(_encoding(headers), "replace").strip("\n")
            subject, _, body = said.partition("\n")
            author = _person(headers.get("author", [b""])[0].decode(_encoding(headers), "replace"))
            parents = [each.decode("ascii", "replace") for each in headers.get("parent", [])]
            found, remark = self._changes(objects, headers, parents)
        return CommitNote(
            sha=sha, subject=subject, body=body.strip("\n"), author=author[0], when=author[1],
            changes=found, remark=remark,
        )  # fmt: skip

    def excerpt(self, sha: str, path: str, first: int, last: int, around: int = AROUND) -> Excerpt:
        """Lines of a file at a commit, with some around them.

        A path that the commit does not have is looked for by its end, because tools write paths from
        their own folder; what is shown instead is said.

        Raises:
            NotHereError: The clone does not hold the commit; it says what to fetch.
            InputError: No such file or line, no text, or the clone can't be read.
            IntegrityError: The clone holds other bytes under an id.
        """
        if len(path) > MAX_PATH:
            raise InputError(f"{one_line(path, 200)} is no path: it has {len(path):,} characters.")
        with self._objects(sha) as objects:
            root = _tree_of(objects.commit(sha))
            place, entry = _located(objects, root, path)
            content = _text(objects, place, entry)
        lines = content.splitlines() if "\n" not in content else content.removesuffix("\n").split("\n")
        if first > len(lines):
            raise InputError(
                f"{one_line(place, 200)} has {len(lines):,} lines at this commit, and no line {first:,}."
            )
        shown_last = min(last, len(lines), first + MAX_MARKED - 1)
        start, end = max(1, first - around), min(len(lines), shown_last + around)
        return Excerpt(
            sha=sha,
            path=place,
            lines=tuple((number, _cut(lines[number - 1])) for number in range(start, end + 1)),
            first=first,
            last=shown_last,
            total=len(lines),
            remark=_remark(path, place, last, shown_last),
        )

    def _changes(
        self, objects: ObjectStore, headers: Mapping[str, list[bytes]], parents: list[str]
    ) -> tuple[tuple[Change, ...], str]:
        root = headers["tree"][0].decode("ascii", "replace")
        try:
            before = _tree_of(objects.commit(parents[0])) if parents else ""
        except NotHereError:
            return (), "The clone is shallow and ends here, so what the commit changed is not known."
        found, is_whole = changes(objects, before, root)
        remarks = ["A merge: these are the changes to its first parent."] if len(parents) > 1 else []
        remarks += [] if is_whole else [f"There are more changes than these {len(found):,}."]
        return found, " ".join(remarks)

    @contextmanager
    def _objects(self, sha: str) -> Iterator[ObjectStore]:
        try:
            with objects_of(self._git_folder, self._environ, self._timeout_s) as objects:
                yield objects
        except NotHereError as error:
            raise NotHereError(
                f"The clone in {self.folder} does not hold commit {sha[:12]}, or not all of it; "
                "nothing else is shown in its place.",
                next_step=f"Fetch it there: git fetch origin {sha}",
            ) from error
        except OSError as error:
            raise no_git(error) from error
        except (ValueError, KeyError, IndexError) as error:
            raise InputError(
                f"The clone in {self.folder} holds something that is no commit or folder."
            ) from error


def _git_folder(folder: Path) -> Path:
    """The folder with the objects, of a checkout, of one below its top, or of a bare repository."""
    try:
        for place in (folder.absolute(), *folder.absolute().parents):
            inside = place / ".git"
            if inside.is_dir():
                return inside
            if inside.is_file():
                return _linked(place, inside)
            if (place / "HEAD").is_file() and (place / "objects").is_dir():
                return place
    except (OSError, ValueError) as error:
        raise InputError(f"{one_line(str(folder), 300)} can't be looked into.") from error
    raise InputError(
        f"{one_line(str(folder), 300)} is not a git repository and lies in none.",
        next_step="Choose the folder into which the repository was cloned.",
    )


def _linked(place: Path, file: Path) -> Path:
    """Where the file of a submodule or of a second working tree leads."""
    with file.open("rb") as stream:
        found = _GITDIR.fullmatch(stream.read(5_000))
    if found is None:
        raise InputError(f"{one_line(str(file), 300)} names no repository.")
    return place / Path(found[1].decode("utf-8", "surrogateescape"))


def _headers(head: bytes) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, space, value = line.partition(b" ")
        # A line that begins with a space goes on with the one before: signatures do.
        if name and space:
            found.setdefault(name.decode("ascii", "replace"), []).append(value)
    return found


def _encoding(headers: Mapping[str, list[bytes]]) -> str:
    named = headers.get("encoding", [b"utf-8"])[0].decode("ascii", "replace").lower()
    return {"iso-8859-1": "latin-1", "latin-1": "latin-1", "cp1252": "cp1252"}.get(named, "utf-8")


def _person(line: str) -> tuple[str, datetime | None]:
    found = _PERSON.fullmatch(line)
    if found is None:
        return line, None
    who = f"{found['name']} <{found['address']}>".strip()
    minutes = int(found["zone"][1:3]) * 60 + int(found["zone"][3:])
    minutes = -minutes if found["zone"][0] == "-" else minutes
    try:
        when = datetime.fromtimestamp(int(found["seconds"]), UTC)
        return who, when.astimezone(timezone(timedelta(minutes=minutes)))
    except (ValueError, OverflowError, OSError):
        return who, None


def _tree_of(commit: bytes) -> str:
    return _headers(commit.partition(b"\n\n")[0])["tree"][0].decode("ascii", "replace")


def _located(objects: ObjectStore, root: str, path: str) -> tuple[str, Entry]:
    """The path in the commit that is meant, and what is there."""
    parts = [each for each in path.replace("\\", "/").split("/") if each not in ("", ".", "..")]
    for start in range(len(parts)):
        entry = looked_up(objects, root, parts[start:])
        if entry is not None:
            return "/".join(parts[start:]), entry
    below = found_below(objects, root, parts) if parts else []
    if len(below) == 1:
        return below[0]
    if below:
        raise InputError(
            f"Several files of this commit end with {one_line(path, 200)}.",
            details=[one_line(place, 300) for place, _ in below],
        )
    raise InputError(f"The commit has no file {one_line(path, 200)}.")


def _text(objects: ObjectStore, place: str, entry: Entry) -> str:
    name = one_line(place, 200)
    if entry.mode == "160000":
        raise InputError(f"{name} is another repository inside this one, at {entry.sha[:12]}.")
    if entry.mode == "40000":
        raise InputError(f"{name} is a folder.")
    content = objects.blob(entry.sha)
    if entry.mode == "120000":
        raise InputError(
            f"{name} is a link to {one_line(content.decode('utf-8', 'replace'), 200)}; it is not followed."
        )
    if b"\0" in content[:8_000]:
        raise InputError(f"{name} is not text.")
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…"


def _remark(asked: str, place: str, last: int, shown_last: int) -> str:
    said = []
    if asked.removeprefix("./") != place:
        said.append(f"The report says {one_line(asked, 200)}; this is the file of the commit that ends so.")
    if shown_last < last:
        said.append(f"The lines up to {last:,} were asked for.")
    return " ".join(said)
