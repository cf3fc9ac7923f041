"""What was excused and what was not: waivers and the quarantine, entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.decision import ExceptionStanding
from tsr_agent.sections.marks import Mark, Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.targets import Kind, Target
from tsr_agent.sections.wording import counted

if TYPE_CHECKING:
    from tsr_agent.models.decision import Decision, QuarantineNote, WaiverNote

_MARKS = {
    ExceptionStanding.APPLIED: Mark("–", "applied", Tone.PENDING),
    ExceptionStanding.EXPIRED: Mark("✕", "expired", Tone.PENDING),
    ExceptionStanding.UNUSABLE: Mark("✕", "unusable", Tone.PENDING),
    ExceptionStanding.UNMATCHED: Mark("○", "did not match", Tone.MUTED),
}
_ORDER = tuple(_MARKS)
_SOON = Mark("▲", "did not match", Tone.PENDING)

_QUARANTINED = "Quarantined test"


class ExceptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One waiver or one entry of the quarantine."""

    kind: str
    """``Waiver`` or ``Quarantined test``."""
    mark: Mark
    id: str
    """Id of the waiver, or of the test."""
    about: str
    """The rule it is for, or the test's type; may be empty."""
    owner: str
    until: str
    """Last day, and whether that is soon; empty where the entry names none."""
    reason: str
    """Why it excused nothing; empty for one that was applied."""
    is_idle: bool
    """In order, not expiring, and there was nothing to excuse."""
    target: Target | None = None
    """The rule, or the test, that it is for; None where it names none."""

    @property
    def is_test(self) -> bool:
        """Whether it is an entry of the quarantine."""
        return self.kind == _QUARANTINED

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        about = f" for {self.about}" if self.about else ""
        word = self.mark.word
        # The reason of one that expired begins with that word already.
        became = self.reason if self.reason.startswith(word) else ", ".join(filter(None, (word, self.reason)))
        facts = [f"owner {self.owner}"] if self.owner else []
        facts += [f"until {self.until}"] if self.until and not became.startswith("expired") else []
        said = f"{self.kind} {self.id}{about}: {became}"
        return f"{said}; {', '.join(facts)}" if facts else said


def exceptions(decision: Decision) -> tuple[ExceptionRow, ...]:
    """Waivers, then the quarantine; of each what was applied, then what can't be used, then the rest."""
    waivers = [_waiver(each) for each in sorted(decision.waivers, key=_in_order)]
    tests = [_quarantined(each) for each in sorted(decision.quarantine, key=_in_order)]
    return (*waivers, *tests)


def exceptions_summary(decision: Decision) -> str:
    """What a reader of the verdict has to know of them, ``1 waiver applied``; empty without any."""
    notes: list[WaiverNote | QuarantineNote] = [*decision.waivers, *decision.quarantine]
    standings = [each.standing for each in notes]
    parts = []
    applied = [each for each in decision.waivers if each.standing is ExceptionStanding.APPLIED]
    if applied:
        parts.append(f"{counted(len(applied), 'waiver')} applied")
    left_out = [each for each in decision.quarantine if each.standing is ExceptionStanding.APPLIED]
    if left_out:
        parts.append(f"{counted(len(left_out), 'test')} in quarantine left out")
    soon = sum(each.expires_soon for each in notes)
    expired = standings.count(ExceptionStanding.EXPIRED)
    unusable = standings.count(ExceptionStanding.UNUSABLE)
    parts += [f"{soon:,} {'expires' if soon == 1 else 'expire'} soon"] if soon else []
    parts += [f"{counted(expired, 'exception')} expired"] if expired else []
    parts += [f"{counted(unusable, 'exception')} unusable"] if unusable else []
    return ", ".join(parts)


def _in_order(note: WaiverNote | QuarantineNote) -> tuple[int, bool]:
    return _ORDER.index(note.standing), not note.expires_soon


def _waiver(note: WaiverNote) -> ExceptionRow:
    target = Target(Kind.RULE, note.rule) if note.rule else None
    return _row(note, "Waiver", one_line(note.id), one_line(note.rule), target)


def _quarantined(note: QuarantineNote) -> ExceptionRow:
    about = f"{one_line(note.test_type)} tests" if note.test_type else ""
    target = Target(Kind.TEST, note.test_id, note.test_type)
    return _row(note, _QUARANTINED, one_line(note.test_id), about, target)


def _row(
    note: WaiverNote | QuarantineNote, kind: str, name: str, about: str, target: Target | None
) -> ExceptionRow:
    until = note.expires.isoformat() if note.expires is not None else ""
    idle = note.standing is ExceptionStanding.UNMATCHED
    return ExceptionRow(
        kind=kind,
        mark=_SOON if idle and note.expires_soon else _MARKS[note.standing],
        id=name,
        about=about,
        owner=one_line(note.owner),
        until=f"{until} (ends soon)" if until and note.expires_soon else until,
        reason=one_line(note.reason, 1000),
        is_idle=idle and not note.expires_soon,
        target=target,
    )
