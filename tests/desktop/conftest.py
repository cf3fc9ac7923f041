"""Every desktop test runs without a display and leaves nothing behind."""

from __future__ import annotations

import gc
import os
import threading
from datetime import UTC, datetime

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, QEvent, QThread, QTimer
from qtpy.QtWidgets import QApplication, QWidget

from aitr_desktop.library.servers import Servers
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.tasks import Tasks
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.compare_view import CompareView
from aitr_desktop.views.detail_view import DetailView
from tests.desktop.fakes import MemoryTokens, StillClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform's own remarks on each shown window and popup say nothing about us."""
    own = pytest.mark.qt_log_ignore(
        r"This plugin does not support (propagateSizeHints|raise|grabbing)", extend=True
    )
    for item in items:
        item.add_marker(own)


SCANNED = {"qtbot", "tasks", "theme", "qtmodeltester"}
"""Who asks for one of these may leave a timer or a Qt thread; looking for them takes 0.1 s."""


def _living() -> dict[str, set[int]]:
    return {
        "threads": {thread.ident or 0 for thread in threading.enumerate()},
        "windows": {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()},
    }


def _ticking() -> list[str]:
    """Timers and Qt threads that still run, whoever made them."""
    # An import takes what is old out of the collector's sight, and out of ours with it.
    gc.unfreeze()
    found = gc.get_objects()
    running = [each for each in found if isinstance(each, QThread) and _runs(each)]
    ticking = [each for each in found if isinstance(each, QTimer) and _ticks(each)]
    return [repr(each) for each in (*running, *ticking)]


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # Qt has deleted it already
        return False


def _ticks(timer: QTimer) -> bool:
    try:
        return timer.isActive()
    except RuntimeError:  # Qt has deleted it already
        return False


@pytest.fixture(autouse=True)
def nothing_outlives_its_test(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[None]:
    before = _living()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    after = _living()
    left = {kind: len(after[kind] - before[kind]) for kind in before if after[kind] - before[kind]}
    assert not left, f"left behind by this test: {left}"
    if SCANNED & set(request.fixturenames):
        assert not _ticking()


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[ThemeController]:
    controller = ThemeController(qapp, ThemeChoice.LIGHT)
    yield controller
    controller.detach()
    controller.deleteLater()


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def settled(qtbot: QtBot, tasks: Tasks) -> Callable[[], None]:
    """Waits until the tasks are done and delivered, and reports that came of them are filled."""

    def is_filling() -> bool:
        return any(
            view.is_filling
            for window in QApplication.topLevelWidgets()
            for view in (*window.findChildren(DetailView), *window.findChildren(CompareView))
        )

    return lambda: qtbot.waitUntil(lambda: tasks.is_idle and not is_filling(), timeout=20_000)


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Shows a widget; it is closed after the test."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "desktop.ini"


@pytest.fixture
def tokens() -> MemoryTokens:
    return MemoryTokens()


@pytest.fixture
def servers(tokens: MemoryTokens, tmp_path: Path) -> Servers:
    """The way to servers, with nothing of this account's: no token, no keyring, no outbox."""
    return Servers(tokens, {"AITR_OUTBOX": str(tmp_path / "outbox")})
