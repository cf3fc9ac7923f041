"""Which file is edited and how it stands, what can be done with it, and what has to be known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.views.announcing import announce
from aitr_desktop.views.flow_layout import FlowLayout
from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """The file as the head shows it."""

    name: str
    path: str = ""
    """All of it, for hovering; empty for one never saved."""
    state: str = ""
    """Such as ``unsaved changes``."""
    tone: Tone = Tone.MUTED
    kind: str = ""
    can_save: bool = False


class FileHead(QFrame):
    """Name, state and buttons."""

    new_asked = Signal(str)
    """A key of what can be begun with."""
    open_asked = Signal()
    recent_asked = Signal(str)
    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "window")
        self.name = CutLabel(pixels=15, bold=True)
        self.state = PlainLabel(tone=Tone.MUTED)
        self.kind = PlainLabel(tone=Tone.MUTED)
        self.new_button = _menu_button(self.tr("New"), self.tr("Begin another file"))
        self.open_button = _menu_button(self.tr("Open"), self.tr("Open a file, or one that was open before"))
        self.save_button = QPushButton(self.tr("Save"))
        self.save_button.setToolTip(plain_tooltip(self.tr("Save (Ctrl+S)")))
        self.save_button.clicked.connect(self.save_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self.name, 1)
        for part in (self.state, self.kind, self.new_button, self.open_button, self.save_button):
            row.addWidget(part)

    def show_state(self, state: FileState) -> None:
        """Shows how the file stands."""
        self.name.set_whole(one_line(state.name, 200), tooltip=visible(state.path))
        self.state.setText(state.state)
        self.state.set_tone(state.tone)
        self.kind.setText(state.kind)
        self.save_button.setEnabled(state.can_save)
        # Only where there is something to save is it what one does next.
        wanted = "true" if state.can_save else "false"
        if self.save_button.property("primary") != wanted:
            self.save_button.setProperty("primary", wanted)
            self.save_button.style().unpolish(self.save_button)
            self.save_button.style().polish(self.save_button)

    def offer_new(self, choices: Sequence[tuple[str, str]]) -> None:
        """What can be begun with: keys and words."""
        menu = self._menu(self.new_button)
        for key, words in choices:
            menu.addAction(words).triggered.connect(lambda _=False, key=key: self.new_asked.emit(key))

    def offer_recent(self, paths: Sequence[str]) -> None:
        """Files that were open before, under the way to any other."""
        menu = self._menu(self.open_button)
        menu.addAction(self.tr("Open…")).triggered.connect(lambda _=False: self.open_asked.emit())
        if paths:
            menu.addSeparator()
        for path in paths:
            words = one_line(path, 90).replace("&", "&&")
            menu.addAction(words).triggered.connect(lambda _=False, path=path: self.recent_asked.emit(path))

    def _menu(self, button: QToolButton) -> QMenu:
        old = button.menu()
        made = QMenu(button)
        button.setMenu(made)
        if old is not None:
            old.deleteLater()
        return made


def _menu_button(words: str, name: str) -> QToolButton:
    made = QToolButton()
    made.setText(words)
    made.setToolTip(plain_tooltip(name))
    made.setAccessibleName(name)
    made.setProperty("opens", "true")
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return made


class FileNotice(QFrame):
    """Something to know about the file, with what can be done about it. Stays until it is answered."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "raised")
        self.words = PlainLabel(wraps=True, selectable=True)
        self._buttons = FlowLayout(8)
        self._made: list[QPushButton] = []
        lines = QVBoxLayout()
        lines.setContentsMargins(0, 8, 12, 8)
        lines.setSpacing(8)
        lines.addWidget(self.words)
        lines.addLayout(self._buttons)
        bar = QFrame()
        bar.setFixedWidth(4)
        bar.setProperty("bar", "pending")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(bar)
        row.addLayout(lines, 1)
        self.hide()

    def say(self, words: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Says it, with the words of buttons and what they do."""
        self.clear()
        self.words.setText(f"▲ {visible(words)}")
        for label, do in choices:
            button = QPushButton(label)
            button.clicked.connect(lambda _=False, do=do: do())
            self._made.append(button)
            self._buttons.addWidget(button)
        self.show()
        announce(self, words, at_once=True)

    def clear(self) -> None:
        """It is answered."""
        for button in self._made:
            self._buttons.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._made.clear()
        self.hide()

    def buttons(self) -> list[QPushButton]:
        """What can be pressed, from the left."""
        return list(self._made)
