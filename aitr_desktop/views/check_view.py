"""The compliance checklist of one report, for an official who walks through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.item_models.checked_report import check_blocks
from aitr_desktop.views.check_band import CheckBand
from aitr_desktop.views.check_filters import CheckFilters
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.section_scroll import SectionScroll

if TYPE_CHECKING:
    from aitr_desktop.item_models.checked_report import CheckedReport, Shown
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_block import SectionBlock
    from tsr_agent.errors import TsrError


class CheckView(QStackedWidget):
    """Shows a ``CheckedReport``, or what to do to get one.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    followed = Signal(object)
    """The ``Target`` of a link: evidence in the report."""
    again_asked = Signal()
    """Judge by the other policy."""
    list_asked = Signal()
    """The person wants to choose a report."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._row_height = theme, row_height
        self._checked: CheckedReport | None = None
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.list_asked)
        self.band = CheckBand()
        self.band.pressed.connect(self.again_asked)
        self.filters = CheckFilters()
        self.filters.changed.connect(self._fill)
        self._page = QFrame()
        self._page.setProperty("ground", "surface")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for part in (self.band, hairline(), self.filters, hairline()):
            self._column.addWidget(part)
        self._scroll = self._new_scroll()
        self._column.addWidget(self._scroll, 1)
        self.addWidget(self.message)
        self.addWidget(self._page)
        self.forget()

    @property
    def is_filling(self) -> bool:
        """Whether some of it is still to come in one of the next turns of the event loop."""
        return self._scroll.is_filling

    def forget(self) -> None:
        """Says how to get a checklist."""
        self._checked = None
        self._scroll.stop()
        self.message.say(
            Message(
                headline=self.tr("No report is chosen."),
                body=self.tr("Choose one from the list; its checklist is shown here."),
                button=self.tr("Go to the list"),
                icon="check",
            )
        )
        self.setCurrentWidget(self.message)

    def show_checked(self, checked: CheckedReport) -> None:
        """Shows another checklist from its top."""
        self._checked = checked
        self.band.show_checked(checked)
        self.filters.show_checked(checked)
        self._fill()
        self.setCurrentWidget(self._page)

    def show_error(self, error: TsrError) -> None:
        """Says why there is no checklist."""
        self.message.say(error_message(error, button=self.tr("Go to the list")))
        self.setCurrentWidget(self.message)

    def choose(self, shown: Shown) -> None:
        """Shows another part of it."""
        self.filters.choose(shown)

    def sections(self) -> list[SectionBlock]:
        """The tables' sections from the top."""
        return self._scroll.sections

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._scroll.stop()

    @Slot()
    def _fill(self) -> None:
        if self._checked is None:
            return
        blocks = check_blocks(self._checked, self.filters.shown)
        titles = [section.title for section in self._scroll.sections]
        if titles and titles != [block.title for block in blocks]:
            # Other sections: a scroll makes them once.
            self._replace_scroll()
        self._scroll.show_blocks(blocks)

    def _replace_scroll(self) -> None:
        old, self._scroll = self._scroll, self._new_scroll()
        old.stop()
        self._column.replaceWidget(old, self._scroll)
        old.hide()
        old.deleteLater()

    def _new_scroll(self) -> SectionScroll:
        scroll = SectionScroll(self._theme, self._row_height)
        scroll.followed.connect(self.followed)
        return scroll

    def focus_first(self) -> None:
        """Goes to the first item."""
        self._scroll.finish()
        trees = [tree for section in self.sections() for tree in section.trees()]
        if trees:
            trees[0].setFocus(Qt.FocusReason.OtherFocusReason)
