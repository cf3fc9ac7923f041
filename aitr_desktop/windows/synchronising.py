"""The open library and its server in step: when it is asked for, after connecting, or every so often."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, QTimer, Signal
from qtpy.QtWidgets import QMessageBox, QWidget

from aitr_desktop.actions.spec import Act
from aitr_desktop.item_models.server_known import Known
from aitr_desktop.tasks import Lane
from aitr_desktop.windows.pulse import Pulse
from tsr_agent.sections.plain_text import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aitr_desktop.library.servers import Servers, Who
    from aitr_desktop.library.synchronising import SyncOutcome, SyncState
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.connecting import Connecting
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError

MINUTE_MS = 60_000


class Synchronising(QObject):
    """Synchronises on a thread of its own, while one goes on reading.

    Args:
        window: Parent of the question about another history.
        servers: The way to servers.
        connecting: Says which.
        tasks: The door to threads.
        clock: Says when.
        libraries: Says which library.
        preferences: How often to synchronise by itself.
    """

    came = Signal()
    """Further documents are in the library; at most twice a second."""
    told = Signal(str)
    """What a synchronisation did."""
    failed = Signal(object)
    """A ``TsrError``: it could not be done, or not to its end. What was done is kept."""
    known_changed = Signal()
    """``known`` is another."""

    def __init__(
        self,
        window: QWidget,
        servers: Servers,
        connecting: Connecting,
        tasks: Tasks,
        clock: Clock,
        *,
        libraries: Libraries,
        preferences: Preferences,
    ) -> None:
        super().__init__(window)
        self._window, self._servers, self._connecting = window, servers, connecting
        self._tasks, self._clock = tasks, clock
        self._libraries, self._preferences = libraries, preferences
        self.known = Known()
        self._by_itself = False
        self._pulse = Pulse(tasks, self)
        self._pulse.beat.connect(self.came)
        self._minutes = QTimer(self)
        self._minutes.timeout.connect(self._minute_is_over)
        self._passed = 0
        connecting.connected.connect(self._connected)
        connecting.disconnected.connect(self._disconnected)
        libraries.opened.connect(self._library_opened)

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.SYNCHRONISE: self.run}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.SYNCHRONISE: self._why_not}

    def run(self, *, accept_new_history: bool = False, by_itself: bool = False) -> None:
        """Sends what waits and fetches what is new.

        Args:
            accept_new_history: Follow the server's history from now on, though it is another one.
            by_itself: Nobody asked; a server that is away is no news then.
        """
        address, workspace = self._connecting.address(), self._libraries.workspace
        if address is None:
            self._connecting.ask()
            return
        if workspace is None or self._pulse.is_following:
            return
        from aitr_desktop.library.synchronising import synchronise

        servers, clock, path = self._servers, self._clock, workspace.path
        self._by_itself = by_itself
        progress = self._tasks.run_long(
            self.tr("Synchronising with {host}").format(host=address.host),
            lambda watcher: synchronise(
                path,
                servers,
                servers.connection(address),
                clock,
                watcher,
                accept_new_history=accept_new_history,
            ),
            partial(self._done, path),
            self._failed,
            Lane.WIDE,
        )
        self._pulse.follow(progress)
        self._know(is_running=True)

    def cancel(self) -> None:
        """Ends it early; what was done is kept."""
        self._pulse.cancel()

    def look(self) -> None:
        """Reads what is known of the server, without asking it."""
        address, workspace = self._connecting.address(), self._libraries.workspace
        if address is None or workspace is None:
            self._know(url=address.url if address else "", state=None)
            return
        from aitr_desktop.library.synchronising import sync_state

        path = workspace.path
        self._know(url=address.url)
        self._tasks.run(
            partial(sync_state, path, self._servers, address, self._clock),
            partial(self._take_state, path),
            self.failed.emit,
            Lane.WIDE,
        )

    def keep_time(self) -> None:
        """Takes up how often is synchronised."""
        self._passed = 0
        if self.known.url:
            self._minutes.start(MINUTE_MS)
        else:
            self._minutes.stop()

    def stop(self) -> None:
        """Ends what waits; the window goes."""
        self._minutes.stop()
        self._pulse.stop()

    def _why_not(self) -> str:
        return self._libraries.why_none() or self._connecting.why_none()

    def _know(self, **changed: object) -> None:
        known = replace(self.known, **changed)  # type: ignore[arg-type]  # fields by their names
        if known != self.known:
            self.known = known
            self.known_changed.emit()

    def _take_state(self, path: Path, state: SyncState) -> None:
        workspace = self._libraries.workspace
        if workspace is not None and workspace.path == path and state.url == self.known.url:
            self._know(state=state)

    def _done(self, path: Path, outcome: SyncOutcome) -> None:
        from aitr_desktop.item_models.sync_summary import outcome_words
        from tsr_agent.client.refusals import UnreachedError

        words, error = outcome_words(outcome), outcome.error
        is_offline = isinstance(outcome.result.ended_by, UnreachedError) and not outcome.cancelled
        self._know(
            is_running=False, last=words, error=visible(error.message) if error else "", is_offline=is_offline
        )
        self.look()
        workspace = self._libraries.workspace
        if workspace is not None and workspace.path == path:
            self.came.emit()
        if outcome.other_history:
            self._ask_about_history(outcome)
        elif error is not None and not (is_offline and self._by_itself):
            self.failed.emit(error)
        elif not self._by_itself or outcome.result.reports or outcome.result.conflicts:
            self.told.emit(words)

    def _failed(self, error: TsrError) -> None:
        self._know(is_running=False, error=visible(error.message))
        self.failed.emit(error)

    def _ask_about_history(self, outcome: SyncOutcome) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Another history"))
        box.setText(visible(outcome.error.message if outcome.error else ""))
        box.setInformativeText(
            self.tr(
                "The server may have been restored from a backup, be another one, or have been tampered "
                "with. Ask whoever runs it before you go on."
            )
            + "\n\n"
            + self.tr(
                "If you follow the new history, every document here is held against it from the first on. "
                "Nothing here is deleted or overwritten; what the new history lacks stays, and is named."
            )
        )
        follow = box.addButton(self.tr("Follow the new history"), QMessageBox.ButtonRole.DestructiveRole)
        leave = box.addButton(self.tr("Leave everything as it is"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(leave)
        box.setEscapeButton(leave)
        follow.clicked.connect(lambda _=False: self.run(accept_new_history=True))
        box.open()

    def _connected(self, who: Who) -> None:
        address = self._connecting.address()
        self._know(url=address.url if address else "", who=who, state=None, error="", is_offline=False)
        self.keep_time()
        self.run()

    def _disconnected(self) -> None:
        self.cancel()
        self.known = Known()
        self.known_changed.emit()
        self.keep_time()

    def _library_opened(self) -> None:
        self._know(state=None, last="", error="")
        self.look()
        self.keep_time()

    def _minute_is_over(self) -> None:
        """Says anew how long ago it was, and synchronises where it is time."""
        self._passed += 1
        often, state = self._preferences.now.sync_minutes, self.known.state
        # A library that never followed this server is not filled from it unasked.
        if often and self._passed >= often and state is not None and state.synced_at is not None:
            self._passed = 0
            self.run(by_itself=True)
        self.known_changed.emit()
