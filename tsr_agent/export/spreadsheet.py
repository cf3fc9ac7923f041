"""Text for a cell of a spreadsheet: nothing in it is a formula, and what was written can be had back.

A spreadsheet takes a cell for a formula that begins with ``=``, ``+``, ``-`` or ``@`` (OWASP ASVS 5.0,
1.2.10, adds tab and NUL). Some drop spaces and quotes before they look, or take the wide forms of East Asian
fonts for the plain ones. One that is set up for another separator than the comma, as in most of Europe,
splits a text at its semicolons, tabs and line ends, and looks at the beginning of each piece.

The rule: a text falls into pieces at ``;``, tab, carriage return and line feed. A piece that begins with an
apostrophe or NUL, or that a spreadsheet could take for a formula, gets an apostrophe before it; so does a
text that begins with tab or line end. To have the text back, take one apostrophe away from the beginning of
each piece that has one.
"""

from __future__ import annotations

import re

_PLAIN = "=+\\-@"
_WIDE = "\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207a\u207b\u207c\u208a\u208b\u208c\u2212\u02d7"
"""The same signs as East Asian, small, raised and mathematical characters."""
_DATA_EXCHANGE = "|%"
"""What the older ways into another program begin with."""
_QUOTES = "\"'`\u00b4\u2018-\u201f\u2039\u203a\u00ab\u00bb\uff02\uff07"
_UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u00ad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\u3164\ufeff\uffa0"
)
"""Blank and hidden characters that do not end a piece."""
_BEGINNING = "(?:(?<=[;\t\r\n])|^)"
_ACTIVE = re.compile(
    f"^(?=[\t\r\n])|{_BEGINNING}(?=['\x00]|[{_UNSEEN}{_QUOTES}]*[{_PLAIN}{_WIDE}{_DATA_EXCHANGE}])"
)
_ADDED = re.compile(f"{_BEGINNING}'")


def guarded(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return _ACTIVE.sub("'", text)


def restored(text: str) -> str:
    """The text that ``guarded`` was given."""
    return _ADDED.sub("", text)
