"""The list with what stands above it: decisions over time, and how many reports came in meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.views.decision_strip import DecisionStrip
from aitr_desktop.views.message_pane import Message, MessagePane
from aitr_desktop.views.plain_label import hairline

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.report_table import ReportTable


class ListPane(QWidget):
    """Places strip and table; instead of an empty table it says why it is empty.

    Args:
        theme: Colours and fonts.
        table: The list.
    """

    clear_asked = Signal()
    """Nothing matches: the filters are to be taken back."""

    def __init__(self, theme: ThemeController, table: ReportTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._came = 0
        self.strip = DecisionStrip(theme)
        self.no_match = MessagePane(theme)
        self.no_match.say(
            Message(
                headline=self.tr("No report matches these filters."),
                body=self.tr("The reports are still there; the filters hide them."),
                button=self.tr("Clear filters"),
                icon="search",
            )
        )
        self.news = QPushButton()
        self.news.setProperty("news", "true")
        self.news.hide()
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.strip, hairline(), self.news, self._stack):
            column.addWidget(part)
        column.setStretchFactor(self._stack, 1)
        self._stack.addWidget(table)
        self._stack.addWidget(self.no_match)
        self.no_match.pressed.connect(self.clear_asked)
        self.news.clicked.connect(self._go_to_top)
        table.came_above.connect(self._say_news)
        table.verticalScrollBar().valueChanged.connect(self._scrolled)

    def show_list(self, rows: int) -> None:
        """Shows the table, or that nothing matches."""
        self._stack.setCurrentWidget(self._table if rows else self.no_match)

    def forget_news(self) -> None:
        """Another list: nothing came in above it."""
        self._came = 0
        self.news.hide()

    def _say_news(self, number: int) -> None:
        self._came += number
        count = f"{self._came:,}"
        self.news.setText(self.tr("{number} new ↑").format(number=count))
        self.news.setAccessibleName(self.tr("{number} new reports above; go to the top").format(number=count))
        self.news.show()

    def _scrolled(self, value: int) -> None:
        if value == 0 and self._came:
            self.forget_news()

    def _go_to_top(self) -> None:
        self._table.scrollToTop()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
