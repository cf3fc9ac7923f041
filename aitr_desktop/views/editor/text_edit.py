"""The text itself: what is typed, where the cursor is, what is underlined, what nobody would see drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QRect, Qt, Signal, Slot
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QPlainTextEdit, QWidget

from aitr_desktop.editing.hidden import is_placeholder, label_of, with_placeholders
from aitr_desktop.views.editor.colouring import LABEL_PIXELS, Colouring
from aitr_desktop.views.editor.gutter import Gutter
from aitr_desktop.views.editor.marks import Marks
from aitr_desktop.views.editor.meant_text import MeantText
from aitr_desktop.views.editor.typing_keys import TypingKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from aitr_desktop.editing.checking import Finding
    from aitr_desktop.theme import ThemeController

SIZES = (9, 10, 11, 12, 13, 15, 18, 20, 24, 28)
USUAL_SIZE = 13


class TextEdit(MeantText):
    """A text with line numbers, marks, colours and hidden characters written out.

    Args:
        theme: Colours and fonts.
    """

    edited = Signal()
    """The text is another one."""
    moved = Signal()
    """The cursor is elsewhere."""
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
        self.setProperty("code", "true")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        option = self.document().defaultTextOption()
        # A line of right-to-left letters begins at the left too: indentation has a meaning.
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        self.colouring = Colouring(theme, self)
        self.gutter = Gutter(theme, self)
        self.marks = Marks(theme, self)
        self.keys = TypingKeys(self)
        self.is_prose = False
        """Whether it is neither YAML nor JSON."""
        self.edition = 0
        """Rises with each change of the text."""
        self.document().contentsChange.connect(self._changed)
        self.cursorPositionChanged.connect(self._moved)
        self._take_font()
        theme.changed.connect(self._draw_anew)

    def show_text(self, text: str) -> None:
        """Shows another file's text; nothing can be undone of the one before."""
        self.marks.show_findings(())
        super().show_text(text)
        self.colouring.look()

    def set_prose(self, is_prose: bool) -> None:
        """Takes the text for prose, or for YAML and JSON again: other colours and other indentation."""
        if is_prose != self.is_prose:
            self.is_prose = is_prose
            self.colouring.take_for_prose(is_prose)

    def mark(self, findings: Sequence[Finding]) -> None:
        """Shows what was found about the text as it is now."""
        self.marks.show_findings(findings)

    def zoom(self, steps: int) -> None:
        """Draws larger or smaller; 0 for the usual size."""
        place = SIZES.index(self.pixels) if self.pixels in SIZES else SIZES.index(USUAL_SIZE)
        self.pixels = SIZES[min(max(place + steps, 0), len(SIZES) - 1)] if steps else USUAL_SIZE
        self._take_font()

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

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802  (Qt's name)
        """Tab writes spaces, unless Escape was pressed before it."""
        return bool(QWidget.focusNextPrevChild(self, forward)) if self.keys.is_leaving else False

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
            painter.fillRect(box, QColor(theme.theme.surface))
            painter.setPen(QColor(theme.theme.pending))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), label_of(sign))
        unit += 2 if sign > "\uffff" else 1
