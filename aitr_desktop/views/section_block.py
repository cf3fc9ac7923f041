"""One section of a report: a heading, a line about it, figures and tables."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.views.figures.figure_column import FigureColumn
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from aitr_desktop.views.section_tree import SectionTree
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.report_detail import Block
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.shared_columns import ColumnsHeader


class SectionBlock(QWidget):
    """A heading with its tables.

    Args:
        title: The heading.
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
        header: Titles above all tables of all sections, whose widths they share; None for their own.
    """

    followed = Signal(object)
    """The ``Target`` of a link or of a part of a figure."""
    went_back = Signal()
    """The person wants to go back to where they came from."""

    def __init__(
        self, title: str, theme: ThemeController, row_height: int, header: ColumnsHeader | None = None
    ) -> None:
        super().__init__()
        self._header = header
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
        self._block: Block | None = None
        self._filled: set[int] = set()
        self._pieces: deque[Callable[[], None]] = deque()
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
        """Shows another report's section, all of it at once."""
        self.begin(block)
        while self.fill_next():
            pass

    def begin(self, block: Block) -> None:
        """Shows the heading of another report's section, and nothing of the one before below it."""
        self._block = block
        self.key = block.key
        self._summary.set_whole(block.summary)
        self._nothing.set_whole(block.nothing)
        self._nothing.setVisible(bool(block.nothing))
        self.figures.hide()
        for each in (*self._captions, *self._trees, *self._ways.buttons()):
            each.hide()
        self._filled.clear()
        self._pieces = deque([partial(self._offer_ways, block.ways)])
        if block.figures:
            self._pieces.append(partial(self.figures.show_figures, block.figures))
        chosen = max(0, self._ways.checkedId())
        tables = range(len(block.tables))
        self._pieces.extend(
            partial(self._fill_table, each) for each in tables if each >= len(block.ways) or each == chosen
        )

    def fill_next(self) -> bool:
        """Shows the next piece of what was begun with: a figure, a table.

        Returns:
            Whether there is another one.
        """
        if self._pieces:
            self._pieces.popleft()()
        return bool(self._pieces)

    @Slot(int)
    def show_way(self, chosen: int) -> None:
        """Shows one of the tables that the person chooses among, in place of the others."""
        if self._block is None or not 0 <= chosen < len(self._block.ways):
            return
        self._ways.button(chosen).setChecked(True)
        self._fill_table(chosen)
        for place in range(len(self._block.ways)):
            if place < len(self._trees):
                self._trees[place].setVisible(place == chosen)

    def trees(self) -> list[SectionTree]:
        """The tables that are shown."""
        return [tree for tree in self._trees if not tree.isHidden()]

    def locate(self, target: Target) -> tuple[int, tuple[int, ...]] | None:
        """Place of the table that has what a target names, and the way to its row; None where none has."""
        for place, (_, table) in enumerate(self._block.tables if self._block is not None else ()):
            way = table.place(target)
            if way is not None:
                return place, way
        return None

    def reveal(self, place: int) -> SectionTree:
        """Shows one of its tables, whichever way was chosen.

        Raises:
            IndexError: It has no such table.
        """
        if self._block is not None and place < len(self._block.ways):
            self.show_way(place)
        else:
            self._fill_table(place)
        return self._trees[place]

    def show_tree(self, tree: SectionTree) -> None:
        """Shows one of its tables that was shown before."""
        if tree.isHidden():
            self.show_way(self._trees.index(tree))

    @Slot(int)
    def _take_height(self, row_height: int) -> None:
        self._row_height = row_height

    def _add_tree(self) -> None:
        caption = PlainLabel(tone=Tone.MUTED)
        tree = SectionTree(self.title, self._theme, self._row_height, header=self._header)
        tree.followed.connect(self.followed)
        tree.went_back.connect(self.went_back)
        self._captions.append(caption)
        self._trees.append(tree)
        self._column.addWidget(caption)
        self._column.addWidget(tree)
        caption.hide()
        tree.hide()

    def _fill_table(self, place: int) -> None:
        if self._block is None or place in self._filled:
            return
        self._filled.add(place)
        while len(self._trees) <= place:
            self._add_tree()
        ways = len(self._block.ways)
        shown_at_once = len(self._block.tables) - max(0, ways - 1)
        name, table = self._block.tables[place]
        tree, caption = self._trees[place], self._captions[place]
        tree.setAccessibleName(name)
        caption.setText(name)
        # Which of several ways is shown, the switch says.
        caption.setVisible(place >= ways and shown_at_once > 1)
        # Before it is filled, so that it has its width.
        tree.setVisible(True)
        tree.show_table(table)

    def _offer_ways(self, ways: tuple[str, ...]) -> None:
        while len(self._ways.buttons()) < len(ways):
            button = QToolButton()
            button.setCheckable(True)
            button.setProperty("anchor", "true")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._ways.addButton(button, len(self._ways.buttons()))
            self._switch.addWidget(button)
        for offered, words in zip(self._ways.buttons(), ways, strict=False):
            offered.setText(words)
            offered.show()
        if ways:
            self._ways.button(max(0, self._ways.checkedId())).setChecked(True)
