"""Reports that come in as files, from one to thousands: read and judged one by one, filed in batches.

The screen must not stand still meanwhile. So a batch is one short transaction, and between two reports
other threads get their turn.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aitr_desktop.library.steady import steady, tidy
from tsr_agent.errors import InputError, IntegrityError, StoreError, TsrError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.clock import Clock
    from tsr_agent.gate.policies.policy import Policy
    from tsr_agent.models.decision import Decision
    from tsr_agent.models.report import TestSummaryReport
    from tsr_agent.sections.marks import Mark
    from tsr_agent.store.engine import Library
    from tsr_agent.store.repository import ReportRepository

MAX_IMPORT_BYTES = 512 * 1024 * 1024
BATCH_REPORTS = 50
BATCH_BYTES = 4 * 1024 * 1024
BATCH_SECONDS = 0.1
"""A batch is filed once it took so long to read and judge: what is done is seen, and kept."""
MOST_FILES = 1_000_000
MOST_FAILURES = 10_000
"""That are named one by one; further ones are counted."""
LOCK_SECONDS = 10.0
SMALL_FILES = 10
SMALL_BYTES = 256 * 1024
"""That much is imported in the window's own process; it takes some milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing one report did."""

    report_id: str
    is_new: bool
    """False where the library held these bytes already."""
    verdict: Mark
    """Taken here from the document."""
    claimed: Mark | None = None
    """What the report says of itself, where that is another verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFailure:
    """A file that was not imported, and why."""

    path: Path
    reason: str
    next_step: str = ""
    is_altered: bool = False
    """Another document of its id is in the library: one of the two was changed."""


@dataclass(slots=True, kw_only=True)
class ImportOutcome:
    """What came of an import. All that it counts as new is on disk."""

    policy: str
    """Name and version of what the reports were judged by."""
    total: int = 0
    """Files that were found."""
    new: int = 0
    known: int = 0
    """Reports that the library had already, byte for byte."""
    claims: int = 0
    """New reports that claim another verdict than the one taken here."""
    failures: list[ImportFailure] = field(default_factory=list)
    more_failures: int = 0
    last: Imported | None = None
    """The one imported last."""
    cancelled: bool = False
    error: StoreError | None = None
    """What ended it before its end."""

    @property
    def failed(self) -> int:
        """How many files were not imported."""
        return len(self.failures) + self.more_failures

    def fail(self, path: Path, error: TsrError) -> None:
        """Notes a file that was not imported."""
        if len(self.failures) >= MOST_FAILURES:
            self.more_failures += 1
            return
        reason = error.message if not error.details else f"{error.message} {error.details[0]}"
        self.failures.append(
            ImportFailure(
                path=path,
                reason=reason,
                next_step=error.next_step,
                is_altered=isinstance(error, IntegrityError),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """A report on its way into the library."""

    path: Path
    document: bytes
    report: TestSummaryReport
    decision: Decision | None
    """None where only a milder policy than its own lets it go: nobody shall read a GO that is none."""


class Importing:
    """Files reports into one library.

    Args:
        library: Open for writing.
        clock: Says when they came.
        watcher: Is told how far it is, and says when to end.
    """

    def __init__(self, library: Library, clock: Clock, watcher: Watcher) -> None:
        from tsr_agent.gate.policies.builtin import ai_release

        self._library, self._clock, self._watcher = library, clock, watcher
        self._policy = ai_release()
        self.outcome = ImportOutcome(policy=f"{self._policy.name} {self._policy.version}")
        self._batch: list[_Judged] = []
        self._bytes = 0
        self._begun = self._started = time.monotonic()
        self._done = 0

    def run(self, paths: Sequence[Path]) -> ImportOutcome:
        """Imports files, and the JSON files in folders.

        What a cancelled import had read is filed before it ends. Nothing is raised: what went wrong
        stands in the outcome.
        """
        files = list(self._files(paths))
        self.outcome.total = len(files)
        with steady():
            try:
                self._take_all(files)
            except StoreError as error:
                error.kept = error.kept or f"the {self.outcome.new:,} reports that were imported before."
                self.outcome.error = error
        return self.outcome

    def _take_all(self, files: Sequence[Path]) -> None:
        for path in files:
            if self._watcher.is_cancelled:
                self.outcome.cancelled = True
                break
            self._take(path)
            # Whoever waits for the interpreter waits no longer than one report takes.
            time.sleep(0)
        self._file()

    def _files(self, paths: Sequence[Path]) -> Iterator[Path]:
        found = 0
        for path in paths:
            for each in json_files(path) if _is_folder(path) else (path,):
                if self._watcher.is_cancelled or found >= MOST_FILES:
                    return
                found += 1
                if found % 1_000 == 0:
                    self._watcher.report(found, 0, "files found")
                yield each

    def _take(self, path: Path) -> None:
        """Reads and judges one file, and files the batch where it is full."""
        try:
            judged = _judged(path, self._policy, self._clock)
        except (InputError, IntegrityError) as error:
            self.outcome.fail(path, error)
            self._tell(1)
            return
        if self._batch and self._bytes + len(judged.document) > BATCH_BYTES:
            self._file()
        self._batch.append(judged)
        self._bytes += len(judged.document)
        is_late = time.monotonic() - self._begun > BATCH_SECONDS
        if is_late or len(self._batch) >= BATCH_REPORTS:
            self._file()

    def _file(self) -> None:
        """Files a batch in one transaction; a report that can't be filed keeps none of the others out.

        Raises:
            StoreError: None of the batch was filed.
        """
        from tsr_agent.store.repository import ReportRepository
        from tsr_agent.store.together import together

        batch, self._batch, self._bytes = self._batch, [], 0
        if batch:
            done: list[Imported] = []
            failed: list[tuple[Path, TsrError]] = []
            now = self._clock.now()
            with together(self._library) as library:
                repository = ReportRepository(library)
                for each in batch:
                    try:
                        done.append(_filed(repository, each, now))
                    except (InputError, IntegrityError) as error:
                        failed.append((each.path, error))
                    time.sleep(0)
            self._count(done, failed)
            self._tell(len(batch))
            tidy()
        self._begun = time.monotonic()

    def _count(self, done: Sequence[Imported], failed: Sequence[tuple[Path, TsrError]]) -> None:
        outcome = self.outcome
        outcome.new += sum(each.is_new for each in done)
        outcome.known += sum(not each.is_new for each in done)
        outcome.claims += sum(each.is_new and each.claimed is not None for each in done)
        outcome.last = done[-1] if done else outcome.last
        for path, error in failed:
            outcome.fail(path, error)

    def _tell(self, more: int) -> None:
        self._done += more
        passed = time.monotonic() - self._started
        rate = f"{self._done / passed:,.0f}/s" if passed > 0.5 else ""
        self._watcher.report(self._done, self.outcome.total, "reports", rate)


def import_files(library: Path, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
    """Imports into the library of a file, through a handle of its own, so that reading goes on.

    What is more than a moment's work is done by a process of its own, see ``apart``.

    Raises:
        StoreError: The library can't be opened.
    """
    if _is_small(paths):
        return import_here(library, paths, clock, watcher)
    from aitr_desktop.library.apart import run_apart

    return run_apart(partial(import_here, library, tuple(paths), clock), watcher)


def import_here(library: Path, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
    """The same in this process.

    Raises:
        StoreError: The library can't be opened.
    """
    from tsr_agent.store.engine import open_library

    with open_library(library, busy_timeout=LOCK_SECONDS) as opened:
        return Importing(opened, clock, watcher).run(paths)


def _is_small(paths: Sequence[Path]) -> bool:
    """Whether importing takes less than it takes to start a process."""
    if len(paths) > SMALL_FILES or any(_is_folder(each) for each in paths):
        return False
    size = 0
    for each in paths:
        with suppress(OSError, ValueError):
            size += each.stat().st_size
    return size <= SMALL_BYTES


def _is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; one that no system could have leads nowhere."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def json_files(folder: Path) -> Iterator[Path]:
    """The JSON files below a folder, in order; links to other folders are not followed."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name.lower().endswith(".json"))


