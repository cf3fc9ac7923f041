"""Where the cursor of a code view is, and what is selected from there: the moves that keys and mouse make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.code.line_selection import LineSelection
from aitr_desktop.views.announcing import announce

if TYPE_CHECKING:
    from aitr_desktop.views.code.code_view import CodeView


class LineCursor(QObject):
    """Moves and extends the selection; the line of the cursor stays in sight.

    Args:
        view: Whose lines.
    """

    told = Signal(str)
    """What could not be done, in words."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    @property
    def count(self) -> int:
        """Lines that there are."""
        return 0 if self._view.lines is None else self._view.lines.count

    def words(self) -> str:
        """Which lines are selected, and how many: ``12–20 · 9 lines``; empty for none."""
        selection = self._view.selection
        if selection is None:
            return ""
        if selection.size == 1:
            return self.tr("{line} · 1 line").format(line=f"{selection.first:,}")
        return self.tr("{first}–{last} · {count} lines").format(
            first=f"{selection.first:,}", last=f"{selection.last:,}", count=f"{selection.size:,}"
        )

    def step(self, lines: int, *, extends: bool) -> None:
        """Moves on; where nothing is selected, a single step first selects the line of the cursor."""
        if self._view.selection is None and abs(lines) == 1:
            self.select(self._view.cursor_line, extends=False)
        else:
            self.go_by(lines, extends=extends)

    def go_by(self, lines: int, *, extends: bool) -> None:
        """Moves on by so many lines, downwards if positive."""
        begun = self._begun()
        self._show(begun.extended(lines, self.count) if extends else begun.moved(lines, self.count))

    def turn_page(self, direction: int, *, extends: bool) -> None:
        """Moves on by what is seen, less the one line that is seen again."""
        first, last = self._view.visible_lines()
        self.go_by(direction * max(1, last - first), extends=extends)

    def go_to(self, line: int) -> None:
        """Selects the line of a number, or the last one and says that there is no other."""
        self.select(line, extends=False, centre=True)
        if line > self.count:
            words = self.tr("There is no line {line}: the file ends with line {count}.")
            words = words.format(line=f"{line:,}", count=f"{self.count:,}")
            announce(self._view, words)
            self.told.emit(words)

    def go_to_end(self) -> None:
        """Selects the last line."""
        self.select(self.count, extends=False)

    def select(self, line: int, *, extends: bool, centre: bool = False) -> None:
        """Selects a line, or all from where the selection began to it."""
        begun = self._begun() if extends else LineSelection(line, line)
        self._show(begun.reaching(line, self.count), centre=centre)

    def select_beyond(self, lines: int) -> None:
        """Extends the selection beyond what is seen, by so many lines downwards, or upwards."""
        first, last = self._view.visible_lines()
        self.select((last if lines > 0 else first) + lines, extends=True)

    def select_all(self) -> None:
        """Selects every line; what is seen stays."""
        if self.count:
            self._view.select(1, self.count)
            announce(self._view, self.words())

    def clear(self) -> None:
        """Takes the selection back; the cursor stays."""
        self._view.clear_selection()
        announce(self._view, self.tr("Selection taken back"))

    def _begun(self) -> LineSelection:
        """What a movement begins with: the selection, else the line of the cursor."""
        line = self._view.cursor_line
        return self._view.selection or LineSelection(line, line)

    def _show(self, selection: LineSelection, *, centre: bool = False) -> None:
        self._view.select(selection.anchor, selection.cursor)
        self._view.go_to(selection.cursor, centre=centre)
        announce(self._view, self.words())
