"""Asks for what is known of the lines of the file that is shown, and hands it on when it comes."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.tasks import Lane
from tsr_agent.ingest.repository_url import repository_key

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.report_marks import ReportMarks
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.code_notes import Notes
    from aitr_desktop.tasks import Task
    from aitr_desktop.windows.code.file_marking import ShownMarks
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError


class MarkReading(QObject):
    """The marks of one report are built once for a clone; those of a file are asked for each time.

    Args:
        desk: What it works with.
    """

    shown = Signal(object, str)
    """``ShownMarks`` of the file that is shown, and what is said where there are none."""
    listed = Signal(object, str)
    """Every ``MarkedFile`` of the report, and what is said where there are none."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.detail: ReportDetail | None = None
        """The report on screen."""
        self.file: CodeFile | None = None
        """The file that is shown."""
        self._folder: Path | None = None
        self.marks: ReportMarks | None = None
        """What the report says; None before it is known."""
        self._built_for: tuple[str, Path] | None = None
        self._problem = ""
        self._task: Task[Any] | None = None

    @property
    def commit(self) -> str:
        """The commit whose lines the marks are of; empty before they are known."""
        return self.marks.commit if self.marks is not None else ""

    @property
    def is_of_another_repository(self) -> bool:
        """Whether the file that is shown and the report are of two repositories."""
        file, detail = self.file, self.detail
        if file is None or detail is None:
            return False
        return repository_key(file.repository) != repository_key(detail.repository)

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none; or the same one with something else on record."""
        is_same = detail is not None and self.detail is not None and detail.digest == self.detail.digest
        self.detail = detail
        if not is_same:
            self.marks = self._built_for = None
            self._problem = ""
            self.list_files()
        self.read()

    def file_shown(self, file: CodeFile | None, folder: Path | None) -> None:
        """Another file is shown, or none.

        Args:
            file: The file.
            folder: Of the clone that is read from; None where there is none.
        """
        if (file, folder) == (self.file, self._folder):
            return
        self.file, self._folder = file, folder
        if self._problem:
            # Somebody may have fetched what was not there.
            self._built_for = None
        # Before anything is asked, which may take its time or fail: these are the marks of another file.
        self._show_nothing(self.tr("Looking for what is known of this file…"))
        self.read()

    def read(self) -> None:
        """Asks for the marks of the file that is shown; before them for those of the report."""
        self.stop()
        workspace, file, detail, folder = self._desk.libraries.workspace, self.file, self.detail, self._folder
        why = self._why_nothing()
        if why:
            self._show_nothing(why)
        if workspace is None or detail is None or detail.judged is None or folder is None:
            return
        key = detail.digest, folder
        if self._built_for != key:
            if not why:
                self._show_nothing(self.tr("Looking for what the report says of lines…"))
            from aitr_desktop.windows.code.file_marking import build_marks

            self._task = self._desk.tasks.run(
                partial(build_marks, detail.judged, folder, os.environ),
                partial(self._built, key),
                partial(self._not_built, key),
                Lane.WIDE,
            )
        elif file is not None and not why:
            self._read_file(file, workspace.notes, detail.repository)

    def _show_nothing(self, words: str) -> None:
        # Not before the first frame: what reads clones takes its time.
        from aitr_desktop.windows.code.file_marking import ShownMarks

        self.shown.emit(ShownMarks(), words)

    def _read_file(self, file: CodeFile, notes: Notes, repository: str) -> None:
        from aitr_desktop.windows.code.file_marking import marks_of_file

        self._task = self._desk.tasks.run(
            partial(marks_of_file, self.marks, notes, file, repository, os.environ),
            self._found,
            self.failed.emit,
            Lane.WIDE,
        )

    def list_files(self) -> None:
        """Tells which files of the report have marks."""
        if self.detail is None:
            self.listed.emit((), self.tr("No report is chosen."))
        elif self.marks is not None:
            self.listed.emit(self.marks.files(), self.tr("The report says nothing of any line of code."))
        else:
            waits = self.tr(
                "No clone is read: what tools call a file is held against the files of the commit."
            )
            self.listed.emit((), self._problem or waits)

    def stop(self) -> None:
        """Waits for nothing any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _built(self, key: tuple[str, Path], marks: ReportMarks) -> None:
        self.marks, self._built_for, self._problem = marks, key, ""
        self.list_files()
        self.read()

    def _not_built(self, key: tuple[str, Path], error: TsrError) -> None:
        """Without the paths of the commit nobody knows which file is meant; notes are shown all the same."""
        self.marks, self._built_for, self._problem = None, key, error.message
        self.list_files()
        self.read()

    def _found(self, shown: ShownMarks) -> None:
        self._task = None
        nothing = self.tr("Nothing is known of this file: no failing test, finding, uncovered line or note.")
        self.shown.emit(shown, self._problem or nothing)

    def _why_nothing(self) -> str:
        if self.detail is None:
            return self.tr("No report is chosen, so nothing is known of any line.")
        if self.file is None:
            return self.tr("No file is open.")
        if self.is_of_another_repository:
            return self.tr("The report is of another repository than this file, so nothing is known of it.")
        return ""
