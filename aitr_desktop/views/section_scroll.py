"""All sections of a report in one scroll, filled piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, QEvent, QPoint, Qt, Signal, Slot
from qtpy.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from aitr_desktop.views.filling import Filling
from aitr_desktop.views.section_block import SectionBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_tree import SectionTree
    from aitr_desktop.views.shared_columns import ColumnsHeader

MARGIN = 8


class SectionScroll(QScrollArea):
    """Shows ``Block``s below each other.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
        header: Titles above all tables, whose widths they share; None for titles and widths of their own.
    """

    followed = Signal(object)
    """The ``Target`` of a link or of a part of a figure."""
    went_back = Signal()
    """The person wants to go back to where they came from."""
    plots_wanted = Signal()
    """A figure of a section waits for the plotting library."""
    read = Signal(int)
    """Place of the section that is read now."""

    def __init__(
        self,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
        *,
        header: ColumnsHeader | None = None,
    ) -> None:
        super().__init__(parent)
        self._header = header
        self._theme = theme
        self._row_height = row_height
        theme.density_changed.connect(self._take_height)
        self.sections: list[SectionBlock] = []
        """From the top."""
        self._reads = 0
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(16, 8, 16, 24)
        self._column.setSpacing(24)
        self._column.addStretch(1)
        self._filling = Filling(self)
        self._filling.began.connect(self._first_is_here)
        self.setWidgetResizable(True)
        self.setWidget(self._body)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that comes and goes while a report fills would give each table another width, and another.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def is_filling(self) -> bool:
        """Whether some of the report is still to come in one of the next turns of the event loop."""
        return self._filling.is_active

    @property
    def top(self) -> int:
        """Pixels above what is seen."""
        return self.verticalScrollBar().value()

    def prepare(self, titles: Sequence[str]) -> None:
        """Makes the sections ahead of what they will show."""
        if not self.sections:
            self._make(list(titles))

    def show_blocks(self, blocks: Sequence[Block]) -> bool:
        """Shows another report from its top.

        Returns:
            Whether it has other sections than the one before.
        """
        has_others = [each.title for each in self.sections] != [block.title for block in blocks]
        if has_others:
            self._make([block.title for block in blocks])
        # Nothing of the report before is seen any more once anything is painted again.
        self._body.setUpdatesEnabled(False)
        for section, block in zip(self.sections, blocks, strict=True):
            section.begin(block)
        self.verticalScrollBar().setValue(0)
        self._tell(0)
        self._filling.start(self.sections)
        return has_others

    def finish(self) -> None:
        """Fills all that is still to come, now: somebody wants to go there."""
        if self.is_filling:
            self._filling.finish()
            self.settle()

    def stop(self) -> None:
        """Fills nothing any more; the window goes."""
        self._filling.stop()

    def jump(self, place: int) -> None:
        """Scrolls to a section by its place."""
        self.finish()
        if place < len(self.sections):
            self.verticalScrollBar().setValue(self.sections[place].y() - MARGIN)
            self._tell(place)

    def scroll_to(self, top: int) -> None:
        """Scrolls so far that so many pixels are above what is seen."""
        self.settle()
        self.verticalScrollBar().setValue(top)

    def show_row(self, tree: SectionTree) -> None:
        """Scrolls so far that the current row of a table is seen with what surrounds it."""
        self.settle()
        row = tree.visualRect(tree.currentIndex())
        top = tree.viewport().mapTo(self._body, QPoint(0, row.top())).y()
        self.verticalScrollBar().setValue(top - self.viewport().height() // 4)

    def settle(self) -> None:
        """Takes the heights that opened rows ask for at once, and not in the next turn of the loop."""
        for section in self.sections:
            layout = section.layout()
            if layout is not None:
                layout.activate()
        self._column.activate()
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self._row_height = row_height

    def _make(self, titles: list[str]) -> None:
        self._filling.stop()
        for old in self.sections:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.sections.clear()
        for place, title in enumerate(titles):
            section = SectionBlock(title, self._theme, self._row_height, self._header)
            section.figures.plots_wanted.connect(self.plots_wanted)
            section.followed.connect(self.followed)
            section.went_back.connect(self.went_back)
            self.sections.append(section)
            self._column.insertWidget(place, section)

    @Slot()
    def _first_is_here(self) -> None:
        self._body.setUpdatesEnabled(True)

    @Slot(int)
    def _scrolled(self, top: int) -> None:
        read = max(
            (place for place, each in enumerate(self.sections) if each.y() - 3 * MARGIN <= top), default=0
        )
        if top == self.verticalScrollBar().maximum() and top > 0:
            # The last sections can't reach the top; the one that was jumped to stays marked.
            read = max(read, self._reads)
        self._tell(read)

    def _tell(self, place: int) -> None:
        self._reads = place
        self.read.emit(place)
