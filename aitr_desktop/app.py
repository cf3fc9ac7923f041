"""``aitr-desktop``: the one place where the parts of the application are put together."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qtpy.QtWidgets import QApplication

    from aitr_desktop.crash.log import CrashLog
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.settings import Settings
    from aitr_desktop.single_instance import Instance
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.stored_settings import StoredSettings
    from tsr_agent.errors import TsrError

OPEN_AFTER_MS = 40
"""Reading the library starts this long after the window is shown, so that the first frame is not
shared with it (measured: it takes twice as long else)."""

START_AGAIN = 75
"""What the event loop ends with where the person wants the application anew."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the application.

    Args:
        argv: Arguments without the program's name; None takes those of the process.

    Returns:
        The exit code: 0, 2 where what was asked for can't be done, or 4 where aitr is running already and
        does not answer.
    """
    from tsr_agent.errors import InputError, TsrError

    if getattr(sys, "frozen", False) and sys.argv[1:] == ["--apart"]:
        from aitr_desktop.library.apart import serve

        serve()
    if getattr(sys, "frozen", False) and sys.argv[1:2] == ["--lexer"]:
        from aitr_desktop.code.lexing.child import serve as serve_lexer

        serve_lexer()
    options = parser().parse_args(argv)
    # Start-up makes many objects and hardly any garbage: looking for it costs a tenth of the first frame.
    gc.disable()
    choose_platform()
    try:
        if options.screenshot is not None:
            with _a_screen(options.scale):
                application = make_application()
            return _render(application, options)
        return _run(options)
    except TsrError as error:
        return _end(error)
    except ImportError as error:
        # The binding is there and a library of the system is not; who starts it can mend that.
        return _end(_no_qt(error))
    except FileNotFoundError as error:
        return _end(
            InputError(str(error), next_step="Install aitr again: pip install --force-reinstall aitr")
        )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    from tsr_agent import __version__

    made = argparse.ArgumentParser(
        prog="aitr-desktop",
        description="Reads Test Summary Reports and the decisions about them, offline. A window that is open "
        "already takes what is named here.",
    )
    made.add_argument(
        "wanted",
        metavar="FILE|LINK",
        nargs="*",
        help="a library to open (FILE.db), a report to import into it (tsr.json), a link (aitr://…)",
    )
    made.add_argument(
        "--profile",
        metavar="NAME",
        default="",
        help="a second window beside the usual one, with settings and a library of its own",
    )
    made.add_argument(
        "--safe-mode",
        action="store_true",
        help="start with the layout and theme of a first start and open no library by itself",
    )
    made.add_argument("--reset-layout", action="store_true", help="forget sizes, panes and columns")
    made.add_argument(
        "--screenshot", metavar="DIR", type=Path, help="render each view to a PNG in DIR and exit"
    )
    made.add_argument(
        "--view",
        metavar="NAME",
        action="append",
        default=[],
        help="with --screenshot: only views whose names begin so; may be given again",
    )
    made.add_argument(
        "--scale",
        metavar="PERCENT",
        type=int,
        choices=(100, 125, 150, 200),
        help="with --screenshot: as on a screen of this scale: 100, 125, 150 or 200",
    )
    made.add_argument(
        "--theme", choices=("light", "dark", "high_contrast"), help="use this theme, whatever is set"
    )
    made.add_argument("--version", action="version", version=f"aitr-desktop {__version__}")
    return made


def choose_platform() -> None:
    """Where Linux has no display, draws into memory instead of failing."""
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not has_display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def make_application(profile: str = "") -> QApplication:
    """The Qt application with its names and icon.

    Args:
        profile: Named in the titles of its windows; empty for the usual one.

    Raises:
        InputError: The installed Qt binding would abort this Python.
    """
    import qtpy
    from qtpy.QtCore import QLocale, Qt
    from qtpy.QtGui import QGuiApplication, QIcon
    from qtpy.QtWidgets import QApplication

    from aitr_desktop import translation
    from aitr_desktop.resource_files import resource
    from tsr_agent import __version__

    check_binding(str(qtpy.PYSIDE_VERSION), sys.version_info[:2])
    # A scale of 125 % is drawn as that, and not rounded to 100 %.
    rounding = Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(rounding)
    application = QApplication(["aitr-desktop"])
    application.setApplicationName("aitr-desktop")
    application.setApplicationDisplayName(f"aitr ({profile})" if profile else "aitr")
    application.setApplicationVersion(__version__)
    # The name of packaging/linux/aitr-desktop.desktop, by which the desktop finds icon and words.
    application.setDesktopFileName("aitr-desktop")
    translation.install(application, QLocale.system().name())
    application.setWindowIcon(QIcon(str(resource("icons", "aitr.svg"))))
    return application


def check_binding(version: str, python: tuple[int, ...]) -> None:
    """Refuses a binding that drops a reference to None on each call and aborts after some thousand.

    Raises:
        InputError: It is that one, and None is not immortal in this Python.
    """
    from tsr_agent.errors import InputError

    if version == "6.12.0" and python < (3, 12):
        raise InputError(
            f"PySide6 {version} makes Python {'.'.join(map(str, python))} abort after a while.",
            next_step="Install another: pip install 'PySide6-Essentials>=6.8.3,!=6.11.0,!=6.11.1,!=6.12.0'",
        )


def make_window(theme: ThemeController, stored: StoredSettings) -> tuple[MainWindow, Tasks]:
    """A main window over the real library, clock and settings."""
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.library.token_stores import KeyringTokens
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.main_window import MainWindow
    from tsr_agent.clock import SystemClock

    tasks, servers = Tasks(), Servers(KeyringTokens(), os.environ)
    return MainWindow(theme, tasks, SystemClock(), stored, _open_workspace, servers=servers), tasks


def _open_workspace(path: Path, create: bool) -> Workspace:
    from aitr_desktop.library.workspace import open_workspace

    return open_workspace(path, create=create)


def _run(options: argparse.Namespace) -> int:
    from aitr_desktop.deep_link import local_name
    from aitr_desktop.scaling import scaled
    from aitr_desktop.single_instance import checked_profile
    from aitr_desktop.windows.stored_settings import SafeSettings, StoredSettings, settings_path

    profile = checked_profile(options.profile) if options.profile else ""
    wanted = [local_name(each) for each in options.wanted]
    instance, problem = _instance(profile)
    while instance is not None and not instance.claim():
        taken = instance.hand_over(wanted, os.environ.get("XDG_ACTIVATION_TOKEN", ""))
        if taken is not None:
            return 0
    stored = (SafeSettings if options.safe_mode else StoredSettings)(settings_path(options.profile))
    try:
        with scaled(os.environ, stored.load().scale):
            application = make_application(profile)
        code = _show(application, options, wanted, stored, (instance, problem))
    finally:
        if instance is not None:
            instance.release()
    if code == START_AGAIN:
        start_again(options)
        return 0
    return code


def start_again(options: argparse.Namespace) -> None:
    """Starts the application anew, without the files that this start was asked to open: they are filed."""
    import subprocess

    command = (
        [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "aitr_desktop.app"]
    )
    command += ["--profile", options.profile] if options.profile else []
    command += ["--theme", options.theme] if options.theme else []
    subprocess.Popen(command, close_fds=True)  # noqa: S603  (our own command)


def _instance(profile: str) -> tuple[Instance | None, TsrError | None]:
    """This start's claim; without a folder for it the window opens all the same, and says so."""
    from aitr_desktop.single_instance import Instance, runtime_folder
    from tsr_agent.errors import ServiceError

    try:
        return Instance(runtime_folder(os.environ), profile), None
    except ServiceError as error:
        return None, error


