from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from qtpy.QtWidgets import QFileDialog, QMessageBox

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.workspace import open_workspace
from aitr_desktop.windows import file_dialogs
from tests.desktop.serving import history

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.windows.main_window import MainWindow


@pytest.fixture
def window(make_window: Callable[..., MainWindow], tmp_path: Path, settled: Callable[[], None]) -> MainWindow:
    history(tmp_path / "library.db", 5)
    made = make_window(lambda path, create: open_workspace(path, create=create))
    made.show_library(tmp_path / "library.db")
    settled()
    return made


def test_the_selection_is_exported_and_what_is_there_is_asked_about(
    window: MainWindow, tmp_path: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    monkeypatch.setattr(file_dialogs, "ask_export", lambda _window, _folder, take: take(target))
    assert window.workbench is not None
    window.workbench.table.selectAll()
    window.menus.action(Act.EXPORT).trigger()
    settled()
    manifest = json.loads((target / "manifest.json").read_bytes())
    assert len({each["report_id"] for each in manifest["files"]}) == 5
    assert "5 reports exported and read back" in window.notices.bar.text()
    before = (target / "manifest.json").stat().st_mtime_ns
    window.menus.action(Act.EXPORT).trigger()
    settled()
    (box,) = window.findChildren(QMessageBox)
    assert "manifest.json" in box.informativeText()
    next(each for each in box.buttons() if each.text() == "Leave them").click()
    settled()
    assert (target / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("filters", "name", "expected"), [(0, "all", "all.zip"), (0, "a.zip", "a.zip"), (1, "all", "all")]
)
def test_the_question_where_to_waits_beside_the_window(
    window: MainWindow, tmp_path: Path, filters: int, name: str, expected: str
) -> None:
    taken: list[Path] = []
    file_dialogs.ask_export(window, str(tmp_path), taken.append)
    (dialog,) = window.findChildren(QFileDialog)
    dialog.selectNameFilter(dialog.nameFilters()[filters])
    dialog.fileSelected.emit(str(tmp_path / name))
    assert taken == [tmp_path / expected]
    dialog.close()


def test_without_a_selection_it_says_why(window: MainWindow) -> None:
    assert window.workbench is not None
    window.workbench.table.clearSelection()
    assert window.menus.reason(Act.EXPORT) == "Choose reports in the list first."
