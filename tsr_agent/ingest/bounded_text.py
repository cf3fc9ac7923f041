"""Text that others wrote, made fit for a document: bounded in length, no control characters."""

from __future__ import annotations

import hashlib
import re

MAX_TEXT = 65_536
"""Characters of one text that a report holds."""

# Line ends and tabs stay; C0, DEL and C1 could steer a terminal; surrogates are no characters at all.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ROOM_FOR_MARK = 64
_SLACK = 4


def clean(text: str) -> str:
    """The text with each control character and lone surrogate shown as U+FFFD."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text)


def cut_middle(text: str, limit: int = MAX_TEXT, left_out: int = 0) -> str:
    """The text, or its beginning and end with a line between them that says how much is missing.

    Args:
        text: What may be too long.
        limit: Most characters of the result; at least 128.
        left_out: Characters that are missing already, to be counted too.
    """
    if len(text) <= limit and not left_out:
        return text
    room = limit - _ROOM_FOR_MARK
    head = text[: room // 2]
    tail = text[max(len(head), len(text) - room // 2) :]
    return f"{head}\n[… {len(text) - len(head) - len(tail) + left_out:,} characters left out …]\n{tail}"


def cut_name(name: str, limit: int = MAX_TEXT) -> str:
    """A name that stays different from other long names: its beginning and a digest of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name[: limit - 80]}… [{digest}]"


class TextCollector:
    """Puts pieces of text together and never holds much more than it will give back."""

    __slots__ = ("_left_out", "_length", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._left_out = 0

    def add(self, piece: str) -> None:
        """Takes the next piece."""
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > _SLACK * MAX_TEXT:
            self._drop_the_middle()

    def take(self) -> str:
        """The text so far, cut where it is long; the collector is empty after it."""
        text = cut_middle("".join(self._pieces), left_out=self._left_out)
        self._pieces, self._length, self._left_out = [], 0, 0
        return text

    def _drop_the_middle(self) -> None:
        # The first half of the room is settled for good; the tail keeps sliding.
        text = "".join(self._pieces)
        head, tail = text[: MAX_TEXT // 2], text[-MAX_TEXT // 2 :]
        self._left_out += len(text) - len(head) - len(tail)
        self._pieces, self._length = [head, tail], len(head) + len(tail)
