"""The left side of the place: which commit, its files, and the files that changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.code.file_lists import ChangedList, FileTree
from aitr_desktop.views.code.path_field import PathField
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.item_models.changed_files_model import ChangedFile
    from aitr_desktop.item_models.judged_commits import NamedCommit
    from aitr_desktop.theme import ThemeController

ROW = 28
FIELD_MARGIN = 8
SHORTEST = 12
"""Characters of a commit's words that are seen at least."""


class FilesSide(QFrame):
    """Chooses the commit, and finds a file in it.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    commit_asked = Signal(str)
    """The whole SHA of a commit that somebody wants to see the files of."""
    changes_asked = Signal(str, str)
    """The earlier and the later of two commits."""

    def __init__(self, theme: ThemeController, row_height: int = ROW, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.commit = self._chooser(self.tr("Commit"))
        self.where = CutLabel(tone=Tone.MUTED)
        self.doubt = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        self.field = PathField(theme, row_height)
        self.tree = FileTree(theme, row_height)
        self.nothing = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.before = self._chooser(self.tr("Changed from"))
        self.after = self._chooser(self.tr("Changed to"))
        self.summary = PlainLabel(tone=Tone.MUTED, wraps=True)
        self.changed = ChangedList(theme, row_height)
        self._between = "", ""
        self.tabs = QTabWidget()
        self._lists = QStackedWidget()
        self._place()
        self.field.typed.connect(self._show_list)
        self.field.left.connect(lambda: self.tree.setFocus(Qt.FocusReason.OtherFocusReason))
        self.commit.activated.connect(lambda: self.commit_asked.emit(self.chosen()))
        for box in (self.before, self.after):
            box.activated.connect(self._ask_changes)

    def _place(self) -> None:
        files, changes = QWidget(), QWidget()
        column = QVBoxLayout(files)
        column.setContentsMargins(0, FIELD_MARGIN, 0, 0)
        column.setSpacing(4)
        inset = QVBoxLayout()
        inset.setContentsMargins(FIELD_MARGIN, 0, FIELD_MARGIN, 0)
        inset.addWidget(self.field)
        inset.addWidget(self.nothing)
        column.addLayout(inset)
        column.addWidget(self._lists, 1)
        self._lists.addWidget(self.tree)
        self._lists.addWidget(self.field.list)
        column = QVBoxLayout(changes)
        column.setContentsMargins(0, FIELD_MARGIN, 0, 0)
        column.setSpacing(4)
        inset = QVBoxLayout()
        inset.setContentsMargins(FIELD_MARGIN, 0, FIELD_MARGIN, 0)
        between = QFormLayout()
        between.setContentsMargins(0, 0, 0, 0)
        between.setSpacing(4)
        between.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, box in ((self.tr("From"), self.before), (self.tr("To"), self.after)):
            label = PlainLabel(words, tone=Tone.MUTED)
            label.setBuddy(box)
            between.addRow(label, box)
        inset.addLayout(between)
        inset.addWidget(self.summary)
        column.addLayout(inset)
        column.addWidget(self.changed, 1)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setAccessibleName(self.tr("Files"))
        self.tabs.addTab(files, self.tr("Files"))
        self.tabs.addTab(changes, self.tr("Changed"))
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, FIELD_MARGIN, 0, 0)
        outside.setSpacing(4)
        inset = QVBoxLayout()
        inset.setContentsMargins(FIELD_MARGIN, 0, FIELD_MARGIN, 0)
        inset.setSpacing(4)
        for part in (self.commit, self.where, self.doubt):
            inset.addWidget(part)
        outside.addLayout(inset)
        outside.addWidget(self.tabs, 1)
        self.nothing.hide()
        self.doubt.hide()

    def offer(self, commits: Sequence[NamedCommit], chosen: str) -> None:
        """The commits that can be chosen from.

        Args:
            commits: Those that are judged.
            chosen: The one whose files are shown.
        """
        for box, sha in (
            (self.commit, chosen),
            (self.before, self._between[0]),
            (self.after, self._between[1]),
        ):
            box.clear()
            for place, each in enumerate(commits):
                box.addItem(one_line(each.choice, 120), each.sha)
                box.setItemData(
                    place, plain_tooltip(f"{each.words}\n{each.sha}"), Qt.ItemDataRole.ToolTipRole
                )
            box.setCurrentIndex(box.findData(sha))

    def between(self) -> tuple[str, str]:
        """The two commits whose differences are listed."""
        return self._between

    def chosen(self) -> str:
        """The commit whose files are shown."""
        return str(self.commit.currentData() or "")

    def show_clone(self, folder: str, doubt: str) -> None:
        """Says which clone is read, and why it may be of another repository."""
        self.where.set_whole(one_line(folder, 300))
        self.doubt.setText(f"▲ {one_line(doubt, 600)}" if doubt else "")
        self.doubt.setVisible(bool(doubt))

    def show_changes(self, before: str, after: str, files: Sequence[ChangedFile], summary: str) -> None:
        """Lists what changed between two commits."""
        self._between = before, after
        for box, sha in ((self.before, before), (self.after, after)):
            box.setCurrentIndex(box.findData(sha))
        self.summary.setText(one_line(summary, 600))
        self.changed.changed.show(files)
        count = f"{len(files):,}"
        self.tabs.setTabText(
            1, self.tr("Changed · {count}").format(count=count) if files else self.tr("Changed")
        )

    def show_tab(self, *, changes: bool) -> None:
        """Brings the tree or the changed files on screen."""
        self.tabs.setCurrentIndex(1 if changes else 0)

    def find_file(self) -> None:
        """Goes to the field."""
        self.show_tab(changes=False)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def focus_changes(self) -> None:
        """Goes to the changed files."""
        self.show_tab(changes=True)
        self.changed.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_nothing(self, words: str) -> None:
        """Says why no file is found; nothing where some are."""
        self.nothing.setText(words)
        self.nothing.setVisible(bool(words))

    def _show_list(self, text: str) -> None:
        self._lists.setCurrentWidget(self.field.list if text.strip() else self.tree)
        if not text.strip():
            self.show_nothing("")

    def _ask_changes(self) -> None:
        before, after = (str(box.currentData() or "") for box in (self.before, self.after))
        if before and after:
            self.changes_asked.emit(before, after)

    def _chooser(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(plain_tooltip(name))
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.setMinimumContentsLength(SHORTEST)
        return box
