"""The line at the bottom: which library, whether it is in step and its bytes are sound, how many reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QStatusBar, QWidget

from aitr_desktop.views.plain_label import CutLabel, PlainLabel
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line, visible

if TYPE_CHECKING:
    from pathlib import Path

SHORTEST_NAME = 12
"""Letters of the library's name that are always there."""


class StatusLine(QStatusBar):
    """Shows the state of the library. Where room is scarce the library's name is cut first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(12, 0, 12, 0)
        self._where = CutLabel(tone=Tone.MUTED)
        self._where.setMinimumWidth(self._where.fontMetrics().horizontalAdvance("m" * SHORTEST_NAME))
        self._sync = PlainLabel()
        self._against = PlainLabel(tone=Tone.NO_GO)
        self._verified = PlainLabel()
        self._whole = PlainLabel()
        self._number = PlainLabel(tone=Tone.MUTED)
        self.addWidget(self._where, 1)
        for label in (self._sync, self._against, self._whole, self._verified, self._number):
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
        words = self.tr("library: {name}").format(name=one_line(path.name))
        self._where.set_whole(words, tooltip=visible(str(path)))
        self._verified.setText("")

    def show_number(self, words: str) -> None:
        """Says how many reports there are."""
        self._number.setText(words)

    def show_verified(self, digest: str) -> None:
        """Says that the bytes of the report on screen are those that were filed; empty: that they are not."""
        self._verified.set_tone(Tone.GO if digest else Tone.NO_GO)
        verified = self.tr("bytes verified ✓ {digest}").format(digest=digest[:7])
        self._verified.setText(verified if digest else self.tr("not verified ✕"))
        hint = self.tr("SHA-256 of the report as filed:\n{digest}").format(digest=digest)
        self._verified.set_tooltip(hint if digest else "")

    def show_verification(self, words: str, tone: Tone, tooltip: str) -> None:
        """Says what came of verifying the whole library.

        Args:
            words: Short, with a sign; empty where it was not verified since it was opened.
            tone: How it is drawn.
            tooltip: The whole of it.
        """
        self._whole.set_tone(tone)
        self._whole.setText(words)
        self._whole.set_tooltip(visible(tooltip))

    def verification(self) -> str:
        """What is said of the whole library; empty where it was not verified."""
        return self._whole.text()

    def show_contradicted(self, is_contradicted: bool) -> None:
        """Says whether the server has another document about the report on screen."""
        self._against.setText(self.tr("✕ the server has another one") if is_contradicted else "")
        self._against.set_tooltip(
            self.tr(
                "The server has other bytes under an id of this report. You see your own; the place Server "
                "shows both."
            )
            if is_contradicted
            else ""
        )

    def show_sync(self, words: str, tone: Tone = Tone.MUTED, tooltip: str = "") -> None:
        """Says whether the library is in step with its server, and how many documents wait.

        Args:
            words: Short; with a sign where the tone is no muted one.
            tone: How it is drawn.
            tooltip: The whole of it.
        """
        self._sync.set_tone(tone)
        self._sync.setText(one_line(words, 80))
        self._sync.set_tooltip(visible(tooltip))
