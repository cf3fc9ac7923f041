from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.doubts import NOT_VERIFIED
from aitr_desktop.library.verifying import verify_here, verify_library
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.windows.verify_dialog import VerifyDialog
from tests.desktop.fakes import StillClock, Watching
from tests.desktop.serving import history
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.item_models.report_list_model import ReportListModel
    from aitr_desktop.windows.main_window import MainWindow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "library.db"
    history(made, 5)
    return made


@pytest.fixture
def window(make_window: Callable[..., MainWindow], path: Path, settled: Callable[[], None]) -> MainWindow:
    made = make_window(lambda path, create: open_workspace(path, create=create))
    made.show_library(path)
    settled()
    return made


def alter(path: Path, statement: str) -> None:
    """Changes a row behind the application's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def reports_of(window: MainWindow) -> ReportListModel:
    assert window.workbench is not None
    return window.workbench.reports


def verdicts(window: MainWindow) -> dict[str, str]:
    model = reports_of(window)
    found = (model.report(row) for row in range(model.rowCount()))
    return {each.id: str(each.verdict) for each in found if each is not None}


def verify(window: MainWindow, settled: Callable[[], None]) -> None:
    window.menus.action(Act.VERIFY_LIBRARY).trigger()
    assert window.menus.reason(Act.VERIFY_LIBRARY) == "The library is being verified."
    settled()
    assert not window.menus.reason(Act.VERIFY_LIBRARY)


def test_a_sound_library_is_said_to_be_in_the_line_at_the_bottom(
    window: MainWindow, settled: Callable[[], None]
) -> None:
    verify(window, settled)
    assert window.notices.bar.text() == "Verified ✓ 5 reports: every byte is as it was filed"
    assert window.status.verification() == "library verified ✓"
    assert not window.findChildren(VerifyDialog)


def test_an_altered_row_takes_the_verdict_from_the_list_until_it_is_mended(
    window: MainWindow, path: Path, settled: Callable[[], None]
) -> None:
    (altered,) = [each for each in verdicts(window) if each.endswith("3")]
    was = verdicts(window)[altered]
    alter(path, f"UPDATE test_summary_reports SET codebase_branch = 'release/9' WHERE id = '{altered}'")
    verify(window, settled)
    assert window.status.verification() == "✕ library not verified"
    assert verdicts(window)[altered] == str(NOT_VERIFIED)
    assert sum(each == str(NOT_VERIFIED) for each in verdicts(window).values()) == 1
    (dialog,) = window.findChildren(VerifyDialog)
    assert altered in dialog.faults.all_text()
    assert "codebase_branch is not what the document says" in dialog.faults.all_text()
    dialog.close()

    assert window.workbench is not None
    window.workbench.show_report(altered)
    settled()
    assert verdicts(window)[altered] == str(NOT_VERIFIED)

    alter(path, f"UPDATE test_summary_reports SET codebase_branch = 'main' WHERE id = '{altered}'")
    verify(window, settled)
    assert verdicts(window)[altered] == was
    assert window.status.verification() == "library verified ✓"


def test_another_library_is_not_called_verified(
    window: MainWindow, tmp_path: Path, settled: Callable[[], None]
) -> None:
    verify(window, settled)
    history(tmp_path / "other.db", 2)
    window.show_library(tmp_path / "other.db")
    settled()
    assert window.status.verification() == ""


def test_what_comes_when_another_library_is_open_is_thrown_away(
    window: MainWindow, tmp_path: Path, settled: Callable[[], None]
) -> None:
    history(tmp_path / "other.db", 2)
    window.menus.action(Act.VERIFY_LIBRARY).trigger()
    window.show_workspace(open_workspace(tmp_path / "other.db"))
    settled()
    assert window.status.verification() == ""
    assert not window.menus.reason(Act.VERIFY_LIBRARY)


def test_cancelled_it_never_says_that_the_library_is_sound(path: Path, clock: StillClock) -> None:
    found = verify_here(path, clock, Watching(steps=2))
    assert (found.reports, found.total) == (2, 5)
    assert (found.is_sound, found.is_complete, found.cancelled) == (False, False, True)


def test_another_process_finds_what_this_one_finds(path: Path, clock: StillClock) -> None:
    alter(
        path,
        "UPDATE test_summary_reports SET overall_status = 'failed' WHERE id = 'r-0003'",
    )
    watching = Watching()
    found = verify_library(path, clock, watching)
    assert found == verify_here(path, clock, Watching())
    assert found.number == 1
    assert watching.said[-1] == (5, 5, "reports", "")


def test_a_library_that_is_gone_is_an_error_in_words(tmp_path: Path, clock: StillClock) -> None:
    with pytest.raises(StoreError):
        verify_library(tmp_path / "none.db", clock, Watching())


def test_without_a_library_it_says_why(make_window: Callable[..., MainWindow]) -> None:
    made = make_window(lambda path, create: open_workspace(path, create=create))
    assert made.menus.reason(Act.VERIFY_LIBRARY) == "Open a library first."
