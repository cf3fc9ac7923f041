"""What can be done with a mark: go there, show its row of the report, change or withdraw a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QGuiApplication

from aitr_desktop.translation import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QMenu

    from aitr_desktop.item_models.cells import Target
    from aitr_desktop.item_models.mark_rows import MarkRow
    from aitr_desktop.windows.code.note_writing import NoteWriting


def add_line(menu: QMenu, row: MarkRow, go_to: Callable[[int, bool], object]) -> None:
    """The way to its line, where it has one in this file."""
    if row.goes_to:
        words = translate("MarkMenu", "Go to line {line}").format(line=row.where)
        menu.addAction(words).triggered.connect(lambda _=False: go_to(row.goes_to, True))


def add_row(menu: QMenu, row: MarkRow, follow: Callable[[Target], object], writing: NoteWriting) -> None:
    """What a mark or a note offers itself."""
    target, kept = row.mark.target, row.note
    if target is not None:
        action = menu.addAction(translate("MarkMenu", "Show it in the report"))
        action.triggered.connect(lambda _=False: follow(target))
    if kept is not None and kept.withdrawal is None:
        change = menu.addAction(translate("MarkMenu", "Change the note…"))
        change.triggered.connect(lambda _=False: writing.change(kept.note))
        withdraw = menu.addAction(translate("MarkMenu", "Withdraw the note…"))
        withdraw.triggered.connect(lambda _=False: writing.withdraw(kept.note))


def add_copy(menu: QMenu, row: MarkRow) -> None:
    """All that it says, into the clipboard."""
    action = menu.addAction(translate("MarkMenu", "Copy"))
    action.triggered.connect(lambda _=False: QGuiApplication.clipboard().setText(row.whole))
