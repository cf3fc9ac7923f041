"""Labelled values in full, under headings, to be read before something is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QGridLayout, QScrollArea, QWidget

from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.item_models.approval_offer import Facts
    from aitr_desktop.theme import ThemeController
    from tsr_agent.sections.fields import Field

STEP = 48
"""Pixels that an arrow key scrolls."""


class FactsPane(QScrollArea):
    """Shows ``Facts``. No value is cut; what is long wraps, and the whole scrolls.

    Args:
        name: What a screen reader calls it.
        theme: The monospaced font.
    """

    def __init__(self, name: str, theme: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("facts", "true")
        self.viewport().setProperty("ground", "surface")
        self.verticalScrollBar().setSingleStep(STEP)

    def show_facts(self, facts: Sequence[Facts]) -> None:
        """Shows other values, from the top."""
        body = QWidget()
        body.setProperty("ground", "surface")
        grid = QGridLayout(body)
        grid.setContentsMargins(16, 12, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        said: list[str] = []
        for group in facts:
            row = grid.rowCount()
            if said:
                grid.setRowMinimumHeight(row, 8)
                row += 1
            grid.addWidget(PlainLabel(group.title, bold=True), row, 0, 1, 2)
            said.append(group.title)
            said += [self._add(grid, field) for field in group.fields]
            for line in group.lines:
                grid.addWidget(PlainLabel(f"· {line}", wraps=True, selectable=True), grid.rowCount(), 0, 1, 2)
            said += group.lines
        grid.setRowStretch(grid.rowCount(), 1)
        self._text = "\n".join(said)
        self.setAccessibleDescription(self._text)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(body)

    def text(self) -> str:
        """Everything that it shows, a line each."""
        return self._text

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Copies everything; what else scrolls is Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._text)
            return
        bar = self.verticalScrollBar()
        ends = {Qt.Key.Key_Home: bar.minimum(), Qt.Key.Key_End: bar.maximum()}
        if event.key() in ends:
            bar.setValue(ends[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def _add(self, grid: QGridLayout, field: Field) -> str:
        row = grid.rowCount()
        name = PlainLabel(field.label, tone=Tone.MUTED)
        font = self._theme.code_font(13) if field.is_code else None
        value = PlainLabel(field.value, tone=field.tone, wraps=True, selectable=True, font=font)
        value.setAccessibleName(f"{field.label}: {field.value}")
        value.set_tooltip(field.whole)
        grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        return f"{field.label}: {field.value}"
