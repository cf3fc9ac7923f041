"""The server's place: who one is there, what waits, what was refused, and what contradicts what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from qtpy.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import CELL_ROLE, Cell
from aitr_desktop.views.plain_label import PlainLabel, hairline
from aitr_desktop.views.section_tree import SectionTree
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.cells import Table
    from aitr_desktop.item_models.server_page import ServerPage
    from aitr_desktop.theme import ThemeController


class ServerView(QWidget):
    """Shows a ``ServerPage``.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row.
        minutes: What can be chosen for how often to synchronise; 0 for never.
    """

    sync_asked = Signal()
    stop_asked = Signal()
    connect_asked = Signal()
    disconnect_asked = Signal()
    send_again_asked = Signal(list)
    """Names of refused documents."""
    take_back_asked = Signal(list)
    """Names of documents that are not to be sent any more."""
    minutes_chosen = Signal(int)
    report_asked = Signal(str)
    """Id of the report that a row is about."""

    def __init__(
        self, theme: ThemeController, row_height: int, minutes: Sequence[int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._url = PlainLabel(pixels=20, bold=True, wraps=True, selectable=True)
        self._who = PlainLabel(wraps=True, selectable=True)
        self._synced = PlainLabel(wraps=True, selectable=True)
        self._last = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._notes = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.sync = self._button(self.tr("Synchronise"), self._sync_pressed, primary=True)
        self.connect_button = self._button(self.tr("Connect to server…"), self.connect_asked.emit)
        self.disconnect_button = self._button(self.tr("Disconnect…"), self.disconnect_asked.emit)
        self.minutes = self._minutes(minutes)
        self.send_again = self._button(self.tr("Send again"), self._send_again_pressed)
        self.take_back = self._button(self.tr("Take back"), self._take_back_pressed)
        self.remove = self._button(self.tr("Take back"), self._remove_pressed)
        self._refused_names: tuple[str, ...] = ()
        self._waiting_names: tuple[str, ...] = ()
        self._is_running = False
        tip = self.tr("The selected approvals, rejections and withdrawals are not sent any more")
        for button in (self.take_back, self.remove):
            button.setToolTip(tip)
            button.setAccessibleDescription(tip)
        self.waiting = _Part(self.tr("Waits to be sent"), self.tr("Nothing waits."), theme, row_height)
        self.refused = _Part(
            self.tr("Refused by the server"), self.tr("Nothing was refused."), theme, row_height
        )
        self.contradictions = _Part(
            self.tr("Contradictions"),
            self.tr("No document of the server contradicts what is here."),
            theme,
            row_height,
        )
        self.contradictions.explain(
            self.tr(
                "The server has other bytes under the same id. Both are kept and neither is overwritten; the "
                "server's are used for nothing here. Find out with whoever runs the server, and whoever made "
                "the report, which of the two is true, and do not release on the other."
            )
        )
        self._place()

    def show_page(self, page: ServerPage) -> None:
        """Shows what is known."""
        self._is_running, self._refused_names = page.is_running, page.refused_names
        self._waiting_names = page.waiting_names
        is_known = bool(page.url)
        self._url.setText(page.url or self.tr("Not connected to a server"))
        offline = self.tr(
            "Everything in the library can be read without one. Connect to fetch what a team has filed, and "
            "to send what waits here."
        )
        self._who.setText(page.who if is_known else offline)
        self._who.setVisible(bool(self._who.text()))
        self._synced.set_tone(page.synced_tone)
        self._synced.setText(page.synced if is_known else "")
        self._last.setText(visible(page.last))
        self._notes.setText("\n".join(page.notes))
        for label in (self._synced, self._last, self._notes):
            label.setVisible(bool(label.text()))
        self.sync.setText(self.tr("Cancel") if page.is_running else self.tr("Synchronise"))
        for part in (self.sync, self.disconnect_button, self.minutes):
            part.setVisible(is_known)
        self.connect_button.setText(self.tr("Another server…") if is_known else self.tr("Connect to server…"))
        _primary(self.connect_button, on=not is_known)
        self.waiting.show_table(page.waiting, is_known=is_known)
        self.refused.show_table(page.refused, is_known=is_known)
        self.contradictions.show_table(page.contradictions, is_known=is_known, number=page.contradicted)
        self.take_back.setVisible(any(page.waiting_names))
        self.take_back.setEnabled(not page.is_running)
        for button in (self.send_again, self.remove):
            button.setVisible(bool(page.refused_names))

    def show_minutes(self, minutes: int) -> None:
        """Shows how often is synchronised."""
        self.minutes.setCurrentIndex(max(self.minutes.findData(minutes), 0))

    def _minutes(self, choices: Sequence[int]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.tr("How often to synchronise"))
        never = self.tr("only when asked")
        for each in choices:
            words = never if not each else self.tr("by itself every {number} min").format(number=each)
            made.addItem(words, each)
        made.activated.connect(lambda row: self.minutes_chosen.emit(int(made.itemData(row))))
        return made

    def _button(self, words: str, run: object, *, primary: bool = False) -> QPushButton:
        made = QPushButton(words)
        made.clicked.connect(lambda _=False: run())  # type: ignore[operator]  # a slot or a signal's emit
        if primary:
            _primary(made, on=True)
        return made

    def _sync_pressed(self) -> None:
        (self.stop_asked if self._is_running else self.sync_asked).emit()

    def _send_again_pressed(self) -> None:
        rows = self.refused.selected_rows() or range(len(self._refused_names))
        self.send_again_asked.emit([self._refused_names[row] for row in rows])

    def _take_back_pressed(self) -> None:
        self._ask_back(self.waiting, self._waiting_names)

    def _remove_pressed(self) -> None:
        self._ask_back(self.refused, self._refused_names)

    def _ask_back(self, part: _Part, names: Sequence[str]) -> None:
        """Asks for the rows that are selected, and never for those that nobody chose."""
        rows = part.selected_rows() if len(names) > 1 else [0]
        chosen = [names[row] for row in rows if names[row]]
        if chosen:
            self.take_back_asked.emit(chosen)

    def _place(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.sync, self.minutes, self.connect_button, self.disconnect_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(8)
        for label in (self._url, self._who, self._synced, self._last, self._notes):
            column.addWidget(label)
        column.addSpacing(4)
        column.addLayout(buttons)
        for part in (self.waiting, self.refused, self.contradictions):
            column.addSpacing(12)
            column.addWidget(part)
            part.report_asked.connect(self.report_asked)
            below = {self.waiting: (self.take_back,), self.refused: (self.send_again, self.remove)}
            if part in below:
                row = QHBoxLayout()
                row.setSpacing(8)
                for button in below[part]:
                    row.addWidget(button)
                row.addStretch(1)
                column.addLayout(row)
        column.addStretch(1)
        scroll = QScrollArea()
        # What is in it takes the focus, and is scrolled to.
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)


class _Part(QWidget):
    """A heading, its number, and a table; or a sentence where it has no rows."""

    report_asked = Signal(str)

    def __init__(self, title: str, nothing: str, theme: ThemeController, row_height: int) -> None:
        super().__init__()
        self._title = title
        self._head = PlainLabel(pixels=15, bold=True)
        self._said = PlainLabel(nothing, tone=Tone.MUTED, wraps=True)
        self._why = PlainLabel(wraps=True, selectable=True)
        self.tree = SectionTree(title, theme, row_height)
        self.tree.activated.connect(self._activated)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(hairline())
        for part in (self._said, self._why, self.tree):
            column.addWidget(part)

    def explain(self, words: str) -> None:
        """What is said above the rows."""
        self._why.setText(words)

    def show_table(self, table: Table, *, is_known: bool, number: int | None = None) -> None:
        """Shows other rows; ``number`` is how many things they are about, where that is not one a row."""
        number = len(table.nodes) if number is None else number
        self._head.setText(f"{self._title} ({number:,})" if number else self._title)
        self._said.setVisible(not number)
        self._why.setVisible(bool(number and self._why.text()))
        self.tree.setVisible(bool(number))
        if number:
            self.tree.show_table(table)
        self.setVisible(is_known or bool(number))

    def _activated(self, index: QModelIndex) -> None:
        cell = index.siblingAtColumn(0).data(CELL_ROLE)
        if isinstance(cell, Cell) and cell.leads_to is not None:
            self.report_asked.emit(cell.leads_to.value)

    def selected_rows(self) -> list[int]:
        """Numbers of the selected rows."""
        model: QItemSelectionModel | None = self.tree.selectionModel()
        if model is None:
            return []
        return sorted(index.row() for index in model.selectedRows() if not index.parent().isValid())


def _primary(button: QPushButton, *, on: bool) -> None:
    button.setProperty("primary", "true" if on else "false")
    button.style().unpolish(button)
    button.style().polish(button)
