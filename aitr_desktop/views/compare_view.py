"""Two reports side by side: the verdicts above, and below topic by topic what A and B say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, QTimer, Signal, Slot
from qtpy.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from aitr_desktop.item_models.comparison_blocks import block_titles, comparison_titles
from aitr_desktop.views.anchor_row import AnchorRow
from aitr_desktop.views.compare_head import CompareHead
from aitr_desktop.views.message_pane import Message, MessagePane, error_message
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.section_scroll import SectionScroll
from aitr_desktop.views.shared_columns import ColumnsHeader
from tsr_agent.sections.marks import Mark, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QResizeEvent

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_block import SectionBlock
    from tsr_agent.errors import IntegrityError, TsrError
    from tsr_agent.sections.comparison import ComparisonSection

SHARES = 330, 200, 200, 270
"""Parts of the width for name, A, B and what became of it."""
LOW = 560
"""Pixels of height below which the head folds what does not change the meaning of the rest."""
ALTERED = Mark("■", "ALTERED", Tone.NO_GO)
SOUND = Mark("✓", "as filed", Tone.MUTED)


class CompareView(QStackedWidget):
    """Shows blocks of a comparison, or what to do to get one.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    left = Signal(object)
    """The ``Target`` in one of the two reports that somebody wants to see."""
    pressed = Signal()
    """The button of what is said in place of a comparison."""
    columns_moved = Signal()

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = MessagePane(theme)
        self.message.pressed.connect(self.pressed)
        self.head = CompareHead(theme)
        self.columns = ColumnsHeader(SHARES)
        self.columns.moved.connect(self.columns_moved)
        self._anchors = AnchorRow()
        self._scroll = SectionScroll(theme, row_height, header=self.columns)
        self._scroll.followed.connect(self.left)
        self._scroll.read.connect(self._anchors.check)
        self._anchors.chosen.connect(self._scroll.jump)
        self._refusal = MessagePane(theme)
        self._body = QStackedWidget()
        self._tables = QWidget()
        self._page = QFrame()
        self._page.setProperty("ground", "surface")
        self._place()
        # While somebody waits for the comparison, and not in the turn that shows it.
        QTimer.singleShot(0, self, self._prepare)

    def _prepare(self) -> None:
        if not self.sections():
            self._scroll.prepare(block_titles())
            self._anchors.add(block_titles())
            self._page.ensurePolished()

    def _place(self) -> None:
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        titles = QHBoxLayout()
        # Where the tables are, so that the titles stand above their columns.
        titles.setContentsMargins(16, 0, 16 + bar, 0)
        titles.addWidget(self.columns)
        tables = QVBoxLayout(self._tables)
        tables.setContentsMargins(0, 0, 0, 0)
        tables.setSpacing(0)
        tables.addLayout(self._anchors)
        tables.addWidget(hairline())
        tables.addLayout(titles)
        tables.addWidget(hairline())
        tables.addWidget(self._scroll, 1)
        self._body.addWidget(self._tables)
        self._body.addWidget(self._refusal)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(hairline())
        column.addWidget(self._body, 1)
        self.addWidget(self.message)
        self.addWidget(self._page)

    @property
    def is_filling(self) -> bool:
        """Whether some of the comparison is still to come in one of the next turns of the event loop."""
        return self._scroll.is_filling

    @property
    def has_comparison(self) -> bool:
        """Whether a comparison is on screen."""
        return self.currentWidget() is self._page and self._body.currentWidget() is self._tables

    def say(self, message: Message) -> None:
        """Says something in place of a comparison."""
        self._scroll.stop()
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.message.say(message)
        self.setCurrentWidget(self.message)
        if had_focus and message.button and self.isVisible():
            self.message.focus_button()

    def show_comparison(
        self,
        section: ComparisonSection,
        blocks: Sequence[Block],
        *,
        is_newer_left: bool = False,
        news: str = "",
        keeps_place: bool = False,
    ) -> None:
        """Shows a comparison.

        Args:
            section: What stands above it.
            blocks: Its topics.
            is_newer_left: Whether A was made after B.
            news: Why it was compared again; empty where it was not.
            keeps_place: Whether what is seen stays where it is, as far as it is still there.
        """
        top = self._scroll.top if keeps_place else 0
        self.head.show_comparison(section, is_newer_left=is_newer_left, news=news)
        titles = comparison_titles()
        marks = [str(section.old.verdict), str(section.new.verdict)]
        self.columns.show_titles(
            [titles[0], f"{titles[1]}  {marks[0]}", f"{titles[2]}  {marks[1]}", titles[3]]
        )
        self._body.setCurrentWidget(self._tables)
        self.setCurrentWidget(self._page)
        self.show_blocks(blocks, top)

    def show_blocks(self, blocks: Sequence[Block], top: int = 0) -> None:
        """Shows other rows of the same comparison.

        Args:
            blocks: Its topics.
            top: Pixels above what is to be seen.
        """
        self._prepare()
        self._scroll.show_blocks(blocks)
        self._anchors.check(0)
        if top:
            self._scroll.finish()
            self._scroll.scroll_to(top)

    def show_altered(
        self, ids: tuple[str, str], problems: tuple[IntegrityError | None, IntegrityError | None]
    ) -> None:
        """Says which of two reports is not what was filed; nothing of either is compared."""
        self._scroll.stop()
        for card, report_id, problem in zip(self.head.cards, ids, problems, strict=True):
            if problem is None:
                card.show_mark(SOUND, report_id, self.tr("This report is what was filed."))
            else:
                card.show_mark(ALTERED, report_id, self.tr("This report is not what was filed."))
        self.head.say_altered(
            self.tr("Nothing is compared: what is altered says nothing about the other one.")
        )
        first = next(each for each in problems if each is not None)
        self._refusal.say(error_message(first))
        self._body.setCurrentWidget(self._refusal)
        self.setCurrentWidget(self._page)

    def show_error(self, error: TsrError, button: str = "") -> None:
        """Says why there is no comparison."""
        self.say(error_message(error, button=button))

    def focus_first(self) -> None:
        """Goes to the first table, or to what to do next."""
        if not self.has_comparison:
            self.message.focus_button()
            return
        self._scroll.finish()
        first = next((tree for section in self.sections() for tree in section.trees()), None)
        (first or self.head.cards[0].choose).setFocus(Qt.FocusReason.OtherFocusReason)

    def sections(self) -> list[SectionBlock]:
        """The sections from the top."""
        return self._scroll.sections

    @Slot()
    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._scroll.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Keeps most of the height for the tables."""
        super().resizeEvent(event)
        self.head.set_low(is_low=event.size().height() < LOW)
