"""The smallest piece of a section: one labelled value."""

from __future__ import annotations

import msgspec

from tsr_agent.sections.marks import Tone
from tsr_agent.sections.targets import Target


class Field(msgspec.Struct, frozen=True):
    """A label and its value, ready to be drawn."""

    label: str
    value: str
    whole: str = ""
    """The value in full where ``value`` is shortened: shown on hover, taken when copied."""
    is_code: bool = False
    """Drawn in the monospaced font: SHAs, digests, ids, paths."""
    tone: Tone = Tone.PLAIN
    target: Target | None = None
    """What it leads to."""
