"""The filters that are in force, each as a button that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QFrame, QPushButton, QWidget

from aitr_desktop.views.flow_layout import FlowLayout
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import NOT_JUDGED, verdict

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.library.listing import Query

MAX_WORDS = 48


class FilterChips(QFrame):
    """One button for each filter in force, and one for all. Hidden where nothing is narrowed."""

    removed = Signal(str)
    """Name of a filter that is not wanted any more; empty for all."""
    left = Signal()
    """The last was taken back from the keyboard: the focus needs another place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: tuple[tuple[str, str], ...] = ()
        self._buttons: list[QPushButton] = []
        self._flow = FlowLayout(8, self, margins=(12, 0, 12, 8))
        self.setAccessibleName(self.tr("Filters in force"))
        self.hide()

    def show_query(self, query: Query) -> None:
        """Shows the filters of a question."""
        said = tuple(self._words(query))
        if said == self._said:
            return
        focused = next((place for place, each in enumerate(self._buttons) if each.hasFocus()), None)
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.deleteLater()
        self._said = said
        self._buttons = [self._button(name, words) for name, words in said]
        if len(said) > 1:
            self._buttons.append(self._button("", self.tr("Clear all")))
        self.setVisible(bool(said))
        if focused is None:
            return
        if self._buttons:
            self._buttons[min(focused, len(self._buttons) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.left.emit()

    def texts(self) -> list[str]:
        """What the buttons say."""
        return [button.text() for button in self._buttons]

    def button(self, name: str) -> QPushButton:
        """The button of a filter.

        Raises:
            ValueError: The filter is not in force.
        """
        return self._buttons[[each for each, _ in self._said].index(name) if name else -1]

    def _button(self, name: str, words: str) -> QPushButton:
        button = _Chip((f"{words}  ✕" if name else words).replace("&", "&&"))
        button.setProperty("chip", "true" if name else "all")
        tip = self.tr("Take back: {filter}").format(filter=words) if name else words
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: self.removed.emit(name))
        button.deleted.connect(lambda: self.removed.emit(name))
        self._flow.addWidget(button)
        button.show()
        return button

    def _words(self, query: Query) -> list[tuple[str, str]]:
        decision = NOT_JUDGED if query.not_judged else query.decision and verdict(query.decision)
        found = [
            ("environment", self.tr("Environment: {value}"), _said(query.environment)),
            ("decision", self.tr("Decision: {value}"), str(decision) if decision else ""),
            ("branch", self.tr("Branch: {value}"), _said(query.branch)),
            ("repository", self.tr("Repository: {value}"), _said(query.repository)),
            ("dates", self.tr("Dates: {value}"), self._dates(query)),
            ("sha", self.tr("SHA begins with {value}"), one_line(query.sha, MAX_WORDS)),
            ("text", self.tr("Text: {value}"), one_line(query.text, MAX_WORDS)),
        ]
        return [(name, words.format(value=value)) for name, words, value in found if value]

    def _dates(self, query: Query) -> str:
        if query.period == 1:
            return self.tr("today")
        if query.period:
            return self.tr("last {days} days").format(days=f"{query.period:,}")
        if query.since and query.until:
            one_day = query.since == query.until
            words = "{since}" if one_day else self.tr("{since} to {until}")
            return words.format(since=query.since, until=query.until)
        if query.since:
            return self.tr("from {since}").format(since=query.since)
        return self.tr("until {until}").format(until=query.until) if query.until else ""


class _Chip(QPushButton):
    """A button that Delete presses too."""

    deleted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Delete, Backspace and Enter press it."""
        keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys:
            self.deleted.emit()
        else:
            super().keyPressEvent(event)


def _said(value: str | None) -> str:
    return "" if value is None else one_line(value, MAX_WORDS) or "(none)"
