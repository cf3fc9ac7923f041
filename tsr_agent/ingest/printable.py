"""File names as text that can be printed, stored and compared."""

from __future__ import annotations


def printable(name: str) -> str:
    """The name with everything that is not printable, and the backslash, written as an escape.

    Control characters, bidirectional marks and bytes that are not UTF-8 could otherwise make one
    path look like another. Different names stay different.
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(
        letter if letter.isprintable() and letter != "\\" else letter.encode("unicode_escape").decode("ascii")
        for letter in name
    )
