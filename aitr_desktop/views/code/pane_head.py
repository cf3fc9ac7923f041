"""What stands above code: which file it is, exactly where its bytes are from, what is to be known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from aitr_desktop.code.code_file import Origin
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line
from tsr_agent.sections.wording import SHORT_SHA

if TYPE_CHECKING:
    from aitr_desktop.code.code_file import CodeFile
    from aitr_desktop.theme import ThemeController

MAX_PATH = 1_000
MOST_REMARKS = 6


class PaneHead(QFrame):
    """Path, commit, origin, remarks.

    Args:
        theme: The code font.
    """

    def __init__(self, theme: ThemeController) -> None:
        super().__init__()
        self.setProperty("ground", "surface")
        self.path = CutLabel(bold=True, pixels=15, elide=Qt.TextElideMode.ElideMiddle)
        self.sha = PlainLabel(font=theme.code_font(13), selectable=True)
        self.origin = CutLabel(tone=Tone.MUTED, elide=Qt.TextElideMode.ElideMiddle)
        self.remarks = PlainLabel(tone=Tone.PENDING, wraps=True, selectable=True)
        above = QHBoxLayout()
        above.setSpacing(12)
        above.addWidget(self.path, 1)
        above.addWidget(self.sha)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addLayout(above)
        column.addWidget(self.origin)
        column.addWidget(self.remarks)
        self.show_file(None)

    def show_file(self, file: CodeFile | None) -> None:
        """Says what is shown; nothing where nothing is."""
        self.setVisible(file is not None)
        if file is None:
            return
        self.path.set_whole(one_line(file.path, MAX_PATH), tooltip=file.path)
        self.path.setAccessibleName(self.tr("File {path}").format(path=one_line(file.path, MAX_PATH)))
        short = one_line(file.sha[:SHORT_SHA])
        self.sha.setText(short)
        self.sha.setVisible(bool(short))
        self.sha.set_tooltip(file.sha)
        self.sha.setAccessibleName(self.tr("Commit {sha}").format(sha=one_line(file.sha)))
        self.origin.set_whole(self._origin(file), tooltip=self._whole_origin(file))
        is_judged = file.origin is Origin.COMMIT
        self.origin.set_tone(Tone.MUTED if is_judged else Tone.PENDING)
        self.say(file.remarks)

    def say(self, remarks: tuple[str, ...]) -> None:
        """Shows what is to be known of the file, a sentence each."""
        said = [f"▲ {one_line(each)}" for each in remarks[:MOST_REMARKS]]
        if len(remarks) > MOST_REMARKS:
            said.append(self.tr("and {count} more").format(count=f"{len(remarks) - MOST_REMARKS:,}"))
        self.remarks.setText("\n".join(said))
        self.remarks.setVisible(bool(said))

    def _origin(self, file: CodeFile) -> str:
        folder = one_line(str(file.folder), MAX_PATH)
        if file.origin is Origin.WORKING_TREE:
            return self.tr("▲ Working tree in {folder}").format(folder=folder)
        # The commit stands at the right, on the line above.
        return self.tr("From the clone in {folder}").format(folder=folder)

    def _whole_origin(self, file: CodeFile) -> str:
        said = [self._origin(file)]
        if file.sha:
            said.append(self.tr("Commit {sha}").format(sha=file.sha))
        if file.blob:
            said.append(self.tr("Object {blob}").format(blob=file.blob))
        if file.repository:
            said.append(file.repository)
        return "\n".join(said)
