"""A file of a repository as it is read: its bytes, and exactly where they are from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.code.text_lines import TextLines


class Origin(Enum):
    """Where the bytes of a file are from."""

    COMMIT = "commit"
    """An object of a clone, held against its id."""
    WORKING_TREE = "working tree"
    """A file on this machine as it is now, which anybody may have changed: never what was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """A file at a commit, or of the working tree where somebody asked for that."""

    repository: str
    """Its address without credentials; empty where nobody names it."""
    folder: Path
    """Of the clone."""
    path: str
    """In the repository, with slashes."""
    lines: TextLines
    sha: str = ""
    """The commit, whole; empty for the working tree."""
    blob: str = ""
    """Id of the bytes in git; empty for the working tree."""
    origin: Origin = Origin.COMMIT
    encoding: str = "UTF-8"
    """Of the file itself; the lines are UTF-8 always."""
    size: int = 0
    """Bytes of the file itself."""
    remarks: tuple[str, ...] = ()
    """What is to be known of it, a sentence each: found under another path, not UTF-8, mixed line ends."""
