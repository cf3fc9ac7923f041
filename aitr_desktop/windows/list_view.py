"""How the list is shown and what is done with its selection: order, columns, comparing, copying."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QPoint, Signal
from qtpy.QtGui import QAction, QGuiApplication
from qtpy.QtWidgets import QMenu

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.list_columns import COLUMNS
from aitr_desktop.library.listing import SortKey, order_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.windows.browser import Browser
    from aitr_desktop.windows.list_actions import ListActions
    from aitr_desktop.windows.preferences import Preferences

SORTS = {
    Act.SORT_CREATED: SortKey.CREATED,
    Act.SORT_DECISION: SortKey.DECISION,
    Act.SORT_ENVIRONMENT: SortKey.ENVIRONMENT,
    Act.SORT_BRANCH: SortKey.BRANCH,
    Act.SORT_SHA: SortKey.SHA,
    Act.SORT_REPOSITORY: SortKey.REPOSITORY,
}


class ListView(QObject):
    """Answers for the menus about the list.

    Args:
        window: Parent of the menus.
        actions: Says whether there is a list on screen.
        browser: Gives the list; None before a library was open.
        preferences: Where the order is kept.
    """

    compare_asked = Signal(str, str)
    """Ids of the two reports that are to be compared."""
    export_asked = Signal(tuple)
    """Ids of the reports that are to be exported."""
    sorted_by = Signal(object)
    """The ``Act`` of the order in force."""

    def __init__(
        self,
        window: QWidget,
        actions: ListActions,
        browser: Callable[[], Browser | None],
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._browser, self._preferences = browser, preferences
        self._columns: QMenu | None = None

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        sorts = {act: self._on_list(partial(_sort, key=key)) for act, key in SORTS.items()}
        return {
            **sorts,
            Act.TURN_ORDER: self._on_list(_turn),
            Act.RESET_COLUMNS: self._on_list(lambda browser: browser.table.columns.reset()),
            Act.FOCUS_FILTERS: self._on_list(lambda browser: browser.filters.focus_first()),
            Act.COMPARE_SELECTED: self._on_list(lambda browser: browser.with_selected(self._compare)),
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return dict.fromkeys(self.handlers(), self._actions.why_none) | {
            Act.COMPARE_SELECTED: self._why_no_two
        }

    def chosen(self) -> Act:
        """The action that stands for the order in force."""
        by = order_from(self._preferences.now.order).by
        return next(act for act, key in SORTS.items() if key is by)

    def attach(self, browser: Browser) -> None:
        """Answers for the menus of a list that was made just now."""
        browser.table.menu_asked.connect(self.show_menu)
        browser.table.columns.menu_asked.connect(self._show_columns)
        browser.sorted_by.connect(lambda _: self.sorted_by.emit(self.chosen()))

    def fill(self, menu: QMenu) -> None:
        """Lists the columns at the top of a menu whenever it opens."""
        menu.aboutToShow.connect(partial(self._list_columns, menu))

    def show_menu(self, place: QPoint) -> QMenu:
        """Opens the menu about the selected reports."""
        menu = QMenu(self._window)
        browser = self._browser()
        selected = sum(last - first + 1 for first, last in browser.table.ranges()) if browser else 0
        for words, is_on, do in (
            (self.tr("&Open"), selected == 1, lambda b: b.table.entered_report.emit()),
            (self.tr("&Compare"), selected == 2, lambda b: b.with_selected(self._compare)),
            (self.tr("&Export…"), selected > 0, lambda b: b.with_selected(self.export_asked.emit)),
            (self.tr("Copy &id"), selected > 0, lambda b: b.with_selected(_copy_ids)),
            (self.tr("Copy &SHA"), selected > 0, _copy_shas),
        ):
            action = menu.addAction(words)
            action.setEnabled(is_on)
            action.triggered.connect(self._on_list(do))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    def _show_columns(self, place: QPoint) -> QMenu:
        menu = QMenu(self._window)
        self._list_columns(menu)
        menu.addSeparator()
        reset = menu.addAction(self.tr("&Reset columns"))
        reset.triggered.connect(lambda _=False: self.handlers()[Act.RESET_COLUMNS]())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
        return menu

    def _list_columns(self, menu: QMenu) -> None:
        browser = self._browser()
        for action in [each for each in menu.actions() if each.property("column")]:
            menu.removeAction(action)
            action.deleteLater()
        shown = browser.table.columns.keys() if browser is not None else ()
        listed = []
        for column in COLUMNS:
            action = QAction(column.title(), menu)
            action.setProperty("column", column.key)
            action.setCheckable(True)
            action.setChecked(column.key in shown)
            action.setEnabled(browser is not None)
            action.triggered.connect(partial(self._toggle, column.key))
            listed.append(action)
        below = menu.actions()
        menu.insertActions(below[0], listed) if below else menu.addActions(listed)

    def _toggle(self, key: str, _checked: bool = False) -> None:
        browser = self._browser()
        if browser is not None:
            browser.table.columns.toggle(key)

    def _compare(self, ids: Sequence[str]) -> None:
        if len(ids) == 2:
            self.compare_asked.emit(ids[0], ids[1])

    def _why_no_two(self) -> str:
        browser = self._browser()
        if why := self._actions.why_none():
            return why
        selected = sum(last - first + 1 for first, last in browser.table.ranges()) if browser else 0
        return "" if selected == 2 else self.tr("Select exactly two reports, with Ctrl or Shift.")

    def _on_list(self, do: Callable[[Browser], object]) -> Callable[[], None]:
        def run(_checked: bool = False) -> None:
            browser = self._browser()
            if browser is not None and not self._actions.why_none():
                do(browser)

        return run


def _sort(browser: Browser, key: SortKey) -> None:
    browser.sort_by(key)


def _turn(browser: Browser) -> None:
    browser.sort_by(browser.query.order.by)


def _copy_ids(ids: Sequence[str]) -> None:
    QGuiApplication.clipboard().setText("\n".join(ids))


def _copy_shas(browser: Browser) -> None:
    here = browser.table.selected_reports(1_000)
    QGuiApplication.clipboard().setText("\n".join(report.release_whole for _, report in here))
