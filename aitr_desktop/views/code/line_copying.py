"""Takes the selected lines of a code view into the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QGuiApplication

from aitr_desktop.code.copied_lines import copied_lines
from aitr_desktop.views.announcing import announce
from tsr_agent.errors import InputError

if TYPE_CHECKING:
    from aitr_desktop.views.code.code_view import CodeView


class LineCopying(QObject):
    """Copies lines as the file has them.

    Args:
        view: Whose lines.
    """

    told = Signal(str)
    """What was done, or why not, in words."""

    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def copy(self) -> None:
        """Copies the selected lines, and says how many."""
        words = self._copied()
        announce(self._view, words)
        self.told.emit(words)

    def _copied(self) -> str:
        selection, lines = self._view.selection, self._view.lines
        if selection is None:
            return self.tr("No line is selected, and nothing was copied.")
        try:
            copied = copied_lines(lines, selection)
        except InputError as error:
            return " ".join(filter(None, (error.message, error.next_step)))
        QGuiApplication.clipboard().setText(copied.text)
        words = self.tr("1 line copied") if copied.count == 1 else self.tr("{count} lines copied")
        words = words.format(count=f"{copied.count:,}")
        if copied.is_exact:
            return words
        return self.tr("{done}; what is not UTF-8 in them was replaced").format(done=words)
