"""Long work under way: what it is, how far it is, and the way to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QRectF, QSize, Qt, QTimer
from qtpy.QtGui import QPainter, QPalette
from qtpy.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from aitr_desktop.views.announcing import announce
from aitr_desktop.views.plain_label import CutLabel, PlainLabel, hairline
from tsr_agent.sections.marks import Tone
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from qtpy.QtGui import QPaintEvent

    from aitr_desktop.tasks import Progress, Seen

LOOK_MS = 100
PATIENCE = 3
"""Looks before work is shown: what is done at once needs no bar."""
MAX_ROWS = 4
THIN = 8
WANDERING = 12
"""Places of the part that wanders."""
STEPS = 1_000
"""Parts of the bar; a total may be more than Qt counts to."""


class ThinBar(QProgressBar):
    """A bar of some pixels, in the palette's colours. While nobody knows the total, a part of it wanders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = 0
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def move_on(self) -> None:
        """Lets the part that wanders take a step."""
        if self.maximum() == 0:
            self._place = (self._place + 1) % WANDERING
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Thin, and as wide as there is room."""
        return QSize(160, THIN)

    def minimumSizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Still to be seen."""
        return QSize(48, THIN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  (Qt's name)
        """Draws the ground and what is done."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        role = QPalette.ColorRole
        painter.setPen(self.palette().color(role.PlaceholderText))
        painter.setBrush(self.palette().color(role.Base))
        painter.drawRoundedRect(whole, THIN / 2, THIN / 2)
        if self.maximum() > 0:
            part = QRectF(whole.left(), whole.top(), whole.width() * self.value() / self.maximum(), THIN - 1)
        else:
            step = whole.width() / WANDERING
            part = QRectF(whole.left() + self._place * step, whole.top(), step, THIN - 1)
        if part.width() > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().color(role.Link))
            painter.drawRoundedRect(part, THIN / 2, THIN / 2)


class ProgressRow(QFrame):
    """One piece of work."""

    def __init__(self, progress: Progress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = progress
        title = one_line(progress.title)
        self._title = CutLabel(title)
        self._count = CutLabel(tone=Tone.MUTED)
        self._bar = ThinBar()
        self._bar.setAccessibleName(title)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setAccessibleName(self.tr("Cancel: {title}").format(title=title))
        self._cancel.clicked.connect(self._ask_to_end)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(12)
        row.addWidget(self._title, 3)
        row.addWidget(self._bar, 3)
        row.addWidget(self._count, 3)
        row.addWidget(self._cancel)
        self.look()

    def look(self) -> None:
        """Shows how far it is now."""
        seen = self.progress.seen
        if seen.total > 0:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(min(STEPS, STEPS * max(0, seen.done) // seen.total))
        else:
            self._bar.setRange(0, 0)
        self._bar.move_on()
        self._cancel.setEnabled(not self.progress.is_cancelled)
        self._count.set_whole(self._words(seen))

    def words(self) -> str:
        """What is said of it."""
        return self._count.whole()

    def _words(self, seen: Seen) -> str:
        if self.progress.is_cancelled:
            return self.tr("Ending…")
        done, total, unit = f"{seen.done:,}", f"{seen.total:,}", one_line(seen.unit, 40)
        if seen.total > 0:
            how_far = self.tr("{done} of {total} {unit}").format(done=done, total=total, unit=unit)
        elif seen.done > 0:
            how_far = f"{done} {unit}"
        else:
            how_far = ""
        return " · ".join(part for part in (how_far.strip(), one_line(seen.rate, 60)) if part)

    def _ask_to_end(self) -> None:
        self.progress.cancel()
        self.look()


class ProgressStrip(QFrame):
    """All long work under way, what began first at the top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "raised")
        self.setAccessibleName(self.tr("Work under way"))
        self._looked: dict[Progress, int] = {}
        self._rows: dict[Progress, ProgressRow] = {}
        self._more = PlainLabel(tone=Tone.MUTED)
        self._more.setContentsMargins(12, 4, 12, 4)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(hairline())
        self._column.addWidget(self._more)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.hide()

    def add(self, progress: Progress) -> None:
        """Work began."""
        self._looked[progress] = 0
        self._timer.start()

    def remove(self, progress: Progress) -> None:
        """Work is over."""
        self._looked.pop(progress, None)
        row = self._rows.pop(progress, None)
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        if not self._looked:
            self._timer.stop()
        self._fit()

    def rows(self) -> list[ProgressRow]:
        """What is on screen."""
        return list(self._rows.values())

    def more(self) -> str:
        """What is said of the rest."""
        return self._more.text()

    def stop(self) -> None:
        """Looks no more; the window goes."""
        self._timer.stop()

    def look(self) -> None:
        """Shows how far everything is now."""
        for progress in self._looked:
            self._looked[progress] += 1
            if progress in self._rows:
                self._rows[progress].look()
        self._fit()

    def _fit(self) -> None:
        """Gives a row to what has been under way for longer than a moment."""
        due = [progress for progress, looks in self._looked.items() if looks >= PATIENCE]
        for progress in due:
            if progress not in self._rows and len(self._rows) < MAX_ROWS:
                self._rows[progress] = ProgressRow(progress)
                self._column.insertWidget(len(self._rows), self._rows[progress])
                announce(self, progress.title)
        waiting = len(due) - len(self._rows)
        self._more.setVisible(waiting > 0)
        if waiting > 0:
            self._more.setText(self.tr("and {count} more").format(count=f"{waiting:,}"))
        self.setVisible(bool(self._rows))
