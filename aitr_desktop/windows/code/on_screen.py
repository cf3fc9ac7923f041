"""What is read at the right of the place: one file, or two versions; the way there and back; what hinders."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.objects import NotHereError
from aitr_desktop.code.readable_text import NotTextError
from aitr_desktop.code.visited import Visited
from aitr_desktop.translation import translate
from aitr_desktop.windows.code import code_messages as messages
from aitr_desktop.windows.code.colouring import Colouring
from aitr_desktop.windows.code.reading import Reading
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import counted, short_sha

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.visited import Spot
    from aitr_desktop.item_models.judged_commits import NamedCommit
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.views.code.place_view import PlaceView
    from aitr_desktop.views.message_pane import Message
    from aitr_desktop.windows.code.open_clone import OpenClone
    from aitr_desktop.windows.code.reading import Pair
    from tsr_agent.errors import TsrError


class OnScreen(QObject):
    """Opens files, and says why one is not shown. Nothing else is ever shown in its place.

    Args:
        tasks: The door to threads.
        view: The place.
        named: What the reports on screen say of a commit, by its SHA; None where they don't name it.
        parent: Ends with it.
    """

    asked = Signal()
    """Something else is wanted than before: what was being looked for about that is no longer."""
    changed = Signal()
    """Something else is on screen."""
    file_shown = Signal(object)
    """A ``CodeFile`` came on screen."""
    pair_shown = Signal(object)
    """The ``Spot`` of two versions that came on screen."""

    def __init__(
        self, tasks: Tasks, view: PlaceView, named: Callable[[str], NamedCommit | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._named = view, named
        self.visited = Visited()
        self.reading = Reading(tasks, self._remarks, self)
        self.colouring = Colouring(view.pane, view.pair, self)
        self._takes_focus = False
        self._clone: OpenClone | None = None
        self.wanted: Spot | None = None
        """What was asked for last, shown or not; None where no file was."""
        self.here: Spot | None = None
        """What is on screen, whatever is being read meanwhile; None where words are."""
        self.recent: tuple[Spot, ...] = ()
        """The files that are offered as those seen last, in the order of the menu."""
        self._next: Callable[[], object] = view.files.find_file
        view.pane.message_pressed.connect(lambda: self._next())  # noqa: PLW0108  (it changes)
        view.pane.view.selection_changed.connect(self._remember_lines)
        self.reading.file_read.connect(self._show_file)
        self.reading.pair_read.connect(self._show_pair)
        self.reading.failed.connect(self._say_why_not)
        self.reading.slow.connect(self._say_reading)

    @property
    def file(self) -> CodeFile | None:
        """The file on screen; None where there is none, or two versions."""
        is_shown = self._view.has_page and not self._view.shows_pair and self._view.pane.shows_code
        return self._view.pane.file if is_shown else None

    @property
    def pair(self) -> Spot | None:
        """Where the two versions on screen are from; None where there are none."""
        return self.here if self._view.shows_pair else None

    def open(self, clone: OpenClone, spot: Spot, *, takes_focus: bool, as_text: bool = False) -> None:
        """Reads something, and shows it when it is there."""
        self._clone, self._takes_focus, self.wanted = clone, takes_focus, spot
        self.asked.emit()
        self.reading.open(clone, spot, as_text=as_text)

    def say(self, message: Message, then: Callable[[], object]) -> None:
        """Says something in place of a file."""
        self._next, self.here = then, None
        self._view.say_here(message)
        self.changed.emit()

    def say_nothing_open(self) -> None:
        """A commit is chosen, and no file."""
        self.leave()
        self.wanted = None
        self.say(messages.nothing_open(), self._view.files.find_file)
        self._offer_travel()

    def say_error(self, error: TsrError, clone: OpenClone, again: Callable[[], object]) -> None:
        """Says why a file, or a commit, is not shown, and what to do."""
        if isinstance(error, NotHereError):
            self.say(messages.not_here(error, str(clone.folder)), again)
        else:
            self.say(messages.not_readable(error), again)

    def leave(self) -> None:
        """Waits for nothing that was asked for before."""
        self.reading.stop()
        self.asked.emit()

    def forget(self) -> None:
        """Another repository: nothing of the one before can be gone back to."""
        self.leave()
        self.visited.forget()
        self.wanted = None
        self._offer_travel()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.reading.stop()
        self.colouring.stop()

    def name(self, sha: str) -> str:
        """What a commit is called."""
        known = self._named(sha)
        return known.words if known is not None else short_sha(sha)

    def _show_file(self, spot: Spot, file: CodeFile) -> None:
        pane, count = self._view.pane, file.lines.count
        remarks = (spot.note, _beyond(spot, count), *file.remarks)
        shown = replace(file, remarks=tuple(filter(None, remarks)))
        self.here = replace(spot, path=file.path, name="", is_loose=False)
        self.visited.go(self.here)
        self.colouring.show_file(shown)
        pane.show_file(shown)
        self.colouring.say()
        if 0 < spot.first <= count:
            pane.view.select(spot.first, min(max(spot.first, spot.last), count))
            pane.view.go_to(spot.first)
        self._view.show_pane()
        self._view.files.tree.reveal(file.path)
        self._arrived()
        self.file_shown.emit(shown)

    def _show_pair(self, spot: Spot, pair: Pair) -> None:
        self.here = spot
        self.visited.go(spot)
        names = self.name(spot.before), self.name(spot.sha)
        self.colouring.show_pair(pair)
        self._view.pair.show_pair(pair.old, pair.new, pair.difference, names)
        self._view.show_pair()
        if spot.first:
            self._view.pair.rows.go_to_line(1, spot.first)
        self._view.files.changed.mark(spot.path)
        self.pair_shown.emit(spot)
        self._arrived()

    def _arrived(self) -> None:
        self._offer_travel()
        if self._takes_focus and self._view.isVisible():
            self._view.focus_code()
        self.changed.emit()

    def _offer_travel(self) -> None:
        self.recent = self.visited.recent
        self._view.travel.offer_recent([_words(spot) for spot in self.recent])
        self._view.travel.can_go(back=True, forward=self.visited.can_go_forward)

    def _say_why_not(self, spot: Spot, error: TsrError) -> None:
        clone, goes = self._clone, self._takes_focus
        if clone is None:
            return
        again = partial(self.open, clone, spot, takes_focus=goes)
        if isinstance(error, NotTextError) and not spot.before:
            self.say(messages.not_text(error), partial(again, as_text=True))
        else:
            self.say_error(error, clone, again)
        self._arrived()

    def _say_reading(self, spot: Spot) -> None:
        self.say(messages.reading(spot.path), partial(self._give_up, spot))

    def _give_up(self, spot: Spot) -> None:
        clone = self._clone
        self.reading.stop()
        if clone is not None:
            self.say(messages.given_up(spot.path), partial(self.open, clone, spot, takes_focus=True))
            self._view.focus_code()

    def _remember_lines(self) -> None:
        found = self._view.pane.view.selection
        if found is None or self.file is None or self.here is None:
            return
        self.here = replace(self.here, first=found.first, last=found.last)
        if not self.reading.is_reading:
            self.visited.stay(found.first, found.last)

    def _remarks(self, sha: str) -> tuple[str, ...]:
        known = self._named(sha)
        return known.remarks if known is not None else ()


def _beyond(spot: Spot, count: int) -> str:
    """Says that the file has no such line."""
    line = max(spot.first, spot.last)
    if line <= count:
        return ""
    words = translate("CodeScreen", "It has {lines} here, and no line {line}.")
    return words.format(lines=counted(count, "line"), line=f"{line:,}")


def _words(spot: Spot) -> str:
    """What was read, on one line."""
    path, sha = one_line(spot.path, 80), short_sha(spot.sha)
    if spot.is_working:
        return translate("CodeScreen", "{path} · ▲ working tree").format(path=path)
    return f"{path} · {short_sha(spot.before)} → {sha}" if spot.before else f"{path} · {sha}"
