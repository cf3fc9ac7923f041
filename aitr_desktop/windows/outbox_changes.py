"""What a person changes of the outbox: a refused document waits again, or nothing of one is sent any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from aitr_desktop.tasks import Lane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aitr_desktop.library.servers import Servers
    from aitr_desktop.tasks import Tasks
    from tsr_agent.clock import Clock
    from tsr_agent.errors import TsrError


class OutboxChanges(QObject):
    """Changes the outbox on a thread of its own.

    Args:
        servers: Which outbox.
        tasks: The door to threads.
        clock: Of the outbox.
    """

    waits_again = Signal()
    """Refused documents wait again, and can be sent."""
    changed = Signal()
    """The outbox holds something else, or what was to be changed is not there any more."""
    told = Signal(str)
    """What was done, in words."""
    failed = Signal(object)
    """A ``TsrError``: the outbox is as it was."""

    def __init__(self, servers: Servers, tasks: Tasks, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._servers, self._tasks, self._clock = servers, tasks, clock

    def send_again(self, names: Sequence[str]) -> None:
        """Lets refused documents wait again."""
        from aitr_desktop.library.synchronising import send_again

        def put_back() -> None:
            for name in names:
                send_again(self._servers, name, self._clock)

        self._tasks.run(put_back, lambda _: self.waits_again.emit(), self.failed.emit, Lane.WIDE)

    def take_back(self, names: Sequence[str]) -> None:
        """Removes what nobody wants sent any more."""
        from aitr_desktop.library.synchronising import take_back

        def remove() -> int:
            for name in names:
                take_back(self._servers, name, self._clock)
            return len(names)

        self._tasks.run(remove, self._taken_back, self._not_taken_back, Lane.WIDE)

    def _taken_back(self, number: int) -> None:
        words = self.tr("1 document was taken back; it is not sent.")
        many = self.tr("{number} documents were taken back; they are not sent.")
        self.told.emit(words if number == 1 else many.format(number=f"{number:,}"))
        self.changed.emit()

    def _not_taken_back(self, error: TsrError) -> None:
        self.failed.emit(error)
        self.changed.emit()
