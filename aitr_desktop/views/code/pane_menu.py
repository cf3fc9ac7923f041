"""The menu of a place in code: its word to copy or to find; what the window can do is added there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal
from qtpy.QtGui import QGuiApplication

from aitr_desktop.views.announcing import announce
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from qtpy.QtWidgets import QMenu

    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.finding_lines import FindingLines
    from aitr_desktop.views.code.line_selecting import LineSelecting

MAX_SHOWN = 40
"""Characters of a word in the menu."""


class PaneMenu(QObject):
    """Fills the context menu of a code view.

    The line that it is asked for is selected first, unless it is: one sees what copying will take.

    Args:
        view: The code.
        selecting: Selects lines.
        finding: Finds a word.
    """

    filling = Signal(object)
    """The ``QMenu`` that opens, to be added to."""
    told = Signal(str)
    """What was done, in words."""

    def __init__(self, view: CodeView, selecting: LineSelecting, finding: FindingLines) -> None:
        super().__init__(view)
        self._view, self._selecting, self._finding = view, selecting, finding
        view.menu_asked.connect(self._fill)

    def _fill(self, menu: QMenu, line: int, word: str) -> None:
        selection = self._view.selection
        if selection is None or line not in selection:
            self._selecting.cursor.select(line)
        if word:
            # A sign that Qt would take for a mnemonic stays what it is.
            shown = one_line(word, MAX_SHOWN).replace("&", "&&")
            copy = menu.addAction(self.tr("Copy “{word}”").format(word=shown))
            copy.triggered.connect(partial(self._copy, word))
            find = menu.addAction(self.tr("Find “{word}” in this file").format(word=shown))
            find.triggered.connect(partial(self._finding.find, word))
            menu.addSeparator()
        self.filling.emit(menu)

    def _copy(self, word: str) -> None:
        QGuiApplication.clipboard().setText(word)
        words = self.tr("“{word}” copied").format(word=one_line(word, MAX_SHOWN))
        announce(self._view, words)
        self.told.emit(words)
