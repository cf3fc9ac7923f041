from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QLabel, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import Workspace, open_workspace
from aitr_desktop.settings import Settings, ThemeChoice
from aitr_desktop.tasks import Tasks
from aitr_desktop.windows.preferences import Preferences
from aitr_desktop.windows.stored_settings import StoredSettings
from aitr_desktop.windows.workbench import Workbench
from tests.desktop.fakes import FakeWorkspace, StillClock, lines
from tests.factories import shown_reports as reports
from tsr_agent.errors import IntegrityError, StoreError
from tsr_agent.models import codec

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.main_window import MainWindow

Settled = Callable[[], None]
OpenWorkspace = Callable[[Path, bool], Workspace]


def workbench_of(window: MainWindow) -> Workbench:
    assert window.workbench is not None
    return window.workbench


def texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def open_library(window: MainWindow, settled: Settled) -> Workbench:
    window.show_library(Path("/data/audit-2026.db"))
    settled()
    return workbench_of(window)


def test_a_library_opens_with_its_newest_report(window: MainWindow, settled: Settled) -> None:
    workbench = open_library(window, settled)
    assert workbench.reports.rowCount() == 30
    assert workbench.filters.count_text() == "30 reports"
    said = texts(window)
    assert "■ NO-GO" in said or "● GO" in said
    assert any("bytes verified ✓ aaaaaaa" in text for text in said)
    assert "library: audit-2026.db" in said


def test_filters_narrow_the_list_and_say_so(window: MainWindow, settled: Settled, qtbot: QtBot) -> None:
    workbench = open_library(window, settled)
    qtbot.keyClicks(QApplication.focusWidget(), "/")
    qtbot.keyClicks(QApplication.focusWidget(), "TSR-00012")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    settled()
    assert workbench.filters.count_text() == "1 of 30 reports"
    assert workbench.reports.rowCount() == 1
    assert QApplication.focusWidget() is workbench.table


def test_no_match_says_so_and_gives_the_filters_back(
    window: MainWindow, settled: Settled, qtbot: QtBot
) -> None:
    workbench = open_library(window, settled)
    workbench.filters.focus_search()
    qtbot.keyClicks(QApplication.focusWidget(), "nothing like this")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    settled()
    assert "No report matches these filters." in texts(window)
    workbench.no_match.pressed.emit()
    settled()
    assert workbench.reports.rowCount() == 30


