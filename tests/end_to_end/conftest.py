"""A person at a window, over a report that judged a commit of a repository that is cloned here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from aitr_desktop.settings import ThemeChoice
from aitr_desktop.theme import ThemeController
from aitr_desktop.views.code_dialog import CodeDialog
from tests.desktop.at_the_window import LIBRARY, leave_theme, leave_window, open_window
from tests.desktop.code_reader import FILE, Person
from tests.desktop.fakes import MemoryTokens
from tests.factories.code_projects import REPOSITORY, CodeProject, code_project
from tests.factories.filed_reports import put_reports
from tests.factories.repositories import git
from tests.factories.shown_reports import report
from tsr_agent.gate.policies.builtin import ai_release
from tsr_agent.store.engine import open_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot
    from qtpy.QtWidgets import QApplication


@pytest.fixture
def project(tmp_path: Path) -> CodeProject:
    return code_project(tmp_path / "upstream")


@pytest.fixture
def clone(tmp_path: Path, project: CodeProject) -> Path:
    """A clone as one makes it, whose working tree somebody has changed since."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(project.folder), str(folder))
    git(folder, "remote", "set-url", "origin", REPOSITORY)
    (folder / FILE).write_text("somebody writes here\n")
    return folder


@pytest.fixture
def person(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, project: CodeProject, clone: Path
) -> Iterator[Person]:
    with open_library(tmp_path / LIBRARY, create=True) as library:
        put_reports(library, [report(versions=project.versions(project.second))], ai_release())
    theme = ThemeController(qapp, ThemeChoice.LIGHT)
    window, tasks = open_window(theme, tmp_path, MemoryTokens())
    window.resize(1200, 1000)
    window.activateWindow()
    made = Person(window, tasks, qtbot, clone)
    made.wait()
    made.until(lambda: window.workbench is not None and window.workbench.report is not None)
    made.wait()
    yield made
    window.deciding.policies.workshop().view.editor.text.document().setModified(False)
    for dialog in window.findChildren(CodeDialog):
        dialog.close()
    leave_window(window)
    leave_theme(theme)
