"""One open library as the desktop needs it. Runs on the library's worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aitr_desktop.library import report_lists
from aitr_desktop.library.code_notes import NO_NOTES, ReportNotes, notes_of_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from aitr_desktop.library.code_notes import Notes
    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.library.listing import Choices, ListedReport, Query
    from aitr_desktop.library.paging import Step
    from aitr_desktop.library.synchronising import Watcher
    from aitr_desktop.library.timeline import Timeline
    from tsr_agent.clock import Clock
    from tsr_agent.comparison.policies import PolicyChanges
    from tsr_agent.controls.reading import Gathered
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.approvals import ApprovalRepository
    from tsr_agent.store.code_notes import NoteRepository
    from tsr_agent.store.engine import Library
    from tsr_agent.store.lists import ReportLists
    from tsr_agent.store.on_record import OnRecord
    from tsr_agent.store.releases import EarlierRelease
    from tsr_agent.store.repository import ReportRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedReport:
    """A report read from verified bytes, with the decision about those bytes."""

    report: TestSummaryReport
    decision: Decision | None
    digest: str
    standing: ApprovalStanding | None = None
    """What people's approvals say about the decision; None where there is none."""
    approvals: tuple[Approval, ...] = ()
    """Every approval document on record about the report, in the order in which they arrived."""
    decision_digest: str | None = None
    """SHA-256 of the decision's document; None where none is on record."""
    policy_in_force: bool | None = None
    """Whether the policy that decided still decides; None where this library can't tell."""
    record: str = ""
    """What ``Workspace.record`` says as long as nothing of all this has changed."""
    notes: ReportNotes = NO_NOTES
    """What people noted on the code, which decides nothing."""
    controls: Gathered | None = None
    """The catalogues of controls of this library; None for those that ship with aitr."""


