from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QLabel

from aitr_desktop.actions.spec import Act
from aitr_desktop.deep_link import LineLink, ReportLink
from aitr_desktop.library.kinds import is_library
from aitr_desktop.library.workspace import open_workspace
from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tests.factories.hostile_texts import HOSTILE_TEXTS
from tests.factories.shown_reports import report
from tsr_agent.errors import StoreError
from tsr_agent.models import codec

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.windows.main_window import MainWindow

    Settled = Callable[[], None]

DATA = Path("/data/audit-2026.db")


@pytest.fixture
def library(clock: StillClock) -> FakeWorkspace:
    return FakeWorkspace(lines(900, clock.now()))


@pytest.fixture
def quiet(qtbot: QtBot, settled: Settled) -> Settled:
    """Waits until nothing is under way, and what was queued behind it has been done too."""

    def wait() -> None:
        for _ in range(4):
            settled()
            QApplication.processEvents()

    return wait


def shown_report(window: MainWindow) -> str:
    assert window.workbench is not None
    assert window.workbench.report is not None
    return window.workbench.report.report_id


def test_a_start_opens_the_library_of_last_time(window: MainWindow, quiet: Settled) -> None:
    window.opening.start([], DATA)
    quiet()
    assert shown_report(window) == "TSR-00000"


def test_a_library_among_what_is_wanted_stands_in_for_it(
    window: MainWindow, library: FakeWorkspace, quiet: Settled
) -> None:
    window.opening.start(["/data/other.db"], DATA)
    quiet()
    assert library.path == Path("/data/other.db")


def test_reports_go_into_the_library_that_was_named_with_them(
    window: MainWindow, library: FakeWorkspace, quiet: Settled
) -> None:
    window.opening.start(["/in/tsr.json", "/in/tsr-2.json"], DATA)
    quiet()
    assert library.path == DATA
    assert library.imported == [Path("/in/tsr.json"), Path("/in/tsr-2.json")]


def test_reports_go_nowhere_when_the_library_before_them_does_not_open(
    window: MainWindow, library: FakeWorkspace, quiet: Settled
) -> None:
    window.opening.start([], DATA)
    quiet()
    library.errors["open"] = StoreError("It is locked.")
    window.opening.open(["/data/other.db", "/in/tsr.json"])
    quiet()
    assert library.imported == []
    assert "It is locked." in window.notices.bar.text()


def test_without_a_library_an_import_says_so(window: MainWindow, quiet: Settled) -> None:
    window.opening.start(["/in/tsr.json"], None)
    quiet()
    assert "tsr.json was not imported: no library is open." in window.notices.bar.text()


def test_a_link_shows_its_report_however_far_down_the_list(window: MainWindow, quiet: Settled) -> None:
    window.opening.start([ReportLink(report_id="TSR-00777").address], DATA)
    quiet()
    assert shown_report(window) == "TSR-00777"
    assert window.workbench is not None
    assert window.workbench.table.currentIndex().row() == 777
    window.workbench.table.select_row(2)
    quiet()
    assert shown_report(window) == "TSR-00002"


def test_a_link_opens_the_library_that_it_names_among_the_recent_ones(
    window: MainWindow, library: FakeWorkspace, quiet: Settled
) -> None:
    window.preferences.change(recent=("/data/a/audit-2025.db", "/data/audit-2026.db"))
    window.opening.start([], DATA)
    quiet()
    window.opening.open(["aitr://report?id=TSR-00007&library=audit-2025.db"])
    quiet()
    assert library.path == Path("/data/a/audit-2025.db")
    assert shown_report(window) == "TSR-00007"


@pytest.mark.parametrize(
    ("recent", "said"),
    [((), "not opened here before"), (("/a/x.db", "/b/x.db"), "several of that name")],
)
def test_a_link_to_a_library_that_is_not_clear_says_so(
    window: MainWindow, library: FakeWorkspace, quiet: Settled, recent: tuple[str, ...], said: str
) -> None:
    window.opening.start([], DATA)
    quiet()
    window.preferences.change(recent=recent)
    window.opening.open(["aitr://report?id=TSR-00007&library=x.db"])
    quiet()
    assert said in window.notices.bar.text()
    assert library.path == DATA
    assert shown_report(window) == "TSR-00000"


def test_a_link_to_a_report_that_is_not_there_says_so_and_shows_no_other(
    window: MainWindow, quiet: Settled
) -> None:
    window.opening.start(["aitr://report?id=TSR-unknown"], DATA)
    quiet()
    said = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "The library has no report 'TSR-unknown'." in said
    assert window.workbench is not None
    assert window.workbench.report is None


@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXTS.values() if len(text) < 4_096])
def test_a_hostile_link_is_refused_and_nothing_else_happens(
    window: MainWindow, library: FakeWorkspace, quiet: Settled, text: str
) -> None:
    window.opening.open(["aitr://" + text])
    quiet()
    assert "This link was not followed" in window.notices.bar.text()
    assert library.imported == []


def test_lines_are_handed_on(window: MainWindow, quiet: Settled, qtbot: QtBot) -> None:
    link = LineLink(file="bot.py", first=3, last=9, ref="a" * 40)
    with qtbot.waitSignal(window.opening.lines_wanted) as wanted:
        window.opening.open([link.address])
    assert wanted.args == [link]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_later_start_brings_the_window_to_the_front(
    window: MainWindow, quiet: Settled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    window.showMinimized()
    window.opening.answer(["/data/other.db"], "token-7")
    quiet()
    assert not window.isMinimized()
    assert window.windowState() & Qt.WindowState.WindowMinimized == Qt.WindowState.WindowNoState
    assert window.libraries.workspace is not None


def test_the_link_that_is_copied_leads_back(window: MainWindow, quiet: Settled) -> None:
    action = window.menus.action(Act.COPY_LINK)
    assert not action.isEnabled()
    window.opening.start([], DATA)
    quiet()
    assert action.isEnabled()
    action.trigger()
    assert QApplication.clipboard().text() == "aitr://report?id=TSR-00000&library=audit-2026.db"
    assert window.workbench is not None
    window.workbench.table.select_row(3)
    quiet()
    window.opening.open([QApplication.clipboard().text()])
    quiet()
    assert shown_report(window) == "TSR-00000"


def test_files_are_told_by_their_beginning(tmp_path: Path) -> None:
    named, unnamed, document = tmp_path / "named.db", tmp_path / "unnamed", tmp_path / "tsr.db"
    for path in (named, unnamed):
        open_workspace(path, create=True).close()
    document.write_bytes(codec.encode(report()))
    assert [is_library(path) for path in (named, unnamed, document)] == [True, True, False]
    assert [is_library(tmp_path / name) for name in ("gone.db", "gone.json", "nul\x00.db")] == [
        True,
        False,
        True,
    ]


def test_a_document_that_calls_itself_a_library_is_imported(
    make_window: Callable[[Callable[[Path, bool], Workspace]], MainWindow], tmp_path: Path, quiet: Settled
) -> None:
    document = tmp_path / "tsr.db"
    document.write_bytes(codec.encode(report()))
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.opening.start([str(document)], tmp_path / "library.db", create=True)
    quiet()
    assert shown_report(window) == report().id


@pytest.mark.parametrize("name", ["tsr.json", "../tsr.json", ".", "~/tsr.json"])
def test_a_later_start_opens_nothing_of_the_first_ones_folder(
    window: MainWindow, library: FakeWorkspace, settled: Settled, name: str
) -> None:
    window.show_library(Path("/data/audit.db"))
    settled()
    window.opening.answer([name], "")
    settled()
    assert library.imported == []
    assert window.notices.bar.isVisible()
