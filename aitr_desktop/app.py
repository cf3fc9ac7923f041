"""``aitr-desktop``: the one place where the parts of the application are put together."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qtpy.QtWidgets import QApplication

    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

OPEN_AFTER_MS = 40
"""Reading the library starts this long after the window is shown, so that the first frame is not
shared with it (measured: it takes twice as long else)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the application.

    Args:
        argv: Arguments without the program's name; None takes those of the process.

    Returns:
        The exit code: 0, or 2 where the pictures could not be made.
    """
    options = parser().parse_args(argv)
    # Start-up makes many objects and hardly any garbage: looking for it costs a tenth of the first frame.
    gc.disable()
    choose_platform()
    application = make_application()
    if options.screenshot is not None:
        return _render(application, options)
    return _run(application, options)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    from tsr_agent import __version__

    made = argparse.ArgumentParser(
        prog="aitr-desktop", description="Reads Test Summary Reports and the decisions about them, offline."
    )
    made.add_argument("library", metavar="FILE.db", nargs="?", type=Path, help="the library to open")
    made.add_argument(
        "--screenshot", metavar="DIR", type=Path, help="render each view to a PNG in DIR and exit"
    )
    made.add_argument("--theme", choices=("light", "dark"), help="use this theme, whatever is set")
    made.add_argument("--version", action="version", version=f"aitr-desktop {__version__}")
    return made


def choose_platform() -> None:
    """Where Linux has no display, draws into memory instead of failing."""
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not has_display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def make_application() -> QApplication:
    """The Qt application with its names and icon."""
    from qtpy.QtGui import QIcon
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.resource_files import resource
    from tsr_agent import __version__

    application = QApplication(["aitr-desktop"])
    application.setApplicationName("aitr-desktop")
    application.setApplicationDisplayName("aitr")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("aitr-desktop")
    application.setWindowIcon(QIcon(str(resource("icons", "aitr.svg"))))
    return application


def make_window(theme: ThemeController, settings_file: Path) -> tuple[MainWindow, Tasks]:
    """A main window over the real library, clock and settings."""
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.stored_settings import StoredSettings
    from tsr_agent.clock import SystemClock

    tasks = Tasks()
    window = MainWindow(theme, tasks, SystemClock(), StoredSettings(settings_file), _open_workspace)
    return window, tasks


def _open_workspace(path: Path, create: bool) -> Workspace:
    from aitr_desktop.library.workspace import open_workspace

    return open_workspace(path, create=create)


def _run(application: QApplication, options: argparse.Namespace) -> int:
    from qtpy.QtCore import QTimer

    from aitr_desktop import crash
    from aitr_desktop.settings import ThemeChoice
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.stored_settings import StoredSettings, settings_path

    crash.install()
    settings_file = settings_path()
    settings = StoredSettings(settings_file).load()
    choice = ThemeChoice(options.theme) if options.theme else settings.theme
    window, _ = make_window(ThemeController(application, choice), settings_file)
    window.show()
    last = Path(settings.library) if settings.library and Path(settings.library).is_file() else None
    QTimer.singleShot(OPEN_AFTER_MS, lambda: _open_library(window, options.library or last))
    return application.exec()


def _open_library(window: MainWindow, path: Path | None) -> None:
    """Opens the library that was asked for, or the usual one, which is made where there is none."""
    from aitr_desktop.library.workspace import default_library

    gc.enable()
    window.show_library(path or default_library(), create=path is None)


def _render(application: QApplication, options: argparse.Namespace) -> int:
    import tempfile

    from qtpy.QtCore import qInstallMessageHandler

    from aitr_desktop.library.workspace import open_workspace
    from aitr_desktop.settings import ThemeChoice
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows import screenshots
    from tsr_agent.errors import TsrError

    gc.enable()
    qInstallMessageHandler(_quiet_offscreen)
    theme = ThemeController(application, ThemeChoice(options.theme or "light"))
    library: Path | None = options.library
    with tempfile.TemporaryDirectory() as folder:
        # Settings of their own: a picture shows the layout of a first start and changes nothing.
        settings_file = Path(folder) / "desktop.ini"
        try:
            written = screenshots.render_all(
                options.screenshot,
                lambda: make_window(theme, settings_file),
                theme,
                (lambda: open_workspace(library)) if library is not None else None,
            )
        except TsrError as error:
            sys.stderr.write("\n".join(error.diagnostics()) + "\n")
            return int(error.exit_code)
    sys.stdout.write("".join(f"{path}\n" for path in written))
    return 0


def _quiet_offscreen(_kind: object, _context: object, message: str | None) -> None:
    """Passes Qt's messages on, but for the offscreen platform's remark on every window shown."""
    if message != "This plugin does not support propagateSizeHints()":
        sys.stderr.write(f"{message}\n")


if __name__ == "__main__":
    sys.exit(main())
