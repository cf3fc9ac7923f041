"""One side of the benchmark of the list: a window, and what is asked of it line by line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from qtpy.QtCore import QEvent, QEventLoop, QObject, QTimer
from qtpy.QtWidgets import QApplication, QTableView

from aitr_desktop.app import make_application
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController

SIZE = (1_100, 1_080)
COLUMNS = (
    "standing, substr(codebase_sha, 1, 7), codebase_branch, environment, created_at, codebase_repo, "
    "decision_reason, id"
)
PATIENCE_MS = 60_000


def resident() -> int:
    """Bytes of this process in memory that are its own, as the kernel counts them."""
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")


class Painted(QObject):
    """Waits until a viewport was painted and something is true."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._loop = QEventLoop()
        self._is_true: Any = lambda: True
        view.viewport().installEventFilter(self)
        self._viewport = view.viewport()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._viewport and event.type() == QEvent.Type.Paint:
            # After the event, which the view draws when this returns.
            QTimer.singleShot(0, self._look)
        return False

    def _look(self) -> None:
        if self._is_true():
            self._loop.quit()

    def seconds(self, do: Any, is_true: Any) -> float:
        """From doing something to the end of the paint that shows it."""
        self._is_true = is_true
        stop = QTimer()
        stop.setSingleShot(True)
        stop.timeout.connect(self._loop.quit)
        stop.start(PATIENCE_MS)
        start = perf_counter()
        do()
        self._loop.exec()
        taken = perf_counter() - start
        assert stop.isActive(), "never painted"
        return taken


class Ours:
    """The application's own list."""

    def __init__(self, path: Path, theme: ThemeController) -> None:
        from aitr_desktop.item_models.report_list_model import ReportListModel
        from aitr_desktop.library.workspace import open_workspace
        from aitr_desktop.tasks import Tasks
        from aitr_desktop.views.report_table import ReportTable
        from tsr_agent.clock import SystemClock

        self.tasks = Tasks()
        self.workspace = open_workspace(path)
        self.model = ReportListModel(self.tasks, SystemClock())
        self.view = ReportTable(self.model, theme, 28)
        self.has_loaded = False
        self.model.loaded.connect(self._loaded)
        for key in ("repository", "reason", "triggered_by"):
            self.view.columns.toggle(key)

    def show(self, where: str, query: dict[str, Any]) -> None:
        from aitr_desktop.library.listing import Query
        from tsr_agent.models.decision import GoNoGoDecision

        asked = dict(query)
        if "decision" in asked:
            asked |= {"decision": GoNoGoDecision(asked["decision"]), "environment": "staging"}
        # The list before stays on screen until this one is here; only then does it count as shown.
        self.has_loaded = False
        self.model.show(self.workspace, Query(**asked))

    def _loaded(self) -> None:
        self.has_loaded = True

    def is_here(self) -> bool:
        if not self.has_loaded:
            return False
        row = self.view.rowAt(5)
        return (
            row >= 0 and self.model.report(row) is not None and self.model.report(self.bottom()) is not None
        )

    def bottom(self) -> int:
        row = self.view.rowAt(self.view.viewport().height() - 30)
        return row if row >= 0 else self.model.rowCount() - 1

    def to_end(self) -> None:
        self.view.scrollToBottom()

    def is_settled(self) -> bool:
        return self.tasks.is_idle

    def close(self) -> None:
        self.tasks.close()
        self.workspace.close()


class Peer:
    """QSqlQueryModel in a QTableView."""

    def __init__(self, path: Path, theme: ThemeController) -> None:
        from PySide6.QtSql import QSqlDatabase, QSqlQueryModel

        self.database = QSqlDatabase.addDatabase("QSQLITE")
        self.database.setDatabaseName(str(path))
        self.database.setConnectOptions("QSQLITE_OPEN_READONLY")
        assert self.database.open()
        self.model = QSqlQueryModel()
        self.view = QTableView()
        self.view.setShowGrid(False)
        self.view.setWordWrap(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(28)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.view.setModel(self.model)

    def show(self, where: str, query: dict[str, Any]) -> None:
        narrowed = f" WHERE {where}" if where else ""
        self.model.setQuery(
            f"SELECT {COLUMNS} FROM test_summary_reports{narrowed} ORDER BY created_at DESC, id DESC",
            self.database,
        )

    def is_here(self) -> bool:
        return self.model.rowCount() > 0

    def to_end(self) -> None:
        while self.model.canFetchMore():
            self.model.fetchMore()
        self.view.scrollToBottom()

    def is_settled(self) -> bool:
        return True

    def close(self) -> None:
        self.model.clear()
        self.database.close()


def answer(side: Ours | Peer, painted: Painted, base: int, question: dict[str, Any]) -> Any:
    act, bar = question["act"], side.view.verticalScrollBar()
    if act == "show":
        return painted.seconds(
            lambda: side.show(question.get("where", ""), question.get("query", {})), side.is_here
        )
    if act == "settle":
        while not side.is_settled():
            QApplication.processEvents()
        for _ in range(5):
            QApplication.processEvents()
        return True
    if act == "pages":
        step = side.view.viewport().height() // 28
        return [
            painted.seconds(lambda: bar.setValue(bar.value() + step), side.is_here)
            for _ in range(question["number"])
        ]
    if act == "row":
        return painted.seconds(lambda: bar.setValue(question["row"]), side.is_here)
    if act == "end":
        return painted.seconds(side.to_end, side.is_here)
    return resident() - base if act == "memory" else True


def main() -> None:
    name, path = sys.argv[1], Path(sys.argv[2])
    application = make_application()
    theme = ThemeController(application, ThemeChoice.LIGHT)
    side = Ours(path, theme) if name == "ours" else Peer(path, theme)
    side.view.resize(*SIZE)
    side.view.show()
    painted = Painted(side.view)
    painted.seconds(side.view.viewport().update, lambda: True)
    base = resident()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(side, painted, base, json.loads(line))) + "\n")
        sys.stdout.flush()
    side.view.hide()
    side.close()


if __name__ == "__main__":
    main()
