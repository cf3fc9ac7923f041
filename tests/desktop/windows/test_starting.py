"""Starting the application as people and desktops do: real processes, real files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aitr_desktop import app
from aitr_desktop.deep_link import local_name
from aitr_desktop.library.listing import Query
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.settings import Settings, ThemeChoice
from aitr_desktop.windows.stored_settings import SafeSettings, StoredSettings
from tests.factories import shown_reports as reports
from tsr_agent.errors import InputError
from tsr_agent.models import codec

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from aitr_desktop.windows.main_window import MainWindow
    from tests.desktop.fakes import FakeWorkspace

    Settled = Callable[[], None]
    Start = Callable[..., subprocess.Popen[str]]

PATIENCE_S = 30


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("h")
    (made / "run").mkdir(mode=0o700)
    return made


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Starts the application with a home of its own; whatever still runs is killed after the test."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    places = {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "state", "cache")}
    places |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "QT_QPA_PLATFORM": "offscreen"}
    made: list[subprocess.Popen[str]] = []

    def run(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "aitr_desktop.app", *map(str, arguments)],
            env=kept | places | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        made.append(process)
        return process

    yield run
    for process in made:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.02)


def number_of_reports(library: Path) -> int:
    workspace = open_workspace(library)
    try:
        return workspace.count(Query())
    finally:
        workspace.close()


def listens(home: Path, name: str = "desktop") -> bool:
    return (home / "run" / "aitr" / f"{name}.socket").exists()


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "tsr 100%.json"
    path.write_bytes(codec.encode(reports.report()))
    return path


def test_a_second_start_hands_a_report_to_the_window_that_is_open(
    start: Start, home: Path, tmp_path: Path, document: Path
) -> None:
    library = tmp_path / "audit.db"
    open_workspace(library, create=True).close()
    first = start(library)
    until(lambda: listens(home))
    second = start(document.as_uri())
    _, said = second.communicate(timeout=PATIENCE_S)
    assert (second.returncode, said) == (0, "")
    until(lambda: number_of_reports(library) == 1)
    assert first.poll() is None


def test_a_first_window_killed_at_once_blocks_no_later_one(start: Start, home: Path) -> None:
    first = start()
    until(lambda: listens(home))
    first.send_signal(signal.SIGKILL)
    first.wait()
    socket = home / "run" / "aitr" / "desktop.socket"
    left = socket.stat().st_ctime_ns
    second = start()
    until(lambda: listens(home) and socket.stat().st_ctime_ns != left)
    third = start("aitr://report?id=TSR-7")
    third.communicate(timeout=PATIENCE_S)
    assert third.returncode == 0
    assert second.poll() is None


def test_a_hung_first_window_is_named_within_seconds(start: Start, home: Path) -> None:
    first = start()
    until(lambda: listens(home))
    first.send_signal(signal.SIGSTOP)
    second = start("aitr://report?id=TSR-7")
    _, said = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 4
    assert f"aitr is running already (process {first.pid}) and does not answer." in said
    assert "--profile NAME" in said
    assert "Traceback" not in said
    first.send_signal(signal.SIGCONT)


def test_a_profile_opens_a_window_beside(start: Start, home: Path) -> None:
    start()
    until(lambda: listens(home))
    other = start("--profile", "second")
    until(lambda: listens(home, "desktop-second"))
    assert other.poll() is None
    until((home / "data" / "aitr" / "library-second.db").exists)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "../x"], "A profile's name"),
        (["https://example.org/tsr.json"], "Only files of this machine"),
        (["file://server/share/tsr.json"], "A file of another machine"),
    ],
)
def test_what_can_not_be_opened_ends_with_a_sentence(start: Start, arguments: list[str], said: str) -> None:
    process = start(*arguments)
    _, written = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert said in written
    assert "Traceback" not in written


def test_without_a_folder_for_the_lock_the_window_opens_all_the_same(start: Start, home: Path) -> None:
    (home / "run" / "aitr").write_text("no folder")
    start()
    until((home / "data" / "aitr" / "library.db").exists)


def test_the_binding_that_aborts_is_refused() -> None:
    with pytest.raises(InputError, match=r"6\.12\.0 makes Python 3\.11 abort"):
        app.check_binding("6.12.0", (3, 11))
    app.check_binding("6.12.0", (3, 12))
    app.check_binding("6.11.3", (3, 11))


def test_a_file_is_known_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert local_name("a b.json") == str(tmp_path / "a b.json")
    assert local_name("file:///a%20b%2525.json") == "/a b%25.json"
    assert local_name("file://localhost/x.db") == "/x.db"
    assert local_name("aitr://report?id=a") == "aitr://report?id=a"
    assert local_name("C:x") == str(tmp_path / "C:x")
    for other in ("file:x", "smb://server/x", "javascript://x", "file://../x"):
        with pytest.raises(InputError):
            local_name(other)


def test_with_nowhere_to_write_the_window_opens_and_no_traceback_is_said(start: Start, home: Path) -> None:
    for name in ("config", "data", "state"):
        (home / name).write_text("no folder")
    process = start()
    until(lambda: listens(home))
    second = start("aitr://report?id=TSR-7")
    second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 0
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in said


def test_a_run_is_logged_without_what_it_showed(start: Start, home: Path, document: Path) -> None:
    start(document)
    until((home / "data" / "aitr" / "library.db").exists)
    log = home / "state" / "aitr" / "desktop.log"
    until(log.exists)
    until(lambda: " start aitr " in log.read_text())
    assert reports.report().id not in log.read_text()


def options(*arguments: str) -> argparse.Namespace:
    return app.parser().parse_args(arguments)


def test_a_library_that_is_gone_is_named_and_ones_own_opens(
    window: MainWindow,
    library: FakeWorkspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settled: Settled,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    app._open(window, Settings(library=str(tmp_path / "gone.db")), [], options())
    settled()
    assert "gone.db, the library that was open last, is not there any more." in window.notices.bar.text()
    settled()
    assert library.path == tmp_path / "aitr" / "library.db"


def test_safe_mode_opens_no_library_and_leaves_the_layout_alone(
    window: MainWindow, settings_file: Path, settled: Settled
) -> None:
    stored = Settings(
        theme=ThemeChoice.DARK, geometry="AAAA", library="/data/audit.db", servers=("https://a.b",)
    )
    StoredSettings(settings_file).save(stored)
    safe = SafeSettings(settings_file)
    assert safe.load() == Settings(servers=("https://a.b",))
    safe.save(replace(safe.load(), geometry="BBBB", servers=("https://c.d",)))
    assert StoredSettings(settings_file).load() == replace(stored, servers=("https://c.d",))
    app._open(window, safe.load(), [], options("--safe-mode"))
    settled()
    assert window.libraries.workspace is None
    assert window.reports_page.message.message().headline == "No library is open."


@pytest.mark.parametrize("content", [b"\x00\x01\x02garbage\n[[[\n", b"[desktop]\nno value here\n\xff\xfe"])
def test_settings_that_can_not_be_read_are_kept_aside_and_said(settings_file: Path, content: bytes) -> None:
    settings_file.write_bytes(content)
    stored = StoredSettings(settings_file)
    assert stored.load() == Settings()
    if stored.problem is not None:
        assert "can't be read" in stored.problem.message
        assert settings_file.with_name("desktop.ini.unreadable").read_bytes() == content
    assert stored.save(Settings(theme=ThemeChoice.DARK))
    assert StoredSettings(settings_file).load().theme is ThemeChoice.DARK


def test_a_folder_in_place_of_the_settings_is_said(settings_file: Path) -> None:
    settings_file.mkdir()
    stored = StoredSettings(settings_file)
    assert stored.load() == Settings()
    assert stored.problem is not None
