"""All that has to do with a server: connecting, synchronising, and the place in the rail that shows both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.windows.connecting import Connecting
from aitr_desktop.windows.outbox_changes import OutboxChanges
from aitr_desktop.windows.synchronising import Synchronising

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtpy.QtWidgets import QWidget

    from aitr_desktop.actions.spec import Act
    from aitr_desktop.library.servers import Servers
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.theme import ThemeController
    from aitr_desktop.views.server_view import ServerView
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock


class ServerPlace(QObject):
    """The server as the window knows it.

    Args:
        window: Parent of dialogs.
        servers: The way to servers.
        tasks: The door to threads.
        clock: Says when, and how long ago something was.
        libraries: Says which library is kept in step.
        preferences: Which server, and how often to synchronise.
    """

    came = Signal()
    """Further documents are in the library; at most twice a second."""
    told = Signal(str)
    """Something to know that is no error."""
    failed = Signal(object)
    """A ``TsrError``."""
    stands = Signal(str, object, str)
    """How things stand, for the last line: words, ``Tone``, the whole of it."""
    against = Signal(bool)
    """Whether the server has another document about the report on screen."""
    report_asked = Signal(str)
    """Id of a report that the person wants to see."""

    def __init__(
        self,
        window: QWidget,
        servers: Servers,
        tasks: Tasks,
        clock: Clock,
        libraries: Libraries,
        *,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._servers, self._preferences, self._clock = servers, preferences, clock
        self.connecting = Connecting(window, servers, tasks, preferences, libraries)
        self.synchronising = Synchronising(
            window, servers, self.connecting, tasks, clock, libraries=libraries, preferences=preferences
        )
        self.outbox = OutboxChanges(servers, tasks, clock, self)
        self.outbox.waits_again.connect(self.synchronising.run)
        self.outbox.changed.connect(self.synchronising.look)
        self.outbox.changed.connect(self.came)
        self.view: ServerView | None = None
        self._report_id = ""
        for part in (self.connecting, self.synchronising, self.outbox):
            part.told.connect(self.told)
            part.failed.connect(self.failed)
        self.synchronising.came.connect(self.came)
        self.synchronising.known_changed.connect(self._show)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {**self.connecting.handlers(), **self.synchronising.handlers()}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {**self.connecting.reasons(), **self.synchronising.reasons()}

    def page(self, theme: ThemeController) -> QWidget:
        """The page of the place, made when it is first gone to."""
        from aitr_desktop.settings import SYNC_MINUTES
        from aitr_desktop.views.server_view import ServerView

        view = ServerView(theme, self._preferences.now.density.row_height, SYNC_MINUTES)
        view.sync_asked.connect(self.synchronising.run)
        view.stop_asked.connect(self.synchronising.cancel)
        view.connect_asked.connect(self.connecting.ask)
        view.disconnect_asked.connect(self.connecting.ask_to_disconnect)
        view.send_again_asked.connect(self.outbox.send_again)
        view.take_back_asked.connect(self.outbox.take_back)
        view.minutes_chosen.connect(self._minutes_chosen)
        view.report_asked.connect(self.report_asked)
        self.view = view
        self._show()
        return view

    def report_shown(self, report_id: str) -> None:
        """Another report is on screen; empty for none."""
        self._report_id = report_id
        state = self.synchronising.known.state
        found = state.contradictions if state is not None else ()
        self.against.emit(any(each.report_id == report_id for each in found))

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self.synchronising.stop()
        self._servers.leave()

    def _minutes_chosen(self, minutes: int) -> None:
        self._preferences.change(sync_minutes=minutes)
        self.synchronising.keep_time()

    def _show(self) -> None:
        from aitr_desktop.item_models.server_page import server_page, sync_words

        known, now = self.synchronising.known, self._clock.now()
        self.stands.emit(*sync_words(known, now))
        self.report_shown(self._report_id)
        if self.view is not None:
            self.view.show_page(server_page(known, now))
            self.view.show_minutes(self._preferences.now.sync_minutes)
