"""Untrusted text made safe to look at: what would be invisible or reorder a line is written out.

A test name or a model's answer may hold terminal escapes, bidirectional overrides or zero-width
characters. Each becomes its code point in angle brackets, for instance ``⟨U+202E⟩``, so that a
terminal, a PDF and a screen show what is there. Markup is not touched: whoever draws into a
language with markup escapes for that language.
"""

from __future__ import annotations

import re

LINE_END = "⏎"
"""Stands for a line end where text has to fit one line."""
CUT = "…"
MAX_COMBINING = 4
"""Marks that may stack on one character; more would paint over the neighbouring rows."""

# Cc, Cf, Cs, Zl and Zp of Unicode but tab and line feed, plus the invisible fillers. U+200C and U+200D
# stay: Persian and many emoji need them, and they neither reorder nor hide a letter.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_STACKED = re.compile(
    f"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{{{MAX_COMBINING + 1},}}"
)
_LINE_ENDS = re.compile(r"\s*\n\s*")


def visible(text: str) -> str:
    """The text with every hidden or reordering character written as its code point.

    Tabs and line feeds stay; a carriage return before a line feed goes.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = HIDDEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text.replace("\r\n", "\n"))
    return _STACKED.sub(
        lambda match: f"{match[0][:MAX_COMBINING]}⟨{len(match[0]) - MAX_COMBINING} marks⟩", shown
    )


def one_line(text: str, limit: int = 500) -> str:
    """The text on one line of at most ``limit`` characters; a cut shows as ``…``.

    Line ends become ``⏎`` and tabs a space, so that two texts that differ do not look the same.
    """
    # Cutting first bounds the work on text of any length; one character can grow to ten at most.
    shown = visible(text.strip()[: limit + 1]).replace("\t", " ")
    shown = _LINE_ENDS.sub(f" {LINE_END} ", shown)
    return shown if len(shown) <= limit else shown[: limit - 1].rstrip() + CUT
