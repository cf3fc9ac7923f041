"""Chooses one report of the library: a search, the list, and the report that is on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, QTimer, Signal, Slot
from qtpy.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from aitr_desktop.views.filter_bar import TYPING_PAUSE_MS, sha_and_text
from aitr_desktop.views.plain_label import PlainLabel
from aitr_desktop.views.report_table import ReportTable
from aitr_desktop.views.search_field import SearchField
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from qtpy.QtGui import QKeyEvent

    from aitr_desktop.item_models.report_list_model import ReportListModel
    from aitr_desktop.theme import ThemeController

FIRST_SIZE = (820, 520)


class ReportPicker(QDialog):
    """Asks for a report.

    Args:
        title: What the report is chosen for.
        reports: The list, narrowed by whoever hears ``asked``.
        theme: Colours and fonts.
        row_height: Pixels of a row.
        on_screen: Id of the report on screen, which can be chosen at once; empty for none.
    """

    asked = Signal(str, str)
    """The list is to be narrowed to the first digits of a SHA and to a text."""
    picked = Signal(str)
    """Id of the report that was chosen."""

    def __init__(
        self,
        title: str,
        reports: ReportListModel,
        theme: ThemeController,
        row_height: int,
        parent: QWidget | None = None,
        *,
        on_screen: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reports = reports
        reports.setParent(self)
        self._on_screen = on_screen
        self.search = SearchField(theme)
        self.table = ReportTable(reports, theme, row_height)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._nothing = PlainLabel(self.tr("No report matches."), tone=Tone.MUTED)
        self._nothing.hide()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.ask)
        self._place()
        self._connect()

    def _place(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        for part in (self.search, self._nothing, self.table):
            column.addWidget(part)
        column.setStretchFactor(self.table, 1)
        self._buttons = QDialogButtonBox()
        self.choose = self._buttons.addButton(self.tr("Choose"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.choose.setProperty("primary", "true")
        self.take_shown = self._buttons.addButton(
            self.tr("Use the report on screen"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.take_shown.setEnabled(bool(self._on_screen))
        for button in (self.choose, self.take_shown):
            # Enter in the search goes on to the list.
            button.setAutoDefault(False)
        cancel = self._buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAutoDefault(False)
        column.addWidget(self._buttons)
        self.resize(*FIRST_SIZE)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._pause.start)
        self.search.entered.connect(self._go_on)
        self.table.entered_report.connect(self._choose)
        self.table.doubleClicked.connect(self._choose)
        self._reports.loaded.connect(self._list_is_here)
        self._buttons.accepted.connect(self._choose)
        self._buttons.rejected.connect(self.reject)
        self.take_shown.clicked.connect(lambda: self._pick(self._on_screen))
        self.table.selection_changed.connect(lambda number: self.choose.setEnabled(number == 1))
        self.choose.setEnabled(False)

    def done(self, result: int) -> None:
        """Closes; what is on its way to the list is awaited no more."""
        self._pause.stop()
        self._reports.show(None, self._reports.query)
        super().done(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Enter goes on from the search to the list; it presses no button by itself."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    @Slot()
    def ask(self) -> None:
        """Asks for what the search says."""
        self._pause.stop()
        self.asked.emit(*sha_and_text(self.search.text()))

    @Slot()
    def _go_on(self) -> None:
        if self._pause.isActive():
            self.ask()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _list_is_here(self) -> None:
        rows = self._reports.rowCount()
        self._nothing.setVisible(not rows)
        if rows:
            self.table.select_row(0)
        self.choose.setEnabled(bool(rows))

    @Slot()
    def _choose(self) -> None:
        found = self.table.selected_reports(1)
        if found:
            self._pick(found[0][1].id)

    def _pick(self, report_id: str) -> None:
        if report_id:
            self.picked.emit(report_id)
            self.accept()
