"""The main window: places menus, pages and status line, and connects the parts that do the work.

What can be done stands in parts of its own, each with the actions it answers for (``handlers``) and, where
they can't always be done, why not (``reasons``): ``Libraries``, ``Imports``, ``Appearance``. The window
shows what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from aitr_desktop.actions.spec import COLUMNS_MENU, FILTERS_MENU, RECENT_MENU, Act
from aitr_desktop.views.progress_strip import ProgressStrip
from aitr_desktop.views.status_line import StatusLine
from aitr_desktop.windows.appearance import Appearance
from aitr_desktop.windows.commands import Commands
from aitr_desktop.windows.deciding import Deciding
from aitr_desktop.windows.desk import Desk
from aitr_desktop.windows.exports import Exports
from aitr_desktop.windows.finding import Finding
from aitr_desktop.windows.focus_order import keep_last
from aitr_desktop.windows.following import Following
from aitr_desktop.windows.imports import Imports
from aitr_desktop.windows.layout_state import encode_state
from aitr_desktop.windows.libraries import Libraries
from aitr_desktop.windows.link_copying import LinkCopying
from aitr_desktop.windows.list_actions import ListActions
from aitr_desktop.windows.list_view import ListView
from aitr_desktop.windows.menus import Menus
from aitr_desktop.windows.notices import Notices
from aitr_desktop.windows.opening import Opening
from aitr_desktop.windows.pages import Pages
from aitr_desktop.windows.preferences import Preferences
from aitr_desktop.windows.recent import RecentLibraries
from aitr_desktop.windows.reports_page import ReportsPage
from aitr_desktop.windows.saved_filters import SavedFilters
from aitr_desktop.windows.server_place import ServerPlace
from aitr_desktop.windows.verifying import Verifying
from aitr_desktop.windows.window_place import first_size, open_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qtpy.QtGui import QCloseEvent

    from aitr_desktop.item_models.report_detail import ReportDetail
    from aitr_desktop.library.importing import ImportOutcome
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.library.workspace import Workspace
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.windows.stored_settings import StoredSettings
    from aitr_desktop.windows.workbench import Workbench
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError


class MainWindow(QMainWindow):
    """The one window of the desktop.

    Args:
        theme: Colours and fonts.
        tasks: The door to threads; closed with the window.
        clock: Says what time it is.
        stored: Where settings are kept.
        open_workspace: Opens a library; called on the worker thread with the path, and whether it may
            be made.
        servers: The way to servers.
    """

    def __init__(
        self,
        theme: ThemeController,
        tasks: Tasks,
        clock: Clock,
        stored: StoredSettings,
        open_workspace: Callable[[Path, bool], Workspace],
        *,
        servers: Servers,
    ) -> None:
        super().__init__()
        self.setWindowTitle("aitr")
        self._theme, self._tasks, self._clock = theme, tasks, clock
        self.preferences = Preferences(stored, self)
        self.notices = Notices(self, theme, clock)
        self.libraries = Libraries(self, tasks, self.preferences, open_workspace)
        self.imports = Imports(self, tasks, clock, self.libraries, self.preferences, theme=theme)
        self.opening = Opening(
            self, tasks, self.libraries, self.imports, self.preferences, workbench=lambda: self.workbench
        )
        self.following = Following(self, theme, tasks, self.preferences, workbench=lambda: self.workbench)
        self.server = ServerPlace(self, servers, tasks, clock, self.libraries, preferences=self.preferences)
        self.appearance = Appearance(self, theme, self.preferences, self.notices)
        self._recent = RecentLibraries(self.preferences, tasks, self.libraries, self)
        self.reports_page = ReportsPage(theme, self._make_workbench)
        self.exports = Exports(
            self, tasks, clock, self.libraries, self.preferences, browser=self.reports_page.browser
        )
        desk = Desk(self, theme, tasks, clock, self.libraries, self.preferences)
        self.verifying = Verifying(desk)
        self.deciding = Deciding(desk, servers, self.server, lambda: self.workbench)
        self.links = LinkCopying(self.libraries, self.deciding.lines, lambda: self.workbench, self)
        # One line a place: the page of each row of the table of actions that has a place.
        page_of = {
            "reports": lambda: self.reports_page,
            **self.deciding.pages(),
            "server": lambda: self.server.page(theme),
        }
        self.pages = Pages(theme, page_of, self)
        self._commands = Commands(self, theme, self.preferences, self._recent, lambda: self.menus)
        self._list = ListActions(self.pages, self.reports_page, self)
        self._finding = Finding(tasks, lambda: self.workbench, self._list.why_none, self)
        self.list_view = ListView(self, self._list, self.reports_page.browser, self.preferences)
        self.saved_filters = SavedFilters(self, self._list, self.reports_page.browser, self.preferences)
        self.menus = Menus(self, theme, self._handlers(), self._reasons())
        for act in self.appearance.chosen():
            self.menus.check(act)
        self._recent.fill(self.menus.menu(RECENT_MENU))
        self.menus.check(self.list_view.chosen())
        self._commands.offer("filter", self.saved_filters.commands, self.saved_filters.apply)
        self.saved_filters.fill(self.menus.menu(FILTERS_MENU))
        self.list_view.fill(self.menus.menu(COLUMNS_MENU))
        self.status = StatusLine()
        self._progress = ProgressStrip()
        self._place()
        self._connect()
        open_at(self, self.preferences.now.geometry)

    @property
    def workbench(self) -> Workbench | None:
        """The list and the report, once a library was open."""
        return self.reports_page.workbench

    def _handlers(self) -> dict[Act, Callable[[], object]]:
        parts = (self.libraries, self._recent, self.imports, self.exports, self.server, self.links)
        more = (self.appearance, self.verifying, self.deciding, self.pages, self._list, self._finding)
        others = (self.list_view, self.saved_filters, self._commands, self.notices)
        found = {act: do for part in (*parts, *more, *others) for act, do in part.handlers().items()}
        return {**found, Act.QUIT: self.close, Act.RESET_LAYOUT: self._reset_layout}

    def _reasons(self) -> dict[Act, Callable[[], str]]:
        parts = (self._recent, self.imports, self.exports, self.server, self.links, self.deciding)
        others = (self._list, self._finding, self.list_view, self.saved_filters, self.notices, self.verifying)
        return {act: why for part in (*parts, *others) for act, why in part.reasons().items()}

    def _place(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.notices.bar)
        right.addWidget(self.pages.stack, 1)
        right.addWidget(self._progress)
        ground = QWidget()
        row = QHBoxLayout(ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.pages.rail)
        row.addLayout(right, 1)
        self.setCentralWidget(ground)
        self.status.add(self.notices.button)
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        self._tasks.began.connect(self._progress.add)
        self._tasks.ended.connect(self._progress.remove)
        self.reports_page.pressed.connect(self._message_pressed)
        self.reports_page.currentChanged.connect(self.menus.refresh)
        self.pages.went.connect(self.menus.refresh)
        self.deciding.reasons_changed.connect(self.menus.refresh)
        self.list_view.sorted_by.connect(self.menus.check)
        self.list_view.compare_asked.connect(self.deciding.comparison.compare)
        self.notices.bar.said.connect(self.menus.refresh)
        self.preferences.changed.connect(self.menus.refresh)
        self.libraries.opening.connect(self._library_opening)
        self.libraries.opened.connect(self._library_opened)
        self.libraries.failed.connect(self._library_failed)
        self.libraries.let_go_failed.connect(self.notices.say)
        self.deciding.place_asked.connect(self.pages.go)
        self.imports.imported.connect(self._imported)
        self.list_view.export_asked.connect(self.exports.ask)
        self.imports.came.connect(self.deciding.came)
        self.deciding.came.connect(self.reports_page.refresh)
        self.server.against.connect(self.status.show_contradicted)
        self.server.report_asked.connect(lambda _: self.pages.go("reports"))
        self.server.report_asked.connect(self.reports_page.open_report)
        self.server.stands.connect(self.status.show_sync)
        telling = (self.exports, self.server, self.deciding, self.verifying)
        for part in (*telling, self.links):
            part.told.connect(self.notices.tell)
        for failing in (*telling, self.imports, self.opening, self.following):
            failing.failed.connect(self.notices.say)
        self.verifying.stands.connect(self.status.show_verification)
        self.verifying.doubted.connect(self.reports_page.take_verified)
        self.deciding.offered.connect(self.notices.tell)
        self.opening.lines_wanted.connect(self.following.show_lines)
        self.deciding.code.attach(self.following)
        self.pages.went.connect(self.deciding.code.went)

    def show_library(self, path: Path, *, create: bool = False) -> None:
        """Opens a library in the background and shows it."""
        self.libraries.open(path, create=create)

    def show_workspace(self, workspace: Workspace) -> None:
        """Shows a library that is open; the one before is let go."""
        self.libraries.show(workspace)

    def import_files(self, paths: Sequence[Path]) -> None:
        """Files reports into the open library, one after another."""
        self.imports.import_files(paths)

    def _make_workbench(self) -> Workbench:
        # Imported when a library is there: the first frame needs none of it.
        from aitr_desktop.windows.workbench import Workbench

        said_here = self.deciding.approving.said_here
        workbench = Workbench(self._theme, self._tasks, self._clock, self.preferences, said_here=said_here)
        self.deciding.attach(workbench, self.menus)
        workbench.counted.connect(self._counted)
        workbench.shown.connect(self._report_shown)
        workbench.failed.connect(self.notices.say)
        workbench.left.connect(self.following.follow)
        self._finding.attach(workbench)
        self.list_view.attach(workbench.browser)
        workbench.table.selection_changed.connect(self.menus.refresh)
        workbench.filters.set_saved(self.menus.menu(FILTERS_MENU))
        return workbench

    def _library_opening(self, path: Path) -> None:
        self.status.show_library(path)
        if self.libraries.workspace is None:
            self.reports_page.opening(self.status.where())

    def _library_opened(self, workspace: Workspace) -> None:
        self.status.show_library(workspace.path)
        self.reports_page.show_workspace(workspace)
        self.menus.refresh()

    def _library_failed(self, error: TsrError) -> None:
        if self.libraries.workspace is not None:
            self.status.show_library(self.libraries.workspace.path)
        if not self.reports_page.opening_failed(error):
            self.notices.say(error)

    def _message_pressed(self) -> None:
        if self.libraries.workspace is None:
            self.libraries.choose()
        else:
            self.imports.choose()

    def _counted(self, _: int, total: int) -> None:
        words = self.tr("1 report") if total == 1 else self.tr("{count} reports")
        self.status.show_number(words.format(count=f"{total:,}"))

    def _report_shown(self, detail: ReportDetail | None) -> None:
        self.status.show_verified(detail.digest if detail else "")
        self.deciding.report_shown(detail)
        self.server.report_shown(detail.report_id if detail else "")

    def _imported(self, outcome: ImportOutcome) -> None:
        from aitr_desktop.item_models.import_summary import import_words

        self.notices.tell(import_words(outcome))
        if self.workbench is not None:
            single = outcome.last if outcome.total == 1 else None
            self.workbench.refresh(select=single.report_id if single else "")

    def _reset_layout(self) -> None:
        self.preferences.take(self.preferences.now.without_layout())
        self.resize(first_size(self.screen().availableGeometry().size()))
        if self.workbench is not None:
            self.workbench.reset_layout()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802  (Qt's name)
        """Tab goes the way one reads: what was made later than the last line still comes before it."""
        keep_last(self, self.notices.button)
        return bool(super().focusNextPrevChild(forward))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802  (Qt's name)
        """Asks about what is not saved; remembers the layout, lets work end and the library go."""
        if not self.deciding.may_close(self.close):
            event.ignore()
            return
        if self.workbench is not None:
            splitter, columns = self.workbench.layout_state()
            self.preferences.change(splitter=splitter, columns=columns)
        self.preferences.change(geometry=encode_state(self.saveGeometry()))
        self.preferences.save()
        self.reports_page.stop()
        self.notices.stop()
        self.imports.stop()
        self.server.stop()
        self.deciding.stop()
        self._progress.stop()
        if self._tasks.close():
            # Else something still reads it, and the end of the process lets it go.
            self.libraries.close()
        super().closeEvent(event)
