"""One report: the verdict first, then every section in one scroll with anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.figures.figure_column import FigureColumn
from aitr_desktop.views.plain_label import PlainLabel, hairline
from aitr_desktop.views.section_tree import SectionTree
from aitr_desktop.views.verdict_band import VerdictBand
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.item_models.report_detail import Block, ReportDetail
    from aitr_desktop.theme import ThemeController


class DetailView(QFrame):
    """Shows a ``ReportDetail``."""

    left = Signal(object)
    """A ``Target`` outside of this report: a commit, a line of code, another report."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._theme = theme
        self._row_height = row_height
        self._band = VerdictBand(theme)
        self._anchors = QButtonGroup(self)
        self._anchors.setExclusive(True)
        self._anchor_row = QHBoxLayout()
        self._anchor_row.setContentsMargins(12, 2, 12, 2)
        self._anchor_row.setSpacing(2)
        self._sections: list[SectionBlock] = []
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(16, 8, 16, 24)
        self._column.setSpacing(20)
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
        column.addWidget(self._band)
        column.addWidget(hairline())
        column.addLayout(self._anchor_row)
        column.addWidget(hairline())
        column.addWidget(self._scroll, 1)

    def show_report(self, detail: ReportDetail) -> None:
        """Shows another report from its top."""
        self._band.show_overview(detail.head)
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

    def _make_sections(self, titles: list[str]) -> None:
        for place, title in enumerate(titles):
            section = SectionBlock(title, self._theme, self._row_height)
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
        self._anchor_row.addStretch(1)

    @Slot(int)
    def _jump(self, place: int) -> None:
        if place < len(self._sections):
            self._scroll.verticalScrollBar().setValue(self._sections[place].y() - 8)
            self._check(place)

    @Slot(int)
    def _scrolled(self, top: int) -> None:
        passed = [place for place, section in enumerate(self._sections) if section.y() - 24 <= top]
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


class SectionBlock(QWidget):
    """A heading with its tables."""

    def __init__(self, title: str, theme: ThemeController, row_height: int) -> None:
        super().__init__()
        self.title = title
        self._theme = theme
        self._row_height = row_height
        self._summary = PlainLabel(tone=Tone.MUTED)
        # Not wrapped: a label whose height follows its width makes every height around it a guess.
        self._nothing = PlainLabel(tone=Tone.MUTED)
        self._trees: list[SectionTree] = []
        self.figures = FigureColumn(theme)
        heading = PlainLabel(title, pixels=15, bold=True)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(heading)
        head.addWidget(self._summary, 1, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addWidget(self._nothing)
        self._column.addWidget(self.figures)

    def show_block(self, block: Block) -> None:
        """Shows another report's section."""
        self._summary.setText(block.summary)
        self._nothing.setText(block.nothing)
        self._nothing.setVisible(bool(block.nothing))
        self.figures.show_figures(block.figures)
        while len(self._trees) < len(block.tables):
            tree = SectionTree(self.title, self._theme, self._row_height)
            self._trees.append(tree)
            self._column.addWidget(tree)
        for place, tree in enumerate(self._trees):
            tree.setVisible(place < len(block.tables))
        for tree, (name, table) in zip(self._trees, block.tables, strict=False):
            tree.setAccessibleName(name)
            tree.show_table(table)

    def trees(self) -> list[SectionTree]:
        """The tables that are shown."""
        return [tree for tree in self._trees if not tree.isHidden()]
