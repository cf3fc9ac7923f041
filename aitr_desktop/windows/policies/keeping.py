"""Keeps a copy of what is not saved, so that no crash takes it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal, Slot

from aitr_desktop.editing.drafts import Drafts, KeptDraft
from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles

PAUSE_MS = 1_000
"""Of typing, after which the copy is written."""
DRAFT_FILE = "unsaved-draft.json"


def drafts_of(desk: Desk) -> Drafts:
    """Where the copy of this profile is kept."""
    return Drafts(desk.preferences.beside(DRAFT_FILE))


class DraftKeeping(QObject):
    """Writes the copy, and takes it away once it is saved.

    Args:
        desk: Tasks, clock, and where settings are.
        view: The text.
        files: What is open.
        drafts: Where copies are kept.
    """

    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView, files: PolicyFiles, drafts: Drafts) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._files, self._drafts = desk, view, files, drafts
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._keep_beside)
        self._is_kept = False
        self._order = 0
        view.editor.text.edited.connect(self._pause.start)
        files.changed.connect(self._look)
        files.opened.connect(self._look)

    def keep_now(self) -> None:
        """Writes it before anything else: something has failed."""
        draft = self._draft()
        if draft is not None:
            self._is_kept = self._drafts.keep(draft, self._next())

    def stop(self) -> None:
        """The window goes, and somebody has decided about what was not saved."""
        self._pause.stop()
        self._drafts.drop(self._next())

    def _draft(self) -> KeptDraft | None:
        file = self._files.file
        if file is None or not self._files.is_modified:
            return None
        return KeptDraft(
            path=str(file.path),
            text=self._view.editor.text.text(),
            line_end=file.line_end,
            has_bom=file.has_bom,
            digest=file.digest,
            kept_at=self._desk.clock.now(),
            copied=file.copied,
        )

    @Slot()
    def _keep_beside(self) -> None:
        draft = self._draft()
        if draft is None:
            return
        self._is_kept, order = True, self._next()
        work = partial(self._drafts.keep, draft, order)
        self._desk.tasks.run(work, _nothing_more, self.failed.emit, Lane.WIDE)

    @Slot()
    def _look(self) -> None:
        if not self._files.is_modified and self._is_kept:
            self._is_kept = False
            self._pause.stop()
            work = partial(self._drafts.drop, self._next())
            self._desk.tasks.run(work, _nothing_more, self.failed.emit, Lane.WIDE)

    def _next(self) -> int:
        self._order += 1
        return self._order


def _nothing_more(_: object) -> None:
    """A copy was written or taken away; nobody waits for that."""
