"""Colours and type sizes: the tokens of the screen in their light form."""

from __future__ import annotations

from tsr_agent.sections.marks import Tone


def ink(colour: str) -> bytes:
    """The operator that paints in a colour written ``#RRGGBB``."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return b" ".join(b"%.3g" % part for part in parts) + b" rg\n"


INK = "#1A2330"
MUTED = "#556171"
GO = "#17693F"
NO_GO = "#A32219"
PENDING = "#7F5400"
ACCENT = "#1D4E89"
LINE = "#CFD5DD"
RAISED = "#EDF0F4"

TONES = {
    Tone.PLAIN: ink(INK),
    Tone.MUTED: ink(MUTED),
    Tone.GO: ink(GO),
    Tone.NO_GO: ink(NO_GO),
    Tone.PENDING: ink(PENDING),
}
LINK = ink(ACCENT)
HAIRLINE = ink(LINE)
GROUND = ink(RAISED)

SMALL = 7.0
BODY = 8.5
TEXT = 9.5
CAPTION = 10.5
HEADING = 15.0
TITLE = 20.0
VERDICT = 28.0
LEADING = 1.24
"""Height of a line in sizes of its type."""
