"""Saves the file that is edited, whole or not at all, and over nobody else's work."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.editing.audited import refuse_audited
from aitr_desktop.editing.draft_texts import is_prose
from aitr_desktop.editing.text_files import ChangedOnDiskError, LinkError, save_text_file
from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.editing.text_files import TextFile
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles
    from tsr_agent.errors import TsrError


class Saving(QObject):
    """Writes what is on screen.

    Args:
        desk: The window and the tasks.
        view: Where the text stands.
        files: What is open.
    """

    saved = Signal()
    link_met = Signal(object)
    """A ``LinkError``: nobody said that the link may be followed."""
    changed_on_disk = Signal(bool)
    """Somebody else has written it, or (true) it is gone."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView, files: PolicyFiles) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._files = desk, view, files
        self.is_saving = False
        self._follows_link = False
        self._met: tuple[TextFile, bool] | None = None
        """What was to be saved through a link, and whether over what is there."""
        self._opened = 0
        """Counts what was opened: what is saved late is not taken for the file on screen."""
        files.opened.connect(self._other_file)

    def keep_mine(self, digest: str) -> None:
        """The next saving goes over what others have written; they are not asked again."""
        if self._files.file is not None:
            self._files.file = replace(self._files.file, digest=digest)
            self._view.editor.text.document().setModified(True)
            self._files.changed.emit()

    def follow_link(self) -> None:
        """Saves into the file that the link leads to, now and from now on."""
        met, self._met = self._met, None
        if met is None or self.is_saving:
            return
        self._follows_link = True
        self._write(met[0], replace=met[1], then=None)

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Saves; asks where to, where that is not known."""
        if self._files.file is None or self.is_saving:
            return
        if self._files.path is None:
            self.save_as(then)
        else:
            self._write(self._files.file, replace=False, then=then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        """Asks where to, and saves there."""
        from aitr_desktop.windows.file_dialogs import ask_save_policy

        if self._files.file is None or self.is_saving:
            return
        start = self._files.path or Path(self._files.folder()) / self._files.file.path.name
        chosen = ask_save_policy(self._desk.window, str(start))
        if chosen is not None:
            self._follows_link = False
            self._write(replace(self._files.file, path=chosen), replace=True, then=then)

    def _write(self, file: TextFile, *, replace: bool, then: Callable[[], object] | None) -> None:
        text, edition = self._view.editor.text.text(), self._view.editor.text.edition
        clones = tuple(self._desk.preferences.now.clones.values())
        self.is_saving = True

        def work() -> TextFile:
            refuse_audited(file, text, clones)
            return save_text_file(file, text, replace=replace, follow=self._follows_link)

        self._desk.tasks.run(
            work,
            partial(self._saved, self._opened, edition, then),
            partial(self._not_saved, self._opened, (file, replace)),
            Lane.WIDE,
        )

    def _saved(self, opened: int, edition: int, then: Callable[[], object] | None, file: TextFile) -> None:
        self.is_saving = False
        self._files.remember(file.path)
        if opened != self._opened:
            return
        self._files.file = file
        self._view.editor.text.set_prose(is_prose(file.path))
        self._view.notice.clear()
        if self._view.editor.text.edition == edition:
            self._view.editor.text.document().setModified(False)
        self._files.changed.emit()
        self.saved.emit()
        if then is not None:
            then()

    def _not_saved(self, opened: int, wanted: tuple[TextFile, bool], error: TsrError) -> None:
        self.is_saving = False
        if opened == self._opened and isinstance(error, ChangedOnDiskError):
            self.changed_on_disk.emit(error.is_gone)
        elif opened == self._opened and isinstance(error, LinkError):
            self._met = wanted
            self.link_met.emit(error)
        else:
            self.failed.emit(error)

    def _other_file(self) -> None:
        self._opened += 1
        self._follows_link, self._met = False, None
