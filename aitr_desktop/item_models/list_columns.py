"""The columns that the list of reports can have, which of them are shown, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitr_desktop.library.listing import SortKey
from aitr_desktop.translation import QT_TRANSLATE_NOOP, translate
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aitr_desktop.library.listing import ListedReport

MIN_WIDTH, MAX_WIDTH = 40, 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """One column: a lasting key, English words, and what it shows."""

    key: str
    words: str
    width: int
    """Pixels at the first start."""
    text: Callable[[ListedReport], str]
    sort: SortKey | None = None
    """What the list is sorted by for it; None where no index would make that quick."""
    tone: Tone = Tone.PLAIN
    is_code: bool = False

    def title(self) -> str:
        """The words on screen."""
        return translate("Columns", self.words)


COLUMNS = (
    ListColumn(
        key="decision",
        words=QT_TRANSLATE_NOOP("Columns", "Decision"),
        width=146,
        text=lambda report: str(report.verdict),
        sort=SortKey.DECISION,
    ),
    ListColumn(
        key="release",
        words=QT_TRANSLATE_NOOP("Columns", "Release"),
        width=70,
        text=lambda report: report.release,
        sort=SortKey.SHA,
        is_code=True,
    ),
    ListColumn(
        key="branch",
        words=QT_TRANSLATE_NOOP("Columns", "Branch"),
        width=94,
        text=lambda report: report.branch or "–",
        sort=SortKey.BRANCH,
    ),
    ListColumn(
        key="environment",
        words=QT_TRANSLATE_NOOP("Columns", "Environment"),
        width=102,
        text=lambda report: report.environment,
        sort=SortKey.ENVIRONMENT,
        tone=Tone.MUTED,
    ),
    ListColumn(
        key="when",
        words=QT_TRANSLATE_NOOP("Columns", "When"),
        width=98,
        text=lambda report: report.when,
        sort=SortKey.CREATED,
        tone=Tone.MUTED,
    ),
    ListColumn(
        key="repository",
        words=QT_TRANSLATE_NOOP("Columns", "Repository"),
        width=140,
        text=lambda report: report.repository or "–",
        sort=SortKey.REPOSITORY,
    ),
    ListColumn(
        key="reason",
        words=QT_TRANSLATE_NOOP("Columns", "Reason"),
        width=280,
        text=lambda report: report.reason,
    ),
    ListColumn(
        key="triggered_by",
        words=QT_TRANSLATE_NOOP("Columns", "Triggered by"),
        width=110,
        text=lambda report: report.triggered_by,
        tone=Tone.MUTED,
    ),
    ListColumn(
        key="policy",
        words=QT_TRANSLATE_NOOP("Columns", "Policy"),
        width=120,
        text=lambda report: report.policy or "–",
        tone=Tone.MUTED,
    ),
    ListColumn(
        key="prompts",
        words=QT_TRANSLATE_NOOP("Columns", "Prompts"),
        width=90,
        text=lambda report: report.prompts or "–",
        tone=Tone.MUTED,
    ),
    ListColumn(
        key="approval",
        words=QT_TRANSLATE_NOOP("Columns", "Approval"),
        width=120,
        text=lambda report: report.approval or "–",
        tone=Tone.MUTED,
    ),
)
KEYS = tuple(column.key for column in COLUMNS)
SHOWN_FIRST = ("decision", "release", "branch", "when", "environment")
"""From the left, at the first start."""


def shown_keys(stored: Sequence[str]) -> tuple[str, ...]:
    """The columns to show, from the left; those of the first start where nothing sensible is stored."""
    known = tuple(dict.fromkeys(key for key in stored if key in KEYS))
    return known or SHOWN_FIRST


def widths_text(widths: Mapping[str, int]) -> str:
    """Widths by key as text that ``widths_from`` reads."""
    return " ".join(f"{key}={width}" for key, width in widths.items())


def widths_from(text: str) -> dict[str, int]:
    """Widths by key from text; what makes no sense is left out."""
    found: dict[str, int] = {}
    for part in text.split()[: 2 * len(KEYS)]:
        key, _, width = part.partition("=")
        if key in KEYS and width.isdecimal() and len(width) <= 5:
            found[key] = min(max(int(width), MIN_WIDTH), MAX_WIDTH)
    return found


def whole_text(report: ListedReport, column: ListColumn) -> str:
    """What hovering over a cell shows: what was shortened, in full."""
    if column.key == "release":
        return report.release_whole
    if column.key == "when":
        return report.when_whole
    if column.key == "decision":
        return report.reason
    return column.text(report)
