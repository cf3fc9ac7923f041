"""Filters that were saved under a name: listed in a menu, applied, renamed and deleted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QInputDialog, QLineEdit

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.saved_filters import filter_name, filter_text, saved
from tsr_agent.sections.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QMenu, QWidget

    from aitr_desktop.library.listing import Query
    from aitr_desktop.windows.browser import Browser
    from aitr_desktop.windows.list_actions import ListActions
    from aitr_desktop.windows.preferences import Preferences

MAX_SAVED = 200


class SavedFilters(QObject):
    """Keeps filters.

    Args:
        window: Parent of the dialogs.
        actions: Says whether there is a list on screen.
        browser: Gives the list; None before a library was open.
        preferences: Where they are kept.
    """

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

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {
            Act.SAVE_FILTER: self._ask_name,
            Act.RENAME_FILTER: self._ask_renaming,
            Act.DELETE_FILTER: self._ask_deleting,
        }

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {
            Act.SAVE_FILTER: self._why_nothing_to_save,
            Act.RENAME_FILTER: self._why_none,
            Act.DELETE_FILTER: self._why_none,
        }

    def known(self) -> dict[str, Query]:
        """Saved filters by name, those that can be read."""
        return saved(self._preferences.now.filters)

    def commands(self) -> list[tuple[str, str]]:
        """Names, and the words for the command palette."""
        return [(name, self.tr("Filter: {name}").format(name=one_line(name, 80))) for name in self.known()]

    def apply(self, name: str, _checked: bool = False) -> None:
        """Narrows the list to what was saved under a name."""
        browser, query = self._browser(), self.known().get(name)
        if browser is not None and query is not None and not self._actions.why_none():
            browser.filters.show_query(query)

    def save(self, name: str, query: Query) -> None:
        """Keeps a filter; one of that name is replaced."""
        kept = filter_name(name)
        if kept and (kept in self._preferences.now.filters or len(self._preferences.now.filters) < MAX_SAVED):
            self._preferences.change(filters={**self._preferences.now.filters, kept: filter_text(query)})

    def rename(self, old: str, new: str) -> None:
        """Gives a filter another name; one that has it is replaced."""
        filters, kept = dict(self._preferences.now.filters), filter_name(new)
        if kept and old in filters:
            filters[kept] = filters.pop(old)
            self._preferences.change(filters=filters)

    def delete(self, name: str) -> None:
        """Forgets a filter."""
        filters = {key: text for key, text in self._preferences.now.filters.items() if key != name}
        self._preferences.change(filters=filters)

    def fill(self, menu: QMenu) -> None:
        """Lists the filters at the top of a menu whenever it opens."""
        menu.aboutToShow.connect(partial(self._list, menu))
        self._list(menu)

    def _list(self, menu: QMenu) -> None:
        for action in [each for each in menu.actions() if each.property("filter")]:
            menu.removeAction(action)
            action.deleteLater()
        listed = []
        for name in self.known():
            action = QAction(one_line(name, 60).replace("&", "&&"), menu)
            action.setProperty("filter", "true")
            action.setEnabled(not self._actions.why_none())
            action.triggered.connect(partial(self.apply, name))
            listed.append(action)
        if listed:
            line = QAction(menu)
            line.setSeparator(True)
            line.setProperty("filter", "true")
            listed.append(line)
        below = menu.actions()
        menu.insertActions(below[0], listed) if below else menu.addActions(listed)

    def _ask_name(self) -> None:
        browser = self._browser()
        if browser is None:
            return
        query = browser.filters.query()
        name, is_given = QInputDialog.getText(
            self._window, self.tr("Save filter"), self.tr("Name of the filter"), QLineEdit.EchoMode.Normal
        )
        if is_given:
            self.save(name, query)

    def _ask_renaming(self) -> None:
        old = self._ask_which(self.tr("Rename filter"))
        if old is not None:
            new, is_given = QInputDialog.getText(
                self._window,
                self.tr("Rename filter"),
                self.tr("New name"),
                QLineEdit.EchoMode.Normal,
                old,
            )
            if is_given:
                self.rename(old, new)

    def _ask_deleting(self) -> None:
        name = self._ask_which(self.tr("Delete filter"))
        if name is not None:
            self.delete(name)

    def _ask_which(self, title: str) -> str | None:
        names = list(self.known())
        shown = [one_line(name, 80) for name in names]
        chosen, is_given = QInputDialog.getItem(self._window, title, self.tr("Filter"), shown, 0, False)
        return names[shown.index(chosen)] if is_given and chosen in shown else None

    def _why_nothing_to_save(self) -> str:
        browser = self._browser()
        if why := self._actions.why_none():
            return why
        if browser is None or browser.filters.query().is_everything:
            return self.tr("Nothing is narrowed: there is no filter to save.")
        return ""

    def _why_none(self) -> str:
        return "" if self.known() else self.tr("No filter was saved yet.")
