"""A place in code that something leads to, and what a local clone says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.code.clones import Clone, CommitNote
from tsr_agent.ingest.repository_url import repository_key, without_credentials
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aitr_desktop.code.clones import Excerpt
    from aitr_desktop.code.forges import Forges

MAX_ADDRESS = 2_000
"""Characters of a repository's address; no report holds more."""
_LINE = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]{0,8})", re.DOTALL)
_NAME = re.compile(r"(?P<file>.+\.py)::(?P<name>[A-Za-z_]\w{0,499})", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """A commit, or lines of a file at it."""

    repository: str
    """Its address as somebody wrote it; empty where nobody names it."""
    sha: str
    path: str = ""
    """Empty for the commit itself."""
    first: int = 1
    last: int = 1
    name: str = ""
    """What is defined there, where nobody knows in which line."""

    def title(self) -> str:
        """What it is, on one line."""
        if not self.path:
            return f"Commit {one_line(self.sha[:12])}"
        if self.name:
            return f"{one_line(self.path, 120)}, {one_line(self.name, 120)}"
        lines = f"line {self.first:,}" if self.first == self.last else f"lines {self.first:,}–{self.last:,}"
        return f"{one_line(self.path, 120)}, {lines}"

    def page(self, forges: Forges) -> str:
        """The address of the forge's page.

        Raises:
            UnknownForgeError: Its host has no pages that may be opened.
            InputError: There is no such page.
        """
        if not self.path:
            return forges.commit_page(self.repository, self.sha)
        return forges.line_page(
            self.repository, self.sha, self.path.removeprefix("./"), self.first, self.last
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneReading:
    """What a clone says of a place."""

    folder: Path
    found: CommitNote | Excerpt
    doubt: str = ""
    """Why the clone may be of another repository; empty where one of its remotes is this one."""

    @property
    def before(self) -> str:
        """The commit before, against which a commit's changes are told; empty where there is none."""
        return self.found.parent if isinstance(self.found, CommitNote) else ""


def line_place(repository: str, sha: str, written: str) -> CodePlace:
    """The place that a tool wrote as ``file:line``, as ``file.py::name``, or as a file alone."""
    named = _NAME.fullmatch(written)
    if named:
        return CodePlace(repository=repository, sha=sha, path=named["file"], name=named["name"])
    found = _LINE.fullmatch(written)
    file, line = (found["file"], int(found["line"])) if found else (written, 1)
    return CodePlace(repository=repository, sha=sha, path=file, first=line, last=line)


def read_place(place: CodePlace, folder: Path, environ: Mapping[str, str]) -> CloneReading:
    """Reads a place from a clone.

    Raises:
        InputError: There is no clone, or it has no such place; it says what to do.
        IntegrityError: The clone holds other bytes under an id.
    """
    clone = Clone(folder, environ)
    found = (
        clone.excerpt(place.sha, place.path, place.first, place.last) if place.path else clone.note(place.sha)
    )
    return CloneReading(folder=folder, found=found, doubt=doubt_about(clone, place.repository))


def named_clone(clones: Mapping[str, str], repository: str) -> Path | None:
    """The folder that the person named for a repository, in whichever spelling; None where there is none."""
    key = repository_key(repository) if len(repository) <= MAX_ADDRESS else ""
    folder = next(
        (folder for address, folder in clones.items() if key and repository_key(address) == key), ""
    )
    return Path(folder) if folder else None


def with_clone(clones: Mapping[str, str], repository: str, folder: Path) -> dict[str, str]:
    """The same with another folder for a repository."""
    key = repository_key(repository)
    others = {address: each for address, each in clones.items() if repository_key(address) != key}
    return {without_credentials(repository) or key: str(folder)} | others


def doubt_about(clone: Clone, repository: str) -> str:
    """Why a clone may be of another repository; empty where one of its remotes is this one.

    Raises:
        InputError: git can't be asked.
    """
    if not repository_key(repository):
        return "The report names no repository, so nothing says that this clone is of the same one."
    if clone.is_of(repository):
        return ""
    remotes = ", ".join(one_line(each, 100) for each in clone.remotes()[:3]) or "none"
    wanted = one_line(without_credentials(repository), 200)
    return f"No remote of this clone is {wanted}; its remotes: {remotes}."
