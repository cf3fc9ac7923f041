"""Looks whether others write the file that is edited, and says so before anything is lost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal, Slot

from aitr_desktop.editing.differences import difference
from aitr_desktop.editing.text_files import digest_on_disk, read_text_file
from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.editing.differences import Difference
    from aitr_desktop.editing.text_files import LinkError
    from aitr_desktop.views.policy.policy_view import PolicyView
    from aitr_desktop.windows.desk import Desk
    from aitr_desktop.windows.policies.files import PolicyFiles

PAUSE_MS = 300
"""A program that writes a file says so several times."""


class DiskWatch(QObject):
    """Watches the file that is open.

    Args:
        desk: The window and the tasks.
        view: Where it is said.
        files: What is open.
    """

    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(self, desk: Desk, view: PolicyView, files: PolicyFiles) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._files = desk, view, files
        self._watcher = QFileSystemWatcher(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.look)
        self._watcher.fileChanged.connect(self._pause.start)
        self._watcher.directoryChanged.connect(self._pause.start)
        files.opened.connect(self._follow)
        files.saving.saved.connect(self._follow)
        files.saving.changed_on_disk.connect(lambda gone: self._say("" if gone else "?"))
        files.saving.link_met.connect(self._say_link)

    def stop(self) -> None:
        """Watches nothing any more."""
        self._pause.stop()
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)

    @Slot()
    def look(self) -> None:
        """Looks now whether the file is what was seen last."""
        path = self._files.path
        if path is None:
            return
        if self._files.saving.is_saving:
            self._pause.start()
            return
        self._desk.tasks.run(
            partial(digest_on_disk, path), partial(self._found, path), self.failed.emit, Lane.WIDE
        )

    @Slot()
    def _follow(self) -> None:
        self.stop()
        path = self._files.path
        if path is not None:
            # A file that is replaced is another one for the system; its folder tells of the new one.
            self._watcher.addPaths([str(path), str(path.parent)])

    def _found(self, path: Path, digest: str) -> None:
        file = self._files.file
        if file is None or self._files.path != path or self._files.saving.is_saving:
            return
        if digest != file.digest:
            self._say(digest)
        elif digest and str(file.path) not in self._watcher.files():
            self._watcher.addPath(str(file.path))

    def _say(self, digest: str) -> None:
        """Says that it is gone, or that it is another one."""
        file = self._files.file
        if file is None:
            return
        name = file.path.name
        if not digest:
            self._view.notice.say(
                self.tr("{name} is not there any more. What you have written is still here.").format(
                    name=name
                ),
                [
                    (self.tr("Save it again"), self._write_over),
                    (self.tr("Close notice"), self._view.notice.clear),
                ],
            )
            return
        self._view.notice.say(
            self.tr("{name} was changed by another program since you opened it. Nothing is lost yet.").format(
                name=name
            ),
            [
                (self.tr("Show difference"), self._show_difference),
                (self.tr("Reload"), self._files.reload),
                (self.tr("Keep mine"), self._write_over),
            ],
        )

    def _write_over(self) -> None:
        """What is written here goes over what is there, at the next saving."""
        path = self._files.path
        if path is None:
            return

        def found(digest: str) -> None:
            self._files.saving.keep_mine(digest or "gone")
            self._view.notice.clear()
            if not digest:
                self._files.saving.save_as()

        self._desk.tasks.run(partial(digest_on_disk, path), found, self.failed.emit, Lane.WIDE)

    def _show_difference(self) -> None:
        path, mine = self._files.path, self._view.editor.text.text()
        if path is None:
            return
        self._desk.tasks.run(
            lambda: difference(read_text_file(path).text, mine), self._show, self.failed.emit, Lane.WIDE
        )

    def _show(self, found: Difference) -> None:
        from aitr_desktop.views.policy.difference_dialog import DifferenceDialog

        names = self.tr("on disk"), self.tr("written here")
        dialog = DifferenceDialog(self._desk.theme, names, found, self._desk.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _say_link(self, error: LinkError) -> None:
        words = self.tr("{path} is a link to {target}. Nothing was saved yet.")
        self._view.notice.say(
            words.format(path=error.path, target=error.target),
            [
                (self.tr("Save there"), self._files.saving.follow_link),
                (self.tr("Save as…"), self._files.saving.save_as),
            ],
        )
