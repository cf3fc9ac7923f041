"""Asks for files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from qtpy.QtWidgets import QWidget


def ask_library(parent: QWidget, folder: str) -> Path | None:
    """The library to open; None where the person thought better of it."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Open library", folder, "Libraries (*.db);;All files (*)")
    return Path(chosen) if chosen else None


def ask_reports(parent: QWidget, folder: str) -> list[Path]:
    """The reports to import; empty where the person thought better of it."""
    chosen, _ = QFileDialog.getOpenFileNames(
        parent, "Import reports", folder, "Reports (*.json);;All files (*)"
    )
    return [Path(each) for each in chosen]


def ask_folder(parent: QWidget, title: str, folder: str) -> Path | None:
    """A folder; None where the person thought better of it."""
    chosen = QFileDialog.getExistingDirectory(parent, title, folder)
    return Path(chosen) if chosen else None
