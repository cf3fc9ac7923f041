"""The file that is edited: begun, opened, saved, closed. Nothing that was written is lost unasked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMessageBox

from aitr_desktop.editing.draft_texts import is_prose
from aitr_desktop.editing.text_files import TextFile, read_text_file
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.policies.saving import Saving
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.editing.drafts import KeptDraft
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk

MOST_RECENT = 10


class PolicyFiles(QObject):
    """The one file that is open.

    Args:
        desk: The window, tasks and settings.
        view: Where its text stands.
    """

    opened = Signal()
    """Another file is on screen, or none."""
    changed = Signal()
    """It stands otherwise: saved, written to, or not any more."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView) -> None:
        super().__init__(desk.window)
        self._desk, self._view = desk, view
        self.file: TextFile | None = None
        """What was read or saved last; its digest is empty for a file that was never saved."""
        self._asked_for = 0
        """Counts what was asked for; a file that was read late is not shown over what came after it."""
        self.saving = Saving(desk, view, self)
        view.editor.text.document().modificationChanged.connect(lambda _: self.changed.emit())

    @property
    def is_modified(self) -> bool:
        """Whether something is written that is in no file."""
        return self.file is not None and bool(self._view.editor.text.document().isModified())

    @property
    def path(self) -> Path | None:
        """Where it is; None for one that was never saved."""
        return self.file.path if self.file is not None and self.file.digest else None

    def begin(self, file: TextFile) -> None:
        """Shows a new file that is nowhere yet."""
        self._show(file)

    def restore(self, draft: KeptDraft) -> None:
        """Shows what an end without saving left."""
        file = TextFile(
            path=Path(draft.path),
            text=draft.text,
            line_end=draft.line_end,
            has_bom=draft.has_bom,
            digest=draft.digest,
            copied=draft.copied,
        )
        self._show(file)
        self._view.editor.text.document().setModified(True)

    def open(self, path: Path) -> None:
        """Opens a file; asks first about what is not saved."""
        self.ask_unsaved(partial(self._load, path))

    def choose(self) -> None:
        """Asks for a file and opens it."""
        from aitr_desktop.windows.file_dialogs import ask_policy

        chosen = ask_policy(self._desk.window, self.folder())
        if chosen is not None:
            self.open(chosen)

    def reload(self) -> None:
        """Takes what is on disk in place of what is written; undoing brings that back."""
        if self.path is not None:
            self._desk.tasks.run(
                partial(read_text_file, self.path), self._reloaded, self.failed.emit, Lane.WIDE
            )

    def close(self) -> None:
        """Closes the file; asks first about what is not saved."""
        self.ask_unsaved(self._close)

    def ask_unsaved(self, then: Callable[[], object]) -> bool:
        """Goes on where nothing would be lost, and asks otherwise.

        Returns:
            Whether it went on at once.
        """
        if not self.is_modified or self.file is None:
            then()
            return True
        box = QMessageBox(self._desk.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Unsaved changes"))
        box.setText(
            self.tr("{name} has changes that are not saved.").format(name=visible(self.file.path.name))
        )
        save = box.addButton(self.tr("Save"), QMessageBox.ButtonRole.AcceptRole)
        drop = box.addButton(self.tr("Don't save"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(self.tr("Go on writing"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.setEscapeButton(stay)
        save.clicked.connect(lambda _=False: self.saving.save(then))
        drop.clicked.connect(lambda _=False: self._drop(then))
        box.open()
        return False

    def _drop(self, then: Callable[[], object]) -> None:
        self._view.editor.text.document().setModified(False)
        then()

    def _close(self) -> None:
        self.file = None
        self._view.editor.text.show_text("")
        self._view.close_file()
        self.opened.emit()

    def _load(self, path: Path) -> None:
        self._asked_for += 1
        done = partial(self._loaded, self._asked_for)
        self._desk.tasks.run(partial(read_text_file, path), done, self.failed.emit, Lane.WIDE)

    def _loaded(self, asked_for: int, file: TextFile) -> None:
        if asked_for == self._asked_for:
            self.remember(file.path)
            # Somebody may have written on while it was read.
            self.ask_unsaved(partial(self._show, file))

    def _show(self, file: TextFile) -> None:
        self._asked_for += 1
        self.file = file
        self._view.notice.clear()
        self._view.editor.text.set_prose(is_prose(file.path))
        self._view.show_file(file.text)
        self._view.editor.text.document().setModified(False)
        self.opened.emit()

    def _reloaded(self, file: TextFile) -> None:
        self.file = file
        self._view.notice.clear()
        self._view.editor.text.replace_text(file.text)
        self._view.editor.text.document().setModified(False)
        self.changed.emit()

    def folder(self) -> str:
        """Where a dialog begins."""
        return str(self.path.parent) if self.path is not None else self._desk.preferences.now.folder

    def remember(self, path: Path) -> None:
        """Lists a file among those that were open before."""
        settings = self._desk.preferences.now
        others = (each for each in settings.policies if each != str(path))
        self._desk.preferences.change(policies=(str(path), *others)[:MOST_RECENT])
