"""The size of everything on screen: what the person chose, multiplied with what the desktop asks for.

Qt reads ``QT_SCALE_FACTOR`` while the application is made. It stands in the environment for that long only,
so that browsers and editors that are started from the window keep their own size.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

VARIABLE = "QT_SCALE_FACTOR"
SMALLEST, LARGEST = 0.5, 8.0
"""Bounds of the product: outside of them no window could be used to change it back."""


def factor(asked: str, scale: int) -> float:
    """What everything is multiplied with.

    Args:
        asked: What the environment asks for; what is no number counts as 1.
        scale: What the person chose, in per cent.
    """
    try:
        desktop = float(asked)
    except ValueError:
        desktop = 1.0
    if not (math.isfinite(desktop) and desktop > 0):
        desktop = 1.0
    return min(LARGEST, max(SMALLEST, desktop * scale / 100))


@contextmanager
def scaled(environment: MutableMapping[str, str], scale: int) -> Iterator[None]:
    """Makes the application that is made inside larger.

    Args:
        environment: That of the process.
        scale: In per cent; at 100 nothing is changed.
    """
    asked = environment.get(VARIABLE)
    if scale == 100:
        yield
        return
    environment[VARIABLE] = f"{factor(asked or '', scale):g}"
    try:
        yield
    finally:
        if asked is None:
            del environment[VARIABLE]
        else:
            environment[VARIABLE] = asked
