"""A main window over a real library, clock and settings, as a person opens it; and what one reads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QCoreApplication, QEvent
from qtpy.QtWidgets import QLabel

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.servers import Servers
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.tasks import Tasks
from aitr_desktop.windows.connect_dialog import ConnectDialog
from aitr_desktop.windows.main_window import MainWindow
from aitr_desktop.windows.stored_settings import StoredSettings
from tsr_agent.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.item_models.cells import Node
    from aitr_desktop.theme import ThemeController
    from tests.desktop.fakes import MemoryTokens

LIBRARY = "mine.db"


def open_window(theme: ThemeController, folder: Path, tokens: MemoryTokens) -> tuple[MainWindow, Tasks]:
    """A window with the library of a folder, made where it is missing; settings and outbox are there, too."""
    tasks = Tasks()
    window = MainWindow(
        theme,
        tasks,
        SystemClock(),
        StoredSettings(folder / "desktop.ini"),
        lambda path, create: open_workspace(path, create=create),
        servers=Servers(tokens, {"AITR_OUTBOX": str(folder / "outbox")}),
    )
    window.show()
    window.show_library(folder / LIBRARY, create=True)
    return window, tasks


def leave_window(window: MainWindow) -> None:
    """Closes it; nothing of it is left."""
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def leave_theme(theme: ThemeController) -> None:
    """Takes the colours from the application."""
    theme.detach()
    theme.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def connect_to(window: MainWindow, url: str, token: str, wait: Callable[[], object]) -> None:
    """Connects by the dialog."""
    assert window.menus.reason(Act.CONNECT) == ""
    window.menus.action(Act.CONNECT).trigger()
    wait()
    (dialog,) = window.findChildren(ConnectDialog)
    dialog.address.setEditText(url)
    dialog.token.setText(token)
    dialog.connect_button.click()
    wait()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def words(widget: QWidget) -> str:
    """All that labels say."""
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def texts(node: Node) -> list[str]:
    """All that a row and the rows below it say."""
    return [cell.text for cell in node.cells] + [text for below in node.below() for text in texts(below)]
