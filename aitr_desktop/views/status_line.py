"""The line at the bottom: which library, whether its bytes are sound, how many reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QStatusBar, QWidget

from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from pathlib import Path

SAID_MS = 15_000


class StatusLine(QStatusBar):
    """Shows the state of the library; what is said for a moment goes over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(12, 2, 12, 2)
        self._where = CutLabel(tone=Tone.MUTED)
        self._verified = PlainLabel()
        self._number = PlainLabel(tone=Tone.MUTED)
        self.addWidget(self._where, 1)
        for label in (self._verified, self._number):
            label.setContentsMargins(16, 0, 0, 0)
            self.addPermanentWidget(label)

    def add(self, widget: QWidget) -> None:
        """Places something at the right end."""
        self.addPermanentWidget(widget)

    def where(self) -> str:
        """Which library, in words."""
        return self._where.whole()

    def show_library(self, path: Path) -> None:
        """Names the library, its whole path on hover; what was verified belonged to another."""
        self._where.set_whole(f"library: {one_line(path.name)}", tooltip=str(path))
        self._verified.setText("")

    def show_number(self, words: str) -> None:
        """Says how many reports there are."""
        self._number.setText(words)

    def show_verified(self, digest: str) -> None:
        """Says that the bytes of the report on screen are those that were filed; empty: that they are not."""
        self._verified.set_tone(Tone.GO if digest else Tone.NO_GO)
        self._verified.setText(f"bytes verified ✓ {digest[:7]}" if digest else "not verified ✕")
        self._verified.set_tooltip(f"SHA-256 of the report as filed:\n{digest}" if digest else "")

    def say(self, words: str) -> None:
        """Says something for a quarter of a minute."""
        self.showMessage(words, SAID_MS)
