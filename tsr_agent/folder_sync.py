"""Makes a new name in a folder survive a power cut: a file that is on the disk can still be in no folder."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Waits until what a folder lists is on the disk, where the system can be asked for that.

    Raises:
        OSError: It can't be told. Whoever promises something with the name has to say so.
    """
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def try_sync_folder(folder: Path) -> None:
    """The same for a file that can be written again: some file systems of networks can't sync a folder."""
    with suppress(OSError):
        sync_folder(folder)
