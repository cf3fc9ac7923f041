"""Stand-ins for the clock and the library; the real store is used where it matters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.library.importing import Imported, ImportOutcome
from aitr_desktop.library.listing import Choices, ListedReport, Query, listed
from aitr_desktop.library.timeline import Bar, Timeline, Unit
from aitr_desktop.library.workspace import OpenedReport, Workspace
from tests.factories import shown_reports as reports
from tsr_agent.errors import InputError, IntegrityError, TsrError
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.wording import verdict
from tsr_agent.store.code_notes import KeptNote
from tsr_agent.store.releases import EarlierRelease, NoRelease

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aitr_desktop.library.paging import Step
    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.clock import Clock
    from tsr_agent.comparison.policies import PolicyChanges
    from tsr_agent.models.code_note import CodeNote, NoteWithdrawal
    from tsr_agent.models.decision import Decision


@dataclass
class StillClock:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def lines(number: int, now: datetime, text: str = "main") -> list[ListedReport]:
    """Lines of a list, the newest first; the key is the place."""
    verdicts = list(GoNoGoDecision)
    return [
        listed(
            identity=f"TSR-{place:05d}",
            verdict=verdict(verdicts[place % 3]),
            sha=f"{place:07d}" + "a" * 33,
            branch=text,
            environment=text,
            made=now - timedelta(hours=place),
            repository=f"https://git.example.org/{text}",
            reason=text,
            now=now,
            key=place,
        )
        for place in range(number)
    ]


@dataclass
class MemoryTokens:
    """A keyring in memory; it can be away, or fail."""

    kept: dict[str, str] = field(default_factory=dict)
    there: bool = True
    fails: TsrError | None = None

    def is_there(self) -> bool:
        return self.there

    def read(self, url: str) -> str | None:
        self._fail()
        return self.kept.get(url)

    def write(self, url: str, secret: str) -> None:
        self._fail()
        self.kept[url] = secret

    def forget(self, url: str) -> None:
        self._fail()
        self.kept.pop(url, None)

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


@dataclass
class Watching:
    """Watches long work, and may have it cancelled after so many steps."""

    steps: int | None = None
    said: list[tuple[int, int, str, str]] = field(default_factory=list)

    def report(self, done: int, total: int, unit: str = "", rate: str = "") -> None:
        self.said.append((done, total, unit, rate))

    @property
    def is_cancelled(self) -> bool:
        return self.steps is not None and len(self.said) >= self.steps


def import_one(workspace: Workspace, path: Path, now: datetime) -> Imported:
    """Imports one file; what went wrong is raised."""
    outcome = workspace.import_files([path], StillClock(now), Watching())
    for failure in outcome.failures:
        raise (IntegrityError if failure.is_altered else InputError)(failure.reason)
    assert outcome.error is None
    assert outcome.last is not None
    return outcome.last


@dataclass
class MemoryNotes:
    """Notes in memory; they can fail."""

    kept: list[KeptNote] = field(default_factory=list)
    fails: TsrError | None = None

    def of_report(self, report_id: str) -> tuple[KeptNote, ...]:
        self._fail()
        return tuple(each for each in self.kept if each.note.report_id == report_id)

    def of_file(self, repository: str, path: str) -> tuple[KeptNote, ...]:
        self._fail()
        return tuple(each for each in self.kept if each.note.path == path)

    def add(self, note: CodeNote) -> CodeNote:
        self._fail()
        self.kept.append(KeptNote(note=note))
        return note

    def withdraw(self, withdrawal: NoteWithdrawal) -> NoteWithdrawal:
        self._fail()
        self.kept = [
            replace(each, withdrawal=withdrawal) if each.note.id == withdrawal.note_id else each
            for each in self.kept
        ]
        return withdrawal

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


@dataclass
class FakeWorkspace:
    """A library in memory, with the store's manner of paging. Errors can be planted by method name."""

    rows: list[ListedReport]
    path: Path = Path("fake.db")
    errors: dict[str, TsrError] = field(default_factory=dict)
    hostile: str = ""
    asked: list[Query] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    imported: list[Path] = field(default_factory=list)
    notes: MemoryNotes = field(default_factory=MemoryNotes)
    is_closed: bool = False
    earlier: EarlierRelease = field(default_factory=lambda: EarlierRelease(why_none=NoRelease.NO_EARLIER))

    def _matching(self, query: Query) -> list[ListedReport]:
        return [
            row
            for row in self.rows
            if (query.decision is None or row.verdict == verdict(query.decision))
            and (query.branch is None or row.branch == query.branch)
            and query.text in row.id
        ]

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        self._fail("page")
        self.asked.append(query)
        self.steps.append(step)
        rows = self._matching(query)
        if step.reverse:
            before = [row for row in rows if step.after is None or row.key < step.after]
            end = len(before) - step.skip
            return tuple(before[max(0, end - step.limit) : max(0, end)])
        beyond = [row for row in rows if step.after is None or row.key > step.after]
        return tuple(beyond[step.skip : step.skip + step.limit])

    def position(self, query: Query, key: int) -> int:
        self._fail("position")
        return sum(row.key < key for row in self._matching(query))

    def find(self, query: Query, report_id: str) -> int | None:
        rows = self._matching(query)
        return next((place for place, row in enumerate(rows) if row.id == report_id), None)

    def ids(self, query: Query, first: int, last: int) -> tuple[str, ...]:
        return tuple(row.id for row in self._matching(query)[first : last + 1])

    def timeline(self, query: Query, is_wanted: Callable[[], bool]) -> Timeline:
        self._fail("timeline")
        rows = self._matching(query)
        if not rows:
            return Timeline()
        numbers = Counter(row.verdict.word for row in rows)
        day = date(2026, 11, 22)
        return Timeline(Unit.DAY, (Bar(day, day, go=numbers["GO"], no_go=numbers["NO-GO"]),))

    def count(self, query: Query) -> int:
        self._fail("count")
        return len(self._matching(query))

    def choices(self) -> Choices:
        self._fail("choices")
        return Choices(("production", "staging"), tuple(sorted({row.branch for row in self.rows})))

    def load(self, report_id: str) -> OpenedReport:
        self._fail("load")
        row = next((row for row in self.rows if row.id == report_id), None)
        if row is None:
            raise InputError(f"The library has no report {report_id!r}.")
        decided = next(each for each in GoNoGoDecision if verdict(each) == row.verdict)
        report, decision = reports.report(id=report_id), reports.decision(decided, report_id=report_id)
        if self.hostile:
            report, decision = reports.poisoned(self.hostile)
        return OpenedReport(report=report, decision=decision, digest="a" * 64)

    def judged_again(self, report_id: str, now: datetime) -> OpenedReport:
        self._fail("judged_again")
        return replace(self.load(report_id), policy_in_force=True)

    def record(self, report_id: str) -> str:
        self._fail("record")
        return ""

    def policy_difference(self, old: Decision, new: Decision) -> PolicyChanges | None:
        self._fail("policy_difference")
        return None

    def earlier_release(self, report_id: str) -> EarlierRelease:
        self._fail("earlier_release")
        return self.earlier

    def import_files(self, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
        self._fail("import_files")
        self.imported += paths
        row = lines(1, clock.now())[0]
        if row not in self.rows:
            self.rows.insert(0, row)
        last = Imported(report_id=row.id, is_new=True, verdict=row.verdict)
        return ImportOutcome(policy="ai-release 1", total=len(paths), new=len(paths), last=last)

    def close(self) -> None:
        self.is_closed = True

    def _fail(self, method: str) -> None:
        if method in self.errors:
            raise self.errors[method]
