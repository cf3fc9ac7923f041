"""Notes on lines: asked for in a dialog, put on record, changed and withdrawn."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.tasks import Lane
from tsr_agent.errors import InputError, TsrError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.library.code_notes import Author, NotePlace
    from aitr_desktop.library.people import Person
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.views.code.note_dialog import NoteDialog
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.models.code_note import CodeNote

MOST_QUOTED = 500
"""Characters of a note that are repeated before it is withdrawn."""


class NoteWriting(QObject):
    """Writes notes of the open library.

    Args:
        desk: Library, clock and tasks.
        person: Whom the server takes us for; None where none was asked.
    """

    noted = Signal()
    """What is on record has changed."""
    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``, and no dialog is left to show it."""

    def __init__(self, desk: Desk, person: Callable[[], Person | None], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._person = desk, person
        self._dialog: NoteDialog | None = None
        self._drafts: dict[NotePlace, str] = {}

    def write(self, report_id: str, repository: str, file: CodeFile, first: int, last: int) -> None:
        """Asks for a note on lines of a file.

        Args:
            report_id: The report that it is written for.
            repository: As that report names it.
            file: What is shown; of a commit, for a note is about bytes that do not change.
            first: The first line.
            last: The last one.
        """
        from aitr_desktop.library.code_notes import NotePlace

        place = NotePlace(
            report_id=report_id,
            repository=repository,
            commit=file.sha,
            path=file.path,
            blob=file.blob,
            first=first,
            last=last,
        )
        self._ask(place, self.tr("Note on these lines"), self._drafts.get(place, ""))

    def change(self, note: CodeNote) -> None:
        """Asks for other words; the note is withdrawn and another one stands in its place."""
        self._ask(_place_of(note), self.tr("Change the note"), note.text, note.id)

    def withdraw(self, note: CodeNote) -> None:
        """Asks whether a note is to be withdrawn."""
        from tsr_agent.sections.plain_text import visible

        box = QMessageBox(self._desk.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(self.tr("Withdraw the note"))
        box.setText(self.tr("Withdraw this note?"))
        stays = self.tr("It stays on record and is shown as withdrawn, with your name and the time.")
        box.setInformativeText(f"{visible(note.text[:MOST_QUOTED])}\n\n{stays}")
        gone = box.addButton(self.tr("Withdraw the note"), QMessageBox.ButtonRole.DestructiveRole)
        leave = box.addButton(self.tr("Leave it as it is"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        workspace = self._desk.libraries.workspace
        gone.clicked.connect(lambda _=False: self._withdraw(workspace, note))
        box.open()

    def stop(self) -> None:
        """Ends what waits; what was asked to be written is written."""
        if self._dialog is not None:
            self._dialog.reject()

    def _ask(self, place: NotePlace, title: str, text: str, replaces: str = "") -> None:
        from aitr_desktop.item_models.mark_rows import lines_words
        from aitr_desktop.library.code_notes import MAX_TEXT
        from aitr_desktop.views.code.note_dialog import NoteDialog, NoteWords
        from tsr_agent.sections.plain_text import one_line

        if self._dialog is not None:
            self._dialog.raise_()
            return
        who = self._author()
        lines = lines_words(place.first, place.last)
        words = NoteWords(
            title=title,
            place=(
                self.tr("Line {lines} of {path}")
                if place.first == place.last
                else self.tr("Lines {lines} of {path}")
            ).format(lines=lines, path=one_line(place.path)),
            commit=self.tr("At commit {sha}, for report {report}").format(
                sha=place.commit[:12], report=place.report_id
            ),
            as_whom=(
                self.tr("Written by {who}, as the server knows you.")
                if who.source.value == "server"
                else self.tr(
                    "Written by {who}, the account of this machine: no server was asked who you are."
                )
            ).format(who=one_line(who.name, 100)),
            text=text,
        )
        self._dialog = NoteDialog(words, MAX_TEXT, self._desk.window)
        workspace = self._desk.libraries.workspace
        self._dialog.written.connect(partial(self._write, workspace, place, who, replaces))
        self._dialog.finished.connect(partial(self._closed, place, is_new=not replaces))
        self._dialog.open()

    def _write(
        self, workspace: Workspace | None, place: NotePlace, who: Author, replaces: str, text: str
    ) -> None:
        from aitr_desktop.library.code_notes import new_note

        dialog = self._dialog
        if dialog is None:
            return
        try:
            notes = self._still_open(workspace).notes
            note = new_note(
                place, text, who, self._desk.clock.now(), note_id=str(uuid.uuid4()), replaces=replaces
            )
        except TsrError as error:
            dialog.show_error(error)
            return
        dialog.show_saving()
        self._desk.tasks.run(
            partial(notes.add, note),
            partial(self._written, dialog, place),
            partial(self._not_written, dialog),
            Lane.FILING,
        )

    def _still_open(self, workspace: Workspace | None) -> Workspace:
        """The library for which a person was asked. A link may have opened another one meanwhile.

        Raises:
            InputError: It is open no longer.
        """
        if workspace is None or workspace is not self._desk.libraries.workspace:
            raise InputError(
                self.tr("Another library is open than the one that this is for."),
                kept=self.tr("both libraries as they are; nothing was written."),
                next_step=self.tr("Open that library again."),
            )
        return workspace

    def _written(self, dialog: NoteDialog, place: NotePlace, _note: CodeNote) -> None:
        if dialog is self._dialog:
            self._dialog = None
            dialog.accept()
        self._drafts.pop(place, None)
        self.told.emit(self.tr("The note is on record in this library."))
        self.noted.emit()

    def _not_written(self, dialog: NoteDialog, error: TsrError) -> None:
        """Where the person did not wait for it, another note may be under the fingers by now."""
        if dialog is self._dialog:
            dialog.show_error(error)
        else:
            self.failed.emit(error)

    def _closed(self, place: NotePlace, _result: int = 0, *, is_new: bool) -> None:
        """What was typed and not kept is there when the same lines are noted on again."""
        dialog, self._dialog = self._dialog, None
        if dialog is not None and is_new:
            self._drafts[place] = dialog.text()

    def _withdraw(self, workspace: Workspace | None, note: CodeNote) -> None:
        from aitr_desktop.library.code_notes import withdrawal_of

        try:
            notes = self._still_open(workspace).notes
        except InputError as error:
            self.failed.emit(error)
            return
        withdrawal = withdrawal_of(note, self._author(), self._desk.clock.now())
        self._desk.tasks.run(
            partial(notes.withdraw, withdrawal),
            lambda _: self._withdrawn(),
            self.failed.emit,
            Lane.FILING,
        )

    def _withdrawn(self) -> None:
        self.told.emit(self.tr("The note is withdrawn; it stays on record."))
        self.noted.emit()

    def _author(self) -> Author:
        from aitr_desktop.library.code_notes import author

        return author(self._person())


def _place_of(note: CodeNote) -> NotePlace:
    from aitr_desktop.library.code_notes import NotePlace

    return NotePlace(
        report_id=note.report_id,
        repository=note.repository,
        commit=note.commit,
        path=note.path,
        blob=note.blob,
        first=note.first,
        last=note.last,
    )
