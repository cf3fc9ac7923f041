"""The shortcut sheet: every key by menu, made from the table of actions, and narrowed by what one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QModelIndex, Qt
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from aitr_desktop.actions.table import key_groups, shown_keys
from aitr_desktop.item_models.cells import Cell, Column, Node, Table
from aitr_desktop.item_models.fuzzy import folded
from aitr_desktop.views.list_tree import ListTree
from aitr_desktop.views.plain_label import PlainLabel
from tsr_agent.sections.marks import Tone

if TYPE_CHECKING:
    from aitr_desktop.theme import ThemeController

FIRST_SIZE = (640, 480)
MARGIN = 40
"""Pixels that it leaves free of a small screen."""


class KeysDialog(QDialog):
    """What each key does.

    Args:
        theme: Colours and fonts.
        row_height: Pixels of a row.
    """

    def __init__(self, theme: ThemeController, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        self.typed = QLineEdit()
        self.typed.setPlaceholderText(self.tr("Search actions and keys"))
        self.typed.setAccessibleName(self.tr("Search"))
        self.typed.setClearButtonEnabled(True)
        self.list = ListTree(self.tr("Keys by menu"), theme, row_height)
        self.nothing = PlainLabel(self.tr("No action and no key has these letters."), tone=Tone.MUTED)
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.typed)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.typed.textChanged.connect(self._narrow)
        self._narrow("")
        room = self.screen().availableGeometry()
        self.resize(min(FIRST_SIZE[0], room.width() - MARGIN), min(FIRST_SIZE[1], room.height() - MARGIN))

    def rows(self) -> list[str]:
        """What is listed, a line each."""
        return [line for line in self.list.all_text().split("\n") if line]

    def _narrow(self, typed: str) -> None:
        wanted = folded(typed.strip())
        nodes = []
        for menu, rows in key_groups():
            fitting = [
                Node(cells=(Cell(text=does), Cell(text=_native(keys), tone=Tone.MUTED)))
                for keys, does in rows
                if all(word in folded(f"{menu} {does} {_native(keys)}") for word in wanted.split())
            ]
            if fitting:
                # A heading and its rows lie on one level: nothing here needs to be opened first.
                nodes.append(Node(cells=(Cell(text=menu, is_strong=True), Cell(text="")), spans=True))
                nodes.extend(fitting)
        self.list.show_table(
            Table(
                columns=(
                    Column(title=self.tr("Action"), width=360, stretches=True),
                    Column(title=self.tr("Keys"), width=240),
                ),
                nodes=tuple(nodes),
            )
        )
        self.list.setCurrentIndex(self.list.model().index(0, 0, QModelIndex()))
        self.nothing.setVisible(not nodes)


def _native(keys: str) -> str:
    """Keys as this system writes them; names of several keys that views handle stay as they are."""
    return ", ".join(shown_keys(each) or each for each in keys.split(", "))
