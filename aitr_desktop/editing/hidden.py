"""Characters that nobody sees, and how an editor shows them without changing what they are.

In the editor each of them is one placeholder from a private part of Unicode, which has a width, reorders
nothing and survives Qt (whose own texts turn no-break spaces into spaces and U+2028 into line ends). What
is checked, copied and saved has the real characters again.
"""

from __future__ import annotations

import functools
import re

from tsr_agent.sections.plain_text import HIDDEN, MAX_COMBINING

FIRST_PLACEHOLDER = 0x10A000
_MORE = "\u00a0\ufdd0\ufdd1"
"""What is seen, or no character at all, but does not survive ``QPlainTextEdit``."""
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_SHOWN_OTHERWISE = re.compile(f"{HIDDEN.pattern}|[{_MORE}{_MARKS}]")
"""Each sign that a placeholder may stand for."""
_FOUND = re.compile(f"{HIDDEN.pattern}|[{_MORE}]|(?<=[{_MARKS}]{{{MAX_COMBINING}}})[{_MARKS}]")
"""Hidden signs, and marks that would be stacked on one letter over the lines above."""
_PLACEHOLDERS = re.compile("[\U0010a000-\U0010bfff]")
_BEYOND = ((0x11000, 0x11100), (0x13430, 0x13440), (0x1BC00, 0x1BD00), (0x1D100, 0x1D200), (0xE0000, 0xE1000))
"""Stretches outside of the basic plane that have hidden characters."""
_NAMES = {
    0x09: "tab",
    0x0D: "carriage return",
    0xA0: "no-break space",
    0xAD: "soft hyphen",
    0x200B: "zero-width space",
    0x200E: "left-to-right mark",
    0x200F: "right-to-left mark",
    0x202A: "left-to-right embedding",
    0x202B: "right-to-left embedding",
    0x202C: "end of a reordering",
    0x202D: "left-to-right override",
    0x202E: "right-to-left override",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0x2066: "left-to-right isolate",
    0x2067: "right-to-left isolate",
    0x2068: "first strong isolate",
    0x2069: "end of an isolate",
    0xFEFF: "byte order mark",
}


@functools.cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    signs = "".join(map(chr, range(0x10000)))
    signs += "".join(chr(code) for first, end in _BEYOND for code in range(first, end))
    placeholders = {
        sign: chr(FIRST_PLACEHOLDER + place) for place, sign in enumerate(_SHOWN_OTHERWISE.findall(signs))
    }
    return placeholders, {placeholder: sign for sign, placeholder in placeholders.items()}


def with_placeholders(text: str) -> str:
    """The text as the editor shows it. Placeholders in it go: they would mean other signs."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    placeholders, _ = _tables()
    return _FOUND.sub(lambda found: placeholders[found[0]], _PLACEHOLDERS.sub("", text))


def without_placeholders(text: str) -> str:
    """What the text of the editor means."""
    if text.isascii() or _PLACEHOLDERS.search(text) is None:
        return text
    _, signs = _tables()
    return _PLACEHOLDERS.sub(lambda found: signs.get(found[0], ""), text)


def hidden_places(text: str, most: int) -> list[tuple[int, str]]:
    """Where hidden characters stand in a text with the real ones, and their names; the first ones.

    Zero-width joiners are none: several scripts need them.
    """
    found: list[tuple[int, str]] = []
    if not (text.isascii() and text.replace("\n", "").replace("\t", "").isprintable()):
        for each in _FOUND.finditer(text):
            if len(found) == most:
                break
            found.append((each.start(), name_of(each[0])))
    return found


def first_placeholder(text: str) -> int:
    """Where a file has a character that stands for others here; -1 where it has none."""
    found = None if text.isascii() else _PLACEHOLDERS.search(text)
    return found.start() if found is not None else -1


def label_of(placeholder: str) -> str:
    """What is drawn in place of a placeholder, such as ``U+202E``; empty where it is none."""
    sign = _tables()[1].get(placeholder, "")
    return f"U+{ord(sign):04X}" if sign else ""


def name_of(sign: str) -> str:
    """A hidden character in words."""
    name = _NAMES.get(ord(sign), "")
    return f"U+{ord(sign):04X}, {name}" if name else f"U+{ord(sign):04X}"


def is_placeholder(sign: str) -> bool:
    """Whether a character of the editor stands for a hidden one."""
    return not sign.isascii() and _PLACEHOLDERS.fullmatch(sign) is not None
