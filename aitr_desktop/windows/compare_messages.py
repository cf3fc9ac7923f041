"""What the place of comparisons says in words: how to get one, what is awaited, why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aitr_desktop.translation import translate
from aitr_desktop.views.message_pane import Message
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tsr_agent.store.releases import EarlierRelease

ICON = "compare"


def invitation(chosen: Sequence[str]) -> Message:
    """How to get a comparison, or which of the two reports is still missing.

    Args:
        chosen: Ids of A and B; empty for one that is not chosen.
    """
    missing = "B" if chosen[0] else "A"
    button = translate("Comparison", "Choose report {side}…").format(side=missing)
    known = next(filter(None, chosen), "")
    if known:
        headline = translate("Comparison", "Report {side} is missing.").format(side=missing)
        body = translate("Comparison", "{id} is chosen; choose the one to compare it with.")
        body = body.format(id=one_line(known, 200))
    else:
        headline = translate("Comparison", "Nothing is compared yet.")
        body = translate(
            "Comparison",
            "Select two reports in the list and choose Compare (Ctrl+Shift+C), or compare the report on "
            "screen with the last approved one (Ctrl+Shift+B). Or choose both here.",
        )
    return Message(headline=headline, body=body, button=button, icon=ICON)


def waiting(words: str) -> Message:
    """What is under way and can be given up."""
    return Message(headline=words, button=translate("Comparison", "Cancel"), icon=ICON)


def compared_again(time: datetime, before: Sequence[str], now: Sequence[str]) -> str:
    """Why a comparison is not what it was.

    Args:
        time: The present moment.
        before: What was on record about A and B.
        now: What is.
    """
    sides = [side for side, one, other in zip("AB", before, now, strict=True) if one != other]
    words = translate("Comparison", "A and B") if len(sides) > 1 else sides[0] if sides else ""
    said = translate("Comparison", "Compared again at {time}: something came in about {sides}.")
    return said.format(time=f"{time.astimezone():%H:%M}", sides=words)


def no_release(earlier: EarlierRelease, report_id: str) -> Message:
    """Why there is no earlier report that was let go.

    Args:
        earlier: What the library found.
        report_id: Of the report that was to be compared.
    """
    said = {
        "no_repository": translate(
            "Comparison",
            "{id} does not say which repository it is of, so that nobody can tell which release it follows.",
        ),
        "no_earlier": translate(
            "Comparison",
            "This library has no earlier report of the same repository and environment as {id}.",
        ),
        "none_released": translate(
            "Comparison",
            "There are earlier reports of the same repository and environment as {id}, and none of them is "
            "GO: none was approved, and none was GO with nothing to approve. The newest is {nearest}.",
        ),
    }
    why = earlier.why_none.value if earlier.why_none is not None else "no_earlier"
    return Message(
        headline=translate("Comparison", "There is no approved report to compare with."),
        body=said[why].format(id=one_line(report_id, 200), nearest=one_line(earlier.nearest, 200)),
        button=translate("Comparison", "Choose report A…"),
        icon=ICON,
    )
