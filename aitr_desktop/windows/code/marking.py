"""What the audit knows of the lines that are read: shows it, and leads to and from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal, Slot
from qtpy.QtWidgets import QApplication, QMenu

from aitr_desktop.actions.spec import Act
from aitr_desktop.views.announcing import announce
from aitr_desktop.windows.code.mark_menu import add_copy, add_line, add_row
from aitr_desktop.windows.code.mark_reading import MarkReading
from aitr_desktop.windows.code.note_writing import NoteWriting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qtpy.QtCore import QPoint

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.item_models.mark_rows import MarkRow
    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.people import Person
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.marks_list import MarksList
    from aitr_desktop.windows.code.file_marking import ShownMarks
    from aitr_desktop.windows.desk import Desk

MOST_OFFERED = 3
"""Marks of one line whose ways stand in the menu of the code."""


class Marking(QObject):
    """Marks of the report on screen, in the file that is read.

    Args:
        desk: What it works with.
        person: Whom the server takes us for; None where none was asked.
    """

    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``."""
    reasons_changed = Signal()
    """What can be done now is something else."""
    followed = Signal(object)
    """The ``Target`` of a row of the report that says what a mark says."""
    file_asked = Signal(str, str)
    """The commit and the path of a file with marks."""
    list_wanted = Signal(bool)
    """The list is to be on screen, or to leave it."""
    noted = Signal()
    """A note came onto record, or was withdrawn."""

    def __init__(self, desk: Desk, person: Callable[[], Person | None] = lambda: None) -> None:
        super().__init__(desk.window)
        self._view: CodeView | None = None
        self._list: MarksList | None = None
        self.reading = MarkReading(desk, self)
        self.reading.shown.connect(self._show)
        self.reading.failed.connect(self.failed)
        self.writing = NoteWriting(desk, person, self)
        self.writing.failed.connect(self.failed)
        self.writing.told.connect(self.told)
        self.writing.noted.connect(self._noted)

    def attach(self, view: CodeView, marks: MarksList) -> None:
        """Shows marks in this view and in this list from now on."""
        self._view, self._list = view, marks
        self.reading.listed.connect(marks.show_files)
        view.mark_asked.connect(lambda _: self.list_wanted.emit(True))
        view.mark_asked.connect(marks.show_row)
        view.menu_asked.connect(self._add_to_menu)
        marks.line_asked.connect(self.go_to)
        marks.file_asked.connect(lambda path: self.file_asked.emit(self.reading.commit, path))
        marks.note_asked.connect(self.write_note)
        marks.menu_asked.connect(self._offer)
        marks.left.connect(lambda: view.setFocus(Qt.FocusReason.OtherFocusReason))
        marks.leads_back = self.reading.file is not None
        self.reading.list_files()
        self.reading.read()

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.MARK_NEXT: partial(self.go_on, 1),
            Act.MARK_PREVIOUS: partial(self.go_on, -1),
            Act.MARKS_LIST: self.toggle_list,
            Act.MARKED_FILES: self.show_files,
            Act.NOTE_WRITE: self.write_note,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {
            Act.MARK_NEXT: self._why_no_mark,
            Act.MARK_PREVIOUS: self._why_no_mark,
            Act.MARKS_LIST: self._why_no_file,
            Act.MARKED_FILES: self._why_no_marks,
            Act.NOTE_WRITE: self.why_no_note,
        }

    def report_shown(self, detail: ReportDetail | None) -> None:
        """Another report is on screen, or none; or the same with something else on record."""
        self.reading.report_shown(detail)
        self.reasons_changed.emit()

    def file_shown(self, file: CodeFile | None, folder: Path | None) -> None:
        """Another file is on screen, or none.

        Args:
            file: The file.
            folder: Of the clone that is read from; None where there is none.
        """
        self.reading.file_shown(file, folder)
        if self._list is not None:
            self._list.leads_back = file is not None
        self.reasons_changed.emit()

    def go_on(self, step: int) -> None:
        """Goes to the next line with a mark, or to the previous one; behind the last comes the first."""
        lines = self._list.listed.lines if self._list is not None else ()
        if self._view is None or not lines:
            return
        here = self._view.cursor_line
        ahead = [line for line in lines if (line > here if step > 0 else line < here)]
        if not ahead:
            forward = self.tr("Went on from the first mark of the file.")
            self.told.emit(forward if step > 0 else self.tr("Went on from the last mark of the file."))
        found = ahead or lines
        self.go_to(found[0] if step > 0 else found[-1], True)

    def go_to(self, line: int, takes_focus: bool) -> None:
        """Goes to a line, and says what is known of it.

        Args:
            line: In the file that is shown.
            takes_focus: Whether the focus goes there, too.
        """
        if self._view is None or self._list is None:
            return
        self._view.go_to(line)
        self._list.mark_line(line)
        words = self._view.gutter.marked.words(line)
        announce(self._view, self.tr("Line {line}. {words}").format(line=f"{line:,}", words=words))
        if takes_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_list(self) -> None:
        """Brings the list on screen and goes there; pressed there, it leaves the screen."""
        if self._list is None or self._view is None:
            return
        focused = QApplication.focusWidget()
        if focused is not None and self._list.isAncestorOf(focused):
            self.list_wanted.emit(False)
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.list_wanted.emit(True)
        self._list.focus_list()

    def show_files(self) -> None:
        """Brings the list of files with marks on screen."""
        self.list_wanted.emit(True)
        if self._list is not None:
            self._list.focus_list(files=True)

    def write_note(self) -> None:
        """Asks for a note on the selected lines, or on the line of the cursor."""
        file, detail = self.reading.file, self.reading.detail
        if self.why_no_note() or file is None or detail is None or self._view is None:
            return
        chosen = self._view.selection
        first, last = (chosen.first, chosen.last) if chosen else (self._view.cursor_line,) * 2
        self.writing.write(detail.report_id, detail.repository, file, first, last)

    def why_no_note(self) -> str:
        """Why no note can be written now; empty where one can."""
        if self._why_no_file():
            return self._why_no_file()
        if self.reading.detail is None:
            return self.tr("No report is chosen that the note would be for.")
        if self.reading.is_of_another_repository:
            return self.tr("The report on screen is of another repository than this file.")
        if self.reading.file is not None and not self.reading.file.blob:
            return self.tr("A file of the working tree may change: a note is written on one of a commit.")
        return ""

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.reading.stop()
        self.writing.stop()

    def _why_no_file(self) -> str:
        return "" if self.reading.file is not None else self.tr("No file is open at Code.")

    def _why_no_marks(self) -> str:
        return "" if self.reading.marks is not None else self.tr("No code of the report is read at Code.")

    def _why_no_mark(self) -> str:
        is_marked = self._list is not None and self._list.listed.lines
        return self._why_no_file() or ("" if is_marked else self.tr("No line of this file is marked."))

    def _show(self, shown: ShownMarks, nothing: str) -> None:
        if self._list is None or self._view is None:
            return
        self._list.show_marks(shown.listed, shown.remarks, nothing)
        self._view.set_marks(shown.gutter)
        # The list says at once what is known of the line that one was led to.
        self._list.mark_line(self._view.cursor_line)
        if self.reading.file is not None:
            self._list.mark_file(self.reading.file.path)
        self.reasons_changed.emit()

    def _offer(self, row: MarkRow, place: QPoint) -> None:
        menu = QMenu(self._list)
        menu.aboutToHide.connect(menu.deleteLater)
        add_line(menu, row, self.go_to)
        add_row(menu, row, self.followed.emit, self.writing)
        add_copy(menu, row)
        menu.popup(place)

    @Slot(object, int, str)
    def _add_to_menu(self, menu: QMenu, line: int, _word: str) -> None:
        """What can be done with the marks of a line, in the menu of the code."""
        for row in self._list.rows_of(line)[:MOST_OFFERED] if self._list is not None else ():
            add_row(menu, row, self.followed.emit, self.writing)

    def _noted(self) -> None:
        self.reading.read()
        self.noted.emit()
