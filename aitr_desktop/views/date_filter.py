"""Narrows to dates: a period up to today, or the days between two."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QDate, QSignalBlocker, Signal
from qtpy.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QSizePolicy, QWidget

if TYPE_CHECKING:
    from aitr_desktop.library.listing import Query

BETWEEN = "between"
PERIODS = (1, 7, 30, 90)
"""Days that are offered."""


class DateFilter(QWidget):
    """A choice of periods; two days beside it where they are chosen by themselves.

    Args:
        today: The present day, where the periods end.
    """

    changed = Signal()

    def __init__(self, today: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._today = today
        self.period = combo(self.tr("Dates"), self.tr("Any time"))
        for days in PERIODS:
            self.period.addItem(self._words(days), days)
        self.period.addItem(self.tr("Between…"), BETWEEN)
        self._since = _day(self.tr("From"), today - timedelta(days=30))
        self._until = _day(self.tr("To"), today)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for part in (self.period, self._since, self._until):
            row.addWidget(part)
        self.period.currentIndexChanged.connect(self._chosen)
        for day in (self._since, self._until):
            day.dateChanged.connect(self._chosen)
        self._show_days()

    def set_today(self, today: date) -> None:
        """Another day has begun."""
        self._today = today

    def dates(self) -> tuple[date | None, date | None, int | None]:
        """First day, last day and, where they follow from it, the number of days up to today."""
        chosen = self.period.currentData()
        if isinstance(chosen, int):
            return self._today - timedelta(days=chosen - 1), None, chosen
        if chosen != BETWEEN:
            return None, None, None
        first, last = sorted((_plain(self._since), _plain(self._until)))
        return first, last, None

    def show_dates(self, query: Query) -> None:
        """Takes over the dates of a question, and tells nobody."""
        with ExitStack() as quiet:
            for part in (self.period, self._since, self._until):
                quiet.enter_context(QSignalBlocker(part))
            if query.period is not None:
                if self.period.findData(query.period) < 0:
                    self.period.insertItem(self.period.count() - 1, self._words(query.period), query.period)
                self.period.setCurrentIndex(self.period.findData(query.period))
            elif query.since or query.until:
                self.period.setCurrentIndex(self.period.findData(BETWEEN))
                since, until = query.since or date(1970, 1, 1), query.until or self._today
                self._since.setDate(QDate(since.year, since.month, since.day))
                self._until.setDate(QDate(until.year, until.month, until.day))
            else:
                self.period.setCurrentIndex(0)
        self._show_days()

    def _words(self, days: int) -> str:
        return self.tr("Today") if days == 1 else self.tr("Last {days} days").format(days=f"{days:,}")

    def _chosen(self) -> None:
        self._show_days()
        self.changed.emit()

    def _show_days(self) -> None:
        for day in (self._since, self._until):
            day.setVisible(self.period.currentData() == BETWEEN)


def combo(name: str, everything: str) -> QComboBox:
    """A combo box whose first choice is no choice."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(len(everything) * 3 // 4)
    made.setMaxVisibleItems(20)
    made.addItem(everything, None)
    return made


def _day(name: str, day: date) -> QDateEdit:
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setAccessibleName(name)
    field.setCalendarPopup(True)
    field.setDisplayFormat("yyyy-MM-dd")
    return field


def _plain(field: QDateEdit) -> date:
    chosen: Any = field.date()
    return date(chosen.year(), chosen.month(), chosen.day())
