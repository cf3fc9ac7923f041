"""What can be done with a row: follow what it leads to, and copy it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication, QKeySequence
from qtpy.QtWidgets import QMenu

from aitr_desktop.item_models.cells import Kind, links_of
from aitr_desktop.translation import translate
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.item_models.cells import Link, Node, Target

MOST_LINKS = 20
MAX_WORDS = 80
TO_LINE = "F12"
"""Goes from a row to the line of code that it names."""


def row_menu(
    node: Node, parent: QWidget, *, follow: Callable[[Target], None], copied: Callable[[], str]
) -> QMenu:
    """The menu of a row, to be popped up; it deletes itself when it closes.

    Args:
        node: The row.
        parent: Where it is.
        follow: Goes to a target.
        copied: The selected rows as text.
    """
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    has_line = False
    for link in links_of(node)[:MOST_LINKS]:
        action = menu.addAction(_words(link))
        action.triggered.connect(lambda _=False, target=link.target: follow(target))
        if link.target.kind is Kind.LINE and not has_line:
            has_line = True
            # Shown only: the table has the key itself.
            action.setShortcut(QKeySequence(TO_LINE))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    if menu.actions():
        menu.addSeparator()
    copy = menu.addAction(translate("RowMenu", "Copy"))
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(copied()))
    return menu


def _words(link: Link) -> str:
    """What a link is called; a sign that Qt would take for a mnemonic stays what it is."""
    shown = one_line(link.words, MAX_WORDS).replace("&", "&&")
    if link.target.side:
        return translate("RowMenu", "Open in {side}: {words}").format(side=link.target.side, words=shown)
    verbs = {
        Kind.COMMIT: translate("RowMenu", "Open commit: {words}"),
        Kind.LINE: translate("RowMenu", "Open code: {words}"),
        Kind.REPORT: translate("RowMenu", "Open report: {words}"),
    }
    return verbs.get(link.target.kind, translate("RowMenu", "Go to: {words}")).format(words=shown)
