"""Where a place in code can be seen: the whole address of the forge's page, and the local clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.code.clones import CommitNote
from aitr_desktop.code.forges import ForgeKind
from aitr_desktop.views.code_place import CodePlaceView
from aitr_desktop.views.plain_label import PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from pathlib import Path

    from aitr_desktop.code.places import CloneReading
    from aitr_desktop.theme import ThemeController
    from tsr_agent.errors import TsrError

WIDTH, HEIGHT = 760, 620
FORGE_NAMES = {
    ForgeKind.GITHUB: "GitHub",
    ForgeKind.GITLAB: "GitLab",
    ForgeKind.GITEA: "Gitea, Forgejo",
    ForgeKind.BITBUCKET: "Bitbucket",
}


class CodeDialog(QDialog):
    """Shows a place: its page before it is opened, and what a clone says.

    Args:
        theme: Colours and fonts.
        title: What the place is.
        repository: Its address without credentials; empty where nobody names it.
        sha: The commit.
    """

    page_wanted = Signal()
    """The person saw the whole address and wants it opened."""
    forge_named = Signal(str)
    """The person says of which kind the forge is; a ``ForgeKind``'s value."""
    clone_wanted = Signal()
    """The person wants to choose the folder of a clone."""
    files_wanted = Signal()
    """The person wants to read the files of the commit."""
    changes_wanted = Signal(str)
    """SHA of the commit before: the person wants to read what this one changed."""

    def __init__(
        self, theme: ThemeController, title: str, repository: str, sha: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._page = ""
        self._address = PlainLabel(wraps=True, selectable=True, font=theme.code_font(12))
        self._no_page = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._open = QPushButton(self.tr("Open in browser"))
        self._open.setProperty("primary", "true")
        self._copy = QPushButton(self.tr("Copy address"))
        self._kinds = QComboBox()
        self._name = QPushButton(self.tr("Remember this forge"))
        self._where = PlainLabel(tone=Tone.MUTED, wraps=True, selectable=True)
        self._failed = PlainLabel(wraps=True, selectable=True)
        self._choose = QPushButton(self.tr("Choose a clone…"))
        self._files = QPushButton(self.tr("Read its files"))
        self._changes = QPushButton(self.tr("Read the changed files"))
        self._parent_sha = ""
        self.code = CodePlaceView(theme)
        self._title = PlainLabel(title, pixels=15, bold=True, wraps=True, selectable=True)
        self._repository = PlainLabel(
            one_line(repository, 300) or self.tr("The report names no repository."),
            tone=Tone.MUTED, wraps=True, selectable=True,
        )  # fmt: skip
        self._sha = PlainLabel(
            self.tr("Commit {sha}").format(sha=one_line(sha, 80)),
            tone=Tone.MUTED, wraps=True, selectable=True,
        )  # fmt: skip
        self._place()
        self._connect()
        self.show_no_page("")
        self.ask_for_clone()

    def _place(self) -> None:
        for kind, name in FORGE_NAMES.items():
            self._kinds.addItem(name, kind.value)
        self._kinds.setAccessibleName(self.tr("Kind of forge"))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 16, 24, 8)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._repository)
        column.addWidget(self._sha)
        column.addSpacing(8)
        column.addWidget(PlainLabel(self.tr("On the forge"), bold=True))
        column.addWidget(self._address)
        column.addWidget(self._no_page)
        column.addLayout(_row(self._kinds, self._name, self._open, self._copy))
        column.addSpacing(8)
        column.addWidget(hairline())
        column.addSpacing(8)
        column.addWidget(PlainLabel(self.tr("In a clone on this machine"), bold=True))
        column.addWidget(self._where)
        column.addWidget(self._failed)
        column.addWidget(self.code, 1)
        column.addLayout(_row(self._changes, self._files, self._choose))
        column.addStretch(0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.setContentsMargins(24, 0, 24, 16)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(scroll, 1)
        outside.addWidget(buttons)
        room = self.screen().availableGeometry()
        self.resize(min(WIDTH, room.width() - 32), min(HEIGHT, room.height() - 64))

    def _connect(self) -> None:
        for button in (self._open, self._copy, self._name, self._changes, self._files, self._choose):
            # Enter on the row that led here must not open a page by being pressed twice.
            button.setAutoDefault(False)
        self._open.clicked.connect(self.page_wanted)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._page))
        self._name.clicked.connect(lambda: self.forge_named.emit(str(self._kinds.currentData())))
        self._choose.clicked.connect(self.clone_wanted)
        self._files.clicked.connect(self.files_wanted)
        self._changes.clicked.connect(lambda: self.changes_wanted.emit(self._parent_sha))

    def show_page(self, address: str) -> None:
        """Shows the address of the page, which can be opened from now on."""
        self._page = address
        self._address.setText(address)
        self._show_forge_parts(page=True)

    def show_no_page(self, reason: str, *, can_name: bool = False) -> None:
        """Says why there is no page.

        Args:
            reason: In a sentence or two.
            can_name: The person can say which kind of forge it is.
        """
        self._page = ""
        self._no_page.setText(visible(reason))
        self._show_forge_parts(page=False, can_name=can_name)

    def read_from(self, folder: Path) -> None:
        """A clone is being read."""
        self._where.setText(one_line(str(folder), 300))
        self._failed.setText(self.tr("Reading the clone…"))
        self._choose.setText(self.tr("Choose another clone…"))
        self._show_clone_parts(where=True, failed=True)

    def show_reading(self, reading: CloneReading) -> None:
        """Shows what the clone says."""
        self.code.show_reading(reading)
        self._parent_sha = reading.before
        self._show_clone_parts(where=True, code=True, files=isinstance(reading.found, CommitNote))
        if self.focusWidget() in (None, self._open, self._kinds, self._choose):
            self.code.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_error(self, error: TsrError) -> None:
        """Says why the clone does not show it."""
        self._failed.setText(visible("\n".join(error.diagnostics())))
        self._show_clone_parts(where=True, failed=True)

    def ask_for_clone(self, reason: str = "") -> None:
        """Says that no clone is known, and how to name one."""
        self._failed.setText(
            reason
            or self.tr(
                "No clone of this repository is known. Choose the folder into which it was cloned; "
                "it is remembered, and read only."
            )
        )
        self._show_clone_parts(failed=True)

    def _show_forge_parts(self, *, page: bool, can_name: bool = False) -> None:
        for part in (self._address, self._open, self._copy):
            part.setVisible(page)
        self._no_page.setVisible(not page)
        self._kinds.setVisible(can_name)
        self._name.setVisible(can_name)

    def _show_clone_parts(
        self, *, where: bool = False, failed: bool = False, code: bool = False, files: bool = False
    ) -> None:
        self._where.setVisible(where)
        self._failed.setVisible(failed)
        self.code.setVisible(code)
        self._files.setVisible(files)
        self._changes.setVisible(files and bool(self._parent_sha))


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row
