"""Numbers and counts as words: exact, short, and never misleading about a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_COUNT = 2**53
"""Whole numbers above this are not exact in every reader of JSON."""

_INVISIBLE_KINDS = ("Cf", "Cc")
# Letters, marks and symbols by their kind, and yet nothing is drawn for them.
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def plain(value: object, limit: int = 200) -> str:
    """Untrusted text cut to a length and made fit for UTF-8; anything else is named by its type."""
    if not isinstance(value, str):
        return f"({type(value).__name__})"
    cut = value if len(value) <= limit else value[: limit - 1] + "…"
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode("utf-8")


def visible(text: str) -> str:
    """What of a text can be seen: without zero-width and control signs, blanks collapsed to single ones."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(sign for sign in text if sign.isspace() or not _prints_nothing(sign))
    return " ".join(text.split())


def _prints_nothing(sign: str) -> bool:
    import unicodedata

    if unicodedata.category(sign) in _INVISIBLE_KINDS or sign in _BLANK_LETTERS:
        return True
    return any(ord(sign) in each for each in _VARIATION_SELECTORS)


def whole(number: int) -> str:
    """A whole number with thousands separators."""
    # Python refuses to print integers of more than 4,300 digits.
    if abs(number) > MAX_COUNT:
        return f"{'more than' if number > 0 else 'less than'} {'' if number > 0 else '-'}{MAX_COUNT:,}"
    return f"{number:,}"


def untrusted_id(value: str) -> str:
    """An id whole, as long as it fits a document, and made fit for UTF-8."""
    return plain(value, 60_000)


def counted(number: int, singular: str, plural: str = "") -> str:
    """``1 case`` or ``250 cases``."""
    return f"{whole(number)} {singular if number == 1 else plural or singular + 's'}"


def figure(value: float, bounds: Sequence[float] = ()) -> str:
    """A number with as few digits as tell the truth about the bounds.

    Three significant digits at least, and for numbers from 100 on one behind the point; more until the
    text stands on the same side of each bound as the value, so that a value below a bound never prints
    as equal to it.
    """
    least = len(f"{abs(value):.0f}") + 1 if 100 <= abs(value) < 1e15 else 3
    for digits in range(least, 18):
        text = f"{value:.{digits}g}"
        if all(_side(float(text), bound) == _side(value, bound) for bound in bounds):
            return _without_exponent(text, value)
    return repr(value)


def exact(bound: float) -> str:
    """A bound as its author wrote it: the shortest text that reads back as the same number."""
    return _without_exponent(repr(float(bound)).removesuffix(".0"), bound)


def listed(names: Sequence[str], limit: int = 3) -> str:
    """The first few of many: ``a, b, c and 4 more``."""
    shown = ", ".join(plain(name, 80) for name in names[:limit])
    rest = len(names) - limit
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def titled(name: str) -> str:
    """A name from a document as the start of a sentence: ``grounding_score`` is ``Grounding score``."""
    words = plain(name, 80).replace("_", " ").strip() or "(no name)"
    return words[0].upper() + words[1:]


def _side(value: float, bound: float) -> int:
    return (value > bound) - (value < bound)


def _without_exponent(text: str, value: float) -> str:
    if "e" not in text or not 1e-6 <= abs(value) < 1e15:
        return text
    digits = f"{float(text):.15f}".rstrip("0").rstrip(".")
    return digits if float(digits) == float(text) else text
