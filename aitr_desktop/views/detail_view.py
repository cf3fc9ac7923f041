"""One report: the verdict first, then every section in one scroll with anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from aitr_desktop.item_models.approval_words import remark
from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.views.anchor_row import AnchorRow
from aitr_desktop.views.find_bar import FindBar
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.section_scroll import SectionScroll
from aitr_desktop.views.verdict_band import VerdictBand
from tsr_agent.sections.targets import OUTSIDE

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent, QResizeEvent

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.item_models.report_search import Hit
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_block import SectionBlock
    from aitr_desktop.views.section_tree import SectionTree

MOST_STEPS = 100
"""Steps that can be gone back."""
LOW = 560
"""Pixels of height below which the head folds what is not the verdict."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Where somebody was who followed a link."""

    section: SectionBlock | None
    tree: SectionTree | None
    way: tuple[int, ...]
    top: int


class DetailView(QFrame):
    """Shows a ``ReportDetail``.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    left = Signal(object)
    """The ``Target`` of a link that leads out of the report: a commit, a line of code, another report."""
    plots_wanted = Signal()
    """A figure of a section waits for the plotting library."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self.band = VerdictBand(theme)
        self.find_bar = FindBar()
        self._anchors = AnchorRow()
        self._scroll = SectionScroll(theme, row_height)
        self._steps: list[_Step] = []
        self._hit: SectionTree | None = None
        self._before_find: QWidget | None = None
        self._scroll.followed.connect(self.follow)
        self._scroll.went_back.connect(self.go_back)
        self._scroll.plots_wanted.connect(self.plots_wanted)
        self._scroll.read.connect(self._anchors.check)
        self._anchors.chosen.connect(self.jump_to)
        self._place()

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.band)
        column.addWidget(hairline())
        column.addWidget(self.find_bar)
        column.addLayout(self._anchors)
        column.addWidget(hairline())
        column.addWidget(self._scroll, 1)

    @property
    def is_filling(self) -> bool:
        """Whether some of the report is still to come in one of the next turns of the event loop."""
        return self._scroll.is_filling

    def show_report(self, detail: ReportDetail) -> None:
        """Shows another report from its top."""
        self._steps.clear()
        self._hit = None
        self.band.show_overview(detail.head)
        self.band.show_said([remark(each) for each in detail.said_here])
        if self._scroll.show_blocks(detail.blocks):
            self._anchors.add(block.title for block in detail.blocks)
            self._anchors.check(0)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._scroll.stop()
        self.find_bar.stop()

    def sections(self) -> list[SectionBlock]:
        """The sections from the top."""
        return self._scroll.sections

    def focus_first(self) -> None:
        """Goes to the first table."""
        self._scroll.finish()
        trees = [tree for section in self.sections() for tree in section.trees()]
        if trees:
            trees[0].setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(int)
    def jump_to(self, place: int) -> None:
        """Scrolls to a section by its place."""
        self._scroll.jump(place)

    @Slot(object)
    def follow(self, target: Target) -> bool:
        """Goes to what a target names: a row of this report, or out of it by ``left``.

        Returns:
            Whether there is such a thing.
        """
        if target.kind in OUTSIDE:
            self.left.emit(target)
            return True
        self._scroll.finish()
        if target.kind is Kind.SECTION:
            return self._follow_section(target.value)
        for section in self.sections():
            found = section.locate(target)
            if found is not None:
                self._remember()
                place, way = found
                tree = section.reveal(place)
                tree.go_to(way, opens=target.kind is not Kind.TEST_TYPE)
                self._scroll.show_row(tree)
                return True
        return False

    @Slot()
    def go_back(self) -> bool:
        """Goes back to where the last link was followed from.

        Returns:
            Whether there was anywhere to go back to.
        """
        if not self._steps:
            return False
        step = self._steps.pop()
        if step.tree is not None and step.section is not None:
            step.section.show_tree(step.tree)
            step.tree.go_to(step.way)
        self._scroll.scroll_to(step.top)
        return True

    def open_find(self) -> None:
        """Opens the bar that looks for a text, or goes back to its field."""
        focused = QApplication.focusWidget()
        if focused is not None and not self.find_bar.isAncestorOf(focused):
            self._before_find = focused
        self.find_bar.open()

    def close_find(self) -> None:
        """Closes the bar. The focus goes to the row that was found, else back to where it was."""
        before = self._hit or self._before_find
        self._hit = self._before_find = None
        if before is not None:
            # Popup: what is selected there stays.
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.find_bar.hide()

    def go_to_hit(self, hit: Hit) -> None:
        """Shows a row that was found, with all that is above it open; the focus stays in the bar."""
        self._scroll.finish()
        tree = self.sections()[hit.block].reveal(hit.table)
        if self._hit is None:
            self._remember()
        elif self._hit is not tree:
            self._hit.clearSelection()
        self._hit = tree
        tree.go_to(hit.way, takes_focus=False)
        self._scroll.show_row(tree)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Keeps most of the height for the sections."""
        super().resizeEvent(event)
        self.band.set_low(is_low=event.size().height() < LOW)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Goes back from wherever the focus is."""
        alt_left = event.key() == Qt.Key.Key_Left and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if not ((event.key() == Qt.Key.Key_Backspace or alt_left) and self.go_back()):
            super().keyPressEvent(event)

    def _follow_section(self, key: str) -> bool:
        for place, section in enumerate(self.sections()):
            if section.key == key:
                self._remember()
                self._scroll.jump(place)
                trees = section.trees()
                if trees:
                    trees[0].setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _remember(self) -> None:
        pairs = ((section, tree) for section in self.sections() for tree in section.trees())
        section, tree = next((each for each in pairs if each[1].hasFocus()), (None, None))
        way = tree.way() if tree is not None else ()
        self._steps.append(_Step(section, tree, way, self._scroll.top))
        del self._steps[:-MOST_STEPS]
