"""Reads code with whoever is at the place: which clone, which commit, which file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal

from aitr_desktop.code.visited import Spot
from aitr_desktop.views.code.place_view import PlaceView
from aitr_desktop.windows.code import code_messages as messages
from aitr_desktop.windows.code.browsing import Browsing
from aitr_desktop.windows.code.clone_choice import CloneChoice
from aitr_desktop.windows.code.entrance import Entrance
from aitr_desktop.windows.code.more_of_file import MoreOfFile
from aitr_desktop.windows.code.on_screen import OnScreen
from aitr_desktop.windows.layout_state import decode_state, encode_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.changed_files_model import ChangedFile
    from aitr_desktop.item_models.judged_commits import JudgedCode, NamedCommit
    from aitr_desktop.windows.code.clone_choice import AskFolder
    from aitr_desktop.windows.code.open_clone import OpenClone
    from aitr_desktop.windows.desk import Desk
    from tsr_agent.errors import TsrError


class Reader(QObject):
    """The place at work; made with its view.

    Args:
        desk: What it works with.
        ask_folder: Asks for a folder, by title and the folder to begin in.
    """

    left = Signal()
    """The person goes back beyond the first step, or wants to choose a report."""

    def __init__(self, desk: Desk, ask_folder: AskFolder | None = None) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self.view = PlaceView(desk.theme, desk.preferences.now.density.row_height)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.code: JudgedCode | None = None
        """The commits that are offered."""
        self.choice = CloneChoice(desk, ask_folder, self)
        self.entrance = Entrance(self.choice, self.view, self)
        self.screen = OnScreen(desk.tasks, self.view, self.named, self)
        self.more = MoreOfFile(desk.tasks, self.view, self.screen, self.choice, self)
        self.browsing = Browsing(desk.tasks, self.view.files, lambda: self.screen.visited.recent_paths, self)
        self._is_stale = True
        stored = desk.preferences.now.code_splitter
        if stored:
            self.view.restore_layout(decode_state(stored))
        self._connect()

    def _connect(self) -> None:
        view, files = self.view, self.view.files
        view.came_on_screen.connect(self.screen.colouring.warm)
        view.came_on_screen.connect(self.refresh)
        view.back_asked.connect(self.go_back)
        view.forward_asked.connect(self.go_forward)
        view.travel.back_asked.connect(self.go_back)
        view.travel.forward_asked.connect(self.go_forward)
        view.travel.recent_asked.connect(lambda place: self.go(self.screen.recent[place]))
        view.pair.rows.line_asked.connect(self._go_to_side)
        view.pair.rows.left.connect(self.go_back)
        files.commit_asked.connect(self.show_commit)
        files.changes_asked.connect(self.show_changes)
        files.tree.picked.connect(lambda path, goes: self.go_to_file(path, goes=goes))
        files.field.picked.connect(self.go_to_file)
        files.changed.picked.connect(self._show_changed_file)
        self.more.wanted.connect(self.go)
        view.splitter.splitterMoved.connect(
            lambda *_: self._desk.preferences.change(code_splitter=encode_state(view.splitter.saveState()))
        )
        self.entrance.list_asked.connect(self.left)
        self.entrance.said.connect(self.screen.changed)
        self.entrance.other_clone.connect(self.screen.forget)
        self.entrance.other_clone.connect(self.browsing.forget)
        self.browsing.failed.connect(self._say_no_list)
        self.screen.file_shown.connect(lambda _: self.browsing.show_again())

    def named(self, sha: str) -> NamedCommit | None:
        """What the reports say of a commit; None where they don't name it."""
        return self.code.commit(sha) if self.code is not None else None

    def show_code(self, code: JudgedCode | None) -> None:
        """Offers other commits; nothing that was read for others stays on screen."""
        if code == self.code:
            return
        self.screen.leave()
        self.code = code
        self._is_stale = True
        if self.view.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Brings the page up to date, once somebody looks at it."""
        if not self._is_stale:
            return
        self._is_stale = False
        if self.code is not None:
            self._enter(self._begin)
        elif self._desk.libraries.workspace is None:
            self.entrance.say(messages.no_library())
        else:
            self.entrance.say(messages.no_report())

    def go(self, spot: Spot, *, takes_focus: bool = True) -> None:
        """Opens a file, or two versions of it."""
        self._is_stale = False

        def show(clone: OpenClone) -> None:
            self._list(clone, spot.sha)
            self.screen.open(clone, spot, takes_focus=takes_focus)

        self._enter(show)

    def go_to_file(self, path: str, line: int = 0, *, goes: bool = True) -> None:
        """Opens a file of the commit whose files are listed."""
        self.go(Spot(sha=self.browsing.sha, path=path, first=line, last=line), takes_focus=goes)

    def go_back(self) -> None:
        """One step back; from the first one to where one came from."""
        spot = self.screen.visited.back()
        if spot is None:
            self.left.emit()
        else:
            self.go(spot)

    def go_forward(self) -> None:
        """One step forward."""
        spot = self.screen.visited.forward()
        if spot is not None:
            self.go(spot)

    def show_commit(self, sha: str) -> None:
        """Lists the files of another commit; the file on screen is shown at it, too."""
        self._is_stale = False
        here = self.screen.here
        if here is None or self.screen.file is None:
            self._enter(lambda clone: self._list(clone, sha))
        else:
            self.go(replace(here, sha=sha, is_working=False, note=""), takes_focus=False)

    def show_changes(self, before: str, after: str) -> None:
        """Lists the files that changed between two commits."""
        self._is_stale = False

        def show(clone: OpenClone) -> None:
            self._know(before)
            self._list(clone, after)
            self.browsing.show_changes(clone, before, after)
            self.view.focus_changes()

        self._enter(show)

    def choose_clone(self) -> None:
        """Asks for a clone, and reads from it."""
        if self.code is not None:
            self.entrance.choose(self.code, self._begin)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        for part in (self.screen, self.browsing, self.more):
            part.stop()
        self.choice.stop()
        self.view.stop()

    def _enter(self, then: Callable[[OpenClone], None]) -> None:
        """Goes on with the clone of the repository, once there is one."""
        if self.code is not None:
            self.entrance.enter(self.code, then)

    def _begin(self, clone: OpenClone) -> None:
        """A commit and no file yet."""
        if self.code is not None and self.code.commits:
            self._list(clone, self.code.commits[0].sha)
            self.screen.say_nothing_open()

    def _list(self, clone: OpenClone, sha: str) -> None:
        """Shows the files of a commit at the left."""
        self._know(sha)
        if self.code is None:
            return
        self.view.files.offer(self.code.commits, sha)
        self.browsing.show(clone, sha)
        if not self.view.has_page:
            self.screen.say_nothing_open()

    def _know(self, sha: str) -> None:
        """Offers a commit, too, that no report names."""
        code = self.code
        if code is not None and code.commit(sha) is None:
            self.code = code.with_commit(sha)

    def _show_changed_file(self, changed: ChangedFile, goes: bool) -> None:
        before, after = self.view.files.between()
        if changed.sign == "+":
            note = self.tr("This file is new: {commit} does not have it.")
            spot = Spot(sha=after, path=changed.path, note=note.format(commit=self.screen.name(before)))
        elif changed.sign == "–":
            note = self.tr("This file is gone: {commit} does not have it.")
            spot = Spot(sha=before, path=changed.path, note=note.format(commit=self.screen.name(after)))
        else:
            spot = Spot(sha=after, path=changed.path, before=before, before_path=changed.before_path)
        self.go(spot, takes_focus=goes)

    def _go_to_side(self, side: int, line: int) -> None:
        """Reads a line of one of two versions in its file."""
        spot = self.screen.pair
        if spot is not None:
            sha, path = (spot.sha, spot.path) if side else (spot.before, spot.before_path or spot.path)
            self.go(Spot(sha=sha, path=path, first=line, last=line))

    def _say_no_list(self, error: TsrError) -> None:
        """The files of the commit can't be listed: that is said where no file was asked for."""
        if self.choice.clone is not None and self.screen.wanted is None:
            self.screen.say_error(error, self.choice.clone, lambda: self._enter(self._begin))
