"""One open library as the desktop needs it. Runs on the library's worker thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aitr_desktop.library.listing import Choices, ListedReport, Query, day_end, day_start, listed
from tsr_agent.sections.wording import NOT_JUDGED, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.library.paging import Step
    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.clock import Clock
    from tsr_agent.gate.approvals import ApprovalStanding
    from tsr_agent.models.approval import Approval
    from tsr_agent.models.decision import Decision, PolicyReference
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.store.engine import Library
    from tsr_agent.store.paging import ReportFilter, ReportRow
    from tsr_agent.store.repository import ReportRepository

_PEOPLE = {"approved": "Approved", "rejected": "Rejected"}
"""What people did, by the state of the approval."""


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


class Workspace(Protocol):
    """What the windows ask of a library. All of it blocks and is called on the worker thread."""

    @property
    def path(self) -> Path:
        """The library's file."""

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """One page of the list, in list order."""

    def count(self, query: Query) -> int:
        """How many reports the list has."""

    def choices(self) -> Choices:
        """What the filters can offer."""

    def load(self, report_id: str) -> OpenedReport:
        """A report and its decision, from bytes that are what was filed."""

    def import_files(self, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
        """Files documents, judged by the built-in policy. Called on a thread of its own."""

    def close(self) -> None:
        """Lets the file go."""


class StoreWorkspace:
    """The workspace over the SQLite store. Made by ``open_workspace``."""

    def __init__(self, library: Library) -> None:
        from tsr_agent.store.repository import ReportRepository

        self._library = library
        self._repository: ReportRepository = ReportRepository(library)

    @property
    def path(self) -> Path:
        """The library's file."""
        return self._library.path

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """One page of the list, in list order.

        Raises:
            StoreError: The library can't be read.
        """
        found = self._repository.page(
            report_filter(query), after=step.after, reverse=step.reverse, limit=step.limit
        )
        return tuple(_listed(row, now) for row in found.rows)

    def count(self, query: Query) -> int:
        """How many reports the list has.

        Raises:
            StoreError: The library can't be read.
        """
        return self._repository.count(report_filter(query))

    def choices(self) -> Choices:
        """What the filters can offer.

        Raises:
            StoreError: The library can't be read.
        """
        return Choices(self._repository.environments(), self._repository.branches())

    def load(self, report_id: str) -> OpenedReport:
        """A report and its decision, from bytes that are what was filed.

        Raises:
            IntegrityError: The document or the decision was altered.
            InputError: No such report, or the document is not one.
            StoreError: The library can't be read.
        """
        from tsr_agent.models import codec
        from tsr_agent.models.report import TestSummaryReport
        from tsr_agent.store.approvals import ApprovalRepository

        document = self._repository.document(report_id)
        report = codec.decode(document, TestSummaryReport, source=f"report {report_id}")
        record = ApprovalRepository(self._library).on_record(report_id)
        return OpenedReport(
            report=report,
            decision=record.decision if record else None,
            digest=codec.digest(document),
            standing=record.standing if record else None,
            approvals=record.approvals if record else (),
            decision_digest=record.decision_digest if record else None,
            policy_in_force=self._in_force(record.decision.policy) if record and record.decision else None,
        )

    def _in_force(self, policy: PolicyReference) -> bool | None:
        """Whether the policy is the newest of its kind, as far as this library and this program know."""
        from tsr_agent.gate.policies.builtin import ai_release
        from tsr_agent.models import codec
        from tsr_agent.store.policies import PolicyRepository

        stored = PolicyRepository(self._library)
        newest = {codec.digest(each.submission.document.encode()) for each in stored.all_newest()}
        if policy.digest in newest or policy.digest == ai_release().digest:
            return True
        # One that this library has never had may be in force elsewhere.
        return False if policy.digest in stored.policy_digests() else None

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


def report_filter(query: Query) -> ReportFilter:
    """The store's form of a query; days become moments in the viewer's zone."""
    from tsr_agent.store.paging import ReportFilter

    asked: dict[str, Any] = {
        "environment": query.environment,
        "standing": query.decision,
        "branch": query.branch,
        "text": query.text.strip(),
        "created_from": day_start(query.since) if query.since else None,
        "created_to": day_end(query.until) if query.until else None,
    }
    return ReportFilter(**asked)


def _listed(row: ReportRow, now: datetime) -> ListedReport:
    return listed(
        identity=row.id,
        verdict=NOT_JUDGED if row.decision_source.value == "none" else verdict(row.standing),
        sha=row.codebase_sha,
        branch=row.branch,
        environment=row.environment,
        made=row.created_at,
        repository=row.repo,
        reason=_reason(row),
        now=now,
        key=row.key,
    )


def _reason(row: ReportRow) -> str:
    """The decision's reason; where people have made another verdict of it, that and what was decided."""
    if row.standing is row.decision:
        return row.reason
    people = _PEOPLE.get(row.approval_state.value, "Waits for people")
    return f"{people}; the policy says {verdict(row.decision).word}: {row.reason}"
