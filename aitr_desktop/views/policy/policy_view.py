"""A file that is edited at the left, and at the right what is wrong with it and what it would decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal, Slot
from qtpy.QtWidgets import QFrame, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import Kind
from aitr_desktop.views.editor.editor_pane import EditorPane
from aitr_desktop.views.plain_label import hairline
from aitr_desktop.views.policy.file_head import FileHead, FileNotice
from aitr_desktop.views.policy.outcome_view import OutcomeView
from aitr_desktop.views.policy.welcome import Welcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtGui import QResizeEvent

    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.theme import ThemeController

NARROW = 760
"""Pixels of width below which the panes stand below the text."""
SIZES = (620, 480)


class PolicyView(QStackedWidget):
    """The place of policies.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row of a table.
    """

    followed = Signal(object)
    """The ``Target`` of a rule or report."""
    pane_shown = Signal()
    """Another pane came on screen."""

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.welcome = Welcome(theme)
        self.head, self.notice = FileHead(), FileNotice()
        self.editor = EditorPane(theme, self.tr("Text of the policy"))
        self.problems = OutcomeView(theme, row_height, self.tr("Problems"))
        self.effect = OutcomeView(theme, row_height, self.tr("Effect on this report"))
        self.all_reports = OutcomeView(
            theme, row_height, self.tr("All reports"), button=self.tr("Try on all reports")
        )
        self.panes = QTabWidget()
        self.panes.setDocumentMode(True)
        self.panes.setAccessibleName(self.tr("What the text comes to"))
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._page = QFrame()
        self._place()
        self.problems.followed.connect(self._follow_problem)
        self.effect.followed.connect(self.followed)
        self.all_reports.followed.connect(self.followed)
        self.panes.currentChanged.connect(self.pane_shown)

    def _place(self) -> None:
        self.panes.addTab(self.problems, self.tr("Problems"))
        self.panes.addTab(self.effect, self.tr("This report"))
        self.panes.addTab(self.all_reports, self.tr("All reports"))
        self.panes.setTabToolTip(1, self.tr("What the text would decide about the report on screen"))
        self.panes.setTabToolTip(2, self.tr("What it would decide about every report of the library"))
        self._splitter.addWidget(self.editor)
        self._splitter.addWidget(self.panes)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setSizes(list(SIZES))
        self.editor.setMinimumSize(220, 120)
        self.panes.setMinimumSize(220, 120)
        column = QVBoxLayout(self._page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, self.notice, hairline()):
            column.addWidget(part)
        column.addWidget(self._splitter, 1)
        self.addWidget(self.welcome)
        self.addWidget(self._page)

    def offer_new(self, choices: Sequence[tuple[str, str]]) -> None:
        """What can be begun with: keys and words."""
        self.head.offer_new(choices)
        self.welcome.offer_new(choices)

    def offer_recent(self, paths: Sequence[str]) -> None:
        """Files that were open before."""
        self.head.offer_recent(paths)
        self.welcome.offer_recent(paths)

    def show_file(self, text: str) -> None:
        """Shows another file's text."""
        self.editor.show_text(text)
        self.setCurrentWidget(self._page)
        if self.isVisible():
            self.editor.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_file(self) -> None:
        """No file is open any more."""
        self.notice.clear()
        self.setCurrentWidget(self.welcome)

    @property
    def has_file(self) -> bool:
        """Whether a file is open."""
        return bool(self.currentWidget() is self._page)

    def show_pane(self, pane: OutcomeView) -> None:
        """Brings one of the panes on screen."""
        self.panes.setCurrentWidget(pane)

    def name_problems(self, words: str) -> None:
        """Says in the tab how many there are."""
        self.panes.setTabText(0, words)

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.editor.stop()
        for pane in (self.problems, self.effect, self.all_reports):
            pane.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Places the panes below the text where there is no room beside it."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._splitter.orientation() != wanted:
            self._splitter.setOrientation(wanted)

    @Slot(object)
    def _follow_problem(self, target: Target) -> None:
        line, _, column = target.value.partition(":")
        if target.kind is Kind.LINE and line.isdigit() and column.isdigit():
            self.editor.text.go_to(int(line), int(column))
