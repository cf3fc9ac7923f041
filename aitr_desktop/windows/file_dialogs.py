"""Asks for files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFileDialog

from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


def ask_library(parent: QWidget, folder: str) -> Path | None:
    """The library to open; None where the person thought better of it."""
    title = translate("FileDialogs", "Open library")
    kinds = translate("FileDialogs", "Libraries (*.db);;All files (*)")
    chosen, _ = QFileDialog.getOpenFileName(parent, title, folder, kinds)
    return Path(chosen) if chosen else None


def ask_reports(parent: QWidget, folder: str) -> list[Path]:
    """The reports to import; empty where the person thought better of it."""
    title = translate("FileDialogs", "Import reports")
    kinds = translate("FileDialogs", "Reports (*.json);;All files (*)")
    chosen, _ = QFileDialog.getOpenFileNames(parent, title, folder, kinds)
    return [Path(each) for each in chosen]


def ask_folder(parent: QWidget, title: str, folder: str) -> Path | None:
    """A folder; None where the person thought better of it."""
    chosen = QFileDialog.getExistingDirectory(parent, title, folder)
    return Path(chosen) if chosen else None
