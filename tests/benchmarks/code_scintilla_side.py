"""QScintilla's side of the benchmark of the code pane, run by an interpreter that has PyQt6-QScintilla.

It imports nothing of aitr: two bindings of Qt in one process are no fair and no safe thing to have.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from PyQt6.Qsci import QsciLexerPython, QsciScintilla
from PyQt6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QApplication

SIZE = (1_100, 1_080)
PIXELS = 13
PATIENCE_MS = 300_000
REST = 12


def resident() -> int:
    """Bytes of this process in memory, shared libraries' files left out."""
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


class Painted(QObject):
    """Waits until a viewport was painted."""

    def __init__(self, view: QsciScintilla) -> None:
        super().__init__(view)
        self._loop = QEventLoop()
        self._viewport = view.viewport()
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._viewport and event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._loop.quit)
        return False

    def seconds(self, do: Any) -> float:
        stop = QTimer()
        stop.setSingleShot(True)
        stop.timeout.connect(self._loop.quit)
        stop.start(PATIENCE_MS)
        start = perf_counter()
        do()
        # It paints within the scroll itself where it can.
        self._viewport.update()
        self._loop.exec()
        taken = perf_counter() - start
        assert stop.isActive(), "never painted"
        return taken


class Stall:
    """The longest gap between two ticks of the event loop."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._loop = QEventLoop()
        self._longest, self._last, self._rest = 0.0, 0.0, 0

    def during(self, do: Any) -> float:
        self._longest, self._last, self._rest = 0.0, perf_counter(), 0
        self._timer.start(1)
        QTimer.singleShot(0, do)
        self._loop.exec()
        self._timer.stop()
        return self._longest

    def _tick(self) -> None:
        now = perf_counter()
        self._longest, self._last = max(self._longest, now - self._last), now
        self._rest += 1
        if self._rest > REST:
            self._loop.quit()


class Peer:
    def __init__(self) -> None:
        self.view = QsciScintilla()
        font = QFont("IBM Plex Mono")
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(PIXELS)
        lexer = QsciLexerPython(self.view)
        lexer.setDefaultFont(font)
        lexer.setFont(font)
        self.view.setLexer(lexer)
        self.view.setUtf8(True)
        self.view.setReadOnly(True)
        self.view.setMarginType(0, QsciScintilla.MarginType.NumberMargin)
        self.view.setMarginWidth(0, "00000000")
        self.view.resize(*SIZE)
        self.painted, self.stall = Painted(self.view), Stall()

    def load(self, path: str) -> None:
        self.view.setReadOnly(False)
        self.view.setText(Path(path).read_text("utf-8"))
        self.view.setReadOnly(True)
        self.view.setFirstVisibleLine(0)

    def colour_all(self) -> float:
        start = perf_counter()
        self.view.SendScintilla(QsciScintilla.SCI_COLOURISE, 0, -1)
        return perf_counter() - start

    def to_end(self) -> None:
        self.view.setFirstVisibleLine(self.view.lines())

    def page_down(self) -> None:
        step = self.view.SendScintilla(QsciScintilla.SCI_LINESONSCREEN)
        self.view.setFirstVisibleLine(self.view.firstVisibleLine() + step)

    def answer(self, question: dict[str, Any], base: int) -> Any:
        act = question["act"]
        if act == "load":
            first = self.painted.seconds(lambda: self.load(question["path"]))
            return {"first": first, "all": first + self.colour_all()}
        if act == "stall":
            return self.stall.during(lambda: self.load(question["path"]))
        if act == "end":
            self.painted.seconds(lambda: self.load(question["path"]))
            return self.painted.seconds(self.to_end)
        if act == "pages":
            return [self.painted.seconds(self.page_down) for _ in range(question["number"])]
        return resident() - base if act == "memory" else True


def main() -> None:
    application = QApplication(sys.argv[:1])
    side = Peer()
    side.painted.seconds(side.view.show)
    side.painted.seconds(lambda: side.view.setText("import warm\n" * 100))
    base = resident()
    for line in sys.stdin:
        print(json.dumps(side.answer(json.loads(line), base)), flush=True)
    application.quit()


main()
