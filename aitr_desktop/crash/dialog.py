"""Says that something went wrong in aitr, what is safe, and gives the details to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, QUrl, Signal
from qtpy.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (680, 440)


class CrashDialog(QDialog):
    """One fault, and how many came after it.

    Args:
        details: What it said, to be copied.
        log: The file with the log; None where nothing could be written.
        keeps_failing: There were so many that going on may not help.
    """

    quit_wanted = Signal()

    def __init__(
        self,
        details: str,
        log: Path | None = None,
        parent: QWidget | None = None,
        *,
        keeps_failing: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something went wrong in aitr"))
        self._log = log
        headline = self.tr("aitr keeps failing") if keeps_failing else self.tr("Something went wrong in aitr")
        self._said = _label(self._words(keeps_failing))
        self._more = _label("")
        self._more.hide()
        self.details = QPlainTextEdit(visible(details))
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setAccessibleName(self.tr("Details of the fault"))
        self._where = _label(
            self.tr("Logged in {file}").format(file=log) if log else self.tr("No log could be written.")
        )
        self._where.setProperty("tone", "muted")
        title = _label(headline)
        font = title.font()
        font.setPixelSize(15)
        font.setBold(True)
        title.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        for part in (title, self._said, self._more):
            column.addWidget(part)
        column.addWidget(self.details, 1)
        column.addWidget(self._where)
        column.addWidget(self._buttons(leave_first=keeps_failing))
        room = self.screen().availableGeometry()
        self.resize(min(SIZE[0], room.width() - 32), min(SIZE[1], room.height() - 64))

    def count_more(self, number: int) -> None:
        """Says how many faults came while this one is shown."""
        words = self.tr("1 more fault since then; it is in the log.")
        if number > 1:
            words = self.tr("{count} more faults since then; they are in the log.").format(
                count=f"{number:,}"
            )
        self._more.setText(words)
        self._more.show()

    def _words(self, keeps_failing: bool) -> str:
        safe = self.tr(
            "This is a fault in aitr, not in your report. The library holds each report whole or not at all, "
            "and your settings are saved."
        )
        if keeps_failing:
            return f"{safe} " + self.tr(
                "There were five faults within ten seconds. If you go on, further ones are logged and not "
                "shown for a minute; it is better to quit and start again, if need be with --safe-mode."
            )
        return f"{safe} " + self.tr("Filters and what you have typed are still there when you go on.")

    def _buttons(self, *, leave_first: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        copy, folder = QPushButton(self.tr("Copy details")), QPushButton(self.tr("Open log folder"))
        leave, stay = QPushButton(self.tr("Quit aitr")), QPushButton(self.tr("Go on"))
        copy.clicked.connect(self._copy)
        folder.clicked.connect(self._open_folder)
        folder.setVisible(self._log is not None)
        leave.clicked.connect(self.quit_wanted)
        stay.clicked.connect(self.accept)
        first = leave if leave_first else stay
        first.setDefault(True)
        first.setProperty("primary", "true")
        for button, place in (
            (copy, role.ActionRole),
            (folder, role.ActionRole),
            (leave, role.DestructiveRole),
            (stay, role.AcceptRole),
        ):
            buttons.addButton(button, place)
        first.setFocus(Qt.FocusReason.OtherFocusReason)
        return buttons

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())

    def _open_folder(self) -> None:
        if self._log is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log.parent)))


def _label(words: str) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
