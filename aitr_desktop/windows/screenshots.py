"""Renders every view to PNG files, for documents, for review, and where there is no display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEventLoop, Qt, QTimer

from aitr_desktop.library.listing import Choices
from aitr_desktop.library.timeline import Timeline
from aitr_desktop.settings import ThemeChoice
from tsr_agent.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.library.listing import ListedReport, Query
    from aitr_desktop.library.paging import Step
    from aitr_desktop.library.synchronising import Watcher
    from aitr_desktop.library.workspace import OpenedReport, Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow
    from tsr_agent.clock import Clock

WIDTH, HEIGHT = 1360, 860
PATIENCE_MS = 60_000
THEMES = (ThemeChoice.LIGHT, ThemeChoice.DARK)


class EmptyWorkspace:
    """A library without a report, for the picture of the empty state.

    Args:
        path: The name to show.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def page(self, query: Query, step: Step, now: datetime) -> tuple[ListedReport, ...]:
        """No rows."""
        return ()

    def count(self, query: Query) -> int:
        """None."""
        return 0

    def choices(self) -> Choices:
        """None."""
        return Choices()

    def position(self, query: Query, key: Any) -> int:
        """At the beginning."""
        return 0

    def find(self, query: Query, report_id: str) -> int | None:
        """Nowhere."""
        return None

    def ids(self, query: Query, first: int, last: int) -> tuple[str, ...]:
        """None."""
        return ()

    def timeline(self, query: Query, is_wanted: Callable[[], bool]) -> Timeline:
        """No bars."""
        return Timeline()

    def load(self, report_id: str) -> OpenedReport:
        """There is nothing to load.

        Raises:
            InputError: Always.
        """
        raise InputError(f"The library has no report {report_id!r}.")

    def import_files(self, paths: Sequence[Path], clock: Clock, watcher: Watcher) -> ImportOutcome:
        """A picture is no place to file reports.

        Raises:
            StoreError: Always.
        """
        raise StoreError("This library exists only in a picture.")

    def close(self) -> None:
        """Nothing to let go."""


def render_all(
    folder: Path,
    make_window: Callable[[], tuple[MainWindow, Tasks]],
    theme: ThemeController,
    workspace: Callable[[], Workspace] | None,
) -> list[Path]:
    """Renders the browser with a report of each verdict, and the empty state, light and dark.

    Args:
        folder: Where to; made if it is not there.
        make_window: Gives a fresh window and its tasks.
        theme: Switched while rendering.
        workspace: Opens the library; None renders the empty state alone.

    Returns:
        The files, in the order they were written.

    Raises:
        StoreError: The library can't be opened or read, or a picture can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for choice in THEMES:
        theme.choose(choice)
        if workspace is not None:
            window, tasks = make_window()
            _show_unseen(window)
            window.show_workspace(workspace())
            views = _browser_views(window, tasks)
            written.extend(_save(window, folder / f"{name}-{choice.value}.png") for name in views)
            window.close()
        window, tasks = make_window()
        _show_unseen(window)
        window.show_workspace(EmptyWorkspace(folder / "new.db"))
        settle(tasks)
        written.append(_save(window, folder / f"empty-{choice.value}.png"))
        window.close()
    return written


def settle(tasks: Tasks) -> None:
    """Waits until nothing is under way and everything is painted.

    Raises:
        StoreError: It takes longer than a minute.
    """
    while not tasks.is_idle:
        loop, patience = QEventLoop(), QTimer()
        patience.setSingleShot(True)
        patience.timeout.connect(loop.quit)
        patience.start(PATIENCE_MS)
        tasks.idle.connect(loop.quit)
        loop.exec()
        tasks.idle.disconnect(loop.quit)
        if not patience.isActive():
            raise StoreError("The library takes longer than a minute to read.")
        patience.stop()
    for _ in range(3):
        turn = QEventLoop()
        QTimer.singleShot(0, turn.quit)
        turn.exec()


def _show_unseen(window: MainWindow) -> None:
    """Shows a window to its own layouts and to nobody else: hidden ones are not laid out to the end."""
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(WIDTH, HEIGHT)
    window.show()


def _browser_views(window: MainWindow, tasks: Tasks) -> Iterator[str]:
    """Brings one view after another on screen and gives its name."""
    settle(tasks)
    workbench = window.workbench
    if workbench is None or workbench.reports.rowCount() == 0:
        return
    seen: set[str] = set()
    for row in range(workbench.reports.rowCount()):
        report = workbench.reports.report(row)
        if report is None or report.verdict.word in seen:
            continue
        seen.add(report.verdict.word)
        workbench.table.select_row(row)
        settle(tasks)
        name = report.verdict.word.lower().replace("-", "_").replace(" ", "_")
        yield f"browser-{name}"
        workbench.detail.jump_to(1)
        settle(tasks)
        yield f"browser-{name}-tests"
        workbench.detail.jump_to(len(workbench.detail.sections()) - 1)
        settle(tasks)
        yield f"browser-{name}-versions"


def _save(window: MainWindow, path: Path) -> Path:
    if not window.grab().save(str(path)):
        raise StoreError(
            f"The picture {path} could not be written.", next_step="Name a folder you may write to."
        )
    return path
