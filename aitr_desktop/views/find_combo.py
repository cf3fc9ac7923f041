"""A choice among very many: opens a field to type in and the first that match."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QPoint, QSignalBlocker, QStringListModel, Qt, Signal
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QApplication, QComboBox, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtCore import QModelIndex, QObject

MAX_LISTED = 200
"""Rows that are offered at once; typing narrows the rest."""
MAX_WORDS = 60
_STEPS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class FindCombo(QComboBox):
    """A combo box of "all" and one of many values.

    Args:
        name: What is chosen, for screen readers.
        everything: The words for no choice.
    """

    chosen = Signal()
    """Another value was chosen; read it from ``value``."""

    def __init__(self, name: str, everything: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(len(everything) * 5 // 8)
        self._values: tuple[str, ...] = ()
        self._finder: Finder | None = None
        self.addItem(everything, None)

    def value(self) -> str | None:
        """What is chosen; None for all."""
        found = self.currentData()
        return found if isinstance(found, str) else None

    def offer(self, values: Sequence[str]) -> None:
        """Takes over what can be chosen. What is chosen stays, even where it is no longer there."""
        self._values = tuple(values)

    def choose(self, value: str | None) -> None:
        """Chooses a value, whether it is offered or not; None for all."""
        if value == self.value():
            return
        with QSignalBlocker(self):
            while self.count() > 1:
                self.removeItem(1)
            if value is not None:
                self.addItem(shown_value(value), value)
            self.setCurrentIndex(self.count() - 1)
        self.chosen.emit()

    def matching(self, typed: str) -> list[str]:
        """The values that have what was typed in them, those that begin with it first."""
        wanted = typed.casefold()
        if not wanted:
            return list(self._values)
        found = [value for value in self._values if wanted in value.casefold()]
        return sorted(found, key=lambda value: not value.casefold().startswith(wanted))

    def finder(self) -> Finder:
        """What opens below; made when it is first needed."""
        if self._finder is None:
            self._finder = Finder(self)
        return self._finder

    def showPopup(self) -> None:  # noqa: N802  (Qt's name)
        """Opens the field with the list."""
        self.finder().open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Typing opens the field with what is typed; Delete takes the choice back."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.choose(None)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Space):
            self.showPopup()
        elif _types(event):
            self.finder().open(event.text())
        else:
            super().keyPressEvent(event)


class Finder(QFrame):
    """The field and the list of a ``FindCombo``."""

    def __init__(self, combo: FindCombo) -> None:
        super().__init__(combo, Qt.WindowType.Popup)
        self._combo = combo
        self.setProperty("ground", "surface")
        self.setProperty("popup", "true")
        self.setAccessibleName(combo.accessibleName())
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Type to find"))
        self.field.setAccessibleName(self.tr("Find: {name}").format(name=combo.accessibleName()))
        self.list = QListView()
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setAccessibleName(combo.accessibleName())
        self._model = QStringListModel(self)
        self.list.setModel(self._model)
        self._more = PlainLabel(tone=Tone.MUTED, pixels=11, wraps=True)
        self._found: list[str | None] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        for part in (self.field, self.list, self._more):
            column.addWidget(part)
        self.field.textChanged.connect(self.narrow)
        self.field.returnPressed.connect(lambda: self._take(self.list.currentIndex()))
        self.list.clicked.connect(self._take)
        self.list.activated.connect(self._take)
        self.field.installEventFilter(self)

    def open(self, typed: str = "") -> None:
        """Shows itself below the combo box, or above where there is no room."""
        self.field.setText(typed)
        self.narrow(typed)
        metrics = self.fontMetrics()
        size = self.sizeHint().expandedTo(self.minimumSize())
        size.setWidth(max(self._combo.width(), metrics.averageCharWidth() * 44))
        size.setHeight(metrics.lineSpacing() * 16)
        below = self._combo.mapToGlobal(QPoint(0, self._combo.height()))
        screen = self._combo.screen().availableGeometry()
        size = size.boundedTo(screen.size())
        above = self._combo.mapToGlobal(QPoint(0, 0)).y() - size.height()
        top = below.y() if below.y() + size.height() <= screen.bottom() else max(screen.top(), above)
        left = max(screen.left(), min(below.x(), screen.right() - size.width()))
        self.setGeometry(left, top, size.width(), size.height())
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def narrow(self, typed: str) -> None:
        """Lists what matches."""
        found = self._combo.matching(typed)
        # Nothing typed: all of them is the first choice.
        self._found = [*([] if typed else [None]), *found[:MAX_LISTED]]
        everything = self._combo.itemText(0)
        self._model.setStringList([everything if each is None else shown_value(each) for each in self._found])
        left = len(found) - MAX_LISTED
        words = ""
        if left > 0:
            words = self.tr("{count} more. Type to find them.").format(count=f"{left:,}")
        elif not found:
            words = self.tr("None has this in it.")
        self._more.setText(words)
        self._more.setVisible(bool(words))
        chosen = self._combo.value()
        row = self._found.index(chosen) if chosen in self._found and not typed else 0
        self.list.setCurrentIndex(self._model.index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  (Qt's name)
        """Up and down go through the list while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            QApplication.sendEvent(self.list, event)
            return True
        return bool(super().eventFilter(watched, event))

    def _take(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self._found):
            value = self._found[index.row()]
            self.hide()
            self._combo.setFocus(Qt.FocusReason.PopupFocusReason)
            self._combo.choose(value)


def shown_value(value: str) -> str:
    """A value as words on one line."""
    return one_line(value, MAX_WORDS) or "(none)"


def _types(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
    return bool(event.text() and event.text().isprintable() and not held and event.text() != "/")
