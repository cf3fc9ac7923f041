"""Looks for a text in code: all of the file, in slices that nobody notices; on and back between the hits."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from qtpy.QtCore import QElapsedTimer, QObject, Qt, QTimer, Slot

from aitr_desktop.code.text_lines import MOST_SHOWN
from aitr_desktop.code.text_search import TextSearch
from aitr_desktop.views.code.line_painter import Ground

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.find_bar import FindBar

SLICE_MS = 6
"""How long is looked before whatever else waits has its turn."""
_WIDEST = 4 * MOST_SHOWN
"""Bytes of a line in which hits are shown."""


class FindingLines(QObject):
    """Connects a bar with a view.

    Args:
        bar: Where is typed what to look for.
        view: The code.
    """

    def __init__(self, bar: FindBar, view: CodeView) -> None:
        super().__init__(view)
        self._bar, self._view = bar, view
        self._search = TextSearch(b"", "")
        self._place = -1
        """Which hit one is at; -1 for none."""
        self._is_hidden = False
        """Whether that lies further to the right than the line is shown."""
        self._step = 0
        """Where to go once hits are known: 1 to the next from the cursor, -1 to the one before it."""
        self._looking = QTimer(self)
        self._looking.setInterval(0)
        self._looking.timeout.connect(self._look_on)
        view.find_asked.connect(self.open)
        view.hit_asked.connect(self.go_on)
        bar.asked.connect(self.ask)
        bar.moved.connect(self.go_on)
        bar.closed.connect(self.close)

    @Slot()
    def open(self) -> None:
        """Opens the bar, with what was looked for last."""
        self._bar.open()
        if self._bar.text() and not self._search.starts:
            self.ask(self._bar.text())

    def find(self, text: str) -> None:
        """Opens the bar and looks for a text."""
        self._bar.field.setText(text)
        self._bar.open()
        self.ask(text)

    @Slot()
    def close(self) -> None:
        """Marks nothing any more, and goes back to the text."""
        self._bar.hide()
        self.forget()
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def another_file(self) -> None:
        """Looks for the same in what is shown now, while the bar is open; it goes nowhere by itself."""
        self.forget()
        if not self._bar.isHidden() and self._bar.text():
            self._begin(self._bar.text(), 0)

    @Slot(str)
    def ask(self, text: str) -> None:
        """Looks for a text, and goes to the first hit from the line of the cursor on."""
        self._begin(text, 1)

    @Slot(int)
    def go_on(self, steps: int) -> None:
        """Goes to the next or the previous hit, past the end to the other one."""
        if self._bar.isHidden():
            if not self._bar.text():
                self.open()
                return
            self._bar.show()
        if not self._search.starts and self._search.is_done:
            self._begin(self._bar.text(), steps)
        elif self._place < 0 or self._line_of(self._place) != self._view.cursor_line:
            self._step = steps
            self._go_if_known()
        else:
            self._go_to((self._place + steps) % len(self._search.starts))

    def forget(self) -> None:
        """Ends the search, and marks nothing any more."""
        self._looking.stop()
        self._search = TextSearch(b"", "")
        self._place, self._step, self._is_hidden = -1, 0, False
        self._view.set_hits(None)
        self._bar.say("")

    def stop(self) -> None:
        """Looks no further; the window goes."""
        self._looking.stop()

    def _begin(self, text: str, steps: int) -> None:
        self.forget()
        if not text:
            return
        self._search = TextSearch(self._view.lines.content, text, is_exact=self._bar.is_exact)
        self._step = steps
        self._view.set_hits(self._grounds)
        self._look_on()
        if not self._search.is_done:
            self._looking.start()

    @Slot()
    def _look_on(self) -> None:
        watch = QElapsedTimer()
        watch.start()
        self._search.go_on()
        while not self._search.is_done and watch.elapsed() < SLICE_MS:
            self._search.go_on()
        if self._search.is_done:
            self._looking.stop()
            self._view.viewport().update()
        self._go_if_known()
        self._say()

    def _go_if_known(self) -> None:
        """Goes to the hit that is wanted, as soon as it is known which one it is."""
        starts = self._search.starts
        if not self._step or not starts:
            return
        cursor = self._view.lines.offset(self._view.cursor_line)
        place = bisect_left(starts, cursor)
        if self._step < 0:
            if self._search.is_done:
                self._go_to((place - 1) % len(starts))
        elif place < len(starts) or self._search.is_done:
            self._go_to(place % len(starts))

    def _go_to(self, place: int) -> None:
        self._place, self._step = place, 0
        start, end = self._search.starts[place], self._search.ends[place]
        line = self._line_of(place)
        begin = self._view.lines.offset(line)
        first = _characters(self._view.lines.content, begin, start)
        last = first + _characters(self._view.lines.content, start, end)
        self._is_hidden = first >= len(self._view.line(line).text)
        self._view.reveal(line, first, last)
        self._view.viewport().update()
        self._say()

    def _line_of(self, place: int) -> int:
        return self._view.lines.number_at(self._search.starts[place])

    def _say(self) -> None:
        search = self._search
        more = "+" if search.has_more else "" if search.is_done else "…"
        count = f"{len(search.starts):,}{more}"
        if self._place >= 0:
            words = self.tr("{place} of {count}").format(place=f"{self._place + 1:,}", count=count)
        elif search.starts:
            words = self.tr("{count} found").format(count=count)
        else:
            words = self.tr("Not in the file") if search.is_done else self.tr("Searching…")
        if self._is_hidden:
            words = self.tr("{words}, in a part of the line that is not shown").format(words=words)
        is_missing = search.is_done and not search.starts
        self._bar.say(words, is_missing=is_missing, quietly=not search.is_done)

    def _grounds(self, first: int, last: int) -> Mapping[int, Sequence[Ground]]:
        """The hits on some lines, as far as these are shown."""
        found: dict[int, list[Ground]] = {}
        lines, starts = self._view.lines, self._search.starts
        for line in range(first, last + 1):
            begin, end = lines.span(line, line)
            place = bisect_left(starts, begin)
            at, column = begin, 0
            while place < len(starts) and starts[place] < min(end, begin + _WIDEST):
                column += _characters(lines.content, at, starts[place])
                at = self._search.ends[place]
                width = _characters(lines.content, starts[place], at)
                marked = Ground(column, column + width, "hit_ground", underlined="muted")
                if place == self._place:
                    marked = Ground(column, column + width, "hit_ground", framed="accent")
                found.setdefault(line, []).append(marked)
                column += width
                place += 1
        return found


def _characters(content: bytes, start: int, end: int) -> int:
    """How many characters some bytes are shown as; bounded, as nobody sees what is further to the right."""
    return len(content[start : min(end, start + _WIDEST)].decode("utf-8", "replace"))
