"""Says of a draft that was opened in a clone that it is saved elsewhere, before anything is written in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal, Slot

from aitr_desktop.editing.audited import audited_around
from aitr_desktop.tasks import Lane
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.editing.text_files import TextFile
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles


class AuditNotice(QObject):
    """Looks where a file lies, whenever one is opened.

    Args:
        desk: Tasks, and which clones are known.
        view: Where it is said.
        files: What is open.
    """

    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView, files: PolicyFiles) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._files = desk, view, files
        files.opened.connect(self._look)

    @Slot()
    def _look(self) -> None:
        file, clones = self._files.file, tuple(self._desk.preferences.now.clones.values())
        if file is None or self._files.path is None or not clones:
            return
        self._desk.tasks.run(
            partial(audited_around, file, file.text, clones),
            partial(self._say, file),
            self.failed.emit,
            Lane.WIDE,
        )

    def _say(self, file: TextFile, clone: Path | None) -> None:
        if clone is None or self._files.file is not file:
            return
        words = self.tr(
            "This file lies in the clone {clone}. What is audited is not edited: save it elsewhere."
        )
        save = self.tr("Save as…"), self._files.saving.save_as
        close = self.tr("Understood"), self._view.notice.clear
        self._view.notice.say(words.format(clone=one_line(str(clone), 200)), [save, close])
