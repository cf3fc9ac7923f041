"""Scripts that are written from right to left.

A page runs from left to right. Each stretch of Hebrew or Arabic letters is drawn from right to left where
it stands, and everything else stays where it was written: no stretch changes places with another, and no
digit, sign or Latin letter moves, so that what stands left of a verdict stays left of it.
"""

from __future__ import annotations

import re

_LETTERS = (
    "\u0590-\u05ff\u0620-\u065f\u066e-\u06dc\u06de-\u06ff\u0710-\u08e1\u08e3-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
)
_STRETCH = re.compile(f"[{_LETTERS}]+(?: +[{_LETTERS}]+)*")
_CLUSTER = re.compile(
    "[^\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06ed]"
    "[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06ed]*"
)


def as_drawn(text: str) -> str:
    """The characters of a line from left to right as they are drawn."""
    return _STRETCH.sub(_reversed, text)


def _reversed(stretch: re.Match[str]) -> str:
    # Points belong to the letter before them and are drawn onto it; some begin a line without any.
    first = _CLUSTER.search(stretch[0])
    alone = stretch[0][: first.start()] if first is not None else stretch[0]
    return "".join(reversed(_CLUSTER.findall(stretch[0]))) + alone
