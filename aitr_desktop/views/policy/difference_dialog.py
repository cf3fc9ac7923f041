"""Two texts held against each other, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QTextCharFormat, QTextCursor
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.editing.differences import Difference
    from aitr_desktop.theme import ThemeController

SIZE = (820, 560)


class DifferenceDialog(QDialog):
    """Shows what another text has that this one has not, and the other way round.

    Args:
        theme: Colours and fonts.
        names: What the two are called.
        found: The lines that differ and how many there are, as ``editing.differences`` gives them.
    """

    def __init__(
        self, theme: ThemeController, names: tuple[str, str], found: Difference, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Difference"))
        head = PlainLabel(f"− {visible(names[0])}    + {visible(names[1])}", bold=True, wraps=True)
        about = PlainLabel(
            found.said if found.lines else self.tr("There is none."), tone=Tone.MUTED, wraps=True
        )
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.code_font(12))
        self.text.setAccessibleName(self.tr("Lines that differ; − and + say on which side"))
        self._fill(found.lines, theme)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        room = self.screen().availableGeometry()
        self.resize(min(SIZE[0], room.width() - 32), min(SIZE[1], room.height() - 64))

    def _fill(self, lines: Sequence[str], theme: ThemeController) -> None:
        cursor = QTextCursor(self.text.document())
        tones = {"-": theme.theme.no_go, "+": theme.theme.go, "@": theme.theme.muted}
        signs = {"-": "− ", "+": "+ ", "@": "", " ": "  "}
        for place, line in enumerate(lines):
            drawn = QTextCharFormat()
            drawn.setForeground(QColor(tones.get(line[:1], theme.theme.ink)))
            body = line if line[:1] == "@" else line[1:]
            cursor.insertText(("\n" if place else "") + signs.get(line[:1], "  ") + visible(body), drawn)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)
