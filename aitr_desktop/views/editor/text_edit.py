"""The text itself: what is typed, where the cursor is, what is underlined, what nobody would see drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QMimeData, QRect, Qt, Signal, Slot
from qtpy.QtGui import QColor, QPainter, QTextCursor, QTextOption
from qtpy.QtWidgets import QPlainTextEdit, QWidget

from aitr_desktop.editing.hidden import is_placeholder, label_of, with_placeholders, without_placeholders
from aitr_desktop.editing.lines import signs, units
from aitr_desktop.editing.text_files import MAX_BYTES, MAX_LINE, MAX_LINES
from aitr_desktop.views.editor.colouring import Colouring
from aitr_desktop.views.editor.gutter import Gutter
from aitr_desktop.views.editor.marks import Marks
from aitr_desktop.views.editor.typing_keys import TypingKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QInputMethodEvent, QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from aitr_desktop.editing.checking import Finding
    from aitr_desktop.theme import ThemeController

SIZES = (9, 10, 11, 12, 13, 15, 18, 20, 24, 28)
USUAL_SIZE = 13
LABEL_PIXELS = 9


class TextEdit(QPlainTextEdit):
    """A text with line numbers, marks, colours and hidden characters written out.

    Args:
        theme: Colours and fonts.
    """

    edited = Signal()
    """The text is another one."""
    moved = Signal()
    """The cursor is elsewhere."""
    refused = Signal(str)
    """Why something was not put in, in words."""
    leaving = Signal(bool)
    """Escape was pressed: the next Tab leaves; or no more."""
    find_asked = Signal()
    line_asked = Signal()
    hit_asked = Signal(int)
    """Go on by so many hits: 1 or -1."""
    completion_asked = Signal()

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pixels = USUAL_SIZE
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        option = QTextOption()
        # A line of right-to-left letters begins at the left too: indentation has a meaning.
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        self.colouring = Colouring(theme, self)
        self.gutter = Gutter(theme, self)
        self.marks = Marks(theme, self)
        self.keys = TypingKeys(self)
        self.edition = 0
        """Rises with each change of the text."""
        self.document().contentsChange.connect(self._changed)
        self.cursorPositionChanged.connect(self._moved)
        self._take_font()
        theme.changed.connect(self._draw_anew)

    def text(self) -> str:
        """What is written, with the characters that are meant."""
        return without_placeholders(self.toPlainText())

    def show_text(self, text: str) -> None:
        """Shows another file's text; nothing can be undone of the one before."""
        self.marks.show_findings(())
        self.setPlainText(with_placeholders(text))
        self.colouring.look()

    def replace_text(self, text: str) -> None:
        """Puts another text in place of this one, which can be undone."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(with_placeholders(text))
        cursor.endEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(cursor)

    def place(self) -> tuple[int, int]:
        """Line and column of the cursor, which count from 1, in characters."""
        cursor = self.textCursor()
        return cursor.blockNumber() + 1, signs(cursor.block().text(), cursor.positionInBlock()) + 1

    def offset(self) -> int:
        """Characters before the cursor."""
        cursor = self.textCursor()
        whole = self.toPlainText()
        return cursor.position() if whole.isascii() else signs(whole, cursor.position())

    def go_to(self, line: int, column: int = 1) -> None:
        """Puts the cursor and the focus at a place, or at the nearest there is."""
        count = self.document().blockCount()
        block = self.document().findBlockByNumber(min(max(line, 1), count) - 1)
        cursor = QTextCursor(block)
        shift = units(block.text()[: max(column - 1, 0)])
        cursor.movePosition(QTextCursor.MoveOperation.Right, n=shift)
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def mark(self, findings: Sequence[Finding]) -> None:
        """Shows what was found about the text as it is now."""
        self.marks.show_findings(findings)

    def zoom(self, steps: int) -> None:
        """Draws larger or smaller; 0 for the usual size."""
        place = SIZES.index(self.pixels) if self.pixels in SIZES else SIZES.index(USUAL_SIZE)
        self.pixels = SIZES[min(max(place + steps, 0), len(SIZES) - 1)] if steps else USUAL_SIZE
        self._take_font()

    def has_room_for(self, text: str) -> str:
        """Why a text can't be put in; empty where it can."""
        if self.document().characterCount() + len(text) > MAX_BYTES:
            return self.tr("That is more than a file may have here.")
        if self.document().blockCount() + text.count("\n") > MAX_LINES:
            return self.tr("That are more lines than a file may have here.")
        longest = max(map(len, text.split("\n")), default=0)
        return self.tr("That has a line longer than this editor takes.") if longest > MAX_LINE else ""

    def event(self, event: QEvent) -> bool:
        """Keeps the keys that mean something while one types, and shows what marks say on hover."""
        if event.type() == QEvent.Type.ShortcutOverride and self.keys.wants(event):  # type: ignore[arg-type]
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip:
            self.marks.show_tooltip(event)  # type: ignore[arg-type]
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """What a key does here; everything else is the text's own."""
        if self.keys.take(event):
            event.accept()
            return
        typed = event.text()
        if typed >= "\x80" and (shown := with_placeholders(typed)) != typed:
            self.textCursor().insertText(shown)
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802  (Qt's name)
        """Takes what an input method writes, with what nobody would see written out."""
        event.setCommitString(with_placeholders(event.commitString()))
        super().inputMethodEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802  (Qt's name)
        """Tab writes spaces, unless Escape was pressed before it."""
        return bool(QWidget.focusNextPrevChild(self, forward)) if self.keys.is_leaving else False

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802  (Qt's name)
        """What is copied has the characters that are meant."""
        made = QMimeData()
        selected = self.textCursor().selectedText().replace("\u2029", "\n")
        made.setText(without_placeholders(selected))
        return made

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802  (Qt's name)
        """Text alone."""
        return bool(source.hasText())

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802  (Qt's name)
        """Puts in a text, as text, where there is room."""
        text = source.text().replace("\r\n", "\n")
        why_not = self.has_room_for(text)
        if why_not:
            self.refused.emit(why_not)
        else:
            self.textCursor().insertText(with_placeholders(text))
            self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Keeps the gutter at the left."""
        super().resizeEvent(event)
        self.gutter.place()
        self.colouring.look()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  (Qt's name)
        """With Ctrl, draws larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the text, and over each hidden character its number."""
        super().paintEvent(event)
        _draw_hidden(self, self._theme, event.rect())

    def _take_font(self) -> None:
        self.setFont(self._theme.code_font(self.pixels))
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self.gutter.place()
        self.colouring.again()

    @Slot()
    def _draw_anew(self) -> None:
        self.colouring.again()
        self.marks.draw()
        self.gutter.update()

    @Slot(int, int, int)
    def _changed(self, _: int, removed: int, added: int) -> None:
        if not self.colouring.is_busy and (removed or added):
            self.edition += 1
            self.edited.emit()

    @Slot()
    def _moved(self) -> None:
        self.marks.draw()
        self.gutter.update()
        self.moved.emit()


def _draw_hidden(edit: TextEdit, theme: ThemeController, seen: QRect) -> None:
    block = edit.firstVisibleBlock()
    painter: QPainter | None = None
    while block.isValid():
        bounds = edit.blockBoundingGeometry(block).translated(edit.contentOffset())
        if bounds.top() > seen.bottom():
            break
        text = block.text()
        if not text.isascii() and any(map(is_placeholder, text)):
            painter = painter or _painter(edit, theme)
            _draw_labels(painter, block, bounds.topLeft(), theme)
        block = block.next()
    if painter is not None:
        painter.end()


def _painter(edit: TextEdit, theme: ThemeController) -> QPainter:
    painter = QPainter(edit.viewport())
    painter.setFont(theme.code_font(LABEL_PIXELS))
    return painter


def _draw_labels(painter: QPainter, block: object, corner: object, theme: ThemeController) -> None:
    line = block.layout().lineAt(0)  # type: ignore[attr-defined]
    unit = 0
    for sign in block.text():  # type: ignore[attr-defined]
        if is_placeholder(sign):
            left, right = line.cursorToX(unit)[0], line.cursorToX(unit + 2)[0]
            box = QRect(
                int(corner.x() + left) + 1,  # type: ignore[attr-defined]
                int(corner.y()) + 1,  # type: ignore[attr-defined]
                max(8, int(right - left) - 2),
                int(line.height()) - 2,
            )
            painter.fillRect(box, QColor(theme.theme.pending))
            painter.setPen(QColor(theme.theme.surface))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), label_of(sign))
        unit += 2 if sign > "\uffff" else 1


def label_width(theme: ThemeController) -> int:
    """Pixels that the number of a hidden character takes."""
    from qtpy.QtGui import QFontMetrics

    return QFontMetrics(theme.code_font(LABEL_PIXELS)).horizontalAdvance("U+202E") + 6

