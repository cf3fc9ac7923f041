from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtGui import QImage

from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.windows.pictured import VIEWS
from tests.desktop.fakes import import_one
from tests.factories import shown_reports as reports
from tsr_agent.clock import SystemClock
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = (
    "sqlalchemy", "alembic", "numpy", "pyqtgraph", "requests", "reportlab", "yaml", "pygments", "junitparser",
    "hypothesis", "websocket", "tqdm", "msgspec", "keyring",
)  # fmt: skip
FIRST_FRAME = """
import json, sys
from pathlib import Path
from qtpy.QtCore import QObject, QEvent, QTimer
from aitr_desktop import app

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched is window:
            names = sorted({name.partition(".")[0] for name in sys.modules})
            QTimer.singleShot(0, lambda: (print(json.dumps(names)), application.exit(0)))
        return False

from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.windows.stored_settings import StoredSettings
app.choose_platform()
application = app.make_application()
theme = ThemeController(application, ThemeChoice.LIGHT)
window, tasks = app.make_window(theme, StoredSettings(Path(sys.argv[1])))
watch = Watch()
application.installEventFilter(watch)
window.show()
application.exec()
window.close()
"""


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with an empty home and without a display."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    places = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=kept | places | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A real library with one report."""
    path, source = tmp_path / "audit.db", tmp_path / "tsr.json"
    source.write_bytes(codec.encode(reports.report()))
    workspace = open_workspace(path, create=True)
    import_one(workspace, source, SystemClock().now())
    workspace.close()
    return path


def test_nothing_heavy_is_loaded_when_the_first_frame_is_painted(tmp_path: Path) -> None:
    done = run("-c", FIRST_FRAME, str(tmp_path / "desktop.ini"), home=tmp_path)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert "PySide6" in loaded
    assert not set(HEAVY) & set(loaded)


def test_every_view_is_rendered_without_a_display(tmp_path: Path, library: Path) -> None:
    pictures = tmp_path / "pictures"
    done = run("-m", "aitr_desktop.app", str(library), "--screenshot", str(pictures), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    names = [Path(line).name for line in done.stdout.splitlines()]
    light = [name.removesuffix("-light.png") for name in names if name.endswith("-light.png")]
    assert [name for name in names if name.endswith("-dark.png")] == [f"{name}-dark.png" for name in light]
    assert light[:4] == [
        "browser-no_go",
        "report-no_go-1-overview",
        "report-no_go-2-tests",
        "report-no_go-3-evals",
    ]
    beginnings = {view.name for view in VIEWS}
    # One view's name can begin another's.
    assert {max(filter(name.startswith, beginnings), key=len) for name in light} == beginnings
    for name in names:
        image = QImage(str(pictures / name))
        assert image.width() == 1360
        assert image.height() == 860 or name.startswith("long-")
        assert len({image.pixel(x, y) for x in range(0, 1360, 7) for y in range(0, 860, 7)}) > 5


def test_without_a_library_what_needs_none_is_rendered(tmp_path: Path) -> None:
    done = run(
        "-m",
        "aitr_desktop.app",
        "--screenshot",
        str(tmp_path / "p"),
        "--theme",
        "high_contrast",
        home=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    names = [Path(line).name for line in done.stdout.splitlines()]
    assert names == [f"{view.name}-high_contrast.png" for view in VIEWS if not view.needs_library]


def test_at_twice_the_scale_the_window_has_a_small_screen(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    wanted = ("--screenshot", str(pictures), "--view", "empty", "--scale", "200")
    done = run("-m", "aitr_desktop.app", *wanted, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in sorted(pictures.iterdir())] == ["empty-dark.png", "empty-light.png"]
    image = QImage(str(pictures / "empty-light.png"))
    assert (image.width(), image.height()) == (1920, 1080)


def test_a_view_that_nobody_knows_is_named_with_those_there_are(tmp_path: Path) -> None:
    wanted = ("--screenshot", str(tmp_path / "p"), "--view", "elsewhere")
    done = run("-m", "aitr_desktop.app", *wanted, home=tmp_path)
    assert done.returncode == 2
    assert "There is no view 'elsewhere'." in done.stderr
    assert "Choose from: browser, report," in done.stderr


@pytest.mark.parametrize("make", [lambda path: path.write_text("no library"), lambda path: None])
def test_a_library_that_cannot_be_read_ends_with_a_reason(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    path = tmp_path / "wrong.db"
    make(path)
    done = run("-m", "aitr_desktop.app", str(path), "--screenshot", str(tmp_path / "p"), home=tmp_path)
    assert done.returncode == 2
    assert "wrong.db" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_told_without_loading_qt(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom aitr_desktop.app import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "assert 'qtpy' not in sys.modules\n"
        "assert not [name for name in sys.modules if name.startswith('PySide6')]\n"
    )
    done = run("-c", code, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("aitr-desktop 0.")


def test_starting_again_keeps_profile_and_theme_and_opens_no_file_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aitr_desktop import app

    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command))
    app.start_again(app.parser().parse_args(["--profile", "work", "--theme", "dark", "tsr.json"]))
    ((program, *arguments),) = started
    assert program == sys.executable
    assert arguments[-4:] == ["--profile", "work", "--theme", "dark"]
    monkeypatch.undo()
    done = run(*arguments, "--version", home=tmp_path)
    assert done.stdout.startswith("aitr-desktop 0.")
