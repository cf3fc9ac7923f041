from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QApplication, QPushButton

from aitr_desktop.actions.spec import Act
from aitr_desktop.windows.notices_dialog import NoticesDialog
from tsr_agent.errors import StoreError

if TYPE_CHECKING:
    from aitr_desktop.windows.main_window import MainWindow


def dialog() -> NoticesDialog:
    shown = QApplication.activeModalWidget()
    assert isinstance(shown, NoticesDialog)
    return shown


def test_what_was_told_can_be_read_again(window: MainWindow) -> None:
    assert window.menus.reason(Act.NOTIFICATIONS) == "Nothing was told yet."
    assert not window.notices.button.isVisible()
    window.notices.tell("Imported TSR-1.")
    window.notices.say(StoreError("No space.", next_step="Free some."))
    assert window.notices.button.accessibleName() == "Notifications: 2, errors open: 1"
    window.menus.action(Act.NOTIFICATIONS).trigger()
    shown = dialog()
    assert shown.list.currentIndex().siblingAtColumn(2).data() == "No space."
    assert shown.details.toPlainText() == "No space.\n  Next: Free some."
    buttons = {button.text(): button for button in shown.findChildren(QPushButton)}
    buttons["Copy details"].click()
    assert QGuiApplication.clipboard().text() == "No space.\n  Next: Free some."
    shown.list.setCurrentIndex(shown.list.model().index(1, 0))
    assert shown.details.toPlainText() == "Imported TSR-1."
    buttons["Clear"].click()
    assert shown.details.toPlainText() == ""
    assert not window.notices.button.isVisible()
    shown.reject()


def test_the_bell_shows_them_too(window: MainWindow) -> None:
    window.notices.tell("Imported TSR-1.")
    window.notices.button.click()
    dialog().reject()
    assert window.notices.button.accessibleName() == "Notifications: 1, errors open: 0"
