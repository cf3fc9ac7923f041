"""What stands below code: which lines are selected, where the cursor is, how the file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer, Slot
from qtpy.QtWidgets import QFrame, QHBoxLayout

from aitr_desktop.views.code.line_painter import USUAL_SIZE
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.views.code.code_view import CodeView
    from aitr_desktop.views.code.line_selecting import LineSelecting


class PaneFoot(QFrame):
    """One row of facts about what is shown.

    Args:
        view: What is shown.
        selecting: Which lines are selected, and what is typed of a command.
    """

    def __init__(self, view: CodeView, selecting: LineSelecting) -> None:
        super().__init__()
        self.setProperty("ground", "window")
        self._view, self._selecting = view, selecting
        self.selected = PlainLabel(bold=True)
        self.place = PlainLabel(tone=Tone.MUTED)
        self.note = CutLabel(tone=Tone.MUTED)
        self.ends = PlainLabel(tone=Tone.MUTED)
        self.scale = PlainLabel(tone=Tone.MUTED)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(16)
        row.addWidget(self.place)
        row.addWidget(self.selected)
        row.addWidget(self.note, 1)
        row.addWidget(self.ends)
        row.addWidget(self.scale)
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(0)
        self._counting.timeout.connect(self._tell_ends)
        selecting.changed.connect(self._tell_selection)
        view.cursor_moved.connect(self._tell_place)
        view.zoomed.connect(self._tell_size)
        self._tell_size()
        self._tell_selection()

    def show_file(self) -> None:
        """Another file is shown."""
        self.note.set_whole("")
        self.ends.setText("")
        self._tell_place()
        # After the first paint: looking through a large file takes longer than drawing it.
        self._counting.start()

    def say_language(self, words: str) -> None:
        """Says as what the text is coloured, or why it is not."""
        self.note.set_whole(words)

    def stop(self) -> None:
        """Counts nothing any more; the window goes."""
        self._counting.stop()

    @Slot()
    def _tell_selection(self) -> None:
        words = self._selecting.words()
        self.selected.setText(words)
        self.selected.setVisible(bool(words))

    @Slot()
    def _tell_place(self) -> None:
        count = self._view.lines.count
        words = self.tr("Line {line} of {count}").format(
            line=f"{self._view.cursor_line:,}", count=f"{count:,}"
        )
        self.place.setText(words if count else self.tr("No lines"))

    @Slot()
    def _tell_size(self) -> None:
        per_cent = round(100 * self._view.pixels / USUAL_SIZE)
        self.scale.setText(self.tr("{size} %").format(size=str(per_cent)))

    @Slot()
    def _tell_ends(self) -> None:
        self.ends.setText(self._ends())

    def _ends(self) -> str:
        content = self._view.lines.content
        if b"\n" not in content:
            return self.tr("No line end")
        ends = content.count(b"\r\n") if b"\r" in content else 0
        if not ends:
            return self.tr("LF")
        return self.tr("CRLF") if ends == content.count(b"\n") else self.tr("LF and CRLF mixed")
