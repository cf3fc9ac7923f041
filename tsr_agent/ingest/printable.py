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


def one_line(text: str) -> str:
    """A sentence as a report holds it: on one line, bounded, nothing in it that can't be shown."""
    return printable(" ".join(text.split()))[:4_000]