def _show(
    application: QApplication,
    options: argparse.Namespace,
    wanted: list[str],
    stored: StoredSettings,
    claimed: tuple[Instance | None, TsrError | None],
) -> int:
    """Shows the window; what its first frame does not need comes a moment later."""
    from qtpy.QtCore import QTimer

    from aitr_desktop.crash.faults import Faults
    from aitr_desktop.crash.log import CrashLog, log_path
    from aitr_desktop.settings import ThemeChoice
    from aitr_desktop.theme import ThemeController
    from tsr_agent.clock import SystemClock

    log = CrashLog(log_path(options.profile), SystemClock())
    made: list[MainWindow] = []
    faults = Faults(
        log,
        keep=lambda: _keep_work(made),
        leave=lambda: made[0].close() if made else application.exit(1),
    )
    faults.install()
    instance, problem = claimed
    settings = stored.load()
    if options.reset_layout:
        stored.save(settings := settings.without_layout())
    choice = ThemeChoice(options.theme) if options.theme else settings.theme
    window, _ = make_window(ThemeController(application, choice), stored)
    made.append(window)
    window.show()

    def go_on() -> None:
        gc.enable()
        _begin_log(window, log)
        problems = [problem, stored.problem, _listen(window, instance)]
        for each in filter(None, problems):
            window.notices.say(each)
        _open(window, settings, wanted, options)

    QTimer.singleShot(OPEN_AFTER_MS, go_on)
    code = application.exec()
    faults.uninstall()
    log.write("end", "")
    log.close()
    return START_AGAIN if window.appearance.wants_restart else code


def _begin_log(window: MainWindow, log: CrashLog) -> None:
    """Begins the log of this run; says where that of the last is if machine code ended it."""
    from qtpy.QtCore import QUrl, qVersion
    from qtpy.QtGui import QDesktopServices

    from aitr_desktop.translation import translate
    from tsr_agent import __version__

    if log.ended_badly():
        folder = QUrl.fromLocalFile(str(log.path.parent))
        window.notices.tell(
            translate("App", "aitr was ended by a fault last time. The library and your settings are whole."),
            translate("App", "Open log folder"),
            lambda: QDesktopServices.openUrl(folder),
        )
    python = sys.version.split()[0]
    log.write("start", f"aitr {__version__}, Python {python}, Qt {qVersion()}, {sys.platform}")
    log.take_signals()


