"""One section of a report: a heading, a line about it, figures and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.views.figures.figure_column import FigureColumn
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from aitr_desktop.views.section_tree import SectionTree
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController


class SectionBlock(QWidget):
    """A heading with its tables.

    Args:
        title: The heading.
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    followed = Signal(object)
    """The ``Target`` of a link or of a part of a figure."""
    went_back = Signal()
    """The person wants to go back to where they came from."""

    def __init__(self, title: str, theme: ThemeController, row_height: int) -> None:
        super().__init__()
        self.title = title
        self.key = ""
        self._theme = theme
        self._row_height = row_height
        theme.density_changed.connect(self._take_height)
        # Cut and not wrapped: a label whose height follows its width makes every height around it a guess.
        self._summary = CutLabel(tone=Tone.MUTED)
        self._nothing = CutLabel(tone=Tone.MUTED)
        self._captions: list[PlainLabel] = []
        self._trees: list[SectionTree] = []
        self._used = 0
        self._ways = QButtonGroup(self)
        self._ways.setExclusive(True)
        self._ways.idClicked.connect(self.show_way)
        self.figures = FigureColumn(theme)
        self.figures.chosen.connect(self.followed)
        self._switch = QHBoxLayout()
        self._switch.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(PlainLabel(title, pixels=15, bold=True))
        head.addWidget(self._summary, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addLayout(self._switch)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(head)
        self._column.addWidget(self._nothing)
        self._column.addWidget(self.figures)

    def show_block(self, block: Block) -> None:
        """Shows another report's section."""
        self.key = block.key
        self._summary.set_whole(block.summary)
        self._nothing.set_whole(block.nothing)
        self._nothing.setVisible(bool(block.nothing))
        self.figures.show_figures(block.figures)
        while len(self._trees) < len(block.tables):
            self._add_tree()
        self._used = len(block.tables)
        shown_at_once = len(block.tables) - max(0, len(block.ways) - 1)
        for place, tree in enumerate(self._trees):
            tree.setVisible(place < self._used)
            # Which of several ways is shown, the switch says.
            is_named = len(block.ways) <= place < self._used and shown_at_once > 1
            self._captions[place].setVisible(is_named)
        for tree, caption, (name, table) in zip(self._trees, self._captions, block.tables, strict=False):
            tree.setAccessibleName(name)
            caption.setText(name)
            tree.show_table(table)
        self._offer_ways(block.ways)

    @Slot(int)
    def show_way(self, chosen: int) -> None:
        """Shows one of the tables that the person chooses among, in place of the others."""
        count = len(self._ways.buttons())
        if not 0 <= chosen < count or self._ways.button(chosen).isHidden():
            return
        self._ways.button(chosen).setChecked(True)
        for place in range(min(count, self._used)):
            self._trees[place].setVisible(place == chosen)

    def trees(self) -> list[SectionTree]:
        """The tables that are shown."""
        return [tree for tree in self._trees if not tree.isHidden()]

    def locate(self, target: Target) -> tuple[SectionTree, tuple[int, ...]] | None:
        """The table that has what a target names, and the way to its row; None where none has."""
        for tree in self._trees[: self._used]:
            table = tree.table()
            way = table.place(target) if table is not None else None
            if way is not None:
                return tree, way
        return None

    def reveal(self, tree: SectionTree) -> None:
        """Shows one of its tables, whichever way was chosen."""
        if tree.isHidden():
            self.show_way(self._trees.index(tree))

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self._row_height = row_height

    def _add_tree(self) -> None:
        caption = PlainLabel(tone=Tone.MUTED)
        tree = SectionTree(self.title, self._theme, self._row_height)
        tree.followed.connect(self.followed)
        tree.went_back.connect(self.went_back)
        self._captions.append(caption)
        self._trees.append(tree)
        self._column.addWidget(caption)
        self._column.addWidget(tree)

    def _offer_ways(self, ways: tuple[str, ...]) -> None:
        while len(self._ways.buttons()) < len(ways):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("anchor", "true")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._ways.addButton(button, len(self._ways.buttons()))
            self._switch.addWidget(button)
        for place, each in enumerate(self._ways.buttons()):
            each.setVisible(place < len(ways))
            if place < len(ways):
                each.setText(ways[place])
        if ways:
            self.show_way(max(0, self._ways.checkedId()))
