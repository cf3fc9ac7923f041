"""Says what went wrong or came to pass, while the rest stays usable and the focus where it is.

Errors stay until they are closed, one after another. Information goes by itself. Whoever keeps a
history listens to ``said``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from aitr_desktop.item_models.notices import Notice, error_notice
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtCore import QEvent
    from qtpy.QtGui import QEnterEvent

    from tsr_agent.errors import TsrError

INFORMATION_MS = 12_000
"""How long information stays, where it has no button to press."""
ERROR_SIGN, INFORMATION_SIGN = "✕", "ℹ"


class NoticeStrip(QFrame):
    """One notice: what happened, what follows from it, what can be pressed."""

    closed = Signal()
    all_closed = Signal()

    def __init__(self, tone: Tone, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "raised")
        self.notice: Notice | None = None
        self._bar = QFrame()
        self._bar.setFixedWidth(4)
        self._bar.setProperty("bar", "accent" if tone is Tone.MUTED else tone.value)
        sign = ERROR_SIGN if tone is Tone.NO_GO else INFORMATION_SIGN
        self._sign = PlainLabel(sign, tone=tone, bold=True)
        self._headline = PlainLabel(wraps=True, selectable=True)
        self._more = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._counted = PlainLabel(tone=Tone.MUTED)
        self._act = QPushButton()
        self._copy = QPushButton(self.tr("Copy details"))
        self._close = QPushButton(self.tr("Close"))
        self._close_all = QPushButton(self.tr("Close all"))
        self._act.clicked.connect(self._press)
        self._copy.clicked.connect(self._copy_details)
        self._close.clicked.connect(self.closed)
        self._close_all.clicked.connect(self.all_closed)
        self._place()
        self.hide()

    def _place(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self._headline)
        words.addWidget(self._more)
        words.addStretch(1)
        words.setContentsMargins(0, 8, 0, 8)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 8, 12, 8)
        buttons.setSpacing(8)
        for part in (self._counted, self._act, self._copy, self._close_all, self._close):
            buttons.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._bar)
        row.addSpacing(4)
        row.addWidget(self._sign)
        row.addLayout(words, 1)
        row.addLayout(buttons)
        self._bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_notice(self, notice: Notice, counted: str = "") -> None:
        """Shows a notice, and how many wait behind it."""
        self.notice = notice
        self._headline.setText(notice.headline)
        self._more.setText(notice.more)
        self._more.setVisible(bool(notice.more))
        self._act.setText(notice.button)
        self._act.setVisible(bool(notice.button))
        self._copy.setVisible(notice.is_error)
        self.count(counted)
        self.setAccessibleName(notice.headline)
        self.setAccessibleDescription(notice.more)
        self.show()

    def count(self, words: str) -> None:
        """Says how many there are."""
        self._counted.setText(words)
        self._counted.setVisible(bool(words))
        self._close_all.setVisible(bool(words))

    def text(self) -> str:
        """What is said."""
        return "\n".join(part for part in (self._headline.text(), self._more.text()) if part)

    def _press(self) -> None:
        pressed = self.notice.pressed if self.notice is not None else None
        self.closed.emit()
        if pressed is not None:
            pressed()

    def _copy_details(self) -> None:
        if self.notice is not None:
            QApplication.clipboard().setText(self.notice.details)


class NoticeBar(QFrame):
    """The errors that nobody closed yet, one at a time, and the latest information."""

    said = Signal(object)
    """A ``Notice``, as it is said."""
    changed = Signal()
    """Something was said or closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._errors: list[Notice] = []
        self._closed = 0
        self._error = NoticeStrip(Tone.NO_GO)
        self._information = NoticeStrip(Tone.MUTED)
        self._stay = QTimer(self)
        self._stay.setSingleShot(True)
        self._stay.setInterval(INFORMATION_MS)
        self._stay.timeout.connect(self._time_is_up)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._error)
        column.addWidget(self._information)
        self._error.closed.connect(self._next_error)
        self._error.all_closed.connect(self._close_errors)
        self._information.closed.connect(self._close_information)
        self.hide()

    def say(self, error: TsrError) -> None:
        """Says an error. Those before it stay until they are closed; the same one is said once."""
        notice = error_notice(error)
        self.said.emit(notice)
        if notice in self._errors:
            return
        self._errors.append(notice)
        if len(self._errors) == 1:
            self._closed = 0
        self._draw_error()
        announce(self, notice.headline, at_once=True)

    def tell(self, words: str, button: str = "", pressed: Callable[[], object] | None = None) -> None:
        """Tells something that is no error; the information before it goes.

        Args:
            words: What came to pass, in a sentence.
            button: What can be done about it; then it stays until it is closed.
            pressed: Called where the button is pressed.
        """
        shown = one_line(words)
        notice = Notice(headline=shown, details=shown, button=button, pressed=pressed)
        self.said.emit(notice)
        self._information.show_notice(notice)
        self.show()
        if button:
            self._stay.stop()
        else:
            self._stay.start()
        announce(self, shown)

    def text(self) -> str:
        """What is said."""
        shown = (strip.text() for strip in (self._error, self._information) if not strip.isHidden())
        return "\n".join(shown)

    def waiting(self) -> int:
        """How many errors nobody closed yet."""
        return len(self._errors)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802  (Qt's name)
        """Whoever points at it reads it: it stays."""
        self._stay.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802  (Qt's name)
        """Its time begins again."""
        notice = self._information.notice
        if not self._information.isHidden() and notice is not None and not notice.button:
            self._stay.start()
        super().leaveEvent(event)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._stay.stop()

    def _time_is_up(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self._information.isAncestorOf(focused):
            # Taking it away would throw the focus somewhere.
            self._stay.start()
        else:
            self._close_information()

    def _next_error(self) -> None:
        self._errors.pop(0)
        self._closed += 1
        self._draw_error()

    def _close_errors(self) -> None:
        self._errors.clear()
        self._draw_error()

    def _close_information(self) -> None:
        self._stay.stop()
        self._information.hide()
        self._fit()

    def _draw_error(self) -> None:
        if self._errors:
            place, total = self._closed + 1, self._closed + len(self._errors)
            counted = self.tr("{place} of {total}").format(place=place, total=f"{total:,}")
            self._error.show_notice(self._errors[0], counted if len(self._errors) > 1 else "")
        else:
            self._error.hide()
        self._fit()

    def _fit(self) -> None:
        self.setVisible(not (self._error.isHidden() and self._information.isHidden()))
        self.changed.emit()