def _keep_work(windows: list[MainWindow]) -> None:
    """Something has failed: settings and what is not saved are written first."""
    for window in windows:
        window.preferences.save()
        window.deciding.keep_work()


def _listen(window: MainWindow, instance: Instance | None) -> TsrError | None:
    """Hears later starts from now on; what is wrong where it can't."""
    from aitr_desktop.single_instance import InstanceServer
    from tsr_agent.errors import ServiceError

    if instance is None:
        return None
    server = InstanceServer(instance.address, window)
    server.asked.connect(window.opening.answer)
    try:
        server.listen()
    except ServiceError as error:
        return error
    return None


def _open(window: MainWindow, settings: Settings, wanted: list[str], options: argparse.Namespace) -> None:
    """Opens what was asked for; else the library of last time, or one's own, which is made."""
    from aitr_desktop.library.workspace import default_library
    from tsr_agent.errors import InputError

    if options.safe_mode:
        window.reports_page.invite()
        window.opening.start(wanted, None)
        return
    last = Path(settings.library) if settings.library else None
    if last is not None and not _is_there(last):
        window.notices.say(
            InputError(
                f"{last}, the library that was open last, is not there any more.",
                kept="Your own library is open instead.",
                next_step="If it was moved, open it from its new place with Ctrl+O.",
            )
        )
        last = None
    window.opening.start(wanted, last or default_library(options.profile), create=last is None)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or a folder that this person may not enter
        return False


@contextlib.contextmanager
def _a_screen(scale: int | None) -> Iterator[None]:
    """Pictures are of a screen of usual size: Qt's own in memory is smaller than most windows.

    Qt reads both the size and the scale when the application is made.
    """
    import json
    import tempfile

    if scale is not None:
        os.environ["QT_SCALE_FACTOR"] = str(scale / 100)
    if os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        yield
        return
    screen: dict[str, object] = {"name": "picture", "x": 0, "y": 0, "width": 1920, "height": 1080}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "screens.json"
        file.write_text(
            json.dumps({"screens": [screen | {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}]})
        )
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"
        yield
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _render(application: QApplication, options: argparse.Namespace) -> int:
    import tempfile

    from qtpy.QtCore import qInstallMessageHandler

    from aitr_desktop.library.workspace import open_workspace
    from aitr_desktop.settings import ThemeChoice
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows import screenshots
    from aitr_desktop.windows.stored_settings import StoredSettings

    gc.enable()
    qInstallMessageHandler(_quiet_offscreen)
    themes = [ThemeChoice(options.theme)] if options.theme else [ThemeChoice.LIGHT, ThemeChoice.DARK]
    theme = ThemeController(application, themes[0])
    library = Path(options.wanted[0]) if options.wanted else None
    with tempfile.TemporaryDirectory() as folder:
        # Settings of their own: a picture shows the layout of a first start and changes nothing.
        settings_file = Path(folder) / "desktop.ini"
        album = screenshots.Album(
            folder=options.screenshot,
            themes=themes,
            library=(lambda: open_workspace(library)) if library is not None else None,
            empty=lambda: open_workspace(Path(folder) / "library.db", create=True),
            views=options.view,
            scale=options.scale or 100,
        )
        for path in screenshots.render(
            album, lambda: make_window(theme, StoredSettings(settings_file)), theme
        ):
            sys.stdout.write(f"{path}\n")
            sys.stdout.flush()
    return 0


def _end(error: TsrError) -> int:
    """Says why nothing opens: in the terminal, and where there is none in a box on the screen."""
    if sys.stderr is not None:
        sys.stderr.write("\n".join(error.diagnostics()) + "\n")
    has_terminal = sys.stderr is not None and sys.stderr.isatty()
    if not has_terminal and os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        with contextlib.suppress(ImportError):
            _say_on_screen(error)
    return int(error.exit_code)


def _say_on_screen(error: TsrError) -> None:
    from qtpy.QtWidgets import QApplication

    from aitr_desktop.views.failed_start import FailedStart

    application = QApplication.instance() or make_application()
    FailedStart(error).exec()
    del application


def _no_qt(error: ImportError) -> TsrError:
    from tsr_agent.errors import InputError

    return InputError(
        f"Qt can't be loaded: {error}.",
        next_step="On Debian and Ubuntu: "
        "apt install libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1.",
    )


def _quiet_offscreen(_kind: object, _context: object, message: str | None) -> None:
    """Passes Qt's messages on, but for the offscreen platform's remark on every window shown."""
    if message != "This plugin does not support propagateSizeHints()":
        sys.stderr.write(f"{message}\n")


if __name__ == "__main__":
    sys.exit(main())
