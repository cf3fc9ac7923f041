"""Questions to a server that can be left at any moment: cancelling never waits for a network.

A name that is looked up, a connection that is made, an answer that does not come: none of them can be
taken back once the system was asked. So a thread of its own asks, and whoever waits for it may stop
waiting. What such a thread still brings is thrown away; it touches no library.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NoReturn

from tsr_agent.client.pace import SystemWaiting
from tsr_agent.client.transport import Transport
from tsr_agent.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.client.replies import Reply
    from tsr_agent.client.transport import Question

LOOK_SECONDS = 0.05
"""How often is looked whether the answer is still wanted."""


class InterruptedQuestionError(ServiceError):
    """The answer is no longer wanted."""

    def __init__(self) -> None:
        super().__init__("The question was broken off.", next_step="Synchronise again to go on.")


class InterruptibleTransport(Transport):
    """A transport whose questions end when nobody wants them any more.

    Args:
        cancelled: Whether so; asked from several threads.
        arguments: As for ``Transport``.
        options: As for ``Transport``, but for the time that passes, which is this one's own.
    """

    def __init__(self, *arguments: Any, cancelled: Callable[[], bool], **options: Any) -> None:
        super().__init__(*arguments, waiting=_Waiting(cancelled), **options)
        self._cancelled = cancelled

    def ask(self, question: Question, *, budget: float | None = None) -> Reply:
        """Asks, and stops waiting once cancelled.

        Raises:
            InterruptedQuestionError: It was cancelled; whether the server was reached is not known.
            ServiceError: As ``Transport.ask``.
        """
        asking = _Asking(lambda: super(InterruptibleTransport, self).ask(question, budget=budget))
        # A daemon: one that still waits for a name server must not hold up the end of the process.
        threading.Thread(target=asking.run, name="aitr-question", daemon=True).start()
        while not asking.done.wait(LOOK_SECONDS):
            if self._cancelled():
                self._leave()
        return asking.reply()

    def _leave(self) -> NoReturn:
        self.close()
        raise InterruptedQuestionError


class _Asking:
    """One question on its own thread."""

    def __init__(self, ask: Callable[[], Reply]) -> None:
        self._ask = ask
        self._reply: Reply | None = None
        self._error: BaseException | None = None
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._reply = self._ask()
        except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
            self._error = error
        finally:
            self.done.set()

    def reply(self) -> Reply:
        if self._error is not None:
            raise self._error
        if self._reply is None:
            raise InterruptedQuestionError
        return self._reply


class _Waiting(SystemWaiting):
    """The machine's own time, in which no pause outlasts its purpose."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        super().__init__()
        self._cancelled = cancelled
        self._never = threading.Event()

    def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            if self._cancelled():
                raise InterruptedQuestionError
            self._never.wait(min(left, LOOK_SECONDS))
