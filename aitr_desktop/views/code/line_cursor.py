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
        return self._view.lines.count

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
        """Moves on; where the line of the cursor is not selected, a single step selects that one first."""
        selection, cursor = self._view.selection, self._view.cursor_line
        is_begun = selection is not None and (self._is_at_end() if extends else cursor in selection)
        if is_begun or abs(lines) > 1:
            self.go_by(lines, extends=extends)
        else:
            self.select(cursor)

    def go_by(self, lines: int, *, extends: bool) -> None:
        """Moves on by so many lines, downwards if positive."""
        line = self._view.cursor_line
        if extends:
            self._show(self._begun().extended(lines, self.count))
        else:
            self._show(LineSelection(line, line).moved(lines, self.count))

    def extend_by_page(self, direction: int) -> None:
        """Extends by what is seen, less the one line that is seen again."""
        first, last = self._view.visible_lines()
        self.go_by(direction * max(1, last - first), extends=True)

    def go_to(self, line: int) -> None:
        """Selects the line of a number, or the last one and says that there is no other."""
        self._show(LineSelection(line, line).within(self.count), centre=True)
        if line > self.count:
            words = self.tr("There is no line {line}: the file ends with line {count}.")
            words = words.format(line=f"{line:,}", count=f"{self.count:,}")
            announce(self._view, words)
            self.told.emit(words)

    def select(self, line: int) -> None:
        """Selects one line."""
        self._show(LineSelection(line, line).within(self.count))

    def extend_to(self, line: int) -> None:
        """Selects everything from the line of the cursor, or from where the selection began there."""
        self._show(self._begun().reaching(line, self.count))

    def point_at(self, line: int, *, extends: bool) -> None:
        """What a press in the gutter means: that line, or all from where the selection began to it."""
        begun = self._view.selection if extends else None
        self._show((begun or LineSelection(line, line)).reaching(line, self.count))

    def drag_beyond(self, lines: int) -> None:
        """Extends the selection beyond what is seen, by so many lines downwards, or upwards."""
        first, last = self._view.visible_lines()
        self.point_at((last if lines > 0 else first) + lines, extends=True)

    def select_all(self) -> None:
        """Selects every line; what is seen stays."""
        if self.count:
            self._view.select(1, self.count)
            announce(self._view, self.words())

    def clear(self) -> None:
        """Takes the selection back; the cursor stays."""
        self._view.clear_selection()
        announce(self._view, self.tr("Selection taken back"))

    def _is_at_end(self) -> bool:
        """Whether the cursor is where the selection ends or began; a link leaves it at the first line."""
        selection, cursor = self._view.selection, self._view.cursor_line
        return selection is not None and cursor in (selection.anchor, selection.cursor)

    def _begun(self) -> LineSelection:
        """What is extended: the selection, or the cursor where that has gone elsewhere."""
        selection, cursor = self._view.selection, self._view.cursor_line
        return selection if selection is not None and self._is_at_end() else LineSelection(cursor, cursor)

    def _show(self, selection: LineSelection, *, centre: bool = False) -> None:
        self._view.select(selection.anchor, selection.cursor)
        self._view.go_to(selection.cursor, centre=centre)
        announce(self._view, self.words())
