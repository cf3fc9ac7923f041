"""The whole library held against its documents, while one goes on reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.actions.spec import Act
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.verifying import Verification
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Progress
    from aitr_desktop.windows.desk import Desk


class Verifying(QObject):
    """Verifies the open library.

    Args:
        desk: What it works with.
    """

    told = Signal(str)
    """What came of it, in words."""
    failed = Signal(object)
    """A ``TsrError``: nothing can be said about the library."""
    stands = Signal(str, Tone, str)
    """Short words about the whole library, their tone, and the whole of it; empty where nothing is known."""
    doubted = Signal(object)
    """By the ids of all reports that are not as they were filed: why."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._running: Progress | None = None
        desk.libraries.opened.connect(self._forget)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.VERIFY_LIBRARY: self.verify}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.VERIFY_LIBRARY: self._why_not}

    def verify(self) -> None:
        """Looks through the whole library in the background."""
        workspace = self._desk.libraries.workspace
        if workspace is None or self._running is not None:
            return
        from aitr_desktop.library.verifying import verify_library

        path, clock = workspace.path, self._desk.clock

        def done(found: Verification) -> None:
            self._running = None
            # What was found out of another library is nothing about this one.
            if self._desk.libraries.workspace is workspace:
                self._show(found)

        def broke(error: object) -> None:
            self._running = None
            self.failed.emit(error)

        self._running = self._desk.tasks.run_long(
            self.tr("Verifying"), lambda watcher: verify_library(path, clock, watcher), done, broke
        )

    def _why_not(self) -> str:
        if self._running is not None:
            return self.tr("The library is being verified.")
        return self._desk.libraries.why_none()

    def _show(self, found: Verification) -> None:
        from aitr_desktop.item_models.verification import verification_words, verified_short

        self.stands.emit(*verified_short(found))
        self.told.emit(verification_words(found))
        self.doubted.emit({each.report_id: each.what for each in reversed(found.faults) if each.report_id})
        if found.faults:
            from aitr_desktop.windows.verify_dialog import VerifyDialog

            row_height = self._desk.preferences.now.density.row_height
            VerifyDialog(found, self._desk.theme, row_height, self._desk.window).show()

    def _forget(self, _: Workspace) -> None:
        if self._running is not None:
            self._running.cancel()
        self.stands.emit("", Tone.MUTED, "")