class Workspace(Protocol):
    """What the windows ask of a library. All of it blocks and is called on the worker thread."""

    @property
    def path(self) -> Path:
        """The library's file."""

    @property
    def notes(self) -> Notes:
        """What people noted on lines of code."""

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """One page of the list, in list order."""

    def count(self, query: Query) -> int:
        """How many reports the list has."""

    def choices(self) -> Choices:
        """What the filters can offer."""

    def load(self, report_id: str) -> OpenedReport:
        """A report and its decision, from bytes that are what was filed."""

    def record(self, report_id: str) -> str:
        """Stands for all that is on record about a report: another text means that something has changed."""

    def judged_again(self, report_id: str, now: datetime) -> OpenedReport:
        """A report with the decision that the policy in force for it takes now; nothing is filed."""

    def policy_difference(self, old: Decision, new: Decision) -> PolicyChanges | None:
        """How the policies differ that took two decisions, from their texts on record; None for the same."""

    def earlier_release(self, report_id: str) -> EarlierRelease:
        """The release before a report: the newest earlier one of its place that was let go."""

    def import_files(self, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
        """Files documents, judged by the built-in policy. Called on a thread of its own."""

    def position(self, query: Query, key: Any) -> int:
        """How many rows of the list stand before a key, whether its row is there or not."""

    def find(self, query: Query, report_id: str) -> int | None:
        """The row of a report; None where the list has it not."""

    def ids(self, query: Query, first: int, last: int) -> tuple[str, ...]:
        """Ids of the reports of some rows, the last included."""

    def timeline(self, query: Query, is_wanted: Callable[[], bool]) -> Timeline:
        """How many of which verdict the list has over time; less of it once it is wanted no more."""

    def close(self) -> None:
        """Lets the file go."""


class StoreWorkspace:
    """The workspace over the SQLite store. Made by ``open_workspace``."""

    def __init__(self, library: Library) -> None:
        from tsr_agent.store.approvals import ApprovalRepository
        from tsr_agent.store.code_notes import NoteRepository
        from tsr_agent.store.lists import ReportLists
        from tsr_agent.store.repository import ReportRepository

        self._library = library
        # Kept, because it remembers what it has verified.
        self._approvals: ApprovalRepository = ApprovalRepository(library)
        self._repository: ReportRepository = ReportRepository(library)
        self._lists: ReportLists = ReportLists(library)
        self._notes: NoteRepository = NoteRepository(library)

    @property
    def path(self) -> Path:
        """The library's file."""
        return self._library.path

    @property
    def notes(self) -> Notes:
        """What people noted on lines of code."""
        return self._notes

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """One page of the list, in list order.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.page(self._lists, query, step, now)

    def count(self, query: Query) -> int:
        """How many reports the list has.

        Raises:
            StoreError: The library can't be read.
        """
        return self._lists.count(report_lists.report_filter(query))

    def position(self, query: Query, key: Any) -> int:
        """How many rows of the list stand before a key, whether its row is there or not.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.position(self._lists, query, key)

    def find(self, query: Query, report_id: str) -> int | None:
        """The row of a report; None where the list has it not.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.find(self._lists, self._repository.row(report_id), query)

    def ids(self, query: Query, first: int, last: int) -> tuple[str, ...]:
        """Ids of the reports of some rows, the last included.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.ids(self._lists, query, first, last)

    def timeline(self, query: Query, is_wanted: Callable[[], bool]) -> Timeline:
        """How many of which verdict the list has over time; less of it once it is wanted no more.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.timeline(self._lists, query, is_wanted)

    def choices(self) -> Choices:
        """What the filters can offer.

        Raises:
            StoreError: The library can't be read.
        """
        return report_lists.choices(self._lists)

    def load(self, report_id: str) -> OpenedReport:
        """A report and its decision, from bytes that are what was filed.

        Raises:
            IntegrityError: The document or the decision was altered.
            InputError: No such report, or the document is not one.
            StoreError: The library can't be read.
        """
        from tsr_agent.controls.reading import FOLDER, gather
        from tsr_agent.models import codec
        from tsr_agent.models.report import TestSummaryReport

        document = self._repository.document(report_id)
        report = codec.decode(document, TestSummaryReport, source=f"report {report_id}")
        record = self._approvals.on_record(report_id)
        in_force = self._in_force(record)
        return OpenedReport(
            report=report,
            decision=record.decision if record else None,
            digest=codec.digest(document),
            standing=record.standing if record else None,
            approvals=record.approvals if record else (),
            decision_digest=record.decision_digest if record else None,
            policy_in_force=in_force,
            record=_record(record, in_force),
            notes=notes_of_report(self._notes, report_id),
            controls=gather(self.path.parent / FOLDER),
        )

    def record(self, report_id: str) -> str:
        """Stands for all that is on record about a report: another text means that something has changed.

        Raises:
            IntegrityError: Something of it was altered.
            StoreError: The library can't be read.
        """
        found = self._approvals.on_record(report_id)
        return _record(found, self._in_force(found))

    def judged_again(self, report_id: str, now: datetime) -> OpenedReport:
        """A report with the decision that the policy in force for it takes now; nothing is filed.

        Raises:
            PolicyError: The policy in force can't be read by this build.
            IntegrityError: Something was altered.
            InputError: No such report, or the document is not one.
            StoreError: The library can't be read.
        """
        from aitr_desktop.library.judging_again import judged_again

        return judged_again(self._library, self.load(report_id), now)

    def policy_difference(self, old: Decision, new: Decision) -> PolicyChanges | None:
        """How the policies differ that took two decisions, from their texts on record; None for the same.

        Raises:
            IntegrityError: A policy of the library is not what was submitted.
            StoreError: The library can't be read.
        """
        from tsr_agent.store.side_by_side import policy_difference

        return policy_difference(self._library, old, new)

    def earlier_release(self, report_id: str) -> EarlierRelease:
        """The release before a report: the newest earlier one of its place that was let go.

        Raises:
            InputError: No such report.
            StoreError: The library can't be read.
        """
        from tsr_agent.errors import InputError
        from tsr_agent.store.releases import earlier_release

        row = self._repository.row(report_id)
        if row is None:
            raise InputError(f"The library has no report {report_id!r}.")
        return earlier_release(self._library, row)

    def _in_force(self, record: OnRecord | None) -> bool | None:
        """Whether what decided would decide now, as far as this library and this program know."""
        if record is None or record.decision is None:
            return None
        from tsr_agent.store.rulebooks import policy_in_force

        return policy_in_force(self._library, record.codebase_repo, record.decision)

    def import_files(self, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
        """Files documents, judged by the built-in policy. May run beside all that reads.

        Where that policy says GO of a report that its own, which is not here, did not, no decision is
        filed: nobody shall read a GO that only a milder policy gives.

        Raises:
            StoreError: The library can't be opened.
        """
        from aitr_desktop.library.importing import import_files

        return import_files(self.path, paths, clock, watcher)

    def close(self) -> None:
        """Lets the file go."""
        self._library.close()


def _record(record: OnRecord | None, in_force: bool | None) -> str:
    """Decisions and approvals by their bytes; documents of a digest never change."""
    from tsr_agent.models import codec

    if record is None:
        return ""
    said = (codec.digest(codec.encode(each)) for each in record.approvals)
    return " ".join((record.report_digest, record.decision_digest or "-", str(in_force), *said))


def open_workspace(path: Path, *, create: bool = False) -> StoreWorkspace:
    """Opens a library file.

    Args:
        path: The file.
        create: Make it, and its folder, where it is not there.

    Raises:
        StoreError: Missing, foreign, newer, damaged or locked.
    """
    from tsr_agent.store.engine import open_library

    return StoreWorkspace(open_library(path, create=create, create_folder=create))


def default_library(profile: str = "") -> Path:
    """Where the library is that nobody named; each profile has one of its own."""
    from platformdirs import user_data_path

    name = f"library-{profile}.db" if profile else "library.db"
    return user_data_path("aitr", appauthor=False) / name
