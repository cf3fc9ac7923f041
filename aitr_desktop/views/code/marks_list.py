"""What is known of the lines: a list for the file that is shown, and one of all files with marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.item_models.mark_rows import NO_MARKS, kind_word
from aitr_desktop.item_models.marks_model import MarkedFilesModel, MarksModel
from aitr_desktop.views.code.mark_table import MarkTable
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QKeyEvent, QResizeEvent

    from aitr_desktop.code.report_marks import MarkedFile
    from aitr_desktop.item_models.mark_rows import ListedMarks, MarkRow
    from aitr_desktop.theme import ThemeController

ROW = 28
MARGIN = 8
WIDTHS = (600, 272)
WIDE = 720
"""Pixels of width from which a row is read beside the list and not below it."""
MAX_READ = 20_000
"""Characters of a mark that are shown in full."""


class MarksList(QFrame):
    """Shows marks; where a row leads is told, and nothing is decided here.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    line_asked = Signal(int, bool)
    """A line of the file that is shown; whether the focus goes there, too."""
    file_asked = Signal(str)
    """Path of a file with marks."""
    note_asked = Signal()
    """A new note on the selected lines."""
    left = Signal()
    """Escape: back to the code."""
    menu_asked = Signal(object, object)
    """The menu of a ``MarkRow`` is wanted, at a ``QPoint`` of the screen."""

    def __init__(self, theme: ThemeController, row_height: int = ROW, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.marks, self.files = MarksModel(self), MarkedFilesModel(self)
        self.table = MarkTable(
            self.tr("Marks of this file"), self.marks, theme, row_height=row_height, widest=(34, 16, 0)
        )
        self.file_table = MarkTable(
            self.tr("Files with marks"), self.files, theme, row_height=row_height, widest=(0, 40)
        )
        self.kinds = QComboBox()
        self.note_button = QPushButton(self.tr("&Note…"))
        self.remarks = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.read = QPlainTextEdit()
        self.nothing = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.no_files = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.tabs = QTabBar()
        self._pages = QStackedWidget()
        self._lists, self._file_lists = QStackedWidget(), QStackedWidget()
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self.listed = NO_MARKS
        """What is known of the file that is shown, of every kind."""
        self.leads_back = False
        """Whether there is code to which Escape leads."""
        self._place()
        self._connect()
        self.show_marks(NO_MARKS, (), "")
        self.show_files((), "")

    def _place(self) -> None:
        # Beside the tabs: on a low screen each row counts.
        head = QHBoxLayout()
        head.setContentsMargins(0, 4, MARGIN, 4)
        head.setSpacing(MARGIN)
        head.addWidget(self.tabs, 1)
        self.kinds.setAccessibleName(self.tr("Kind of mark"))
        self.kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kinds.setMinimumContentsLength(11)
        self.note_button.setToolTip(self.tr("Note on the selected lines"))
        head.addWidget(self.kinds)
        head.addWidget(self.note_button)
        self.read.setReadOnly(True)
        self.read.setTabChangesFocus(True)
        self.read.setFrameShape(QFrame.Shape.NoFrame)
        self.read.setAccessibleName(self.tr("The chosen mark in full"))
        self.read.setMinimumHeight(2 * ROW)
        self._body.setHandleWidth(1)
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self.table)
        self._body.addWidget(self.read)
        self._body.setStretchFactor(0, 3)
        self._body.setStretchFactor(1, 2)
        self._body.setSizes(list(WIDTHS))
        self._lists.addWidget(self._body)
        self._lists.addWidget(_padded(self.nothing))
        self._file_lists.addWidget(self.file_table)
        self._file_lists.addWidget(_padded(self.no_files))
        here = QWidget()
        column = QVBoxLayout(here)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.remarks)
        column.addWidget(self._lists, 1)
        self.remarks.setContentsMargins(MARGIN, 0, MARGIN, 4)
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Marks"))
        for page in (here, self._file_lists):
            self.tabs.addTab("")
            self._pages.addWidget(page)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        # Of the files there are no kinds to choose from.
        self.tabs.currentChanged.connect(lambda tab: self.kinds.setVisible(tab == 0))
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addLayout(head)
        outside.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.kinds.currentIndexChanged.connect(lambda _: self.marks.show_kind(self.kinds.currentData()))
        self.note_button.clicked.connect(lambda _=False: self.note_asked.emit())
        self.table.gone_to.connect(self._go)
        self.table.current_changed.connect(lambda _: self._read_row())
        self.marks.modelReset.connect(self._read_row)
        self.table.menu_asked.connect(self._offer)
        self.file_table.gone_to.connect(self._go_to_file)

    def show_marks(self, listed: ListedMarks, remarks: Sequence[str], nothing: str) -> None:
        """Lists the marks of another file.

        Args:
            listed: By line.
            remarks: What is to be known of them, a sentence each.
            nothing: What is said where there are none.
        """
        self.listed, rows = listed, listed.rows
        self._offer_kinds()
        self.marks.show(rows, self.kinds.currentData())
        self.remarks.setText("\n".join(f"▲ {visible(each)}" for each in remarks))
        self.remarks.setVisible(bool(remarks))
        self.nothing.setText(nothing)
        self._lists.setCurrentIndex(0 if rows else 1)
        words = self.tr("Marks · {count}") if rows else self.tr("Marks")
        self.tabs.setTabText(0, words.format(count=f"{len(rows):,}"))

    def show_files(self, files: Sequence[MarkedFile], nothing: str) -> None:
        """Lists the files with marks.

        Args:
            files: Those with the heaviest marks first.
            nothing: What is said where there are none.
        """
        self.files.show(files)
        self.no_files.setText(nothing)
        self._file_lists.setCurrentIndex(0 if files else 1)
        words = self.tr("Marked files · {count}") if files else self.tr("Marked files")
        self.tabs.setTabText(1, words.format(count=f"{len(files):,}"))

    def mark_line(self, line: int) -> bool:
        """Chooses the row of a line; says whether there is one that is listed."""
        row = self.marks.row_at(line)
        if row >= 0:
            self.table.choose(row)
        return row >= 0

    def show_row(self, line: int) -> None:
        """Chooses the row of a line, whatever kind was chosen."""
        self.tabs.setCurrentIndex(0)
        if not self.mark_line(line):
            self.kinds.setCurrentIndex(0)
            self.mark_line(line)

    def rows_of(self, line: int) -> list[MarkRow]:
        """What is known of a line."""
        return [row for row in self.listed.rows if row.goes_to and row.mark.first <= line <= row.mark.last]

    def mark_file(self, path: str) -> None:
        """Chooses the row of the file that is shown."""
        row = self.files.row_of(path)
        if row >= 0:
            self.file_table.choose(row)
        else:
            self.file_table.clearSelection()

    def focus_list(self, *, files: bool = False) -> None:
        """Goes to the list, or to that of the files."""
        self.tabs.setCurrentIndex(int(files))
        stack = self._file_lists if files else self._lists
        listed = self.file_table if files else self.table
        (listed if stack.currentIndex() == 0 else self.tabs).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def event(self, event: QEvent) -> bool:
        """Takes Escape before it leads away from the code altogether."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and self.leads_back
        if is_asked and cast("QKeyEvent", event).key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  (Qt's name)
        """Escape goes back to the code that the marks are of."""
        if event.key() == Qt.Key.Key_Escape and self.leads_back:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Where there is no room beside the list, a row is read in the list alone, by hovering or copying."""
        super().resizeEvent(event)
        self.read.setVisible(event.size().width() >= WIDE)

    def _offer_kinds(self) -> None:
        kept = self.kinds.currentData()
        self.kinds.blockSignals(True)
        self.kinds.clear()
        self.kinds.addItem(self.tr("All kinds · {count}").format(count=f"{len(self.listed.rows):,}"), None)
        for kind, count in self.listed.counts:
            self.kinds.addItem(f"{kind.sign} {kind_word(kind)} · {count:,}", kind)
        found = next((row for row in range(self.kinds.count()) if self.kinds.itemData(row) is kept), 0)
        self.kinds.setCurrentIndex(found)
        self.kinds.blockSignals(False)

    def _go(self, number: int, by_key: bool) -> None:
        row = self.marks.row(number)
        if row is not None and row.goes_to:
            self.line_asked.emit(row.goes_to, by_key)

    def _go_to_file(self, number: int, _by_key: bool) -> None:
        file = self.files.file(number)
        if file is not None and file.is_found:
            self.file_asked.emit(file.path)

    def _offer(self, number: int, place: object) -> None:
        row = self.marks.row(number)
        if row is not None:
            self.menu_asked.emit(row, place)

    def _read_row(self) -> None:
        row = self.marks.row(self.table.currentIndex().row())
        self.read.setPlainText(visible(row.whole[:MAX_READ]) if row is not None else "")


def _padded(label: PlainLabel) -> QWidget:
    around = QWidget()
    column = QVBoxLayout(around)
    column.setContentsMargins(16, 12, 16, 12)
    column.addWidget(label)
    column.addStretch(1)
    return around
