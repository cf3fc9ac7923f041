"""One report: the verdict first, then every section in one scroll with anchors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, QEvent, QPoint, Qt, Signal, Slot
from qtpy.QtWidgets import QButtonGroup, QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import Kind, Target
from aitr_desktop.views.flow_layout import FlowLayout
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.section_block import SectionBlock
from aitr_desktop.views.verdict_band import VerdictBand
from tsr_agent.sections.targets import OUTSIDE

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent, QResizeEvent

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.section_tree import SectionTree

MOST_STEPS = 100
"""Steps that can be gone back."""
MARGIN = 8
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
        self._theme = theme
        self._row_height = row_height
        theme.density_changed.connect(self._take_height)
        self.band = VerdictBand(theme)
        self._anchors = QButtonGroup(self)
        self._anchors.setExclusive(True)
        self._anchor_row = FlowLayout(2)
        self._anchor_row.setContentsMargins(12, 2, 12, 2)
        self._sections: list[SectionBlock] = []
        self._steps: list[_Step] = []
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(16, 8, 16, 24)
        self._column.setSpacing(24)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._body)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._anchors.idClicked.connect(self._jump)
        self._place()

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.band)
        column.addWidget(hairline())
        column.addLayout(self._anchor_row)
        column.addWidget(hairline())
        column.addWidget(self._scroll, 1)

    def show_report(self, detail: ReportDetail) -> None:
        """Shows another report from its top."""
        self._steps.clear()
        self.band.show_overview(detail.head)
        if [each.title for each in self._sections] != [block.title for block in detail.blocks]:
            self._make_sections([block.title for block in detail.blocks])
        for section, block in zip(self._sections, detail.blocks, strict=True):
            section.show_block(block)
        self._scroll.verticalScrollBar().setValue(0)
        self._check(0)

    def sections(self) -> list[SectionBlock]:
        """The sections from the top."""
        return self._sections

    def focus_first(self) -> None:
        """Goes to the first table."""
        trees = [tree for section in self._sections for tree in section.trees()]
        if trees:
            trees[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def jump_to(self, place: int) -> None:
        """Scrolls to a section by its place."""
        self._jump(place)

    @Slot(object)
    def follow(self, target: Target) -> bool:
        """Goes to what a target names: a row of this report, or out of it by ``left``.

        Returns:
            Whether there is such a thing.
        """
        if target.kind in OUTSIDE:
            self.left.emit(target)
            return True
        if target.kind is Kind.SECTION:
            return self._follow_section(target.value)
        for section in self._sections:
            found = section.locate(target)
            if found is not None:
                self._remember()
                tree, way = found
                section.reveal(tree)
                tree.go_to(way, opens=target.kind is not Kind.TEST_TYPE)
                self._show_row(tree)
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
            step.section.reveal(step.tree)
            step.tree.go_to(step.way)
        self._settle()
        self._scroll.verticalScrollBar().setValue(step.top)
        return True

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
        for place, section in enumerate(self._sections):
            if section.key == key:
                self._remember()
                self._jump(place)
                trees = section.trees()
                if trees:
                    trees[0].setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _remember(self) -> None:
        top = self._scroll.verticalScrollBar().value()
        pairs = ((section, tree) for section in self._sections for tree in section.trees())
        section, tree = next((each for each in pairs if each[1].hasFocus()), (None, None))
        self._steps.append(_Step(section, tree, tree.way() if tree is not None else (), top))
        del self._steps[:-MOST_STEPS]

    def _show_row(self, tree: SectionTree) -> None:
        """Scrolls so far that the current row of a table is seen with what surrounds it."""
        self._settle()
        row = tree.visualRect(tree.currentIndex())
        top = tree.viewport().mapTo(self._body, QPoint(0, row.top())).y()
        self._scroll.verticalScrollBar().setValue(top - self._scroll.viewport().height() // 4)

    def _settle(self) -> None:
        """Takes the heights that opened rows ask for at once, and not in the next turn of the loop."""
        for section in self._sections:
            layout = section.layout()
            if layout is not None:
                layout.activate()
        self._column.activate()
        QCoreApplication.sendEvent(self._scroll, QEvent(QEvent.Type.LayoutRequest))

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self._row_height = row_height

    def _make_sections(self, titles: list[str]) -> None:
        for place, title in enumerate(titles):
            section = SectionBlock(title, self._theme, self._row_height)
            section.figures.plots_wanted.connect(self.plots_wanted)
            section.followed.connect(self.follow)
            section.went_back.connect(self.go_back)
            self._sections.append(section)
            self._column.insertWidget(place, section)
            anchor = QToolButton()
            anchor.setText(title)
            anchor.setCheckable(True)
            anchor.setProperty("anchor", "true")
            anchor.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            anchor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._anchors.addButton(anchor, place)
            self._anchor_row.addWidget(anchor)

    @Slot(int)
    def _jump(self, place: int) -> None:
        if place < len(self._sections):
            self._scroll.verticalScrollBar().setValue(self._sections[place].y() - MARGIN)
            self._check(place)

    @Slot(int)
    def _scrolled(self, top: int) -> None:
        passed = [place for place, section in enumerate(self._sections) if section.y() - 3 * MARGIN <= top]
        bar = self._scroll.verticalScrollBar()
        if top == bar.maximum() and top > 0:
            # The last sections can't reach the top; the one that was jumped to stays marked.
            if self._anchors.checkedId() < max(passed, default=0):
                self._check(max(passed, default=0))
            return
        self._check(max(passed, default=0))

    def _check(self, place: int) -> None:
        anchor = self._anchors.button(place)
        if anchor is not None:
            anchor.setChecked(True)
