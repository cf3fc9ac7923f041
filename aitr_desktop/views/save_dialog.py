"""What a file of a report is to hold, asked before it is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence


WIDTH = 60
"""Characters of usual width that a line has room for."""
MOST_SIGNS = 140
"""Characters of what it says about the report: what somebody made longer would hide what is asked."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways to save."""

    key: str
    words: str
    more: str
    """What it is good for."""
    takes_all: bool = True
    """Whether every test can be in it."""


class SaveDialog(QDialog):
    """Asks for one of several ways, and what else is to be in the file.

    Args:
        title: What is saved as what.
        about: What stands on screen and is to be saved.
        ways: What there is to choose from, with a line about each.
        chosen: Key of the one that was chosen last.
    """

    wanted = Signal(str, bool, bool)
    """Key of the way, whether every test is wanted, and whether the comparison is."""

    def __init__(
        self, title: str, about: str, ways: Sequence[Way], chosen: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ways = {each.key: each for each in ways}
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        self.all_tests = QCheckBox(self.tr("Every test, not only those that need a look"))
        self.comparison = QCheckBox(self.tr("What changed since the last approved report"))
        self.comparison.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(PlainLabel(title, pixels=15, bold=True, wraps=True))
        self.about = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self.about.set_shortened(about, MOST_SIGNS)
        self.about.setMinimumWidth(WIDTH * self.about.fontMetrics().averageCharWidth())
        column.addWidget(self.about)
        column.addSpacing(8)
        for way in ways:
            self._add(way, column)
        column.addSpacing(8)
        column.addWidget(self.all_tests)
        column.addWidget(self.comparison)
        column.addSpacing(8)
        column.addWidget(self._closing())
        self._buttons.get(chosen, next(iter(self._buttons.values()))).setChecked(True)
        self._group.buttonToggled.connect(self._hold)
        self._hold()

    @property
    def way(self) -> str:
        """Key of the way that is chosen."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    @property
    def takes_all(self) -> bool:
        """Whether every test can be in what is chosen."""
        return self._ways[self.way].takes_all

    def choose(self, key: str) -> None:
        """Chooses a way."""
        self._buttons[key].setChecked(True)

    def offer_comparison(self, *, chosen: bool) -> None:
        """Offers to hold the report against the last approved one, too."""
        self.comparison.setChecked(chosen)
        self.comparison.show()

    def accept(self) -> None:
        """Says what is wanted."""
        self.wanted.emit(self.way, self.all_tests.isChecked(), self.comparison.isChecked())
        super().accept()

    def _add(self, way: Way, column: QVBoxLayout) -> None:
        button = QRadioButton(way.words)
        button.setAccessibleDescription(way.more)
        self._buttons[way.key] = button
        self._group.addButton(button)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addWidget(button)
        if way.more:
            more = PlainLabel(way.more, tone=Tone.MUTED, wraps=True)
            more.setContentsMargins(24, 0, 0, 0)
            lines.addWidget(more)
        column.addLayout(lines)

    def _hold(self) -> None:
        self.all_tests.setEnabled(self.takes_all)
        if not self.takes_all:
            self.all_tests.setChecked(False)

    def _closing(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        save = buttons.addButton(self.tr("Choose a name…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        save.setProperty("primary", "true")
        save.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons
