"""What the place of policies shows before a file is open: what it is for, and how to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.flow_layout import FlowLayout
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.theme import ThemeController

MAX_WIDTH = 620
ICON = 40
MOST_RECENT = 6


class Welcome(QFrame):
    """Buttons to begin with, and files that were open before.

    Args:
        theme: Colours of the icon.
    """

    new_asked = Signal(str)
    open_asked = Signal()
    recent_asked = Signal(str)

    def __init__(self, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "surface")
        self._theme = theme
        self._icon = QLabel()
        self._headline = PlainLabel(self.tr("No policy is open."), pixels=15, bold=True, wraps=True)
        self._body = PlainLabel(
            self.tr(
                "Write a policy here, see at once what is wrong with it, and what it would decide: about the "
                "report on screen, and about every report of the library. Waivers, quarantines and "
                "requirements are edited here too."
            ),
            tone=Tone.MUTED,
            wraps=True,
        )
        self._begin = FlowLayout(8)
        self._recent_words = PlainLabel(self.tr("Open before"), tone=Tone.MUTED)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        self._place()
        theme.changed.connect(self._draw)
        self._draw()

    def _place(self) -> None:
        column = QWidget()
        column.setMaximumWidth(MAX_WIDTH)
        lines = QVBoxLayout(column)
        lines.setContentsMargins(24, 24, 24, 24)
        lines.setSpacing(8)
        for part in (self._icon, self._headline, self._body):
            lines.addWidget(part)
        lines.addSpacing(8)
        lines.addLayout(self._begin)
        lines.addSpacing(12)
        lines.addWidget(self._recent_words)
        lines.addLayout(self._recent)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(column, 100)
        middle.addStretch(1)
        outside = QVBoxLayout(self)
        outside.addStretch(2)
        outside.addLayout(middle)
        outside.addStretch(3)

    def offer_new(self, choices: Sequence[tuple[str, str]]) -> None:
        """What can be begun with; the first is what most people want."""
        self._clear(self._begin)
        for place, (key, words) in enumerate(choices):
            button = QPushButton(words)
            if place == 0:
                button.setProperty("primary", "true")
            button.clicked.connect(lambda _=False, key=key: self.new_asked.emit(key))
            self._begin.addWidget(button)
        button = QPushButton(self.tr("Open…"))
        button.clicked.connect(lambda _=False: self.open_asked.emit())
        self._begin.addWidget(button)

    def offer_recent(self, paths: Sequence[str]) -> None:
        """Files that were open before."""
        self._clear(self._recent)
        self._recent_words.setVisible(bool(paths))
        for path in paths[:MOST_RECENT]:
            button = QPushButton(one_line(path, 80).replace("&", "&&"))
            button.setProperty("chip", "all")
            button.setToolTip(plain_tooltip(path))
            button.clicked.connect(lambda _=False, path=path: self.recent_asked.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    @staticmethod
    def _clear(layout: FlowLayout | QVBoxLayout) -> None:
        while layout.count():
            item = layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _draw(self) -> None:
        self._icon.setPixmap(self._theme.icon("policy", pixels=ICON).pixmap(QSize(ICON, ICON)))
