"""Asks for files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFileDialog

from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable

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


def ask_policy(parent: QWidget, folder: str) -> Path | None:
    """A file to edit; None where the person thought better of it."""
    title = translate("FileDialogs", "Open policy, requirements or draft")
    kinds = translate(
        "FileDialogs",
        "Policies, requirements, drafts (*.yaml *.yml *.json *.csv *.txt *.md *.j2 *.jinja *.prompt)"
        ";;All files (*)",
    )
    chosen, _ = QFileDialog.getOpenFileName(parent, title, folder, kinds)
    return Path(chosen) if chosen else None


def ask_save_policy(parent: QWidget, start: str) -> Path | None:
    """Where a text is saved; it is asked there whether a file that is there may be replaced."""
    from aitr_desktop.editing.draft_texts import is_prose

    title = translate("FileDialogs", "Save as")
    yaml = translate("FileDialogs", "YAML (*.yaml *.yml);;All files (*)")
    kinds = translate("FileDialogs", "All files (*)") if is_prose(Path(start)) else yaml
    chosen, _ = QFileDialog.getSaveFileName(parent, title, start, kinds)
    return Path(chosen) if chosen else None


def ask_folder(parent: QWidget, title: str, folder: str) -> Path | None:
    """A folder; None where the person thought better of it."""
    chosen = QFileDialog.getExistingDirectory(parent, title, folder)
    return Path(chosen) if chosen else None


def ask_target(parent: QWidget, title: str, kinds: str, start: Path, take: Callable[[Path], None]) -> None:
    """Asks for the name of a file that is to be written. The window goes on meanwhile.

    Where something has the name already, the dialog asks whether it may be replaced.

    Args:
        parent: The window.
        title: Of the dialog.
        kinds: Its filter; empty for the name of a folder.
        start: Folder and name that are offered; its ending is added where the person leaves it out.
        take: Is told; not where the person thinks better of it.
    """
    dialog = QFileDialog(parent, title, str(start), kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(start.name)
    if start.suffix:
        dialog.setDefaultSuffix(start.suffix.removeprefix("."))
    dialog.fileSelected.connect(lambda path: take(Path(path)))
    dialog.open()


def ask_export(parent: QWidget, folder: str, take: Callable[[Path], None]) -> None:
    """Asks where an export goes: an archive, or else a folder. The window goes on meanwhile.

    Args:
        parent: The window.
        folder: Where to begin.
        take: Is told; not where the person thinks better of it.
    """
    archive, everything = "One archive (*.zip)", "A new folder (*)"
    start = str(Path(folder) / "reports.zip") if folder else "reports.zip"
    dialog = QFileDialog(parent, "Export reports", start, f"{archive};;{everything}")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # We ask ourselves, for a folder and an archive alike.
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, True)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)

    def chosen(path: str) -> None:
        named = Path(path)
        is_archive = dialog.selectedNameFilter() == archive and named.suffix.lower() != ".zip"
        take(named.with_name(f"{named.name}.zip") if is_archive else named)

    dialog.fileSelected.connect(chosen)
    dialog.open()
