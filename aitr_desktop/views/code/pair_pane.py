"""Two versions of a file as they are placed on a page: which ones, how much differs, the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.code.pair_words import summary_words
from aitr_desktop.views.code.side_by_side import SideBySide
from aitr_desktop.views.plain_label import CutLabel, PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.code.differing import Difference
    from aitr_desktop.theme import ThemeController

MOST_REMARKS = 6
SHORTEST = 10
"""Characters of a version's words that are seen at least."""


class PairPane(QWidget):
    """Head, titles of both sides, and the rows.

    Args:
        theme: Colours and fonts.
    """

    version_asked = Signal(int, int)
    """Side (0 old, 1 new) and place in the list of versions."""

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = CutLabel(bold=True, pixels=15, elide=Qt.TextElideMode.ElideMiddle)
        self.summary = PlainLabel(tone=Tone.MUTED)
        self.position = PlainLabel(tone=Tone.MUTED)
        self.remarks = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.previous = self._button(
            "↑", self.tr("Previous change"), self.tr("Previous change (Shift+F7, p)")
        )
        self.next = self._button("↓", self.tr("Next change"), self.tr("Next change (F7, n)"))
        self.all_lines = QCheckBox(self.tr("All lines"))
        self.titles = (CutLabel(tone=Tone.MUTED), CutLabel(tone=Tone.MUTED))
        self.versions = (self._chooser(self.tr("Left version")), self._chooser(self.tr("Right version")))
        self.rows = SideBySide(theme)
        self.rows.moved.connect(self._say_position)
        self.previous.clicked.connect(lambda: self.rows.go_to_change(-1))
        self.next.clicked.connect(lambda: self.rows.go_to_change(1))
        self.all_lines.toggled.connect(lambda shows: self.rows.set_folds(not shows))
        for side, box in enumerate(self.versions):
            box.activated.connect(lambda place, side=side: self.version_asked.emit(side, place))
        self._place()

    def _place(self) -> None:
        head = QFrame()
        head.setProperty("ground", "surface")
        above, below, beside = QHBoxLayout(), QVBoxLayout(head), QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self.path, 1)
        above.addWidget(self.summary)
        beside.setSpacing(8)
        beside.addWidget(self.all_lines)
        beside.addStretch(1)
        for part in (self.position, self.previous, self.next):
            beside.addWidget(part)
        below.setContentsMargins(16, 8, 16, 8)
        below.setSpacing(4)
        below.addLayout(above)
        below.addLayout(beside)
        below.addWidget(self.remarks)
        titles = QHBoxLayout()
        titles.setContentsMargins(8, 4, 8, 4)
        titles.setSpacing(8)
        for title, box in zip(self.titles, self.versions, strict=True):
            half = QVBoxLayout()
            half.addWidget(box)
            half.addWidget(title)
            titles.addLayout(half, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(hairline())
        column.addLayout(titles)
        column.addWidget(hairline())
        column.addWidget(self.rows, 1)

    def show_pair(self, old: CodeFile, new: CodeFile, difference: Difference, names: tuple[str, str]) -> None:
        """Shows two versions at their first change.

        Args:
            old: The earlier one.
            new: The later one.
            difference: Between them.
            names: What both commits are called.
        """
        self.path.set_whole(one_line(new.path, 1_000), tooltip=new.path)
        self.summary.setText(summary_words(difference))
        for title, file, name in zip(self.titles, (old, new), names, strict=True):
            path = f" · {one_line(file.path, 300)}" if old.path != new.path else ""
            title.set_whole(f"{one_line(name, 200)}{path}", tooltip=f"{file.sha}\n{file.path}")
        said = dict.fromkeys((*old.remarks, *new.remarks, *filter(None, (difference.remark,))))
        remarks = [f"▲ {self._side_of(each, old, new)}{one_line(each)}" for each in list(said)[:MOST_REMARKS]]
        self.remarks.setText("\n".join(remarks))
        self.remarks.setVisible(bool(remarks))
        for part in (self.previous, self.next, self.all_lines):
            part.setEnabled(bool(difference.hunks))
        self.rows.show_difference(difference)
        self._say_position()

    def offer_versions(self, words: Sequence[str], chosen: tuple[int, int]) -> None:
        """The versions that can be put on either side; none where two commits are compared."""
        for box, place in zip(self.versions, chosen, strict=True):
            box.clear()
            box.addItems([one_line(each, 160) for each in words])
            box.setCurrentIndex(place)
            box.setVisible(bool(words))
        for title in self.titles:
            title.setVisible(not words)

    def _side_of(self, remark: str, old: CodeFile, new: CodeFile) -> str:
        if remark in old.remarks and remark not in new.remarks:
            return self.tr("Left: ")
        return self.tr("Right: ") if remark in new.remarks and remark not in old.remarks else ""

    def _say_position(self) -> None:
        found = self.rows.difference
        count = len(found.hunks) if found is not None else 0
        words = self.tr("Change {number} of {count}") if count else ""
        self.position.setText(words.format(number=f"{self.rows.change():,}", count=f"{count:,}"))

    def _button(self, sign: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(sign)
        button.setAccessibleName(name)
        button.setToolTip(plain_tooltip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _chooser(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.setMinimumContentsLength(SHORTEST)
        box.hide()
        return box
