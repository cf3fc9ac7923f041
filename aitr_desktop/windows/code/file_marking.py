"""What is known of the lines of one file, put together on a worker thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitr_desktop.code.clones import Clone
from aitr_desktop.code.commit_paths import CommitPaths
from aitr_desktop.code.definitions import placed_by_name
from aitr_desktop.code.report_marks import FileMarks, ReportMarks
from aitr_desktop.item_models.mark_rows import NO_MARKS, ListedMarks, gutter_marks, listed_marks, mark_rows
from aitr_desktop.library.code_notes import notes_of_file
from tsr_agent.errors import TsrError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.line_marks import LineMark
    from aitr_desktop.library.code_notes import Notes
    from tsr_agent.models.report import TestSummaryReport


@dataclass(frozen=True, slots=True)
class ShownMarks:
    """The marks of one file, ready to be shown."""

    listed: ListedMarks = NO_MARKS
    gutter: tuple[LineMark, ...] = ()
    remarks: tuple[str, ...] = ()


def build_marks(report: TestSummaryReport, folder: Path, environ: Mapping[str, str]) -> ReportMarks:
    """What a report says of lines, by the files of its commit.

    Args:
        report: What was judged.
        folder: Of a clone.
        environ: The environment of this process.

    Raises:
        InputError: The clone can't be read, or does not hold the commit.
        IntegrityError: The clone holds other bytes under an id.
    """
    sha = report.versions.checked_out_sha or report.versions.codebase_sha
    found = Clone(folder, environ).paths(sha)
    return ReportMarks(report, CommitPaths(found.paths), note=found.remark)


def marks_of_file(
    marks: ReportMarks | None,
    notes: Notes,
    file: CodeFile,
    repository: str,
    environ: Mapping[str, str],
) -> ShownMarks:
    """Marks and notes of a file as it is shown.

    Args:
        marks: Of the report; None where nobody could find the files that it means.
        notes: Of the library.
        file: What is shown.
        repository: As the report names it.
        environ: The environment of this process.
    """
    said = FileMarks(path=file.path) if marks is None else _said(marks, file, environ)
    said = placed_by_name(said, file.lines)
    found = notes_of_file(notes, repository, file.path, file.blob)
    rows = mark_rows(said, found, file.lines.count)
    problem = (found.problem,) if found.problem else ()
    return ShownMarks(listed_marks(rows), gutter_marks(rows), (*said.remarks, *problem))


def _said(marks: ReportMarks, file: CodeFile, environ: Mapping[str, str]) -> FileMarks:
    if file.sha == marks.commit:
        return marks.of(file.path)
    if not marks.count(file.path):
        return FileMarks(path=file.path)
    if file.blob and _blob(file, marks.commit, environ) == file.blob:
        same = "This commit has the same file, byte for byte, as the one that was tested."
        said = marks.of(file.path)
        return replace(said, remarks=(same, *said.remarks))
    return marks.elsewhere(file.path, file.sha)


def _blob(file: CodeFile, sha: str, environ: Mapping[str, str]) -> str:
    """Id of what the tested commit has under the same path; empty where that can't be read."""
    try:
        tested = Clone(file.folder, environ).file(sha, file.path, as_text=True)
    except TsrError:
        return ""
    return tested.blob if tested.path == file.path else ""
