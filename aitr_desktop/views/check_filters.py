"""What somebody wants to see of a checklist: by item or by control, one framework, one standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Qt, Signal, Slot
from qtpy.QtWidgets import QButtonGroup, QComboBox, QToolButton, QWidget

from aitr_desktop.item_models.checked_report import Shown, counts
from aitr_desktop.views.flow_layout import FlowLayout
from tsr_agent.sections.checklist import MARKS, Compliance
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from aitr_desktop.item_models.checked_report import CheckedReport

_WIDEST = 40
"""Characters of a framework's title in the box."""


class CheckFilters(QWidget):
    """One row of choices; goes on in the next line where the width ends."""

    changed = Signal()
    """Something else was chosen; read it from ``shown``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checked: CheckedReport | None = None
        self._ways = QButtonGroup(self)
        self._standings = QButtonGroup(self)
        self._kinds: tuple[Compliance | None, ...] = (None, *MARKS)
        self._framework = QComboBox()
        self._framework.setAccessibleName(self.tr("Framework"))
        self._framework.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._framework.addItem(self.tr("All frameworks"), "")
        row = FlowLayout(4, self, (12, 4, 12, 4))
        for place, words in enumerate((self.tr("By item"), self.tr("By control"))):
            row.addWidget(self._button(self._ways, place, words))
        row.addWidget(self._framework)
        for place in range(len(self._kinds)):
            row.addWidget(self._button(self._standings, place, ""))
        for group in (self._ways, self._standings):
            group.button(0).setChecked(True)
            group.idClicked.connect(self._tell)
        self._framework.currentIndexChanged.connect(self._tell)
        self._count()

    @property
    def shown(self) -> Shown:
        """What is chosen."""
        return Shown(
            by_control=self._ways.checkedId() == 1,
            framework=str(self._framework.currentData() or ""),
            standing=self._kinds[max(0, self._standings.checkedId())],
        )

    def show_checked(self, checked: CheckedReport) -> None:
        """Offers another report's frameworks and counts; what is chosen stays where it can."""
        self._checked = checked
        chosen = self._framework.currentData()
        offered = [(each.id, one_line(each.title, _WIDEST)) for each in checked.frameworks]
        with QSignalBlocker(self._framework):
            while self._framework.count() > 1:
                self._framework.removeItem(1)
            for key, title in offered:
                self._framework.addItem(title, key)
            self._framework.setCurrentIndex(max(0, self._framework.findData(chosen)))
        self._count()

    def choose(self, shown: Shown) -> None:
        """Chooses something else."""
        self._ways.button(int(shown.by_control)).setChecked(True)
        self._standings.button(self._kinds.index(shown.standing)).setChecked(True)
        with QSignalBlocker(self._framework):
            self._framework.setCurrentIndex(max(0, self._framework.findData(shown.framework)))
        self._tell()

    def _button(self, group: QButtonGroup, place: int, words: str) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setCheckable(True)
        button.setProperty("anchor", "true")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        group.addButton(button, place)
        return button

    @Slot()
    def _tell(self) -> None:
        self._count()
        self.changed.emit()

    def _count(self) -> None:
        """Writes on each choice how many items it has."""
        found = counts(self._checked, self.shown.framework) if self._checked is not None else {}
        for place, standing in enumerate(self._kinds):
            button = self._standings.button(place)
            if standing is None:
                said, name = self.tr("All"), self.tr("Items of every standing")
                count = sum(found.values())
            else:
                mark = MARKS[standing]
                said, name, count = f"{mark.sign} {mark.word}", mark.word, found.get(standing, 0)
            button.setText(f"{said} {count:,}")
            button.setAccessibleName(self.tr("{word}: {count}").format(word=name, count=f"{count:,}"))
