"""What a commit is and what it changed, or lines of a file: from a local clone, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from qtpy.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from aitr_desktop.code.clones import CommitNote
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible
from tsr_agent.sections.wording import counted, moment

if TYPE_CHECKING:
    from qtpy.QtGui import QResizeEvent, QShowEvent

    from aitr_desktop.code.clones import Excerpt
    from aitr_desktop.code.places import CloneReading
    from aitr_desktop.theme import ThemeController

MARK, NO_MARK = "▶", " "
LINES_SHOWN = 9
"""Lines that are in sight at least; the rest scrolls."""


class CodePlaceView(QWidget):
    """Shows a ``CloneReading``.

    Args:
        theme: Colours and fonts.
    """

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marked = range(0)
        self._head = PlainLabel(bold=True, wraps=True, selectable=True)
        self._origin = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._remark = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        # A read-only text shows no cursor without it, and a keyboard could not walk through the lines.
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.code_font(12))
        self.text.setMinimumHeight(LINES_SHOWN * self.text.fontMetrics().lineSpacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self._head, self._origin, self._remark):
            column.addWidget(part)
        column.addSpacing(4)
        column.addWidget(self.text, 1)
        theme.changed.connect(self._mark)

    def show_reading(self, reading: CloneReading) -> None:
        """Shows what a clone says of a place."""
        found = reading.found
        if isinstance(found, CommitNote):
            self._show_note(found)
        else:
            self._show_excerpt(found)
        remarks = (reading.doubt, found.remark)
        said = "\n".join(f"▲ {visible(each)}" for each in remarks if each)
        self._remark.setText(said)
        self._remark.setVisible(bool(said))

    def _show_note(self, note: CommitNote) -> None:
        self._head.setText(one_line(note.subject, 300) or self.tr("No subject"))
        when = moment(note.when) if note.when is not None else None
        self._origin.setText(
            " · ".join(filter(None, (one_line(note.author, 200), when.local if when else "")))
        )
        self._origin.set_tooltip(when.utc if when else "")
        changed = counted(len(note.changes), "file") + " " + self.tr("changed")
        files = [f"{each.sign} {one_line(each.path)}" for each in note.changes]
        body = [visible(note.body), ""] if note.body else []
        self._fill("\n".join([*body, changed, *files]), range(0))
        self.text.setAccessibleName(self.tr("Message and changed files"))

    def _show_excerpt(self, excerpt: Excerpt) -> None:
        self._head.setText(one_line(excerpt.path, 300))
        self._origin.setText(
            self.tr("at {sha} · {total} in the file").format(
                sha=excerpt.sha[:12], total=counted(excerpt.total, "line")
            )
        )
        digits = len(str(excerpt.lines[-1][0])) if excerpt.lines else 1
        rows = [
            f"{_sign(excerpt, number)} {number:>{digits}}  {code_text(text)}"
            for number, text in excerpt.lines
        ]
        start = excerpt.lines[0][0] if excerpt.lines else 1
        self._fill("\n".join(rows), range(excerpt.first - start, excerpt.last - start + 1))
        self.text.setAccessibleName(self.tr("Lines of the file; a mark stands before those that are meant"))

    def _fill(self, text: str, marked: range) -> None:
        self.text.setPlainText(text)
        self._marked = marked
        self._mark()
        block = self.text.document().findBlockByNumber(marked.start if marked else 0)
        self.text.setTextCursor(QTextCursor(block))
        self._centre()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Keeps the marked lines in sight."""
        super().resizeEvent(event)
        self._centre()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  (Qt's name)
        """Brings the marked lines into sight: before, nobody knew how much room there is."""
        super().showEvent(event)
        self._centre()

    def _centre(self) -> None:
        if self._marked:
            self.text.centerCursor()

    def _mark(self) -> None:
        """Draws the ground of the marked lines; the sign before them says the same."""
        colour = QTextCharFormat()
        colour.setBackground(QColor(self._theme.theme.selection))
        colour.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selections = []
        for number in self._marked:
            selection = QTextEdit.ExtraSelection()
            selection.format = colour
            selection.cursor = QTextCursor(self.text.document().findBlockByNumber(number))
            selections.append(selection)
        self.text.setExtraSelections(selections)


def _sign(excerpt: Excerpt, number: int) -> str:
    return MARK if excerpt.first <= number <= excerpt.last else NO_MARK


def code_text(line: str) -> str:
    """A line of code as it is drawn: tabs as four columns, nothing hidden."""
    return visible(line.replace("\r", "⟨U+000D⟩").expandtabs(4))
