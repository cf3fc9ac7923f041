"""Which server is worked with: connecting to one, and letting it go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Qt, Signal
from qtpy.QtWidgets import QMessageBox, QWidget

from aitr_desktop.actions.spec import Act
from aitr_desktop.library.servers import address_of
from aitr_desktop.tasks import Lane
from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aitr_desktop.library.servers import Servers, Who
    from aitr_desktop.tasks import Tasks
    from aitr_desktop.windows.libraries import Libraries
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.client.address import ServerAddress

MOST_SERVERS = 10


class Connecting(QObject):
    """Keeps the server's address; its token is kept by ``Servers``.

    Args:
        window: Parent of dialogs.
        servers: The way to servers.
        tasks: The door to threads.
        preferences: Where addresses are kept, and nothing but addresses.
        libraries: A server is of use to an open library.
    """

    connected = Signal(object)
    """A ``Who``: the server knows us."""
    disconnected = Signal()
    told = Signal(str)
    """Something to know that is no error."""
    failed = Signal(object)
    """A ``TsrError``."""

    def __init__(
        self,
        window: QWidget,
        servers: Servers,
        tasks: Tasks,
        preferences: Preferences,
        libraries: Libraries,
    ) -> None:
        super().__init__(window)
        self._window, self._servers, self._tasks = window, servers, tasks
        self._preferences, self._libraries = preferences, libraries

    def handlers(self) -> dict[Act, Callable[[], object]]:
        """What the actions of this part do."""
        return {Act.CONNECT: self.ask, Act.DISCONNECT: self.ask_to_disconnect}

    def reasons(self) -> dict[Act, Callable[[], str]]:
        """Why its actions can't be done now."""
        return {Act.CONNECT: self._libraries.why_none, Act.DISCONNECT: self.why_none}

    def why_none(self) -> str:
        """Why there is nothing to do with a server; empty where one is connected."""
        return "" if self.address() is not None else self.tr("Connect to a server first.")

    def address(self) -> ServerAddress | None:
        """The server that is worked with."""
        try:
            return address_of(self._preferences.now.server) if self._preferences.now.server else None
        except UsageError:
            # Somebody wrote into the settings what nothing may be sent to.
            return None

    def ask(self) -> None:
        """Asks for a server."""
        from aitr_desktop.windows.connect_dialog import ConnectDialog

        dialog = ConnectDialog(self._servers, self._tasks, self._preferences.now.servers, self._window)
        dialog.connected.connect(self._connected)
        dialog.open()

    def ask_to_disconnect(self) -> None:
        """Asks what becomes of the token, and lets the server go."""
        address = self.address()
        if address is None:
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(self.tr("Disconnect"))
        box.setText(self.tr("Disconnect from {address}?").format(address=address.url))
        box.setInformativeText(
            self.tr(
                "The library keeps everything that came from it, and what waits to be sent goes on waiting. "
                "The token is forgotten."
            )
        )
        forget = box.addButton(
            self.tr("Forget it in the keyring too"), QMessageBox.ButtonRole.DestructiveRole
        )
        keep = box.addButton(self.tr("Disconnect"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(keep)
        forget.clicked.connect(lambda _=False: self.disconnect_from(address, in_keyring=True))
        keep.clicked.connect(lambda _=False: self.disconnect_from(address, in_keyring=False))
        box.open()

    def disconnect_from(self, address: ServerAddress, *, in_keyring: bool) -> None:
        """Lets a server go and forgets its token."""
        self._preferences.change(server="", sync_minutes=0)
        self._tasks.run(
            partial(self._servers.forget, address, in_keyring=in_keyring),
            _nothing_more,
            self.failed.emit,
            Lane.WIDE,
        )
        self.disconnected.emit()

    def _connected(self, address: ServerAddress, who: Who) -> None:
        others = (each for each in self._preferences.now.servers if each != address.url)
        self._preferences.change(server=address.url, servers=(address.url, *others)[:MOST_SERVERS])
        if who.trouble:
            self.told.emit(who.trouble)
        self.connected.emit(who)


def _nothing_more(_: None) -> None:
    """A token was forgotten; nobody waits for that."""
