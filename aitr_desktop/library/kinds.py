"""What a file is, by its first bytes: whoever opens it need not trust its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SQLITE = b"SQLite format 3\x00"
_LIBRARY_NAMES = {".db", ".sqlite", ".sqlite3"}


def is_library(path: Path) -> bool:
    """Whether a file is to be opened as a library; what can't be read is told by its name."""
    try:
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as stream:
                return stream.read(len(_SQLITE)) == _SQLITE
    except (OSError, ValueError):  # a name with NUL is a ValueError
        pass
    return path.suffix.lower() in _LIBRARY_NAMES
