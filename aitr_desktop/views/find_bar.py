"""Looks for a text in what is on screen: what to look for, how often it is there, on and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, Qt, QTimer, Signal, Slot
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QWidget

from aitr_desktop.item_models.report_search import MOST_TEXT
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from qtpy.QtGui import QHideEvent, QKeyEvent

PAUSE_MS = 200
"""Of typing, after which it is looked for."""
WIDTH = 32
"""Characters of the field that are seen at most."""


class FindBar(QFrame):
    """A field with the number of hits, and the way to the next and the previous one.

    Args:
        words: What the field is called; by default that it looks in the report.
        offers_exact: Has a button to tell upper and lower case apart.
    """

    asked = Signal(str)
    """What to look for; empty where nothing is."""
    moved = Signal(int)
    """Go on by so many hits: 1 or -1."""
    closed = Signal()
    """The person is done."""

    def __init__(self, parent: QWidget | None = None, *, words: str = "", offers_exact: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.field = QLineEdit()
        self.field.setPlaceholderText(words or self.tr("Find in report"))
        self.field.setAccessibleName(words or self.tr("Find in report"))
        self.field.setMaxLength(MOST_TEXT)
        self.field.setClearButtonEnabled(True)
        self.field.setMaximumWidth(self.field.fontMetrics().averageCharWidth() * WIDTH)
        self.count = PlainLabel(tone=Tone.MUTED)
        self.exact = self._button("Aa", self.tr("Tell upper and lower case apart"))
        self.exact.setCheckable(True)
        self._previous = self._button("▲", self.tr("Previous hit (Shift+F3)"))
        self._next = self._button("▼", self.tr("Next hit (F3)"))
        self._close = self._button("✕", self.tr("Close (Escape)"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 4)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.exact)
        row.addWidget(self._previous)
        row.addWidget(self._next)
        row.addSpacing(8)
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self._close)
        self.field.textEdited.connect(self._pause.start)
        self._pause.timeout.connect(self.ask)
        self.exact.toggled.connect(lambda _: self.ask())
        self._next.clicked.connect(lambda: self.moved.emit(1))
        self._previous.clicked.connect(lambda: self.moved.emit(-1))
        self._close.clicked.connect(self.closed)
        if not offers_exact:
            self.exact.hide()
        self.hide()

    def open(self) -> None:
        """Shows it, with what was looked for last ready to be typed over."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def text(self) -> str:
        """What is looked for."""
        return self.field.text()

    @property
    def is_exact(self) -> bool:
        """Whether upper and lower case are told apart."""
        return self.exact.isChecked()

    def say(self, words: str, *, is_missing: bool = False, quietly: bool = False) -> None:
        """Says how often it is there; quietly where more is to come, so that nothing is read out yet."""
        self.count.setText(words)
        self.count.set_tone(Tone.PENDING if is_missing else Tone.MUTED)
        if not quietly:
            announce(self, words)

    @Slot()
    def ask(self) -> None:
        """Looks for what stands in the field now."""
        self._pause.stop()
        self.asked.emit(self.field.text())

    @property
    def is_waiting(self) -> bool:
        """Whether the person still types."""
        return self._pause.isActive()

    def event(self, event: QEvent) -> bool:
        """Keeps Escape and Enter: outside of the bar they mean other things."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _OWN:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes on, goes back, or closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.is_waiting:
                self.ask()
            else:
                self.moved.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def stop(self) -> None:
        """Asks for nothing any more; the window goes."""
        self._pause.stop()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802  (Qt's name)
        """Looks for nothing any more."""
        self._pause.stop()
        super().hideEvent(event)

    def _button(self, sign: str, words: str) -> QToolButton:
        made = QToolButton()
        made.setText(sign)
        made.setToolTip(words)
        made.setAccessibleName(words)
        made.setProperty("anchor", "true")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made


_OWN = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
