"""What is on screen about a release is what is on record now, whatever happens to the library meanwhile."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from qtpy.QtWidgets import QLabel

from aitr_desktop.library.workspace import open_workspace
from tests.factories.decisions import decision_about
from tests.factories.recorded_approvals import LATER, approval_about, waiting
from tests.factories.reports import NOON, report
from tsr_agent.models import codec
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.models.decision import GoNoGoDecision
from tsr_agent.store.approvals import ApprovalRepository
from tsr_agent.store.engine import open_library
from tsr_agent.store.repository import ReportRepository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.windows.main_window import MainWindow
    from aitr_desktop.windows.workbench import Workbench

    Settled = Callable[[], None]


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    """A window over real libraries."""
    return make_window(lambda path, create: open_workspace(path, create=create))


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    """A library with one release that is GO because ana approved it."""
    path = tmp_path / "approved.db"
    document = codec.encode(report(manual_approval_required=True))
    with open_library(path, create=True) as library:
        decision = waiting(document)
        ReportRepository(library).add(document, decision, received_at=NOON)
        ApprovalRepository(library).take(codec.encode(approval_about(decision)), received_at=LATER)
    return path


def shown(window: MainWindow, path: Path, settled: Settled) -> Workbench:
    window.show_library(path)
    settled()
    assert window.workbench is not None
    return window.workbench


def texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def says_go(window: MainWindow) -> bool:
    return any(each.lstrip("● ").strip() == "GO" for each in texts(window))


def test_a_rejection_that_comes_in_takes_the_go_from_the_screen(
    window: MainWindow, approved: Path, settled: Settled
) -> None:
    shown(window, approved, settled)
    assert says_go(window)
    document = codec.encode(report(manual_approval_required=True))
    rejection = approval_about(waiting(document), "ben", action=ApprovalAction.REJECT)
    with open_library(approved) as library:
        ApprovalRepository(library).take(codec.encode(rejection), received_at=LATER)
    window.server.came.emit()
    settled()
    assert not says_go(window)
    assert "▲ PENDING REVIEW" in texts(window)


def test_nothing_of_a_library_stays_on_screen_once_another_is_open(
    window: MainWindow, approved: Path, tmp_path: Path, settled: Settled
) -> None:
    workbench = shown(window, approved, settled)
    assert says_go(window)
    open_library(tmp_path / "empty.db", create=True).close()
    shown(window, tmp_path / "empty.db", settled)
    assert workbench.report is None
    assert not says_go(window)


def test_a_report_that_loads_late_is_not_shown_in_another_library(
    window: MainWindow, approved: Path, tmp_path: Path, settled: Settled
) -> None:
    workbench = shown(window, approved, settled)
    open_library(tmp_path / "empty.db", create=True).close()
    other = open_workspace(tmp_path / "empty.db")
    workbench.open_report("")  # forgets which one was asked for last
    workbench.open_report(report().id)
    window.show_workspace(other)
    settled()
    assert workbench.report is None
    assert not says_go(window)


def altered(path: Path, statement: str, *values: bytes) -> None:
    """Writes into a library as nobody may: past its guards, which stand there again afterwards."""
    connection = sqlite3.connect(path)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    assert connection.execute(statement, values).rowcount > 0
    for _, made in guards:
        connection.execute(made)
    connection.commit()
    connection.close()


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """A library with one NO-GO."""
    path = tmp_path / "refused.db"
    document = codec.encode(report())
    with open_library(path, create=True) as library:
        decision = decision_about(document, decision=GoNoGoDecision.NO_GO, reason="1 failed")
        ReportRepository(library).add(document, decision, received_at=NOON)
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE test_summary_reports SET standing = 'go'",
        "UPDATE test_summary_reports SET go_no_go_decision = 'go', standing = 'go'",
        "UPDATE report_documents SET body = x'00'",
        "UPDATE decisions SET body = x'00'",
        "UPDATE decisions SET digest = '%s'" % ("0" * 64),
        "DELETE FROM decisions",
        "DELETE FROM report_documents",
        "UPDATE test_summary_reports SET digest = '%s'" % ("0" * 64),
    ],
)
def test_what_was_altered_after_it_was_filed_is_nowhere_called_go(
    window: MainWindow, refused: Path, settled: Settled, statement: str
) -> None:
    altered(refused, statement)
    workbench = shown(window, refused, settled)
    assert workbench.report is None
    assert not says_go(window)
    assert any("not verified" in each for each in texts(window))
    line = workbench.reports.report(0)
    assert line is not None
    assert line.verdict.word == "NOT VERIFIED"


def test_a_report_that_could_not_be_read_is_read_when_it_is_chosen_again(
    window: MainWindow, refused: Path, settled: Settled
) -> None:
    connection = sqlite3.connect(refused)
    (whole,) = connection.execute("SELECT body FROM report_documents").fetchone()
    connection.close()
    altered(refused, "UPDATE report_documents SET body = x'00'")
    workbench = shown(window, refused, settled)
    assert workbench.report is None
    altered(refused, "UPDATE report_documents SET body = ?", whole)
    workbench.open_report(report().id)
    settled()
    assert workbench.report is not None
    line = workbench.reports.report(0)
    assert line is not None
    assert line.verdict.word == "NO-GO"
