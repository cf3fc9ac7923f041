"""The copy of unsaved work that outlives a crash: one file, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from aitr_desktop.editing.audited import CopiedFrom

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024


class KeptDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Work that was not saved."""

    path: str
    """Of its file; empty where it has none yet."""
    text: str
    line_end: str = "\n"
    has_bom: bool = False
    digest: str = ""
    """Of the file as it was when it was read."""
    kept_at: datetime
    copied: CopiedFrom | None = None
    """What it was begun as a copy of."""


class Drafts:
    """Keeps one draft. May be used from several threads: what was asked for last is what stays.

    Args:
        file: Where.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._last = 0

    def keep(self, draft: KeptDraft, order: int) -> bool:
        """Writes the draft, unless something later was done already; whether it could be written.

        Args:
            draft: What to keep.
            order: Rises with each thing that is asked for.
        """
        with self._lock:
            return self._is_next(order) and self._write(draft)

    def drop(self, order: int) -> None:
        """There is nothing unsaved any more."""
        with self._lock:
            if self._is_next(order):
                with contextlib.suppress(OSError):
                    self._file.unlink(missing_ok=True)

    def _is_next(self, order: int) -> bool:
        if order < self._last:
            return False
        self._last = order
        return True

    def _write(self, draft: KeptDraft) -> bool:
        part = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            data = msgspec.json.encode(draft)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self._file)
        except (OSError, UnicodeEncodeError, ValueError):
            # Half of a surrogate pair, or a disk that is full: the text is still in the editor.
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True

    def left(self) -> KeptDraft | None:
        """What an end without saving left; None where there is nothing, or nothing that can be read."""
        try:
            with self._file.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
            return msgspec.json.decode(data, type=KeptDraft) if len(data) <= MAX_BYTES else None
        except (OSError, msgspec.MsgspecError):
            return None