def read_document(path: Path) -> bytes:
    """A document's bytes, of a size that can be one.

    Raises:
        InputError: Missing, a folder, unreadable, or too large.
    """
    try:
        if not path.is_file():
            raise InputError(f"{path} is not a file.", next_step="Choose a tsr.json.")
        with path.open("rb") as stream:
            document = stream.read(MAX_IMPORT_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}.") from error
    if len(document) > MAX_IMPORT_BYTES:
        raise InputError(f"{path} has more than {MAX_IMPORT_BYTES:,} bytes; no report has.")
    return document


def _judged(path: Path, policy: Policy, clock: Clock) -> _Judged:
    """A file as a report with the decision that is taken here.

    Raises:
        InputError: Not a file that can be read, or not a report.
    """
    from tsr_agent.gate.evaluate import evaluate
    from tsr_agent.models import codec
    from tsr_agent.models.report import TestSummaryReport

    document = read_document(path)
    report = codec.decode(document, TestSummaryReport, source=str(path))
    time.sleep(0)
    decision: Decision | None
    decision = evaluate(report, policy, None, None, clock.now(), report_digest=codec.digest(document))
    if _is_milder(report, policy, decision):
        decision = None
    return _Judged(path=path, document=document, report=report, decision=decision)


def _is_milder(report: TestSummaryReport, policy: Policy, decision: Decision) -> bool:
    """Whether a policy lets a report go that was judged by another, and not let go by it."""
    from tsr_agent.models.decision import GoNoGoDecision

    if report.policy is None or report.policy.digest == policy.digest:
        return False
    go = GoNoGoDecision.GO
    return report.go_no_go_decision is not go and decision.decision is go


def _filed(repository: ReportRepository, judged: _Judged, now: datetime) -> Imported:
    """Files one report with its decision.

    Raises:
        InputError: A column can't hold what the report says.
        IntegrityError: Another document of that id is in the library.
    """
    from tsr_agent.sections.wording import verdict

    report, decision = judged.report, judged.decision
    added = repository.add_decoded(judged.document, report, decision, received_at=now)
    # What was filed before keeps the decision that it was filed with.
    standing = decision if added.decision_is_new else repository.decision(report.id)
    taken = standing.decision if standing else None
    return Imported(
        report_id=report.id,
        is_new=added.report_is_new,
        verdict=verdict(taken),
        claimed=verdict(report.go_no_go_decision) if report.go_no_go_decision is not taken else None,
    )
