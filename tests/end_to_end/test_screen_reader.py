"""Code as a screen reader gets it: asked over a real accessibility bus, on a real display."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAUNCHERS = map(Path, ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi-bus-launcher"))
LAUNCHER = next((each for each in LAUNCHERS if each.exists()), None)
TOOLS = ("Xvfb", "dbus-daemon", "gdbus")
ROOT = "/org/a11y/atspi/accessible/root"
TEXT = "org.a11y.atspi.Text"
SECONDS = 20
SPOKEN = "def é():\n    return '😀'\nlast⟨U+202E⟩"

pytestmark = pytest.mark.skipif(
    LAUNCHER is None or not all(map(shutil.which, TOOLS)), reason="there is no accessibility bus here"
)


class Reader:
    """Asks as a screen reader does.

    Args:
        address: Of the accessibility bus.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._program = ""

    def call(self, path: str, method: str, *values: str, program: str = "") -> str:
        """What a method of an object answers, as ``gdbus`` writes it."""
        done = subprocess.run(
            ["gdbus", "call", "--address", self._address, "--dest", program or self._program, "--object-path",
             path, "--method", method, *values],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        return done.stdout.strip() or done.stderr.strip()

    def value(self, path: str, interface: str, name: str) -> str:
        """A property of an object."""
        return self.call(path, "org.freedesktop.DBus.Properties.Get", interface, name)

    def find_program(self) -> bool:
        """Whether a program has come to the bus."""
        said = self.call(ROOT, "org.a11y.atspi.Accessible.GetChildren", program="org.a11y.atspi.Registry")
        found = re.search(r"'(:[0-9.]+)'", said)
        self._program = found[1] if found else ""
        return bool(found)

    def code(self) -> str:
        """The object that is the code."""
        waiting = [ROOT]
        while waiting:
            path = waiting.pop()
            if "'Code of bot.py'" in self.value(path, "org.a11y.atspi.Accessible", "Name"):
                return path
            said = self.call(path, "org.a11y.atspi.Accessible.GetChildren")
            waiting += re.findall(r"'(/org/a11y/[^']+)'", said)
        return ""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[tuple[Reader, subprocess.Popen[str]]]:
    """A display, a session bus, an accessibility bus, and a window with code on them."""
    started: list[subprocess.Popen[str]] = []

    def start(*command: str, **more: object) -> subprocess.Popen[str]:
        made = subprocess.Popen(  # type: ignore[call-overload]
            command, text=True, stderr=subprocess.DEVNULL, **{"stdout": subprocess.PIPE, **more}
        )
        started.append(made)
        return made

    try:
        yield _session(tmp_path, start)
    finally:
        for each in reversed(started):
            each.terminate()
            each.wait(timeout=SECONDS)
            if each.stdout is not None:
                each.stdout.close()


def _session(
    folder: Path, start: Callable[..., subprocess.Popen[str]]
) -> tuple[Reader, subprocess.Popen[str]]:
    reading, writing = os.pipe()
    start(
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x1024x24",
        "-nolisten",
        "tcp",
        pass_fds=(writing,),
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        display = f":{told.readline().strip()}"
    bus = start("dbus-daemon", "--session", "--nofork", "--print-address=1")
    assert bus.stdout is not None
    environment = {
        **os.environ, "DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(),
        "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1", "XDG_CACHE_HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
    }  # fmt: skip
    start(str(LAUNCHER), "--launch-immediately", env=environment)
    asked = ["gdbus", "call", "--session", "--dest", "org.a11y.Bus", "--object-path", "/org/a11y/bus"]
    said = subprocess.run(
        [*asked, "--timeout", str(SECONDS), "--method", "org.a11y.Bus.GetAddress"],
        env=environment, capture_output=True, text=True, timeout=2 * SECONDS, check=False,
    )  # fmt: skip
    found = re.search(r"'([^']+)'", said.stdout)
    if found is None:
        pytest.skip(f"the accessibility bus does not answer: {said.stderr.strip()}")
    window = start(
        sys.executable, "-m", "tests.end_to_end.code_on_the_bus",
        env={**environment, "AT_SPI_BUS_ADDRESS": found[1]}, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert window.stdout is not None
    assert window.stdout.readline().strip() == "shown"
    return Reader(found[1]), window


def test_a_screen_reader_reads_the_line_of_the_cursor_and_moves_it(
    session: tuple[Reader, subprocess.Popen[str]],
) -> None:
    reader, window = session
    for _ in range(200):
        if reader.find_program():
            break
    path = reader.code()
    assert path, "no code on the bus"
    assert reader.call(path, "org.a11y.atspi.Accessible.GetRoleName") == "('text',)"
    assert TEXT in reader.call(path, "org.a11y.atspi.Accessible.GetInterfaces")
    assert "Line 2 of 3" in reader.value(path, "org.a11y.atspi.Accessible", "Description")
    count = reader.value(path, TEXT, "CharacterCount")
    assert count == f"(<{len(SPOKEN.encode('utf-16-le')) // 2}>,)"
    assert reader.value(path, TEXT, "CaretOffset") == "(<9>,)"
    assert reader.call(path, f"{TEXT}.GetText", "0", "8") == "('def é():',)"
    line = "3"  # a line, as AtspiTextGranularity counts
    assert "    return" in reader.call(path, f"{TEXT}.GetStringAtOffset", "9", line)
    assert "last⟨U+202E⟩" in reader.call(path, f"{TEXT}.GetStringAtOffset", "27", line)
    assert reader.call(path, f"{TEXT}.GetNSelections") == "(0,)"
    assert reader.call(path, f"{TEXT}.SetCaretOffset", "3") == "(true,)"
    assert window.stdout is not None
    assert window.stdout.readline().strip() == "1"
    assert "Line 1 of 3" in reader.value(path, "org.a11y.atspi.Accessible", "Description")
    assert window.poll() is None
