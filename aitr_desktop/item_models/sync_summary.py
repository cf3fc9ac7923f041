"""What a synchronisation did, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from tsr_agent.sections.wording import duration, size

if TYPE_CHECKING:
    from aitr_desktop.library.synchronising import SyncOutcome


def outcome_words(outcome: SyncOutcome) -> str:
    """What a synchronisation did, whatever ended it."""
    result = outcome.result
    parts = []
    if outcome.cancelled:
        parts.append(translate("Sync", "Cancelled; what was done is kept, and the next one goes on there"))
    for number, one, many in (
        (result.sent, translate("Sync", "1 document sent"), translate("Sync", "{number} documents sent")),
        (result.reports, translate("Sync", "1 new report"), translate("Sync", "{number} new reports")),
        (result.decisions, translate("Sync", "1 decision"), translate("Sync", "{number} decisions")),
        (result.approvals, translate("Sync", "1 approval"), translate("Sync", "{number} approvals")),
        (result.policies, translate("Sync", "1 policy"), translate("Sync", "{number} policies")),
        (len(result.refused), translate("Sync", "1 refused"), translate("Sync", "{number} refused")),
        (result.waiting, translate("Sync", "1 still waits"), translate("Sync", "{number} still wait")),
    ):
        if number:
            parts.append(one if number == 1 else many.format(number=f"{number:,}"))
    if len(parts) == outcome.cancelled:
        parts.append(translate("Sync", "nothing new"))
    if result.bytes:
        parts.append(size(result.bytes))
    parts.append(duration(result.seconds * 1_000))
    if result.conflicts:
        against = translate("Sync", "✕ {number} of the server's documents contradict what is here")
        parts.append(against.format(number=f"{len(result.conflicts):,}"))
    return " · ".join(parts)
