"""States as sign, word and tone. Apart from the rest because it needs no model and loads at once."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Tone(Enum):
    """What a text means, so that whoever draws it can choose a colour. Colour never stands alone."""

    PLAIN = "plain"
    MUTED = "muted"
    GO = "go"
    NO_GO = "no_go"
    PENDING = "pending"


class Mark(NamedTuple):
    """A state as sign, word and tone: readable without colour."""

    sign: str
    word: str
    tone: Tone

    def __str__(self) -> str:
        """Sign and word, ``■ NO-GO``."""
        return f"{self.sign} {self.word}"
