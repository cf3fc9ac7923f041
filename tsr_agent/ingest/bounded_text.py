"""Text that others wrote, made fit for a document: bounded in length, no control characters."""

from __future__ import annotations

import hashlib
import re

MAX_TEXT = 65_536
"""Characters of one text that a report holds."""

# Line ends and tabs stay; C0, DEL and C1 could steer a terminal; surrogates are no characters at all.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNFIT_ASCII = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")
_ROOM_FOR_MARK = 64


def clean(text: str) -> str:
    """The text with each control character and lone surrogate shown as U+FFFD."""
    if text.isprintable():
        return text
    if text.isascii():
        # Most of what is not printable is a line end; a table look-up is ten times faster than the pattern.
        plain = text.encode("ascii")
        if len(plain.translate(None, _UNFIT_ASCII)) == len(plain):
            return text
    return _UNFIT.sub("\ufffd", text)


def clean_parsed(text: str) -> str:
    """The same for text that expat gave, which holds no control of ASCII but line ends, tabs and DEL."""
    return text if text.isascii() and "\x7f" not in text else clean(text)


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
