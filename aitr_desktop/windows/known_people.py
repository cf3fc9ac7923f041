"""Whom servers take us for, kept from one start of aitr to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.library import people
from aitr_desktop.library.servers import address_of
from tsr_agent.errors import UsageError

if TYPE_CHECKING:
    from aitr_desktop.library.people import Person
    from aitr_desktop.library.servers import Who
    from aitr_desktop.windows.connecting import Connecting
    from aitr_desktop.windows.preferences import Preferences
    from tsr_agent.client.address import ServerAddress
    from tsr_agent.clock import Clock


class KnownPeople(QObject):
    """Remembers what a server said when one connected to it, and forgets it when one disconnects.

    Args:
        connecting: Which server.
        preferences: Where it is kept.
        clock: Says when the server was asked.
    """

    changed = Signal()
    """Somebody else is known now, or nobody."""

    def __init__(
        self, connecting: Connecting, preferences: Preferences, clock: Clock, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._connecting, self._preferences, self._clock = connecting, preferences, clock
        connecting.connected.connect(self._connected)
        connecting.disconnected.connect(self._disconnected)

    def here(self) -> Person | None:
        """Whom the server that one works with takes us for; None where it was never asked."""
        address = self._connecting.address()
        stored = self._preferences.now.people.get(address.url, "") if address is not None else ""
        return people.read(stored) if stored else None

    def addresses(self) -> list[ServerAddress]:
        """Of the servers that one works with or worked with: what waits for them waits on."""
        now = self._preferences.now
        found = []
        for url in dict.fromkeys((now.server, *now.servers)):
            try:
                found += [address_of(url)] if url else []
            except UsageError:
                continue
        return found

    def _connected(self, who: Who) -> None:
        address = self._connecting.address()
        if address is not None:
            known = people.written(people.person_of(who, self._clock.now()))
            self._preferences.change(people={**self._preferences.now.people, address.url: known})
        self.changed.emit()

    def _disconnected(self) -> None:
        self._preferences.change(people={})
        self.changed.emit()
