"""One kind of file that costs a reader much and is still within the bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tsr_agent.models.limits import Limits


class Worst(NamedTuple):
    """One kind of file: a beginning, something that is repeated with its number, an end."""

    name: str
    reader: str
    """Module and class in ``tsr_agent.ingest``."""
    head: bytes
    unit: Callable[[int], bytes]
    tail: bytes
    number: Callable[[Limits], int]
    """How often it is repeated, unless the file gets too large before."""
    size: Callable[[Limits], int]
    """Most bytes of the file."""
    path: str = "it"
    """What the reader is told that the file is called."""

    def write(self, path: Path, limits: Limits) -> None:
        """Writes the file."""
        room = self.size(limits) - len(self.head) - len(self.tail)
        with path.open("wb") as file:
            file.write(self.head)
            for number in range(self.number(limits)):
                unit = self.unit(number)
                room -= len(unit)
                if room < 0:
                    break
                file.write(unit)
            file.write(self.tail)
