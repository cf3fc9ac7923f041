"""The first bytes of a library file, looked at before SQLite is let near it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tsr_agent.errors import StoreError
from tsr_agent.store.tables import APPLICATION_ID

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"SQLite format 3\0"
_LENGTH = 100
_USER_VERSION_AT = 60
_APPLICATION_ID_AT = 68


@dataclass(frozen=True)
class FileHeader:
    """What SQLite's header says about whose file this is."""

    application_id: int
    user_version: int


def read_header(path: Path) -> FileHeader:
    """The header of a library file. Reading it changes nothing, whatever the file is.

    Raises:
        StoreError: Unreadable, or not one of our libraries.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_LENGTH)
    except OSError as error:
        raise StoreError(
            f"The library {path} could not be opened: {error.strerror}.",
            next_step="Look at the path and at the rights to the file.",
        ) from error
    if len(head) < _LENGTH or not head.startswith(_MAGIC):
        what = "is empty" if not head else "is not an SQLite database"
        raise _foreign(path, what)
    header = FileHeader(_number(head, _APPLICATION_ID_AT), _number(head, _USER_VERSION_AT))
    if header.application_id != APPLICATION_ID:
        raise _foreign(path, "is another program's SQLite database")
    return header


def _number(head: bytes, position: int) -> int:
    (number,) = struct.unpack_from(">I", head, position)
    return int(number)


def _foreign(path: Path, what: str) -> StoreError:
    return StoreError(
        f"{path} {what}, not a library of aitr.",
        kept="the file, unchanged.",
        next_step="Name a library, or a path where no file is yet to make a new one.",
    )


def refuse_newer(name: str | Path, version: int, newest: int) -> None:
    """Refuses a library that a newer build made: reading it could mean something else.

    Raises:
        StoreError: Where ``version`` is beyond ``newest``.
    """
    if version > newest:
        raise StoreError(
            f"The library {name} is of version {version}; this build knows up to {newest}.",
            kept="the library, unchanged.",
            next_step="Upgrade aitr on this machine, or open a copy that an older build wrote.",
        )
