"""Waiting until people have decided: asks again and again, ever less often, and survives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tsr_agent.client.refusals import UnreachedError
from tsr_agent.models.decision import GoNoGoDecision

if TYPE_CHECKING:
    from collections.abc import Callable

    from tsr_agent.client.pace import Waiting
    from tsr_agent.models.api import GoNoGo

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
_GROWTH = 1.5
_LEAST_BUDGET = 15.0
"""Seconds that even the last question may take."""
_BUDGET = 60.0


class Patience:
    """Asks until there is a verdict, or the time is up.

    Args:
        waiting: The time that passes.
        seconds: How long a pending review is waited for; 0 asks once.
        told: Is told what is waited for, in a line, whenever that changes.
    """

    def __init__(self, waiting: Waiting, seconds: float, told: Callable[[str], None]) -> None:
        self._waiting, self._seconds, self._told = waiting, seconds, told
        self._said = ""

    def answer(
        self, ask: Callable[[float], GoNoGo], judge: Callable[[GoNoGo], GoNoGoDecision]
    ) -> tuple[GoNoGo, GoNoGoDecision]:
        """The answer that ends the wait, and what it is worth.

        Args:
            ask: Asks the server, within so many seconds.
            judge: Tells the verdict of an answer.

        Raises:
            UnreachedError: The server was away when the time was up.
            TsrError: Whatever else ``ask`` and ``judge`` raise, at once.
        """
        end = self._waiting.monotonic() + self._seconds
        pause = FIRST_PAUSE
        while True:
            left = end - self._waiting.monotonic()
            try:
                answer = ask(min(_BUDGET, max(left, _LEAST_BUDGET)) if self._seconds else _BUDGET)
                verdict = judge(answer)
                left = end - self._waiting.monotonic()
                if verdict is not GoNoGoDecision.PENDING_REVIEW or left <= 0:
                    return answer, verdict
                self._say(f"Waiting: {answer.approval.reason}.")
                asked = 0.0
            except UnreachedError as error:
                left = end - self._waiting.monotonic()
                if left <= 0:
                    raise
                self._say(f"{error.message} Waiting for it.")
                asked = error.wait
            # Between a half and the whole of the pause, so that many jobs do not ask in step.
            jittered = pause * (0.5 + self._waiting.share() / 2)
            self._waiting.sleep(min(max(jittered, asked), left))
            pause = min(pause * _GROWTH, LONGEST_PAUSE)

    def _say(self, line: str) -> None:
        if line != self._said:
            self._told(line)
        self._said = line
