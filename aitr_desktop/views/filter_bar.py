"""Narrows the list: environment, decision, branch, dates, text; and says how many are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QDate, QSignalBlocker, Qt, QTimer, Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QComboBox, QDateEdit, QFrame, QHBoxLayout, QLineEdit, QWidget

from aitr_desktop.library.listing import Choices, Query
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import count, verdict

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

TYPING_PAUSE_MS = 200
MAX_SEARCH = 200
BETWEEN = "between"
PERIODS: tuple[tuple[str, int | str | None], ...] = (
    ("Any time", None),
    ("Today", 1),
    ("Last 7 days", 7),
    ("Last 30 days", 30),
    ("Last 90 days", 90),
    ("Between…", BETWEEN),
)


class FilterBar(QFrame):
    """The filters of the list.

    Args:
        theme: Colours of the icons.
        today: The present day, where the periods end.
    """

    changed = Signal()
    """The question is another one; read it from ``query``."""

    def __init__(self, theme: ThemeController, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self._theme = theme
        self._today = today
        self._environment = _combo("Environment", "All environments")
        self._decision = _combo("Decision", "All decisions")
        for each in GoNoGoDecision:
            self._decision.addItem(str(verdict(each)), each)
        self._branch = _combo("Branch", "All branches")
        self._period = _combo("Dates", PERIODS[0][0])
        for words, days in PERIODS[1:]:
            self._period.addItem(words, days)
        self._since, self._until = _day("From", today - timedelta(days=30)), _day("To", today)
        self._text = QLineEdit()
        self._text.setPlaceholderText("Search id, branch, SHA, reason")
        self._text.setAccessibleName("Search")
        self._text.setClearButtonEnabled(True)
        self._text.setMaxLength(MAX_SEARCH)
        self._count = PlainLabel(tone=Tone.MUTED)
        self._count.setAccessibleName("Number of reports")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._place()
        self._connect()

    def _place(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        for part in (self._environment, self._decision, self._branch, self._period, self._since, self._until):
            row.addWidget(part)
        row.addWidget(self._text, 1)
        row.addSpacing(8)
        row.addWidget(self._count)
        self._show_days()
        self._glass = QAction(self)
        self._text.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._draw_icons()

    def _connect(self) -> None:
        for combo in (self._environment, self._decision, self._branch, self._period):
            combo.currentIndexChanged.connect(self._chosen)
        for day in (self._since, self._until):
            day.dateChanged.connect(self._chosen)
        self._text.textChanged.connect(self._pause.start)
        self._text.returnPressed.connect(self._pause_is_over)
        self._pause.timeout.connect(self.changed)
        self._theme.changed.connect(self._draw_icons)

    def query(self) -> Query:
        """The question that the filters make."""
        since, until = self._days()
        return Query(
            environment=self._environment.currentData(),
            decision=self._decision.currentData(),
            branch=self._branch.currentData(),
            since=since,
            until=until,
            text=self._text.text(),
        )

    def offer(self, choices: Choices) -> None:
        """Takes over what can be chosen; a choice that is still there stays chosen."""
        for combo, values in ((self._environment, choices.environments), (self._branch, choices.branches)):
            with QSignalBlocker(combo):
                chosen = combo.currentData()
                while combo.count() > 1:
                    combo.removeItem(1)
                for value in values:
                    combo.addItem(one_line(value, 60) or "(none)", value)
                combo.setCurrentIndex(max(0, combo.findData(chosen)) if chosen is not None else 0)

    def show_count(self, shown: int, total: int) -> None:
        """Says how many of all reports the list has."""
        words = count(total) if shown == total else f"{count(shown)} of {count(total)}"
        self._count.setText(f"{words} report{'' if total == 1 else 's'}")

    def clear_count(self) -> None:
        """Says nothing while nobody knows."""
        self._count.setText("…")

    def count_text(self) -> str:
        """What is said about the number."""
        return self._count.text()

    def clear(self) -> None:
        """Asks for everything again."""
        with QSignalBlocker(self._text):
            self._text.clear()
        for combo in (self._environment, self._decision, self._branch, self._period):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(0)
        self._chosen()

    def focus_search(self) -> None:
        """Goes to the search field with its text selected."""
        self._text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._text.selectAll()

    def _pause_is_over(self) -> None:
        self._pause.stop()
        self.changed.emit()

    def _chosen(self) -> None:
        for combo in (self._environment, self._decision, self._branch, self._period):
            combo.setProperty("active", combo.currentIndex() > 0)
            combo.style().unpolish(combo)
            combo.style().polish(combo)
        self._show_days()
        self._pause_is_over()

    def _days(self) -> tuple[date | None, date | None]:
        chosen = self._period.currentData()
        if chosen is None:
            return None, None
        if chosen != BETWEEN:
            return self._today - timedelta(days=int(chosen) - 1), None
        first, last = sorted((_plain(self._since), _plain(self._until)))
        return first, last

    def _show_days(self) -> None:
        for day in (self._since, self._until):
            day.setVisible(self._period.currentData() == BETWEEN)

    def _draw_icons(self) -> None:
        self._glass.setIcon(self._theme.icon("search"))


def _combo(name: str, everything: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(len(everything) - 2)
    combo.setMaxVisibleItems(20)
    combo.addItem(everything, None)
    return combo


def _day(name: str, day: date) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setAccessibleName(name)
    field.setCalendarPopup(True)
    field.setDisplayFormat("yyyy-MM-dd")
    return field


def _plain(field: QDateEdit) -> date:
    chosen: Any = field.date()
    return date(chosen.year(), chosen.month(), chosen.day())
