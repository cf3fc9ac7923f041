"""The report on screen is saved from the window: what is asked, what is remembered, what is said."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader
from qtpy.QtGui import QDesktopServices, QGuiApplication
from qtpy.QtWidgets import QFileDialog, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.settings import Paper
from aitr_desktop.views.save_dialog import SaveDialog
from aitr_desktop.views.saved_dialog import SavedDialog
from aitr_desktop.windows import file_dialogs
from tests.desktop.serving import history
from tests.factories.histories import say
from tsr_agent.models.approval import ApprovalAction
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.windows.main_window import MainWindow


@pytest.fixture
def window(make_window: Callable[..., MainWindow], tmp_path: Path, settled: Callable[[], None]) -> MainWindow:
    history(tmp_path / "library.db", 2)
    made = make_window(lambda path, create: open_workspace(path, create=create))
    made.show_library(tmp_path / "library.db")
    settled()
    return made


@pytest.fixture
def shown(window: MainWindow, settled: Callable[[], None]) -> str:
    """Id of the report on screen."""
    assert window.workbench is not None
    report_id = "r-0000"
    window.workbench.show_report(report_id)
    settled()
    return report_id


def take(monkeypatch: pytest.MonkeyPatch, target: Path) -> list[tuple[str, str]]:
    """Names the file whenever the window asks for one, and keeps what was asked."""
    asked: list[tuple[str, str]] = []

    def answer(_window: object, title: str, kinds: str, start: Path, told: Callable[[Path], None]) -> None:
        asked.append((kinds, start.name))
        told(target)

    monkeypatch.setattr(file_dialogs, "ask_target", answer)
    return asked


def test_without_a_report_on_screen_it_says_why(
    make_window: Callable[..., MainWindow], tmp_path: Path, settled: Callable[[], None]
) -> None:
    window = make_window(lambda path, create: open_workspace(path, create=create))
    window.show_library(tmp_path / "empty.db", create=True)
    settled()
    for act in (Act.SAVE_PDF, Act.SAVE_CSV, Act.SAVE_JSON):
        assert window.menus.reason(act).startswith("Open a report first.")


def test_json_is_saved_and_what_was_written_is_said(
    window: MainWindow,
    shown: str,
    tmp_path: Path,
    settled: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert window.menus.reason(Act.SAVE_JSON) == ""
    asked = take(monkeypatch, tmp_path / "r.json")
    window.menus.action(Act.SAVE_JSON).trigger()
    settled()
    assert asked == [("JSON (*.json)", f"{shown}.json")]
    assert json.loads((tmp_path / "r.json").read_bytes())["report_id"] == shown
    assert "r.json: saved" in window.notices.bar.text()
    assert window.findChildren(SavedDialog) == []
    (button,) = [each for each in window.findChildren(QPushButton) if each.text() == "Open, copy path…"]
    button.click()
    (dialog,) = window.findChildren(SavedDialog)
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == str(tmp_path / "r.json")
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    dialog.open_it.click()
    dialog.folder.click()
    assert opened == [str(tmp_path / "r.json"), str(tmp_path)]
    dialog.reject()
    assert window.preferences.now.folder == str(tmp_path)


def test_csv_is_one_file_or_a_folder_and_the_choice_is_remembered(
    window: MainWindow,
    shown: str,
    tmp_path: Path,
    settled: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take(monkeypatch, tmp_path / "r.csv")
    window.menus.action(Act.SAVE_CSV).trigger()
    (dialog,) = window.findChildren(SaveDialog)
    assert (dialog.way, dialog.all_tests.isEnabled()) == ("figures", False)
    dialog.accept()
    settled()
    rows = csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8-sig"), newline=""))
    assert {row["report"] for row in rows} == {shown}

    asked = take(monkeypatch, tmp_path / "out")
    window.menus.action(Act.SAVE_CSV).trigger()
    dialog = window.findChildren(SaveDialog)[-1]
    dialog.choose("tables")
    dialog.all_tests.setChecked(True)
    dialog.accept()
    settled()
    assert asked == [("", shown)]
    assert (tmp_path / "out" / "contents.csv").exists()
    assert any(path.name.startswith("every-test") for path in (tmp_path / "out").iterdir())
    assert (window.preferences.now.saves_tables, window.preferences.now.saves_all_tests) == (1, 1)
    window.menus.action(Act.SAVE_CSV).trigger()
    dialog = window.findChildren(SaveDialog)[-1]
    assert (dialog.way, dialog.all_tests.isChecked()) == ("tables", True)
    dialog.reject()


def test_what_came_in_since_is_seen_before_it_is_saved(
    window: MainWindow,
    shown: str,
    tmp_path: Path,
    settled: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_library(tmp_path / "library.db") as library:
        say(library, shown, ApprovalAction.REJECT, by="Tom")
    take(monkeypatch, tmp_path / "r.json")
    window.menus.action(Act.SAVE_JSON).trigger()
    settled()
    assert "has changed since it came on screen" in window.notices.bar.text()
    assert not (tmp_path / "r.json").exists()


def test_the_paper_is_remembered(
    window: MainWindow, shown: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []
    monkeypatch.setattr(file_dialogs, "ask_target", lambda *given: asked.append(given[2:4]))
    window.menus.action(Act.SAVE_PDF).trigger()
    (dialog,) = window.findChildren(SaveDialog)
    assert dialog.way == "A4"
    assert not dialog.comparison.isHidden()
    dialog.choose("Letter")
    dialog.comparison.setChecked(True)
    dialog.accept()
    assert window.preferences.now.paper is Paper.LETTER
    assert window.preferences.now.saves_comparison == 1
    assert [(kinds, start.name) for kinds, start in asked] == [("PDF (*.pdf)", f"{shown}.pdf")]


def test_the_question_for_a_name_asks_before_it_replaces(window: MainWindow, tmp_path: Path) -> None:
    taken: list[Path] = []
    file_dialogs.ask_target(window, "Save report", "PDF (*.pdf)", tmp_path / "r.pdf", taken.append)
    (dialog,) = window.findChildren(QFileDialog)
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    assert dialog.defaultSuffix() == "pdf"
    dialog.fileSelected.emit(str(tmp_path / "other.pdf"))
    assert taken == [tmp_path / "other.pdf"]
    dialog.close()


def compared(window: MainWindow, settled: Callable[[], None]) -> tuple[str, str]:
    """Holds both reports against each other; the digests of A and B."""
    window.deciding.comparison.compare("r-0000", "r-0001")
    settled()
    found = window.deciding.comparison.comparing.compared
    assert found is not None
    return found.left.digest, found.right.digest


def test_a_comparison_is_saved_with_the_digests_of_both_on_each_page(
    window: MainWindow, tmp_path: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.menus.reason(Act.SAVE_COMPARISON) == "Nothing is compared yet."
    digests = compared(window, settled)
    asked = take(monkeypatch, tmp_path / "what changed.pdf")
    window.menus.action(Act.SAVE_COMPARISON).trigger()
    settled()
    assert asked == [("PDF (*.pdf)", "comparison-r-0001.pdf")]
    pages = [page.extract_text() for page in PdfReader(tmp_path / "what changed.pdf").pages]
    assert pages
    section = window.deciding.comparison.comparing.compared
    assert section is not None
    assert section.section.sentence.lower() in " ".join(" ".join(pages).split()).lower()
    for page in pages:
        assert all(f"SHA-256 {each}" in " ".join(page.split()) for each in digests)


def test_a_comparison_that_is_out_of_date_is_not_saved_unseen(
    window: MainWindow, tmp_path: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared(window, settled)
    with open_library(tmp_path / "library.db") as library:
        say(library, "r-0001", ApprovalAction.REJECT, by="Ada")
    take(monkeypatch, tmp_path / "stale.pdf")
    window.menus.action(Act.SAVE_COMPARISON).trigger()
    settled()
    assert "has changed since it came on screen" in window.notices.bar.text()
    assert not (tmp_path / "stale.pdf").exists()
