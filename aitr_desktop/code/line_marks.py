"""What a report says of lines of code, for the gutter and its list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from tsr_agent.sections.targets import Target


class MarkKind(Enum):
    """What a mark is about: its sign, its word, its tone. In the order of weight, heaviest first."""

    FAILED_TEST = "✕", "failed test", Tone.NO_GO
    FINDING_ERROR = "■", "finding, error", Tone.NO_GO
    FINDING_WARNING = "▲", "finding, warning", Tone.PENDING
    NOTE = "✎", "audit note", Tone.PLAIN
    FINDING_NOTE = "·", "finding, note", Tone.MUTED
    FLAKY_TEST = "≈", "flaky test", Tone.PENDING
    SKIPPED_TEST = "–", "skipped test", Tone.MUTED
    UNCOVERED = "○", "not covered", Tone.MUTED

    def __init__(self, sign: str, word: str, tone: Tone) -> None:
        self.sign = sign
        self.word = word
        self.tone = tone


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMark:
    """Something known of lines of one file."""

    kind: MarkKind
    first: int
    """From 1; it may lie behind the end of the file, which is then said."""
    last: int
    words: str
    """What is known, as the report has it: untrusted."""
    target: Target | None = None
    """The row of the report that says it; None for what is not in the report."""
