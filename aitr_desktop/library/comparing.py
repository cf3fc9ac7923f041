"""Two reports of a library side by side. Runs on a worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tsr_agent.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aitr_desktop.library.workspace import OpenedReport, Workspace
    from tsr_agent.comparison.report import Comparison, JudgedDocument
    from tsr_agent.sections.changes import ChangeRow
    from tsr_agent.sections.comparison import ComparisonSection

SHOWN_BEHIND = 20
"""Changes that are shown behind a rule; the topics have all of them."""


class Sides(Enum):
    """Which of two reports stands left, as A."""

    OLDER_LEFT = "older_left"
    NEWER_LEFT = "newer_left"
    AS_GIVEN = "as_given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two reports that were compared."""

    section: ComparisonSection
    found: Comparison
    left: JudgedDocument
    right: JudgedDocument
    records: tuple[str, str]
    """What ``Workspace.record`` said of each: another text means that this is no longer all."""

    @property
    def ids(self) -> tuple[str, str]:
        """Of A and B."""
        return self.left.report.id, self.right.report.id

    @property
    def is_newer_left(self) -> bool:
        """Whether A was made after B."""
        return self.left.report.created_at > self.right.report.created_at

    def unchanged(self) -> Mapping[str, Sequence[ChangeRow]]:
        """What is the same in both, by topic; looked for when somebody asks."""
        from tsr_agent.sections.unchanged import unchanged_rows

        return unchanged_rows(self.found, self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """Reports that can't be compared, because one of them is not what was filed."""

    ids: tuple[str, str]
    problems: tuple[IntegrityError | None, IntegrityError | None]
    """What is wrong with A and with B; None where nothing is."""


def compared(
    workspace: Workspace, ids: tuple[str, str], now: datetime, sides: Sides = Sides.OLDER_LEFT
) -> Compared | Altered:
    """What changed from one report to another, and why the verdict did.

    The decisions are those on record with what people said, so that no verdict stands here that the list
    does not show. Where one of the reports has none, both are judged by the built-in policy, and the
    comparison says so.

    Args:
        workspace: Has both.
        ids: Of the two.
        now: When they are judged, where they have to be.
        sides: Which of them is A.

    Raises:
        InputError: One is not there.
        StoreError: The library can't be read.
    """
    loaded = [_loaded(workspace, each) for each in ids]
    problems = [each if isinstance(each, IntegrityError) else None for each in loaded]
    if any(problems):
        return Altered(ids=ids, problems=(problems[0], problems[1]))
    opened = [each for each in loaded if not isinstance(each, IntegrityError)]
    if sides is not Sides.AS_GIVEN:
        opened.sort(key=lambda each: each.report.created_at, reverse=sides is Sides.NEWER_LEFT)
    return _compared(workspace, opened[0], opened[1], now)


def _loaded(workspace: Workspace, report_id: str) -> OpenedReport | IntegrityError:
    try:
        return workspace.load(report_id)
    except IntegrityError as error:
        return error


def _compared(workspace: Workspace, old: OpenedReport, new: OpenedReport, now: datetime) -> Compared:
    from tsr_agent.gate.side_by_side import side_by_side
    from tsr_agent.sections.comparison import comparison

    both = side_by_side(old, new, now, workspace.policy_difference)
    section = comparison(both.found, few=SHOWN_BEHIND, left_out=both.left_out, on_trial=both.on_trial)
    records = old.record, new.record
    return Compared(section=section, found=both.found, left=both.left, right=both.right, records=records)
