"""Forms on their first use: msgspec looks at each type once, and only one thread at a time may have it do so.

It links what it finds to a type before it is complete (0.22). A thread that decodes into the type in that
moment follows a pointer that is not there yet, and the process dies: for a server, with the first two
requests at once.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, TypeVar

import msgspec

F = TypeVar("F")

_LOOKING = threading.Lock()


def ready(form: F) -> F:
    """The form itself, once msgspec has looked at it as a whole.

    Args:
        form: A type that ``msgspec.convert`` or ``msgspec.json.decode`` is about to be given.
    """
    try:
        _look_at(form)
    except TypeError:
        # A form with a dictionary in its description has no hash.
        with _LOOKING:
            msgspec.json.Decoder(form)
    return form


@cache
def _look_at(form: Any) -> None:
    with _LOOKING:
        msgspec.json.Decoder(form)
