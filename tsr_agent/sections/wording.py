"""How figures, times and verdicts are written, everywhere the same.

Plain functions from a value to words. ``None`` is always ``no data``, never 0 and never 100 %.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from tsr_agent.models.decision import GoNoGoDecision, RuleEffect, RuleState
from tsr_agent.models.results import CaseStatus
from tsr_agent.sections.marks import Mark, Tone

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from tsr_agent.models.decision import RuleResult

NO_DATA = "no data"
SHORT_SHA = 7


class Moment(msgspec.Struct, frozen=True):
    """A time as the viewer reads it."""

    day: str
    """Local date, ``2026-11-22``."""
    local: str
    """Local date and time with the zone named, ``2026-11-22 14:05 CET``."""
    utc: str
    """To the second, ``2026-11-22 13:05:09 UTC``."""


_VERDICTS = {
    GoNoGoDecision.GO: Mark("●", "GO", Tone.GO),
    GoNoGoDecision.NO_GO: Mark("■", "NO-GO", Tone.NO_GO),
    GoNoGoDecision.PENDING_REVIEW: Mark("▲", "PENDING REVIEW", Tone.PENDING),
}
NOT_JUDGED = Mark("○", "NOT JUDGED", Tone.MUTED)
_EFFECT_TONES = {
    RuleEffect.BLOCKS: Tone.NO_GO,
    RuleEffect.NEEDS_REVIEW: Tone.PENDING,
    RuleEffect.WARNS: Tone.PENDING,
    RuleEffect.NONE: Tone.MUTED,
}
_CASES = {
    CaseStatus.PASSED: Mark("✓", "passed", Tone.GO),
    CaseStatus.FAILED: Mark("✕", "failed", Tone.NO_GO),
    CaseStatus.ERROR: Mark("✕", "error", Tone.NO_GO),
    CaseStatus.SKIPPED: Mark("–", "skipped", Tone.MUTED),
    CaseStatus.XFAILED: Mark("✓", "failed as expected", Tone.MUTED),
    CaseStatus.XPASSED: Mark("✕", "passed unexpectedly", Tone.PENDING),
}
_FLAKY = Mark("▲", "flaky", Tone.PENDING)


def verdict(decision: GoNoGoDecision | None) -> Mark:
    """The verdict as people read it: ● GO, ■ NO-GO, ▲ PENDING REVIEW, ○ NOT JUDGED."""
    return NOT_JUDGED if decision is None else _VERDICTS[decision]


def rule_state(rule: RuleResult) -> Mark:
    """What became of a rule; the tone says what it did to the verdict."""
    if rule.state is RuleState.PASS:
        return Mark("✓", "pass", Tone.GO)
    if rule.state is RuleState.WAIVED:
        return Mark("–", "waived", Tone.PENDING)
    sign, word = ("✕", "fail") if rule.state is RuleState.FAIL else ("○", "not evaluated")
    return Mark(sign, word, _EFFECT_TONES[rule.effect])


def case_status(status: CaseStatus, *, flaky: bool = False) -> Mark:
    """How a test case ended; a late pass is flaky, not passed."""
    return _FLAKY if flaky and status is CaseStatus.PASSED else _CASES[status]


def count(number: int | None) -> str:
    """A whole number with thousands separators: ``18,340``."""
    return NO_DATA if number is None else f"{number:,}"


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: ``1 failure``, ``2 failures``, ``2 entries``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def figure(number: float | None) -> str:
    """A measured value, below 1 with at most four digits after the point, from 1 on with at most three.

    ``0.8124``, ``9.257``, ``61.527``, ``1,204.5``: values of one column have about as many digits.
    A value that would round to a rounder one keeps two digits more: 0.84996 is not written 0.85, which may
    be the bound it missed.
    """
    if number is None or not math.isfinite(number):
        return NO_DATA
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{number:,.0f}"
    if not 1e-4 <= abs(number) < 1e15:
        return f"{number:.4g}"
    places = 4 if abs(number) < 1 else max(1, min(3, 5 - len(str(int(abs(number))))))
    shown = f"{number:,.{places}f}"
    if shown.endswith("0") and float(shown.replace(",", "")) != number:
        shown = f"{number:,.{places + 2}f}"
    return shown.rstrip("0").rstrip(".")


def share(part: float | None) -> str:
    """A share between 0 and 1 in per cent: ``98.2 %``.

    Only exactly 1 is ``100 %`` and only exactly 0 is ``0 %``: rounding never hides the last failure.
    """
    if part is None or not math.isfinite(part):
        return NO_DATA
    if part in (0, 1):
        return f"{part:.0%}".replace("%", " %")
    shown = min(max(part * 100, 0.1), 99.9) if 0 < part < 1 else part * 100
    return f"{shown:.1f} %"


def duration(milliseconds: float | None) -> str:
    """A duration: ``340 ms``, ``1.2 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if milliseconds is None or not math.isfinite(milliseconds) or milliseconds < 0:
        return NO_DATA
    if round(milliseconds) < 1000:
        return f"{milliseconds:.0f} ms" if milliseconds >= 0.5 or milliseconds == 0 else "< 1 ms"
    if round(milliseconds / 100) < 600:
        return f"{milliseconds / 1000:.1f} s"
    seconds = round(milliseconds / 1000)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60:,} h {minutes % 60} min"


def size(number: int) -> str:
    """A number of bytes: ``340 B``, ``1.2 kB``, ``3.4 MB``."""
    amount, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if round(amount, 1) < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{number:,} B" if unit == "B" else f"{amount:,.1f} {unit}"


def short_sha(sha: str) -> str:
    """The first seven digits of a commit or digest."""
    return sha[:SHORT_SHA]


def moment(time: datetime, zone: tzinfo | None = None) -> Moment:
    """A timezone-aware time in the viewer's zone.

    Args:
        time: The moment.
        zone: Where the viewer is; None for the zone of this machine.
    """
    from datetime import UTC

    try:
        local, utc = time.astimezone(zone), time.astimezone(UTC)
    except OverflowError:
        # The first and the last day that there is, in a zone where it is yesterday or tomorrow.
        written = time.isoformat(sep=" ", timespec="minutes")
        return Moment(day=written[:10], local=written, utc=written)
    return Moment(
        day=f"{local:%Y-%m-%d}",
        local=f"{local:%Y-%m-%d %H:%M} {local.tzname() or ''}".rstrip(),
        utc=f"{utc:%Y-%m-%d %H:%M:%S} UTC",
    )


def words(name: str) -> str:
    """An identifier as words, first letter large: ``wont_fix`` becomes ``Wont fix``."""
    return name.replace("_", " ").strip().capitalize()
