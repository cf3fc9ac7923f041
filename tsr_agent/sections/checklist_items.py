"""What the compliance checklist is made of, as plain data."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.controls.catalogue import EvidenceKind
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.targets import Target
from tsr_agent.sections.wording import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable


class Compliance(Enum):
    """What an item of the checklist comes to."""

    COMPLIANT = "compliant"
    NON_COMPLIANT = "non_compliant"
    NOT_DETERMINED = "not_determined"
    """No rule looked, or there is no data."""


MARKS = {
    Compliance.COMPLIANT: Mark("✓", "COMPLIANT", Tone.GO),
    Compliance.NON_COMPLIANT: Mark("✕", "NON-COMPLIANT", Tone.NO_GO),
    Compliance.NOT_DETERMINED: Mark("○", "NOT DETERMINED", Tone.PENDING),
}


class ChecklistItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the checklist."""

    key: str
    """Lasting name within the checklist, such as ``unit-tests`` or ``other-tests:e2e``."""
    kind: EvidenceKind
    """What it is about: what controls ask for by name."""
    standing: Compliance
    title: str
    expected: str
    """What the policy's own rules ask for; empty where none looks at it."""
    found: str
    """What the report says of it, ``no data`` where it says nothing."""
    why: str
    """One sentence."""
    evidence: tuple[Target, ...]
    """The rules that were judged, what they refer to, then where the report has the figure."""
    is_evidence: bool = True
    """False where it is compliant and shows nothing: nobody had to approve, and so nobody did."""

    @property
    def mark(self) -> Mark:
        """The standing as sign, word and tone."""
        return MARKS[self.standing]


class JudgedBy(msgspec.Struct, frozen=True, kw_only=True):
    """Which decision the checklist is judged from."""

    policy: str
    """Name and revision; empty without a decision."""
    digest: str
    """Of the policy's bytes; empty without a decision."""
    environment: str
    when: Moment | None
    """When that decision was taken."""
    is_again: bool
    """Taken now, by the policy in force: not the decision on record."""
    in_force: bool | None
    """Whether the policy is in force for the report; None where that can't be told here."""
    sentence: str
    """All of it, for whoever reads the standing."""


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The items with what they come to together."""

    standing: Compliance
    """Compliant only where every item is; one that is not makes all of it non-compliant."""
    items: tuple[ChecklistItem, ...]
    judged_by: JudgedBy
    remarks: tuple[str, ...] = ()
    """What a reader has to know beside the items, one sentence each. They change nothing."""

    @property
    def mark(self) -> Mark:
        """The standing as sign, word and tone."""
        return MARKS[self.standing]

    @property
    def summary(self) -> str:
        """How many items came to what: ``4 compliant, 1 non-compliant``."""
        standings = [each.standing for each in self.items]
        words = ((each, mark.word.lower()) for each, mark in MARKS.items())
        return ", ".join(f"{standings.count(each):,} {word}" for each, word in words if each in standings)


def together(standings: Iterable[Compliance]) -> Compliance:
    """What several come to; nothing at all is not determined."""
    found = set(standings)
    if Compliance.NON_COMPLIANT in found:
        return Compliance.NON_COMPLIANT
    return Compliance.COMPLIANT if found == {Compliance.COMPLIANT} else Compliance.NOT_DETERMINED
