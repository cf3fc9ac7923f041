"""One side of the benchmark of the code pane: ours, or QPlainTextEdit without colours."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from qtpy.QtCore import QEvent, QEventLoop, QObject, QTimer
from qtpy.QtWidgets import QAbstractScrollArea, QApplication, QPlainTextEdit

from aitr_desktop.app import make_application
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from tests.factories.stall_probe import FINE_MS, Probe

SIZE = (1_100, 1_080)
PIXELS = 13
PATIENCE_MS = 300_000


class Side(Protocol):
    """What both can do."""

    view: QAbstractScrollArea

    def load(self, path: Path) -> None: ...
    def is_here(self) -> bool: ...
    def is_whole(self) -> bool: ...
    def to_end(self) -> None: ...
    def page_down(self) -> None: ...
    def close(self) -> None: ...


def resident() -> int:
    """Bytes of this process in memory, shared libraries' files left out."""
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


class Painted(QObject):
    """Waits until a viewport was painted while something was true."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__(view)
        self._loop = QEventLoop()
        self._is_true: Any = lambda: True
        self._viewport = view.viewport()
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._viewport and event.type() == QEvent.Type.Paint and self._is_true():
            # After the event, which the view draws when this returns.
            QTimer.singleShot(0, self._loop.quit)
        return False

    def seconds(self, do: Any, is_true: Any) -> float:
        """From doing something to the end of the paint that shows it."""
        self._is_true = is_true
        stop = QTimer()
        stop.setSingleShot(True)
        stop.timeout.connect(self._loop.quit)
        stop.start(PATIENCE_MS)
        start = perf_counter()
        do()
        self._viewport.update()
        self._loop.exec()
        taken = perf_counter() - start
        assert stop.isActive(), "never painted"
        return taken


def wait_until(is_true: Any) -> None:
    """Lives until something is true."""
    loop, look = QEventLoop(), QTimer()
    look.timeout.connect(lambda: loop.quit() if is_true() else None)
    look.start(1)
    loop.exec()
    look.stop()


class Ours:
    """The application's own view with its highlighting, a file read as the window reads one."""

    def __init__(self, theme: ThemeController) -> None:
        from aitr_desktop.code.lexing.lexing import Lexing
        from aitr_desktop.tasks import Tasks
        from aitr_desktop.views.code.code_view import CodeView
        from aitr_desktop.windows.code.highlighting import Highlighting

        class Watched(CodeView):
            """Says which lines have been given their colours."""

            def set_pieces(self, first: int, pieces: Any) -> None:
                coloured.update(range(first, first + len(pieces)))
                super().set_pieces(first, pieces)

        coloured = self._coloured = set[int]()
        self.tasks, self._lexing = Tasks(), Lexing()
        self._lexing.warm()
        self.view = Watched(theme)
        self.highlighting = Highlighting(self._lexing)
        self.highlighting.attach(self.view)
        self._awaited = False

    def load(self, path: Path) -> None:
        from aitr_desktop.tasks import Lane
        from tests.factories.code_files import code_file

        self._awaited = True
        self.tasks.run(lambda: code_file(path), self._show, lambda error: sys.exit(str(error)), Lane.WIDE)

    def _show(self, file: Any) -> None:
        self._awaited = False
        self._coloured.clear()
        self.highlighting.show(file)
        self.view.show_lines_of(file.lines)

    def is_here(self) -> bool:
        first, last = self.view.visible_lines()
        return not self._awaited and all(line in self._coloured for line in range(first, last + 1))

    def is_whole(self) -> bool:
        """Whether any page that is asked for from now on is exact at once."""
        colours = self.highlighting._colours
        if not self.is_here() or colours is None:
            return False
        if colours._whole.is_possible:
            return colours._whole.reaches(self.view.lines.count)
        return colours._known is None or colours._known.is_complete

    def to_end(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())

    def page_down(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + bar.pageStep())

    def close(self) -> None:
        self.highlighting.stop()
        self._lexing.stop()
        self.tasks.close()


class Plain:
    """QPlainTextEdit without colours."""

    def __init__(self, theme: ThemeController) -> None:
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setFont(theme.code_font(PIXELS))

    def load(self, path: Path) -> None:
        self.view.setPlainText(path.read_text("utf-8"))

    def is_here(self) -> bool:
        return True

    def is_whole(self) -> bool:
        return True

    def to_end(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.maximum())

    def page_down(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + bar.pageStep())

    def close(self) -> None:
        pass


def answer(side: Side, painted: Painted, base: int, question: dict[str, Any]) -> Any:
    act = question["act"]
    path = Path(question.get("path", ""))
    if act == "load":
        start = perf_counter()
        first = painted.seconds(lambda: side.load(path), side.is_here)
        wait_until(side.is_whole)
        return {"first": first, "all": perf_counter() - start}
    if act == "stall":
        return Probe(FINE_MS).during(lambda: side.load(path), side.is_whole) / 1_000
    if act == "end":
        painted.seconds(lambda: side.load(path), side.is_here)
        return painted.seconds(side.to_end, side.is_here)
    if act == "pages":
        return [painted.seconds(side.page_down, side.is_here) for _ in range(question["number"])]
    return resident() - base if act == "memory" else True


def main() -> None:
    application = make_application()
    theme = ThemeController(application, ThemeChoice.LIGHT)
    side: Side = Ours(theme) if sys.argv[1] == "ours" else Plain(theme)
    side.view.resize(*SIZE)
    painted = Painted(side.view)
    painted.seconds(side.view.show, lambda: True)
    warm = Path(sys.argv[2])
    painted.seconds(lambda: side.load(warm), side.is_here)
    base = resident()
    for line in sys.stdin:
        print(json.dumps(answer(side, painted, base, json.loads(line))), flush=True)
    side.close()
    QApplication.closeAllWindows()


main()
