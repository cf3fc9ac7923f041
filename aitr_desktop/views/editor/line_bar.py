"""Asks for a line to go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, Slot
from qtpy.QtGui import QIntValidator
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtGui import QKeyEvent

_OWN = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineBar(QFrame):
    """A field for a number. Enter goes there, Escape back.

    Args:
        text: What has the lines, and the focus again afterwards.
        current: The line of its cursor.
        go: Goes to a line, or to the nearest there is.
        count: How many lines there are.
    """

    def __init__(
        self,
        text: QWidget,
        current: Callable[[], int],
        go: Callable[[int], object],
        count: Callable[[], int],
    ) -> None:
        super().__init__()
        self.setProperty("ground", "window")
        self._text, self._current, self._go, self._count = text, current, go, count
        self._of = PlainLabel(tone=Tone.MUTED)
        label = PlainLabel(self.tr("Go to line"))
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Go to line"))
        self.field.setValidator(QIntValidator(1, 10_000_000, self))
        self.field.setMaximumWidth(self.field.fontMetrics().averageCharWidth() * 16)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 4)
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self.field)
        row.addWidget(self._of)
        row.addStretch(1)
        self.hide()

    @Slot()
    def open(self) -> None:
        """Asks, beginning with the line of the cursor."""
        self.show()
        self._of.setText(self.tr("of {count}").format(count=f"{self._count():,}"))
        self.field.setText(str(self._current()))
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        """Keeps Escape and Enter: outside of the bar they mean other things."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:  # type: ignore[attr-defined]
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes there, or back."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.hide()
            self._go(int(self.field.text() or 1))
            self._text.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)
