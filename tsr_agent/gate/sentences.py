"""Pieces of the sentences in which rules say what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.gate.wording import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 20
"""Digits of a share that are written out; a smaller one keeps its exponent."""


def per_cent(share: float) -> str:
    """A share as its author means it, digit by digit: 0.07 is ``7 %``, never 7.000000000000001 %."""
    from decimal import Decimal

    shifted = Decimal(repr(float(share))).scaleb(2)
    written = f"{shifted:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return f"{written if len(written) <= _LONGEST else shifted} %"


def at_most(number: int, singular: str, plural: str = "") -> str:
    """The beginning of a sentence on a largest number: ``No test``, ``At most 2 tests``."""
    if number == 0:
        return f"No {singular}"
    return f"At most {whole(number)} {singular if number == 1 else plural or singular + 's'}"


def at_least_share(share: float, singular: str, plural: str) -> str:
    """The beginning of a sentence on a smallest share: ``Every line``, ``At least 80 % of the lines``."""
    return f"Every {singular}" if share >= 1 else f"At least {per_cent(share)} of the {plural}"


def series(parts: Sequence[str], word: str = "and") -> str:
    """Parts of a sentence in a row: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = parts
    return f"{', '.join(first)} {word} {last}" if first else last


def sentence(demands: Sequence[str], conditions: Sequence[str] = ()) -> str:
    """One sentence: what must hold, and behind a semicolon what else.

    Args:
        demands: Clauses, at least one here or among the conditions.
        conditions: Clauses that stand apart.
    """
    halves = [_clauses(each) for each in (demands, conditions) if each]
    said = "; ".join(halves)
    return f"{said[:1].upper()}{said[1:]}."


def _clauses(clauses: Sequence[str]) -> str:
    *first, last = clauses
    return f"{', '.join(first)}, and {last}" if first else last
