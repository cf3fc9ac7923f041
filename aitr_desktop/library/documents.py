"""A report of a library as a PDF, CSV or JSON file, written by a process of its own.

Decoding a report of 50,000 tests and drawing its pages hold the interpreter for seconds; in a process of
their own they take nothing from the window, and can be ended at once whatever they are doing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from tsr_agent.errors import ConflictError, InputError
from tsr_agent.export.progress import CancelledError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from aitr_desktop.library.synchronising import Watcher
    from tsr_agent.export.subject import Subject
    from tsr_agent.sections.comparison import ComparisonSection
    from tsr_agent.store.engine import Library

TELL_SECONDS = 0.05
"""How often it tells at most how far it is."""


class Form(Enum):
    """What is written."""

    PDF = "pdf"
    CSV = "csv"
    """One file, a line for each figure."""
    TABLES = "tables"
    """A folder with a CSV file for each table."""
    JSON = "json"
    COMPARISON = "comparison"
    """A PDF of what changed between two reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be written, of which report, and where."""

    library: Path
    report_id: str
    form: Form
    target: Path
    record: str
    """What was on record about the report when it came on screen: another record is not exported unseen."""
    replace: bool = False
    all_tests: bool = False
    paper: str = "A4"
    other_id: str = ""
    """Of the report that is B of a comparison; ``report_id`` is A."""
    other_record: str = ""
    """As ``record``, of that one."""
    since_release: bool = False
    """Whether a PDF also says what changed since the last approved report before this one."""
    now: datetime | None = None
    """When both are judged for that, where one of them never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of it."""

    wanted: Wanted
    size: int = 0
    """Bytes."""
    sha256: str = ""
    """Of the file; empty for a folder."""
    files: int = 1
    cancelled: bool = False


def save(wanted: Wanted, watcher: Watcher) -> Saved:
    """Writes the file, or nothing. Called on a thread of its own.

    Args:
        wanted: What to write.
        watcher: Is told how far it is, and says when to end.

    Raises:
        TsrError: It can't be written, or should not be.
    """
    from aitr_desktop.library.apart import run_apart

    return run_apart(partial(save_here, wanted), watcher)


def save_here(wanted: Wanted, *, watcher: Watcher) -> Saved:
    """Writes the file in this very process.

    Raises:
        As ``save`` does.
    """
    try:
        _write(wanted, _Teller(watcher))
    except CancelledError:
        return Saved(wanted=wanted, cancelled=True)
    return _measured(wanted)


def stands_for(subject: Subject) -> str:
    """What ``Workspace.record`` says of the same report."""
    from tsr_agent.models import codec

    filed = subject.filed
    said = (codec.digest(codec.encode(each)) for each in filed.approvals)
    return " ".join((filed.digest, filed.decision_digest or "-", str(filed.policy_in_force), *said))


class _Teller:
    """Tells whoever watches how far it is and how fast, now and then, and ends what is wanted no more."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._began = self._told = time.monotonic()

    def report(self, done: int, total: int, unit: str = "") -> None:
        """Says how far it is."""
        now = time.monotonic()
        if now - self._told < TELL_SECONDS:
            return
        self._told = now
        if self._watcher.is_cancelled:
            raise CancelledError
        passed = now - self._began
        self._watcher.report(done, total, unit, f"{done / passed:,.0f}/s" if passed > 0.5 and done else "")


def _write(wanted: Wanted, teller: _Teller) -> None:
    from tsr_agent.export.record import write_json
    from tsr_agent.export.subject import on_record
    from tsr_agent.export.tables import write_figures, write_tables
    from tsr_agent.export.whole_file import whole_file, whole_folder
    from tsr_agent.store.engine import open_library

    with open_library(wanted.library, read_only=True) as library:
        subject = on_record(library, wanted.report_id)
        refuse_unseen(subject, wanted.record)
        if wanted.form is Form.COMPARISON:
            _write_comparison(wanted, subject, library, teller)
            return
        if wanted.form is Form.TABLES:
            with whole_folder(wanted.target, replace=wanted.replace) as folder:
                write_tables(subject, folder, teller, all_tests=wanted.all_tests)
            return
        with whole_file(wanted.target, replace=wanted.replace) as stream:
            if wanted.form is Form.CSV:
                write_figures(subject, stream, teller)
            elif wanted.form is Form.JSON:
                write_json(subject, stream, teller)
            else:
                comparison = _since_release(wanted, subject, library) if wanted.since_release else None
                _write_pdf(wanted, subject, stream, teller, comparison)


def _write_comparison(wanted: Wanted, subject: Subject, library: Library, teller: _Teller) -> None:
    from tsr_agent.export.comparing import compared
    from tsr_agent.export.subject import on_record
    from tsr_agent.export.whole_file import whole_file
    from tsr_agent.pdf.paper import Paper
    from tsr_agent.pdf.writing import write_comparison

    other = on_record(library, wanted.other_id)
    refuse_unseen(other, wanted.other_record)
    if wanted.now is None:
        raise ValueError("a comparison says when it was made")
    section = compared(library, subject.filed, other.filed, wanted.now, as_given=True)
    with whole_file(wanted.target, replace=wanted.replace) as stream:
        write_comparison(
            stream,
            section,
            paper=Paper[wanted.paper.upper()],
            progress=lambda done, total: teller.report(done, total, "rows"),
        )


def _since_release(wanted: Wanted, subject: Subject, library: Library) -> ComparisonSection:
    """What changed since the last approved report before this one.

    Raises:
        InputError: There is none.
    """
    from tsr_agent.export.comparing import compared
    from tsr_agent.export.subject import on_record
    from tsr_agent.store.releases import earlier_release
    from tsr_agent.store.repository import ReportRepository

    row = ReportRepository(library).row(wanted.report_id)
    earlier = earlier_release(library, row) if row is not None else None
    if earlier is None or not earlier.report_id or wanted.now is None:
        raise InputError(
            "No earlier report of this repository and environment was approved, so there is nothing to "
            "hold this one against.",
            kept="nothing was written.",
            next_step="Save it without the comparison.",
        )
    return compared(library, on_record(library, earlier.report_id).filed, subject.filed, wanted.now)


def _write_pdf(
    wanted: Wanted,
    subject: Subject,
    stream: BinaryIO,
    teller: _Teller,
    comparison: ComparisonSection | None,
) -> None:
    from tsr_agent.pdf.paper import Paper
    from tsr_agent.pdf.writing import write_pdf

    write_pdf(
        stream,
        subject.filed,
        paper=Paper[wanted.paper.upper()],
        appendix=wanted.all_tests,
        comparison=comparison,
        progress=lambda done, total: teller.report(done, total, "rows"),
    )


def refuse_unseen(subject: Subject, record: str) -> None:
    """What somebody saves is what they saw.

    Raises:
        ConflictError: Something else is on record by now.
    """
    if stands_for(subject) == record:
        return
    raise ConflictError(
        "What is on record about this report has changed since it came on screen.",
        kept="nothing was written.",
        next_step="Press F5 to see it as it is now, then save it again.",
    )


def _measured(wanted: Wanted) -> Saved:
    import hashlib

    target = wanted.target
    if target.is_dir():
        sizes = [each.stat().st_size for each in target.iterdir()]
        return Saved(wanted=wanted, size=sum(sizes), files=len(sizes))
    with target.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Saved(wanted=wanted, size=target.stat().st_size, sha256=digest)
