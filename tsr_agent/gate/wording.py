"""Numbers and counts as words: exact, short, and never misleading about a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_COUNT = 2**53
"""Whole numbers above this are not exact in every reader of JSON."""


def plain(value: object, limit: int = 200) -> str:
    """Untrusted text cut to a length and made fit for UTF-8; anything else is named by its type."""
    if not isinstance(value, str):
        return f"({type(value).__name__})"
    cut = value if len(value) <= limit else value[: limit - 1] + "…"
    return cut.encode("utf-8", "replace").decode("utf-8")


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

    Three significant digits at least; more until the text stands on the same side of each bound as
    the value, so that a value below a bound never prints as equal to it.
    """
    for digits in range(3, 18):
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
