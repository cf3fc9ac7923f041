"""The list of what can be written at the cursor. The focus stays in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, QPoint, QRect, Qt, Slot
from qtpy.QtGui import QTextCursor
from qtpy.QtWidgets import QFrame, QListView, QVBoxLayout

from aitr_desktop.editing.lines import units
from aitr_desktop.item_models.offer_list import OfferList
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.editing.completion import Offers
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.editor.text_edit import TextEdit

ROWS = 8
"""That are seen at once."""
SAID_LINES = 4
"""Of a description that room is kept for."""
MARGIN = 8
CHARACTERS = 44
"""Width of the list."""
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS - 1,
    Qt.Key.Key_PageUp: 1 - ROWS,
}


class CompletionList(QFrame):
    """Offers keys and values, and says what each is for.

    Args:
        theme: Colours and fonts.
        edit: Where they are written.
    """

    def __init__(self, theme: ThemeController, edit: TextEdit) -> None:
        super().__init__(edit)
        self.setProperty("popup", "true")
        self.setProperty("ground", "surface")
        self._theme, self._edit = theme, edit
        self._begun = ""
        self.offers = OfferList(self)
        self.list = QListView()
        self.list.setModel(self.offers)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("What can be written here"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.said = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.said.setContentsMargins(MARGIN, MARGIN // 2, MARGIN, MARGIN // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        for part in (self.list, hairline(), self.said):
            column.addWidget(part)
        self.list.selectionModel().currentChanged.connect(self._tell)
        self.list.clicked.connect(self._clicked)
        edit.keys.before = self.take
        edit.verticalScrollBar().valueChanged.connect(self.hide)
        self.hide()

    def offer(self, offers: Offers) -> None:
        """Shows what can be written; nothing where there is nothing."""
        if not offers.offers:
            self.hide()
            return
        self._begun = offers.begun
        self.offers.take(offers.offers)
        self.list.setFont(self._theme.code_font(self._edit.pixels))
        self.list.setCurrentIndex(self.offers.index(0, 0))
        self._place()
        self.show()
        self.raise_()

    def take(self, event: QKeyEvent) -> bool:
        """Walks, writes or closes while it is open; anything else is for the text."""
        if self.isHidden():
            return False
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if modifiers & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if key in _STEPS:
            row = min(max(self.list.currentIndex().row() + _STEPS[key], 0), self.offers.rowCount() - 1)
            self.list.setCurrentIndex(self.offers.index(row, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.write()
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
                self.hide()
            return False
        return True

    def write(self) -> None:
        """Writes the chosen offer in place of what was begun."""
        offer = self.offers.offer(self.list.currentIndex().row())
        self.hide()
        cursor = self._edit.textCursor()
        begun = min(units(self._begun), cursor.positionInBlock())
        cursor.setPosition(cursor.position() - begun, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(offer.insert)
        self._edit.setTextCursor(cursor)

    def _place(self) -> None:
        metrics = self.list.fontMetrics()
        bounds = self._edit.rect()
        width = min(CHARACTERS * metrics.averageCharWidth(), bounds.width() - 8)
        cursor = self._edit.cursorRect()
        corner = self._edit.viewport().mapTo(self._edit, QPoint(cursor.left(), cursor.bottom() + 2))
        above = corner.y() - cursor.height() - 4
        room = max(above, bounds.height() - corner.y()) - SAID_LINES * metrics.lineSpacing()
        row = max(1, self.list.sizeHintForRow(0))
        rows = min(ROWS, self.offers.rowCount(), max(2, room // row))
        self.list.setFixedHeight(rows * row + 4)
        self.setFixedWidth(width)
        self._fit()
        left = max(0, min(corner.x(), bounds.width() - width - 4))
        # Above the line where there is more room than below it.
        is_below = corner.y() + self.height() <= bounds.height() or bounds.height() - corner.y() >= above
        self.move(left, corner.y() if is_below else max(0, above - self.height()))

    def _fit(self) -> None:
        """As high as what is said of the chosen offer."""
        room = QRect(0, 0, max(self.width() - 2 * MARGIN - 2, 100), 10_000)
        words = int(Qt.TextFlag.TextWordWrap)
        said = self.said.fontMetrics().boundingRect(room, words, self.said.text()).height() + MARGIN
        self.said.setFixedHeight(said)
        self.resize(self.width(), self.list.height() + said + 3)

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, index: QModelIndex, _: QModelIndex) -> None:
        if not index.isValid():
            return
        offer = self.offers.offer(index.row())
        self.said.setText(visible(offer.description) or self.tr("No description."))
        self._fit()
        announce(self._edit, f"{offer.text}. {offer.description}")

    @Slot(QModelIndex)
    def _clicked(self, _: QModelIndex) -> None:
        self.write()
