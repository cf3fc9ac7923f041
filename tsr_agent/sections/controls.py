"""Controls of frameworks beside the checklist: which items are evidence for which control, both ways.

Nothing here says that a control is met, or that a framework is complied with: an item is evidence for a
control, in the eyes of whoever wrote the catalogue, and a person judges.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.sections.checklist_items import Compliance
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tsr_agent.controls.catalogue import Catalogue, Control, EvidenceKind
    from tsr_agent.sections.checklist_items import Checklist, ChecklistItem


class Support(Enum):
    """What a report holds for a control."""

    EVIDENCE = "evidence"
    """At least one item is evidence for it, and all that are bear it out."""
    PART = "part"
    """Some of its items are compliant, others not determined."""
    AGAINST = "against"
    """At least one of its items is not compliant."""
    NONE = "none"
    """No item is evidence for it, or none is determined."""


SUPPORT_MARKS = {
    Support.EVIDENCE: Mark("✓", "EVIDENCE", Tone.GO),
    Support.PART: Mark("▲", "IN PART", Tone.PENDING),
    Support.AGAINST: Mark("✕", "EVIDENCE AGAINST", Tone.NO_GO),
    Support.NONE: Mark("○", "NO EVIDENCE", Tone.MUTED),
}


_BEGINS = {
    Compliance.COMPLIANT: "Evidence for",
    Compliance.NON_COMPLIANT: "Evidence against",
    Compliance.NOT_DETERMINED: "No evidence yet for",
}
NOT_MET = "Evidence for a control does not say that it is met; that is for a person to judge."


class ControlRow(msgspec.Struct, frozen=True, kw_only=True):
    """One control and what the report holds for it."""

    framework: str
    """Id of its catalogue."""
    id: str
    title: str
    asks: str
    """One sentence: what evidence it asks for."""
    support: Support
    items: tuple[str, ...]
    """Keys of the items that are evidence for it or against it, in the checklist's order."""
    why: str
    """One sentence: what they come to."""

    @property
    def mark(self) -> Mark:
        """The support as sign, word and tone."""
        return SUPPORT_MARKS[self.support]


class Framework(msgspec.Struct, frozen=True, kw_only=True):
    """One catalogue beside the checklist."""

    id: str
    title: str
    edition: str
    checked: str
    """Day on which the catalogue was held against its source, ``2026-11-22``."""
    source: str
    note: str
    controls: tuple[ControlRow, ...]
    summary: str
    """``3 of 9 controls have evidence in this report``, and what of the others."""

    @property
    def origin(self) -> str:
        """Which text it follows, from where, and what whoever uses it has to know."""
        told = f"{self.edition}. Checked {self.checked} against: {self.source}. {self.note}"
        return f"{told} {NOT_MET}"


class ControlName(msgspec.Struct, frozen=True):
    """A control as an item names it."""

    framework: str
    """Title of its framework."""
    id: str


def frameworks(found: Checklist, catalogues: Iterable[Catalogue]) -> tuple[Framework, ...]:
    """Every control of the catalogues with what the checklist holds for it."""
    by_kind: dict[EvidenceKind, list[ChecklistItem]] = {}
    for item in found.items:
        by_kind.setdefault(item.kind, []).append(item)
    return tuple(_framework(each, by_kind) for each in catalogues)


def controls_of(item: ChecklistItem, found: Iterable[Framework]) -> tuple[ControlName, ...]:
    """The controls that an item is evidence for, or against."""
    return tuple(
        ControlName(each.title, control.id)
        for each in found
        for control in each.controls
        if item.key in control.items
    )


def controls_lines(item: ChecklistItem, found: Iterable[Framework]) -> tuple[str, ...]:
    """One sentence a framework: ``Evidence for Art. 9(6), Art. 15 (EU AI Act).``; none without any."""
    named: dict[str, list[str]] = {}
    for each in controls_of(item, found):
        named.setdefault(each.framework, []).append(each.id)
    begins = _BEGINS[shown(item)]
    return tuple(f"{begins} {', '.join(ids)} ({title})." for title, ids in named.items())


def controls_sentence(item: ChecklistItem, found: Iterable[Framework]) -> str:
    """``Evidence for Art. 9(6), Art. 15 (EU AI Act); A.6.2.4 (ISO/IEC 42001).``; empty without any."""
    lines = controls_lines(item, found)
    begin = f"{_BEGINS[shown(item)]} "
    return "; ".join((lines[0][:-1], *(each[len(begin) : -1] for each in lines[1:]))) + "." if lines else ""


def shown(item: ChecklistItem) -> Compliance:
    """What an item shows for a control: one that is compliant without showing anything determines nothing."""
    return item.standing if item.is_evidence else Compliance.NOT_DETERMINED


def _framework(catalogue: Catalogue, by_kind: Mapping[EvidenceKind, Sequence[ChecklistItem]]) -> Framework:
    rows = tuple(_row(catalogue, each, by_kind) for each in catalogue.controls)
    return Framework(
        id=catalogue.id,
        title=one_line(catalogue.title),
        edition=one_line(catalogue.edition),
        checked=catalogue.checked.isoformat(),
        source=one_line(catalogue.source, 1000).rstrip("."),
        note=one_line(catalogue.note, 2000),
        controls=rows,
        summary=_summary(rows),
    )


def _row(
    catalogue: Catalogue, control: Control, by_kind: Mapping[EvidenceKind, Sequence[ChecklistItem]]
) -> ControlRow:
    items = [item for kind in dict.fromkeys(control.evidence) for item in by_kind.get(kind, ())]
    return ControlRow(
        framework=catalogue.id,
        id=one_line(control.id, 100),
        title=one_line(control.title, 300),
        asks=one_line(control.asks, 2000),
        support=_support([shown(each) for each in items]),
        items=tuple(each.key for each in items),
        why=_why(control, items),
    )


def _support(standings: Sequence[Compliance]) -> Support:
    if Compliance.NON_COMPLIANT in standings:
        return Support.AGAINST
    if Compliance.COMPLIANT not in standings:
        return Support.NONE
    return Support.PART if Compliance.NOT_DETERMINED in standings else Support.EVIDENCE


def _why(control: Control, items: Sequence[ChecklistItem]) -> str:
    if not control.evidence:
        return "A report of a release holds no evidence for it."
    if not items:
        return "No binding rule of the policy looks at what it asks for."
    counts = {
        word: sum(shown(each) is each.standing is standing for each in items)
        for standing, word in (
            (Compliance.COMPLIANT, "compliant"),
            (Compliance.NON_COMPLIANT, "non-compliant"),
            (Compliance.NOT_DETERMINED, "not determined"),
        )
    }
    counts["compliant but no evidence"] = sum(shown(each) is not each.standing for each in items)
    said = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
    return f"{said}, of {counted(len(items), 'item')} of the checklist."


def _summary(rows: Sequence[ControlRow]) -> str:
    counts = {support: sum(each.support is support for each in rows) for support in Support}
    held, total = counts[Support.EVIDENCE], len(rows)
    noun, verb = "control" if total == 1 else "controls", "has" if held == 1 else "have"
    parts = [f"{held:,} of {total:,} {noun} {verb} evidence in this report"]
    words = {Support.PART: "in part", Support.AGAINST: "evidence against", Support.NONE: "no evidence"}
    parts += [f"{counts[support]:,} {word}" for support, word in words.items() if counts[support]]
    return ", ".join(parts)
