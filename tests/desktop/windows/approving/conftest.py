"""A server with a release that waits, and a desk over a library that is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aitr_desktop.library.workspace import open_workspace
from tests.desktop.answering_desk import Desk
from tests.factories.waiting_releases import Office, office, policy
from tsr_agent.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import MemoryTokens


@pytest.fixture
def clock() -> SystemClock:
    """The server's documents are of now."""
    return SystemClock()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Office]:
    """A server with a release that waits for one release manager."""
    with office(tmp_path) as server:
        server.submit(policy())
        server.upload("release-7")
        yield server


@pytest.fixture
def desk(
    make_window: Callable[..., MainWindow],
    tmp_path: Path,
    settled: Callable[[], None],
    qtbot: QtBot,
    tokens: MemoryTokens,
) -> Desk:
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(tmp_path / "mine.db", create=True)
    settled()
    return Desk(window, settled, qtbot, tokens)
