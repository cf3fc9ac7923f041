"""The one label for text that others wrote: never markup, whatever it looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from aitr_desktop.item_models.cells import plain_tooltip
from aitr_desktop.theme import sized
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from qtpy.QtGui import QFont, QResizeEvent


_PIECE = 24
_LONG_WORD = re.compile(r"[^\s/:.,;_-]{25,}")
"""A word with nothing in it to break a line at."""
_IS_HEX = re.compile(r"[0-9a-f]+")
_DIGEST = 64
"""Characters of a digest, which must copy as it is."""
_WIDEST = "0" * 56
"""A word that is wider than this breaks, however few its characters are."""


class PlainLabel(QLabel):
    """Plain text, by choice in a tone, a size, wrapped, or to be selected with the mouse."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.PLAIN,
        pixels: int = 13,
        bold: bool = False,
        wraps: bool = False,
        selectable: bool = False,
        font: QFont | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        # Before the style sheet polishes the label, or it takes its own font back.
        self.setFont(font or sized(self.font(), pixels, bold=bold))
        self.setWordWrap(wraps)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.set_tone(tone)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802  (Qt's name)
        """Shows another text. Where it wraps, a word without end may break, or it would hide what follows."""
        super().setText(_LONG_WORD.sub(self._breakable, text) if self.wordWrap() else text)

    def _breakable(self, word: re.Match[str]) -> str:
        """The word, with places to break at that nobody sees where it is very long or wide."""
        signs, metrics = word[0], self.fontMetrics()
        widest = metrics.horizontalAdvance(_WIDEST)
        is_short = len(signs) <= _DIGEST
        if is_short and (_IS_HEX.fullmatch(signs) or metrics.horizontalAdvance(signs) <= widest):
            return signs
        return "\u200b".join(signs[place : place + _PIECE] for place in range(0, len(signs), _PIECE))

    def set_shortened(self, text: str, most: int, *, hint: str = "") -> None:
        """Shows a text of usual length; what is very long is cut line by line, and hovering shows it all.

        Args:
            text: What to show.
            most: Characters that a line of it may have.
            hint: What hovering shows in any case.
        """
        shown = "\n".join(one_line(line, most) for line in text.split("\n"))
        self.setText(shown)
        self.set_tooltip("\n".join(filter(None, (hint, text if shown != text else ""))))

    def set_tone(self, tone: Tone) -> None:
        """Draws the text in another tone."""
        self.setProperty("tone", tone.value)
        self.style().unpolish(self)
        self.style().polish(self)

    def set_tooltip(self, text: str) -> None:
        """What hovering shows, as plain text too."""
        self.setToolTip(plain_tooltip(text))


class CutLabel(PlainLabel):
    """A plain label of one line that shows where it is cut; hovering shows the whole."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.PLAIN,
        pixels: int = 13,
        bold: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        self._whole = self._hint = ""
        self._elide = elide
        super().__init__(parent=parent, tone=tone, pixels=pixels, bold=bold)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_whole(text)

    def set_whole(self, text: str, *, tooltip: str = "") -> None:
        """Shows another text; hovering shows the tooltip, or else the text where it is cut."""
        self._whole = text
        self._hint = tooltip
        self.setAccessibleName(text)
        self._cut()

    def whole(self) -> str:
        """The text before it was cut."""
        return self._whole

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """As narrow as need be."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  (Qt's name)
        """Cuts anew."""
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, self._elide, self.width())
        self.setText(shown)
        self.set_tooltip(self._hint or (self._whole if shown != self._whole else ""))


def hairline(parent: QWidget | None = None) -> QFrame:
    """A line of one pixel between two parts."""
    line = QFrame(parent)
    line.setProperty("rule", "true")
    line.setFixedHeight(1)
    return line