def test_going_down_opens_the_next_report_and_enter_goes_into_it(
    window: MainWindow, settled: Settled, qtbot: QtBot
) -> None:
    workbench = open_library(window, settled)
    workbench.focus_list()
    qtbot.keyClick(workbench.table, Qt.Key.Key_Down)
    settled()
    assert any(text.startswith("TSR-00001 ·") for text in texts(window))
    qtbot.keyClick(workbench.table, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is workbench.detail.sections()[0].trees()[0]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is workbench.table
    window.pages.go("compare")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (window.pages.here, QApplication.focusWidget()) == ("reports", workbench.table)


def test_fast_walking_shows_the_report_that_was_stopped_at(window: MainWindow, settled: Settled) -> None:
    workbench = open_library(window, settled)
    for row in range(1, 25):
        workbench.table.select_row(row)
    settled()
    assert any(text.startswith("TSR-00024 ·") for text in texts(window))


def test_an_empty_library_says_what_to_do(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    library.rows.clear()
    window.show_library(Path("new.db"))
    settled()
    assert window.reports_page.message.isVisible()
    assert "No reports yet" in texts(window)


def test_a_library_that_cannot_be_opened_says_why(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    library.errors["open"] = StoreError("notes.db is not a library.", next_step="Name another.")
    window.show_library(Path("notes.db"))
    settled()
    assert "notes.db is not a library." in texts(window)
    assert "Name another." in texts(window)
    focused = QApplication.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.text() == "Open library…"


def test_a_second_library_that_cannot_be_opened_leaves_the_first(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    workbench = open_library(window, settled)
    library.errors["open"] = StoreError("locked")
    window.show_library(Path("other.db"))
    settled()
    assert workbench.isVisible()
    assert "locked" in window.notices.bar.text()
    assert "library: audit-2026.db" in texts(window)


def test_an_altered_report_is_named_and_nothing_of_it_is_shown(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    library.errors["load"] = IntegrityError("Report TSR-00000 was altered.")
    open_library(window, settled)
    assert "Report TSR-00000 was altered." in texts(window)
    assert "not verified ✕" in texts(window)
    assert not any("blocking" in text for text in texts(window))


def test_an_altered_report_after_a_sound_one_hides_the_sound_one(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    workbench = open_library(window, settled)
    library.errors["load"] = IntegrityError("Report TSR-00001 was altered.")
    workbench.table.select_row(1)
    settled()
    assert not workbench.detail.isVisible()


def test_a_hostile_library_is_shown_as_text(
    window: MainWindow, library: FakeWorkspace, settled: Settled, clock: StillClock
) -> None:
    library.rows[:] = lines(3, clock.now(), reports.HOSTILE)
    library.hostile = reports.HOSTILE
    open_library(window, settled)
    shown = window.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in shown if label.text())
    assert any("<b>bold</b>" in label.text() for label in shown)
    assert not window.grab().isNull()


def drop(window: MainWindow, paths: list[str]) -> bool:
    data = QMimeData()
    data.setUrls([QUrl(path) if "://" in path else QUrl.fromLocalFile(path) for path in paths])
    buttons, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(9, 9), copy, data, buttons, keys)
    enter.setAccepted(False)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, data, buttons, keys))
    return enter.isAccepted()


def test_dropped_files_are_imported_and_the_last_is_shown(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    library.rows.clear()
    window.show_library(Path("new.db"))
    settled()
    assert drop(window, ["/tmp/a.json", "/tmp/b.json"])
    settled()
    assert library.imported == [Path("/tmp/a.json"), Path("/tmp/b.json")]
    assert workbench_of(window).isVisible()
    assert window.notices.bar.text().startswith("2 reports imported · judged by ")


def test_what_is_no_local_file_is_not_taken(window: MainWindow, settled: Settled) -> None:
    assert not drop(window, ["/tmp/a.json"])
    open_library(window, settled)
    assert not drop(window, ["https://example.org/tsr.json"])


def test_a_refused_import_is_said_and_the_rest_stays(
    window: MainWindow, library: FakeWorkspace, settled: Settled
) -> None:
    open_library(window, settled)
    library.errors["import_files"] = StoreError("a.json: not a report.", kept="the library as it is.")
    window.import_files([Path("a.json")])
    settled()
    assert window.notices.bar.isVisible()
    assert "a.json: not a report." in window.notices.bar.text()


def test_a_report_goes_from_a_file_into_a_real_library_and_on_screen(
    make_window: Callable[[OpenWorkspace], MainWindow], tmp_path: Path, settled: Settled, settings_file: Path
) -> None:
    source = tmp_path / "tsr.json"
    source.write_bytes(codec.encode(reports.report()))
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(tmp_path / "new.db", create=True)
    settled()
    window.import_files([source])
    settled()
    said = texts(window)
    assert "■ NO-GO" in said
    assert any("1 report" in text for text in said)
    window.close()
    assert StoredSettings(settings_file).load().library == str(tmp_path / "new.db")


def test_the_theme_menu_changes_the_theme_and_is_remembered(
    window: MainWindow, theme: ThemeController, settings_file: Path
) -> None:
    window.menus.action(Act.THEME_DARK).trigger()
    assert theme.theme.name == "dark"
    window.close()
    assert StoredSettings(settings_file).load().theme is ThemeChoice.DARK


def test_the_layout_is_remembered_and_can_be_reset(
    window: MainWindow, settled: Settled, settings_file: Path, theme: ThemeController, clock: StillClock
) -> None:
    workbench = open_library(window, settled)
    workbench.table.setColumnWidth(1, 222)
    window.close()
    kept = Preferences(StoredSettings(settings_file))
    assert kept.now.columns
    other = Workbench(theme, Tasks(), clock, kept)
    assert other.table.columnWidth(1) == 222
    other.reset_layout()
    assert other.table.columnWidth(1) == 70
    other.deleteLater()


def test_a_stored_layout_that_is_nonsense_does_no_harm(
    theme: ThemeController, clock: StillClock, settings_file: Path
) -> None:
    StoredSettings(settings_file).save(Settings(geometry="%%%", splitter="AAAA", columns="!!"))
    bench = Workbench(theme, Tasks(), clock, Preferences(StoredSettings(settings_file)))
    assert bench.table.columnWidth(0) == 146
    bench.deleteLater()


def test_closing_lets_the_library_go(window: MainWindow, library: FakeWorkspace, settled: Settled) -> None:
    open_library(window, settled)
    window.close()
    assert library.is_closed


def test_finding_the_report_again_looks_at_no_more_than_a_page(
    window: MainWindow,
    library: FakeWorkspace,
    settled: Settled,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.rows[:] = lines(3_000, clock.now())
    open_library(window, settled)
    bench = workbench_of(window)
    looked: list[int] = []
    bench.browser.keep("gone")
    real = bench.reports.report
    monkeypatch.setattr(bench.reports, "report", lambda row: looked.append(row) or real(row))
    bench.browser._list_is_here()
    assert bench.reports.rowCount() == 3_000
    assert max(looked) < 200


@pytest.mark.parametrize(
    "address", ["file:", "file://evil.example.org/share/tsr.json", "https://evil.example.org/tsr.json"]
)
def test_what_is_dropped_and_is_no_file_here_is_not_taken(
    window: MainWindow, library: FakeWorkspace, settled: Settled, address: str
) -> None:
    open_library(window, settled)
    data = QMimeData()
    data.setUrls([QUrl(address)])
    buttons, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), copy, data, buttons, keys))
    settled()
    assert library.imported == []
