"""Process start to first painted frame, against bare windows of PySide6 and of QtPy in the same run.

Interleaved, because this kind of machine varies by a factor of two from minute to minute; the ratio
of the medians does not.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 11
AIM = 1.5
PLATFORM = os.environ.get("QT_QPA_PLATFORM") or ("xcb" if os.environ.get("DISPLAY") else "offscreen")
BARE = """
import sys
from PySide6.QtCore import QObject, QEvent
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
"""
# What app.main does up to the first frame, without the event loop that it ends in.
OURS = """
import gc, sys
gc.disable()
from pathlib import Path
from aitr_desktop import app
from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.windows.stored_settings import StoredSettings
from qtpy.QtCore import QObject, QEvent
application = app.make_application()
theme = ThemeController(application, ThemeChoice.LIGHT)
window, tasks = app.make_window(theme, StoredSettings(Path(sys.argv[1])))
"""
WATCH = """
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched is window:
            sys.stdout.write("painted\\n")
            sys.stdout.flush()
            sys.stdin.readline()
            application.exit(0)
        return False

watch = Watch()
application.installEventFilter(watch)
window.show()
application.exec()
"""


def first_frame(code: str, settings_file: Path) -> float:
    """Seconds from starting the process to the end of waiting for its first paint event."""
    environment = os.environ | {"QT_QPA_PLATFORM": PLATFORM}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code + WATCH, str(settings_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "painted\n"
        elapsed = time.perf_counter() - started
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait(60) == 0
    return elapsed


@pytest.mark.benchmark
def test_the_first_window_is_painted_nearly_as_fast_as_a_bare_one(tmp_path: Path) -> None:
    settings_file = tmp_path / "desktop.ini"
    codes = {"PySide6": BARE, "QtPy": BARE.replace("PySide6.", "qtpy.") + "import qtpy.QtGui\n", "ours": OURS}
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for turn in range(RUNS + 1):
        for name, code in codes.items():
            seconds = first_frame(code, settings_file)
            if turn > 0:
                taken[name].append(seconds)
    median = {name: statistics.median(each) for name, each in taken.items()}
    print(
        f"\nfirst frame on {PLATFORM}, median of {RUNS}: bare PySide6 {median['PySide6'] * 1000:.0f} ms, "
        f"through QtPy's stars {median['QtPy'] * 1000:.0f} ms, aitr-desktop {median['ours'] * 1000:.0f} ms; "
        f"ratio to PySide6 {median['ours'] / median['PySide6']:.2f} (aim {AIM}), "
        f"to QtPy {median['ours'] / median['QtPy']:.2f}"
    )
    assert median["ours"] < median["QtPy"] * AIM
