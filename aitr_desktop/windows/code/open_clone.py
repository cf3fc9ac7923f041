"""The clone that the place reads: found once, asked by two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.code.clones import Clone
from aitr_desktop.code.places import doubt_about

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class OpenClone:
    """A clone whose git stays while it is read. Made on a worker thread, for it looks into folders.

    Each question waits for the one before it; so files have one git and lists another, and nobody who opens
    a file waits for a search through a hundred thousand paths.

    Args:
        folder: As the person named it.
        repository: The address that the report names; empty where none is named.
        environ: The environment of this process.

    Raises:
        InputError: There is no repository, or git can't be asked.
    """

    def __init__(self, folder: Path, repository: str, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.repository = repository
        self.files = Clone(folder, environ, repository=repository, keeps=True)
        self.lists = Clone(folder, environ, repository=repository, keeps=True)
        self.doubt = doubt_about(self.files, repository)
        """Why it may be of another repository; empty where one of its remotes is this one."""

    def close(self) -> None:
        """Ends both, and whatever is being read."""
        self.files.close()
        self.lists.close()
