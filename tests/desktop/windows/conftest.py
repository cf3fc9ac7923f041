"""The main window over a library in memory, for every test of what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library.workspace import Workspace
from aitr_desktop.windows.main_window import MainWindow
from aitr_desktop.windows.stored_settings import StoredSettings
from tests.desktop.fakes import FakeWorkspace, StillClock, lines

if TYPE_CHECKING:
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController

OpenWorkspace = Callable[[Path, bool], Workspace]


@pytest.fixture
def library(clock: StillClock) -> FakeWorkspace:
    return FakeWorkspace(lines(30, clock.now()))


@pytest.fixture
def make_window(
    theme: ThemeController, tasks: Tasks, clock: StillClock, settings_file: Path, servers: Servers
) -> Iterator[Callable[[OpenWorkspace], MainWindow]]:
    """Makes windows over the libraries it is given; closes them after the test."""
    made: list[MainWindow] = []

    def make(open_workspace: OpenWorkspace) -> MainWindow:
        made.append(
            MainWindow(theme, tasks, clock, StoredSettings(settings_file), open_workspace, servers=servers)
        )
        made[-1].show()
        return made[-1]

    yield make
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[[OpenWorkspace], MainWindow], library: FakeWorkspace) -> MainWindow:
    def open_fake(path: Path, create: bool) -> FakeWorkspace:
        if "open" in library.errors:
            raise library.errors["open"]
        library.path = path
        return library

    return make_window(open_fake)
